"""The SDKs as who uses them gets them: built, packed, and installed into empty projects, once for what the sources are.

build/sdks: dist (tarballs and wheel), node, browser, python (a virtual environment)"""
import glob
import hashlib
import os
import shutil

import tools

ROOT = tools.ROOT
HOME = os.path.join(ROOT, "build/sdks")
NODE, BROWSER = os.path.join(HOME, "node"), os.path.join(HOME, "browser")
PYTHON = os.path.join(HOME, "python/bin/python")
MADE = ("node_modules", "dist", "__pycache__")


def _digest():
    """Of everything that is checked in below sdk."""
    sum_ = hashlib.sha256()
    for folder, folders, files in os.walk(os.path.join(ROOT, "sdk")):
        folders[:] = sorted(f for f in folders if f not in MADE)
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name in ("LICENSE", ".npm.lock") or name.endswith(".tgz"):
                continue
            with open(path, "rb") as f:
                sum_.update(os.path.relpath(path, ROOT).encode() + b"\0" + hashlib.sha256(f.read()).digest())
    return sum_.hexdigest()


def _project(folder, *packages):
    os.makedirs(folder)
    with open(os.path.join(folder, "package.json"), "w", encoding="utf-8") as f:
        f.write('{"name": "empty", "private": true, "type": "module"}\n')
    tools.run("npm", "install", "--no-audit", "--no-fund", "--prefer-offline", *packages, cwd=folder)


def ready():
    """The folder. Whoever comes first makes it."""
    os.makedirs(HOME, exist_ok=True)
    wanted = os.path.join(HOME, "sources")
    text = _digest()
    if not os.path.exists(wanted) or open(wanted, encoding="utf-8").read() != text:
        with open(wanted, "w", encoding="utf-8") as f:
            f.write(text)
    with tools.once(os.path.join(HOME, "lock"), os.path.join(HOME, "whole"), wanted) as make:
        if make:
            _make()
    return HOME


def _make():
    sdk = tools.npm(os.path.join(ROOT, "sdk"))
    dist = os.path.join(HOME, "dist")
    for folder in (dist, NODE, BROWSER, os.path.join(HOME, "python")):
        shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(dist)
    tools.run("npm", "run", "build", cwd=sdk, tries=1)
    tools.run("npm", "pack", "--workspaces", "--pack-destination", dist, cwd=sdk, tries=1)
    tools.pip(tools.venv("sdks"), "wheel", "--no-deps", "--no-build-isolation", "-w", dist, os.path.join(sdk, "python"), tries=1)
    tarball = lambda name: glob.glob(os.path.join(dist, f"invorto-{name}-*.tgz"))[0]
    _project(NODE, tarball("server"), tarball("node"))
    _project(BROWSER, tarball("browser-realtime"))
    tools.pip(tools.environment(os.path.join(HOME, "python")), "install", "--no-compile", glob.glob(os.path.join(dist, "*.whl"))[0])


if __name__ == "__main__":
    print(ready())
