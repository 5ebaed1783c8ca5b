"""What happens after a call: its summary by a model or by rules, once, whatever dies meanwhile; flags; and calls that
lost their process."""
import json
import os
import random
import re
import subprocess
import threading
import time

from callers import Browser
from database import quoted
from house import House
from model import Model
from receiver import HOST, Receiver
from stack import LAB, ROOT, wait_until
from test_access import Second
from ws import WebSocket

SCHEMA = {"type": "object", "additionalProperties": False, "required": ["people"],
          "properties": {"people": {"type": "integer", "minimum": 1}, "day": {"type": "string"}, "time": {"type": "string"}}}
QUICK = {"name": "Quick", "disclosure": "", "disclosureWaived": True, "prompt": "Be brief.", "tools": [],
         "analysis": {"rubric": "A table is booked.", "structuredSchema": SCHEMA}}
GOOD = {"summary": "The caller asked for a table.", "outcome": "callback-requested", "nextStep": "Call back on Monday.",
        "notes": "Prefers the window.", "success": True, "reason": "A time was agreed.",
        "successEvaluation": {"score": 7}, "structuredData": {"people": 4, "day": "monday"}}
FAST = {"AFTER_CALL_MODEL_TIMEOUT_MS": "3000", "AFTER_CALL_FIRST_TOKEN_TIMEOUT_MS": "1000", "AFTER_CALL_RETRY_MS": "300",
        "AFTER_CALL_LEASE_MS": "3500"}


class Mind(Model):
    """Answers callers in one sentence; asked about a call it does what `review(nth, body)` says: a text, a status, a
    number of seconds or an Event to wait for before the good answer."""

    def __init__(self, review):
        self.review, self.asked = review, []
        super().__init__(lambda messages, nth: ["Certainly."], Mind._either)

    def _either(self, request, body):
        question = json.loads(body)
        if "You review a telephone call" not in question["messages"][0]["content"]:
            self._answer(request, body)
            return
        self.asked.append(question)
        what = self.review(len(self.asked), question)
        if isinstance(what, int) and what >= 400:
            request.send_response(what)
            request.send_header("Content-Length", "2")
            request.end_headers()
            request.wfile.write(b"{}")
            return
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Connection", "close")
        request.end_headers()
        if not isinstance(what, str):
            if not self._wait(request, what):
                return
            what = json.dumps(GOOD)
        for i in range(0, len(what), 40):
            self._chunk(request, {"content": what[i:i + 40]})
        self._chunk(request, {}, "stop")
        request.wfile.write(b"data: [DONE]\n\n")


LOAD = ("--load", "asr=100,tts=30,reply=300")  # cheap ears and voices: what is said is typed


def house_of(mind, agent=None, **env):
    return House(agents={"quick": {**QUICK, **(agent or {})}}, env={**FAST, "OPENAI_BASE_URL": mind.url, **env}, lab_args=LOAD)


def talk(h, call, *texts):
    b = Browser(h, call, "quick")
    b.until("connected", 20)
    for n, text in enumerate(texts, 1):
        b.type(text)
        b.answer(n, 20)
    b.close()


COLUMNS = ("status", "outcome", "summary", "analysis", "summary_json", "transcript", "usage")


def one_line(column):
    """A row is a line, so a line break must not be one."""
    return f"replace(coalesce({column}::text, ''), chr(10), chr(1))"


def lines(text):
    return text.replace("\x01", "\n")


def record(h, call):
    row = h.rows("select " + ", ".join(map(one_line, COLUMNS)) + f" from voice_call_records where id = {quoted(call)}")
    return dict(zip(COLUMNS, map(lines, row[0]))) if row else None


def reviewed(h, call, seconds=20):
    def there():
        got = record(h, call)
        return got if got and got["summary_json"] else None

    got = wait_until(there, seconds, f"the review of {call}")
    for name in ("analysis", "summary_json", "usage"):
        got[name] = json.loads(got[name])
    return got


def told(h, call, kind="agent.summary"):
    where = f"call_id = {quoted(call)} and type = '{kind}'"
    return [json.loads(lines(p)) for p, in h.rows(f"select {one_line('payload')} from webhook_events where {where}")]


