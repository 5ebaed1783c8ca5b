"""Writes dashboard.json, Grafana's view of a fleet: python3 infra/monitoring/dashboard.py [--check]"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def p(q, metric, window="5m"):
    return f"histogram_quantile({q}, sum by (le) (rate({metric}_bucket[{window}])))"


def rate(metric, by=None, where=""):
    return f"sum {f'by ({by}) ' if by else ''}(rate({metric}{where}[5m]))"


# A row of the dashboard: its title, and its panels as (title, unit, [(query, legend)…]).
ROWS = [
    ("Calls", [
        ("Live calls", "short", [("sum by (instance) (invorto_calls_live)", "{{instance}}")]),
        ("Begun a second", "cps", [(rate("invorto_calls_started_total", "leg"), "{{leg}}")]),
        ("How they end", "cps", [(rate("invorto_calls_ended_total", "reason"), "{{reason}}")]),
        ("Refused", "cps", [(rate("invorto_calls_refused_total", "reason"), "{{reason}}")]),
    ]),
    ("How an answer comes about", [
        ("Caller's last sound to the answer's first", "ms", [(p(q, "invorto_turn_latency_ms"), f"p{round(100 * q)}") for q in (0.5, 0.95, 0.99)]),
        ("Where the time goes (p95)", "ms", [(p(0.95, m), m) for m in ("eou_ms", "llm_first_token_ms", "tts_first_chunk_ms")]),
        ("Interruption to silence", "ms", [(p(q, "bargein_cutoff_ms"), f"p{round(100 * q)}") for q in (0.5, 0.95)]),
        ("Interruptions", "cps", [(rate("invorto_bargeins_total", "outcome"), "{{outcome}}")]),
    ]),
    ("Sound on time", [
        ("Lateness of blocks", "ms", [(p(q, "invorto_frame_lateness_ms"), f"p{100 * q:g}") for q in (0.5, 0.99, 0.999)]),
        ("Lateness of the loop", "ms", [(p(q, "invorto_loop_lag_ms"), f"p{100 * q:g}") for q in (0.5, 0.99, 0.999)]),
        ("Core", "percentunit", [('rate(process_cpu_seconds_total{job="invorto"}[1m])', "{{instance}}")]),
        ("Memory", "bytes", [('process_resident_memory_bytes{job="invorto"}', "{{instance}}")]),
    ]),
    ("Providers", [
        ("Streams", "cps", [(rate("invorto_provider_requests_total", "result"), "{{result}}")]),
        ("The next takes over", "cps", [(rate("invorto_provider_failovers_total", "role"), "{{role}}")]),
        ("Not asked any more", "short", [("max by (role) (invorto_provider_breaker_open)", "{{role}}")]),
        ("Tools", "cps", [(rate("invorto_tool_calls_total", "result"), "{{result}}")]),
    ]),
    ("Telephony", [
        ("Slots", "short", [("max(telephony_active_semaphores)", "taken"), ("max(telephony_max_semaphores)", "allowed")]),
        ("Slots refused", "cps", [(rate("invorto_slots_refused_total", "scope"), "{{scope}}")]),
        ("Dials", "cps", [(rate("invorto_dials_total", "result"), "{{result}}")]),
        ("Hooks", "cps", [(rate("invorto_carrier_hooks_total", "result"), "{{result}}")]),
    ]),
    ("What must not be lost", [
        ("Webhooks waiting, dead", "short", [("max(invorto_webhook_queue_length)", "waiting"), ("max(invorto_webhook_dead_letters)", "dead")]),
        ("Event to first attempt", "ms", [(p(q, "invorto_webhook_first_attempt_ms"), f"p{round(100 * q)}") for q in (0.5, 0.99)]),
        ("Files waiting for the store", "short", [("max(invorto_artifacts_waiting)", "files")]),
        ("Calls lost", "cps", [(rate("invorto_calls_lost_total"), "lost"), (rate("invorto_journal_errors_total"), "journal errors")]),
    ]),
    ("Stores and the API", [
        ("Postgres (p95, with the wait for a connection)", "ms", [("histogram_quantile(0.95, sum by (le, pool) (rate(invorto_pg_batch_ms_bucket[5m])))", "{{pool}}")]),
        ("Redis", "ms", [(p(q, "invorto_redis_command_ms"), f"p{round(100 * q)}") for q in (0.5, 0.99)]),
        ("Requests", "reqps", [(rate("invorto_http_requests_total", "class"), "{{class}}")]),
        ("API (p95 by route)", "ms", [("histogram_quantile(0.95, sum by (le, route) (rate(invorto_http_route_ms_bucket[5m])))", "{{route}}")]),
    ]),
]


def panel(n, y, x, title, unit, queries):
    return {
        "id": n, "type": "timeseries", "title": title, "gridPos": {"h": 7, "w": 6, "x": x, "y": y},
        "datasource": {"type": "prometheus", "uid": "${DS_PROMETHEUS}"},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0, "custom": {"lineWidth": 1, "fillOpacity": 8}}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [{"refId": chr(65 + i), "expr": q, "legendFormat": legend} for i, (q, legend) in enumerate(queries)],
    }


def dashboard():
    panels, n, y = [], 1, 0
    for title, row in ROWS:
        panels.append({"id": n, "type": "row", "title": title, "collapsed": False, "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}, "panels": []})
        for i, (name, unit, queries) in enumerate(row):
            panels.append(panel(n + 1 + i, y + 1, 6 * i, name, unit, queries))
        n, y = n + 1 + len(row), y + 8
    return {
        "uid": "invorto", "title": "Invorto", "tags": ["invorto"], "schemaVersion": 39, "version": 1, "editable": True,
        "time": {"from": "now-3h", "to": "now"}, "refresh": "10s", "timezone": "browser", "panels": panels,
        "templating": {"list": [{"name": "DS_PROMETHEUS", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]},
    }


if __name__ == "__main__":
    path, text = os.path.join(HERE, "dashboard.json"), json.dumps(dashboard(), indent=1) + "\n"
    if "--check" in sys.argv:
        with open(path, encoding="utf-8") as f:
            sys.exit(f.read() != text and "dashboard.json is not what dashboard.py writes")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
