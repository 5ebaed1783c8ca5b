"""No more calls, said or pressed on the telephone: in the books at once, with the call's record, and not lost with the
database."""
import contextlib
import time

from callers import Browser, Twilio
from house import House
from model import Model
from stack import wait_until
from test_faults import LOAD, agent

INDIA = "+919876543210"
ENTRY = "select phone_e164, source, reason from dnc_entries where call_id = 'c'"


@contextlib.contextmanager
def line(direction="outbound", script=None, **changes):
    """An agent that is told what to say; a call on its way to somebody who is also somebody's lead."""
    model = Model(script) if script else None
    with House(lab_args=LOAD, env={"OPENAI_BASE_URL": model.url} if model else {},
               agents={"shop": agent(**{"optOutDigit": "9", "optOutText": "No more calls.", **changes})}) as h:
        number = "to_number" if direction == "outbound" else "from_number"
        h.rows(f"insert into leads (tenant_id, id, phone, state) values ('A', 'one', '{INDIA}', 'in-call'), ('A', 'again', '{INDIA}', 'queued');"
               f"insert into voice_call_records (tenant_id, id, voice_agent_id, direction, {number}, lead_id, attempt) values ('A', 'c', 'shop', '{direction}', '{INDIA}', 'one', 1)")
        try:
            yield h, model
        finally:
            if model:
                model.close()


def press(caller, digit):
    caller.ws.send({"event": "dtmf", "streamSid": caller.sid, "dtmf": {"track": "inbound_track", "digit": digit}})


def away(h):
    """The database: nobody may connect, and those who had are cut off."""
    h.db.server.admin(f"alter database {h.db.name} allow_connections false; select pg_terminate_backend(pid) from pg_stat_activity "
                      f"where datname = '{h.db.name}' and pid <> pg_backend_pid()")


def settled(h, reason):
    got = h.books("c")
    assert (got["status"], got["reason"]) == ("completed", reason), got
    assert h.rows("select outcome from voice_call_records where id = 'c'") == [["opted-out"]]
    assert h.rows("select id, state, state_reason from leads order by 1") == [["again", "blocked", "opted_out"], ["one", "blocked", "opted_out"]]
    assert h.rows("select kind, granted, source, call_id from consent_ledger where not granted order by 1") == [
        ["call", "f", "call", "c"], ["marketing", "f", "call", "c"]], "once, however often it is told"
    assert h.rows("select callee_barred('A', '" + INDIA + "', false, now())") == [["dnc"]]
    assert INDIA not in h.log()


def test_a_key_is_enough():
    with line() as (h, _):
        c = Twilio(h, "c", "shop").mic()
        wait_until(lambda: h.rows("select 1 from voice_call_records where status = 'in-progress'"), 20, "the call")
        press(c, "9")
        wait_until(lambda: h.rows(ENTRY) == [[INDIA, "opt_out", "said so in a call"]] or h.rows(ENTRY) == [[INDIA, "opt_out", "pressed the key"]], 20, "the entry")
        c.closed(20)
        settled(h, "opted_out")
        kinds = [k for k, in h.rows("select kind from call_timeline where call_id = 'c' order by seq")]
        assert kinds.count("callee.opted_out") == 1, kinds
        c.close()


def test_saying_it_is_enough():
    def script(messages, nth):
        return ["You will not hear from us again."] if messages[-1]["role"] == "tool" else [("tool", "t1", "opt_out", {})]

    with line(script=script) as (h, _):
        c = Browser(h, "c", "shop")
        c.until("connected", 20)
        c.type("Please never call me again.")
        wait_until(lambda: h.rows(ENTRY) == [[INDIA, "opt_out", "said so in a call"]], 20, "the entry, while the call goes on")
        assert h.rows("select outcome, closed_at is null from voice_call_records where id = 'c'") == [["opted-out", "t"]]
        c.close()
        settled(h, h.books("c")["reason"])


def test_who_called_us_is_known_by_his_own_number_and_other_keys_mean_nothing():
    with line("inbound", keypad={"gapMs": 200}) as (h, _):
        c = Twilio(h, "c", "shop").mic()
        wait_until(lambda: h.rows("select 1 from voice_call_records where status = 'in-progress'"), 20, "the call")
        press(c, "8")
        time.sleep(1.5)  # else it is a number of two digits
        assert h.rows(ENTRY) == []
        press(c, "9")
        c.closed(20)
        c.close()
        settled(h, "opted_out")


def test_a_database_that_is_away_when_it_is_said_hears_of_it_later():
    with line() as (h, _):
        c = Twilio(h, "c", "shop").mic()
        wait_until(lambda: h.rows("select 1 from voice_call_records where status = 'in-progress'"), 20, "the call")
        away(h)
        press(c, "9")
        c.closed(20)
        c.close()
        h.db.server.admin(f"alter database {h.db.name} allow_connections true")
        settled(h, "opted_out")


def test_a_process_that_dies_with_it_leaves_it_to_the_next():
    with line(optOutText="This goes on for quite a while, and the process will not live to its end, whatever it says.") as (h, _):
        c = Twilio(h, "c", "shop").mic()
        wait_until(lambda: h.rows("select 1 from voice_call_records where status = 'in-progress'"), 20, "the call")
        away(h)
        press(c, "9")
        time.sleep(2)
        h.kill()
        h.db.server.admin(f"alter database {h.db.name} allow_connections true")
        assert h.rows(ENTRY) == []
        h.start_daemon()
        got = h.books("c")
        assert got["reason"] in ("crashed", "lost", "opted_out"), got  # as far as its journal goes
        wait_until(lambda: len(h.rows(ENTRY)) == 1, 20, "the entry")
        assert h.rows("select outcome from voice_call_records where id = 'c'") == [["opted-out"]]
        c.drop()


def test_the_disclosure_that_was_heard_is_in_the_ledger_of_outbound_calls():
    for direction, rows in (("outbound", [["ai_disclosure", "t", "call", "c", INDIA]]), ("inbound", [])):
        with line(direction, disclosure="I am a machine.", disclosureWaived=False) as (h, _):
            c = Twilio(h, "c", "shop").mic()
            c.hears(600, 20)
            time.sleep(3)
            c.close()
            h.books("c")
            assert h.rows("select kind, granted, source, call_id, phone_e164 from consent_ledger") == rows, direction
            assert h.rows("select count(*) from call_timeline where kind = 'disclosure.spoken'") == [["1"]]