# Every member of the summary, and what it must be.
TEXT, NUMBER, FLAG, LIST, OBJECT = str, (int, float), bool, list, dict
MEMBERS = {
    "type": TEXT, "schemaVersion": TEXT, "eventId": TEXT, "callId": TEXT, "tenantId": TEXT, "startedAt": TEXT, "endedAt": TEXT,
    "durationSec": NUMBER, "carrier.trunk": TEXT, "carrier.sipFinal": TEXT, "carrier.q850": NUMBER, "carrier.ani": TEXT,
    "carrier.dnis": TEXT, "media.avgMos": NUMBER, "media.pktLossPct": NUMBER, "media.jitterMsP95": NUMBER,
    "kpis.asrFirstPartialMs": NUMBER, "kpis.eouMs": NUMBER, "kpis.llmFirstTokenMs": NUMBER, "kpis.ttsFirstChunkMs": NUMBER,
    "usage.asrMin": NUMBER, "usage.ttsChars": NUMBER, "usage.llmIn": NUMBER, "usage.llmOut": NUMBER, "usage.costInr": NUMBER,
    "usage.transportMinutes": NUMBER, "usage.transportCostInr": NUMBER, "usage.costs": LIST, "summary.outcome": TEXT,
    "summary.nextStep": TEXT, "summary.notes": TEXT, "emotion.enabled": FLAG, "emotion.dominant": TEXT, "emotion.valence": NUMBER,
    "emotion.arousal": NUMBER, "artifacts.recording": TEXT, "artifacts.transcript": TEXT, "artifacts.metrics": TEXT,
    "artifacts.sipPcap": TEXT, "artifacts.bundleZip": TEXT, "artifact.messages": LIST, "agentConfigAtCallStart": OBJECT,
    "destination.type": TEXT, "destination.to": TEXT, "destination.mode": TEXT, "destination.status": TEXT,
    "destination.durationSec": NUMBER, "analysis.summary": TEXT, "analysis.structuredData": OBJECT, "analysis.successEvaluation.rubric": TEXT,
    "analysis.successEvaluation.score": TEXT, "toolCalls": LIST}
OF_MESSAGE = {"role": TEXT, "message": TEXT, "time": TEXT, "endTime": TEXT, "secondsFromStart": NUMBER, "duration": NUMBER,
              "isFiltered": FLAG, "detectedThreats": LIST}
OF_TOOL = {"name": TEXT, "blocking": FLAG, "ok": FLAG, "latencyMs": NUMBER, "httpStatus": NUMBER, "startedAt": TEXT,
           "endedAt": TEXT, "args": OBJECT, "resultSummary": TEXT}


def check_members(what, members):
    for path, kind in members.items():
        value = what
        for name in path.split("."):
            assert isinstance(value, dict) and name in value, (path, what)
            value = value[name]
        assert isinstance(value, kind) and (kind is not NUMBER or not isinstance(value, bool)), (path, value)


