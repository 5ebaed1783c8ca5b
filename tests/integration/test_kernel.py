"""The kernel's rules: each at, below and above its threshold and its smallest sample, their order, cool-down, shadow mode, a
tenant's own; every number in a decision counted again here. All in the database, in a year of the test's own."""
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from fractions import Fraction

from database import Database, quoted

NOW = datetime(2027, 3, 10, 15, 0, tzinfo=timezone.utc)
REACHED = {"connected", "qualified", "not-interested", "callback-requested", "opted-out", "transferred"}
WINDOWS = [{"start": "10:00", "end": "12:00", "timezone": "local"}, {"start": "14:00", "end": "16:00", "timezone": "local"}]
# A kind of call: status, outcome, score.
FAILED, BUSY, SILENT = ("failed", "failed", None), ("busy", "busy", None), ("no-answer", "no-answer", None)
MET, GOOD, MACHINE = ("completed", "connected", None), ("completed", "qualified", None), ("completed", "voicemail", None)


def decisions(db, where):
    for row in (got := db.admin("select id, decision_type, status, decision_json, policy_name, event_id, correlation_id from kernel_decisions "
                                f"where {where} order by created_at")):
        row[3] = json.loads(row[3])
    return [{**dict(zip(("id", "type", "status", "json", "policy", "event", "campaign"), row)),
             "rules": {r["name"]: r for r in row[3]["metadata"]["rules"]}} for row in got]


class Campaign:
    """A campaign with calls; `at` of a call is hours before NOW."""

    def __init__(self, db=None, name="cmp1", tenant="A", made=False, **settings):
        self.db, self.name, self.tenant, self.calls = db or Database(), name, tenant, []
        if settings:
            self.db.admin(f"update tenants set settings = settings || {quoted(json.dumps(settings))} where id = '{tenant}'")
        if not made:
            self.db.admin("insert into voice_campaigns (tenant_id, id, name, status, max_concurrent_calls, max_calls_per_day) "
                          f"values ('{tenant}', '{name}', 'Spring', 'running', 3, 101)")

    def add(self, *groups, hours=1.0):
        """(how many, kind)…: they end at that hour before NOW."""
        self.db.admin(self.adding(groups, hours))
        return self

    def adding(self, groups, hours=1.0):
        rows = []
        for many, (status, outcome, score) in groups:
            for _ in range(many):
                n, ended = len(self.calls), NOW - timedelta(hours=hours)
                self.calls.append((status, outcome, score, ended, n % 7, n / 100))
                analysis = "null" if score is None else quoted(json.dumps({"qualification_score": score}))
                rows.append(f"('{self.tenant}', '{self.name}_{n}', '{self.name}', '{status}', {quoted(outcome)}, {analysis}, "
                            f"'{ended.isoformat()}', '{ended.isoformat()}', {n % 7}, {n / 100})")
        return ("insert into voice_call_records (tenant_id, id, campaign_id, status, outcome, analysis, started_at, ended_at, "
                "duration_seconds, cost) values " + ", ".join(rows) + ";")

    def pending(self):
        return self.db.admin(f"select id from kernel_events where tenant_id = '{self.tenant}' and correlation_id = '{self.name}' "
                             "and status = 'pending' order by created_at desc, id desc")

    def decide(self, at=NOW, event=None):
        """The decision's row as a dict, or the result when none was made."""
        event = event or self.pending()[0][0]
        got = self.db.sql(f"select result, decision_id from kernel_decide('{self.tenant}', '{event}', '{at.isoformat()}')",
                          role="invorto_worker")[0]
        return decisions(self.db, f"id = '{got[1]}'")[0] if got[0] == "decided" else got[0]

    def results(self, decision):
        return {name: rule["result"] for name, rule in decision["rules"].items()}

    def actions(self):
        return self.db.admin(f"select action_type, status, coalesce(error, '') from kernel_actions where tenant_id = '{self.tenant}' "
                             f"and correlation_id = '{self.name}' order by created_at")

    def row(self, columns):
        return self.db.admin(f"select {columns} from voice_campaigns where tenant_id = '{self.tenant}' and id = '{self.name}'")[0]

    def counted(self, days=7, parity=False, at=NOW):
        """By hand, from what was put in."""
        seen = [c for c in self.calls if parity or at - timedelta(days=days) < c[3] <= at]
        hit = [c for c in seen if (c[0] == "completed" and c[1] == "connected" if parity else c[1] in REACHED)]
        good = [c for c in (seen if parity else hit) if c[1] == "qualified" or (c[2] or 0) >= 7]
        return {"total": len(seen), "completed": sum(c[0] == "completed" for c in seen), "failed": sum(c[0] == "failed" for c in seen),
                "connected": len(hit), "qualified": len(good), "seconds": sum(c[4] for c in seen),
                "voicemail": sum(c[1] == "voicemail" for c in seen), "busy": sum("busy" in c[:2] for c in seen),
                "no_answer": sum("no-answer" in c[:2] for c in seen), "cost_usd": round(sum(c[5] for c in seen), 4)}

    def check_numbers(self, decision, parity=False):
        want = self.counted(parity=parity)
        for got in decision["json"]["metadata"]["counts"]:
            if got["parity"] == parity:
                assert {k: round(v, 4) for k, v in got["counts"].items()} == want, (got, want)
        of = {"failure_rate": ("failed", "total"), "connect_rate": ("connected", "total"), "efficiency": ("qualified", "total"),
              "qualification_rate": ("qualified", "connected"), "busy_rate": ("busy", "total"), "average_duration_s": ("seconds", "total")}
        for rule in decision["rules"].values():
            if rule["parity"] != parity:
                continue
            for condition in [rule, *rule["also"]]:
                top, bottom = (want[k] for k in of[condition["metric"]])
                assert (condition["numerator"], condition["denominator"]) == (top, bottom), condition
                assert condition["value"] is None if not bottom else abs(condition["value"] - top / bottom) < 1e-6, condition
            assert rule["sample"] == want[rule["sample_of"]], rule


