"""The lab's carriers as a process: Jambonz and Twilio, their REST and their calls. Used alone or beside a House."""
import base64
import contextlib
import json
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from stack import LAB, ROOT, free_port, get, wait_until

ACCOUNT = "AC" + "a" * 32
TOKEN = "lab-twilio-token"
JAMBONZ_ACCOUNT = "9351f46a-678c-43f5-b8a6-d4eb58d131af"
JAMBONZ_APPLICATION = "0e0681b0-d49f-4fb8-b973-b5a3c6758de1"
JAMBONZ_KEY = "lab-jambonz-key"
JAMBONZ_SECRET = "wh_secret_lab"


class Carriers:
    def __init__(self, *args, port=None):
        self.args, self.port = args, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.jambonz_url = self.url + "/v1"

    def __enter__(self):
        self.log = tempfile.NamedTemporaryFile(prefix="invorto-carriers-")
        self.process = subprocess.Popen([LAB, "carriers", "--port", str(self.port), *self.args], stdout=self.log, stderr=subprocess.STDOUT,
                                        cwd=ROOT)
        wait_until(lambda: get(self.url + "/_lab/stats")[0] == 200, 20, "the carriers")
        return self

    def __exit__(self, *exc):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.seek(0)
        log = self.log.read().decode()
        if exc[0] is None:
            assert self.process.returncode == 0, f"the carriers ended with {self.process.returncode}: {log[-3000:]}"

    def ask(self, method, path, body=None, headers=None, timeout=30):
        """Status, headers (lower case), body (JSON where it is)."""
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        rq = urllib.request.Request(self.url + path, data=data, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(rq, timeout=timeout) as r:
                status, head, text = r.status, r.headers, r.read().decode()
        except urllib.error.HTTPError as e:
            status, head, text = e.code, e.headers, e.read().decode()
        with contextlib.suppress(ValueError):
            text = json.loads(text)
        return status, {k.lower(): v for k, v in head.items()}, text

    def rules(self, *rules):
        status, _, said = self.ask("PUT", "/_lab/rules", {"rules": list(rules)})
        assert status == 200, said

    def ring(self, carrier, to="+15553334444", caller="+15551112222", **plan):
        """Somebody calls; the sid."""
        status, _, said = self.ask("POST", "/_lab/calls", {"carrier": carrier, "to": to, "from": caller, "plan": plan})
        assert status == 201, said
        return said["sid"]

    def call(self, sid):
        status, _, said = self.ask("GET", f"/_lab/calls/{sid}")
        assert status == 200, said
        return said

    def calls(self):
        return self.ask("GET", "/_lab/calls")[2]["calls"]

    def wait(self, sid, check, what, seconds=25):
        """The call, once `check` of it is true."""
        def look():
            call = self.call(sid)
            return call if check(call) else None
        try:
            return wait_until(look, seconds, what)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{json.dumps(self.call(sid), indent=1)}") from None

    def over(self, sid, hooks=(), seconds=25):
        """The call once it is over and those hooks have been answered: names or (name, label)."""
        return self.wait(sid, lambda c: c["over"] and all(self.hooks(c, *([h] if isinstance(h, str) else h)) for h in hooks),
                         f"the end of the call and {hooks}", seconds)

    def hang_up(self, sid):
        return self.ask("DELETE", f"/_lab/calls/{sid}")[0]

    @staticmethod
    def hooks(call, name=None, label=None):
        """What was posted, in the order in which it was answered."""
        return [e for e in call["events"] if e["what"] == "hook" and name in (None, e["hook"]) and label in (None, e.get("label"))]

    @staticmethod
    def verbs(call):
        return [e["verb"] for e in call["events"] if e["what"] == "verb"]

    @staticmethod
    def said(call, what):
        return [e.get("text") for e in call["events"] if e["what"] == what]

    def jambonz(self, method, path, body=None, key=JAMBONZ_KEY):
        return self.ask(method, f"/v1/Accounts/{JAMBONZ_ACCOUNT}/Calls{path}", body, {"Authorization": "Bearer " + key})

    def twilio(self, method, path, form=None, user=ACCOUNT, token=TOKEN):
        """`form`: a dict; values that are lists are repeated."""
        data = urllib.parse.urlencode(form, doseq=True).encode() if form is not None else None
        basic = base64.b64encode(f"{user}:{token}".encode()).decode()
        return self.ask(method, f"/2010-04-01/Accounts/{ACCOUNT}{path}", data, {"Authorization": "Basic " + basic})