def test_a_spoken_call_is_told_in_full_within_seconds():
    receiver = Receiver()
    with open(os.path.join(ROOT, "config/agents/demo.json"), encoding="utf-8") as f:
        demo = json.load(f)
    with House(agents={"desk": {**demo, "analysis": QUICK["analysis"]}}) as h:
        h.rows(f"insert into webhook_endpoints (tenant_id, url, secret, events) values ('A', {quoted(receiver.url('/ok'))}, "
               "'whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=', '{*,call.summary}')")
        call = h.call("--leg", "twilio", "--agent", "desk", "--say", "text:Book a table for four people tomorrow at seven",
                      "--say", "text:goodbye")["call_id"]
        h.books(call)
        got = reviewed(h, call)
        whole, analysis = got["summary_json"], got["analysis"]
        check_members(whole, MEMBERS)
        assert whole["type"] == "agent.summary" and whole["schemaVersion"] == "agent.summary.v1.4"
        assert (whole["callId"], whole["tenantId"]) == (call, "A") and whole["carrier"]["trunk"] == "twilio"
        # What the model made of it is in the row and in the event, and it read the real conversation.
        assert got["outcome"] == whole["summary"]["outcome"] == "qualified", got
        assert "table for four" in got["summary"].lower() and whole["analysis"]["summary"] == got["summary"]
        assert whole["analysis"]["structuredData"] == analysis["structuredData"] == {"people": 4, "day": "tomorrow", "time": "19:00"}
        assert whole["analysis"]["successEvaluation"] == {"rubric": "A table is booked.", "score": "high"}
        assert analysis["by"] == "model" and analysis["provider"] == "openai" and analysis["llmOut"] > 10, analysis
        # What the call itself knows.
        said = whole["artifact"]["messages"]
        for m in said:
            check_members(m, OF_MESSAGE)
        assert [m["role"] for m in said].count("user") == 2 and said[0]["role"] == "assistant"
        asked = next(m for m in said if m["role"] == "user")
        assert "table for four" in asked["message"].lower() and asked["duration"] > 1 and asked["secondsFromStart"] > 3
        tool = next(t for t in whole["toolCalls"] if t["name"] == "book_table")
        check_members(tool, OF_TOOL)
        assert tool["ok"] and tool["blocking"] and tool["args"] == {"people": 4, "day": "tomorrow", "time": "19:00"}
        assert whole["media"]["avgMos"] > 3 and whole["kpis"]["eouMs"] > 50 and whole["kpis"]["llmFirstTokenMs"] > 20
        assert whole["emotion"]["enabled"] and 0 < whole["emotion"]["arousal"] <= 1
        costs = whole["usage"]["costs"]
        assert {c["type"] for c in costs} == {"transport", "stt", "tts", "llm", "platform", "other"}
        assert abs(sum(c["costInr"] for c in costs) - whole["usage"]["costInr"]) < 0.001
        assert whole["usage"]["transportMinutes"] > 0 and whole["usage"]["transportCostInr"] > 0
        assert whole["agentConfigAtCallStart"]["name"] == demo["name"]
        assert "/v1/artifacts/art_" in whole["artifacts"]["transcript"] and "&sig=" in whole["artifacts"]["transcript"]
        assert "User: " in got["transcript"] and "Agent: You are speaking" in got["transcript"]
        # Sent once, and once by its older name; the bytes are those that are kept.
        wait_until(lambda: len(receiver.to("/ok")) >= 5, 10, "the events")
        time.sleep(1)
        bodies = [json.loads(g.body) for g in receiver.to("/ok")]
        assert [b["type"] for b in bodies].count("agent.summary") == [b["type"] for b in bodies].count("call.summary") == 1
        assert next(b for b in bodies if b["type"] == "agent.summary") == whole
        assert len(told(h, call)) == 1
        assert h.rows("select count(*) from call_reviews") == [["0"]]
        assert h.metric('invorto_reviews_total{how="model"}') == 1


test_a_spoken_call_is_told_in_full_within_seconds.spoken = True
test_a_spoken_call_is_told_in_full_within_seconds.seconds = 37


def by_rules(got):
    a = got["analysis"]
    assert a["by"] == "rules" and a["provider"] is None, a
    assert "the caller spoke 1 time" in got["summary"] and "a table for four" in got["summary"], got["summary"]
    assert got["outcome"] == "connected" and a["structuredData"] == {}
    check_members(got["summary_json"], MEMBERS)


def check_once(h, call):
    assert len(told(h, call)) == 1 and h.rows("select count(*) from call_reviews") == [["0"]]


