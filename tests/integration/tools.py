"""Packages of others that tests need: installed once per folder, however many ask at the same time, and used only when
the installation came to its end. As a program it installs them all, beside each other.   python3 tools.py"""
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NPM = ("tests/e2e", "tests/integration/webhook_clients", "tests/integration/vendors", "sdk", "web", "site")
VENVS = ("s3", "openapi", "sdks")  # requirements-NAME.txt


@contextlib.contextmanager
def once(lock, stamp, wanted):
    """Says whether it has to be made; it is made when the block ends well. A registry that fails is asked again."""
    os.makedirs(os.path.dirname(lock), exist_ok=True)
    with open(lock, "w", encoding="utf-8") as guard, open(wanted, encoding="utf-8") as f:
        fcntl.flock(guard, fcntl.LOCK_EX)
        text, made = f.read(), None
        with contextlib.suppress(OSError), open(stamp, encoding="utf-8") as f:
            made = f.read()
        yield made != text
        if made != text:
            with open(stamp, "w", encoding="utf-8") as f:
                f.write(text)


def run(*command, cwd=ROOT, tries=3):
    for _ in range(tries):
        p = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if p.returncode == 0:
            return
    raise RuntimeError(f"{' '.join(command)}: {p.stdout[-2000:]}")


def npm(folder):
    """`npm ci` in `folder`, and the folder."""
    with once(os.path.join(folder, ".npm.lock"), os.path.join(folder, "node_modules/.whole"), os.path.join(folder, "package-lock.json")) as make:
        if make:
            run("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", cwd=folder)
    return folder


def environment(folder):
    """An empty virtual environment, made afresh; its Python."""
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "venv", "--without-pip", folder, tries=1)
    return os.path.join(folder, "bin/python")


def pip(python, command, *args, tries=3):
    """One pip serves all environments: unpacking it is six seconds of processor."""
    folder = os.path.join(ROOT, "build/pip-venv")
    with once(folder + ".lock", os.path.join(folder, "whole"), __file__) as make:
        if make:
            run(sys.executable, "-m", "venv", "--clear", folder, tries=1)
    run(os.path.join(folder, "bin/pip"), "--python", python, command, "-q", "--disable-pip-version-check", *args, tries=tries)


def venv(name, program="python"):
    """A program of the virtual environment of requirements-NAME.txt."""
    folder, wanted = os.path.join(ROOT, f"build/{name}-venv"), os.path.join(ROOT, f"tests/integration/requirements-{name}.txt")
    with once(folder + ".lock", os.path.join(folder, "whole"), wanted) as make:
        if make:
            pip(environment(folder), "install", "--no-compile", "-r", wanted)
    return os.path.join(folder, "bin", program)


def main():
    import sdks  # which asks for some of these itself
    folders = [os.path.join(ROOT, f) for f in NPM if os.path.isdir(os.path.join(ROOT, f))]
    with ThreadPoolExecutor(8) as pool:
        for done in [*(pool.submit(venv, name) for name in VENVS), *(pool.submit(npm, f) for f in folders), pool.submit(sdks.ready)]:
            print(done.result(), flush=True)


if __name__ == "__main__":
    main()
