"""The other side of the client tests: an HTTP and WebSocket server with bad manners on request.

Prints its ports (plain, TLS for "localhost", TLS for "other.test", a socket that accepts and says
nothing) and ends when its stdin does. argv[1] is a directory with the certificates."""
import asyncio
import base64
import hashlib
import os
import socket
import ssl
import struct
import sys
from urllib.parse import parse_qs, urlsplit

seen = {}
connections = 0


def saw(what, n=1):
    seen[what] = seen.get(what, 0) + n


class Peer:
    def __init__(self, reader, writer, number):
        self.r, self.w, self.number = reader, writer, number

    async def serve(self):
        while True:
            head = await self.r.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            self.head = head
            self.method, self.target, _ = lines[0].split(" ", 2)
            self.headers = {}
            for line in lines[1:-2]:
                name, value = line.split(":", 1)
                self.headers[name.lower()] = value.strip()
            self.body = await self.r.readexactly(int(self.headers.get("content-length", "0")))
            url = urlsplit(self.target)
            self.query = {k: v[-1] for k, v in parse_qs(url.query).items()}
            saw("requests")
            saw("method " + self.method)
            name = url.path.strip("/").replace("/", "_") or "root"
            await getattr(self, "on_" + name, self.on_missing)()
            if self.headers.get("connection") == "close":
                return

    def q(self, name, default):
        return int(self.query.get(name, default))

    async def answer(self, status, body, *headers):
        out = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Content-Type: text/plain"]
        out += list(headers)
        data = b"" if self.method == "HEAD" else body
        self.w.write("\r\n".join(out).encode() + b"\r\n\r\n" + data)
        await self.w.drain()

    async def on_missing(self):
        await self.answer(404, b"no such thing")

    async def on_root(self):
        await self.answer(200, b"root")

    async def on_conn(self):
        await self.answer(200, str(self.number).encode())

    async def on_head(self):
        await self.answer(200, self.head + self.body)

    async def on_status(self):
        extra = [f"{k}: {v}" for k, v in self.query.items() if k.lower().startswith("retry-after")]
        body = b"e" * self.q("n", 5)
        await self.answer(self.q("code", 500), body, *extra)

    async def on_big(self):
        await self.answer(200, b"b" * self.q("n", 1000))

    async def on_seen(self):
        for _ in range(100):
            if seen.get(self.query["what"], 0) >= self.q("atleast", 0):
                break
            await asyncio.sleep(0.02)
        await self.answer(200, str(seen.get(self.query["what"], 0)).encode())

    async def chunk(self, data):
        self.w.write(b"%x\r\n%s\r\n" % (len(data), data))
        await self.w.drain()

    async def stream_head(self):
        self.w.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n")
        await self.w.drain()

    async def wait_gone(self, what):
        if await self.r.read(1) == b"":
            saw(what)
        raise ConnectionError

    async def on_stream(self):
        await self.stream_head()
        for i in range(self.q("n", 3)):
            await self.chunk(b"data: %d\n\n" % i)
            await asyncio.sleep(self.q("ms", 20) / 1000)
        if self.query.get("end"):
            await self.chunk(b"")
        else:
            await self.wait_gone("stream gone")

    async def on_tired(self):
        """Does what it is asked, and answers only what comes first on its connection."""
        saw("tired")
        if getattr(self, "served", 0):
            raise ConnectionError
        self.served = 1
        await self.answer(200, b"done")

    async def on_hang(self):
        saw("hanging")
        await self.wait_gone("hang gone")

    async def on_headonly(self):
        await self.stream_head()
        await self.wait_gone("headonly gone")

    async def on_stall(self):
        await self.stream_head()
        await self.chunk(b"abc")
        await self.wait_gone("stall gone")

    async def on_endless(self):
        await self.stream_head()
        while True:
            await self.chunk(b"x" * 10000)

    async def on_cut(self):
        self.w.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
        await self.w.drain()
        raise ConnectionError

    async def on_redirect(self):
        await self.answer(302, b"", "Location: /root")

    # ── WebSockets

    async def upgrade(self, *extra):
        key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Accept: " + accept, *extra]
        self.w.write("\r\n".join(lines).encode() + b"\r\n\r\n")
        await self.w.drain()

    def frame(self, op, data=b"", fin=True):
        n = len(data)
        head = bytes([op | (0x80 if fin else 0)])
        if n < 126:
            head += bytes([n])
        elif n < 65536:
            head += b"\x7e" + struct.pack(">H", n)
        else:
            head += b"\x7f" + struct.pack(">Q", n)
        return head + data

    async def send(self, op, data=b"", fin=True):
        self.w.write(self.frame(op, data, fin))
        await self.w.drain()

    async def receive(self):
        b0, b1 = await self.r.readexactly(2)
        if not b1 & 0x80 or not b0 & 0x80:
            raise ConnectionError("a client must mask, and ours does not fragment")
        n = b1 & 0x7f
        if n == 126:
            n, = struct.unpack(">H", await self.r.readexactly(2))
        elif n == 127:
            n, = struct.unpack(">Q", await self.r.readexactly(8))
        mask = await self.r.readexactly(4)
        data = await self.r.readexactly(n)
        key = (mask * (n // 4 + 1))[:n]
        data = (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(n, "big")
        return b0 & 15, data

    async def on_ws_echo(self):
        await self.upgrade()
        while True:
            op, data = await self.receive()
            if op == 8:
                saw("close " + (str(struct.unpack(">H", data[:2])[0]) if data else "none"))
                saw("reason " + data[2:].decode())
                await self.send(8, data[:2])
                raise ConnectionError
            if op == 9:
                await self.send(10, data)
            elif op in (1, 2):
                await self.send(op, data)

    async def on_ws_head(self):
        proto = self.headers.get("sec-websocket-protocol")
        await self.upgrade(*(["Sec-WebSocket-Protocol: " + proto.split(",")[0]] if proto else []))
        await self.send(1, self.head)
        await self.r.read()

    async def on_ws_refuse(self):
        await self.answer(self.q("code", 401), b"no", "dg-error: Invalid credentials.",
                          "Location: /ws/echo")

    async def on_ws_vanish(self):
        await self.upgrade()
        await self.receive()
        sock = self.w.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.w.transport.abort()
        raise ConnectionError

    async def on_ws_fin(self):
        await self.upgrade()
        await self.receive()
        raise ConnectionError

    async def on_ws_close(self):
        await self.upgrade()
        code = self.q("code", 0)
        await self.send(8, struct.pack(">H", code) + b"see you" if code else b"")
        op, data = await self.receive()
        saw(f"answer {op} {struct.unpack('>H', data[:2])[0] if data else 'none'}")
        await self.wait_gone("close gone")

    async def on_ws_mute(self):
        """Reads and never answers anything, not even a close frame or a ping."""
        await self.upgrade()
        while await self.r.read(65536):
            pass
        saw("mute gone")

    async def on_ws_deaf(self):
        """Does not read for a while, then counts what comes, in order."""
        sock = self.w.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        await self.upgrade()
        self.w.transport.pause_reading()  # asyncio would read ahead
        await asyncio.sleep(self.q("ms", 300) / 1000)
        self.w.transport.resume_reading()
        expect = 0
        while True:
            op, data = await self.receive()
            if op == 8:
                saw("deaf close")
                await self.send(8, data[:2])
                raise ConnectionError
            if op == 10:
                saw("deaf pongs")
                continue
            number, = struct.unpack(">I", data[:4])
            if number != expect:
                saw("out of order")
            expect = number + 1
            if self.query.get("ping"):
                await self.send(9, b"are you there")
            saw("deaf bytes", len(data))
            saw("deaf messages")

    async def on_ws_send(self):
        """What a provider may send: fragments with a ping between, large, empty."""
        await self.upgrade()
        await self.send(1, "Gr\u00fc".encode()[:3], fin=False)
        await self.send(9, b"p")
        saw(f"pong {await self.receive()}")
        await self.send(0, "Gr\u00fc".encode()[3:], fin=False)
        await self.send(0, b"\xc3\x9fe", fin=True)
        await self.send(2, bytes(i & 255 for i in range(200000)))
        await self.send(2, b"")
        await self.send(1, b"end")
        await self.r.read()

    async def on_ws_badutf8(self):
        await self.upgrade()
        await self.send(1, b"ab\xc3\x28")
        op, data = await self.receive()
        saw(f"badutf8 {struct.unpack('>H', data[:2])[0]}")
        raise ConnectionError

    async def on_ws_large(self):
        await self.upgrade()
        await self.send(2, b"x" * self.q("n", 5000))
        op, data = await self.receive()
        saw(f"large {struct.unpack('>H', data[:2])[0]}")
        raise ConnectionError

    async def on_ws_slow(self):
        await self.wait_gone("slow gone")

    async def on_ws_garbage(self):
        self.w.write(b"SSH-2.0-nonsense\r\n\r\n")
        await self.w.drain()
        await self.r.read()

    async def on_ws_wrongkey(self):
        self.headers["sec-websocket-key"] = "AAAA"
        await self.upgrade()
        await self.r.read()

    async def on_ws_flood(self):
        """Frames in the same segment as the upgrade's answer."""
        key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest())
        self.w.write(b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
                     + b"".join(self.frame(1, b"m%d" % i) for i in range(3)))
        await self.w.drain()
        await self.r.read()


async def connected(reader, writer):
    global connections
    connections += 1
    saw("connections")
    try:
        await Peer(reader, writer, connections).serve()
    except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
        pass
    finally:
        writer.close()


def tls(name):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(f"{sys.argv[1]}/{name}.pem", f"{sys.argv[1]}/{name}.key")
    return ctx


async def main():
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    servers = [await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)]
    for name in ("localhost", "other"):
        servers.append(await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls(name)))
    silent = socket.create_server(("127.0.0.1", 0), backlog=64)
    ports = [s.sockets[0].getsockname()[1] for s in servers] + [silent.getsockname()[1]]
    print(*ports, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
