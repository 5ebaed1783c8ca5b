#!/usr/bin/env python3
"""Hooks a second on one core: signed as Jambonz and as Twilio sign, with a row, slots and an answer for each call that
rings, against a PostgreSQL and a Redis that are real. The daemon has core 0 to itself; they and the carriers (wrk,
bench/hooks.lua) share core 1.

  python3 bench/hooks.py [--json FILE] [--hooks N] [--connections LIST] [--durable]
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests/integration"))
os.environ.setdefault("INVORTO_BUILD", os.path.join(ROOT, "build/release"))
from database import Cluster  # noqa: E402
from house import House  # noqa: E402
from stack import DAEMON  # noqa: E402

SECRETS = {"jambonz": "wh_secret_bench_0123456789", "twilio": "twilio-token-bench-0123456789"}
NUMBERS = {"jambonz": "+15553334444", "twilio": "+15553334445"}
WHAT = {"call": "a call rings: row, slots, answer", "status": "it was answered", "end": "it is over: row closed, slots given back"}
AGENT = {"name": "Bench", "greeting": "", "disclosure": "", "disclosureWaived": True, "prompt": "You answer the phone of a dentist. " * 20}
ENDS_MOST = 2000  # the end of a call is a hundred a second: what needs minutes tells no more
NO_CAPS = ("MAX_CONCURRENT_CALLS", "DAILY_COST_CAP_INR", "MONTHLY_MINUTE_CAP", "TELEPHONY_GLOBAL_MAX_CONCURRENCY", "JAMBONZ_MAX_CONCURRENCY",
           "TWILIO_MAX_CONCURRENCY", "TELEPHONY_PER_AGENT_MAX_CONCURRENCY", "TELEPHONY_PER_CAMPAIGN_MAX_CONCURRENCY")


def cpu_s(pid):
    """Of all its threads."""
    used = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="utf-8") as f:
            used += int(f.read().split()[0])
    return used / 1e9


class Bench(House):
    def __init__(self, durable):
        self.cluster = Cluster(*(["max_connections=200"] if durable else []))
        super().__init__(env={"LOG_LEVEL": "warn", "JAMBONZ_WEBHOOK_SECRET": SECRETS["jambonz"], "TWILIO_AUTH_TOKEN": SECRETS["twilio"],
                              **{name: "0" for name in NO_CAPS}}, agents={"bench": AGENT}, server=self.cluster, lab=False)
        self.env["PUBLIC_BASE_URL"] = self.http("")
        for carrier, number in NUMBERS.items():
            self.rows(f"insert into voice_phone_numbers (tenant_id, phone_number, provider, voice_agent_id) values ('A', '{number}', '{carrier}', 'bench')")

    def start_daemon(self):
        with open(os.path.join(self.dir, "invorto.log"), "ab") as log:
            self.daemon = subprocess.Popen(["taskset", "-c", "0", DAEMON, "serve"], env=self.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        self.wait_for_daemon()

    def pin_services(self):
        """PostgreSQL and Redis of this bench, no other's."""
        for pid in [*self.cluster.family(), self.redis.process.pid]:
            subprocess.run(["taskset", "-acp", "1", str(pid)], capture_output=True, check=False)


def hooks(h, carrier, what, run, count, connections):
    """So many of them; refuses to believe a number when one was not answered well."""
    wrk = subprocess.Popen(["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", "-d600s", "--timeout", "30s", "-s", os.path.join(ROOT, "bench/hooks.lua"),
                            h.http(""), "--", carrier, what, run, str(count), SECRETS[carrier]], stdout=subprocess.PIPE, text=True)
    before, text, used = cpu_s(h.daemon.pid), "", 0
    for line in wrk.stdout:
        text += line
        if line.startswith("ANSWERED"):
            used = cpu_s(h.daemon.pid) - before
            wrk.send_signal(signal.SIGINT)
    wrk.wait()
    seconds = float(re.search(r"ANSWERED \d+ (.*)", text).group(1))
    refused, broken, p50, p99 = map(int, re.search(r"RESULT (.*)", text).group(1).split())
    assert not refused and not broken, f"{carrier} {what}: {refused} refused, {broken} broken"
    row = {"carrier": carrier, "hook": what, "connections": connections, "hooks": count, "hooks_per_s": round(count / seconds), "p50_ms": p50 / 1000,
           "p99_ms": p99 / 1000, "cpu_us_per_hook": round(used * 1e6 / count, 1), "core_pct": round(100 * used / seconds, 1)}
    print(f"{carrier:8} {what:7} {connections:>11} {row['hooks_per_s']:>8} {row['p50_ms']:>7.2f} {row['p99_ms']:>7.2f} {row['cpu_us_per_hook']:>8.0f} "
          f"{row['core_pct']:>6.1f}", flush=True)
    return row


def counted(h, carrier, run, where):
    return int(h.rows("select count(*) from voice_call_records c join call_aliases a on a.tenant_id = c.tenant_id and a.call_id = c.id "
                      f"where a.provider = '{carrier}' and position('{run}' in a.alias) > 0 and {where}")[0][0])


def one(h, carrier, count, connections):
    """The life of `count` calls: they ring, are answered, are hung up."""
    run = f"b{time.time_ns():x}"
    sure = count - connections  # when the last answer is in, the others of the moment are on their way
    rows = [hooks(h, carrier, "call", run, count, connections)]
    assert counted(h, carrier, run, "closed_at is null") >= sure, "calls were declined"
    rows.append(hooks(h, carrier, "status", run, sure, connections))
    ends = min(sure, ENDS_MOST)
    rows.append(hooks(h, carrier, "end", run, ends, connections))
    assert counted(h, carrier, run, "closed_at is not null") >= ends - connections, "calls were not closed"
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json")
    parser.add_argument("--hooks", type=int, default=10000)
    parser.add_argument("--connections", type=lambda text: list(map(int, text.split(","))), default=[1, 32])
    parser.add_argument("--durable", action="store_true", help="PostgreSQL waits for the disk, as in production: measures the disk")
    args = parser.parse_args()
    rows = []
    with Bench(args.durable) as h:
        for carrier in SECRETS:
            h.pin_services()
            hooks(h, carrier, "call", f"w{time.time_ns():x}", 500, 8)
        h.pin_services()  # those that came with more connections
        print(f"\n{'carrier':8} {'hook':7} {'connections':>11} {'hooks/s':>8} {'p50 ms':>7} {'p99 ms':>7} {'CPU us':>8} {'core %':>6}")
        for connections in args.connections:
            for carrier in SECRETS:
                rows += one(h, carrier, args.hooks if connections > 4 else max(100, args.hooks // 5), connections)
    for what, meaning in WHAT.items():
        print(f"{what}: {meaning}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(rows, f, indent=1)
            f.write("\n")


if __name__ == "__main__":
    main()
