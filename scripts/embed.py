#!/usr/bin/env python3
"""Writes OUT.c with the migrations NNNN_name.sql given: number, name, checksum, text, whether it is compatible. They must
count up from 1. One whose first line begins with `-- compatible` only adds: the release before works on beside it."""
import hashlib
import os
import re
import sys

MARKED_FROM = 21  # the column for it came with 0020
BREAKS = re.compile(r"\b(drop\s+(table|column|function|procedure|view|type|schema)|rename\s|set\s+not\s+null|alter\s+column\s+\w+\s+type|"
                    r"truncate|revoke)\b", re.I)


def is_compatible(path, number, text):
    if not text.startswith("-- compatible"):
        return False
    if number < MARKED_FROM:
        sys.exit(f"{path}: only migrations from {MARKED_FROM:04} on can be marked compatible")
    found = BREAKS.search(re.sub(r"--[^\n]*", "", text))
    if found:
        sys.exit(f"{path}: is marked compatible, and `{found[0]}` takes something away from the release before")
    return True


def literal(text):
    lines = []
    for line in text.splitlines(keepends=True):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n").replace("?", "\\?")
        lines.append(f'\t\t"{escaped}"')
    return "\n".join(lines)


def main(out, paths):
    rows = []
    for path in paths:
        match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", os.path.basename(path))
        if not match:
            sys.exit(f"{path}: expected NNNN_name.sql")
        with open(path, "rb") as file:
            raw = file.read()
        number, text = int(match[1]), raw.decode()
        rows.append((number, match[2], text, hashlib.sha256(raw).hexdigest(), is_compatible(path, number, text)))
    rows.sort()
    if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
        sys.exit("migrations must count up from 0001 without a gap: " + ", ".join(f"{row[0]:04}" for row in rows))
    items = "\n".join(f'\t{{{number}, "{name}", "{checksum}",\n{literal(text)},\n\t\t{str(compatible).lower()}}},'
                      for number, name, text, checksum, compatible in rows)
    with open(out, "w", encoding="utf-8") as file:
        file.write('/* Made by scripts/embed.py from migrations/. */\n#include "migration.h"\n\n'
                   f"const struct migration migrations[] = {{\n{items}\n}};\n"
                   f"const int migration_count = {len(rows)};\n")


main(sys.argv[1], sys.argv[2:])