def test_a_model_that_is_no_help_leaves_a_summary_by_rules():
    wrong = json.dumps({**GOOD, "structuredData": {"people": "four"}})
    cases = {"words": (lambda nth, body: "Sure! Here is what I think of the call.", 2),
             "another shape": (lambda nth, body: wrong, 2),
             "half an answer": (lambda nth, body: json.dumps(GOOD)[:90], 2),
             "too long": (lambda nth, body: json.dumps({**GOOD, "notes": "x" * 70000}), 1),
             "busy": (lambda nth, body: 429, 2), "broken": (lambda nth, body: 500, 2), "unknown": (lambda nth, body: 400, 4),
             "silent": (lambda nth, body: 60, 2)}

    def one(name, review, asked, failures):
        mind = Mind(review)
        try:
            with house_of(mind) as h:
                talk(h, "c1", "I want a table for four")
                by_rules(reviewed(h, "c1"))
                check_once(h, "c1")
                assert len(mind.asked) == asked, (name, len(mind.asked))
        except BaseException as e:  # told below, with its name
            failures.append((name, e))
        finally:
            mind.close()

    failures = []
    threads = [threading.Thread(target=one, args=(n, r, a, failures)) for n, (r, a) in cases.items()]
    for i in range(0, len(threads), 4):
        for t in threads[i:i + 4]:
            t.start()
        for t in threads[i:i + 4]:
            t.join()
    assert not failures, failures


def test_a_bad_answer_is_asked_for_once_more_and_told_why():
    mind = Mind(lambda nth, body: json.dumps({**GOOD, "outcome": "great"}) if nth == 1 else "```json\n" + json.dumps(GOOD) + "\n```")
    with house_of(mind) as h:
        talk(h, "c1", "I want a table for four")
        got = reviewed(h, "c1")
        assert got["summary"] == GOOD["summary"] and got["outcome"] == "callback-requested"
        assert got["analysis"]["nextStep"] == GOOD["nextStep"] and got["analysis"]["successEvaluation"]["score"] == "7"
        assert got["summary_json"]["summary"] == {"outcome": "callback-requested", "nextStep": GOOD["nextStep"],
                                                  "notes": GOOD["notes"], "success": True, "reason": GOOD["reason"]}
        first, second = mind.asked
        assert second["messages"][:2] == first["messages"] and "/outcome" in second["messages"][2]["content"]
        asked = first["response_format"]["json_schema"]["schema"]["properties"]
        assert asked["structuredData"] == SCHEMA and "failed" in asked["outcome"]["enum"]
        assert "A table is booked." in first["messages"][0]["content"] and first["temperature"] == 0
    mind.close()


def test_a_model_that_comes_back_is_waited_for_and_one_without_formats_is_asked_in_words():
    mind = Mind(lambda nth, body: 503 if nth == 1 else json.dumps(GOOD))
    with house_of(mind) as h:
        talk(h, "c1", "I want a table for four")
        assert reviewed(h, "c1")["analysis"]["by"] == "model"
        check_once(h, "c1")
        assert len(mind.asked) == 2 and h.metric('invorto_reviews_total{how="put_back"}') == 1
    mind.close()
    mind = Mind(lambda nth, body: 400 if "response_format" in body else json.dumps(GOOD))
    with house_of(mind) as h:
        talk(h, "c1", "I want a table for four")
        assert reviewed(h, "c1")["analysis"]["by"] == "model" and len(mind.asked) == 2
    mind.close()


def test_an_agent_may_do_without_and_nobody_asks_about_silence():
    mind = Mind(lambda nth, body: json.dumps(GOOD))
    with house_of(mind, {"analysis": {"enabled": False}}) as h:
        talk(h, "c1", "I want a table for four")
        by_rules(reviewed(h, "c1"))
        check_once(h, "c1")
    with house_of(mind) as h:
        b = Browser(h, "c2", "quick")
        b.until("connected", 20)
        b.close()
        got = reviewed(h, "c2")
        assert got["outcome"] == "no-answer" and got["analysis"]["by"] == "rules" and "said nothing" in got["summary"], got
        # A call that never came to a conversation is told as well.
        h.rows("insert into voice_call_records (tenant_id, id, direction, status, from_number, to_number) values "
               "('A', 'c3', 'outbound', 'busy', '+918040000001', '+919812345678')")
        got = reviewed(h, "c3")
        assert got["outcome"] == "busy" and "the line was busy" in got["summary"], got
        assert got["summary_json"]["carrier"]["dnis"] == "+********5678"
        check_once(h, "c3")
    assert mind.asked == []
    mind.close()


