"""What carriers do to a call, on both of them: every way it can ring, be answered, be transferred, fall silent, be lost sight of
and end. Hooks come to one daemon, media to the other. Whatever happens: one record, one bill, one end, no slot left."""
import base64
import hashlib
import hmac
import json
import os
import threading
import time
import traceback
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from fleet import ACCOUNT, JAMBONZ_NUMBER, TOKEN, TWILIO_NUMBER, WEBHOOK_SECRET, Fleet
from stack import get, wait_until
from test_faults import agent
from test_fleet import Api, in_order

CARRIERS = ("jambonz", "twilio")
SECONDS, AT_ONCE = 40, 16
WHISPER, MESSAGE = "A caller who would like a word.", "Your car is ready."
TALK = ["tone:500", "wait:1500", "hangup"]
WAIT = ["wait:60000"]
FINALS = ["completed", "busy", "no-answer", "failed", "canceled"]
COLUMNS = ("status", "reason", "outcome", "carrier", "direction", "failure", "provider_id", "over", "held", "bills", "ends", "kinds")
BOOKS = """select r.tenant_id, r.id, coalesce(r.status, ''), coalesce(r.end_reason, ''), coalesce(r.outcome, ''),
    coalesce(r.carrier, ''), r.direction, coalesce(r.failure_reason, ''), coalesce(r.provider_call_id, ''),
    r.closed_at is not null, r.instance_id is not null,
    (select count(*) from voice_usage_ledger l where l.tenant_id = r.tenant_id and l.call_id = r.id),
    (select count(*) from webhook_events e where e.tenant_id = r.tenant_id and e.call_id = r.id and e.type = 'call.ended'),
    (select string_agg(t.kind, ' ' order by t.seq) from call_timeline t where t.tenant_id = r.tenant_id and t.call_id = r.id)
    from voice_call_records r"""
AGENTS = {
    "desk": agent(transferTo="+15550001111", transfer={"mode": "attended", "whisper": WHISPER, "ringMs": 5000}),
    "hang": agent(voicemail={"action": "hangup"}),
    "message": agent(voicemail={"action": "message", "message": MESSAGE}),
    "go-on": agent(voicemail={"action": "continue"}),
    "patient": agent(idle={"promptMs": 0, "hangupMs": 2000, "goodbye": "Goodbye."}),
}
SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


class Scene:
    """A fleet, and one pair of eyes for all that happens in it."""

    def __init__(self, fleet):
        self.f, self.api, self.key_b = fleet, Api(fleet), fleet.house.key("B")
        self.rows, self.lab, self.slots, self.round = {}, {}, set(), 0
        self.rules, self.number = [], 0
        self.lock, self.changed, self.closing = threading.Lock(), threading.Condition(), False
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def close(self):
        self.closing = True
        self.watcher.join()

    def _watch(self):
        platform = Api(self.f)
        platform.key = self.key_b
        while not self.closing:
            # In this order: a slot that is seen is one that was not yet free when the record was.
            lab = {c["sid"]: c for c in self.f.lab("GET", "/_lab/calls")["calls"]}
            rows = {r[1]: dict(zip(COLUMNS, r[2:])) for r in self.f.rows(BOOKS)}
            pages = [api("GET", "/v1/slots?limit=500") for api in (self.api, platform)]
            assert all(code == 200 for code, _ in pages), pages
            with self.changed:
                self.lab, self.rows, self.slots = lab, rows, {s["callId"] for _, page in pages for s in page["data"]}
                self.round += 1
                self.changed.notify_all()
            time.sleep(0.1)

    def until(self, check, what, seconds=SECONDS):
        """What `check` gives, once it gives something."""
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                got = check()
                if got:
                    return got
                left = end - time.monotonic()
                assert left > 0, f"{what() if callable(what) else what}: not within {seconds} s"
                self.changed.wait(left)

    def another(self):
        """A telephone nobody else has."""
        with self.lock:
            self.number += 1
            return f"+1555200{self.number:04d}"

    def expects(self, direction, number, **plan):
        """What happens where that number rings."""
        with self.lock:
            self.rules.append({"match": {"direction": direction, "to": number}, "then": plan})
            self.f.set_rules(self.rules)

    # ── a call begins

    def ring(self, carrier, to=None, **plan):
        """Somebody calls; the call."""
        number = to or (JAMBONZ_NUMBER if carrier == "jambonz" else TWILIO_NUMBER)
        sid = self.f.lab("POST", "/_lab/calls", {"carrier": carrier, "from": self.another(), "to": number, "plan": plan})["sid"]
        return Call(self, carrier, "inbound", sid)

    def place(self, carrier, who="desk", body=None, **plan):
        """We call; the call."""
        to = self.another()
        self.expects("outbound", to, **plan)
        ours = JAMBONZ_NUMBER if carrier == "jambonz" else TWILIO_NUMBER
        code, said = self.api("POST", "/v1/calls", {"agentId": who, "to": to, "from": ours, **(body or {})})
        # The carrier's news may be quicker than its answer.
        assert code == 201 and said["status"] not in ("created", "unknown") and said["providerCallId"], (code, said)
        return Call(self, carrier, "outbound", said["providerCallId"], said["id"])


