"""Callers that a test holds in its hand: browser, Twilio and Jambonz sockets that talk in real time, remember
what came, and can misbehave. Standard library only."""
import array
import base64
import json
import math
import random
import threading
import time

from stack import KEY, PATIENCE, wait_until
from ws import Closed, WebSocket

NOISE = ("emotion.window", "tts.chunk", "llm.delta", "audio", "media", "binary")  # not worth telling of
AUDIBLE = 300  # peak of a frame that counts as sound


def together(*functions):
    """Runs them at once; the first that failed fails the test."""
    failures = []

    def run(function):
        try:
            function()
        except BaseException as e:  # told by the thread that waits
            failures.append(e)

    threads = [threading.Thread(target=run, args=(f,), daemon=True) for f in functions]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failures:
        raise failures[0]


def tone(ms, hz=300, rate=16000, peak=9000):
    n = rate * ms // 1000
    return array.array("h", (int(peak * math.sin(2 * math.pi * hz * i / rate)) for i in range(n)))


def ulaw_encode(samples):
    out = bytearray()
    for s in samples:
        sign = 0x80 if s < 0 else 0
        s = min(abs(s), 32635) + 0x84
        exponent = max(0, s.bit_length() - 8)
        out.append(~(sign | exponent << 4 | (s >> (exponent + 3)) & 0x0F) & 0xFF)
    return bytes(out)


def _ulaw_value(u):
    u = ~u & 0xFF
    v = (((u & 0x0F) << 3) + 0x84 << (u >> 4 & 7)) - 0x84
    return -v if u & 0x80 else v


ULAW = [_ulaw_value(u) for u in range(256)]


def share_of(samples, hz, rate):
    """How much of the sound's energy is at that frequency (Goertzel over the whole)."""
    coefficient = 2 * math.cos(2 * math.pi * hz / rate)
    a = b = energy = 0.0
    for s in samples:
        a, b = s + coefficient * a - b, a
        energy += s * s
    return 2 * (a * a + b * b - coefficient * a * b) / (len(samples) * energy) if energy else 0.0


class Caller:
    """One call. `messages` holds what came, with the moment; `heard` every sample; `mic()` starts a line that
    is quiet until `say(samples)`."""
    kind = "browser"

    def __init__(self, stack, call, agent, rate=16000):
        self.stack, self.call, self.agent, self.rate = stack, call, agent, rate
        self.messages, self.heard, self.sounds = [], array.array("h"), []
        self.code, self.reason = None, ""
        self.changed = threading.Condition()
        self.line, self.talking = array.array("h"), False
        self.ws = self.dial()
        self.began = time.monotonic()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        try:
            while True:
                m = self.ws.recv(600)
                with self.changed:
                    self.take(m)
                    self.changed.notify_all()
        except (Closed, OSError, ValueError) as c:
            with self.changed:
                self.code, self.reason = getattr(c, "code", 1006), getattr(c, "reason", "")
                self.talking = False
                self.changed.notify_all()

    def hear(self, samples):
        self.heard.extend(samples)
        if samples and max(max(samples), -min(samples)) > AUDIBLE:
            self.sounds.append((time.monotonic(), len(samples)))

    def note(self, m):
        self.messages.append((time.monotonic(), m))

    def wait(self, check, seconds, what):
        seconds = max(seconds, PATIENCE)
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                got = check()
                if got:
                    return got
                left = end - time.monotonic()
                if left <= 0 or (self.code is not None and not check()):
                    raise AssertionError(f"{self.call}: {what}: not within {seconds} s (socket {self.code} "
                                         f"{self.reason}); last: {[m for _, m in self.messages if m['t'] not in NOISE][-6:]}")
                self.changed.wait(min(left, 0.5))

    def audible_ms(self, since=0.0):
        return sum(n for t, n in self.sounds if t >= since) * 1000 // self.rate

    def hears(self, ms=200, seconds=5, since=0.0):
        return self.wait(lambda: self.audible_ms(since) >= ms, seconds, f"{ms} ms of sound")

    def closed(self, seconds=5):
        seconds = max(seconds, PATIENCE)
        end = time.monotonic() + seconds
        with self.changed:
            while self.code is None:
                if time.monotonic() >= end:
                    raise AssertionError(f"{self.call}: still open after {seconds} s")
                self.changed.wait(0.2)
        return self.code, self.reason

    def mic(self):
        self.talking = True
        threading.Thread(target=self._speak, daemon=True).start()
        return self

    def say(self, samples):
        with self.changed:
            self.line.extend(samples)

    def _speak(self):
        noise, n, due = random.Random(1), self.rate // 50, time.monotonic()
        quiet = array.array("h", (noise.randint(-17, 17) for _ in range(n)))
        while self.talking:
            with self.changed:
                frame = self.line[:n]
                del self.line[:n]
            frame.extend(quiet[len(frame):])
            try:
                self.send_frame(frame)
            except OSError:
                return
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))

    def drop(self):
        """Gone without a word."""
        self.talking = False
        self.ws.drop()

    def close(self):
        self.talking = False
        if self.code is None:
            try:
                self.hang_up()
            except OSError:
                pass
            try:
                self.closed(3)
            finally:
                self.ws.sock.close()

    def hang_up(self):
        self.ws.frame(8, b"\x03\xe8")

    def story(self):
        """The call's timeline, once it has ended."""
        path = f"{self.stack.dir}/journal/{self.call}.call"

        def whole():
            if path not in self.stack.journals():
                return None
            entries = self.stack.timeline(path)
            return entries if any(k == "call.ended" for _, k, _ in entries) else None

        return wait_until(whole, 5, f"the end of {self.call} in its journal")

    def kinds(self):
        return [k for _, k, _ in self.story()]

    def end_reason(self):
        return [p["reason"] for _, k, p in self.story() if k == "call.ended"][0]


