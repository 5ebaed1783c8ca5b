#!/usr/bin/env python3
"""Slots a second: processes that take and give back as fast as one Redis lets them, beside calls they hold. Every grant
is two scripts (take, drop) over five scopes.   bench/slots.py [--json FILE] [--seconds N]"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DRIVER = os.path.join(os.environ.get("INVORTO_BUILD", os.path.join(ROOT, "build/release")), "tests/drivers/slots")
ROWS = [  # processes, asking at once in each, calls held in each
    (1, 1, 0), (1, 32, 0), (1, 32, 2500), (4, 8, 0), (8, 8, 0), (8, 8, 1000)]


def measure(path, seconds, processes, at_once, held):
    env = {**os.environ, "REDIS_URL": "unix://" + path, "MAX_CONCURRENT_CALLS": "0", "TELEPHONY_GLOBAL_MAX_CONCURRENCY": "100000",
           "TELEPHONY_PER_CAMPAIGN_MAX_CONCURRENCY": "0", "TELEPHONY_PER_AGENT_MAX_CONCURRENCY": "100000",
           "REDIS_COMMAND_TIMEOUT_MS": "5000", "LOG_LEVEL": "error"}
    subprocess.run(["redis-cli", "-s", path, "flushall"], stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["redis-cli", "-s", path, "hset", "{slots}:epoch", "since", "0"], stdout=subprocess.DEVNULL, check=True)
    running = [subprocess.Popen([DRIVER, "bench", f"b{i}", str(seconds), str(at_once), str(held)], env=env, stdout=subprocess.PIPE, text=True)
               for i in range(processes)]
    answers = [list(map(float, p.communicate(timeout=seconds + 60)[0].split())) for p in running]
    return {"processes": processes, "at_once": at_once, "held": held * processes,
            "grants_per_s": round(sum(a[0] for a in answers) / seconds), "not_granted": int(sum(a[1] for a in answers)),
            **{name: max(a[i] for a in answers) / 1000 for name, i in (("p50_ms", 2), ("p99_ms", 3), ("p999_ms", 4))}}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json")
    parser.add_argument("--seconds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="invorto-bench-") as where:
        path = os.path.join(where, "sock")
        redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", path, "--dir", where, "--save", "",
                                  "--appendonly", "yes", "--appendfsync", "everysec", "--logfile", os.path.join(where, "log")])
        try:
            while not os.path.exists(path):
                time.sleep(0.02)
            rows = [measure(path, args.seconds, *row) for row in ROWS]
        finally:
            redis.terminate()
            redis.wait()
    print(f"{'processes':>9} {'at once':>8} {'held':>6} {'grants/s':>9} {'p50 ms':>7} {'p99 ms':>7} {'p99.9':>7} {'refused':>8}")
    for r in rows:
        print(f"{r['processes']:>9} {r['at_once']:>8} {r['held']:>6} {r['grants_per_s']:>9} {r['p50_ms']:>7.2f} {r['p99_ms']:>7.2f} "
              f"{r['p999_ms']:>7.2f} {r['not_granted']:>8}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump({"slots": rows}, f, indent="\t")
    return 0


if __name__ == "__main__":
    sys.exit(main())
