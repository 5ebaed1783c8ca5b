"""bench/rest: authenticated requests a second on one core, beside the same routes in Fastify + pg + ioredis.

The server under test has core 0 to itself; PostgreSQL, Redis and wrk share core 1, for both alike. Then live calls'
frame lateness with and without the REST API saturated.

  python3 bench/rest.py [--json FILE] [--seconds N] [--connections N]
"""
import argparse
import json
import os
import re
import subprocess
import tempfile
import time

from calls_histogram import quantile
from pinned import ROOT, Pinned
from stack import free_port

KEYS = 64
LUA = """
local keys, i = {%s}, 0
request = function()
  i = i + 1
  wrk.headers["Authorization"] = "Bearer " .. keys[i %% #keys + 1]
  wrk.headers["Content-Type"] = "application/json"
  return wrk.format(%s)
end
done = function(summary, latency, requests)
  io.write(string.format("RESULT %%d %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration, summary.errors.status,
    summary.errors.timeout + summary.errors.connect + summary.errors.read + summary.errors.write, latency:percentile(50), latency:percentile(99)))
end
"""


class Bench(Pinned):
    def __init__(self):
        super().__init__()
        self.keys = [self.key(rate_per_minute=10000) for _ in range(KEYS)]

    def peer(self):
        self.peer_port = free_port()
        p = subprocess.Popen(["taskset", "-c", "0", "node", os.path.join(ROOT, "bench/peers/sut_rest.mjs")],
                             env={**self.env, "PORT": str(self.peer_port), "NODE_ENV": "production"}, stdout=subprocess.PIPE)
        p.stdout.readline()
        return p


def load(house, base, route, seconds, connections):
    get_one = route == "GET /v1/agents/:id"
    call = '"GET", "/v1/agents/bench"' if get_one else '"POST", "/v1/calls", nil, \'{"agentId":"bench","to":"+15551230000"}\''
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as f:
        f.write(LUA % (",".join(f'"{k}"' for k in house.keys), call))
    house.pin_others()
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", f.name, base],
                         capture_output=True, text=True, timeout=seconds + 60, check=False).stdout
    os.unlink(f.name)
    n, us, bad, broken, p50, p99 = map(int, re.search(r"RESULT (.*)", out).group(1).split())
    return {"requests_per_s": round(n / us * 1e6), "p50_ms": p50 / 1000, "p99_ms": p99 / 1000, "refused": bad, "broken": broken}


def cpu(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def one(house, system, pid, base, route, a):
    load(house, base, route, 1, a.connections)
    house.rows("select pg_stat_reset()")
    before, began = cpu(pid), time.monotonic()
    row = {"system": system, "route": route, **load(house, base, route, a.seconds, a.connections)}
    row["cpu_pct"] = round(100 * (cpu(pid) - before) / (time.monotonic() - began), 1)
    row["cpu_us_per_request"] = round((cpu(pid) - before) * 1e6 / max(1, row["requests_per_s"] * a.seconds), 1)
    print(f"{system:9} {route:20} {row['requests_per_s']:6}/s  p50 {row['p50_ms']:.2f} p99 {row['p99_ms']:.2f} ms  core {row['cpu_pct']} %  "
          f"{row['cpu_us_per_request']} us each  refused {row['refused']}", flush=True)
    return row


def lateness(house, calls, rest, a):
    """p99 of live calls' frame lateness, with the REST API idle or saturated."""
    caller = house.callers(calls, a.seconds + 8)
    time.sleep(6)
    before = house.frames()
    if rest:
        load(house, house.http(""), "GET /v1/agents/:id", a.seconds, a.connections)
    else:
        time.sleep(a.seconds)
    after = house.frames()
    caller.wait()
    return quantile(before, after, 0.99)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--json")
    p.add_argument("--seconds", type=int, default=8)
    p.add_argument("--connections", type=int, default=64)
    a = p.parse_args()
    rows = []
    routes = ["GET /v1/agents/:id", "POST /v1/calls"]
    with Bench() as h:
        rows += [one(h, "invorto", h.daemon.pid, h.http(""), r, a) for r in routes]
        quiet, busy = lateness(h, 200, False, a), lateness(h, 200, True, a)
        rows.append({"system": "invorto", "live_calls": 200, "late_p99_ms": quiet, "late_p99_ms_rest_saturated": busy})
        print(f"200 live calls: p99 frame lateness {quiet:.2f} ms, {busy:.2f} ms while REST is saturated", flush=True)
        h.stop_daemon()
        sut = h.peer()
        rows += [one(h, "fastify", sut.pid, f"http://127.0.0.1:{h.peer_port}", r, a) for r in routes]
        sut.kill()
        h.start_daemon()
    for i, r in enumerate(routes):
        print(f"{r}: {rows[i]['requests_per_s'] / max(1, rows[3 + i]['requests_per_s']):.1f} times Fastify")
    if a.json:
        with open(a.json, "w") as f:
            json.dump(rows, f, indent=1)
            f.write("\n")


main()
