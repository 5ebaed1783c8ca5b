"""Whatever an alert or the dashboard looks at, a daemon says; and what a rule sends one to is written."""
import json
import os
import re
import subprocess
import sys

from house import House
from stack import ROOT, get

MONITORING = os.path.join(ROOT, "infra/monitoring")
FUNCTIONS = {"sum", "rate", "increase", "max", "min", "by", "le", "and", "histogram_quantile", "up"}


def names(expression):
    """The series of a query: words that are neither functions nor labels nor strings."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"|by \([^)]*\)", " ", expression)
    return {w for w in re.findall(r"[a-zA-Z_][a-zA-Z0-9_]*", bare) if w not in FUNCTIONS}


def queries():
    with open(os.path.join(MONITORING, "alerts.yaml"), encoding="utf-8") as f:
        text = re.sub(r">-\n((?:\s{10,}.*\n)+)", lambda m: " ".join(m[1].split()) + "\n", f.read())
    rules = re.findall(r"alert: (\w+)\n\s+expr: (.*)\n", text)
    assert len(rules) == text.count("- alert:") > 20, rules
    with open(os.path.join(MONITORING, "dashboard.json"), encoding="utf-8") as f:
        for panel in json.load(f)["panels"]:
            rules += [(panel["title"], t["expr"]) for t in panel.get("targets", [])]
    return rules


def test_every_series_an_alert_or_the_dashboard_looks_at_is_exported():
    with House() as h:
        h.api("GET", "/v1/agents", key=h.key())
        text = get(h.http("/metrics"))[1]
    there = set(re.findall(r"^([a-zA-Z_][a-zA-Z0-9_]*)(?:\{| )", text, re.M))
    labels = {(m[0], m[1]) for m in re.findall(r'^(\w+)\{.*?(\w+)="', text, re.M)}
    for where, expression in queries():
        looked_at = names(expression)
        assert looked_at or expression.startswith("up"), (where, expression)
        for name in looked_at:
            assert name in there, f"{where}: {name} is nowhere in /metrics"
        for name, label in re.findall(r'(\w+)\{(\w+)[!=~]+"', expression):
            assert label == "job" or (name, label) in labels, f"{where}: {name} has no label {label}"
    started = float(re.search(r"^process_start_time_seconds (\S+)", text, re.M)[1])
    resident = float(re.search(r"^process_resident_memory_bytes (\S+)", text, re.M)[1])
    assert 1.7e9 < started < 5e9 and 1e6 < resident < 1e10, (started, resident)


def test_the_dashboard_is_what_its_table_says_and_every_alert_has_a_runbook():
    subprocess.run([sys.executable, os.path.join(MONITORING, "dashboard.py"), "--check"], check=True, timeout=30)
    with open(os.path.join(MONITORING, "alerts.yaml"), encoding="utf-8") as f:
        books = set(re.findall(r"runbook: runbooks\.md#([a-z-]+)", f.read()))
    with open(os.path.join(ROOT, "docs/runbooks.md"), encoding="utf-8") as f:
        written = {re.sub(r"[^a-z -]", "", t.lower()).strip().replace(" ", "-") for t in re.findall(r"^## (.*)$", f.read(), re.M)}
    assert books <= written, books - written
