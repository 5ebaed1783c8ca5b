"""What carriers send us, signed as they sign it, and what their own libraries say of our answers."""
import hashlib
import hmac
import itertools
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as XML

import npm
from house import House

VENDORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vendors")
WEBHOOK_SECRET, TOKEN = "wh_secret_integration_0001", "twilio-token-0123456789abcdef"
_numbers = itertools.count(1)


class Judge:
    """The carriers' libraries, behind a pipe."""

    def __init__(self):
        npm.ready(VENDORS)
        self.lock = threading.Lock()
        self.node = subprocess.Popen(["node", "judge.mjs"], cwd=VENDORS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question, **members):
        with self.lock:
            self.node.stdin.write(json.dumps({"ask": question, **members}) + "\n")
            self.node.stdin.flush()
            return json.loads(self.node.stdout.readline())

    def close(self):
        self.node.stdin.close()
        self.node.wait(10)


def carried(env=None, **more):
    """A house that carriers find."""
    h = House(env={"JAMBONZ_WEBHOOK_SECRET": WEBHOOK_SECRET, "TWILIO_AUTH_TOKEN": TOKEN, "API_RATE_PER_MINUTE": "10000", **(env or {})}, **more)
    h.env["PUBLIC_BASE_URL"] = h.http("")
    return h


def number(h, phone, agent, tenant="A", provider="jambonz"):
    who = f"'{agent}'" if agent else "null"
    h.rows(f"insert into voice_phone_numbers (tenant_id, phone_number, provider, voice_agent_id) values ('{tenant}', '{phone}', '{provider}', {who})")


def post(url, body, headers, timeout=20):
    """Status, headers, text."""
    rq = urllib.request.Request(url, data=body, method="POST", headers=headers)
    try:
        with urllib.request.urlopen(rq, timeout=timeout) as r:
            return r.status, {k.lower(): v for k, v in r.headers.items()}, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, {k.lower(): v for k, v in e.headers.items()}, e.read().decode()


class Line:
    """One call, as its carrier knows it."""

    carrier = None

    def __init__(self, h, judge, sid, call):
        self.h, self.judge, self.sid, self.call = h, judge, sid, call

    def row(self, columns):
        got = self.h.rows(f"select {columns} from voice_call_records c join call_aliases a on a.tenant_id = c.tenant_id and a.call_id = c.id "
                          f"where a.provider = '{self.carrier}' and a.alias = '{self.sid}'")
        return got[0] if got else None


class Jambonz(Line):
    carrier = "jambonz"

    def __init__(self, h, judge, secret=WEBHOOK_SECRET, **call):
        sid = f"{next(_numbers):08d}-{os.getpid()}-{time.time_ns()}"
        super().__init__(h, judge, sid, {
            "call_sid": sid, "account_sid": "acc-1", "application_sid": "app-1", "direction": "inbound", "from": "15551112222",
            "to": "15553334444", "call_id": "sip-" + sid, "sip_status": 100, "sip_reason": "Trying", "call_status": "trying",
            "sbc_callid": "cid-1", "originating_sip_ip": "54.1.2.3:5060", "originating_sip_trunk_name": "acme", **call})
        self.secret = secret

    def sign(self, body, at=None, secret=None):
        t = int(at or time.time())
        return f"t={t},v1=" + hmac.new((secret or self.secret).encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()

    def send(self, path, headers=None, at=None, **members):
        body = json.dumps({**self.call, **members}, separators=(",", ":")).encode()
        url = path if path.startswith("http") else self.h.http("/telephony/jambonz/" + path)
        return post(url, body, {"Content-Type": "application/json", **({"Jambonz-Signature": self.sign(body, at)} if headers is None else headers)})

    def hook(self, path, **members):
        """The verbs it is told; judged."""
        status, head, text = self.send(path, **members)
        assert status == 200 and head["content-type"].startswith("application/json"), (path, status, text)
        verbs = json.loads(text)
        if verbs:
            said = self.judge.ask("verbs", verbs=verbs)
            assert said == {"specifications": "ok", "schema": "ok"}, (verbs, said)
        return verbs

    def status(self, word, sip=200, **members):
        status, _, text = self.send("status", call_status=word, sip_status=sip, **members)
        assert status == 200 and json.loads(text) == {"ok": True}, (status, text)


class Twilio(Line):
    carrier = "twilio"

    def __init__(self, h, judge, token=TOKEN, **call):
        sid = "CA" + hashlib.md5(f"{next(_numbers)}-{time.time_ns()}".encode()).hexdigest()
        super().__init__(h, judge, sid, {
            "CallSid": sid, "AccountSid": "AC" + "0" * 32, "ApiVersion": "2010-04-01", "CallStatus": "ringing", "Direction": "inbound",
            "From": "+15551112222", "To": "+15553334444", "Called": "+15553334444", "Caller": "+15551112222", "CallerName": "Joe & Söhne", **call})
        self.token, self.sequence = token, itertools.count()

    def sign(self, url, params):
        return self.judge.ask("twilioSign", token=self.token, url=url, params=params)

    def send(self, path, headers=None, signed_url=None, **members):
        params = {**self.call, **members}
        url = path if path.startswith("http") else self.h.http("/telephony/twilio/" + path)
        sent = {"X-Twilio-Signature": self.sign(signed_url or url, params)} if headers is None else headers
        return post(url, urllib.parse.urlencode(params, doseq=True).encode(), {"Content-Type": "application/x-www-form-urlencoded", **sent})

    def hook(self, path, **members):
        """The verbs of the TwiML it is told."""
        status, head, text = self.send(path, **members)
        assert status == 200 and head["content-type"].startswith("text/xml"), (path, status, text)
        root = XML.fromstring(text.encode())
        assert root.tag == "Response", text
        return list(root)

    def status(self, word, path="status", **members):
        assert self.hook(path, CallStatus=word, SequenceNumber=str(next(self.sequence)), CallbackSource="call-progress-events", **members) == []
