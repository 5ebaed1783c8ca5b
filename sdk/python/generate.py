"""The synchronous client of the asynchronous one, and the models of a daemon's own document. python generate.py URL FILE: reads URL/openapi.json, writes FILE
(invorto/models.py), _sync_http.py and _sync_client.py beside it. Needs datamodel-code-generator; a test compares with what is checked in."""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

KEPT = ("/v1/", "/api/auth/", "/webhooks/")  # addresses that only carriers and probes ask are no part of the SDK
HEADER = '"""Made by generate.py of what the daemon serves; change the tables there."""'


def refs(node, found):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            found.add(node["$ref"])
        for value in node.values():
            refs(value, found)
    elif isinstance(node, list):
        for value in node:
            refs(value, found)
    return found


def needed(document):
    """Schemas that the routes kept and the webhooks lead to."""
    todo = refs({p: o for p, o in document["paths"].items() if p.startswith(KEPT)}, set()) | refs(document.get("webhooks", {}), set())
    done = set()
    while todo:
        ref = todo.pop()
        if ref in done:
            continue
        done.add(ref)
        node = document
        for part in ref.split("/")[1:]:
            node = node[part]
        todo |= refs(node, set()) - done
    return {r.rsplit("/", 1)[1] for r in done if r.startswith("#/components/schemas/")}


def plain(node):
    """Without titles, and open: a newer server may say more. invorto/_base.py keeps what it does not know."""
    if isinstance(node, list):
        return [plain(n) for n in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "array" and isinstance(node.get("items"), dict) and node["items"].get("type") == "string":
        node = {**node, "items": {k: v for k, v in node["items"].items() if k not in ("minLength", "maxLength", "pattern")}}
    named = node.get("properties") if isinstance(node.get("properties"), dict) else {}
    out = {k: plain(v) for k, v in node.items() if k not in ("title", "properties") and not (k == "additionalProperties" and v is False)}
    return {**out, "properties": {k: plain(v) for k, v in named.items()}} if "properties" in node else out


def main(url, out):
    with urllib.request.urlopen(url.rstrip("/") + "/openapi.json", timeout=30) as r:
        document = json.load(r)
    names = needed(document)
    schemas = {n: plain(s) for n, s in document["components"]["schemas"].items() if n in names}
    small = {"openapi": "3.1.0", "info": {"title": "invorto", "version": "1"}, "paths": {}, "components": {"schemas": schemas}}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        json.dump(small, f)
        f.flush()
        subprocess.run(
            [sys.executable, "-m", "datamodel_code_generator", "--input", f.name, "--input-file-type", "openapi", "--output", out,
             "--output-model-type", "pydantic_v2.BaseModel", "--snake-case-field", "--base-class", "invorto._base.Model",
             "--use-annotated", "--enum-field-as-literal", "all", "--target-python-version", "3.10", "--no-use-union-operator",
             "--use-standard-collections", "--use-field-description", "--disable-timestamp", "--custom-file-header", HEADER,
             "--formatters", "builtin"], check=True)


SYNC = ((r"\basync (def|for|with)\b", r"\1"), (r"\bawait ", ""), (r"\bAsync(InvortoClient|Http|Iterator|Client)\b", r"\1"),
        (r"__aenter__", "__enter__"), (r"__aexit__", "__exit__"), (r"\baclose\b", "close"), (r"\baread\b", "read"), (r"\baiter_lines\b", "iter_lines"),
        (r"\basyncio\.sleep\b", "time.sleep"), (r"^import asyncio$", "import time"), (r"from \._async_http", "from ._sync_http"))


def synchronous(source):
    """The same code without its waits."""
    text = source.split('"""', 2)
    body = text[2]
    for pattern, replacement in SYNC:
        body = re.sub(pattern, replacement, body, flags=re.M)
    return '"""Made by generate.py of the asynchronous one beside it; change that."""' + body


def write_sync(folder, out):
    for name in ("http", "client"):
        with open(os.path.join(folder, f"_async_{name}.py"), encoding="utf-8") as f:
            text = synchronous(f.read())
        with open(os.path.join(out, f"_sync_{name}.py"), "w", encoding="utf-8") as f:
            f.write(text)


if __name__ == "__main__":
    write_sync(os.path.join(os.path.dirname(os.path.abspath(__file__)), "invorto"), os.path.dirname(sys.argv[2]))
    main(*sys.argv[1:])
