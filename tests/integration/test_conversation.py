"""What a client may say and is told while a call lives, on each kind of socket."""
import base64
import itertools
import json
import subprocess
import time

from callers import LEGS, Browser, Twilio, together, tone
from model import Model
from stack import LAB, Stack, wait_until
from test_faults import ANSWER, LOAD, WORDS, agent, tool
from ws import WebSocket

STORY = "This is a rather long story, told slowly, so that there is time to do something about it."


def test_pause_silences_both_sides_and_resume_goes_on_with_the_same_words():
    model = Model(lambda messages, nth: [STORY])
    with Stack(env={"OPENAI_BASE_URL": model.url}, agents={"a": agent()},
               lab_args=("--load", "asr=100,tts=30,reply=3000")) as s:
        c = Browser(s, "paused", "a").mic()
        c.type("tell me")
        c.hears(600)
        c.ws.send({"t": "pause", "timestamp": 1})
        time.sleep(1)  # what was on its way has come
        quiet = time.monotonic()
        c.say(tone(600))
        time.sleep(1.2)
        assert c.audible_ms(quiet) == 0 and len(c.got("stt.final")) == 1, "only what was typed before"
        c.ws.send({"t": "resume", "timestamp": 2})
        turn = c.answer(1, 20)  # some seven seconds of speech
        assert c.audible_ms(quiet) >= 1500 and turn["heard"] == STORY and turn["outcome"] == "completed", turn
        c.close()
        kinds = c.kinds()
        assert kinds.index("call.paused") < kinds.index("call.resumed") and len(model.requests) == 1
    model.close()


def test_a_tool_without_an_address_is_the_clients():
    def script(messages, nth):
        if messages[-1]["role"] == "tool":
            return ["You are at " + json.loads(messages[-1]["content"])["place"] + "."]
        return [("tool", "call-1", "where", {"exact": True})]

    model = Model(script)
    with Stack(env={"OPENAI_BASE_URL": model.url}, agents={"a": agent(tools=[tool("where", url="")])}, lab_args=LOAD) as s:
        c = Browser(s, "client-tool", "a")
        c.type("where am I")
        call = c.until("tool.call")
        assert (call["id"], call["name"], call["args"]) == ("call-1", "where", {"exact": True})
        c.ws.send({"t": "tool.result", "id": "call-1", "result": {"place": "the harbour"}})
        assert c.answer(1)["heard"] == "You are at the harbour."
        c.ws.send({"t": "tool.result", "id": "call-1", "result": {"place": "late"}})
        c.close()
        assert "tool.late" in c.kinds()
    model.close()


def test_transfer_ends_the_call_with_its_reason():
    with Stack(agents={"a": agent()}, lab_args=LOAD) as s:
        c = Browser(s, "transfer", "a")
        c.ws.send({"t": "transfer", "to": "+15550100", "mode": "blind"})
        assert c.until("end")["reason"] == "transfer"
        assert c.closed() == (1000, "transfer") and c.end_reason() == "transfer"


def test_a_config_message_changes_the_call_and_nothing_else():
    with Stack(agents={"a": agent()}, lab_args=LOAD) as s:
        c, other = Browser(s, "changed", "a"), Browser(s, "unchanged", "a")
        c.ws.send({"t": "config", "config": {"idle": {"promptMs": 300, "prompts": ["Hello?"]}}})
        c.until("say", 3, text="Hello?")
        c.hears(300)
        time.sleep(0.5)
        assert not other.got("say")
        c.close(), other.close()
        assert "config.updated" in c.kinds()


def test_binary_audio_is_raw_samples_and_the_old_audio_message_is_understood():
    with Stack(agents={"a": agent()}, lab_args=LOAD) as s:
        c = Browser(s, "binary", "a", extra="&audio=binary")
        c.type("hello")
        assert c.answer(1)["outcome"] == "completed"
        assert c.got("binary") and not c.got("tts.chunk")
        assert all(m["bytes"] % 2 == 0 for m in c.got("binary"))
        assert abs(len(c.heard) / 16 - 600) <= 100, "600 ms of speech"
        c.close()
        old = Browser(s, "old", "a")
        seq = itertools.count()
        old.send_frame = lambda frame: old.ws.send({"t": "audio", "seq": next(seq), "rate": 16000,
                                                    "pcm16": base64.b64encode(frame.tobytes()).decode()})
        old.mic()
        time.sleep(0.2)
        old.say(tone(600))
        assert old.until("stt.final")["text"] == WORDS and old.answer(1)["heard"] == ANSWER
        old.close()


