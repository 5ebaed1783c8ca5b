"""Providers that fail in every way they are known to: the call goes on, or ends with an apology and a reason,
and nobody else notices. The second provider of each list is another lab that does not fail."""
import contextlib
import os
import tempfile
import time
import wave

from callers import Browser, Twilio, share_of, together, tone
from model import Model, Voice
from stack import Stack, wait_until

LOAD = ("--load", "asr=100,ttft=30,token=2,tts=30,reply=600")
TIMES = {"LLM_FIRST_TOKEN_TIMEOUT_MS": "400", "LLM_STALL_TIMEOUT_MS": "500", "TTS_FIRST_BYTE_TIMEOUT_MS": "400",
         "TTS_STALL_TIMEOUT_MS": "500", "ASR_CONNECT_TIMEOUT_MS": "600", "CIRCUIT_BREAKER_FAILURE_THRESHOLD": "1000",
         "MESSAGE_RATE_LIMIT": "100000"}
APOLOGY = "I am sorry, something is wrong."
ANSWER = "Of course, for how many people should I book?"
WORDS = "I would like to book a table."


def agent(**changes):
    return {"name": "Test", "greeting": "", "disclosure": "", "disclosureWaived": True, "apology": APOLOGY,
            "idle": {"promptMs": 0, "hangupMs": 0}, "endpointing": {"silenceMs": 150, "minWords": 0}, **changes}


AGENTS = {
    "one": agent(asr=["deepgram"], llm=["openai"], tts=["deepgram"]),
    "two": agent(asr=["deepgram", "deepgram-2"], llm=["openai", "openai-2"], tts=["deepgram", "elevenlabs"]),
    "other": agent(asr=["deepgram-2"], llm=["openai-2"], tts=["elevenlabs"]),
}


@contextlib.contextmanager
def failing_stack(**settings):
    """Two labs in load mode, and a recorded apology of 600 ms so that nobody waits for the real one."""
    with tempfile.TemporaryDirectory() as d:
        clip = os.path.join(d, "clip.wav")
        with wave.open(clip, "wb") as w:
            w.setnchannels(1), w.setsampwidth(2), w.setframerate(8000)
            w.writeframes(tone(600, 500, 8000).tobytes())
        with Stack(env={**TIMES, "APOLOGY_CLIP": clip, **settings}, agents=AGENTS, lab_args=LOAD, second=True) as s:
            yield s


def ask(caller):
    """One typed question; the turn that answers it."""
    count = len(caller.answers()) + 1
    since = caller.type("hello there")
    turn = caller.answer(count)
    assert caller.audible_ms(since) >= 200, f"{caller.call}: a turn without a sound"
    return turn


def untouched(stack, name):
    c = Browser(stack, name, "other")
    assert ask(c)["outcome"] == "completed"
    c.close()
    kinds = c.kinds()
    assert not any(k.endswith((".switched", ".failed")) for k in kinds), kinds


def expect(caller, present, absent=()):
    kinds = caller.kinds()
    assert all(k in kinds for k in present) and not any(k in kinds for k in absent), (caller.call, kinds)


def model_round(s, fault, name):
    """What a caller whose only model fails hears: the apology, twice at most, and a reason."""
    outcome = {"delay=150": "fine", "cut_after=1200": "half"}.get(fault, "out")

    def with_second():
        c = Browser(s, f"two-{name}", "two")
        turn = ask(c)
        if outcome == "half":
            assert turn["outcome"] == "failed" and APOLOGY in turn["heard"], turn
        else:
            assert turn["outcome"] == "completed" and turn["heard"] == ANSWER, turn
        c.close()
        expect(c, ["llm.switched"] if outcome == "out" else [], () if outcome == "out" else ("llm.switched",))

    def alone():
        c = Browser(s, f"one-{name}", "one")
        turn = ask(c)
        if outcome == "fine":
            assert turn["outcome"] == "completed", turn
            c.close()
            return
        assert turn["outcome"] == "failed" and APOLOGY in turn["heard"], turn
        c.ws.send({"t": "ping"})
        c.until("pong")
        c.type("hello again")
        assert c.until("end", 6)["reason"] == "provider"
        c.closed()
        assert len(c.got("say", text=APOLOGY)) == 2
        expect(c, ["turn.failed"])
        assert c.end_reason() == "provider"

    s.faults(f"chat={fault}")
    together(with_second, alone, lambda: untouched(s, f"other-{name}"))
    s.faults()


FAULTS = ("status=401", "status=429", "status=500", "stall", "garbage", "cut_after=100", "empty", "reset", "delay=150")


def test_a_model_that_fails_is_replaced_or_apologised_for_and_nobody_else_notices():
    with failing_stack() as s:
        for i, fault in enumerate(FAULTS + ("cut_after=1200",)):
            model_round(s, fault, f"m{i}")


