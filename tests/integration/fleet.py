"""Two daemons of one database and one Redis behind HAProxy, and the lab's carriers that call through it."""
import json
import os
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request

from house import House
from stack import DAEMON, LAB, ROOT, free_port, get, wait_until
from test_faults import agent

WEBHOOK_SECRET, TOKEN = "wh_secret_integration_0001", "twilio-token-0123456789abcdef"
ACCOUNT, JAMBONZ_ACCOUNT, JAMBONZ_KEY = "AC" + "0" * 32, "acc-1", "jambonz-key-0123456789"
JAMBONZ_NUMBER, TWILIO_NUMBER = "+15553334444", "+15553335555"
LOAD = ("--load", "asr=100,ttft=30,token=2,tts=30,reply=1500")

PROXY = """global
    maxconn 4000
defaults
    mode http
    timeout connect 1s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
    timeout check 5s
    option redispatch 1
    retry-on conn-failure empty-response 503
    retries 2
frontend all
    bind 127.0.0.1:{port}
    default_backend fleet
backend fleet
    balance roundrobin
    option httpchk GET /readyz
{servers}
"""
# Hooks and orders go to the last, media to the others.
APART = """    use_backend fleet if {{ hdr(Upgrade) -i websocket }}
    default_backend desk
backend desk
    option httpchk GET /readyz
{desk}
"""