# name, calls, result of that rule, decision; whoever comes before must not match
TABLE = [
    # more than 30 % of at least 10 failed
    ("stop_loss", [(3, FAILED), (7, MET)], "not_reached", None),
    ("stop_loss", [(4, FAILED), (6, MET)], "matched", "pause_campaign"),
    ("stop_loss", [(2, FAILED), (8, MET)], "not_reached", None),
    ("stop_loss", [(9, FAILED)], "too_few", "continue"),
    ("stop_loss", [(10, FAILED)], "matched", "pause_campaign"),
    ("stop_loss", [(31, FAILED), (69, MET)], "matched", "pause_campaign"),
    ("stop_loss", [(30, FAILED), (70, MET)], "not_reached", None),
    # fewer than 20 % of at least 20 answered by a person
    ("retry_windows", [(4, GOOD), (16, SILENT)], "not_reached", "continue"),
    ("retry_windows", [(3, GOOD), (17, SILENT)], "matched", "adjust_retry_window"),
    ("retry_windows", [(3, GOOD), (16, SILENT)], "too_few", "continue"),
    ("retry_windows", [(5, GOOD), (15, BUSY)], "not_reached", "continue"),
    ("retry_windows", [(19, GOOD), (81, MACHINE)], "matched", "adjust_retry_window"),
    ("retry_windows", [(20, GOOD), (80, MACHINE)], "not_reached", "continue"),
    # fewer than 15 % of at least 10 conversations qualified
    ("agent_switch", [(1, GOOD), (9, MET)], "matched", "switch_agent"),
    ("agent_switch", [(1, GOOD), (8, MET)], "too_few", "continue"),
    ("agent_switch", [(3, GOOD), (17, MET)], "not_reached", "continue"),
    ("agent_switch", [(2, GOOD), (18, MET)], "matched", "switch_agent"),
    ("agent_switch", [(4, GOOD), (16, MET)], "not_reached", "continue"),
    ("agent_switch", [(2, ("completed", "connected", 7)), (8, ("completed", "connected", 6.9))], "not_reached", "continue"),
    ("agent_switch", [(1, ("completed", "connected", 7)), (9, ("completed", "connected", 6.9))], "matched", "switch_agent"),
    # more than 30 % of at least 50 qualified, and more than 40 % answered
    ("scale_up", [(16, GOOD), (5, MET), (29, SILENT)], "matched", "scale_up"),
    ("scale_up", [(15, GOOD), (6, MET), (29, SILENT)], "not_reached", "continue"),
    ("scale_up", [(14, GOOD), (7, MET), (29, SILENT)], "not_reached", "continue"),
    ("scale_up", [(16, GOOD), (5, MET), (28, SILENT)], "too_few", "continue"),
    ("scale_up", [(16, GOOD), (4, MET), (30, SILENT)], "not_reached", "continue"),  # 40 % answered is not more
    ("scale_up", [(20, GOOD), (30, SILENT)], "not_reached", "continue"),
    ("scale_up", [(21, GOOD), (29, SILENT)], "matched", "scale_up"),
]


