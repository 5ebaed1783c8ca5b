#!/usr/bin/env python3
"""House rules that a compiler does not know: words that are banned, headers that belong to one folder."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|strtok|gets|atoi|atol|atof|alloca|sscanf|scanf|system|sleep|usleep|"
                    r"getaddrinfo|gethostbyname|localtime|gmtime)\s*\(")
CLOCK = re.compile(r"\b(clock_gettime|gettimeofday|time)\s*\(")
BLOCKING = re.compile(r"\bPQ(exec\w*|prepare|cancel|reset\w*|connectdb\w*|connectStart|describe\w+|fn|setdb\w*|ping\w*)\s*\(")
AT_PROMPT = ("src/store/schema.c", "src/store/migrate.c")  # asked at the command line and at start
HOMES = {  # header: folders that may include it
    "libwebsockets.h": ("src/net",), "curl/curl.h": ("src/net", "src/app/cli"), "uv.h": ("src/loop", "src/net", "src/app", "include/loop", "lab"),
    "libpq-fe.h": ("src/store",), "openssl/": ("src/base", "src/net", "src/store/redis_tls.c", "src/store/pg_conn.c"), "speex/": ("src/audio",), "opus/": ("src/audio",), "ogg/": ("src/audio",),
    "flite/": ("lab",), "pocketsphinx": ("lab",), "hiredis": ("src/store",),
}
PURE = ("src/base", "src/audio", "src/leg", "src/call")
FILE_LINES, LINE_CHARS = 800, 130


def check(path, problems):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        lines = f.read().split("\n")
    code = re.sub(r'"(\\.|[^"\\])*"', '""', re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), "\n".join(lines), flags=re.S))
    for n, line in enumerate(code.split("\n"), 1):
        if m := BANNED.search(line):
            problems.append(f"{path}:{n}: {m.group(1)} is banned")
        if (m := BLOCKING.search(line)) and path not in AT_PROMPT:
            problems.append(f"{path}:{n}: PQ{m.group(1)} waits, and the loop with it")
        if path.startswith(PURE) and path != "src/base/log.c" and CLOCK.search(line):
            problems.append(f"{path}:{n}: a pure floor has no clock")
    for n, line in enumerate(lines, 1):
        if not path.endswith(".def") and len(line.expandtabs(8)) > LINE_CHARS:
            problems.append(f"{path}:{n}: longer than {LINE_CHARS} columns")
        if m := re.match(r'\s*#include\s+[<"]([^>"]+)', line):
            for header, homes in HOMES.items():
                if m.group(1).startswith(header) and not path.startswith(homes):
                    problems.append(f"{path}:{n}: {header} belongs to {', '.join(homes)}")
    if len(lines) > FILE_LINES:
        problems.append(f"{path}: {len(lines)} lines; a file is one idea")
    if path.endswith(".c") and not lines[0].startswith(("/*", "#include")):
        problems.append(f"{path}: begins without saying what it is")


def main():
    problems = []
    for top in ("src", "include", "lab"):
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            for name in sorted(files):
                if name.endswith((".c", ".h", ".def")):
                    check(os.path.relpath(os.path.join(folder, name), ROOT), problems)
    print("\n".join(problems), end="\n" if problems else "")
    sys.exit(bool(problems))


main()
