"""A tenant's own rules of the optimiser over REST, and rules that only watch."""
from database import Database
from house import House
from test_kernel import FAILED, GOOD, NOW, SILENT, Campaign

PATH = "/v1/optimizer-rules"
WHOLE = {"name": "quick_stop", "metric": "failure_rate", "comparison": ">=", "threshold": 0.5, "minSample": 4, "decision": "pause_campaign",
         "reason": "Half of {sample} failed"}
WINDOWS = [{"start": "10:00", "end": "12:00", "timezone": "local"}, {"start": "14:00", "end": "16:00", "timezone": "Asia/Kolkata"}]


def wrong(answer):
    status, headers, body = answer
    assert status == 400 and headers["content-type"].startswith("application/problem+json"), answer
    return {e["pointer"] if "pointer" in e else "?" + e["parameter"] for e in body["errors"]}


def test_rules_are_made_shown_changed_and_taken_away():
    with House(lab=False) as h:
        key, dev, analyst, other = h.key(), h.key(role="dev"), h.key(role="analyst"), h.key("B")
        status, _, page = h.api("GET", PATH, key=analyst)
        assert status == 200 and not page["hasMore"] and len(page["data"]) == 4
        shared = {r["name"]: r for r in page["data"]}
        assert set(shared) == {"stop_loss", "retry_windows", "agent_switch", "scale_up"}
        assert all(r["scope"] == "platform" and not r["overridden"] and r["mode"] == "enforce" for r in page["data"])
        assert shared["scale_up"]["also"] == [{"metric": "connect_rate", "comparison": ">", "threshold": 0.4}] and shared["scale_up"]["action"]["factor"] == 1.5
        assert [w["start"] for w in shared["retry_windows"]["action"]["retryWindows"]] == ["10:00", "14:00"]
        # In the place of everybody's: what is not said is its.
        status, _, mine = h.api("POST", PATH, {"name": "stop_loss", "threshold": 0.2, "mode": "shadow"}, dev)
        assert status == 201 and mine["scope"] == "tenant" and mine["threshold"] == 0.2 and mine["mode"] == "shadow", mine
        same = ("metric", "comparison", "minSample", "sampleOf", "decision", "reason", "position", "windowSeconds", "coolDownSeconds")
        assert all(mine[k] == shared["stop_loss"][k] for k in same) and mine["createdAt"].endswith("Z") and len(mine["createdAt"]) == 24
        assert h.api("POST", PATH, {"name": "stop_loss"}, dev)[0] == 409, "one of each name"
        status, _, own = h.api("POST", PATH, {**WHOLE, "also": [{"metric": "average_duration_s", "comparison": "<", "threshold": 20}]}, dev)
        assert status == 201 and own["also"][0]["threshold"] == 20 and own["position"] == 100 and own["coolDownSeconds"] == 3600
        listed = h.api("GET", PATH, key=analyst)[2]["data"]
        assert [r["overridden"] for r in listed if r["scope"] == "platform" and r["name"] == "stop_loss"] == [True] and len(listed) == 6
        # Pages.
        seen, cursor = [], ""
        while True:
            status, _, page = h.api("GET", f"{PATH}?limit=2{cursor}", key=analyst)
            assert status == 200 and len(page["data"]) == 2
            seen += [r["id"] for r in page["data"]]
            if not page["hasMore"]:
                break
            cursor = "&cursor=" + page["nextCursor"]
        assert len(seen) == len(set(seen)) == 6 and seen == [r["id"] for r in listed] and seen[0] == own["id"]
        assert wrong(h.api("GET", PATH + "?cursor=x", key=key)) == {"?cursor"}
        # Changed, one thing at a time.
        one = PATH + "/" + own["id"]
        status, _, got = h.api("PATCH", one, {"decision": "adjust_retry_window", "action": {"retryWindows": WINDOWS}, "enabled": False}, dev)
        assert status == 200 and got["action"]["retryWindows"] == WINDOWS and not got["enabled"] and got["threshold"] == 0.5, got
        assert h.rows(f"select action, action_type, decision_type from optimizer_rules where id = '{own['id']}'")[0][1:] == ["shift_calling_hours", "adjust_retry_window"]
        status, _, got = h.api("PATCH", one, {"decision": "scale_up", "action": {"factor": 1.25}}, dev)
        assert status == 200 and got["action"]["factor"] == 1.25 and got["action"]["retryWindows"] == [], got
        status, _, got = h.api("PATCH", one, {"decision": "switch_agent", "threshold": 0.9}, dev)
        assert status == 200 and got["threshold"] == 0.9 and h.api("GET", one, key=analyst)[2] == got
        # Nobody else's, and everybody's stay.
        for path in (one, PATH + "/rule_nope"):
            assert h.api("GET", path, key=other)[0] == h.api("PATCH", path, {"threshold": 0.1}, other)[0] == h.api("DELETE", path, key=other)[0] == 404
        assert h.api("PATCH", PATH + "/rule_stop_loss", {"threshold": 0.1}, key)[0] == h.api("DELETE", PATH + "/rule_stop_loss", key=key)[0] == 409
        assert h.api("POST", PATH, WHOLE, analyst)[0] == h.api("DELETE", one, key=analyst)[0] == 403
        assert h.api("DELETE", one, key=dev)[0] == 204 and h.api("GET", one, key=dev)[0] == 404
        told = h.rows("select action, entity_id from audit_log order by id")
        assert [t for t in told if t[1] == own["id"]] and len(told) >= 6, told


