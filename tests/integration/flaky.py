"""A proxy before the daemon that does what networks do. REST: one fault for each request, in order. Sockets: cut, frozen,
refused.

faults    lost (the request never arrives), mute (it arrives, its answer does not), 503, 429, slow"""
import contextlib
import re
import socket
import ssl
import struct
import threading
import time


class Flaky:
    def __init__(self, port, tls=None):
        self.port, self.tls, self.faults, self.requests = port, tls, [], []
        self.refusing, self.frozen, self.sockets, self.lock = 0, False, set(), threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.at = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, scheme="http", path=""):
        return f"{scheme}://127.0.0.1:{self.at}{path}"

    def cut(self):
        """Every socket that is upgraded dies at once, without a goodbye."""
        with self.lock:
            pairs, self.sockets = list(self.sockets), set()
        for s in [s for pair in pairs for s in pair]:
            with contextlib.suppress(OSError):
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()
        return len(pairs)

    def close(self):
        self.listener.close()
        self.cut()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                c, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(c,), daemon=True).start()

    def _serve(self, c):
        try:
            c.settimeout(60)
            if self.tls:
                c = self.tls.wrap_socket(c, server_side=True)
            head, rest = self._head(c)
            if not head:
                c.close()
            elif re.search(rb"(?im)^upgrade: *websocket", head):
                self._pipe(c, head + rest)
            else:
                self._answer(c, head, rest)
        except (OSError, ssl.SSLError):
            c.close()

    @staticmethod
    def _head(c):
        data = b""
        while b"\r\n\r\n" not in data:
            more = c.recv(65536)
            if not more:
                return b"", b""
            data += more
        head, _, rest = data.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n", rest

    def _answer(self, c, head, rest):
        """One request a connection."""
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        while length and len(rest) < int(length[1]):
            rest += c.recv(65536)
        key = re.search(rb"(?im)^idempotency-key: *(\S+)", head)
        with self.lock:
            fault = self.faults.pop(0) if self.faults else None
            self.requests.append((head.split(b" ", 1)[0].decode(), key and key[1].decode(), fault))
        if fault == "slow":
            time.sleep(1.5)
        if fault == "lost":
            pass
        elif fault in ("503", "429"):
            after = "Retry-After: 0\r\n" if fault == "429" else ""
            c.sendall(f"HTTP/1.1 {fault} X\r\n{after}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        else:
            with socket.create_connection(("127.0.0.1", self.port), timeout=60) as up:
                up.sendall(re.sub(rb"(?im)^connection:.*\r\n", b"", head)[:-2] + b"Connection: close\r\n\r\n" + rest)
                while data := up.recv(65536):
                    if fault != "mute":
                        c.sendall(data)
        c.close()

    def _pipe(self, c, first):
        with self.lock:
            if self.refusing:
                self.refusing -= 1
                c.close()
                return
        up = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        up.sendall(first)
        with self.lock:
            self.sockets.add((c, up))
        other = threading.Thread(target=self._copy, args=(up, c), daemon=True)
        other.start()
        self._copy(c, up)
        other.join(60)
        with self.lock:
            self.sockets.discard((c, up))

    def _copy(self, a, b):
        try:
            while data := a.recv(65536):
                while self.frozen:
                    time.sleep(0.02)
                b.sendall(data)
        except (OSError, ssl.SSLError, ValueError):
            pass
        for s in (a, b):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()
