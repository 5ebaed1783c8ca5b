"""Spoken conversations on the three legs: three turns, one interruption, judged by transcript, by sound and
by what was sent."""
import json
import os
import threading

from lag import undisturbed
from stack import Stack
from waveform import latencies, channels, sounds

SCRIPT = ("--say", "text:What time is it", "--say", "text:Tell me a story", "--say", "@after=4000:text:Stop",
          "--say", "text:goodbye")
FRAME_MS = 20


def converse(stack, leg, *extra):
    wav = os.path.join(stack.dir, leg + ".wav")
    return stack.call("--leg", leg, *SCRIPT, "--out", wav, *extra), wav


def check_conversation(stack, leg, summary, wav):
    journal = next(j for j in stack.journals() if summary["call_id"] in j)
    timeline = stack.timeline(journal)
    said = [p["text"].lower() for _, kind, p in timeline if kind == "turn.user"]
    assert [s.strip(" .?!") for s in said] == ["what time is it", "tell me a story", "stop", "goodbye"], (leg, said)
    turns = [p for _, kind, p in timeline if kind == "turn.closed"]
    assert [t["outcome"] for t in turns] == ["completed", "completed", "interrupted", "completed", "completed"], (leg, turns)
    assert "automated assistant" in turns[0]["heard"], "the first words say that this is a machine"
    assert turns[1]["heard"].startswith("It is "), turns[1]["heard"]
    story = turns[2]["heard"]
    assert story.startswith("Once upon a time") and 5 <= len(story.split()) < 40, story
    assert "Thank you for calling" in turns[4]["heard"]

    # The far buffer was cleared at most 120 ms of speech after its onset (one frame more by the clock of a
    # machine that runs four stacks), and the agent fell silent.
    cutoff = [p["cutoffMs"] for _, kind, p in timeline if kind == "bargein.detected"]
    assert len(cutoff) == 1 and cutoff[0] <= 120 + FRAME_MS, (leg, cutoff)
    assert summary["clears"] == 1 and summary["audio"]["gaps"] == 0 and summary["bad_messages"] == 0, summary
    cut = next(t for t in summary["turns"] if t["cleared_at_ms"])
    interruption = summary["turns"][summary["turns"].index(cut) + 1]
    silent_after = cut["agent_last_heard_ms"] - interruption["caller_first_sample_ms"]
    assert silent_after <= 120 + 5 * FRAME_MS, (leg, silent_after)
    assert summary["audio"]["heard_ms"] > 12000 and all(not t["lost"] for t in summary["turns"])
    assert "agent_ended" in summary["end_reason"]

    # What is told of each turn is what the recording shows, to a frame at either end.
    told = [t["heardFirstMs"] - t["vadEndMs"] for t in turns if "vadEndMs" in t and "heardFirstMs" in t]
    shown = [first - end for end, first in latencies(wav)]
    assert len(shown) >= 3 and len(told) >= len(shown), (leg, told, shown)
    # What the caller's own clock was late is in its recording, and is not ours.
    slack = 2 * FRAME_MS + max(0, summary["own_lag_ms"] - FRAME_MS)
    assert all(-slack <= a - b <= slack for a, b in zip(told, shown)), (leg, told, shown, summary["own_lag_ms"])
    return told, shown


def test_a_conversation_with_an_interruption_on_each_leg():
    failures = []

    def one(leg, *extra):
        try:
            undisturbed(lambda: spoken(leg, *extra))
        except Exception as e:  # told together at the end, with its leg
            failures.append((leg, repr(e)))

    def spoken(leg, *extra):
        with Stack() as s:
            summary, wav = converse(s, leg, *extra)
            told, shown = check_conversation(s, leg, summary, wav)
            print(f"  {leg}: told {[round(x) for x in told]} ms, recording shows {[round(x) for x in shown]} ms")
            stats = s.lab_stats()
            assert stats["listen"]["opened"] == 1 and stats["listen"]["active"] == 0, stats
            assert stats["speak"]["active"] == 0 and stats["chat"]["active"] == 0, stats

    for pair in ((("twilio",), ("browser",)), (("jambonz",), ("jambonz", "--rate", "16000"))):
        threads = [threading.Thread(target=one, args=a) for a in pair]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert not failures, failures


test_a_conversation_with_an_interruption_on_each_leg.alone = True  # a frame late is a frame wrong


def test_a_table_is_booked_by_a_tool_in_two_turns():
    with Stack() as s:
        r = s.call("--leg", "twilio", "--say", "text:Book a table for two", "--say", "text:tomorrow at seven",
                   "--say", "text:goodbye")
        timeline = s.timeline()
        tools = [(k, p["name"]) for _, k, p in timeline if k in ("tool.requested", "tool.succeeded")]
        assert tools[:2] == [("tool.requested", "book_table"), ("tool.succeeded", "book_table")], timeline
        assert s.lab_stats()["tools"]["completed"] == 1
        heard = " ".join(p["heard"] for _, k, p in timeline if k == "turn.closed")
        assert "table" in heard.lower() and "seven" in heard.lower(), heard
        assert r["audio"]["gaps"] == 0


test_a_table_is_booked_by_a_tool_in_two_turns.spoken = True


def test_a_person_takes_over():
    with Stack() as s:
        r = s.call("--leg", "browser", "--say", "text:I want to talk to a human")
        timeline = s.timeline()
        assert any(k == "tool.requested" and p["name"] == "transfer_to_human" for _, k, p in timeline)
        assert timeline[-1][1] == "call.ended" and timeline[-1][2]["reason"] == "transfer", timeline[-1]


test_a_person_takes_over.spoken = True


def test_the_story_is_long_enough_to_interrupt_and_is_heard_whole_when_nobody_does():
    with Stack() as s:
        wav = os.path.join(s.dir, "story.wav")
        r = s.call("--leg", "twilio", "--say", "text:Tell me a story", "--say", "text:goodbye", "--out", wav)
        story = max(r["turns"], key=lambda t: t["agent_heard_ms"])
        assert story["agent_heard_ms"] >= 15000, story
        assert r["audio"]["gaps"] == 0 and r["audio"]["thrown_away_ms"] == 0, r["audio"]
        rate, _, agent = channels(wav)
        assert sum(b - a for a, b in sounds(agent, rate)) > 18000


test_the_story_is_long_enough_to_interrupt_and_is_heard_whole_when_nobody_does.spoken = True
test_the_story_is_long_enough_to_interrupt_and_is_heard_whole_when_nobody_does.seconds = 44