def test_each_rule_at_below_and_above_its_threshold_and_its_smallest_sample():
    db = Database()
    db.admin("insert into voice_campaigns (tenant_id, id, name, status) select 'A', 'cmp' || n, 'Spring', 'running' "
             f"from generate_series(0, {len(TABLE) - 1}) n")
    campaigns = [Campaign(db, f"cmp{n}", made=True) for n in range(len(TABLE))]
    db.admin("".join(c.adding(calls) for c, (_, calls, _, _) in zip(campaigns, TABLE)))
    made = db.sql(f"select d.result from kernel_due(0, 100) u, kernel_decide(u.tenant_id, u.event_id, '{NOW.isoformat()}') d",
                  role="invorto_worker")
    assert made == [["decided"]] * len(TABLE)
    by_campaign = {d["campaign"]: d for d in decisions(db, "true")}
    for n, (c, (rule, _, result, decision)) in enumerate(zip(campaigns, TABLE)):
        d = by_campaign[c.name]
        assert d["rules"][rule]["result"] == result, (n, rule, d["rules"][rule])
        assert decision in (d["type"], None), (n, decision, d["type"], c.results(d))
        assert d["json"]["decision"] == d["type"] and d["policy"] == "voice_campaign_optimization"
        assert (d["rules"][rule]["result"] == "matched") == (d["json"]["metadata"]["rule"] == rule)
        c.check_numbers(d)
    assert db.admin("select count(*) from kernel_events where status = 'pending'") == [["0"]]


def test_what_follows_is_done_or_recommended_and_says_why():
    db = Database()
    stop = Campaign(db, "stop").add((4, FAILED), (6, MET))
    d = stop.decide()
    assert (d["type"], d["status"]) == ("pause_campaign", "executed")
    assert d["json"]["reason"] == "Failure rate 40 % is above 30 %: 4 of 10 calls failed in 7 days"
    assert stop.row("status") == ["paused"] and stop.actions() == [["pause_campaign", "executed", ""]]
    assert stop.row("status_reason")[0] == d["json"]["reason"]

    windows = Campaign(db, "windows").add((3, GOOD), (17, SILENT))
    db.admin("update voice_campaigns set call_schedule = '{\"days\": [1, 2]}' where id = 'windows'")
    d = windows.decide()
    assert (d["type"], d["status"]) == ("adjust_retry_window", "executed")
    schedule = json.loads(windows.row("call_schedule")[0])
    assert schedule == {"days": [1, 2], "retry_windows": WINDOWS, "optimization_applied_at": "2027-03-10T15:00:00.000Z"}
    assert windows.actions() == [["shift_calling_hours", "executed", ""]] and windows.row("status") == ["running"]

    switch = Campaign(db, "switch").add((1, GOOD), (9, MET))
    d = switch.decide()
    assert (d["type"], d["status"]) == ("switch_agent", "proposed") and switch.actions() == [["test_new_script", "logged", ""]]
    scale = Campaign(db, "scale").add((21, GOOD), (29, SILENT))
    d = scale.decide()
    assert (d["type"], d["status"]) == ("scale_up", "proposed") and scale.actions() == [["increase_volume", "logged", ""]]
    assert scale.row("max_concurrent_calls, max_calls_per_day") == ["3", "101"], "nobody has accepted it"

    calm = Campaign(db, "calm").add((3, GOOD), (3, MET))
    d = calm.decide()
    assert (d["type"], d["json"]["action"], d["json"]["reason"]) == ("continue", "monitor", "No rule applies") and calm.actions() == []
    # The seed's own question finds all of them.
    got = db.sql("select decision_type, decision_json->>'reason' as reason from kernel_decisions where tenant_id = 'A' and "
                 "policy_name = 'voice_campaign_optimization' order by decision_type", tenant="A")
    assert [g[0] for g in got] == ["adjust_retry_window", "continue", "pause_campaign", "scale_up", "switch_agent"]


