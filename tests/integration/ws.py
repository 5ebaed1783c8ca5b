"""A WebSocket client that can also misbehave: raw frames, chosen headers. Standard library only."""
import base64
import json
import os
import socket
import struct
import time
from urllib.parse import urlsplit


class Closed(Exception):
    def __init__(self, code, reason=""):
        super().__init__(f"closed {code} {reason}")
        self.code, self.reason = code, reason


class WebSocket:
    def __init__(self, url, subprotocols=(), headers=None, timeout=10):
        u = urlsplit(url)
        self.sock = socket.create_connection((u.hostname, u.port), timeout=timeout)
        path = (u.path or "/") + ("?" + u.query if u.query else "")
        lines = [f"GET {path} HTTP/1.1", f"Host: {u.netloc}", "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode()]
        if subprotocols:
            lines.append("Sec-WebSocket-Protocol: " + ", ".join(subprotocols))
        lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            more = self.sock.recv(65536)
            if not more:
                raise Closed(1006, "no answer")
            self.buffer += more
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        head = head.decode().split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = {k.lower(): v for k, v in (h.split(": ", 1) for h in head[1:])}
        if self.status != 101:
            raise Closed(self.status, "refused")

    def frame(self, opcode, payload, fin=True, masked=True):
        head = bytes([(0x80 if fin else 0) | opcode])
        n, bit = len(payload), 0x80 if masked else 0
        head += bytes([bit | n]) if n < 126 else bytes([bit | 126]) + struct.pack(">H", n) if n < 65536 \
            else bytes([bit | 127]) + struct.pack(">Q", n)
        if masked:
            mask = os.urandom(4)
            payload = bytes(b ^ mask[i & 3] for i, b in enumerate(payload))
            head += mask
        self.sock.sendall(head + payload)

    def send(self, message):
        if isinstance(message, bytes):
            self.frame(2, message)
        else:
            self.frame(1, (message if isinstance(message, str) else json.dumps(message)).encode())

    def _take(self, n):
        while len(self.buffer) < n:
            more = self.sock.recv(65536)
            if not more:
                raise Closed(1006, "dropped")
            self.buffer += more
        out, self.buffer = self.buffer[:n], self.buffer[n:]
        return out

    def recv(self, timeout=10):
        """A dict for JSON text, bytes for binary; raises Closed."""
        self.sock.settimeout(timeout)
        while True:
            first, second = self._take(2)
            n = second & 0x7F
            if n == 126:
                n = struct.unpack(">H", self._take(2))[0]
            elif n == 127:
                n = struct.unpack(">Q", self._take(8))[0]
            payload = self._take(n)
            opcode = first & 0x0F
            if opcode == 9:
                self.frame(10, payload)
            elif opcode == 8:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                try:
                    self.frame(8, payload[:2])
                except OSError:
                    pass
                raise Closed(code, payload[2:].decode(errors="replace"))
            elif opcode == 1:
                return json.loads(payload)
            elif opcode == 2:
                return payload

    def until(self, kind, seconds=10, keep=None):
        """The next message of that type; others go into `keep`."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"no {kind} within {seconds} s")
            m = self.recv(left)
            if keep is not None:
                keep.append(m)
            if isinstance(m, dict) and m.get("t") == kind:
                return m

    def closed(self, seconds=10):
        """Reads until the socket closes; (code, reason, messages before)."""
        seen = []
        end = time.monotonic() + seconds
        try:
            while True:
                seen.append(self.recv(max(0.05, end - time.monotonic())))
        except Closed as c:
            return c.code, c.reason, seen

    def close(self, code=1000):
        self.frame(8, struct.pack(">H", code))
        self.sock.close()

    def drop(self):
        """Goes without a word, as a lost network does."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
