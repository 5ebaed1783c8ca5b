#!/usr/bin/env python3
"""Do the links of documents lead somewhere?   python3 scripts/links.py FILE.md…
Every link that is not an address has to be a file of the repository, and what stands behind # a heading in it, by the
rule of code hosts, which site/.vitepress/config.ts has too. Addresses are not asked."""
import os
import re
import sys

FENCE = re.compile(r"^ *(```|~~~).*?^ *\1[^\n]*$", re.M | re.S)
LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]*(?:\([^()\s]*\))?[^()\s]*)\)|<(?:a|img)\s[^>]*?(?:href|src)=\"([^\"]*)\"")
OF_THE_DAEMON = re.compile(r"/(docs/api|openapi\.json|asyncapi\.json|talk|health|livez|readyz|metrics)?(#.*)?$")


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return FENCE.sub("", f.read())


def slug(heading):
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.replace("`", "").replace("*", ""))
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


def anchors_of(path, known={}):  # noqa: B006  # files are read once
    if path not in known:
        seen, known[path] = {}, set()
        for heading in re.findall(r"^#{1,6} +(.+?)(?: +#+)? *$", text_of(path), re.M):
            name = slug(heading)
            n = seen[name] = seen.get(name, -1) + 1
            known[path].add(f"{name}-{n}" if n else name)
    return known[path]


def wrong_in(path):
    text = re.sub(r"`[^`\n]*`", "`code`", text_of(path))
    for one, other in LINK.findall(text):
        link = one or other
        if re.match(r"[a-z][a-z0-9+.-]*:", link) or OF_THE_DAEMON.match(link):
            continue
        name, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        if not os.path.exists(target):
            yield f"{path}: ({link}): there is no {target}"
        elif anchor and (not target.endswith(".md") or anchor not in anchors_of(target)):
            yield f"{path}: ({link}): {target} has no heading #{anchor}"


def main():
    wrong = [w for path in sys.argv[1:] for w in wrong_in(path)]
    print("\n".join(wrong) if wrong else f"{len(sys.argv) - 1} documents, every link leads somewhere", file=sys.stderr if wrong else sys.stdout)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
