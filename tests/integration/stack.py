"""The real parts on free ports: the lab as providers, the daemon, callers. Python's standard library only."""
import contextlib
import hashlib
import hmac
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("INVORTO_BUILD", os.path.join(ROOT, "build/release"))
DAEMON = os.path.join(BUILD, "src/app/invorto")
LAB = os.path.join(BUILD, "lab/invorto-lab")
KEY = "integration-key-0123456789"
SECRET = "integration-secret-0123456789"


_ports = iter(random.sample(range(20000, 32000), 12000))  # below those the kernel gives to dialling sockets


def free_port():
    while True:
        port = next(_ports)
        with contextlib.closing(socket.socket()) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


PATIENCE = 20  # s; a loaded machine is late with everything, and who is not late loses nothing by it


def wait_until(check, seconds, what):
    """Waits at least PATIENCE: how long something may take is asserted on moments that were noted, not by this."""
    seconds = max(seconds, PATIENCE)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = check()
        if got:
            return got
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


def get(url, timeout=5):
    try:
        with urllib.request.urlopen(url, timeout=timeout) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()
    except OSError:
        return 0, ""


class Stack:
    """One lab and one daemon; `env` adds settings, `agents` writes agents of its own ({id: {...}}). With
    `second` there is another lab, behind the providers deepgram-2 and openai-2."""

    def __init__(self, env=None, agents=None, lab_args=(), lab=True, second=False):
        self.dir = tempfile.mkdtemp(prefix="invorto-test-")
        self.lab_port, self.port = free_port(), free_port()
        self.lab_url, self.url = f"http://127.0.0.1:{self.lab_port}", f"ws://127.0.0.1:{self.port}"
        self.env = dict(os.environ)
        for name in list(self.env):
            if name.startswith(("DEEPGRAM_", "OPENAI_", "ELEVENLABS_", "REALTIME_")):
                del self.env[name]
        self.env.update(
            BIND_ADDRESS="127.0.0.1", PORT=str(self.port), DATA_DIR=self.dir, JOURNAL_FLUSH_MS="100",
            REALTIME_API_KEY=KEY, REALTIME_WS_SECRET=SECRET, TOOL_ALLOWED_HOSTS="127.0.0.1", TOOL_BASE_URL=self.lab_url, LOG_LEVEL="debug",
            DEEPGRAM_BASE_URL=self.lab_url, DEEPGRAM_API_KEY="dg-secret-key-000",
            OPENAI_BASE_URL=self.lab_url + "/v1", OPENAI_API_KEY="oa-secret-key-000",
            ELEVENLABS_BASE_URL=self.lab_url, ELEVENLABS_API_KEY="el-secret-key-000",
            DRAIN_SECONDS="1", INVORTO_URL=self.url)
        self.second_port = free_port()
        self.second_url = f"http://127.0.0.1:{self.second_port}"
        if second:
            self.env.update(DEEPGRAM_2_BASE_URL=self.second_url, OPENAI_2_BASE_URL=self.second_url + "/v1")
        self.env["AGENTS_DIR"] = self._agents(agents or {})
        self.env.update({k: v.replace("{lab}", self.lab_url) for k, v in (env or {}).items()})
        self.lab_args = list(lab_args)
        self.with_lab, self.with_second = lab, second
        self.lab = self.second = self.daemon = None

    def _agents(self, own):
        path = os.path.join(self.dir, "agents")
        shutil.copytree(os.path.join(ROOT, "config/agents"), path, dirs_exist_ok=True)
        for name, agent in own.items():
            with open(os.path.join(path, name + ".json"), "w") as f:
                json.dump(agent, f)
        return path

    def __enter__(self):
        if self.with_lab:
            self.lab = self.start_lab(self.lab_port)
        if self.with_second:
            self.second = self.start_lab(self.second_port)
        self.start_daemon()
        return self

    def lab_process(self, port):
        with open(os.path.join(self.dir, f"lab-{port}.log"), "ab") as log:
            return subprocess.Popen([LAB, "providers", "--port", str(port), *self.lab_args], stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)

    def start_lab(self, port):
        lab = self.lab_process(port)
        wait_until(lambda: get(f"http://127.0.0.1:{port}/lab/stats")[0] == 200, 20, "the lab")
        return lab

    def start_daemon(self):
        with open(os.path.join(self.dir, "invorto.log"), "ab") as log:
            self.daemon = subprocess.Popen([DAEMON, "serve"], env=self.env, cwd=ROOT, stdout=subprocess.DEVNULL,
                                           stderr=log)
        self.wait_for_daemon()

    def wait_for_daemon(self):
        def up():
            assert self.daemon.poll() is None, "the daemon ended: " + self.log()[-2000:]
            return get(self.http("/livez"))[0] == 200

        wait_until(up, 20, "the daemon")

    def __exit__(self, *exc):
        code = self.stop_daemon()
        for lab in (self.lab, self.second):
            if lab:
                lab.kill()
                lab.wait()
        if exc[0] is None:
            assert code in (0, None), f"the daemon ended with {code}: {self.log()[-2000:]}"
            log = self.log()
            assert "runtime error" not in log and "Sanitizer" not in log, log[-3000:]
            for secret in (KEY, SECRET, "dg-secret-key-000", "oa-secret-key-000", "el-secret-key-000"):
                assert secret not in log, "a secret is in the log"
            shutil.rmtree(self.dir)

    def stop_daemon(self, sig=signal.SIGTERM, seconds=20):
        if not self.daemon:
            return None
        if self.daemon.poll() is None:
            self.daemon.send_signal(sig)
        code = self.daemon.wait(seconds)
        self.daemon = None
        return code

    def http(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def log(self):
        with open(os.path.join(self.dir, "invorto.log"), errors="replace") as f:
            return f.read()

    def metric(self, name):
        for line in get(self.http("/metrics"))[1].splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        raise AssertionError(f"no series {name}")

    def lab_stats(self, second=False):
        return json.loads(get((self.second_url if second else self.lab_url) + "/lab/stats")[1])

    def faults(self, *rules):
        """Adds rules to the first lab; without any, takes all of them back."""
        data = json.dumps({"rules": list(rules)}).encode()
        method = "POST" if rules else "DELETE"
        request = urllib.request.Request(self.lab_url + "/lab/faults", data=data if rules else None, method=method)
        with urllib.request.urlopen(request, timeout=5) as r:
            assert r.status in (200, 204)

    def sign(self, call_id, ts=None):
        ts = int(time.time()) if ts is None else ts
        mac = hmac.new(SECRET.encode(), f"{call_id}:{ts}".encode(), hashlib.sha256).hexdigest()
        return ts, mac

    def call(self, *args, timeout=120):
        """invorto-lab call …, its JSON summary."""
        out = os.path.join(self.dir, f"call-{time.monotonic_ns()}.json")
        run = subprocess.run([LAB, "call", *args, "--json", out], env=self.env, cwd=ROOT, timeout=timeout,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = run.stdout.decode(errors="replace")
        assert os.path.exists(out), text
        with open(out) as f:
            summary = json.load(f)
        summary["text"], summary["exit"] = text, run.returncode
        return summary

    def journals(self):
        path = os.path.join(self.dir, "journal")
        return sorted(os.path.join(path, f) for f in os.listdir(path)) if os.path.isdir(path) else []

    def replay(self, journal, *args):
        run = subprocess.run([DAEMON, "replay", journal, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             cwd=ROOT, timeout=60)
        assert run.returncode == 0, run.stdout.decode(errors="replace")
        return run.stdout.decode(errors="replace")

    def timeline(self, journal=None):
        """[(seconds, kind, payload)] of a call's journal, the only one when none is named. A call that
        has just ended may have its last entries on their way to the disk: up to 3 s are given to them."""
        end = time.monotonic() + 3
        while True:
            entries = []
            for line in self.replay(journal or self.only_journal()).splitlines():
                parts = line.split(None, 2)
                if len(parts) == 3 and parts[2].startswith("{"):
                    entries.append((float(parts[0]), parts[1], json.loads(parts[2])))
            if time.monotonic() > end or (entries and entries[-1][1] == "call.ended"):
                return entries
            time.sleep(0.1)

    def only_journal(self):
        journals = wait_until(self.journals, 5, "a journal")
        assert len(journals) == 1, journals
        return journals[0]
