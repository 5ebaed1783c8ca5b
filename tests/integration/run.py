"""Runs every test_* function of the test_*.py files here, some at the same time: they mostly wait. A test whose
function has `alone` set has the machine to itself. Prints the count last.
python3 run.py [part of a name]…"""
import importlib
import os
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 6
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
wanted = sys.argv[1:]
printing = threading.Lock()


def collect():
    for file in sorted(f for f in os.listdir(here) if f.startswith("test_") and f.endswith(".py")):
        for name, test in list(vars(importlib.import_module(file[:-3])).items()):
            if name.startswith("test_") and callable(test) and test.__module__ == file[:-3] \
                    and (not wanted or any(w in name or w in file for w in wanted)):
                yield name, test


def run(name, test):
    began, why = time.monotonic(), None
    try:
        test()
    except Exception:  # a test that dies is a test that failed; the others still run
        why = traceback.format_exc()
    with printing:
        print(f"{'FAILED' if why else 'ok'} {name} ({time.monotonic() - began:.1f} s)\n{why or ''}".rstrip(), flush=True)
    return why is None


def main():
    tests = list(collect())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda t: run(*t), [t for t in tests if not hasattr(t[1], "alone")]))
    results += [run(*t) for t in tests if hasattr(t[1], "alone")]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return not all(results)


if __name__ == "__main__":
    sys.exit(main())
