"""What the books make of a campaign's calls: who is called again and when, what stops a campaign, who would be called and who
not. In virtual time, with the real engine."""
import datetime
import json

from campaigns import UTC, World, numbers

NOON = datetime.datetime(2027, 6, 1, 17, 0, tzinfo=UTC)  # Tuesday, 13:00 in New York
NEW_YORK = "+1212"


class Told(World):
    """Calls end as a list says, number by number."""
    ends = {}

    def plan(self, ms, tenant, call, number):
        status, outcome, seconds = self.ends.get(number, ("completed", "connected", 20))
        if status == "completed":
            self.at(ms + 5000, self.answer, tenant, call)
        self.at(ms + 10000, self.hang_up, tenant, call, number, status, outcome, seconds)

    def lead(self, n, columns="state, coalesce(state_reason, ''), campaign_attempt, coalesce(extract(epoch from next_at - last.ended_at)::bigint::text, '')"):
        return self.sql.ask(f"select {columns} from leads l left join lateral (select ended_at from voice_call_records r where r.lead_id = l.id "
                            f"and r.tenant_id = l.tenant_id order by started_at desc limit 1) last on true where l.id like '%-{n:06}'")[0]

    def seconds(self, n):
        for _ in range(n):
            self.tick()
            self.now += 1000


def test_what_a_call_came_to_says_whether_and_when_there_is_another():
    people = numbers(NEW_YORK, 8)
    with Told(NOON, engines=1, tenants=("A",)) as w:
        w.ends = dict(zip(people, [("completed", "connected", 20), ("no-answer", "no-answer", 0), ("busy", "busy", 0), ("completed", "voicemail", 9),
                                   ("failed", "failed", 0), ("completed", "qualified", 60), ("completed", None, 30), ("canceled", None, 0)]))
        w.campaign("A", "c", [(p, None) for p in people], calls_per_second=100)
        assert w.order_of("A", "c", "start")[0] == "t"
        w.seconds(16)
        got = [w.lead(n) for n in range(8)]
        again = ["queued", "", "1", "3600"]
        done = ["done", "", "1", ""]
        assert got == [done, again, again, again, again, done, done, again], got
        # The review finds that one of them was a machine, and that another wants to be called on Thursday at three.
        w.sql.ask("update voice_call_records set outcome = 'voicemail' where lead_id = 'c-000006'")
        w.sql.ask("update voice_call_records set outcome = 'callback-requested', analysis = '{\"callbackAt\": \"2027-06-03T15:00:00-04:00\"}' "
                  "where lead_id = 'c-000000'")
        assert w.lead(6, "state, campaign_attempt") == ["queued", "1"]
        assert w.lead(0, "state, next_at = '2027-06-03T19:00:00Z'") == ["queued", "t"]
        good, outcomes = w.sql.ask("select successful_calls, stats -> 'outcomes' from voice_campaigns")[0]
        assert good == "2" and '"callback-requested": 1' in outcomes and '"voicemail": 2' in outcomes, (good, outcomes)
        # The second comes an hour after, the third four hours after that.
        w.now += 3600_000
        w.seconds(16)
        assert w.lead(1)[:3] == ["queued", "", "2"] and int(w.lead(1)[3]) == 14400, w.lead(1)
        w.now += 4 * 3600_000
        w.seconds(16)
        assert w.lead(1)[:3] == ["failed", "max_attempts", "3"], w.lead(1)
        w.run(w.over)
        assert w.lead(0, "state, campaign_attempt") == ["done", "2"]
        assert [d for d in w.dials if d[3] == people[0]][1][0] >= datetime.datetime(2027, 6, 3, 19, tzinfo=UTC).timestamp() * 1000


def test_refusals_are_no_attempts_and_a_number_that_is_none_is_given_up():
    people = numbers(NEW_YORK, 2)
    with Told(NOON, engines=1, tenants=("A",)) as w:
        w.campaign("A", "c", [(p, None) for p in people], calls_per_second=100)
        assert w.order_of("A", "c", "start")[0] == "t"
        w.seconds(2)
        for n, why in ((0, "rate_limited"), (1, "bad_number")):
            w.sql.ask(f"update voice_call_records set status = 'failed', end_reason = 'not_placed', failure_reason = '{why}', duration_seconds = 0, "
                      f"cost = 0, ended_at = '{w.iso()}' where lead_id = 'c-{n:06}'")
        assert w.lead(0) == ["queued", "", "0", "30"] and w.lead(1)[:2] == ["failed", "bad_number"], (w.lead(0), w.lead(1))
        assert w.sql.ask("select completed_calls, stats ->> 'refused' from voice_campaigns") == [["0", "2"]]


