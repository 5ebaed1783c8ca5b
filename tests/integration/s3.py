"""Starts the object store of the tests (s3_server.py) in an environment of its own, and talks to its door. Who is done with
one leaves it, emptied, to the next who wants one: they take seconds to start."""
import atexit
import contextlib
import json
import os
import subprocess
import urllib.request

import tools
from stack import ROOT, free_port, wait_until

HERE = os.path.join(ROOT, "tests/integration")
_idle = []  # (port, server)


@atexit.register
def _end():
    for _, server in _idle:
        server.kill()
        server.wait()


class Store:
    ACCESS, SECRET, REGION = "TESTACCESSKEY", "test/secret+key", "ap-south-1"

    def __init__(self, up=True):
        self.port, self.server = free_port(), None
        if up:
            with contextlib.suppress(IndexError):
                self.port, self.server = _idle.pop()
        self.url = f"http://127.0.0.1:{self.port}"
        if up and not self.server:
            self.start()

    def env(self):
        """What a daemon needs to know of it."""
        return {"S3_ENDPOINT": self.url, "AWS_REGION": self.REGION, "AWS_ACCESS_KEY_ID": self.ACCESS,
                "AWS_SECRET_ACCESS_KEY": self.SECRET, "S3_BUCKET_RECORDINGS": "recordings",
                "S3_BUCKET_TRANSCRIPTS": "transcripts", "S3_BUCKET_METRICS": "metrics", "ARTIFACT_POLL_MS": "200"}

    def start(self):
        self.server = subprocess.Popen([tools.venv("s3"), os.path.join(HERE, "s3_server.py"), str(self.port)], stdout=subprocess.DEVNULL)
        wait_until(self._up, 30, "the object store")

    def _up(self):
        try:
            return self.seen() is not None
        except OSError:
            assert self.server.poll() is None, "the object store ended"
            return False

    def seen(self):
        with urllib.request.urlopen(self.url + "/_door", timeout=5) as r:
            return json.load(r)

    def keys(self):
        """{"bucket/key": size}"""
        return {f"{b}/{k}": n for b, keys in self.seen()["keys"].items() for k, n in keys.items()}

    def get(self, name):
        with urllib.request.urlopen(f"{self.url}/_door/{name}", timeout=10) as r:
            return r.read()

    def do(self, mode, count=-1, skew=0):
        self._tell("PUT", {"mode": mode, "count": count, "skew": skew})

    def _tell(self, method, what=None):
        body = what and json.dumps(what).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + "/_door", data=body, method=method), timeout=5) as r:
            assert r.status == 200

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if not self.server:
            return
        try:
            self._tell("DELETE")
            _idle.append((self.port, self.server))
        except OSError:  # nobody wants one that does not answer
            self.server.kill()
            self.server.wait()
