"""Runs every test_* function of the test_*.py files here, many at the same time, for they mostly wait: as many as the
machine carries, which is looked at before each. What may be set on a test's function:
  alone     it asserts how fast something is, and has the machine to itself
  spoken    it listens to real speech, which costs half a processor: few of them at the same time
  seconds   it is so long; it begins early
A test that fails while the machine kept everybody waiting (lag.py) is asked again with the machine to itself, which is
printed; when many fail, it is not the machine. Prints the slowest and the count last.
python3 run.py [part of a name]…"""
import importlib
import os
import sys
import threading
import time
import traceback

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
import database  # noqa: E402
import lag  # noqa: E402

AT_LEAST, AT_MOST, SPOKEN_AT_MOST, AGAIN_MOST = 3, 12, 2, 10
PAUSE = 0.3  # seconds in which a test that began shows what it asks for
printing = threading.Lock()


def collect(wanted):
    for file in sorted(f for f in os.listdir(here) if f.startswith("test_") and f.endswith(".py")):
        for name, test in list(vars(importlib.import_module(file[:-3])).items()):
            if name.startswith("test_") and callable(test) and test.__module__ == file[:-3] \
                    and (not wanted or any(w in name or w in file for w in wanted)):
                yield name, test


class Result:
    def __init__(self, name, test):
        self.name, self.test, self.why = name, test, None
        began, watch = time.monotonic(), lag.Watch()
        try:
            test()
        except Exception:  # a test that dies is a test that failed; the others still run
            self.why = traceback.format_exc()
        self.took, self.machine = time.monotonic() - began, watch.says()
        with printing:
            print(f"{'FAILED' if self.why else 'ok'} {name} ({self.took:.1f} s)\n{self.why or ''}".rstrip(), flush=True)


def together(tests):
    """All of them, one more whenever there is room: a test that is up asks little, one that starts its servers much."""
    waiting, running, results, change = list(tests), [], [], threading.Condition()

    def run(test):
        result = Result(*test)
        with change:
            results.append(result)
            running.remove(test)
            change.notify()

    def room(test, crowded):
        spoken = sum(hasattr(t[1], "spoken") for t in running)
        return len(running) < (AT_LEAST if crowded else AT_MOST) and (spoken < SPOKEN_AT_MOST or not hasattr(test[1], "spoken"))

    while waiting or running:
        watch = lag.Watch()
        with change:
            change.wait(PAUSE)
            crowded = watch.crowded()
            following = next((t for t in waiting if room(t, crowded)), None)
            if following:
                waiting.remove(following)
                running.append(following)
                threading.Thread(target=run, args=(following,)).start()
    return results


def again(results):
    """Those of them that count."""
    disturbed = [r for r in results if r.why and r.machine]
    if len(disturbed) > AGAIN_MOST:
        return results
    for r in disturbed:
        print(f"again: {r.name} (the machine: {r.machine})", flush=True)
    return [Result(r.name, r.test) if r in disturbed else r for r in results]


def main():
    tests = list(collect(sys.argv[1:]))
    database.prepare()
    began = time.monotonic()
    results = together(sorted((t for t in tests if not hasattr(t[1], "alone")), key=lambda t: -getattr(t[1], "seconds", 0)))
    gone = time.monotonic() - began
    began = time.monotonic()
    results = again(results) + again([Result(*t) for t in tests if hasattr(t[1], "alone")])
    print(f"slowest ({gone:.0f} s together, {time.monotonic() - began:.0f} s alone):")
    for r in sorted(results, key=lambda r: -r.took)[:10]:
        print(f"{r.took:6.1f} s  {r.name}")
    failed = sum(r.why is not None for r in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
