"""What users of other systems report most, each as a test of the whole thing."""
import array
import os
import re
import threading
import time
import urllib.request

from callers import LEGS, Browser, share_of, together, tone
from model import Model, Voice
from stack import Stack, wait_until
from test_faults import BOOKING, LOAD, agent, tool
from waveform import channels

SENTENCE = "One two three four five six seven eight nine ten eleven twelve."
PAID = ("listen", "speak", "elevenlabs", "chat", "tools")


def load(reply=600, asr=100):
    return ("--load", f"asr={asr},ttft=30,token=2,tts=30,reply={reply}")


def tools_are_answered(messages):
    """Every tool call has its answer right behind it, as the vendors demand."""
    waiting = []
    for m in messages:
        if m["role"] == "tool":
            assert m["tool_call_id"] in waiting, m
            waiting.remove(m["tool_call_id"])
            continue
        assert not waiting, f"{waiting} without an answer: {messages}"
        waiting = [t["id"] for t in m.get("tool_calls") or []]
    return not waiting


def test_an_interruption_cancels_the_paid_streams_and_the_model_learns_what_was_heard():
    def script(messages, nth):
        if nth == 1:
            return [SENTENCE + " And here comes a second sentence that nobody will hear. Nor this", ("wait", 20)]
        return ["All right."]

    model = Model(script)
    with Stack(env={"OPENAI_BASE_URL": model.url}, agents={"a": agent(llm=["openai"], tts=["deepgram"])},
               lab_args=load(4000)) as s:
        s.faults("speak:2=stall_after=9600")
        c = Browser(s, "cut", "a")
        c.type("count please")
        c.until("say", text=SENTENCE)
        began = c.sounds[0][0] if c.sounds else time.monotonic()
        time.sleep(2)
        wait_until(lambda: s.lab_stats()["speak"]["active"] == 1, 2, "the second sentence on its way")
        assert not model.cancelled
        cut = c.type("that is enough") - began
        first, second = c.answer(1), c.answer(2)
        assert first["outcome"] == "interrupted" and second["outcome"] == "completed"
        assert c.got("control.bargein")
        wait_until(lambda: model.cancelled == [1], 1, "the model's stream closed")
        wait_until(lambda: s.lab_stats()["speak"]["cancelled"] == 1, 1, "the voice's stream closed")
        heard = first["heard"]
        words = heard.split()
        assert heard and SENTENCE.startswith(heard + " "), heard
        assert abs(len(words) - cut / 4 * 12) <= 2, f"{len(words)} words in {cut:.2f} s of 4 s for 12"
        told = [m for m in model.told(2) if m["role"] != "system"]
        assert told == [{"role": "user", "content": "count please"},
                        {"role": "assistant", "content": heard + " [interrupted by the caller]"},
                        {"role": "user", "content": "that is enough"}], told
        c.close()
        expect = [p for _, k, p in c.story() if k == "turn.closed" and p["outcome"] == "interrupted"]
        assert [p["heard"] for p in expect] == [heard]
    model.close()


def test_a_tool_call_of_a_generation_that_was_cancelled_is_never_executed():
    go = threading.Event()

    def script(messages, nth):
        if nth in (2, 4):
            return ["Fine."]
        return [SENTENCE + " Then", ("wait", go), ("tool", f"t{nth}", "book", BOOKING), *([("wait", 20)] if nth == 3 else [])]

    model = Model(script)
    with Stack(env={"OPENAI_BASE_URL": model.url}, agents={"a": agent(llm=["openai"], tools=[tool("book")])},
               lab_args=load(3000, 500)) as s:
        c = Browser(s, "never", "a").mic()
        c.type("go on")
        c.hears(300)
        c.say(tone(600))
        c.until("control.bargein")
        go.set()  # the whole call arrives while the agent holds its breath, before it is known to be cancelled
        assert c.answer(1)["outcome"] == "interrupted" and c.answer(2)["outcome"] == "completed"
        assert tools_are_answered(model.told(2))
        assert [m["content"] for m in model.told(2) if m["role"] == "tool"] == ['{"error":"cancelled by the caller"}']
        c.type("and again")  # now all of it but the end of the stream arrives
        c.until("say", 5, 2, text=SENTENCE)
        time.sleep(0.5)
        c.type("stop")
        assert c.answer(3)["outcome"] == "interrupted" and c.answer(4)["outcome"] == "completed"
        assert tools_are_answered(model.told(4)) and model.cancelled == [3]
        c.close()
        kinds = c.kinds()
        assert kinds.count("tool.cancelled") == 1 and "tool.requested" not in kinds, kinds
        assert s.lab_stats()["tools"]["opened"] == 0 and not c.got("tool.call")
    model.close()