def test_what_is_wrong_with_a_rule_is_named():
    with House(lab=False) as h:
        key = h.key()
        for change, pointers in (
                ({"name": "9lives"}, {"/name"}), ({"name": "Loud"}, {"/name"}), ({"name": ""}, {"/name"}), ({"metric": "mood"}, {"/metric"}),
                ({"comparison": "="}, {"/comparison"}), ({"threshold": 30}, {"/threshold"}), ({"threshold": -1}, {"/threshold"}),
                ({"minSample": -1, "windowSeconds": 5, "coolDownSeconds": -1}, {"/minSample", "/windowSeconds", "/coolDownSeconds"}),
                ({"also": [{"metric": "busy_rate", "comparison": ">", "threshold": 2}]}, {"/also/0/threshold"}),
                ({"also": [{"metric": "busy_rate"}]}, {"/also/0/comparison", "/also/0/threshold"}),
                ({"decision": "adjust_retry_window"}, {"/action/retryWindows"}), ({"decision": "scale_up"}, {"/action/factor"}),
                ({"decision": "scale_up", "action": {"factor": 1}}, {"/action/factor"}), ({"action": {"factor": 2}}, {"/action/factor"}),
                ({"decision": "switch_agent", "action": {"agentId": "nobody"}}, {"/action/agentId"}),
                ({"decision": "adjust_retry_window", "action": {"retryWindows": [{"start": "25:00", "end": "26:00"}]}}, {"/action/retryWindows"}),
                ({"decision": "adjust_retry_window", "action": {"retryWindows": [{**WINDOWS[0], "timezone": "Mars/Base"}]}}, {"/action/retryWindows"}),
                ({"reason": ""}, {"/reason"}), ({"mode": "perhaps"}, {"/mode"}), ({"id": "mine"}, {"/id"}), ({"colour": "red"}, {"/colour"})):
            assert wrong(h.api("POST", PATH, {**WHOLE, **change}, key)) == pointers, change
        assert wrong(h.api("POST", PATH, {"name": "unheard_of"}, key)) == {"/metric", "/comparison", "/threshold", "/decision", "/reason"}
        assert h.rows("select count(*) from optimizer_rules where tenant_id is not null") == [["0"]]
        made = h.api("POST", PATH, WHOLE, key)[2]
        for change, pointers in (({}, {""}), ({"threshold": 1.5}, {"/threshold"}), ({"decision": "scale_up"}, {"/action/factor"})):
            assert wrong(h.api("PATCH", f"{PATH}/{made['id']}", change, key)) == pointers, change
        assert h.api("PATCH", f"{PATH}/{made['id']}", {"metric": "average_duration_s", "threshold": 30}, key)[0] == 200
        assert h.api("POST", PATH, {**WHOLE, "name": "second"}, key)[0] == 201
        assert h.api("PATCH", f"{PATH}/{made['id']}", {"name": "second"}, key)[0] == 409


OWN = ("insert into optimizer_rules (tenant_id, name, position, metric, comparison, threshold, min_sample, decision_type, action_type, reason, mode) "
       "values ('A', '{}', {}, '{}', '>', {}, 4, 'pause_campaign', 'pause_campaign', 'r', '{}')")


def test_a_rule_that_watches_keeps_none_behind_it_from_acting():
    db = Database()
    db.admin(OWN.format("stop_loss", 10, "failure_rate", 0.3, "shadow"))
    c = Campaign(db).add((7, FAILED), (13, SILENT))  # the first would stop it, the second moves its windows
    d = c.decide()
    assert d["type"] == "adjust_retry_window" and c.results(d)["stop_loss"] == "watched" and c.row("status") == ["running"]
    # Alone: it says so, and does nothing.
    alone = Campaign(db, "cmp2").add((7, FAILED), (13, GOOD))
    d = alone.decide()
    assert d["type"] == "pause_campaign" and alone.row("status") == ["running"] and d["json"]["metadata"]["mode"] == "shadow", (d, alone.row("status"))
    assert db.admin(f"select status from kernel_decisions where id = '{d['id']}'") == [["proposed"]]
    assert alone.actions() == [["pause_campaign", "skipped", ""]]
    # A tenant that only watches watches with all of them, in their order.
    db.admin("update tenants set settings = settings || '{\"optimizer_mode\": \"shadow\"}' where id = 'A'")
    quiet = Campaign(db, "cmp3").add((7, FAILED), (13, SILENT))
    d = quiet.decide()
    assert d["type"] == "pause_campaign" and quiet.results(d)["retry_windows"] == "later" and quiet.row("status") == ["running"]
    # And nothing that watches is worse than nothing.
    db.admin("update tenants set settings = '{}' where id = 'A'; update optimizer_rules set mode = 'enforce' where tenant_id = 'A'")
    loud = Campaign(db, "cmp4").add((7, FAILED), (13, GOOD))
    assert loud.decide(at=NOW)["type"] == "pause_campaign" and loud.row("status") == ["paused"]