def test_a_campaign_whose_agents_speak_too_late_slows_down_and_stops():
    class Late(Told):
        count = 0

        def end(self, tenant, call, status, outcome, seconds, by="gateway"):
            self.count += 1
            late = self.count % 12 == 0 and self.count > 60
            self.sql.ask(f"select set_config('app.tenant_id', '{tenant}', false)")
            record = f'{{"status": "{status}", "outcome": "{outcome}", "ended_at": "{self.iso()}", "duration_seconds": 20}}'
            spoke = 5000 + (2500 if late else 700)  # of started_at; the answer came after five seconds
            self.sql.ask(f"select recorded from end_call('{tenant}', '{call}', '{{\"record\": {record}, \"timeline\": [{{\"seq\": 1, \"kind\": "
                         f"\"turn.closed\", \"payload\": {{\"legFirstMs\": {spoke}}}}}]}}')")

    with Late(NOON, engines=2, tenants=("A",)) as w:
        w.campaign("A", "c", [(p, None) for p in numbers(NEW_YORK, 400)], calls_per_second=5, max_concurrent_calls=40)
        assert w.order_of("A", "c", "start")[0] == "t"
        live, over = [], []

        def look():
            live.append(len(w.live))
            answered, abandoned = map(int, w.sql.ask("select coalesce(sum(answered), 0), coalesce(sum(abandoned), 0) from campaign_days")[0])
            if abandoned > 0.03 * max(100, answered):
                over.append((calls(), abandoned))

        def calls():
            return w.sql.ask("select count(*) from voice_call_records")

        w.run(lambda: w.sql.ask("select status from voice_campaigns") != [["running"]], each=look)
        assert w.sql.ask("select status, status_reason from voice_campaigns") == [["paused", "abandonment"]]
        # Those that rang already are answered, as late as the others: nobody is called beside them.
        answered, abandoned = map(int, w.sql.ask("select sum(answered), sum(abandoned) from campaign_days")[0])
        assert max(live) == 40 and live[-1] <= 25, live[-10:]
        assert over and over[0][0] == calls() and over[0][1] - 1 <= 0.03 * max(100, answered), (over, calls(), answered)
        assert w.sql.ask("select count(*) from voice_call_records where abandoned") == [[str(abandoned)]]
        assert w.order_of("A", "c", "resume") == ["f", "abandonment", "0"]


def test_a_dry_run_says_who_would_be_called_when_and_why_not_the_others():
    with World(NOON.replace(hour=2), engines=0, tenants=("A", "B")) as w:
        people = [*numbers(NEW_YORK, 4), *numbers("+1213", 2), "+99912345678"]
        w.campaign("A", "c", [(p, None) for p in people], calls_per_second=1)
        w.sql.ask("select set_config('app.tenant_id', 'A', false)")
        w.sql.ask(f"insert into dnc_entries (tenant_id, phone_e164, source) values ('A', '{people[1]}', 'manual')")
        w.owner.ask(f"delete from consent_ledger where phone_e164 = '{people[2]}'")
        rows = {r[0][-1]: r[1:] for r in w.sql.ask("select lead_id, coalesce(to_char(would_call_at at time zone 'UTC', 'DD HH24:MI'), ''), "
                                                   f"coalesce(why_not, ''), coalesce(detail, '') from campaign_preview('A', 'c', '{w.iso()}', '', 100)")}
        assert rows == {"0": ["01 12:00", "", ""], "1": ["", "blocked", "dnc"], "2": ["", "blocked", "no_consent"], "3": ["01 12:00", "", ""],
                        "4": ["01 02:00", "", ""], "5": ["01 02:00", "", ""], "6": ["", "no_window", "unknown_region"]}, rows
        said = w.sql.ask(f"select t ->> 'leads', t ->> 'would_call', t -> 'why_not' from campaign_preview_totals('A', 'c', '{w.iso()}') t")[0]
        assert said[:2] == ["7", "4"] and json.loads(said[2]) == {"dnc": 1, "no_consent": 1, "no_window": 1}, said
        assert w.sql.ask("select count(*) from leads where state <> 'idle'") == [["0"]], "a dry run changes nothing"


def test_orders_are_refused_with_the_word_that_says_why():
    with World(NOON, engines=0, tenants=("A",)) as w:
        cases = [("none", {"target_segment": "{}"}, "empty_segment"), ("odd", {"target_segment": '{"tagz": ["x"]}'}, "unreadable_segment"),
                 ("text", {"target_segment": '"friends"'}, "unreadable_segment"), ("nobody", {"target_segment": '{"tags": ["strangers"]}'}, "empty_segment"),
                 ("list", {"target_segment": '["x"]'}, "unreadable_segment"), ("agent", {"voice_agent_id": "agt2"}, "no_agent"),
                 ("hours", {"call_schedule": '{"retry_windows": [{"start": "9", "end": "10:00"}]}'}, "unreadable_schedule")]
        w.owner.ask("insert into voice_agents (tenant_id, id, name, config, status) values ('A', 'agt2', 'x', '{}', 'draft')")
        for n, (name, columns, code) in enumerate(cases):
            w.campaign("A", name, [(f"+1212555{n:04}", None)], **columns)
            assert w.order_of("A", name, "start") == ["f", code, "0"], (name, w.order_of("A", name, "start"))
            assert w.order_of("A", name, "pause") == ["f", "bad_state", "0"]
        w.campaign("A", "good", [("+12125559999", None)])
        assert w.order_of("A", "good", "schedule") == ["f", "no_time", "0"] and w.order_of("A", "good", "dance") == ["f", "bad_verb", "0"]
        for verb, want in (("start", "t"), ("start", "f"), ("pause", "t"), ("pause", "t"), ("start", "f"), ("resume", "t"), ("cancel", "t"), ("resume", "f")):
            assert w.order_of("A", "good", verb)[0] == want, verb
        w.owner.ask("insert into lead_segments (tenant_id, name, segment) values ('A', 'friends', '{\"tags\": [\"text\"], \"score_min\": null}')")
        assert w.order_of("A", "text", "start") == ["t", "", "1"]
