#!/usr/bin/env python3
"""Writes OUT.c with the migrations NNNN_name.sql given: number, name, text, checksum. They must count up from 1."""
import hashlib
import os
import re
import sys


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
        rows.append((int(match[1]), match[2], raw.decode(), hashlib.sha256(raw).hexdigest()))
    rows.sort()
    if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
        sys.exit("migrations must count up from 0001 without a gap: " + ", ".join(f"{row[0]:04}" for row in rows))
    items = "\n".join(f'\t{{{number}, "{name}", "{checksum}",\n{literal(text)}}},' for number, name, text, checksum in rows)
    with open(out, "w", encoding="utf-8") as file:
        file.write('/* Made by scripts/embed.py from migrations/. */\n#include "migration.h"\n\n'
                   f"const struct migration migrations[] = {{\n{items}\n}};\n"
                   f"const int migration_count = {len(rows)};\n")


main(sys.argv[1], sys.argv[2:])