class Call:
    def __init__(self, scene, carrier, direction, sid, name=None):
        self.s, self.carrier, self.direction, self.sid, self._name = scene, carrier, direction, sid, name

    @property
    def name(self):
        """Our id of it."""
        def named():
            return next((n for n, r in self.s.rows.items() if r["provider_id"] == self.sid), None)
        self._name = self._name or self.s.until(named, lambda: f"our record of {self.story()}")
        return self._name

    def row(self):
        return self.s.rows.get(self.name, {})

    def told(self):
        return self.s.f.told(self.sid)

    def story(self):
        return json.dumps([[e.get(k) for k in ("what", "hook", "label", "status", "text", "verb", "state", "answer") if e.get(k)]
                           for e in self.told()["events"]])

    def until(self, check, what):
        return self.s.until(lambda: self.sid in self.s.lab and check(self.s.lab[self.sid]),
                            lambda: f"{what} of {self.row()}, {self.story()}")

    def media(self, count=1):
        """Its `count`th socket carries sound of ours or the caller's."""
        return self.until(lambda c: len(c["media"]) >= count and c["media"][count - 1]["sent_ms"] > 100 and c["media"], f"{count} sockets")

    def live(self):
        """The media is there, and the books know."""
        self.media()
        self.s.until(lambda: self.row().get("held") == "t", lambda: f"that it is held: {self.row()}")
        return self

    def kinds(self):
        return (self.row().get("kinds") or "").split()

    def knows(self, *kinds):
        self.s.until(lambda: all(k in self.kinds() for k in kinds), lambda: f"{kinds} of {self.row()} {self.story()}")
        return self

    def payload(self, kind, member):
        return [r[0] for r in self.s.f.rows(f"select payload ->> '{member}' from call_timeline where call_id = '{self.name}' "
                                            f"and kind = '{kind}' order by seq")]

    def order(self, what, body=None):
        code, said = self.s.api("POST", f"/v1/calls/{self.name}/{what}", body or {})
        assert code == 202, (what, code, said, self.row())
        return self

    def hang_up(self):
        self.s.f.hang_up(self.sid)
        return self

    def check_now(self):
        """The round of reconciliation comes to it at once, and again, until it is over."""
        def asked():
            self.s.f.rows(f"update call_checks set next_at = now() where call_id = '{self.name}'")
            return self.row().get("over") == "t"
        for _ in range(100):
            if asked():
                return self
            time.sleep(0.3)
        raise AssertionError(f"it is never asked after: {self.row()}")

    def ended(self, status, reason, *kinds, outcome=None, failure=None, heard=None):
        """All that is true of every call that has ended, and what is of this one."""
        self.s.until(lambda: self.row().get("over") == "t", lambda: f"its end: {self.row()}, {self.story()}")
        r = self.row()
        assert (r["status"], r["reason"]) == (status, reason), (r, self.story())
        assert (r["carrier"], r["direction"]) == (self.carrier, self.direction), r
        assert outcome is None or r["outcome"] == outcome, r
        assert failure is None or r["failure"] == failure, r
        self.until(lambda c: c["over"], "the carrier's end")
        self.s.until(lambda: self.name not in self.s.slots, lambda: f"its slots: {self.row()}")
        now = self.s.round
        self.s.until(lambda: self.s.round > now + 2, "another look, for what comes twice")
        r = self.row()
        assert (r["status"], r["reason"], r["bills"], r["ends"]) == (status, reason, "1", "1"), (r, self.story())
        in_order(self.kinds(), *kinds, "call.ended")
        for once in ("call.queued", "call.ringing", "call.answered", "call.started", "call.ended"):
            assert self.kinds().count(once) <= 1, r
        alike = [n for n, other in self.s.rows.items() if other["provider_id"] == self.sid]
        assert alike == [self.name], alike
        if heard is not None:
            assert (self.told()["heard_ms"] > 100) == heard, (self.told()["heard_ms"], self.story())
        return self


