"""A receiver of webhooks that behaves as its paths say, and a trap that nobody may reach. One thread, any number of
connections.

/ok  /status/N  /busy/N (429 with Retry-After: N, then 204)  /late/N (answers after N s)  /hang (never answers)
/endless  /drip (200 and a byte a second)  /redirect?URL  /fails/N (500 N times, then 204)  /echo"""
import asyncio
import contextlib
import threading
import time
import urllib.parse

HOST = "127.0.0.2"  # what the tests allow; 127.0.0.1 stays forbidden, and there is the trap


class Got:
    def __init__(self, path, headers, body):
        self.at, self.path, self.headers, self.body = time.time(), path, headers, body

    @property
    def id(self):
        return self.headers["webhook-id"]


class Receiver:
    def __init__(self):
        self.got, self.open, self.most_open, self.sent_bytes = [], {}, {}, 0
        self.trapped, self.counts = [], {}
        self._lock, self._ready = threading.Lock(), threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        assert self._ready.wait(10)

    def url(self, path):
        return f"http://{HOST}:{self.port}{path}"

    def to(self, path):
        """What came to exactly that path, in order."""
        with self._lock:
            return [g for g in self.got if g.path == path]

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self):
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, HOST, 0, backlog=2048))
        trap = self._loop.run_until_complete(asyncio.start_server(self._trap, "127.0.0.1", 0))
        self.port, self.trap_port = (s.sockets[0].getsockname()[1] for s in (server, trap))
        self._ready.set()
        self._loop.run_forever()

    async def _trap(self, reader, writer):
        self.trapped.append(await reader.read(100))
        writer.close()

    async def _serve(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                path = lines[0].split(" ")[1]
                with self._lock:
                    self.got.append(Got(path, headers, body))
                    self.open[path] = self.open.get(path, 0) + 1
                    self.most_open[path] = max(self.most_open.get(path, 0), self.open[path])
                try:
                    if not await self._answer(path, body, writer):
                        break
                finally:
                    with self._lock:
                        self.open[path] -= 1
        writer.close()

    def _seen(self, path):
        self.counts[path] = self.counts.get(path, 0) + 1
        return self.counts[path]

    async def _answer(self, path, body, writer):
        parts = path.partition("?")[0].strip("/").split("/")
        verb, n = parts[0], float(parts[1]) if len(parts) > 1 and parts[1].replace(".", "").isdigit() else 0
        status, extra, text = 204, "", b""
        if verb == "status":
            status, text = int(n), b"the receiver says no to +91 98765 43210"
        elif verb == "busy" and self._seen(path) == 1:
            status, extra = 429, f"Retry-After: {int(n)}\r\n"
        elif verb == "fails" and self._seen(path) <= n:
            status = 500
        elif verb == "late":
            await asyncio.sleep(n)
        elif verb == "hang":
            await asyncio.sleep(3600)
        elif verb == "redirect":
            status, extra = 302, f"Location: {urllib.parse.unquote(path.partition('?')[2])}\r\n"
        elif verb == "echo":
            status, text = 200, body
        elif verb in ("endless", "drip"):
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                chunk = b"x" * (1 if verb == "drip" else 16384)
                writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                await writer.drain()
                self.sent_bytes += len(chunk)
                await asyncio.sleep(1 if verb == "drip" else 0)
        length = "" if status == 204 else f"Content-Length: {len(text)}\r\n"
        writer.write(f"HTTP/1.1 {status} X\r\n{extra}{length}\r\n".encode() + text)
        await writer.drain()
        return True
