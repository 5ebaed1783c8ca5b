"""Campaigns: leads a second that are taken into one, claims a second by several processes, and how long the start of a campaign of
100,000 takes until its first calls. PostgreSQL writes to its disk as it would (fsync on)."""
import argparse
import datetime
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests/integration"))
os.environ.setdefault("INVORTO_BUILD", "build/release")
os.chdir(ROOT)
from database import Cluster, Database, run_psql  # noqa: E402
from stack import BUILD  # noqa: E402

DRIVER = os.path.join(BUILD, "tests/drivers/campaigns")


def fill(db, leads, campaigns, zone):
    for t in ("A", "B"):
        db.admin(f"insert into voice_agents (tenant_id, id, name, config) values ('{t}', 'agt', 'x', '{{}}')")
        db.admin(f"insert into voice_phone_numbers (tenant_id, id, phone_number) values ('{t}', 'num', '+1555010{ord(t):04}')")
        for n in range(campaigns):
            db.admin("insert into voice_campaigns (tenant_id, id, name, kind, consent_required, calls_per_second, max_concurrent_calls, "
                     f"max_calls_per_day, voice_agent_id, phone_number_id, target_segment) values ('{t}', 'c{n}', 'c{n}', 'informational', false, "
                     f"1000, 1000000, 100000000, 'agt', 'num', '{{\"tags\": [\"c{n}\"]}}')")
    each = leads // campaigns // 2
    began = time.monotonic()
    for t in ("A", "B"):
        db.admin(f"insert into leads (tenant_id, id, first_name, phone, timezone, tags) select '{t}', 'l' || lpad(n::text, 9, '0'), 'Asha', "
                 f"'+9198' || lpad(n::text, 8, '0'), '{zone}', array['c' || n % {campaigns}] from generate_series(1, {each * campaigns}) n")
    return each, time.monotonic() - began


def ask(db, script):
    began = time.monotonic()
    got = run_psql(db.url("invorto_worker"), "select set_config('app.tenant_id', 'A', false);" + script)
    return got, time.monotonic() - began


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--json")
    p.add_argument("--leads", type=int, default=100000)
    p.add_argument("--seconds", type=int, default=20)
    p.add_argument("--processes", type=int, default=4)
    o = p.parse_args()
    ahead = 13 - datetime.datetime.now(datetime.timezone.utc).hour
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
    server = Cluster("max_connections=100", "shared_buffers=256MB")
    db = Database("tenants", server)
    out = {"leads": o.leads}
    out["loaded"], took = fill(db, o.leads * 2, 1, zone)
    out["loaded_per_s"] = round(out["loaded"] * 2 / took)

    # The start as it is ordered: so many at once, the rest by the rounds of the engine.
    row, took = ask(db, "select ok, enrolled from campaign_order('A', 'c0', 'start', now(), 'usr', null)")
    assert row[-1][0] == "t", row
    out["start_s"] = round(took, 2)
    began = time.monotonic()
    (got, took) = ask(db, "select call_id from campaign_claim(now() + interval '1 s', 'bench', 30, 20, 400)")
    assert got and got[-1][0].startswith("call_"), got
    out["first_claim_s"] = round(took, 3)
    while ask(db, "select moved from campaign_tend(now(), 10)")[0][-1] != ["0"]:
        pass
    out["all_enrolled_s"] = round(time.monotonic() - began, 2)
    # And in one statement, as a caller may.
    n, took = ask(db, "select set_config('app.tenant_id', 'B', false); select campaign_enrol('B', 'c0', now(), 10000000)")
    out["one_statement_s"], out["one_statement_leads_per_s"] = round(took, 2), round(int(n[-1][0]) / took)
    db.admin("update voice_campaigns set status = 'running' where tenant_id = 'B'")

    env = {**os.environ, "DATABASE_URL": db.url("invorto_app"), "DATABASE_WORKER_URL": db.url("invorto_worker"), "JAMBONZ_CPS": "1000"}
    running = [subprocess.Popen([DRIVER, "bench", f"b{i}", str(o.seconds)], env=env, stdout=subprocess.PIPE, text=True)
               for i in range(o.processes)]
    claims, seconds = 0, 0.0
    for q in running:
        words = q.communicate()[0].split()
        claims += int(words[0])
        seconds = max(seconds, float(words[1]))
    twice = db.admin("select count(*) from (select from voice_call_records group by tenant_id, lead_id, attempt having count(*) > 1) x")
    assert twice == [["0"]], twice
    out.update(processes=o.processes, claims=claims, claims_per_s=round(claims / seconds))
    print(f"start            {out['start_s']:>8} s\nloaded           {out['loaded_per_s']:>8} leads/s\nfirst claim      {out['first_claim_s']:>8} s behind the start\n"
          f"all enrolled     {out['all_enrolled_s']:>8} s\nin one statement {out['one_statement_s']:>8} s, {out['one_statement_leads_per_s']} leads/s\n"
          f"claims           {out['claims_per_s']:>8} a second by {o.processes} processes, each with the right to dial")
    if o.json:
        with open(o.json, "w", encoding="utf-8") as f:
            json.dump(out, f, indent=1)


main()
