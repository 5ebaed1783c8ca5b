#!/usr/bin/env python3
"""Writes OUT.c with the Lua scripts given: NAME.lua becomes struct iv_script iv_lua_NAME, without comments and
indentation (the server keeps the text, and compares its digest)."""
import os
import re
import sys


def main(out, paths):
    with open(out, "w", encoding="utf-8") as file:
        file.write('/* Made by scripts/embed_lua.py. */\n#include "iv_lua.h"\n')
        for path in paths:
            name = os.path.basename(path).removesuffix(".lua")
            with open(path, encoding="utf-8") as source:
                lines = [re.sub(r"(^|\s)--.*", "", line).strip() for line in source]
            text = "\n".join(f'\t"{line}\\n"' for line in (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines if line))
            file.write(f'\nstruct iv_script iv_lua_{name} = {{\n\t"{name}",\n{text},\n\t"",\n}};\n')


main(sys.argv[1], sys.argv[2:])
