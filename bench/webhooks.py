"""bench/webhooks: how many deliveries a second one dispatcher makes, to a receiver on this machine that answers 204 at
once, over a PostgreSQL that syncs what it commits.

  backlog  a backlog is worked off: 1 endpoint, then 20 of one tenant, then 20 tenants of one each
  steady   events come one transaction at a time; from the event's commit to its settlement

The dispatcher is pinned to core 0; PostgreSQL and the receiver share the rest.

  python3 bench/webhooks.py [--json FILE] [--events N]
"""
import argparse
import contextlib
import json
import os
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tests/integration")]
import database  # noqa: E402
from hooks import DRIVER, SECRET, Hooks  # noqa: E402
from stack import free_port  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def sink():
    port = free_port()
    p = subprocess.Popen([DRIVER, "sink", str(port)], stdout=subprocess.PIPE)
    assert p.stdout.readline() == b"ready\n"
    return p, port


def start(h):
    return h.start(wrapper=("taskset", "-c", "0"), EGRESS_ALLOW="127.0.0.1", LOG_LEVEL="info", CIRCUIT_BREAKER_THRESHOLD=1000)


def backlog(port, tenants, endpoints, events):
    with Hooks() as h:
        h.db.admin(f"""insert into tenants (id, slug, name) select 't' || i, 't' || i, 't' || i from generate_series(1, {tenants}) i;
            insert into webhook_endpoints (tenant_id, id, url, secret, max_concurrency) select 't' || t, 'w' || t || '-' || e,
            'http://127.0.0.1:{port}/', '{SECRET}', 64 from generate_series(1, {tenants}) t, generate_series(1, {endpoints}) e""")
        each = events // tenants // endpoints
        for t in range(1, tenants + 1):
            for n in range(0, each, 500):
                h.emit_many(min(500, each - n), tenant=f"t{t}", prefix=f"e{n}-")
        h.db.admin("vacuum analyze")
        total = each * tenants * endpoints
        p = start(h)
        began, cpu = time.monotonic(), cpu_s(p.pid)
        h.until("state = 'delivered'", total, 300)
        took, cpu = time.monotonic() - began, cpu_s(p.pid) - cpu
        h.stop(p)
        return {"tenants": tenants, "endpoints": endpoints, "deliveries": total, "per_second": round(total / took),
                "cpu_us_each": round(cpu / total * 1e6)}


def steady(port, seconds=10):
    with Hooks() as h:
        h.endpoint(f"http://127.0.0.1:{port}/", max_concurrency=64)
        h.endpoint(f"http://127.0.0.1:{port}/", tenant="B", max_concurrency=64)
        p = start(h)
        time.sleep(0.5)

        def write(tenant):
            # One connection, a transaction for each event, as fast as it commits.
            script = "".join(f"""begin; select set_config('app.tenant_id', '{tenant}', true);
                select event_id from enqueue_event('{tenant}', 'call.ended', 'c', '{i}', '{{"n":{i}}}'); commit;\n""" for i in range(50000))
            q = subprocess.Popen(["psql", "-X", "-q", "-At", h.db.url("invorto_app")], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)

            def feed():
                with contextlib.suppress(BrokenPipeError):
                    q.stdin.write(script.encode())

            threading.Thread(target=feed, daemon=True).start()
            time.sleep(seconds)
            q.kill()

        writers = [threading.Thread(target=write, args=(t,)) for t in "AB"]
        for w in writers:
            w.start()
        for w in writers:
            w.join()
        h.settled(60)
        n, p50, p99 = h.db.admin("""select count(*), percentile_cont(0.5) within group (order by ms), percentile_cont(0.99) within group
            (order by ms) from (select extract(epoch from done_at - next_at) * 1000 as ms from webhook_outbox) x""")[0]
        h.stop(p)
        return {"events_per_second": round(int(n) / seconds), "settled_ms_p50": round(float(p50), 1), "settled_ms_p99": round(float(p99), 1)}


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    args.add_argument("--json")
    args.add_argument("--events", type=int, default=20000)
    args = args.parse_args()
    receiver, port = sink()
    # The tests' server does not sync; this one does.
    database.run_psql(database.cluster().owner_url, "alter system set fsync = on")
    database.run_psql(database.cluster().owner_url, "select pg_reload_conf()")
    out = {"backlog": [], "steady": None}
    for tenants, endpoints in ((1, 1), (1, 20), (20, 1)):
        row = backlog(port, tenants, endpoints, args.events)
        out["backlog"].append(row)
        print("{tenants:3} tenants x {endpoints:2} endpoints: {deliveries} deliveries, {per_second}/s, {cpu_us_each} us of one core each"
              .format(**row), flush=True)
    out["steady"] = steady(port)
    print("steady: {events_per_second} events/s, committed to settled {settled_ms_p50} ms p50, {settled_ms_p99} ms p99".format(**out["steady"]))
    receiver.terminate()
    receiver.wait()
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(out, f, indent="\t")


if __name__ == "__main__":
    main()