SPOKEN = ("call.started", "turn.user", "turn.closed")


# ── answered

@scenario
def inbound_is_answered(s, carrier):
    s.ring(carrier, say=TALK).ended("completed", "hangup", "call.ringing", *SPOKEN, heard=True)


@scenario
def outbound_is_answered(s, carrier):
    s.place(carrier, say=TALK).ended("completed", "hangup", "call.queued", "call.ringing", *SPOKEN, heard=True)


@scenario
def hung_up_by_us(s, carrier):
    s.ring(carrier, say=WAIT).live().order("hangup").ended("completed", "hangup", "call.started")


# ── not answered

@scenario
def busy(s, carrier):
    s.place(carrier, outcome="busy").ended("busy", "busy", "call.queued", outcome="busy", failure="busy")


@scenario
def rings_for_too_long(s, carrier):
    s.place(carrier, body={"ringTimeoutSec": 5}, pick_up_ms=60000) \
        .ended("no-answer", "no-answer", "call.queued", "call.ringing", outcome="no-answer", failure="no_answer")


@scenario
def nobody_answers(s, carrier):
    s.place(carrier, outcome="no-answer").ended("no-answer", "no-answer", "call.queued", "call.ringing", outcome="no-answer")


@scenario
def cannot_be_reached(s, carrier):
    s.place(carrier, outcome="failed").ended("failed", "failed", "call.queued", outcome="failed")


@scenario
def taken_back_while_it_rings(s, carrier):
    c = s.place(carrier, pick_up_ms=60000).knows("call.ringing").order("hangup", {"reason": "not needed"})
    c.ended("canceled", "not needed", "call.ringing")


@scenario
def caller_gives_up_while_it_rings(s, carrier):
    s.ring(carrier, give_up_ms=300, hook={"delay_ms": 900}).ended("no-answer", "no-answer", "call.ringing", failure="no_answer")


# ── a machine

@scenario
def machine_is_hung_up_on(s, carrier):
    c = s.place(carrier, "hang", answered_by="machine", say=WAIT)
    c.ended("completed", "voicemail", "call.queued", "call.answered_by", outcome="voicemail")


@scenario
def machine_hears_a_message(s, carrier):
    c = s.place(carrier, "message", answered_by="machine", say=WAIT)
    c.ended("completed", "voicemail", "call.queued", "call.started", "amd", outcome="voicemail", heard=True)
    assert c.payload("amd", "verdict")[-1] == "machine_end"


@scenario
def machine_is_talked_to(s, carrier):
    c = s.place(carrier, "go-on", {"amd": "detect"}, answered_by="machine", say=["tone:500", "wait:1500", "hangup"])
    c.ended("completed", "hangup", "call.queued", *SPOKEN, heard=True)
    assert c.payload("call.answered_by", "who") == ["machine"], c.row()


@scenario
def human_is_talked_to(s, carrier):
    c = s.place(carrier, "hang", answered_by="human", say=TALK).ended("completed", "hangup", "call.queued", *SPOKEN, heard=True)
    assert c.payload("call.answered_by", "who") == ["human"], c.row()