def test_a_fallback_does_not_fire_on_a_turn_that_was_only_a_tool_call():
    def script(messages, nth):
        return ["Your table is booked."] if messages[-1]["role"] == "tool" else [("wait", 0.3), ("tool", "t1", "book", BOOKING)]

    model = Model(script)
    with Stack(env={"OPENAI_BASE_URL": model.url, "LLM_FIRST_TOKEN_TIMEOUT_MS": "600"}, second=True, lab_args=LOAD,
               agents={"a": agent(llm=["openai", "openai-2"], tools=[tool("book")], toolBudgetMs=3000)}) as s:
        s.faults("tools=delay=800")
        c = Browser(s, "only-tool", "a")
        c.type("book a table")
        turn = c.answer(1)
        assert turn["outcome"] == "completed" and turn["heard"] == "Your table is booked.", turn
        c.close()
        kinds = c.kinds()
        assert "tool.succeeded" in kinds and "llm.switched" not in kinds and "turn.failed" not in kinds, kinds
        assert s.lab_stats(second=True)["chat"]["opened"] == 0 and len(model.requests) == 2
        assert tools_are_answered(model.told(2))
    model.close()


def test_a_provider_that_answers_200_and_says_nothing_is_replaced_by_its_first_useful_byte_deadline():
    with Stack(env={"LLM_FIRST_TOKEN_TIMEOUT_MS": "500", "TTS_FIRST_BYTE_TIMEOUT_MS": "700"}, second=True, lab_args=LOAD,
               agents={"a": agent(llm=["openai", "openai-2"], tts=["deepgram", "elevenlabs"])}) as s:
        s.faults("chat=stall", "speak=stall")
        c = Browser(s, "mute", "a")
        c.type("hello")
        assert c.answer(1)["outcome"] == "completed"
        c.close()
        at = {k: t for t, k, _ in c.story()}
        assert 0.45 <= at["llm.switched"] - at["turn.user"] <= 0.8, at
        assert at["tts.switched"] - at["llm.switched"] <= 1.1, at
        stats = s.lab_stats()
        assert stats["chat"]["cancelled"] == stats["speak"]["cancelled"] == 1 and stats["elevenlabs"]["completed"] == 1


def test_a_call_whose_far_side_vanishes_ends_and_stops_every_paid_stream():
    agents = {"talker": agent(greeting="A long story begins.", llm=["openai"], tts=["deepgram"]),
              "thinker": agent(llm=["openai"], tts=["deepgram"])}
    with Stack(env={"REALTIME_MEDIA_TIMEOUT_MS": "1500", "CONNECTION_TIMEOUT": "1500", "REALTIME_RESUME_MS": "500"},
               agents=agents, lab_args=load(30000)) as s:
        s.faults("chat=stall")
        calls = [(leg, who, how, kind(s, f"{leg}-{who}-{how}", who).mic()) for leg, kind in LEGS.items()
                 for who in agents for how in ("dropped", "mute")]
        time.sleep(0.3)
        for _, who, _, c in calls:
            if who == "thinker":
                c.say(tone(500))

        def all_busy():
            stats = s.lab_stats()
            return stats["listen"]["active"] == 12 and stats["chat"]["active"] == 6 and stats["speak"]["active"] == 6

        wait_until(all_busy, 3, "every stream in use")
        assert s.metric("invorto_calls_live") == 12
        for _, _, how, c in calls:
            c.talking = False
            if how == "dropped":
                c.drop()

        def all_over():
            stats = s.lab_stats()
            return s.metric("invorto_calls_live") == 0 and not any(stats[p]["active"] for p in PAID)

        wait_until(all_over, 4, "every call over and every stream closed")
        for leg, who, how, c in calls:
            assert c.end_reason() == "lost", (leg, who, how, c.end_reason())
            if how == "mute":
                assert c.closed()[0] == 4000
        stats = s.lab_stats()
        assert stats["chat"]["cancelled"] == 6 and stats["speak"]["cancelled"] == 6, stats