def test_the_first_rule_that_matches_is_the_only_one():
    c = Campaign().add((7, FAILED), (13, SILENT))  # both the first and the second
    d = c.decide()
    assert d["type"] == "pause_campaign" and c.results(d)["retry_windows"] == "later"
    assert json.loads(c.row("call_schedule")[0]) == {}
    c.db.admin("update optimizer_rules set position = 5 where name = 'retry_windows'")
    other = Campaign(c.db, "cmp2").add((7, FAILED), (13, SILENT))
    d = other.decide()
    assert d["type"] == "adjust_retry_window" and other.results(d)["stop_loss"] == "later" and other.row("status") == ["running"]


def test_a_rule_cools_down_and_then_speaks_again():
    c = Campaign().add((10, FAILED))
    assert c.decide()["type"] == "pause_campaign"
    c.db.admin("update voice_campaigns set status = 'running'")
    for minutes, result in ((1, "cooling"), (59, "cooling"), (61, "matched")):
        c.add((1, FAILED), hours=0)
        d = c.decide(at=NOW + timedelta(minutes=minutes))
        assert c.results(d)["stop_loss"] == result, (minutes, d["rules"]["stop_loss"])
    assert c.db.admin("select count(*) from kernel_actions where status = 'executed'") == [["2"]]
    c.add((1, FAILED), hours=0)
    assert c.results(c.decide(at=NOW + timedelta(hours=3)))["stop_loss"] == "in_force", "it is paused already"


def test_windows_that_are_in_force_are_not_set_again():
    c = Campaign().add((20, SILENT))
    assert c.decide()["type"] == "adjust_retry_window"
    before = c.row("call_schedule")
    c.add((1, SILENT), hours=0)
    d = c.decide(at=NOW + timedelta(hours=2))
    assert d["type"] == "continue" and c.results(d)["retry_windows"] == "in_force" and c.row("call_schedule") == before


def test_only_the_last_days_count():
    c = Campaign().add((30, FAILED), hours=7 * 24).add((12, GOOD), hours=7 * 24 - 0.01)
    d = c.decide()
    assert c.results(d)["stop_loss"] == "not_reached" and d["rules"]["stop_loss"]["denominator"] == 12
    c.check_numbers(d)
    # and nothing from after the moment that is decided about
    late = Campaign(c.db, "late").add((20, FAILED), hours=-1).add((9, FAILED))
    assert late.results(late.decide())["stop_loss"] == "too_few"


def test_calls_that_are_under_way_do_not_count_unless_the_first_formulas_are_asked_for():
    c = Campaign().add((4, FAILED), (6, MET)).add((25, ("failed", "failed", None)), hours=24 * 30)
    live = "insert into voice_call_records (tenant_id, id, campaign_id, status) select 'A', 'live' || n, 'cmp1', 'ringing' from generate_series(1, 5) n"
    c.db.admin(live)
    d = c.decide()
    assert d["rules"]["stop_loss"]["denominator"] == 10
    p = Campaign(c.db, "cmp2").add((4, FAILED), (6, MET), (3, GOOD)).add((25, FAILED), hours=24 * 30)
    p.db.admin("update optimizer_rules set parity = true; " + live.replace("'live'", "'live2'").replace("cmp1", "cmp2"))
    d = p.decide()
    rule = d["rules"]["stop_loss"]
    assert (rule["numerator"], rule["denominator"]) == (29, 43), rule  # any age, and those that ring
    rule = d["rules"]["agent_switch"]
    assert (rule["numerator"], rule["denominator"]) == (3, 6), rule    # the qualified are not among the connected


def test_an_event_is_decided_once_and_takes_those_that_wait_with_it():
    c = Campaign().add((4, FAILED), (6, MET))
    events = [e for e, in c.pending()]
    assert len(events) == 10
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda e: c.decide(event=e), events[:8]))
    made = [g for g in got if isinstance(g, dict)]
    assert len(made) == 1 and set(g for g in got if g is not made[0]) <= {"none", "busy"}, got
    assert made[0]["json"]["metadata"]["events"] == 10
    assert c.decide(event=made[0]["event"]) == "none"
    assert c.db.admin("select count(*), count(*) filter (where folded_into = "
                      f"'{made[0]['event']}') from kernel_events where status = 'completed'") == [["10", "9"]]
    assert c.db.admin("select count(*) from kernel_decisions") == [["1"]] and len(c.actions()) == 1


