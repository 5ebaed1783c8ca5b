"""What a call leaves behind: its recording, its transcript, its numbers, on the disk and in the object store."""
import array
import json
import os
import struct
import subprocess
import time
import wave

from callers import Browser, Twilio, share_of, tone
from model import Model, Voice
from stack import Stack, wait_until
from waveform import channels, sounds

SCRIPT = ("--agent", "recorded", "--say", "text:what time is it", "--say", "text:book a table for two", "--max", "40")
RECORDED = {"name": "Recorded", "disclosure": "I am an automated assistant.", "greeting": "Hello.", "record": True,
            "idle": {"promptMs": 0, "hangupMs": 0}}
LOAD = ("--load", "asr=200,ttft=50,token=5,tts=50,reply=1000")


def recording(stack, call, kind="wav"):
    """The finished file: its header tells its size once the call is over."""
    path = os.path.join(stack.dir, "recordings", f"{call}.{kind}")

    def whole():
        if not os.path.exists(path):
            return False
        with open(path, "rb") as f:
            head = f.read(44)
        return len(head) == 44 and struct.unpack("<I", head[40:44])[0] == os.path.getsize(path) - 44 > 0

    wait_until(whole, 8, "a whole recording")
    return path


def test_the_recording_has_both_sides_where_the_far_end_heard_them():
    with Stack(agents={"recorded": RECORDED}) as s:
        for leg in ("browser", "twilio", "jambonz"):
            heard = os.path.join(s.dir, leg + ".wav")
            call = s.call("--leg", leg, *SCRIPT, "--out", heard)
            (rate, theirs, ours), (_, far_theirs, far_ours) = channels(recording(s, call["call_id"])), channels(heard)
            here, there = [sounds(theirs, rate), sounds(ours, rate)], [sounds(far_theirs, rate), sounds(far_ours, rate)]
            assert len(here[0]) >= 2 and len(here[1]) >= 3, here
            # Both files begin when they begin: what is held against each other is the time between a caller's
            # sound and an agent's.
            shift = here[0][0][0] - there[0][0][0]
            pairs = []
            for side in (0, 1):
                for start, _ in there[side]:
                    pairs.append(min((abs(a - shift - start), a, start) for a, _ in here[side]))
            apart = sorted(p[0] for p in pairs)
            print(f"  {leg}: {len(pairs)} sounds, apart by {apart} ms")
            # To a frame; the rest is how late a busy machine runs the three programs.
            assert apart[len(apart) // 2] <= 20 and apart[-1] <= 80, (leg, pairs)
            # As long as the call.
            assert abs(len(theirs) / rate - call["seconds"]) < 0.5 if "seconds" in call else True
