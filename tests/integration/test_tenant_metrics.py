"""GET /v1/metrics: how a tenant's calls go, of the tenant alone and within the time asked for."""
import json

from house import House


def turn(ms, **without):
    stamps = {"speechStartMs": 0, "sttFirstMs": ms / 10, "vadEndMs": 100, "eouMs": 100 + ms / 2, "llmFirstMs": 100 + ms, "sentenceFirstMs": 100 + ms,
              "ttsFirstMs": 100 + 2 * ms, "heardFirstMs": 100 + 3 * ms}
    return json.dumps({k: v for k, v in stamps.items() if k not in without})


def test_calls_turns_and_costs_of_a_tenant_are_summed_over_the_time_asked_for():
    with House() as h:
        mine, theirs = h.key(role="analyst"), h.key("B")
        empty = h.api("GET", "/v1/metrics", key=mine)
        assert empty[0] == 200 and empty[2]["calls"] == {"byStatus": {}, "total": 0, "live": 0, "successRate": None}, empty
        assert empty[2]["turns"]["count"] == 0 and empty[2]["turns"]["latencyMs"]["turn"] == {"p50": None, "p95": None}, empty
        calls = [("A", "c1", "completed", 90, 10, "0 hours"), ("A", "c2", "completed", 30, 5.5, "1 hour"), ("A", "c3", "busy", 0, 0, "2 hours"),
                 ("A", "c4", "failed", 60, 1, "3 hours"), ("A", "c5", "in-progress", None, None, "0 hours"),
                 ("A", "c6", "completed", 600, 100, "3 days"), ("B", "c7", "completed", 6000, 1000, "0 hours")]
        for tenant, call, status, seconds, cost, ago in calls:
            over = "now()" if seconds is not None else "null"
            h.rows(f"insert into voice_call_records (tenant_id, id, status, started_at, ended_at, closed_at, duration_seconds, cost_inr, cost) values "
                   f"('{tenant}', '{call}', '{status}', now() - interval '{ago}', {over}, {over}, {'null' if seconds is None else seconds}, "
                   f"{'null' if cost is None else cost}, {'null' if cost is None else cost / 100})")
        h.rows("insert into call_timeline (tenant_id, call_id, seq, kind, payload, at) values " + ", ".join(
            f"('{tenant}', '{call}', {1000 + i}, 'turn.closed', '{turn(ms)}', now() - interval '{ago}')"
            for call, tenant, ago, values in (("c1", "A", "1 minute", range(10, 1010, 10)), ("c6", "A", "3 days", [100000]), ("c7", "B", "0", [99999]))
            for i, ms in enumerate(values)))
        # A greeting has no caller in front of it, what was erased says nothing, and what is no turn counts for none.
        h.rows("insert into call_timeline (tenant_id, call_id, seq, kind, payload) values ('A', 'c1', 90001, 'turn.closed', '{\"ttsFirstMs\": 5}'), "
               "('A', 'c1', 90002, 'turn.closed', '{}'), ('A', 'c1', 90003, 'turn.user', '{\"vadEndMs\": 0, \"heardFirstMs\": 99999999}')")
        status, _, got = h.api("GET", "/v1/metrics", key=mine)
        assert status == 200 and (got["tenantId"], got["period"]) == ("A", "24h"), got
        assert got["calls"] == {"byStatus": {"busy": 1, "completed": 2, "failed": 1, "in-progress": 1}, "total": 5, "live": 1, "successRate": 0.5}, got
        assert (got["minutes"], got["costInr"], got["costUsd"]) == (3, 16.5, 0.165), got
        assert got["turns"]["count"] == 102 and got["turns"]["more"] is False
        took = got["turns"]["latencyMs"]
        # Values 10…1000: the 95th of a hundred is between 950 and 960.
        for name, factor in (("asrFirstPartial", 0.1), ("endOfUtterance", 0.5), ("llmFirstToken", 0.5), ("ttsFirstChunk", 1), ("turn", 3)):
            assert abs(took[name]["p95"] - 950.5 * factor) < 0.2 and abs(took[name]["p50"] - 505 * factor) < 0.2, (name, took[name])
        hour = h.api("GET", "/v1/metrics?period=1h", key=mine)[2]
        assert hour["calls"]["total"] == 2 and hour["calls"]["successRate"] == 1, hour
        week = h.api("GET", "/v1/metrics?period=7d", key=mine)[2]
        assert week["calls"]["byStatus"]["completed"] == 3 and week["turns"]["latencyMs"]["turn"]["p95"] > took["turn"]["p95"], week
        assert h.api("GET", "/v1/metrics?period=1y", key=mine)[0] == 400 and h.api("GET", "/v1/metrics")[0] == 401
        assert h.api("GET", "/v1/metrics", key=theirs)[2]["calls"]["total"] == 1
        assert h.metric("invorto_calls_live") == 0, "and /metrics is the process's"