def voice_round(s, fault, name):
    outcome = {"delay=150": "fine", "cut_after=12000": "half"}.get(fault, "out")

    def with_second():
        c = Browser(s, f"two-{name}", "two")
        assert ask(c)["outcome"] == "completed"
        c.close()
        expect(c, {"out": ["tts.switched"], "half": ["tts.failed", "tts.switched"], "fine": []}[outcome])

    def alone():
        c = Browser(s, f"one-{name}", "one")
        turn = ask(c)
        if outcome != "out":
            assert turn["outcome"] == "completed", turn
            c.close()
            return
        assert turn["outcome"] == "failed", turn
        since = c.type("hello again")
        assert c.until("end", 6)["reason"] == "provider"
        assert c.audible_ms(since) >= 400, "the recorded apology was not heard"
        c.closed()
        expect(c, ["tts.failed", "turn.failed"])

    s.faults(f"speak={fault}")
    together(with_second, alone, lambda: untouched(s, f"other-{name}"))
    s.faults()


def test_a_voice_that_fails_is_replaced_or_a_recorded_apology_is_heard():
    with failing_stack() as s:
        for i, fault in enumerate(FAULTS[:5] + ("cut_after=0", "cut_after=12000") + FAULTS[6:]):
            voice_round(s, fault, f"v{i}")


def test_a_voice_that_breaks_off_inside_a_sentence_is_replaced_by_the_next_which_says_only_the_rest():
    sentences = ["It is ten o'clock in the morning and the sun is shining.",
                 "The train departs from the second platform in half an hour.", "Shall I book a seat by the window?"]
    rests = ["o'clock in the morning and the sun is shining.", "departs from the second platform in half an hour."]
    letter_ms, cut_ms = 62, 1000  # what the machine reckons a letter takes: 16 letters, so inside the third word
    model = Model(lambda messages, nth: [" ".join(sentences)])
    broken = Voice(lambda text: 400, letter_ms=letter_ms, cut_after=cut_ms * 32)
    second = Voice(lambda text: 700, letter_ms=letter_ms)
    env = {**TIMES, "OPENAI_BASE_URL": model.url, "DEEPGRAM_2_BASE_URL": broken.url, "ELEVENLABS_BASE_URL": second.url,
           "CIRCUIT_BREAKER_FAILURE_THRESHOLD": "2"}
    with Stack(env=env, agents={"handed": agent(tts=["deepgram-2", "elevenlabs"])}, lab_args=LOAD) as s:
        c = Browser(s, "handed", "handed")
        c.type("hello there")
        turn = c.answer(1, 20)
        c.close()
        assert turn["outcome"] == "completed" and turn["heard"] == " ".join(sentences), turn
        # Two sentences begin at the head of the list, each after a break; the third finds its breaker open.
        assert broken.texts == sentences[:2] and second.texts == [*rests, sentences[2]], (broken.texts, second.texts)
        assert s.metric('invorto_provider_breaker_open{role="tts"}') == 1
        assert s.metric('invorto_provider_failovers_total{role="tts"}') == 2
        entries = c.story()
        assert [(p["provider"], p["reason"]) for _, k, p in entries if k == "tts.switched"] == [("elevenlabs", "cut")] * 2
        assert len([k for _, k, _ in entries if k == "tts.failed"]) == 2
    # Every sample of both voices is heard, in order, and nothing is heard twice but the word that was cut.
    parts = [(400, cut_ms), (700, letter_ms * len(rests[0])), (400, cut_ms), (700, letter_ms * len(rests[1])),
             (700, letter_ms * len(sentences[2]))]
    assert abs(c.audible_ms() - sum(ms for _, ms in parts)) <= 60, (c.audible_ms(), parts)
    repeated = sum(ms for _, ms in parts) - letter_ms * sum(map(len, sentences))
    assert 0 <= repeated <= 2 * letter_ms * len("o'clock "), repeated
    first = next(i for i, x in enumerate(c.heard) if abs(x) > 300)
    for hz, ms in parts:
        middle = c.heard[first + 16 * 60:first + 16 * (ms - 60)]
        assert share_of(middle, hz, 16000) > 0.8, (hz, ms, share_of(middle, hz, 16000))
        first += 16 * ms
    for server in (model, broken, second):
        server.close()


def speak_and_be_answered(c, ms=700, seconds=8):
    time.sleep(0.3)
    c.say(tone(ms))
    assert c.until("stt.final", seconds)["text"] == WORDS
    assert c.answer(1, seconds)["outcome"] == "completed"


def ear_round(s, fault, name):
    fine = fault == "delay=150"

    def with_second():
        c = Browser(s, f"two-{name}", "two").mic()
        speak_and_be_answered(c)
        c.close()
        expect(c, [] if fine else ["asr.switched"], ("asr.switched", "asr.failed") if fine else ("asr.failed",))

    def alone():
        c = Browser(s, f"one-{name}", "one").mic()
        if fine:
            speak_and_be_answered(c)
            c.close()
            return
        c.say(tone(700))
        assert c.until("end", 8)["reason"] == "provider"
        c.closed()
        assert c.got("say", text=APOLOGY) and c.audible_ms() >= 300
        expect(c, ["asr.failed"])

    def somebody_else():
        c = Browser(s, f"other-{name}", "other").mic()
        speak_and_be_answered(c)
        c.close()
        expect(c, [], ("asr.switched", "asr.failed"))

    s.faults(f"listen={fault}")
    together(with_second, alone, somebody_else)
    s.faults()