def test_two_campaigns_and_two_tenants_do_not_wait_for_each_other():
    db = Database()
    a, b = Campaign(db, "cmp1").add((10, FAILED)), Campaign(db, "cmp1", tenant="B").add((10, GOOD))
    assert a.decide()["type"] == "pause_campaign" and b.decide()["type"] == "continue"
    assert a.row("status") == ["paused"] and b.row("status") == ["running"]


def test_who_only_watches_changes_nothing_until_somebody_accepts():
    c = Campaign(optimizer_mode="shadow").add((4, FAILED), (6, MET))
    d = c.decide()
    assert (d["type"], d["status"], d["json"]["metadata"]["mode"]) == ("pause_campaign", "proposed", "shadow")
    assert c.row("status") == ["running"] and c.actions() == [["pause_campaign", "skipped", ""]]
    got = c.db.sql(f"select code is null, status from kernel_accept('A', '{d['id']}', 'usr_1', true)", tenant="A")
    assert got == [["t", "executed"]] and c.row("status") == ["paused"] and c.actions() == [["pause_campaign", "executed", ""]]
    assert c.db.admin("select decided_by from kernel_decisions") == [["usr_1"]]


def test_recommendations_are_accepted_or_rejected_once():
    db = Database()
    scale = Campaign(db, "scale").add((21, GOOD), (29, SILENT))
    d = scale.decide()
    accept = "select coalesce(code, ''), status from kernel_accept('{}', '{}', 'usr_1', {})"
    db.refused(accept.format("B", d["id"], "true"), "42501", tenant="A")
    assert db.sql(accept.format("B", d["id"], "true"), tenant="B")[0][0] == "unknown"
    scale.add((1, GOOD), hours=0)
    again = scale.decide(at=NOW + timedelta(hours=2))
    assert again["type"] == "continue" and scale.results(again)["scale_up"] == "waiting"
    assert db.sql(accept.format("A", d["id"], "true"), tenant="A") == [["", "executed"]]
    assert scale.row("max_concurrent_calls, max_calls_per_day") == ["5", "152"]
    assert db.sql(accept.format("A", d["id"], "false"), tenant="A") == [["decided", "executed"]]
    scale.add((1, GOOD), hours=0)
    assert scale.decide(at=NOW + timedelta(hours=4))["type"] == "scale_up", "accepted, cooled down: again"

    switch = Campaign(db, "switch").add((1, GOOD), (9, MET))
    d = switch.decide()
    assert db.sql(accept.format("A", d["id"], "false"), tenant="A") == [["", "rejected"]]
    assert switch.actions() == [["test_new_script", "skipped", ""]]
    other = Campaign(db, "other").add((1, GOOD), (9, MET))
    d = other.decide()
    assert db.sql(accept.format("A", d["id"], "true"), tenant="A") == [["", "approved"]]


def test_a_tenant_s_own_rule_stands_in_the_place_of_everybody_s():
    db = Database()
    db.sql("insert into optimizer_rules (tenant_id, name, position, metric, comparison, threshold, min_sample, decision_type, action_type, reason) "
           "values ('A', 'stop_loss', 10, 'failure_rate', '>=', 0.5, 4, 'pause_campaign', 'pause_campaign', 'Half of {sample} failed'), "
           "('A', 'engaged', 15, 'busy_rate', '>', 0.9, 5, 'pause_campaign', 'pause_campaign', 'Engaged')", tenant="A")
    a, b = (Campaign(db, tenant=t).add((4, FAILED), (6, MET)) for t in "AB")
    d = a.decide()
    assert d["rules"]["stop_loss"]["result"] == "not_reached" and d["rules"]["stop_loss"]["tenant_s_own"] and len(d["rules"]) == 5
    assert b.decide()["type"] == "pause_campaign"
    c = Campaign(db, "cmp2").add((2, FAILED), (2, MET))
    d = c.decide()
    assert d["json"]["reason"] == "Half of 4 failed"
    assert db.sql("select count(*) from optimizer_rules", tenant="B") == [["4"]]
    db.refused("insert into optimizer_rules (tenant_id, name, position, metric, comparison, threshold, min_sample, decision_type, action_type, "
               "reason) values (null, 'x', 1, 'efficiency', '>', 0, 0, 'pause_campaign', 'p', 'r')", "42501", tenant="A")
    for change in ("update optimizer_rules set threshold = 1", "update optimizer_rules set tenant_id = 'A'", "delete from optimizer_rules"):
        assert db.sql(f"with u as ({change} where name = 'scale_up' returning 1) select count(*) from u", tenant="A") == [["0"]]
    assert db.sql("with u as (update optimizer_rules set enabled = false where tenant_id = 'A' returning 1) select count(*) from u", tenant="A") == [["2"]]
    off = Campaign(db, "cmp3").add((10, FAILED))
    assert off.results(off.decide())["stop_loss"] == "disabled"