def test_the_energy_window_comes_four_times_a_second_with_its_two_fields():
    with Stack(agents={"a": agent(bargeIn={"enabled": False})}, lab_args=LOAD) as s:
        c = Browser(s, "meter", "a").mic()
        c.until("emotion.window")
        c.say(tone(2000))
        before = len(c.got("emotion.window"))
        time.sleep(5)
        windows = c.got("emotion.window")[before:]
        c.close()
        assert abs(len(windows) - 20) <= 1, len(windows)
        for w in windows:
            assert set(w) - {"n"} == {"t", "energy_db", "speaking", "ts", "timestamp"}, w
        loud = [w for w in windows if w["energy_db"] > -20]
        assert 6 <= len(loud) <= 9 and sum(w["speaking"] for w in loud) >= len(loud) - 2
        assert not windows[-1]["speaking"] and windows[-1]["energy_db"] < -50


def test_keys_pressed_on_a_telephone_reach_the_agent():
    model = Model(lambda messages, nth: ["Thank you."])
    with Stack(env={"OPENAI_BASE_URL": model.url}, agents={"a": agent(keypad={"gapMs": 400})}, lab_args=LOAD) as s:
        def press(leg, digits, said):
            c = LEGS[leg](s, f"keys-{leg}-{len(digits)}", "a").mic()
            time.sleep(0.2)
            for d in digits:
                c.ws.send({"event": "dtmf", "streamSid": c.sid, "dtmf": {"track": "inbound_track", "digit": d}}
                          if leg == "twilio" else {"event": "dtmf", "dtmf": d, "duration": "1600"} if leg == "jambonz"
                          else {"t": "dtmf.send", "digits": d, "method": "rfc2833"})
            c.hears(300)
            c.close()
            asked = [r for r in model.requests if r["user"] == c.call]
            assert asked[-1]["messages"][-1] == {"role": "user", "content": said}, asked[-1]["messages"]

        together(*[lambda leg=leg, a=a: press(leg, *a) for leg in LEGS
                   for a in (("42#", "[keypad: 42]"), ("1234", "[keypad: 1234]"))])
    model.close()


def test_speech_over_the_agent_clears_the_telephone():
    with Stack(agents={"a": agent(greeting=STORY)}, lab_args=("--load", "asr=150,ttft=30,token=2,tts=30,reply=3000")) as s:
        def interrupt(leg, clear):
            c = LEGS[leg](s, f"barge-{leg}", "a").mic()
            c.hears(500)
            c.say(tone(500))
            c.wait(lambda: any(m["t"] == clear for _, m in c.messages), 2, clear)
            cleared = [t for t, m in c.messages if m["t"] == clear][0]
            c.hears(1000, 5, cleared + 0.3)
            c.close()
            kinds = c.kinds()
            assert "bargein.confirmed" in kinds and "turn.user" in kinds, kinds
            assert [p["outcome"] for _, k, p in c.story() if k == "turn.closed"][0] == "interrupted"

        together(lambda: interrupt("twilio", "clear"), lambda: interrupt("jambonz", "killAudio"),
                 lambda: interrupt("browser", "control.bargein"))


