"""Calls placed over the lab's carriers: what they answer, what is written of it, and that no telephone rings twice."""
import base64
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from callers import Browser
from database import Cluster
from house import House
from lab_carriers import ACCOUNT, JAMBONZ_ACCOUNT, JAMBONZ_KEY, TOKEN, Carriers
from stack import DAEMON, ROOT, free_port, get, wait_until
from test_calls_together import blocked, held

TWILIO_NUMBER, JAMBONZ_NUMBER, INDIA = "+12125550100", "+12125550200", "+919876543210"
QUIET = {"match": {"direction": "outbound"}, "then": {"status": {"lose": ["queued", "initiated", "ringing", "in-progress", "completed", "busy",
                                                                          "no-answer", "failed", "canceled", "trying", "early-media"]}, "pick_up_ms": 60000}}
REST = {"match": {"rest": "create"}, "times": 1}


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Beside:
    """Another daemon of the same house."""

    def __init__(self, house):
        self.port, self.dir = free_port(), tempfile.mkdtemp(prefix="invorto-beside-")
        self.url, self.env = f"http://127.0.0.1:{self.port}", {**house.env, "PORT": str(self.port), "DATA_DIR": self.dir}

    def __enter__(self):
        with open(os.path.join(self.dir, "log"), "ab") as log:
            self.process = subprocess.Popen([DAEMON, "serve"], env=self.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        wait_until(lambda: get(self.url + "/readyz")[0] == 200, 20, "the other daemon")
        return self

    def __exit__(self, *exc):
        self.process.terminate()
        assert self.process.wait(30) == 0 or exc[0], "the other daemon's end"
        shutil.rmtree(self.dir, ignore_errors=True)


class Line:
    """A house that dials over the lab's carriers. Nobody picks up unless a rule says so, and no status is told: what is
    known of a call is what placing it, and asking for it, brought."""

    def __init__(self, server=None, agents=None, lab=False, **env):
        self.lab = Carriers()
        self.h = House(env={"TWILIO_API_URL": self.lab.url, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_CPS": "100",
                            "JAMBONZ_API_URL": self.lab.jambonz_url, "JAMBONZ_API_KEY": JAMBONZ_KEY, "JAMBONZ_ACCOUNT_SID": JAMBONZ_ACCOUNT,
                            "JAMBONZ_CPS": "100", "API_RATE_PER_MINUTE": "10000", "RECONCILE_SECONDS": "0.3", "CARRIER_TIMEOUT_MS": "1000",
                            "TELEPHONY_ALLOW_UNSIGNED": "true", "MAX_CONCURRENT_CALLS": "50", **env},
                       agents=agents, lab=lab, server=server)
        self.h.env["PUBLIC_BASE_URL"] = self.h.http("")

    def __enter__(self):
        self.lab.__enter__()
        self.lab.rules(QUIET)
        self.h.__enter__()
        self.h.rows(f"""insert into voice_phone_numbers (tenant_id, id, phone_number, provider) values
            ('A', 'num_t', '{TWILIO_NUMBER}', 'twilio'), ('A', 'num_j', '{JAMBONZ_NUMBER}', 'jambonz'), ('B', 'num_b', '+12125550300', 'twilio')""")
        self.key = self.h.key()
        self.agent = self.h.rows("select id from voice_agents where tenant_id = 'A' order by id limit 1")[0][0]
        return self

    def __exit__(self, *exc):
        try:
            self.h.__exit__(*exc)
        finally:
            self.lab.__exit__(*exc)

    def place(self, to=INDIA, key=None, headers=None, base=None, **body):
        return self.h.api("POST", "/v1/calls", {"agentId": self.agent, "to": to, **body}, key or self.key, headers, base=base, timeout=30)

    def row(self, call, columns="status, end_reason, failure_reason, carrier, provider_call_id"):
        return self.h.rows(f"select {columns} from voice_call_records where id = '{call}'")[0]

    def until(self, call, seconds=25, **want):
        def look():
            got = dict(zip(want, self.row(call, ", ".join(want))))
            return got if got == want else None
        try:
            return wait_until(look, seconds, f"{call}: {want}")
        except AssertionError as e:
            raise AssertionError(f"{e}; it is {self.row(call)}\n{self.h.log()[-3000:]}") from None

    def rung(self, to=INDIA):
        return [c for c in self.lab.calls() if c["to"].lstrip("+") == to.lstrip("+")]

    def count(self):
        return self.h.rows("select count(*) from voice_call_records")[0][0]

    def held(self):
        return int(self.h.metric('invorto_slots_held{stage="dialling"}'))

    def ended(self, call):
        """Events, ledger rows and last lines of its end."""
        return [self.h.rows(q.format(call))[0][0] for q in (
            "select count(*) from webhook_events where call_id = '{}' and type = 'call.ended'",
            "select count(*) from voice_usage_ledger where call_id = '{}'", "select count(*) from call_timeline where call_id = '{}' and kind = 'call.ended'")]


def created(answer):
    assert answer[0] == 201, answer
    return answer[2]


def refused(answer, status, code, pointer=None):
    assert answer[0] == status and answer[2]["code"] == code, answer
    if pointer:
        assert [e["pointer"] for e in answer[2]["errors"]] == [pointer], answer
    return answer[2]


def test_a_call_is_placed_once_and_what_came_of_it_is_written():
    with Line(ALLOWED_COUNTRIES="IN,US", TELEPHONY_PER_AGENT_MAX_CONCURRENCY="0") as line:
        h, lab = line.h, line.lab
        for number, carrier, sid in ((TWILIO_NUMBER, "twilio", "CA"), (JAMBONZ_NUMBER, "jambonz", "")):
            call = created(line.place(**{"from": number}, metadata={"order": 7}))
            assert call["status"] == "queued" and call["carrier"] == carrier and call["from"] == number, call
            assert call["providerCallId"].startswith(sid) and call["metadata"] == {"order": 7}, call
            assert line.row(call["id"])[1:] == ["", "", carrier, call["providerCallId"]], line.row(call["id"])
            told = lab.call(call["providerCallId"])
            assert (told["carrier"], told["to"].lstrip("+"), told["from"].lstrip("+")) == (carrier, INDIA[1:], number[1:]), told
            assert h.rows(f"select call_id from call_aliases where provider = '{carrier}' and alias = '{call['providerCallId']}'") == [[call["id"]]]
            # Taken back before it was answered.
            status, _, _ = h.api("POST", f"/v1/calls/{call['id']}/hangup", {"reason": "changed my mind"}, line.key)
            assert status == 202, status
            assert line.row(call["id"], "status, end_reason") == ["canceled", "changed my mind"]
            lab.over(call["providerCallId"])
            assert line.ended(call["id"]) == ["1", "1", "1"]
            assert h.api("POST", f"/v1/calls/{call['id']}/hangup", {}, line.key)[0] == 409
        assert created(line.place(to="sip:desk@pbx.example", carrier="jambonz"))["status"] == "queued"
        assert created(line.place(direction="web"))["status"] == "created" and len(lab.calls()) == 3

        # The same key is one call, whatever the network does.
        twice = [created(line.place(headers={"Idempotency-Key": "k1"}))["id"] for _ in range(3)]
        assert len(set(twice)) == 1 and len(lab.calls()) == 4
        ids = []
        threads = [threading.Thread(target=lambda: ids.append(line.place(headers={"Idempotency-Key": "k2"})[0])) for _ in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert ids.count(201) >= 1 and set(ids) <= {201, 409} and len(lab.calls()) == 5, ids

        # What is wrong is said by its name, and makes nothing.
        before = line.count()
        refused(line.place(to="+447400123456"), 400, "bad_request", "/to")
        refused(line.place(to="+881612345678"), 400, "bad_request", "/to")
        refused(line.place(to="+12125"), 400, "bad_request", "/to")
        refused(line.place(**{"from": "+12125550300"}), 400, "bad_request", "/from")  # tenant B's
        refused(line.place(**{"from": "+12125559999"}), 400, "bad_request", "/from")
        refused(line.place(carrier="pigeon"), 400, "bad_request", "/carrier")
        refused(line.place(campaignId="cmp_none"), 400, "bad_request", "/campaignId")
        refused(line.place(leadId="lead_none"), 400, "bad_request", "/leadId")
        refused(line.place(agentId="agt_none"), 404, "not_found")
        h.rows("""update tenants set settings = settings || '{"allowed_countries": ["GB"], "caller_ids": ["+12125559999"]}' where id = 'A'""")
        refused(line.place(), 400, "bad_request", "/to")
        call = created(line.place(to="+447400123456", **{"from": "+12125559999"}))
        assert call["status"] == "queued" and call["from"] == "+12125559999", call
        h.rows("update tenants set settings = '{}' where id = 'A'")
        assert int(line.count()) == int(before) + 1

        # The limits: of the tenant, by number of slots, with nothing left behind.
        live = line.held()
        h.rows(f"""update tenants set settings = '{{"max_concurrent_calls": {live + 1}}}' where id = 'A'""")
        h.rows("delete from voice_call_records where status = 'created'")  # the books count them too
        answers = [line.place() for _ in range(3)]
        assert sorted(a[0] for a in answers) == [201, 429, 429], answers
        full = next(a for a in answers if a[0] == 429)
        assert full[2]["code"] == "quota_exceeded" and int(full[1]["retry-after"]) >= 1, full
        assert line.held() == live + 1
        h.rows("update tenants set settings = '{}' where id = 'A'")


def test_carriers_refuse_in_their_own_ways():
    with Line(DIAL_WAIT_MS="2500") as line:
        h, lab = line.h, line.lab
        held = line.held()
        for then, number, why in (
                ({"status": 400, "code": 21211}, TWILIO_NUMBER, "bad_number"), ({"status": 400, "code": 21215}, TWILIO_NUMBER, "geo_permission"),
                ({"status": 400, "code": 21212}, TWILIO_NUMBER, "caller_id_refused"), ({"status": 401}, TWILIO_NUMBER, "unauthorized"),
                ({"status": 480}, JAMBONZ_NUMBER, "no_capacity"), ({"status": 400}, JAMBONZ_NUMBER, "rejected"),
                ({"status": 401}, JAMBONZ_NUMBER, "unauthorized")):
            lab.rules(QUIET, {**REST, "then": {"rest": then}})
            call = created(line.place(**{"from": number}))
            assert (call["status"], call["failureReason"]) == ("failed", why), (then, call)
            assert ("retryAfterSec" in call) == (why in ("unauthorized", "no_capacity")), call
            assert line.row(call["id"], "status, end_reason, failure_reason, duration_seconds, cost") == ["failed", "not_placed", why, "0", "0.0000"]
            assert line.ended(call["id"]) == ["1", "1", "1"] and not line.rung()
        assert line.held() == held, "slots are given back"

        # 429: nothing is sent before it has passed; it is asked again if that is soon enough, else the client may.
        lab.rules(QUIET, {**REST, "then": {"rest": {"status": 429, "retry_after_s": 1}}})
        began = time.monotonic()
        call = created(line.place())
        assert call["status"] == "queued" and time.monotonic() - began >= 1, call
        lab.rules(QUIET, {**REST, "then": {"rest": {"status": 429, "retry_after_s": 4}}})
        answer = line.place(headers={"Idempotency-Key": "busy"})
        refused(answer, 429, "rate_limited")
        assert 1 <= int(answer[1]["retry-after"]) <= 4, answer
        placed = len(lab.calls())
        began = time.monotonic()
        refused(line.place(), 429, "rate_limited")
        assert time.monotonic() - began < 1 and len(lab.calls()) == placed, "nobody waits in vain, nothing is sent"
        failed = h.rows("select count(*) from voice_call_records where failure_reason = 'rate_limited' and status = 'failed'")
        assert failed == [["2"]], failed
        lab.rules(QUIET)
        # For sure not placed: the same key may try again, and rings once.
        call = wait_until(lambda: (lambda a: a[2] if a[0] == 201 else None)(line.place(headers={"Idempotency-Key": "busy"})), 25, "the next try")
        assert call["status"] == "queued" and len(lab.calls()) == placed + 1


def test_an_answer_that_nobody_heard_is_found_and_rings_once():
    lost = ({"status": 500, "after_placed": True}, {"no_answer": True, "after_placed": True}, {"delay_ms": 3000, "after_placed": True, "no_answer": True})
    cases = [(f"+1212555{1000 + at}", *case) for at, case in enumerate(
        [(n, then, True) for n in (TWILIO_NUMBER, JAMBONZ_NUMBER) for then in lost]
        + [(TWILIO_NUMBER, {"status": 503}, False), (JAMBONZ_NUMBER, {"status": 500}, False)])]
    with Line() as line:
        line.lab.rules(QUIET, *({"match": {"rest": "create", "to": to}, "times": 1, "then": {"rest": then}} for to, _, then, _ in cases))
        calls = []
        for to, number, then, rings in cases:
            key = {"Idempotency-Key": "lost-" + to}
            call = created(line.place(to=to, **{"from": number}, headers=key))
            assert call["status"] == "unknown" and call["reason"], call
            assert created(line.place(to=to, **{"from": number}, headers=key)) == call
            calls.append((call["id"], to, rings))
        for call, to, rings in calls:
            if rings:
                line.until(call, status="ringing")
                rung = line.rung(to)
                assert len(rung) == 1 and line.row(call, "provider_call_id") == [rung[0]["sid"]], rung
            else:  # the carrier says so, twice
                line.until(call, status="failed", end_reason="never_placed")
                assert line.ended(call) == ["1", "1", "1"] and not line.rung(to)


def test_the_end_that_nobody_told_is_asked_for():
    with Line(RING_TIMEOUT_S="5") as line:
        h, lab = line.h, line.lab
        calls = {}
        for at, (number, outcome, status) in enumerate((n, o, s) for n in (TWILIO_NUMBER, JAMBONZ_NUMBER)
                                                       for o, s in (("busy", "busy"), ("failed", "failed"))):
            lose = {**QUIET, "then": {**QUIET["then"], "outcome": outcome, "pick_up_ms": 100}}
            lab.rules(lose)
            calls[created(line.place(to=f"+1212555{3000 + at}", **{"from": number}))["id"]] = (number, status)
        h.rows("update call_checks set next_at = now()")
        for call, (number, status) in calls.items():
            if number == TWILIO_NUMBER:
                line.until(call, status=status, end_reason=status)
            else:  # Jambonz forgets the dead: then it is known to be over, and not how
                wait_until(lambda: line.row(call, "closed_at is not null") == ["t"], 25, "its end")
                assert line.row(call, "status")[0] in (status, "failed")
            assert line.ended(call) == ["1", "1", "1"]


class Silent(BaseHTTPRequestHandler):
    """A carrier that has the call, and never gets round to saying so."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((time.monotonic(), body.decode()))
        self.server.meanwhile()
        time.sleep(self.server.delay)
        if self.server.busy_s:
            self.send_response(429)
            self.send_header("Retry-After", str(self.server.busy_s))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        answer = json.dumps({"sid": f"CA{len(self.server.seen)}", "status": "queued"}).encode()
        try:
            self.send_response(201)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except OSError:
            pass  # whoever asked is dead

    def log_message(self, *args):
        pass


def slow_carrier(delay):
    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Silent)
    server.seen, server.delay, server.busy_s, server.meanwhile = [], delay, 0, lambda: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_the_pace_is_kept_as_the_carrier_sees_it():
    carrier = slow_carrier(0)
    with Line(TWILIO_API_URL=f"http://127.0.0.1:{carrier.server_port}", TWILIO_CPS="4") as line:
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(line.place(**{"from": TWILIO_NUMBER}))) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert [a[0] for a in answers] == [201] * 8, answers
        at = sorted(t for t, _ in carrier.seen)
        assert len(at) == 8 and at[7] - at[0] >= 7 / 4 * 0.9, [round(t - at[0], 3) for t in at]
    carrier.shutdown()


def test_the_pace_and_retry_after_of_a_carrier_are_those_of_all_processes_together():
    carrier, gap = slow_carrier(0), 0.2
    with Line(TWILIO_API_URL=f"http://127.0.0.1:{carrier.server_port}", TWILIO_CPS="5", DIAL_WAIT_MS="20000") as line, Beside(line.h) as other:
        # One after the other, whoever asks: 6 of each, the first at once.
        with ThreadPoolExecutor(12) as many:
            answers = list(many.map(lambda n: line.place(base=other.url if n % 2 else None, **{"from": TWILIO_NUMBER}), range(12)))
        assert [a[0] for a in answers] == [201] * 12, answers
        assert {c["status"] for _, _, c in answers} == {"queued"}, answers
        at = sorted(t for t, _ in carrier.seen)
        assert len(at) == 12 and at[11] - at[0] >= 11 * gap * 0.95, [round(t - at[0], 3) for t in at]
        assert [r[1] for r in line.h.rows("select dialled_by, count(*) from voice_call_records group by 1")] == ["6", "6"]

        # One hears 429: the other sends nothing before it has passed.
        carrier.busy_s = 30
        refused(line.place(**{"from": TWILIO_NUMBER}), 429, "rate_limited")
        asked, carrier.busy_s = len(carrier.seen), 0
        status, headers, got = line.place(base=other.url, **{"from": TWILIO_NUMBER})
        assert status == 429 and 20 <= int(headers["retry-after"]) <= 30 and len(carrier.seen) == asked, (status, got)
    carrier.shutdown()


def test_without_redis_each_process_takes_its_share_of_the_pace():
    carrier = slow_carrier(0)
    with Line(TWILIO_API_URL=f"http://127.0.0.1:{carrier.server_port}", TWILIO_CPS="10", DIAL_WAIT_MS="20000", SLOTS_WHEN_REDIS_DOWN="open") as line, \
            Beside(line.h) as other:
        for base in (None, other.url, None):  # each has heard of the other
            assert line.place(base=base, **{"from": TWILIO_NUMBER})[0] == 201
        for at in (None, other.url):
            got = line.h.api("GET", "/circuit-breaker/status", key=line.key, base=at)[2]
            assert (got["state"], got["nextAttemptTime"]) == ("closed", None) and got["details"]["twilio"] == {
                "state": "closed", "failures": 0, "lastFailureTime": None, "nextAttemptTime": None}, got
        began = datetime.now(timezone.utc)
        line.h.redis.kill()
        redis = wait_until(lambda: (lambda r: r if r["state"] == "open" and r["nextAttemptTime"] else None)(
            line.h.api("GET", "/circuit-breaker/status", key=line.key)[2]["details"]["redis"]), 10, "Redis is known to be away")
        assert began <= instant(redis["lastFailureTime"]) < instant(redis["nextAttemptTime"]) and redis["failures"] >= 0, redis
        carrier.seen.clear()
        with ThreadPoolExecutor(12) as many:
            answers = list(many.map(lambda n: line.place(base=other.url if n % 2 else None, **{"from": TWILIO_NUMBER}), range(12)))
        assert [a[0] for a in answers] == [201] * 12, answers
        at = sorted(t for t, _ in carrier.seen)
        assert len(at) == 12 and at[11] - at[0] >= 5 * 0.2 * 0.95, [round(t - at[0], 3) for t in at]
    carrier.shutdown()


def test_a_process_that_dies_between_question_and_answer_dials_nobody_twice():
    carrier = slow_carrier(3)
    with Line(TWILIO_API_URL=f"http://127.0.0.1:{carrier.server_port}", CARRIER_TIMEOUT_MS="10000", DIAL_WAIT_MS="0") as line:
        gone = threading.Thread(target=lambda: _swallow(line.place, **{"from": TWILIO_NUMBER}))
        gone.start()
        wait_until(lambda: carrier.seen, 20, "the question")
        line.h.kill()
        gone.join()
        assert line.h.rows("select status, dialled_at is not null from voice_call_records") == [["dialing", "t"]]
        # The carrier, who has it, is asked; here the lab plays it.
        call = line.h.rows("select id from voice_call_records")[0][0]
        status, _, made = line.lab.twilio("POST", "/Calls.json", {"To": INDIA, "From": TWILIO_NUMBER, "Url": "http://127.0.0.1:9/"})
        assert status == 201, made
        line.h.env["TWILIO_API_URL"] = line.lab.url
        line.h.rows("update call_checks set next_at = now()")
        line.h.start_daemon()
        line.until(call, provider_call_id=made["sid"])
        assert len(line.rung()) == 1 and len(carrier.seen) == 1
    carrier.shutdown()


class Standing(Line):
    """A house of whose database this or that stands still, a carrier that takes every call, and somebody who is on the line
    all the while."""

    def __init__(self):
        self.server, self.carrier, self.many, self.spoken = Cluster("fsync=off", "max_connections=100"), slow_carrier(0), ThreadPoolExecutor(12), 0
        talker = {"name": "Talks", "disclosure": "I am an AI.", "greeting": "Hello there.", "prompt": "Be brief."}
        super().__init__(server=self.server, agents={"talks": talker}, lab=True, TWILIO_API_URL=f"http://127.0.0.1:{self.carrier.server_port}",
                         DATABASE_QUERY_TIMEOUT_MS="1500", DATABASE_CONNECT_TIMEOUT_MS="500")

    def __enter__(self):
        super().__enter__()
        self.caller = Browser(self.h, "talking", "talks").mic()
        self.caller.hears()
        return self

    def __exit__(self, *exc):
        super().__exit__(*exc)
        self.carrier.shutdown()

    @contextlib.contextmanager
    def talks(self):
        """The caller asks, and is answered meanwhile."""
        self.spoken += 1
        self.caller.type("What time is it")
        yield
        self.caller.answer(self.spoken, 25)

    def dial(self, key):
        began = time.monotonic()
        return (*self.place(headers={"Idempotency-Key": key}, **{"from": TWILIO_NUMBER}), time.monotonic() - began)

    def made(self, key):
        """The key's call, however often one has to ask."""
        return created(wait_until(lambda: (lambda a: a if a[0] not in (409, 503) else None)(self.dial(key)), 40, f"{key} can be had again")[:3])

    def hook(self, path, sid, status):
        began, path = time.monotonic(), "/telephony/twilio/" + path
        said = {"AccountSid": ACCOUNT, "From": "+15551112222", "To": TWILIO_NUMBER, "Direction": "inbound", "CallSid": sid, "CallStatus": status}
        signed = hmac.new(TOKEN.encode(), (self.h.http(path) + "".join(k + said[k] for k in sorted(said))).encode(), hashlib.sha1)
        return self.h.api("POST", path, urllib.parse.urlencode(said).encode(), timeout=30, headers={
            "Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": base64.b64encode(signed.digest()).decode()})[0], \
            time.monotonic() - began

    def settled(self):
        """No row waits for ever, no key is nobody's, and no telephone rang that is no call."""
        h = self.h
        wait_until(lambda: h.rows("select 1 from voice_call_records where status = 'created'") == [], 25, "no row waits for ever")
        wait_until(lambda: h.rows("select 1 from idempotency_keys where state = 'running' and expires_at > now()") == [], 25, "no key is nobody's")
        assert {r[0] for r in h.rows("select status from voice_call_records where dialled_at is null and direction = 'outbound'")} <= {"failed"}
        assert [r[0] for r in h.rows("select count(*) from voice_call_records where dialled_at is not null")] == [str(len(self.carrier.seen))]


def test_a_database_that_stands_still_is_not_waited_for_and_has_all_when_it_goes_on():
    """Its processes are stopped: every connection stays open, and nothing is answered. What it was asked before, it does when it
    goes on, for nobody."""
    with Standing() as s:
        h, many, carrier, server = s.h, s.many, s.carrier, s.server
        first = created(s.dial("first")[:3])

        # It stands before anything is asked.
        with server.frozen(), s.talks():
            placing = [many.submit(s.dial, f"k{n}") for n in range(4)]
            hooks = [many.submit(s.hook, "voice", "CAnew", "ringing"), many.submit(s.hook, f"status?call=A/{first['id']}", "CA1", "ringing")]
            for status, _, body, took in (p.result() for p in placing):
                assert status == 503 and took < 10, (status, body, took)
            for status, took in (k.result() for k in hooks):
                assert status == 503 and took < 10, (status, took)
            again = s.dial("k0")  # known to be away: at once
            assert again[0] == 503 and again[3] < 4, again
        assert len(carrier.seen) == 1
        calls = {s.made(f"k{n}")["id"] for n in range(4)}
        assert {created(s.dial(f"k{n}")[:3])["id"] for n in range(4)} == calls and len(calls) == 4 and len(carrier.seen) == 5

        # It stands while the carrier is asked: who asked hears what it said, and so does the record.
        stands = contextlib.ExitStack()
        carrier.meanwhile = lambda: stands.enter_context(server.frozen())
        status, _, call, took = s.dial("asked")
        assert status == 201 and call["status"] == "queued" and took < 10, (status, call, took)
        carrier.meanwhile = lambda: None
        assert s.hook(f"status?call=A/{call['id']}", call["providerCallId"], "ringing")[0] == 503
        stands.close()
        s.until(call["id"], status="queued", provider_call_id=call["providerCallId"])
        assert wait_until(lambda: s.hook(f"status?call=A/{call['id']}", call["providerCallId"], "ringing")[0] != 503, 25, "the carrier is heard again")
        s.until(call["id"], status="ringing")
        again = wait_until(lambda: (lambda a: a if a[0] == 201 else None)(s.dial("asked")), 40, "the answer of before")
        assert again[2]["id"] == call["id"] and again[1]["idempotency-replayed"] == "true" and len(carrier.seen) == 6, again

        # It stands over the call's row, which it writes for nobody when it goes on: the key is free, and that row is no call.
        with held(h):
            late = many.submit(s.dial, "late")
            wait_until(lambda: blocked(h) == 1, 20, "the row is being written")
            stands.enter_context(server.frozen())
        answer = late.result()
        assert answer[0] == 503 and answer[3] < 10, answer
        stands.close()
        assert s.made("late")["status"] == "queued" and len(carrier.seen) == 7
        s.settled()

        # The carrier tells of the call's end, and only then that it has taken it: who asked hears how it stands.
        def tells():
            address = urllib.parse.parse_qs(carrier.seen[-1][1])["StatusCallback"][0]
            told.append(s.hook(address.split("/telephony/twilio/")[1], f"CA{len(carrier.seen)}", "busy")[0])

        told, carrier.meanwhile = [], tells
        call = created(s.dial("over")[:3])
        assert told[0] < 300 and (call["status"], call["failureReason"]) == ("busy", "busy") and "retryAfterSec" not in call, (told, call)
        assert s.row(call["id"], "status, provider_call_id") == ["busy", call["providerCallId"]]
        carrier.meanwhile = lambda: None

        with s.talks():
            backends_stand_still(s)
        a_backend_is_killed(s)
        assert s.caller.got("end") == [] and h.rows("select status from voice_call_records where id = 'talking'") == [["in-progress"]]
        s.caller.close()
        assert h.books("talking")["status"] == "completed"
        s.settled()


test_a_database_that_stands_still_is_not_waited_for_and_has_all_when_it_goes_on.seconds = 35


def backends_stand_still(s):
    """The postmaster lives: whoever comes is served beside those that stand, whose work is done for nobody when they go on."""
    asked = len(s.carrier.seen)
    with s.server.frozen("invorto_app", "invorto_worker"):
        placing = [s.many.submit(s.dial, f"f{n}") for n in range(4)]
        hook = s.many.submit(s.hook, "voice", "CAfrozen", "ringing")
        for status, _, body, took in (p.result() for p in placing):
            assert status in (201, 503) and took < 10, (status, body, took)
        assert hook.result()[1] < 10, hook.result()
        calls = {f"f{n}": s.made(f"f{n}")["id"] for n in range(4)}
        assert len(set(calls.values())) == 4 and len(s.carrier.seen) == asked + 4
    s.settled()
    assert {k: created(s.dial(k)[:3])["id"] for k in calls} == calls and len(s.carrier.seen) == asked + 4

    # They stand while the carrier is asked: its answer is written by others, and by them once more.
    with contextlib.ExitStack() as stands:
        s.carrier.meanwhile = lambda: stands.enter_context(s.server.frozen("invorto_app", "invorto_worker"))
        status, _, call, took = s.dial("f-asked")
        assert status == 201 and call["status"] == "queued" and took < 10, (status, call, took)
        s.carrier.meanwhile = lambda: None
        s.until(call["id"], status="queued", provider_call_id=call["providerCallId"])
        wait_until(lambda: s.hook(f"status?call=A/{call['id']}", call["providerCallId"], "ringing")[0] < 300, 25, "the carrier is heard")
        assert s.made("f-asked")["id"] == call["id"]
    s.until(call["id"], status="ringing", provider_call_id=call["providerCallId"])
    assert s.h.rows(f"select kind from call_timeline where call_id = '{call['id']}' order by seq") == [["call.queued"], ["call.ringing"]]

    # One stands over a call's row, with the locks that takes: nobody waits for it longer than he waits for anything.
    with contextlib.ExitStack() as stands:
        with held(s.h):
            late = s.many.submit(s.dial, "f-late")
            wait_until(lambda: blocked(s.h) == 1, 20, "the row is being written")
            stands.enter_context(s.server.frozen("invorto_app", "invorto_worker"))
        answer, beside = late.result(), s.dial("f-beside")
        assert answer[0] == 503 and answer[3] < 10 and beside[0] in (201, 503) and beside[3] < 10, (answer, beside)
    assert s.made("f-late")["id"] != s.made("f-beside")["id"]
    s.settled()
    assert len(s.carrier.seen) == asked + 7


def a_backend_is_killed(s):
    """The postmaster ends the others and begins anew: everybody's connection is gone at once."""
    asked, before = len(s.carrier.seen), s.server.family("invorto_app")
    s.carrier.meanwhile = lambda: os.kill(before[0], signal.SIGKILL)
    status, _, call, took = s.dial("killed")
    s.carrier.meanwhile = lambda: None
    assert status == 201 and call["status"] == "queued" and took < 10, (status, call, took)
    placing = [s.many.submit(s.dial, f"d{n}") for n in range(4)]
    for status, _, body, took in (p.result() for p in placing):
        assert status in (201, 503) and took < 10, (status, body, took)
    assert not set(before) & set(s.server.family("invorto_app"))
    assert len({s.made(f"d{n}")["id"] for n in range(4)} | {s.made("killed")["id"], call["id"]}) == 5 and len(s.carrier.seen) == asked + 5
    s.until(call["id"], status="queued", provider_call_id=call["providerCallId"])
    s.settled()


def _swallow(fn, **args):
    try:
        fn(**args)
    except OSError:
        pass


def test_calls_of_a_process_that_is_gone_are_lost_within_the_minute():
    with Line() as line:
        h = line.h
        h.rows("""insert into voice_call_records (tenant_id, id, direction, status, carrier, instance_id, answered_at, updated_at) values
            ('A', 'gone', 'inbound', 'in-progress', 'twilio', 'ins_gone', now(), now()),
            ('A', 'taken', 'inbound', 'in-progress', 'twilio', 'ins_gone', now(), now())""")
        h.redis.ask("set", "call:A/taken:owner", "ins_other", "px", "60000")
        began = datetime.now()
        line.until("gone", seconds=40, status="failed", end_reason="lost")
        assert (datetime.now() - began).total_seconds() > 5, "once is not sure enough"
        assert line.row("taken", "status") == ["in-progress"] and line.ended("gone")[0] == "1"


def test_a_carrier_configured_by_halves_stops_the_start():
    import subprocess
    from stack import DAEMON, ROOT
    house = House(lab=False)
    for env, words in (({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_AUTH_TOKEN"), ({"TWILIO_API_KEY": "SK1"}, "TWILIO_API_SECRET"),
                       ({"JAMBONZ_API_URL": "http://127.0.0.1:1/v1"}, "JAMBONZ_API_KEY"),
                       ({"JAMBONZ_API_URL": "http://127.0.0.1:1/v1", "JAMBONZ_TOKEN": "k"}, "JAMBONZ_ACCOUNT_SID"),
                       ({"JAMBONZ_OUTCALL_URL": "http://127.0.0.1:1/calls", "JAMBONZ_TOKEN": "k"}, "JAMBONZ_OUTCALL_URL"),
                       ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"}, "PUBLIC_BASE_URL"), ({"ALLOWED_COUNTRIES": "UK"}, "ALLOWED_COUNTRIES")):
        p = subprocess.run([DAEMON, "serve"], env={**house.env, **env}, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert p.returncode != 0 and words in p.stderr, (env, p.stderr[-500:])
    house.redis.stop()