def test_what_cannot_be_done_is_said_and_is_no_reason_to_try_for_ever():
    c = Campaign().add((21, GOOD), (29, SILENT))
    c.db.admin("update optimizer_rules set action = '{\"factor\": 1e9}' where name = 'scale_up'")
    d = c.decide()
    c.db.refused(f"select kernel_accept('A', '{d['id']}', 'usr_1', true)", "22003", tenant="A")
    assert c.db.admin(f"select status from kernel_decisions where id = '{d['id']}'") == [["proposed"]], "nothing is half done"
    w = Campaign(c.db, "gone").add((10, FAILED))
    event = w.pending()[0][0]
    for n in range(10):
        w.db.sql(f"select kernel_put_back('A', '{event}', 'test')", role="invorto_worker")
        assert w.db.admin(f"select status, attempt from kernel_events where id = '{event}'") == [["failed" if n == 9 else "pending", str(n + 1)]]


def test_what_is_due_is_one_event_of_each_campaign_and_the_latest():
    db = Database()
    campaigns = [Campaign(db, f"cmp{n}").add((3, MET)) for n in range(3)]
    due = "select tenant_id, event_id, campaign_id from kernel_due({}, 10)"
    assert db.sql(due.format(60000), role="invorto_worker") == []
    got = {r[2]: r[1] for r in db.sql(due.format(0), role="invorto_worker")}
    assert got == {c.name: c.pending()[0][0] for c in campaigns}
    db.sql(f"select kernel_put_back('A', '{got['cmp1']}', 'x')", role="invorto_worker")
    assert {r[2] for r in db.sql(due.format(0), role="invorto_worker")} == {"cmp0", "cmp2"}
    # Nothing waits of calls that are nobody's.
    db.sql("select end_call('A', 'single', '{}')", tenant="A")
    assert db.admin("select status from kernel_events where entity_id = 'single'") == [["completed"]]


def test_explaining_changes_nothing_and_agrees_with_what_is_decided():
    c = Campaign().add((5, FAILED), (6, MET), (2, GOOD))
    before = c.db.admin("select count(*) from kernel_decisions")
    text = c.db.sql(f"select kernel_explain('A', 'cmp1', '{NOW.isoformat()}')", role="invorto_worker")[0][0]
    said = json.loads(text)
    assert c.db.admin("select count(*) from kernel_decisions") == before and c.row("status") == ["running"]
    d = c.decide()
    assert said["rules"] == d["json"]["metadata"]["rules"] and said["chosen"]["decision"] == d["type"]
    assert Fraction(said["rules"][0]["numerator"], said["rules"][0]["denominator"]) == Fraction(5, 13)


def test_the_numbers_are_those_that_the_campaign_s_own_metrics_say():
    c = Campaign().add((5, FAILED), (6, MET), (4, GOOD), (3, SILENT), (2, MACHINE), (2, BUSY))
    c.db.admin("insert into voice_call_records (tenant_id, id, campaign_id, status, end_reason, ended_at) values "
               f"('A', 'refused', 'cmp1', 'failed', 'not_placed', '{NOW.isoformat()}')")
    theirs = json.loads(c.db.sql("select campaign_metrics('A', 'cmp1', null)", tenant="A")[0][0])
    d = c.decide()
    for rule, name in (("stop_loss", "failure_rate"), ("retry_windows", "connect_rate"), ("agent_switch", "qualification_rate"),
                       ("scale_up", "efficiency")):
        assert abs(d["rules"][rule]["value"] - theirs[name]) < 0.0001, (rule, d["rules"][rule], theirs)
    c.check_numbers(d)
