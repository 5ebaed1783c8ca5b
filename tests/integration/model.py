"""A model and a voice of the test's own, behind the vendors' protocols: says exactly what a test wants, when it
wants it, and remembers what it was asked. Standard library only."""
import array
import json
import select
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from callers import tone, ulaw_encode


class _Server:
    def __init__(self, handler):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                try:
                    handler(outer, self, self.rfile.read(int(self.headers.get("Content-Length", 0))))
                except OSError:
                    pass

            def do_GET(self):
                self.send_error(404)

            do_HEAD = do_GET

            def log_message(self, *a):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def _gone(connection):
    readable, _, _ = select.select([connection], [], [], 0)
    try:
        return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


class Model(_Server):
    """`script(messages, nth)` gives the steps of an answer: a text (sent word by word), ("tool", id, name,
    args), ("wait", seconds or Event) and, when it is left out at the end, a proper end."""

    def __init__(self, script, handler=None):
        self.script, self.requests, self.cancelled = script, [], []
        super().__init__(handler or Model._answer)

    def _chunk(self, request, delta, reason=None):
        event = {"id": "c", "object": "chat.completion.chunk", "model": "m",
                 "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        request.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        request.wfile.flush()

    def _wait(self, request, until):
        end = time.monotonic() + (20 if isinstance(until, threading.Event) else until)
        while time.monotonic() < end and not (isinstance(until, threading.Event) and until.is_set()):
            if _gone(request.connection):
                return False
            time.sleep(0.01)
        return not _gone(request.connection)

    def _answer(self, request, body):
        body = json.loads(body)
        self.requests.append(body)
        nth = len(self.requests)
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Connection", "close")
        request.end_headers()
        tools = 0
        for step in self.script(body["messages"], nth):
            if isinstance(step, str):
                for i, word in enumerate(step.split(" ")):
                    self._chunk(request, {"content": (" " if i else "") + word})
            elif step[0] == "tool":
                self._chunk(request, {"tool_calls": [{"index": tools, "id": step[1], "type": "function", "function": {
                    "name": step[2], "arguments": json.dumps(step[3])}}]})
                tools += 1
            elif not self._wait(request, step[1]):
                self.cancelled.append(nth)
                return
        self._chunk(request, {}, "tool_calls" if tools else "stop")
        request.wfile.write(b"data: [DONE]\n\n")

    def told(self, nth):
        return self.requests[nth - 1]["messages"]


class Voice(_Server):
    """Speaks as ElevenLabs and Deepgram do, every text as a tone: `pitch(text)` in Hz, `ms` long, or so much a
    letter. With `cut_after` it is gone after so many bytes of each. `texts`: what it was asked to say."""

    def __init__(self, pitch, ms=1000, letter_ms=0, cut_after=None):
        self.pitch, self.ms, self.letter_ms, self.cut_after, self.texts = pitch, ms, letter_ms, cut_after, []
        super().__init__(Voice._answer)

    def _answer(self, request, body):
        query = {k: v[0] for k, v in parse_qs(urlsplit(request.path).query).items()}
        encoding, rate = query["output_format"].split("_") if "output_format" in query else \
            (query["encoding"], query["sample_rate"])
        text = json.loads(body)["text"]
        self.texts.append(text)
        samples = tone(self.letter_ms * len(text) or self.ms, self.pitch(text), int(rate))
        data = ulaw_encode(samples) if "law" in encoding else array.array("h", samples).tobytes()
        request.send_response(200)
        request.send_header("Content-Type", "audio/basic")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data[:self.cut_after])
        request.close_connection = self.cut_after is not None