@scenario
def verdict_before_the_media(s, carrier):
    s.place(carrier, "hang", answered_by="machine", amd_ms=0, hook={"delay_ms": 700}, say=WAIT) \
        .ended("completed", "voicemail", "call.queued", "call.answered_by", "call.started", outcome="voicemail")


@scenario
def verdict_in_the_middle_of_the_answer(s, carrier):
    s.place(carrier, "hang", answered_by="machine", amd_ms=3000, say=["@now:tone:500", "wait:60000"]) \
        .ended("completed", "voicemail", "call.queued", "call.started", "turn.user", "amd", outcome="voicemail", heard=True)


@scenario
def verdict_after_the_end(s, carrier):
    c = s.place(carrier, "hang", answered_by="machine", amd_ms=60000, say=TALK).ended("completed", "hangup", "call.queued", *SPOKEN)
    post(s, c, "amd", {"type": "amd_machine_detected"} if carrier == "jambonz" else {"AnsweredBy": "machine_start"})
    c.ended("completed", "hangup", "call.queued", *SPOKEN)


# ── another telephone

def transferred(s, carrier, mode, **plan):
    to = s.another()
    s.expects("dialled", to, pick_up_ms=100, **plan)
    return s.ring(carrier, say=WAIT).live().order("transfer", {"to": to, "mode": mode})


@scenario
def transferred_and_answered(s, carrier):
    c = transferred(s, carrier, "blind", hang_up_ms=600)
    c.ended("completed", "transfer", "call.started", "transfer", "transfer.completed", outcome="transferred")
    assert len(c.told()["legs"]) == 1 and said_to_leg(c) == ""


@scenario
def transferred_with_a_whisper(s, carrier):
    c = transferred(s, carrier, "attended", hang_up_ms=3000)
    c.ended("completed", "transfer", "call.started", "transfer", "transfer.completed", outcome="transferred")
    assert WHISPER in said_to_leg(c), s.f.told(c.told()["legs"][0])["events"]
    assert c.payload("transfer", "mode") == ["attended"]


def said_to_leg(c):
    """What the B leg's own hooks answered: what its person hears before the bridge."""
    leg = c.s.f.told(c.told()["legs"][0])
    return " ".join(e["answer"] for e in leg["events"] if e["what"] == "hook" and e["hook"] not in ("status",))


def back_again(s, carrier, status, **plan):
    c = transferred(s, carrier, "blind", **plan)
    c.until(lambda l: len(l["media"]) > 1 and l["media"][1]["heard_ms"] > 200, "that nobody took it")
    c.hang_up().ended("completed", "hangup", "call.started", "transfer", "transfer.failed", "leg.back", "turn.closed")
    assert c.payload("transfer.failed", "status") == [status] and c.row()["outcome"] != "transferred", c.row()


@scenario
def transferred_to_a_busy_telephone(s, carrier):
    back_again(s, carrier, "busy", outcome="busy")


@scenario
def transferred_to_nobody(s, carrier):
    back_again(s, carrier, "no-answer", outcome="no-answer")


# ── keys

@scenario
def caller_presses_keys(s, carrier):
    c = s.ring(carrier, say=["@now:wait:500", "@now:dtmf:42#", "wait:2000", "hangup"])
    c.ended("completed", "hangup", "call.started", "turn.user", "turn.closed", heard=True)
    assert any("42" in text.replace(" ", "") for text in c.payload("turn.user", "text")), c.payload("turn.user", "text")


@scenario
def we_press_keys(s, carrier):
    c = s.ring(carrier, say=WAIT).live().order("dtmf", {"digits": "12#"})
    stays = carrier == "jambonz"  # pressed by its API while the two talk
    wait_until(lambda: "".join(c.told()["digits"]).replace("w", "") == "12#", 20, "the keys")
    if not stays:
        c.media(2)
    c.hang_up().ended("completed", "hangup", "call.started", "dtmf.send", *(() if stays else ("leg.lost", "leg.back")))


# ── what is told twice, late, in another order, or never

@scenario
def statuses_come_before_the_hook(s, carrier):
    s.ring(carrier, hook={"delay_ms": 600}, say=TALK).ended("completed", "hangup", "call.ringing", *SPOKEN, heard=True)