def test_a_recogniser_that_fails_is_replaced_without_losing_a_word_or_the_call_ends_with_an_apology():
    with failing_stack() as s:
        for i, fault in enumerate(("status=401", "status=429", "status=500", "garbage", "cut_after=12000", "empty",
                                   "reset", "delay=150", "delay=5000")):
            ear_round(s, fault, f"r{i}")


def test_a_recogniser_that_accepts_and_says_nothing_is_replaced_and_what_was_said_is_not_lost():
    with failing_stack() as s:
        s.faults("listen=stall")
        c = Browser(s, "deaf", "two").mic()
        speak_and_be_answered(c, 1500, 9)
        c.close()
        expect(c, ["asr.switched"])


def test_a_breaker_opens_after_its_failures_and_lets_one_request_try_when_its_time_is_over():
    with failing_stack(CIRCUIT_BREAKER_FAILURE_THRESHOLD="2", CIRCUIT_BREAKER_TIMEOUT_MS="4000") as s:
        def asked():
            return s.lab_stats()["speak"]["opened"]

        c = Browser(s, "breaker", "two")
        s.faults("speak=status=500")
        ask(c), ask(c)
        assert asked() == 2
        opened = time.monotonic()
        assert s.metric('invorto_provider_breaker_open{role="tts"}') == 1
        assert ask(c)["outcome"] == "completed" and asked() == 2, "an open breaker was asked"
        s.faults()
        time.sleep(max(0, opened + 4.1 - time.monotonic()))
        assert ask(c)["outcome"] == "completed" and asked() == 3
        assert s.metric('invorto_provider_breaker_open{role="tts"}') == 0
        ask(c)
        assert asked() == 4, "it is back"
        c.close()
        assert [k for k in c.kinds() if k == "tts.switched"] == ["tts.switched"] * 2


def test_everything_out_at_once_ends_every_leg_with_a_sound_and_a_reason():
    with failing_stack() as s:
        s.faults("listen=status=500", "chat=status=500", "speak=status=500", "elevenlabs=reset")

        def leg(kind):
            c = kind(s, f"dark-{kind.__name__.lower()}", "one").mic()
            c.closed(8)
            assert c.audible_ms() >= 300, "silence"
            assert c.end_reason() == "provider"

        together(lambda: leg(Browser), lambda: leg(Twilio))
        assert s.metric("invorto_calls_live") == 0


def tool(name, **changes):
    return {"name": name, "description": name, "parameters": {"type": "object"}, "url": "/tools/book_table",
            "timeoutMs": 900, **changes}


BOOKING = {"people": 2, "day": "today", "time": "19:30"}


def test_a_tool_that_fails_is_told_to_the_model_and_one_that_is_slow_is_bridged():
    def script(messages, nth):
        if messages[-1]["role"] == "tool":
            return ["It did not work out." if "error" in messages[-1]["content"] else "It is done."]
        return [("tool", f"id-{nth}", messages[-1]["content"], BOOKING)]

    model = Model(script)
    tools = [tool("book"), tool("abroad", url="http://192.0.2.7/x"), tool("inside", url="http://10.0.0.1/x"),
             tool("elsewhere", url="https://tools.example.invalid/x")]
    tester = agent(llm=["openai"], tts=["deepgram"], tools=tools, toolBudgetMs=300, filler="One moment please.")
    with Stack(env={**TIMES, "OPENAI_BASE_URL": model.url}, agents={"tester": tester}, lab_args=LOAD) as s:
        c = Browser(s, "tools", "tester")
        count = 0

        def turn(said, heard, kind):
            nonlocal count
            count += 1
            c.type(said)
            t = c.answer(count)
            assert heard in t["heard"] and t["outcome"] == "completed", (said, t)
            told = [m for m in model.told(len(model.requests)) if m["role"] == "tool"]
            assert len(told) == count, "every call is answered"
            return told[-1]["content"]

        assert "confirmation" in turn("book", "It is done.", "tool.succeeded")
        assert not c.got("say", text="One moment please."), "a fast tool needs no filler"
        for fault in ("stall", "delay=5000"):
            s.faults(f"tools={fault}")
            assert "timeout" in turn("book", "It did not work out.", "tool.failed")
            s.faults()
        assert len(c.got("say", text="One moment please.")) == 2
        for fault in ("status=500", "status=429", "garbage", "empty", "reset"):
            s.faults(f"tools={fault}")
            assert "error" in turn("book", "It did not work out.", "tool.failed"), fault
            s.faults()
        asked = s.lab_stats()["tools"]["opened"]
        for name in ("abroad", "inside", "elsewhere"):
            assert "not allowed" in turn(name, "It did not work out.", "tool.failed")
        assert "error" in turn("no_such_tool", "It did not work out.", "tool.failed")
        assert s.lab_stats()["tools"]["opened"] == asked
        c.close()
        wait_until(lambda: s.lab_stats()["tools"]["active"] == 0, 2, "tools closed")
    model.close()