class Browser(Caller):
    def __init__(self, stack, call, agent, extra="", rate=16000):
        self.extra = extra
        super().__init__(stack, call, agent, rate)

    def dial(self):
        return WebSocket(f"{self.stack.url}/realtime/voice?callId={self.call}&agentId={self.agent}"
                         f"&rate={self.rate}{self.extra}", ("invorto.v1", KEY))

    def take(self, m):
        if isinstance(m, bytes):
            self.note({"t": "binary", "bytes": len(m)})
            self.hear(array.array("h", m[:len(m) & ~1]))
        elif m["t"] == "tts.chunk":
            self.note({"t": "tts.chunk", "seq": m["seq"]})
            self.hear(array.array("h", base64.b64decode(m["pcm16"])))
        else:
            self.note(m)

    def send_frame(self, frame):
        self.ws.send(frame.tobytes())

    def type(self, text):
        self.ws.send({"t": "user.text", "text": text})
        return time.monotonic()

    def got(self, kind, **match):
        return [m for _, m in self.messages if m["t"] == kind and all(m.get(k) == v for k, v in match.items())]

    def answers(self):
        """Turns that came after the opening, which is the first even when it says nothing."""
        return [m for m in self.got("turn") if m["turn"] > 1]

    def answer(self, nth=1, seconds=6):
        return self.wait(lambda: len(self.answers()) >= nth and self.answers()[nth - 1], seconds, f"turn {nth}")

    def until(self, kind, seconds=5, count=1, **match):
        """The count-th message of that type that matches."""
        return self.wait(lambda: len(self.got(kind, **match)) >= count and self.got(kind, **match)[count - 1],
                         seconds, f"{kind} {match}")


class Twilio(Caller):
    kind = "twilio"

    def __init__(self, stack, call, agent):
        self.sid, self.sequence = "MZ" + "%032x" % random.getrandbits(128), 0
        super().__init__(stack, call, agent, 8000)

    def dial(self):
        ws = WebSocket(f"{self.stack.url}/realtime/twilio")
        ts, sig = self.stack.sign(self.call)
        ws.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        ws.send({"event": "start", "sequenceNumber": "1", "streamSid": self.sid, "start": {
            "streamSid": self.sid, "accountSid": "AC0", "callSid": "CA0", "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"callId": self.call, "agentId": self.agent, "ts": str(ts), "sig": sig}}})
        return ws

    def take(self, m):
        if m["event"] == "media":
            self.hear([ULAW[b] for b in base64.b64decode(m["media"]["payload"])])
        elif m["event"] == "mark":
            self.ws.send({"event": "mark", "streamSid": self.sid, "mark": m["mark"]})
        self.note({"t": m["event"]})

    def media(self, payload):
        self.sequence += 1
        self.ws.send({"event": "media", "sequenceNumber": str(self.sequence + 1), "streamSid": self.sid, "media": {
            "track": "inbound", "chunk": str(self.sequence), "timestamp": str(20 * self.sequence), "payload": payload}})

    def send_frame(self, frame):
        self.media(base64.b64encode(ulaw_encode(frame)).decode())

    def hang_up(self):
        self.ws.send({"event": "stop", "streamSid": self.sid, "stop": {"accountSid": "AC0", "callSid": "CA0"}})
        super().hang_up()


class Jambonz(Caller):
    kind = "jambonz"

    def dial(self):
        ts, sig = self.stack.sign(self.call)
        ws = WebSocket(f"{self.stack.url}/realtime/voice?callId={self.call}&agentId={self.agent}&ts={ts}&sig={sig}"
                       f"&rate={self.rate}", ("audio.jambonz.org",))
        ws.send({"callSid": self.call, "sampleRate": self.rate, "mixType": "mono"})
        return ws

    def take(self, m):
        if isinstance(m, bytes):
            self.hear(array.array("h", m[:len(m) & ~1]))
            self.note({"t": "audio"})
            return
        if m["type"] == "mark":
            self.ws.send(json.dumps({"type": "mark", "data": {"name": m["data"]["name"], "event": "playout"}}))
        self.note({"t": m["type"]})

    def send_frame(self, frame):
        self.ws.send(frame.tobytes())


LEGS = {"browser": Browser, "twilio": Twilio, "jambonz": lambda s, c, a: Jambonz(s, c, a, 8000)}