def test_a_test_keys_call_is_reviewed_like_any_other():
    mind = Mind(lambda nth, body: json.dumps(GOOD))
    with house_of(mind) as h:
        key = h.key("A", live=False)

        class Tester(Browser):
            def dial(self):
                return WebSocket(f"{h.url}/realtime/voice?callId=c1&agentId=quick", ("invorto.v1", key))

        b = Tester(h, "c1", "quick")
        b.until("connected", 20)
        b.type("I want a table for four")
        b.answer(1, 20)
        b.close()
        assert reviewed(h, "c1")["analysis"]["by"] == "model"
        assert h.rows("select test from voice_call_records") == [["t"]]
        check_once(h, "c1")
    mind.close()


def test_personal_data_is_masked_before_it_is_shown_or_sent():
    mind = Mind(lambda nth, body: json.dumps(GOOD))
    with house_of(mind) as h:
        talk(h, "c1", "My number is +91 98123 45678")
        whole = reviewed(h, "c1")["summary_json"]
        said = next(m for m in whole["artifact"]["messages"] if m["role"] == "user")
        assert said["isFiltered"] and said["detectedThreats"] == ["phone"] and "98123" not in json.dumps(whole), said
        assert "98123" not in json.dumps(mind.asked) and "My number is" in json.dumps(mind.asked)
        h.rows("""update tenants set settings = '{"redaction": {"enabled": false}}' where id = 'A'""")
        talk(h, "c2", "My number is +91 98123 45678")
        said = next(m for m in reviewed(h, "c2")["summary_json"]["artifact"]["messages"] if m["role"] == "user")
        assert not said["isFiltered"] and said["message"].endswith("98123 45678") and said["detectedThreats"] == [], said
    mind.close()


def test_what_a_person_should_look_at_is_flagged_once():
    mind = Mind(lambda nth, body: json.dumps(GOOD))
    with house_of(mind) as h:
        talk(h, "c1", "You are an idiot", "And a moron")
        got = reviewed(h, "c1")
        assert [(f["kind"], f["level"]) for f in got["analysis"]["flags"]] == [("toxicity", "medium")] * 2, got["analysis"]
        flags = told(h, "c1", "qa.flags")
        assert len(flags) == 1 and [f["kind"] for f in flags[0]["flags"]] == ["toxicity"] * 2 and flags[0]["callId"] == "c1"
        assert flags[0]["flags"][0]["ts"] >= got["summary_json"]["startedAt"]
        talk(h, "c2", "Thank you very much")
        reviewed(h, "c2")
        assert told(h, "c2", "qa.flags") == []
    mind.close()


def test_a_process_that_is_killed_at_the_model_leaves_the_review_to_the_next():
    hold = threading.Event()
    mind = Mind(lambda nth, body: hold if nth == 1 else json.dumps(GOOD))
    with house_of(mind) as h:
        talk(h, "c1", "I want a table for four")
        wait_until(lambda: mind.asked, 20, "the model being asked")
        h.kill()
        hold.set()
        assert record(h, "c1")["summary_json"] == "" and told(h, "c1") == []
        h.start_daemon()
        assert reviewed(h, "c1")["analysis"]["by"] == "model"
        check_once(h, "c1")
        assert len(mind.asked) == 2
    mind.close()


def test_kills_at_any_moment_lose_and_double_nothing():
    mind, moments = Mind(lambda nth, body: json.dumps(GOOD)), random.Random(7)
    with house_of(mind) as h:
        for n in range(8):
            talk(h, f"c{n}", "I want a table for four")
            time.sleep(moments.uniform(0, 0.5))
            h.kill()
            h.start_daemon()
        for n in range(8):
            got = reviewed(h, f"c{n}", 30)
            assert len(told(h, f"c{n}")) == 1 and "table" in got["summary"]
        assert h.rows("select count(*) from voice_usage_ledger") == [["8"]]
        assert h.rows("select count(*) from webhook_events where type = 'agent.summary'") == [["8"]]
    mind.close()


