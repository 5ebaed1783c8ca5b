"""Campaigns with the real daemon, two of them, and the lab's carriers: who is called, spoken to, called again; and who is not
any more."""
import datetime
import time

from database import quoted
from fleet import TWILIO_NUMBER, Fleet
from stack import wait_until

GREETS = {"desk": {"name": "Desk", "greeting": "Hello, this is the desk.", "idle": {"promptMs": 0, "hangupMs": 0}, "asr": ["deepgram"], "llm": ["openai"],
                   "tts": ["deepgram"], "endpointing": {"silenceMs": 150, "minWords": 0}}}
TALKS = {"match": {"direction": "outbound"}, "then": {"pick_up_ms": 100, "say": ["@now:tone:600", "@now:wait:2500", "@now:hangup"]}}
FIRST = 919876543210


def zone_of_noon():
    """Where it is the middle of the day, whenever this runs."""
    ahead = 13 - datetime.datetime.now(datetime.timezone.utc).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def phone(n):
    return f"+{FIRST + n}"


class Campaign:
    def __init__(self, fleet, leads, name="cmp", **columns):
        self.f, self.name, zone = fleet, name, zone_of_noon()
        row = {"kind": "informational", "consent_required": "false", "calls_per_second": 5, "max_concurrent_calls": 10, "voice_agent_id": "desk",
               "retry_delays_s": "{1}", "target_segment": '{"tags": ["' + name + '"]}', **columns}
        number = fleet.rows("select id from voice_phone_numbers where tenant_id = 'A' and provider = 'twilio'")[0][0]
        fleet.rows(f"insert into voice_campaigns (tenant_id, id, name, phone_number_id, {', '.join(row)}) values ('A', '{name}', '{name}', "
                   f"'{number}', {', '.join(quoted(str(v)) for v in row.values())})")
        for n in range(leads):
            fleet.rows(f"insert into leads (tenant_id, id, first_name, phone, timezone, tags) values ('A', '{name}-{n}', 'Asha', '{phone(n)}', "
                       f"'{zone}', '{{{name}}}')")

    def order(self, verb):
        got = self.f.rows(f"select set_config('app.tenant_id', 'A', false); select ok, status, code, enrolled from "
                          f"campaign_order('A', '{self.name}', '{verb}', now(), 'usr', null)")[-1]
        assert got[0] == "t", got
        return got

    def status(self):
        return self.f.rows(f"select status, completed_calls, successful_calls from voice_campaigns where id = '{self.name}'")[0]

    def leads(self):
        return {r[0].rpartition("-")[2]: r[1:] for r in self.f.rows(
            f"select id, state, coalesce(state_reason, ''), campaign_attempt, coalesce(last_outcome, '') from leads where campaign_id = '{self.name}'")}

    def rung(self):
        return [c["to"] for c in self.f.lab("GET", "/_lab/calls")["calls"]]

    def until(self, check, what, seconds=30):
        try:
            return wait_until(check, seconds, what)
        except AssertionError as e:
            raise AssertionError(f"{e}: {self.status()} {self.leads()} {self.rung()} "
                                 + str(self.f.rows("select id, lead_id, status, outcome, end_reason, failure_reason from voice_call_records"))) from None


def fleet(rules, **env):
    return Fleet(agents=GREETS, rules=rules, env={"TWILIO_CPS": "20", "RECONCILE_SECONDS": "0.5", "CAMPAIGN_TICK_MS": "100", "INVORTO_ENV": "development",
                                                  "CARRIER_TIMEOUT_MS": "3000", **env})


def test_six_people_are_called_by_two_daemons_spoken_to_and_called_again_when_busy():
    rules = [TALKS, {"match": {"direction": "outbound", "to": phone(2)}, "times": 1, "then": {"outcome": "busy", "pick_up_ms": 100}}]
    with fleet(rules) as f:
        c = Campaign(f, 6)
        assert c.order("start")[3] == "6"
        c.until(lambda: c.status()[0] == "completed", "the campaign's end", 60)
        rung = c.rung()
        assert sorted(rung) == sorted([phone(n) for n in range(6)] + [phone(2)]), rung
        leads = c.leads()
        assert {n: (lead[0], lead[2]) for n, lead in leads.items()} == {str(n): ("done", "2" if n == 2 else "1") for n in range(6)}, leads
        assert {r[0] for r in f.rows("select from_number from voice_call_records")} == {TWILIO_NUMBER}
        assert c.status()[1] == "7" and f.rows("select count(*) from voice_usage_ledger where campaign_id = 'cmp'") == [["7"]]
        # Both did some of it, and it is known of each call whether we spoke in time.
        assert f.rows("select count(*) from voice_call_records where campaign_id = 'cmp' and answered_at is not null and abandoned is null and "
                      "outcome is distinct from 'voicemail'") == [["0"]]


def test_a_pause_stops_new_calls_at_once_and_who_opted_out_is_never_called():
    with fleet([TALKS]) as f:
        c = Campaign(f, 40, calls_per_second=4, max_concurrent_calls=40)
        c.order("start")
        c.until(lambda: len(c.rung()) >= 4, "the first calls")
        c.order("pause")
        paused = time.time()
        left = [n for n, lead in c.leads().items() if lead[0] == "queued"]
        f.rows(f"select set_config('app.tenant_id', 'A', false); select opt_out('A', '{phone(int(left[-1]))}', 'api', null, 'asked')")
        wait_until(lambda: time.time() - paused > 1, 5, "a second")
        rung = len(c.rung())
        wait_until(lambda: time.time() - paused > 3, 5, "two more")
        assert len(c.rung()) == rung, "somebody was called after the pause"
        assert f.rows("select count(*) from leads where state = 'dialing' and lease_owner is not null") == [["0"]], c.leads()
        f.rows("update voice_campaigns set calls_per_second = 20 where id = 'cmp'")
        c.order("resume")
        c.until(lambda: c.status()[0] == "completed", "the campaign's end", 60)
        rung = c.rung()
        assert len(rung) == len(set(rung)) == 39 and phone(int(left[-1])) not in rung, rung
        assert c.leads()[left[-1]][:2] == ["blocked", "opted_out"]


def test_what_a_daemon_had_claimed_when_it_died_is_called_by_the_other():
    with fleet([TALKS], CAMPAIGN_LEASE_SECONDS="5", CAMPAIGN_BATCH="4", TWILIO_CPS="1") as f:
        c = Campaign(f, 12, calls_per_second=20, max_concurrent_calls=40)
        c.order("start")
        c.until(lambda: f.rows("select count(distinct lease_owner) from leads where state = 'dialing' and lease_owner is not null") == [["2"]], "claims of both")
        f.instances[0].process.kill()
        f.instances[0].process.wait()
        f.instances[0].process = None
        c.until(lambda: c.status()[0] == "completed", "the campaign's end", 90)
        rung = c.rung()
        assert len(rung) == len(set(rung)) or all(rung.count(n) <= 3 for n in rung), rung
        assert {lead[0] for lead in c.leads().values()} <= {"done", "failed"}, c.leads()