@scenario
def statuses_of_ours_come_before_the_hook(s, carrier):
    s.place(carrier, hook={"delay_ms": 600}, say=TALK).ended("completed", "hangup", "call.queued", *SPOKEN, heard=True)


@scenario
def hook_comes_twice(s, carrier):
    s.ring(carrier, hook={"duplicate": True}, say=TALK).ended("completed", "hangup", "call.ringing", *SPOKEN, heard=True)


@scenario
def every_status_comes_three_times(s, carrier):
    s.place(carrier, status={"duplicates": 2}, say=TALK).ended("completed", "hangup", "call.queued", *SPOKEN)


@scenario
def statuses_come_in_another_order(s, carrier):
    s.place(carrier, status={"reorder": True}, say=TALK).ended("completed", "hangup", "call.queued", *SPOKEN)


@scenario
def statuses_of_a_busy_telephone_come_in_another_order(s, carrier):
    s.place(carrier, outcome="busy", status={"reorder": True, "duplicates": 1}).ended("busy", "busy", "call.queued", failure="busy")


@scenario
def statuses_come_late(s, carrier):
    c = s.place(carrier, status={"delay_ms": 1500}, say=["tone:300", "wait:500", "hangup"])
    c.ended("completed", "hangup", "call.queued", "call.started")


@scenario
def last_status_is_lost_after_the_media(s, carrier):
    s.ring(carrier, status={"lose": FINALS}, say=TALK).ended("completed", "hangup", "call.ringing", *SPOKEN)


@scenario
def last_status_of_a_busy_telephone_is_lost(s, carrier):
    c = s.place(carrier, outcome="busy", status={"lose": FINALS}).knows("call.ringing")
    c.until(lambda l: l["over"], "its end")
    c.check_now()
    # Jambonz forgets who is gone: then it is known to be over, and not how.
    known = carrier == "twilio" or c.row()["status"] == "busy"
    c.ended("busy" if known else "failed", "busy" if known else "lost", "call.queued", "call.ringing")


@scenario
def last_status_is_lost_and_the_media_never_came(s, carrier):
    c = s.ring(carrier, media="never", hang_up_ms=500, status={"lose": FINALS})
    assert c.name
    c.until(lambda l: l["over"], "its end")
    c.check_now()
    if carrier == "jambonz":  # tells it with the verb that ends
        c.ended("canceled", "hangup", "call.ringing", failure="caller_hung_up")
    else:
        c.ended("failed", "no_media", "call.ringing", failure="media_never_came")


# ── media

@scenario
def media_never_opens(s, carrier):
    c = s.ring(carrier, media="never", hang_up_ms=800)
    if carrier == "jambonz":  # says who hung up
        c.ended("canceled", "hangup", "call.ringing", failure="caller_hung_up")
    else:
        c.ended("failed", "no_media", "call.ringing", failure="media_never_came")
    assert "call.started" not in c.kinds()


@scenario
def media_never_opens_and_nobody_hangs_up(s, carrier):
    c = s.ring(carrier, media="never").knows("call.ringing")
    c.until(lambda l: l["answered"], "the carrier's answer")
    s.f.rows(f"update voice_call_records set answered_at = now() - interval '2 minutes' where id = '{c.name}'")
    c.check_now().ended("failed", "no_media", "call.ringing", failure="media_never_came")


@scenario
def media_is_refused(s, carrier):
    c = s.ring(carrier, media="refused").ended("failed", "no_media", "call.ringing")
    # Twilio tells of the stream and asks what now, at once: either may be heard first.
    assert c.row()["failure"] in ("media_never_came", *(("stream_error",) if carrier == "twilio" else ())), c.row()
    assert "call.started" not in c.kinds() and len(c.told()["media"]) >= 2, c.told()["media"]


@scenario
def media_opens_and_nobody_speaks(s, carrier):
    s.place(carrier, "patient", does="silence").ended("completed", "silence", "call.queued", "call.started", heard=True)


