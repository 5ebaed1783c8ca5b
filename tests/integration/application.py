"""What a carrier talks to, for tests of the lab's carriers alone: hooks that answer what a test says, and media sockets
that greet with a tone and close when told. One thread; the daemon has no part in it."""
import asyncio
import base64
import contextlib
import hashlib
import json
import math
import struct
import threading
import time
import urllib.parse

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Request:
    def __init__(self, method, target, headers, body):
        self.at, self.method, self.target, self.headers, self.raw = time.time(), method, target, headers, body
        self.path = target.split("?")[0]
        kind = headers.get("content-type", "")
        self.body = json.loads(body) if kind.startswith("application/json") and body else \
            dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)) if body else {}


class Socket:
    """A media socket: what came, and what may be done with it (from any thread)."""

    def __init__(self, loop, writer, target, headers):
        self.loop, self.writer, self.target, self.headers = loop, writer, target, headers
        self.texts, self.binary, self.media, self.closed, self.code = [], 0, 0, False, None

    def send(self, payload):
        opcode = 2 if isinstance(payload, bytes) else 1
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        n = len(data)
        head = bytes([0x80 | opcode, n]) if n < 126 else bytes([0x80 | opcode, 126]) + struct.pack(">H", n)
        self.loop.call_soon_threadsafe(self.writer.write, head + data)

    def tone(self, ms):
        """One piece of sound, as its carrier wants it."""
        pcm = [int(8000 * math.sin(i * 0.35)) for i in range(8 * ms)]
        if self.texts and self.texts[0].get("event") == "connected":
            sid = self.texts[1]["streamSid"]
            payload = base64.b64encode(bytes([0x20 if s > 0 else 0xA0 for s in pcm])).decode()
            self.send({"event": "media", "streamSid": sid, "media": {"payload": payload}})
        else:
            for at in range(0, len(pcm), 640):
                self.send(struct.pack(f"<{len(pcm[at:at + 640])}h", *pcm[at:at + 640]))

    def close(self, code=1000):
        self.loop.call_soon_threadsafe(self.writer.write, bytes([0x88, 2]) + struct.pack(">H", code))


class Application:
    """`answers[path]` is a body, or a function of the Request that gives one: a list or dict is sent as JSON, a text as
    XML, a number is a status, a tuple is (status, content type, text); a number of seconds to wait may be added with
    `late[path]`."""

    def __init__(self):
        self.requests, self.sockets, self.answers, self.late = [], [], {}, {}
        self.greeting_ms, self.refuse_sockets = 300, False
        self._ready = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        assert self._ready.wait(10)

    def url(self, path, scheme="http"):
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def to(self, path):
        return [r for r in list(self.requests) if r.path == path]

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)

    def _run(self):
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ")
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if line)}
                if "upgrade" in headers:
                    await self._socket(reader, writer, target, headers)
                    break
                if headers.get("transfer-encoding") == "chunked":
                    body = await self._chunks(reader)
                else:
                    body = await reader.readexactly(int(headers.get("content-length", 0)))
                await self._answer(writer, Request(method, target, headers, body))
        writer.close()

    @staticmethod
    async def _chunks(reader):
        body = b""
        while size := int((await reader.readline()).strip(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return body

    async def _answer(self, writer, rq):
        self.requests.append(rq)
        got = self.answers.get(rq.path, 200)
        got = got(rq) if callable(got) else got
        if rq.path in self.late:
            await asyncio.sleep(self.late[rq.path])
        if isinstance(got, int):
            got = (got, "", "")
        elif isinstance(got, (list, dict)):
            got = (200, "application/json", json.dumps(got))
        elif isinstance(got, str):
            got = (200, "text/xml", got)
        status, kind, text = got
        data = text.encode()
        kind = f"Content-Type: {kind}\r\n" if kind else ""
        writer.write(f"HTTP/1.1 {status} X\r\n{kind}Content-Length: {len(data)}\r\n\r\n".encode() + data)

    async def _socket(self, reader, writer, target, headers):
        if self.refuse_sockets:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        accept = base64.b64encode(hashlib.sha1((headers["sec-websocket-key"] + GUID).encode()).digest()).decode()
        chosen = headers.get("sec-websocket-protocol")
        chosen = f"Sec-WebSocket-Protocol: {chosen}\r\n" if chosen else ""
        writer.write(f"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
                     f"{chosen}\r\n".encode())
        s = Socket(self.loop, writer, target, headers)
        self.sockets.append(s)
        try:
            await self._frames(reader, s)
        finally:
            s.closed = True

    async def _frames(self, reader, s):
        while True:
            first, second = await reader.readexactly(2)
            n = second & 0x7F
            if n == 126:
                n = struct.unpack(">H", await reader.readexactly(2))[0]
            data = await reader.readexactly(4 + n)
            if first & 0x0F == 2:  # sound is only counted: hundreds of calls may talk at once
                s.binary += n
                continue
            mask, data = data[:4], data[4:]
            if first & 0x0F == 1 and b'"media"' in bytes(b ^ mask[i & 3] for i, b in enumerate(data[:20])):
                s.media += 1
                continue
            data = bytes(b ^ mask[i & 3] for i, b in enumerate(data))
            if first & 0x0F == 8:
                s.code = struct.unpack(">H", data[:2])[0]
                s.writer.write(bytes([0x88, 2]) + struct.pack(">H", s.code))
                return
            s.texts.append(json.loads(data))
            if self.greeting_ms and (len(s.texts) == 1 and "callSid" in s.texts[0] or s.texts[-1].get("event") == "start"):
                s.tone(self.greeting_ms)
