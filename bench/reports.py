#!/usr/bin/env python3
"""Reports over many calls: the three monitoring queries as they are written, campaign metrics, usage by day.
   reports.py [--calls N] [--tenants N] [--runs N] [--json FILE]"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests/integration"))
os.environ.setdefault("INVORTO_BUILD", os.path.join(ROOT, "build/release"))
os.chdir(ROOT)
from database import Cluster, Database  # noqa: E402
from test_schema import MONITORING  # noqa: E402

FILL = """
set session_replication_role = replica; -- no triggers: a hundred times as fast, and the same rows
insert into tenants (id, slug, name) select 't' || n, 't' || n, 'Tenant ' || n from generate_series(1, {tenants}) n;
insert into voice_campaigns (tenant_id, id, name, status) select 't' || t, 'cmp' || t || '_' || c, 'Campaign ' || c, 'running'
from generate_series(1, {tenants}) t, generate_series(1, 20) c;
-- Indexes are made again behind the rows: ten times as fast as with them.
create table kept as select pg_get_indexdef(i.indexrelid) as made, i.indexrelid::regclass::text as name from pg_index i
where i.indrelid in ('voice_call_records'::regclass, 'voice_usage_ledger'::regclass, 'kernel_events'::regclass)
	and not exists (select from pg_constraint c where c.conindid = i.indexrelid);
select 'drop index ' || name from kept \\gexec
create unlogged table drawn as
select n, case when n % 5 = 0 then 1 else 2 + n % ({tenants} - 1) end as t, n % 20 + 1 as c,
	(array['completed', 'completed', 'completed', 'no-answer', 'busy', 'failed'])[1 + (n * 7919) % 6] as status,
	(n * 104729) % 300 as seconds, timestamptz '2027-01-01' - (n * 8641) % 7776000 * interval '1 second' as at
from generate_series(1::bigint, {calls}) n;
insert into voice_call_records (tenant_id, id, campaign_id, direction, status, outcome, provider, started_at, ended_at, closed_at,
	duration_seconds, cost, cost_inr)
select 't' || t, 'call_' || lpad(n::text, 12, '0'), 'cmp' || t || '_' || c, 'outbound', status,
	case status when 'completed' then (array['connected', 'qualified', 'not-interested', 'voicemail'])[1 + n % 4] else status end,
	'elevenlabs', at, at + seconds * interval '1 second', at + seconds * interval '1 second', seconds, seconds / 600.0, seconds / 7.0 from drawn;
insert into voice_usage_ledger (tenant_id, id, call_id, campaign_id, duration_seconds, cost_usd, cost_inr, usage_date, occurred_at)
select 't' || t, 'led_' || lpad(n::text, 12, '0'), 'call_' || lpad(n::text, 12, '0'), 'cmp' || t || '_' || c, seconds, seconds / 600.0,
	seconds / 7.0, at::date, at from drawn;
insert into kernel_events (tenant_id, id, type, source, entity_type, entity_id, correlation_id, idempotency_key, occurred_at, status)
select 't' || t, 'kev' || n, 'voice.call.completed', 'voice', 'call', 'x', 'cmp' || t || '_' || c, 'k' || n, at, 'completed'
from drawn where n % 100 = 0;
insert into kernel_decisions (tenant_id, id, event_id, correlation_id, policy_name, decision_type, decision_json, status, created_at)
select 't' || t, 'kdc' || n, 'kev' || n, 'cmp' || t || '_' || c, 'voice_campaign_optimization', 'continue', '{{"reason": "No rule applies"}}',
	'executed', at from drawn where n % 100 = 0;
drop table drawn;
set maintenance_work_mem = '512MB';
select made from kept \\gexec
drop table kept;
"""
AT = "timestamptz '2027-01-01'"
QUESTIONS = [
    ("campaigns, as written", MONITORING[0]), ("usage by day, as written", MONITORING[1]), ("decisions, as written", MONITORING[2]),
    ("metrics of one campaign, 7 days", f"select kernel_explain('YOUR_TENANT_ID', 'cmpN_1', {AT})"),
    ("metrics of one campaign, all", "select campaign_metrics('YOUR_TENANT_ID', 'cmpN_1', null)"),
    ("usage of 30 days by day", "select usage_date, count(*), sum(duration_seconds), sum(cost_inr) from voice_usage_ledger where "
     f"tenant_id = 'YOUR_TENANT_ID' and occurred_at > {AT} - interval '30 days' group by 1"),
]


def timed(db, tenant, query, runs):
    text = query.replace("YOUR_TENANT_ID", tenant).replace("cmpN_", f"cmp{tenant[1:]}_")
    script = "\\timing on\n" + f"{text.rstrip().rstrip(';')};\n" * runs
    p = subprocess.run(["psql", "-X", "-q", "-At", "-o", "/dev/null", db.url("invorto_app")], input=script, capture_output=True, text=True, check=True,
                       env={**os.environ, "PGOPTIONS": f"-c app.tenant_id={tenant} -c statement_timeout=0"})
    took = sorted(float(line.split()[1]) for line in p.stdout.splitlines() if line.startswith("Time:"))
    return {"p50_ms": statistics.median(took), "p95_ms": took[min(len(took) - 1, int(len(took) * 0.95))]}


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--calls", type=int, default=10_000_000)
    a.add_argument("--tenants", type=int, default=20)
    a.add_argument("--runs", type=int, default=20)
    a.add_argument("--json")
    a = a.parse_args()
    server = Cluster("fsync=off", "max_connections=50", "max_wal_size=4GB", "shared_buffers=512MB", "work_mem=64MB", "wal_level=minimal", "max_wal_senders=0")
    db, began = Database("migrated", server), time.monotonic()
    p = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", db.url("invorto_admin")], input=FILL.format(calls=a.calls, tenants=a.tenants),
                       capture_output=True, text=True, check=False)
    assert p.returncode == 0, p.stderr
    subprocess.run(["psql", "-X", "-q", db.url("invorto_admin"), "-c", "vacuum analyze"], check=True)
    print(f"{a.calls:,} calls of {a.tenants} tenants in {time.monotonic() - began:.0f} s")
    out = []
    for tenant, share in (("t1", "a fifth of them"), ("t2", f"1/{(a.tenants - 1) * 5 // 4}")):
        for name, query in QUESTIONS:
            got = {"tenant": tenant, "calls": share, "query": name, **timed(db, tenant, query, a.runs)}
            out.append(got)
            print(f"{tenant} ({share})  {name:36} p50 {got['p50_ms']:9.1f} ms   p95 {got['p95_ms']:9.1f} ms", flush=True)
    if a.json:
        with open(a.json, "w", encoding="utf-8") as f:
            json.dump({"calls": a.calls, "results": out}, f, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