class Instance:
    def __init__(self, fleet, name):
        self.name, self.port, self.dir = name, free_port(), tempfile.mkdtemp(prefix=f"invorto-{name}-")
        self.fleet, self.process = fleet, None

    def start(self):
        env = {**self.fleet.house.env, "PORT": str(self.port), "DATA_DIR": self.dir, "PUBLIC_BASE_URL": self.fleet.public}
        with open(os.path.join(self.dir, "invorto.log"), "ab") as log:
            self.process = subprocess.Popen([DAEMON, "serve"], env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        wait_until(lambda: get(self.http("/readyz"))[0] == 200, 20, self.name + ": " + self.log()[-500:])

    def http(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self, sig=signal.SIGTERM, seconds=30):
        if not self.process:
            return None
        if self.process.poll() is None:
            self.process.send_signal(sig)
        code = self.process.wait(seconds)
        self.process = None
        return code

    def log(self):
        path = os.path.join(self.dir, "invorto.log")
        if not os.path.exists(path):
            return ""
        with open(path, errors="replace") as f:
            return f.read()


class Fleet:
    """`count` daemons. Agent "desk" of tenant A answers both numbers. `apart`: no instance has both hooks and media."""

    def __init__(self, count=2, agents=None, env=None, rules=None, lab_args=LOAD, apart=False):
        self.proxy_port, self.carriers_port = free_port(), free_port()
        self.public = f"http://127.0.0.1:{self.proxy_port}"
        self.carriers_url = f"http://127.0.0.1:{self.carriers_port}"
        self.house = House(env={"JAMBONZ_WEBHOOK_SECRET": WEBHOOK_SECRET, "TWILIO_AUTH_TOKEN": TOKEN, "API_RATE_PER_MINUTE": "10000",
                                "JAMBONZ_API_URL": self.carriers_url + "/v1", "JAMBONZ_API_KEY": JAMBONZ_KEY,
                                  "JAMBONZ_ACCOUNT_SID": JAMBONZ_ACCOUNT, "JAMBONZ_APPLICATION_SID": "app-1",
                                  "TWILIO_API_URL": self.carriers_url, "TWILIO_ACCOUNT_SID": ACCOUNT, "DRAIN_SECONDS": "3",
                                  "HAND_OVER_SECONDS": "2", "PUBLIC_BASE_URL": self.public, "LOG_LEVEL": "info", **(env or {})},
                             agents=agents or {"desk": agent()}, lab_args=lab_args)
        open(os.path.join(self.house.dir, "invorto.log"), "w").close()  # the house has no daemon of its own
        self.instances = [Instance(self, f"one-{i}") for i in range(count)]
        self.rules, self.apart, self.proxy, self.carriers = rules, apart, None, None

    def __enter__(self):
        self.house.lab = self.house.start_lab(self.house.lab_port)
        self.house.with_lab = True
        for i in self.instances:
            i.start()
        for phone, provider in ((JAMBONZ_NUMBER, "jambonz"), (TWILIO_NUMBER, "twilio")):
            self.rows("insert into voice_phone_numbers (tenant_id, phone_number, provider, voice_agent_id) "
                      f"values ('A', '{phone}', '{provider}', 'desk')")
        self.start_proxy()
        self.start_carriers()
        return self

    def start_proxy(self):
        servers = [f"    server {i.name} 127.0.0.1:{i.port} check inter 300 fall 1 rise 1" for i in self.instances]
        text = PROXY.format(port=self.proxy_port, servers="\n".join(servers[:-1] if self.apart else servers))
        if self.apart:
            text = text.replace("    default_backend fleet\n", APART.format(desk=servers[-1]))
        path = os.path.join(self.house.dir, "haproxy.cfg")
        with open(path, "w") as f:
            f.write(text)
        self.proxy = subprocess.Popen(["haproxy", "-db", "-f", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: get(self.public + "/livez")[0] == 200, 20, "the proxy")

    def start_carriers(self):
        log = open(os.path.join(self.house.dir, "carriers.log"), "ab")
        more = ["--scenario", json.dumps({"rules": self.rules})] if self.rules else []
        self.carriers = subprocess.Popen(
            [LAB, "carriers", "--port", str(self.carriers_port), "--story",
             "--jambonz-hook", self.public + "/telephony/jambonz/call", "--jambonz-status", self.public + "/telephony/jambonz/status",
             "--jambonz-secret", WEBHOOK_SECRET, "--jambonz-key", JAMBONZ_KEY, "--jambonz-account", JAMBONZ_ACCOUNT, "--jambonz-application", "app-1",
             "--twilio-voice", self.public + "/telephony/twilio/voice", "--twilio-status", self.public + "/telephony/twilio/status",
             "--twilio-token", TOKEN, "--account", ACCOUNT, *more], stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)
        wait_until(lambda: get(self.carriers_url + "/_lab/calls")[0] == 200, 10, "the carriers")

    def __exit__(self, *exc):
        for p in (self.carriers, self.proxy):
            if p:
                p.kill()
                p.wait()
        codes = [i.stop() for i in self.instances]
        logs = "".join(i.log() for i in self.instances)
        self.house.__exit__(*exc)
        if exc[0] is None:
            assert all(c in (0, None) for c in codes), (codes, logs[-3000:])
            assert "runtime error" not in logs and "Sanitizer" not in logs, logs[-4000:]

    # ── the carriers

    def lab(self, method, path, body=None):
        rq = urllib.request.Request(self.carriers_url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                    headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(rq, timeout=10) as r:
                text = r.read().decode()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as e:
            raise AssertionError(f"{method} {path}: {e.code} {e.read().decode()}") from e

    def ring(self, carrier, plan=None, caller="+15551112222"):
        """Somebody calls; the carrier's id of it."""
        to = JAMBONZ_NUMBER if carrier == "jambonz" else TWILIO_NUMBER
        return self.lab("POST", "/_lab/calls", {"carrier": carrier, "from": caller, "to": to, "plan": plan or {}})["sid"]

    def told(self, sid):
        return self.lab("GET", "/_lab/calls/" + sid)

    def hang_up(self, sid):
        self.lab("DELETE", "/_lab/calls/" + sid)

    def set_rules(self, rules):
        self.lab("PUT", "/_lab/rules", {"rules": rules})

    # ── the books

    def rows(self, sql):
        return self.house.rows(sql)

    def call_of(self, sid, seconds=10):
        """Our id of a carrier's call."""
        return wait_until(lambda: self.rows(f"select call_id from call_aliases where alias = '{sid}'"), seconds, f"an alias of {sid}")[0][0]

    def record(self, call, seconds=20):
        got = wait_until(lambda: self.rows("select status, end_reason, outcome, carrier, direction, failure_reason from voice_call_records "
                                           f"where id = '{call}' and closed_at is not null"), seconds, f"the record of {call}")[0]
        return dict(zip(("status", "reason", "outcome", "carrier", "direction", "failure"), got))

    def kinds(self, call):
        return [r[0] for r in self.rows(f"select kind from call_timeline where call_id = '{call}' order by seq")]
