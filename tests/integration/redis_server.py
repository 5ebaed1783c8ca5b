"""A Redis of a test's own, with the options of scripts/services.sh: on a unix socket, written to disk each second."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

OPTIONS = ("--port", "0", "--unixsocketperm", "700", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--databases", "4")


class RedisServer:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="invorto-redis-")
        self.socket = os.path.join(self.dir, "redis.sock")
        self.url = "unix://" + self.socket
        self.start()
        self.ask("hset", "{slots}:epoch", "since", "0")  # one that is new has forgotten no slot

    def start(self):
        with open(os.path.join(self.dir, "log"), "ab") as log:
            self.process = subprocess.Popen(["redis-server", "--unixsocket", self.socket, "--dir", self.dir, *OPTIONS], stdout=log, stderr=log)
        until = time.monotonic() + 20
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                with open(os.path.join(self.dir, "log"), encoding="utf-8", errors="replace") as log:
                    raise AssertionError("Redis did not start: " + log.read()[-2000:])
            time.sleep(0.01)

    def ask(self, *words):
        """The first line of its answer."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(5)
            s.connect(self.socket)
            s.sendall(f"*{len(words)}\r\n".encode() + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in map(str.encode, words)))
            return s.recv(1000).partition(b"\r\n")[0]

    def answers(self):
        with contextlib.suppress(OSError):
            return self.ask("ping") == b"+PONG"  # and not "-LOADING"
        return False

    def kill(self, forget=False):
        """`forget`: what it wrote to its disk is gone as well."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if forget:
            shutil.rmtree(os.path.join(self.dir, "appendonlydir"), ignore_errors=True)

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)