def test_the_longest_duration_and_silence_hold_on_every_leg():
    agents = {"short": agent(greeting="A long story begins.", maxDurationMs=2000, maxDurationText="Time is up."),
              "idle": agent(idle={"promptMs": 700, "prompts": ["Still there?"], "hangupMs": 2200, "goodbye": "Bye."})}
    with Stack(agents=agents, lab_args=load(500)) as s:
        def limit(leg, who, reason, words):
            c = LEGS[leg](s, f"{leg}-{who}", who).mic()
            if who == "short":
                c.say(tone(300)), time.sleep(1), c.say(tone(300))
            assert c.closed(8)[0] == 1000
            story = c.story()
            assert c.end_reason() == reason, story
            ended = [t for t, k, _ in story if k == "call.ended"][0]
            assert 2 < ended < 8, ended
            assert [k for _, k, _ in story].count("idle.prompt") == (who == "idle"), story
            assert c.sounds[-1][0] - c.began > 1.9, "the farewell was not heard"
            if leg == "browser":
                assert c.got("say", text=words) and c.got("end")[0]["reason"] == reason

        together(*[lambda leg=leg, a=a: limit(leg, *a) for leg in LEGS
                   for a in (("short", "max_duration", "Time is up."), ("idle", "silence", "Bye."))])


def speech(stack, text, rate=16000):
    """The words in the lab's own voice."""
    query = f"encoding=linear16&sample_rate={rate}&container=none&model=aura-2-rms"
    body = ('{"text":"%s"}' % text).encode()
    request = urllib.request.Request(f"{stack.lab_url}/v1/speak?{query}", data=body, method="POST")
    with urllib.request.urlopen(request, timeout=10) as r:
        data = r.read()
    return array.array("h", data[:len(data) & ~1])


def test_a_recogniser_socket_that_dies_in_the_middle_of_a_sentence_loses_no_word():
    words = "I would like to book a table for four people tomorrow at seven"
    with Stack(agents={"a": agent(endpointing={"silenceMs": 300})}) as s:
        said = speech(s, words)
        middle = 0.6 + len(said) / 16000 / 2

        def call(name):
            c = Browser(s, name, "a").mic()
            time.sleep(0.6)
            c.say(said)
            c.wait(lambda: any("seven" in m["text"].lower() for m in c.got("stt.final")), 12, "the last word")
            wait_until(lambda: c.answers() or c.got("say"), 4, "an answer")
            time.sleep(1)
            c.close()
            story = c.story()
            heard = " ".join(p["text"] for _, k, p in story if k == "turn.user")
            return re.sub(r"[^a-z ]", "", heard.lower()), [k for _, k, _ in story]

        whole, kinds = call("undisturbed")
        assert whole == words.lower() and kinds.count("asr.ready") == 1, whole
        s.faults(f"listen:1=cut_after={int(middle * 32000)}")
        cut, kinds = call("cut")
        assert kinds.count("asr.ready") == 2, kinds
        assert cut == whole, (cut, whole)


