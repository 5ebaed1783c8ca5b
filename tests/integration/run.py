"""Runs every test_* function of the test_*.py files here, one after the other; prints the count last.
python3 run.py [part of a name]…"""
import importlib
import os
import sys
import time
import traceback

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
wanted = sys.argv[1:]
passed = failed = 0
for file in sorted(f for f in os.listdir(here) if f.startswith("test_") and f.endswith(".py")):
    module = importlib.import_module(file[:-3])
    for name, test in list(vars(module).items()):
        if not name.startswith("test_") or not callable(test):
            continue
        if wanted and not any(w in name or w in file for w in wanted):
            continue
        began = time.monotonic()
        try:
            test()
            passed += 1
            print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:  # a test that dies is a test that failed; the next one still runs
            failed += 1
            print(f"FAILED {name} ({time.monotonic() - began:.1f} s)", flush=True)
            traceback.print_exc(file=sys.stdout)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
