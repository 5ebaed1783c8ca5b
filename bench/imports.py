"""bench/imports: a file of leads read beside live calls: rows a second, memory, and what the calls' frames are late meanwhile.

The daemon has core 0 to itself; PostgreSQL, Redis, the callers and the lab's providers share core 1.

  python3 bench/imports.py [--json FILE] [--rows N] [--calls N]
"""
import argparse
import json
import time

from calls_histogram import quantile
from pinned import Pinned

QUIET_S = 10


def peak_kib(house):
    with open(f"/proc/{house.daemon.pid}/status", encoding="utf-8") as f:
        return int(next(line for line in f if line.startswith("VmHWM")).split()[1])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--json")
    p.add_argument("--rows", type=int, default=1_000_000)
    p.add_argument("--calls", type=int, default=100)
    a = p.parse_args()
    text = "phone,first_name,plan,city\n" + "".join(f"+1212{2000000 + n:07},Person {n},gold,Springfield number {n}\n" for n in range(a.rows))
    with Pinned(API_RATE_PER_MINUTE="10000") as h:
        key = h.key()
        made = h.api("POST", "/v1/campaigns", {"name": "Large", "agentId": "bench"}, key)
        assert made[0] == 201, made
        h.pin_others()
        callers = h.callers(a.calls, 3600)
        time.sleep(6)
        before = h.frames()
        time.sleep(QUIET_S)
        begun, peak, middle = time.monotonic(), peak_kib(h), h.frames()
        status, _, got = h.api("POST", f"/v1/campaigns/{made[2]['id']}/leads/import", text.encode(), key, {"Content-Type": "text/csv"}, timeout=600)
        assert status in (200, 201, 202), (status, got)
        h.pin_others()
        while got["state"] == "running":
            time.sleep(0.5)
            got = h.api("GET", "/v1/imports/" + got["id"], key=key)[2]
        seconds, after = time.monotonic() - begun, h.frames()
        callers.kill()
        assert got["state"] == "done" and got["accepted"] == a.rows, got
        row = {"system": "invorto", "live_calls": a.calls, "rows": a.rows, "mib": round(len(text) / 2**20, 1), "seconds": round(seconds, 1),
               "rows_per_s": round(a.rows / seconds), "peak_memory_kib_more": peak_kib(h) - peak,
               "late_p99_ms": quantile(before, middle, 0.99), "late_p99_ms_import": quantile(middle, after, 0.99)}
    print(f"{row['rows']} rows, {row['mib']} MiB, beside {row['live_calls']} calls: {row['seconds']} s, {row['rows_per_s']}/s, "
          f"{row['peak_memory_kib_more']} KiB more at the peak; frames late p99 {row['late_p99_ms']:.2f} ms before, {row['late_p99_ms_import']:.2f} ms meanwhile")
    if a.json:
        with open(a.json, "w", encoding="utf-8") as f:
            json.dump([row], f, indent=1)
            f.write("\n")


main()
