"""Packages of others that tests need: installed once per folder, however many tests ask at the same time."""
import fcntl
import os
import subprocess


def ready(folder):
    """`npm ci` in `folder` unless its node_modules are those of its lock file."""
    lock_file = os.path.join(folder, "package-lock.json")
    stamp = os.path.join(folder, "node_modules", ".whole")
    with open(os.path.join(folder, ".npm.lock"), "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not os.path.exists(stamp) or os.path.getmtime(stamp) < os.path.getmtime(lock_file):
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True)
            open(stamp, "w").close()
    return folder