@scenario
def media_opens_and_nothing_comes(s, carrier):
    s.ring(carrier, media="mute", say=WAIT).ended("completed", "lost", "call.ringing", "call.started")


# ── limits

@scenario
def full_is_busy_to_the_carrier_and_429_to_us(s, carrier):
    ours = "+15554440001" if carrier == "jambonz" else "+15554440002"
    with FULL:  # one call, of the whole tenant
        first = s.ring(carrier, ours, say=WAIT).live()
        second = s.ring(carrier, ours, say=WAIT).ended("busy", "limit", "call.ringing", failure="limit_tenant")
        told = second.told()
        assert not told["media"] and (told["sip_status"] == 486 or told["state"] == "busy"), told
        api = Api(s.f)
        api.key = s.key_b
        to = s.another()
        code, said = api("POST", "/v1/calls", {"agentId": "desk-b", "to": to, "from": ours, "carrier": carrier})
        assert code == 429 and said["code"] == "quota_exceeded" and "tenant" in said["detail"], (code, said)
        assert to not in {c["to"] for c in s.f.lab("GET", "/_lab/calls")["calls"]}
        first.hang_up().ended("completed", "hangup", "call.ringing", "call.started")
        s.ring(carrier, ours, say=TALK).ended("completed", "hangup", "call.ringing", *SPOKEN)


FULL = threading.Lock()


def post(s, call, hook, more):
    """A hook of this call, signed by hand."""
    url = f"{s.f.public}/telephony/{call.carrier}/{hook}"
    if call.carrier == "jambonz":
        body = json.dumps({"call_sid": call.sid, "account_sid": "acc-1", "application_sid": "app-1", "direction": "outbound",
                           "call_id": "x", "from": "15550000000", "to": "15550000001", "call_status": "in-progress",
                           "sip_status": 200, **more}).encode()
        t = str(int(time.time()))
        proof = hmac.new(WEBHOOK_SECRET.encode(), t.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "Jambonz-Signature": f"t={t},v1={proof}"}
    else:
        form = {"AccountSid": ACCOUNT, "CallSid": call.sid, **more}
        text = url + "".join(k + v for k, v in sorted(form.items()))
        body = urllib.parse.urlencode(form).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "X-Twilio-Signature": base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()}
    with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers, method="POST"), timeout=20) as r:
        assert r.status == 200


def test_every_scenario_on_both_carriers():
    only = os.environ.get("INVORTO_SCENARIO", "")
    settings = {"RECONCILE_SECONDS": "0.3", "REALTIME_MEDIA_TIMEOUT_MS": "4000", "JAMBONZ_CPS": "100", "TWILIO_CPS": "100"}
    with Fleet(2, agents=AGENTS, env=settings, apart=True) as f:
        f.rows("""update tenants set settings = settings || '{"max_concurrent_calls": 1}' where id = 'B';
            insert into voice_agents (tenant_id, id, name, config) select 'B', 'desk-b', 'Desk', config from voice_agents where id = 'desk';
            insert into voice_phone_numbers (tenant_id, phone_number, provider, voice_agent_id)
            values ('B', '+15554440001', 'jambonz', 'desk-b'), ('B', '+15554440002', 'twilio', 'desk-b')""")
        s, failures = Scene(f), []

        def run(what):
            function, carrier = what
            began = time.monotonic()
            try:
                function(s, carrier)
            except Exception:  # the others go on; all that fail are told
                failures.append(f"{function.__name__} on {carrier} ({time.monotonic() - began:.1f} s):\n{traceback.format_exc()}")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(run, [(function, carrier) for function in SCENARIOS for carrier in CARRIERS if only in function.__name__]))
        s.close()
        assert not failures, f"{len(failures)} of {2 * len(SCENARIOS)} failed\n" + "\n".join(failures)
        media, hooks = f.instances
        assert '"call.started"' in media.log() and '"call.started"' not in hooks.log(), "hooks of one, media of the other"
        assert f.rows("select count(*) from call_handovers") == [["0"]] and not s.slots, s.slots
        assert get(f.carriers_url + "/_lab/stats")[0] == 200


test_every_scenario_on_both_carriers.seconds = 60
