"""Calls in the books: opened, told, closed from their journals, once, whatever dies meanwhile."""
import json
import os
import subprocess
import time

from house import House
from stack import LAB, ROOT, wait_until

AGENT = {"name": "Books", "disclosure": "I am an AI.", "greeting": "Hello there.", "prompt": "Be brief.", "record": True}
TIME = ("--say", "text:What time is it")


def test_a_call_has_one_record_one_ledger_row_and_one_event_of_each_kind():
    with House(agents={"books": AGENT}) as h:
        call = h.call("--leg", "twilio", "--agent", "books", *TIME)["call_id"]
        got = h.books(call)
        assert (got["status"], got["carrier"], got["direction"], got["agent"]) == ("completed", "twilio", "inbound", "Books"), got
        assert got["reason"] in ("hangup", "agent_ended"), got
        assert int(got["seconds"]) >= 2 and float(got["cost"]) > 0.5, got
        wait_until(lambda: os.path.exists(os.path.join(h.dir, f"journal/A/{call}.call")), 5, "the journal's last place")
        assert not os.path.exists(os.path.join(h.dir, f"journal/live/A/{call}.call"))
        assert h.rows("select count(*) from voice_usage_ledger") == [["1"]]
        kinds = [k for k, in h.rows("select kind from call_timeline order by seq")]
        assert kinds[0] == "call.started" and "turn.user" in kinds and "turn.closed" in kinds, kinds
        assert kinds.count("call.ended") == 1, kinds
        # Priced by the rate card, line by line: the record costs the sum of its lines.
        lines = h.rows("select type, provider, cost_inr from call_costs")
        assert {t for t, *_ in lines} == {"transport", "stt", "tts", "llm", "platform"}, lines
        assert abs(sum(float(r[2]) for r in lines) - float(got["cost"])) < 0.0005, (lines, got)
        assert {p for t, p, _ in lines if t in ("stt", "tts")} == {"deepgram"}, lines
        events = [t for t, in h.rows(f"select type from webhook_events where call_id = '{call}'")]
        for kind in ("call.started", "call.ended", "billing.usage.updated"):
            assert events.count(kind) == 1, events


test_a_call_has_one_record_one_ledger_row_and_one_event_of_each_kind.spoken = True


def test_an_agent_that_is_not_there_or_not_active_refuses_the_call_and_leaves_nothing():
    with House(agents={"books": AGENT}) as h:
        for agent in ("nobody", "books"):
            h.rows("update voice_agents set status = 'inactive' where id = 'books'")
            assert h.call("--leg", "browser", "--agent", agent, *TIME)["close_code"] == 4004
        assert h.rows("select count(*) from voice_call_records") == [["0"]]


def test_a_process_that_stops_waits_for_what_it_still_tells_the_database():
    with House(agents={"books": AGENT}, lab=False) as h:
        h.db.admin("create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.7); return null; end $$; "
                   "create trigger slow before update on voice_call_records for each statement execute function slow()")
        for _ in range(3):
            assert h.call("--leg", "browser", "--agent", "nobody", *TIME)["close_code"] == 4004
            assert h.stop_daemon() == 0, h.log()[-2000:]  # a refused call is taken back, by a statement that nobody waits for
            h.start_daemon()


def test_a_process_that_is_killed_loses_no_call():
    with House(agents={"books": AGENT}) as h:
        callers = [subprocess.Popen([LAB, "call", "--leg", "twilio", "--agent", "books", *TIME, "--say", "wait:20000"],
                                    env=h.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(3)]
        wait_until(lambda: h.rows("select count(*) from voice_call_records where status = 'in-progress'") == [["3"]], 20, "three live calls")
        time.sleep(4)
        h.kill()
        for c in callers:
            c.wait(timeout=60)
        assert h.rows("select count(*) from voice_call_records where closed_at is not null") == [["0"]]
        for _ in range(2):
            h.start_daemon()
            wait_until(lambda: h.rows("select count(*) from voice_call_records where closed_at is not null") == [["3"]], 20, "three closed calls")
            got = h.rows("select status, end_reason, duration_seconds >= 2 from voice_call_records")
            assert got == [["failed", "crashed", "t"]] * 3, got
            assert h.rows("select count(*) from voice_usage_ledger") == [["3"]]
            assert h.rows("select count(*) from webhook_events where type = 'call.ended'") == [["3"]]
            h.kill()
        # What was said until the last sync is in the timeline.
        assert int(h.rows("select count(*) from call_timeline where kind = 'turn.closed'")[0][0]) >= 3
        h.start_daemon()


test_a_process_that_is_killed_loses_no_call.spoken = True


def test_a_database_that_is_away_delays_the_record_and_nobody_notices():
    with House(agents={"books": AGENT}) as h:
        h.books(h.call("--leg", "twilio", "--agent", "books", *TIME)["call_id"])
        # Away: nobody may connect, and those who had are cut off.
        h.db.server.admin(f"alter database {h.db.name} allow_connections false; select pg_terminate_backend(pid) from pg_stat_activity "
               f"where datname = '{h.db.name}' and pid <> pg_backend_pid()")
        time.sleep(0.5)
        # The agent is remembered: the call begins, is held and ends without a database.
        done = h.call("--leg", "twilio", "--agent", "books", *TIME)
        assert len(done["turns"]) >= 2 and not any(t["lost"] for t in done["turns"]), done
        call = done["call_id"]
        assert os.path.exists(os.path.join(h.dir, f"journal/live/A/{call}.call"))
        h.db.server.admin(f"alter database {h.db.name} allow_connections true")
        assert h.books(call, 30)["status"] == "completed"
        assert h.rows("select count(*) from voice_usage_ledger") == [["2"]]


test_a_database_that_is_away_delays_the_record_and_nobody_notices.spoken = True


def test_two_processes_do_not_share_a_directory():
    with House(agents={"books": AGENT}) as h:
        p = subprocess.run([h.binary, "serve"], env={**h.env, "PORT": "0"}, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
        assert p.returncode == 78 and "another invorto uses it" in p.stderr, (p.returncode, p.stderr)


def test_a_log_of_the_books_holds_no_secret_and_no_speech():
    with House(agents={"books": AGENT}) as h:
        h.books(h.call("--leg", "browser", "--agent", "books", *TIME)["call_id"])
        log = h.log()
        for line in log.splitlines():
            json.loads(line)
        assert "postgresql://" not in log and "what time is it" not in log.lower(), "a URL or speech is in the log"


test_a_log_of_the_books_holds_no_secret_and_no_speech.spoken = True