def test_a_call_that_is_erased_meanwhile_is_told_no_more():
    hold = threading.Event()
    mind = Mind(lambda nth, body: hold)
    with house_of(mind) as h:
        talk(h, "c1", "I want a table for four")
        wait_until(lambda: mind.asked, 20, "the model being asked")
        h.rows("update voice_call_records set erased_at = now(), transcript = null")
        hold.set()
        wait_until(lambda: h.rows("select count(*) from call_reviews") == [["0"]], 10, "the end of the review")
        assert told(h, "c1") == [] and record(h, "c1")["summary_json"] == ""
    mind.close()


def test_what_somebody_else_wrote_about_a_call_stays():
    mind = Mind(lambda nth, body: 1.0)
    with house_of(mind) as h:
        talk(h, "c1", "I want a table for four")
        wait_until(lambda: mind.asked, 20, "the model being asked")
        h.rows("update voice_call_records set summary = 'By hand.', outcome = 'opted-out'")
        wait_until(lambda: told(h, "c1"), 20, "the summary")
        got = record(h, "c1")
        assert got["summary"] == "By hand." and got["outcome"] == "opted-out" and got["analysis"]
    mind.close()


def test_a_tenant_with_a_thousand_ended_calls_does_not_keep_another_waiting():
    with House(env={**FAST, "AFTER_CALL_CONCURRENCY": "2"}, lab=False) as h, Second(h):
        end = "select count(*) from (select set_config('app.tenant_id', '{t}', false)) s, generate_series(1, {n}) g, " \
              "lateral end_call('{t}', '{t}' || g, '{{}}') e"
        h.rows(end.format(t="A", n=1000) + ";" + end.format(t="B", n=5))
        wait_until(lambda: h.rows("select count(*) from webhook_events where type = 'agent.summary' and tenant_id = 'B'") == [["5"]], 20,
                   "the small tenant's summaries")
        left = int(h.rows("select count(*) from call_reviews where tenant_id = 'A'")[0][0])
        assert left > 500, left
        wait_until(lambda: h.rows("select count(*) from call_reviews") == [["0"]], 120, "all of them")
        assert h.rows("select count(*), count(distinct call_id) from webhook_events where type = 'agent.summary'") == [["1005", "1005"]]
        assert h.metric('invorto_reviews_total{how="moved"}') == 0
    assert HOST