def test_malformed_twilio_media_is_counted_and_the_call_goes_on():
    series = 'invorto_messages_bad_total{leg="twilio"}'
    with Stack(agents={"a": agent()}, lab_args=LOAD) as s:
        c = Twilio(s, "malformed", "a").mic()
        time.sleep(0.2)
        bad = [{"event": "media", "streamSid": c.sid, "media": {"payload": "%%%"}},
               {"event": "media", "streamSid": c.sid, "media": {"payload": 5}},
               {"event": "media", "streamSid": c.sid, "media": "x"}, {"event": "media", "streamSid": c.sid},
               {"event": "media", "streamSid": "MZother", "media": {"payload": "fn5+"}},
               {"event": "media", "streamSid": c.sid, "media": {"track": "sideways", "payload": "fn5+"}},
               {"event": "media", "streamSid": c.sid, "media": {"payload": "A" * 60000}},
               {"event": "dtmf", "streamSid": c.sid, "dtmf": {"digit": "x"}}, {"event": "unheard-of"}, "{", "[]",
               {"event": "start", "start": {"streamSid": c.sid}}]
        for m in bad:
            c.ws.send(m)
        c.ws.send(b"\x00\x01")
        wait_until(lambda: s.metric(series) == len(bad) + 1, 2, f"{len(bad) + 1} bad messages")
        c.say(tone(600, rate=8000))
        wait_until(lambda: s.lab_stats()["chat"]["opened"], 20, "his words, as a question to the model")
        c.hears(400, since=time.monotonic())
        c.close()
        assert WORDS in [p.get("text") for _, k, p in c.story() if k == "turn.user"]


def test_a_caller_signs_as_twilio_does_where_the_daemon_has_the_accounts_token():
    s = Stack(env={"TWILIO_AUTH_TOKEN": "the-account's-token"}, agents={"a": agent(greeting="Hello.")}, lab_args=LOAD)
    s.env.update(PUBLIC_BASE_URL=s.http("/"), ALLOWED_ORIGINS="http://localhost")
    with s:
        call = ("--leg", "twilio", "--agent", "a", "--max", "3")
        assert s.call(*call)["audio"]["heard_ms"] > 0
        for wrong in ("", "another-token"):
            out = subprocess.run([LAB, "call", *call, "--twilio-token", wrong], env=s.env, capture_output=True, text=True, timeout=60, check=False)
            assert out.returncode == 1 and "403" in out.stdout + out.stderr, (wrong, out)


def test_a_twilio_socket_that_does_not_prove_itself_is_closed():
    with Stack(env={"REALTIME_START_TIMEOUT_MS": "700"}, agents={"a": agent()}, lab_args=LOAD) as s:
        def start(**params):
            ws = WebSocket(f"{s.url}/realtime/twilio")
            ws.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
            if params:
                ws.send({"event": "start", "streamSid": "MZ1", "start": {"streamSid": "MZ1", "customParameters": params}})
            return ws.closed(3)

        ts, sig = s.sign("t1")
        assert start(callId="t1", agentId="a", ts=str(ts), sig="0" * 64)[:2] == (4003, "unauthorized")
        assert start(callId="t2", agentId="a", ts=str(ts), sig=sig)[:2] == (4003, "unauthorized"), "signed for another call"
        assert start(agentId="a", ts=str(ts), sig=sig)[0] == 4002
        began = time.monotonic()
        code, reason, _ = start()
        assert 0.5 < time.monotonic() - began < 8 and code not in (1000, 1006), (code, reason)
        assert s.metric("invorto_calls_live") == 0


def test_every_kind_of_jambonz_is_understood():
    with Stack(agents={"a": agent(greeting="Hello there.")}, lab_args=("--load", "asr=150,ttft=30,token=2,tts=30,reply=900")) as s:
        def converse(*how):
            summary = s.call("--leg", "jambonz", "--agent", "a", "--say", "text:hello", "--say", "text:hello", *how)
            turns = summary["turns"]
            assert len(turns) == 3 and not any(t["lost"] for t in turns), (how, summary["text"])
            assert all(t["agent_heard_ms"] >= 700 for t in turns), (how, turns)
            assert summary["bad_messages"] == 0 and summary["audio"]["gaps"] == 0, (how, summary["audio"])
            assert summary["close_code"] == 1000 and summary["hung_up_by_caller"], (how, summary)

        together(*[lambda how=how: converse(*how) for how in (
            ("--subprotocol", "drachtio"), ("--preamble", "broken"), ("--preamble", "minimal"), ("--messy", "7"),
            ("--rate", "16000"), ("--jambonz-marks", "destroyed"), ("--silence", "zero", "--messy", "3", "--rate", "16000"))])