def test_two_calls_at_once_never_hear_each_other():
    pitches = {"low": 400, "high": 1100}
    model = Model(lambda messages, nth: [f"You are {messages[-1]['content']}."])  # whoever it thinks it talks to
    voice = Voice(lambda text: pitches["low" if "low" in text else "high"])
    with Stack(env={"OPENAI_BASE_URL": model.url, "ELEVENLABS_BASE_URL": voice.url}, lab_args=LOAD,
               agents={"a": agent(tts=["elevenlabs"], record=True, bargeIn={"enabled": False})}) as s:
        def talk(name, caller_hz):
            c = Browser(s, name, "a").mic()
            for turn in range(1, 4):
                c.say(tone(200, caller_hz, peak=150))  # too soft to be words
                c.type(name)
                assert c.answer(turn)["heard"] == f"You are {name}."
            c.close()
            own, other = pitches[name], pitches["high" if name == "low" else "low"]
            loud = array.array("h", (x for x in c.heard))
            assert share_of(loud, own, 16000) > 0.3 and share_of(loud, other, 16000) < 0.001
            rate, caller, agent_side = channels(wait_until(
                lambda: os.path.exists(f"{s.dir}/recordings/{name}.wav") and c.story()
                and f"{s.dir}/recordings/{name}.wav", 3, "a recording"))
            stranger = 700 if caller_hz == 300 else 300
            # Piece by piece: a quiet place between two sounds may be made longer by some ms, to keep both sides together.
            pieces = [caller[i:i + rate // 10] for i in range(0, len(caller), rate // 10)]
            assert max(share_of(p, caller_hz, rate) for p in pieces) > 0.5 and share_of(caller, stranger, rate) < 0.005
            assert share_of(agent_side, other, rate) < 0.001

        together(lambda: talk("low", 300), lambda: talk("high", 700))
        for request in model.requests:
            texts = " ".join(str(m["content"]) for m in request["messages"])
            assert ("low" in texts) != ("high" in texts), texts
    model.close()
    voice.close()


def test_a_hundred_calls_at_once_hear_no_gap_and_lose_no_turn():
    with Stack(agents={"a": agent(greeting="Hello.")}, lab_args=("--load", "asr=200,ttft=100,token=5,tts=80,reply=2000")) as s:
        summary = s.call("--leg", "twilio", "--agent", "a", "--calls", "100", "--ramp", "50", "--seconds", "8")
        assert summary["opened"] == 100 and summary["refused"] == summary["dropped"] == 0, summary
        assert summary["turns"] >= 100 and summary["lost_turns"] == 0, summary
        # To the caller a frame is late by what its own clock was late as well, which is not often.
        late = summary["late_ms"]
        assert late["p99"] == 0 and late["max"] <= summary["own_lag_ms"]["max"], summary
        assert summary["bad_messages"] == 0, summary


test_a_hundred_calls_at_once_hear_no_gap_and_lose_no_turn.alone = True


def test_a_journal_of_a_spoken_call_replays_to_the_same_actions_and_tells_what_other_settings_change():
    with Stack() as s:
        summary = s.call("--leg", "browser", "--agent", "demo", "--say", "text:what time is it",
                         "--say", "text:book a table for two", "--max", "40")
        path = f"{s.dir}/journal/{summary['call_id']}.call"
        wait_until(lambda: path in s.journals() and any(k == "call.ended" for _, k, _ in s.timeline(path)), 5, "the end")
        once = s.replay(path)
        digest = re.search(r"actions ([0-9a-f]{64})", once).group(1)
        assert re.search(r"actions ([0-9a-f]{64})", s.replay(path)).group(1) == digest
        said = [p["text"].lower() for _, k, p in s.timeline(path) if k == "turn.user"]
        assert len(said) == 2 and "time" in said[0] and "table" in said[1], said
        other = s.replay(path, "--set", "endpointing.silence_ms=180")
        changes = re.findall(r"turn \d+: end of turn ([+-][0-9.]+), first audio ([+-][0-9.]+)", other)
        assert len(changes) >= 2 and all(float(eou) <= 0 for eou, _ in changes), other[-800:]
        assert re.search(r"actions ([0-9a-f]{64})", other).group(1) != digest or all(float(e) == 0 for e, _ in changes)
        torn = path + ".torn"
        with open(path, "rb") as f, open(torn, "wb") as t:
            t.write(f.read()[:-3])
        assert "torn" in s.replay(torn).splitlines()[0] and "torn" not in once.splitlines()[0]


test_a_journal_of_a_spoken_call_replays_to_the_same_actions_and_tells_what_other_settings_change.spoken = True
