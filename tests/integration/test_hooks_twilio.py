"""Twilio's hooks against the whole house: signatures by Twilio's own library, TwiML read as XML. One house for all."""
import base64
import hashlib
import hmac
import json
import time
import urllib.parse

from hook_carriers import TOKEN, Judge, Twilio, carried, number, post
from stack import wait_until
from ws import Closed, WebSocket

AGENT = {"name": "desk", "disclosure": "I am an AI.", "greeting": "Hello.", "prompt": "Be brief."}
MULAW_SILENCE = base64.b64encode(b"\xff" * 160).decode()


def names(verbs):
    return [v.tag for v in verbs]


def stream(verbs):
    assert names(verbs) == ["Connect", "Redirect"], names(verbs)
    (s,) = verbs[0]
    assert s.tag == "Stream" and "?" not in s.get("url") and verbs[1].get("method") == "POST", s.attrib
    return s, {p.get("name"): p.get("value") for p in s}, verbs[1].text


class Media:
    """Twilio's socket."""

    def __init__(self, call, s, parameters, signed=True):
        url = s.get("url")
        head = {"X-Twilio-Signature": call.sign(url, {})} if signed else {}
        self.ws, self.sid = WebSocket(url, headers=head), "MZ" + call.sid[2:]
        self.ws.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        self.ws.send({"event": "start", "sequenceNumber": "1", "streamSid": self.sid,
                      "start": {"accountSid": "AC0", "streamSid": self.sid, "callSid": call.sid, "tracks": ["inbound"], "customParameters": parameters,
                                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}})
        self.n = 1

    def silence(self):
        self.n += 1
        self.ws.send({"event": "media", "sequenceNumber": str(self.n), "streamSid": self.sid,
                      "media": {"track": "inbound", "chunk": str(self.n - 1), "timestamp": str(20 * self.n), "payload": MULAW_SILENCE}})

    def hear(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            self.silence()
            if self.ws.recv(20).get("event") == "media":
                return
        raise AssertionError("the agent says nothing")


def events(h, call_id):
    return [r[0] for r in h.rows(f"select type from webhook_events where call_id = '{call_id}' order by type")]


def calls(h):
    return int(h.rows("select count(*) from voice_call_records")[0][0])


def a_call_of_twilio_from_its_ring_to_its_end(h, judge):
    call = Twilio(h, judge)
    s, parameters, resume = stream(call.hook("voice"))
    call_id = parameters["callId"]
    assert parameters["tenantId"] == "A" and parameters["agentId"] == "desk" and resume.startswith(h.http("/telephony/twilio/resume?"))
    assert call.row("c.id, direction, status, voice_agent_id, carrier, from_number, customer_name") == [
        call_id, "inbound", "ringing", "desk", "twilio", "+15551112222", "Joe & Söhne"]
    # The very same request again (Twilio tries once more when it does not hear us): the very same answer.
    assert call.send("voice")[2] == call.send("voice")[2] and calls(h) == 1
    # In other words it is the same call still.
    assert stream(call.hook("voice", StirVerstat="TN-Validation-Passed-A"))[1]["callId"] == call_id and calls(h) == 1
    media = Media(call, s, parameters)
    media.hear()
    call.hook("stream-status", StreamSid=media.sid, StreamEvent="stream-started", Timestamp="2026-11-21T10:00:00Z")
    # Out of order, and twice.
    call.status("in-progress")
    call.status("initiated")
    call.status("ringing")
    assert call.row("status, instance_id is not null") == ["in-progress", "t"]
    media.ws.send({"event": "stop", "streamSid": media.sid, "stop": {"accountSid": "AC0", "callSid": call.sid}})
    for _ in range(2):
        call.status("completed", CallDuration="4", SipResponseCode="200")
    books = h.books(call_id)
    assert books["status"] == "completed" and books["carrier"] == "twilio", books
    call.status("ringing")
    assert call.row("status, provider_metadata ->> 'durationSec'") == ["completed", "4"]
    kinds = events(h, call_id)
    assert all(kinds.count(k) == 1 for k in ("call.ringing", "call.answered", "call.started", "call.ended")), kinds
    assert names(call.hook(resume, CallStatus="in-progress")) == ["Hangup"]  # late


def a_call_outlives_its_socket(h, judge):
    call = Twilio(h, judge)
    s, parameters, resume = stream(call.hook("voice"))
    media = Media(call, s, parameters)
    media.hear()
    media.ws.sock.close()  # without a word: the line is cut, the call is not
    s, parameters, again = stream(call.hook(resume, CallStatus="in-progress"))
    assert parameters["callId"] == call.row("c.id")[0] and again != resume
    media = Media(call, s, parameters)
    media.silence()
    key = h.key(role="dev")
    call_id = parameters["callId"]
    # To another telephone, with a word to who answers there; then nobody does.
    wait_until(lambda: h.api("POST", f"/telephony/transfer/{call.sid}", {"to": "+15552220000", "mode": "attended"}, key)[0] == 202, 20, "the line")
    media.ws.closed(20)
    dial = call.hook(again, CallStatus="in-progress")
    assert names(dial) == ["Dial"] and dial[0].get("answerOnBridge") == "true" and dial[0][0].text == "+15552220000", dial[0].attrib
    if dial[0][0].get("url"):
        said = call.hook(dial[0][0].get("url"), CallStatus="in-progress", ParentCallSid=call.sid)
        assert names(said) == ["Say"] and said[0].text, said
    s, parameters, third = stream(call.hook(dial[0].get("action"), CallStatus="in-progress", DialCallStatus="busy", DialCallSid="CA" + "b" * 32))
    media = Media(call, s, parameters)
    media.silence()
    # A question with keys.
    wait_until(lambda: h.api("POST", f"/v1/calls/{call_id}/ask", {"prompt": "Yes & no?", "maxDigits": 1, "timeoutSec": 5}, key)[0] == 202, 20, "the line")
    media.ws.closed(20)
    gather = call.hook(third, CallStatus="in-progress")
    assert names(gather) == ["Gather"] and gather[0].get("numDigits") == "1" and gather[0][0].text == "Yes & no?", gather[0].attrib
    s, parameters, fourth = stream(call.hook(gather[0].get("action"), CallStatus="in-progress", Digits="1"))
    media = Media(call, s, parameters)
    media.silence()
    # And away from us for good.
    wait_until(lambda: h.api("POST", f"/v1/calls/{call_id}/redirect", {"url": "https://elsewhere.example/?a=1&b=2"}, key)[0] == 202, 20, "the line")
    media.ws.closed(20)
    away = call.hook(fourth, CallStatus="in-progress")
    assert names(away) == ["Redirect"] and away[0].text == "https://elsewhere.example/?a=1&b=2"
    call.status("completed", CallDuration="9")
    assert h.books(call_id)["status"] == "completed"


def a_call_whose_media_never_comes_ends_with_its_reason(h, judge):
    call = Twilio(h, judge)
    s, parameters, resume = stream(call.hook("voice"))
    assert call.hook(s.get("statusCallback"), StreamEvent="stream-error", StreamError="31920 handshake", StreamSid="MZ1") == []
    assert call.row("status, provider_metadata ->> 'streamError'") == ["ringing", "31920 handshake"]
    s, _, second = stream(call.hook(resume, CallStatus="in-progress"))  # once more, perhaps elsewhere
    assert "try=1" in second
    assert call.hook(s.get("statusCallback"), StreamEvent="stream-error", StreamError="31920 handshake", StreamSid="MZ2") == []
    assert call.row("status, end_reason, failure_reason") == ["failed", "no_media", "stream_error"]
    assert names(call.hook(second, CallStatus="in-progress")) == ["Hangup"]
    # Without that callback: said so, and hung up.
    call = Twilio(h, judge)
    _, _, resume = stream(call.hook("voice"))
    _, _, second = stream(call.hook(resume, CallStatus="in-progress"))
    assert names(call.hook(second, CallStatus="in-progress")) == ["Say", "Hangup"]
    assert call.row("status, failure_reason") == ["failed", "media_never_came"]
    # Who hangs up before it comes has canceled nothing of ours.
    call = Twilio(h, judge)
    stream(call.hook("voice"))
    call.status("no-answer", SipResponseCode="487")
    assert call.row("status, failure_reason, duration_seconds") == ["no-answer", "no_answer", "0"]


def what_is_refused(h, judge):
    before = calls(h)
    reject = Twilio(h, judge, To="+15557777777").hook("voice")
    assert names(reject) == ["Reject"] and reject[0].get("reason") == "rejected"
    stranger = Twilio(h, judge)
    stranger.status("ringing")
    assert stranger.hook("amd", AnsweredBy="human") == []
    for path in ("resume", "dialed", "asked"):
        assert names(stranger.hook(path, CallStatus="in-progress")) == ["Hangup"], path
    assert calls(h) == before
    full = {"To": "+15556660000"}  # B's, who may have one
    first, second = Twilio(h, judge, **full), Twilio(h, judge, **full)
    stream(first.hook("voice"))
    reject = second.hook("voice")
    assert names(reject) == ["Say", "Hangup"] and reject[0].text == "Busy <now> & later.", reject
    assert second.row("status, failure_reason") == ["busy", "limit_tenant"]
    first.status("canceled")
    assert first.row("status") == ["canceled"]
    for body in (b"", b"CallStatus=ringing", b"CallSid=%zz", b"CallSid=a+b", b"=&=", b"&" * 1000 + b"CallSid", b"x=1&" * 300):
        url = h.http("/telephony/twilio/status")
        params = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)) if b"%zz" not in body else {}
        status = post(url, body, {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": stranger.sign(url, params)})[0]
        assert status in (400, 401, 413), (body, status)


def a_call_we_placed_is_known_by_its_address(h, judge):
    h.rows("insert into voice_call_records (tenant_id, id, direction, status, voice_agent_id, carrier, from_number, to_number) "
           "values ('A', 'out-t', 'outbound', 'queued', 'desk', 'twilio', '+15553334444', '+15551112222'), ('B', 'out-t', 'outbound', 'queued', null, 'twilio', null, null)")
    call = Twilio(h, judge, Direction="outbound-api", From="+15553334444", To="+15551112222")
    mine = "?call=A%2Fout-t"
    call.status("initiated", "status" + mine)
    call.status("ringing", "status" + mine)
    assert call.row("c.tenant_id, c.id, status, provider_call_id") == ["A", "out-t", "ringing", call.sid]
    _, parameters, _ = stream(call.hook("voice" + mine, CallStatus="in-progress"))
    assert parameters["callId"] == "out-t" and call.row("status, answered_at is not null") == ["answered", "t"]
    assert call.hook("amd" + mine, AnsweredBy="machine_end_beep", MachineDetectionDuration="4000") == []
    assert call.row("provider_metadata ->> 'answeredBy'") == ["machine_end"]
    call.status("completed", CallDuration="3")
    assert call.row("status, failure_reason") == ["failed", "media_never_came"]
    assert h.rows("select status from voice_call_records where tenant_id = 'B' and id = 'out-t'") == [["queued"]]


def who_cannot_sign_is_not_believed(h, judge):
    before, call, url = calls(h), Twilio(h, judge), h.http("/telephony/twilio/voice")
    form = urllib.parse.urlencode(call.call).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    good = call.sign(url, call.call)
    forged = [{}, {"X-Twilio-Signature": "AAAA"}, {"X-Twilio-Signature": Twilio(h, judge, token="other").sign(url, call.call)},
              {"X-Twilio-Signature": call.sign(url + "?call=x", call.call)}, {"X-Twilio-Signature": call.sign(url, {**call.call, "To": "+1"})},
              {"X-Twilio-Signature": call.sign(url.replace("127.0.0.1", "localhost"), call.call), "Host": "localhost"}]
    for headers in forged:
        assert post(url, form, {**kind, **headers})[0] == 401, headers
    assert calls(h) == before
    assert judge.ask("twilioCheck", token=TOKEN, url=url, params=call.call, signature=good) is True
    # What Host says does not matter; whether there is a port or a slash at the end does not either.
    for signed in (url, url + "/"):
        headers = {**kind, "X-Twilio-Signature": call.sign(signed, call.call), "Host": "whatever.example"}
        assert post(url, form, headers)[0] == 200, signed
    # The token before this one; names given twice; a digest of a body of JSON.
    assert Twilio(h, judge, token="twilio-token-before").send("status")[0] == 200
    twice = {**call.call, "Digits": ["2", "1", "2"]}
    status = urllib.parse.urlencode(twice, doseq=True).encode()
    url = h.http("/telephony/twilio/status")
    assert post(url, status, {**kind, "X-Twilio-Signature": call.sign(url, twice)})[0] == 200
    body = json.dumps({"a": 1}).encode()
    url += "?bodySHA256=" + hashlib.sha256(body).hexdigest()
    said = post(url, body, {"Content-Type": "application/json", "X-Twilio-Signature": call.sign(url, {})})
    assert said[0] == 400 and "CallSid" in said[2], said  # believed, and no call
    said = post(url, body + b" ", {"Content-Type": "application/json", "X-Twilio-Signature": call.sign(url, {})})
    assert said[0] == 401, said
    # Its vectors, by hand.
    mac = base64.b64encode(hmac.new(TOKEN.encode(), (h.http("/x") + "AB").encode(), hashlib.sha1).digest()).decode()
    assert call.sign(h.http("/x"), {"A": "B"}) == mac
    # A media socket without it is none, where the gateway asks for it.
    s, parameters, _ = stream(Twilio(h, judge).hook("voice"))
    try:
        media = Media(call, s, {**parameters, "sig": "0" * 64}, signed=False)
        assert media.ws.closed(20)[0] != 1000
    except (Closed, OSError):
        pass


PARTS = [a_call_of_twilio_from_its_ring_to_its_end, a_call_outlives_its_socket, a_call_whose_media_never_comes_ends_with_its_reason, what_is_refused,
         a_call_we_placed_is_known_by_its_address, who_cannot_sign_is_not_believed]


def test_hooks_of_twilio():
    judge = Judge()
    with carried(env={"TWILIO_AUTH_TOKEN_OLD": "twilio-token-before", "TELEPHONY_WHEN_BUSY": "speak", "TELEPHONY_BUSY_TEXT": "Busy <now> & later."},
                 agents={"desk": AGENT}) as h:
        h.add_agent("B", "desk-b", AGENT)
        h.rows("update tenants set settings = settings || '{\"max_concurrent_calls\": 1}' where id = 'B'")
        number(h, "+15553334444", "desk", provider="twilio")
        number(h, "+15556660000", "desk-b", tenant="B", provider="twilio")
        for part in PARTS:
            part(h, judge)
        log = h.log()
        for secret in (TOKEN, "twilio-token-before", "+1555", "31920 handshake"):
            assert secret not in log, [line for line in log.splitlines() if secret in line][:3]
        for line in log.splitlines():
            assert "api.undeclared_error" not in line and "api.failed" not in line, line
    judge.close()