def test_a_call_whose_process_never_comes_back_is_ended_by_another_and_one_that_lives_is_not():
    env = {**FAST, "LOST_CALL_MINUTES": "0.1", "CLEANUP_INTERVAL_MINUTES": "0.02", "CALL_TIMEOUT_MINUTES": "0.2"}
    with House(agents={"quick": QUICK}, env=env) as h, Second(h) as other:
        # One that no process ever took, and one of a vendor's.
        h.rows("insert into voice_call_records (tenant_id, id, status, provider) values ('A', 'stuck', 'ringing', 'invorto'), "
               "('A', 'hosted', 'in-progress', 'elevenlabs')")
        h.port, first = other.port, h.port
        h.url = f"ws://127.0.0.1:{other.port}"
        alive = Browser(h, "alive", "quick")
        h.port, h.url = first, f"ws://127.0.0.1:{first}"
        alive.until("connected")
        with subprocess.Popen([LAB, "call", "--leg", "twilio", "--agent", "quick", "--say", "text:What time is it",
                               "--say", "wait:60000"], env=h.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as caller:
            dead = wait_until(lambda: h.rows("select id from voice_call_records where carrier = 'twilio' and status = 'in-progress'"), 20,
                              "the call")[0][0]
            journal = f"{h.dir}/journal/live/A/{dead}.call"
            wait_until(lambda: os.path.exists(journal) and re.search(r"turn\.user .*what time is it", h.replay(journal), re.I), 30, "what was said, in the journal")
            h.kill()
            caller.kill()
        held = h.rows(f"select updated_at from voice_call_records where id = '{dead}'")[0][0]
        ended = "select status, end_reason, outcome, ended_at from voice_call_records where id = '{}' and closed_at is not null"
        got = wait_until(lambda: h.rows(ended.format(dead)), 60, "the end of the call")
        assert got == [["failed", "lost", "", held]] or got == [["failed", "lost", "failed", held]], (got, held)
        assert h.rows(ended.format("stuck"))[0][:2] == ["failed", "lost"]
        assert h.rows("select count(*) from voice_call_records where id in ('alive', 'hosted') and closed_at is null") == [["2"]]
        alive.type("Are you there?")
        alive.answer(1)
        summary = reviewed(h, dead)
        assert "was lost" in summary["summary"] and summary["outcome"] == "failed", summary
        got = h.rows(ended.format(dead))  # the review has given it its outcome
        once = f"select (select count(*) from voice_usage_ledger where call_id = '{dead}'), " \
               f"(select count(*) from webhook_events where call_id = '{dead}' and type = 'call.ended'), " \
               f"(select count(*) from webhook_events where call_id = '{dead}' and type = 'agent.summary')"
        assert h.rows(once) == [["1", "1", "1"]]
        lines = {t for t, in h.rows(f"select type from call_costs where call_id = '{dead}'")}
        assert lines == {"transport", "stt", "platform"}, lines
        # The process comes back after all, with the journal: what was said is not lost, and nothing happens twice.
        h.start_daemon()
        wait_until(lambda: record(h, dead)["transcript"], 20, "what was said")
        assert "what time is it" in record(h, dead)["transcript"].lower()
        kinds = [k for k, in h.rows(f"select kind from call_timeline where call_id = '{dead}' order by seq")]
        assert kinds[0] == "call.started" and "turn.closed" in kinds and kinds.count("call.ended") == 1, kinds
        assert h.rows(once) == [["1", "1", "1"]] and h.rows(ended.format(dead)) == got
        alive.close()
        reviewed(h, "alive")


test_a_call_whose_process_never_comes_back_is_ended_by_another_and_one_that_lives_is_not.spoken = True
test_a_call_whose_process_never_comes_back_is_ended_by_another_and_one_that_lives_is_not.seconds = 42


def test_a_wiped_redis_is_no_reason_to_end_a_call_that_lives():
    env = {**FAST, "LOST_CALL_MINUTES": "0.1", "CLEANUP_INTERVAL_MINUTES": "0.02"}
    with House(agents={"quick": QUICK}, env=env, lab_args=LOAD) as h, Second(h):
        c = Browser(h, "alive", "quick")
        c.until("connected")
        time.sleep(7)  # it is silent: its process says that it holds it once a minute
        for _ in range(4):
            h.redis.ask("flushall")
            time.sleep(1.5)
        assert h.rows("select closed_at is null, status from voice_call_records where id = 'alive'") == [["t", "in-progress"]]
        assert h.rows("select now() - updated_at > interval '6 seconds' from voice_call_records where id = 'alive'") == [["t"]]
        c.type("Are you there?")
        c.answer(1)
        c.close()
        assert h.books("alive")["status"] == "completed"


def test_rows_that_are_over_are_swept_out():
    with House(env={"CLEANUP_INTERVAL_MINUTES": "0.02"}, lab=False) as h:
        h.rows("insert into idempotency_keys (tenant_id, route, key, fingerprint, lease_until, expires_at) "
               "select 'A', 'r', 'old' || g, '', now(), now() - interval '1 minute' from generate_series(1, 2500) g")
        h.rows("insert into idempotency_keys (tenant_id, route, key, fingerprint, lease_until) values ('A', 'r', 'new', '', now())")
        h.rows("insert into usage_alerts (tenant_id, kind, period, percent, used, cap, at) values "
               "('A', 'monthly_minutes', '2024-01', 80, 8, 10, now() - interval '401 days'), ('A', 'monthly_minutes', '2026-01', 80, 8, 10, now())")
        h.rows("insert into users (id, email) values ('u', 'u@example.org'); "
               "insert into user_sessions (id, user_id, token_hash, expires_at) select 's' || g, 'u', encode(sha256(g::text::bytea), 'hex'), "
               "now() + make_interval(days => g) from unnest(array[-2, 1]) g")
        wait_until(lambda: h.rows("select key from idempotency_keys") == [["new"]], 20, "the keys")
        assert h.rows("select period from usage_alerts") == [["2026-01"]] and h.rows("select id from user_sessions") == [["s1"]]
        assert h.metric('invorto_swept_rows_total{table="idempotency_keys"}') == 2500
