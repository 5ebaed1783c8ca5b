"""Jambonz' hooks against the whole house; every answer is judged by Jambonz' own validators. One house for all of it."""
import hashlib
import hmac
import json
import re
import signal
import threading
import time
from urllib.parse import parse_qs, urlsplit

from hook_carriers import WEBHOOK_SECRET, Jambonz, Judge, carried, number, post
from stack import wait_until
from ws import Closed, WebSocket

AGENT = {"name": "desk", "disclosure": "I am an AI.", "greeting": "Hello.", "prompt": "Be brief."}
SILENCE = b"\0" * 320


def calls(h):
    return int(h.rows("select count(*) from voice_call_records")[0][0])


def slots(h, tenant="A"):
    return h.api("GET", "/telephony/limits", key=h.key(tenant))[2]["global"]["count"]


def listen(verbs):
    assert [v["verb"] for v in verbs] == ["listen"], verbs
    return verbs[0]


def media(verb):
    """Jambonz' socket, as its media server opens it."""
    ws = WebSocket(verb["url"], ("audio.drachtio.org",), {"Origin": "http://127.0.0.1"})
    ws.send(json.dumps({"sampleRate": 8000, "mixType": "mono", "callSid": "x", **verb["metadata"]}))
    for _ in range(5):
        ws.send(SILENCE)
    return ws


def hear(ws):
    """Until the agent speaks."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        got = ws.recv(20)
        if isinstance(got, bytes) and got.strip(b"\0"):
            return
        ws.send(SILENCE)
    raise AssertionError("the agent says nothing")


def lines(h, call_id):
    return [r[0] for r in h.rows(f"select kind from call_timeline where call_id = '{call_id}' order by seq")]


def events(h, call_id):
    return [r[0] for r in h.rows(f"select type from webhook_events where call_id = '{call_id}' order by type")]


def a_call_of_jambonz_from_its_ring_to_its_end(h, judge):
    call = Jambonz(h, judge)
    verb = listen(call.hook("call"))
    assert verb["sampleRate"] == 8000 and verb["mixType"] == "mono" and verb["passDtmf"] is True
    assert verb["bidirectionalAudio"] == {"enabled": True, "streaming": True, "sampleRate": 8000}
    at = urlsplit(verb["url"])
    call_id = parse_qs(at.query)["callId"][0]
    assert at.path == "/realtime/voice" and verb["actionHook"].startswith(h.http("/telephony/jambonz/after?"))
    assert call.row("c.id, direction, status, voice_agent_id, carrier, from_number, to_number, provider_call_id, instance_id is null") == [
        call_id, "inbound", "ringing", "desk", "jambonz", "+15551112222", "+15553334444", call.sid, "t"]
    # The SIP call's id is a name of it too.
    assert h.rows(f"select count(*) from call_aliases where alias = 'sip-{call.sid}'") == [["1"]]
    # Again, in the same words: the same answer, byte for byte. In others: the same call.
    body = json.dumps(call.call).encode()
    signed = {"Content-Type": "application/json", "Jambonz-Signature": call.sign(body)}
    one, two = (post(h.http("/telephony/jambonz/call"), body, signed)[2] for _ in range(2))
    assert one == two and parse_qs(urlsplit(json.loads(one)[0]["url"]).query)["callId"] == [call_id]
    assert calls(h) == 1
    ws = media(verb)
    hear(ws)
    try:  # its address was good once
        second = media(verb)
        assert second.closed(10)[0] != 1000
    except (Closed, OSError):
        pass
    call.status("in-progress")
    assert call.row("status, instance_id is not null, answered_at is not null") == ["in-progress", "t", "t"]
    # Its socket closes because the caller hangs up; hook and status come in any order, and twice.
    assert call.hook(verb["actionHook"], call_status="completed", duration=3, call_termination_by="caller") == []
    for _ in range(2):
        call.status("completed", duration=3, call_termination_by="caller")
    ws.close()
    books = h.books(call_id)
    assert books["status"] == "completed" and books["carrier"] == "jambonz" and books["direction"] == "inbound", books
    call.status("ringing")  # late: nothing goes back
    assert call.row("status, provider_metadata ->> 'final', provider_metadata ->> 'endedBy'") == ["completed", "completed", "caller"]
    told = lines(h, call_id)
    assert told[:2] == ["call.ringing", "call.answered"] and told.count("call.ended") == 1 and told.count("call.ringing") == 1, told
    kinds = events(h, call_id)
    assert all(kinds.count(k) == 1 for k in ("call.ringing", "call.answered", "call.started", "call.ended")), kinds
    wait_until(lambda: slots(h) == 0, 20, "the slot")


def calls_nobody_takes_are_declined_and_unknown_ones_do_no_harm(h, judge):
    before = calls(h)
    for to in ("15557777777", "15550000000"):
        assert Jambonz(h, judge, to=to).hook("call") == [{"verb": "sip:decline", "status": 404, "reason": "Not Found"}], to
    stranger = Jambonz(h, judge)
    stranger.status("ringing")
    stranger.status("completed")
    for path in ("after", "dialed", "asked", "amd"):
        assert stranger.hook(path) == [], path
    assert stranger.hook("call", direction="outbound", call_status="in-progress") == []
    assert calls(h) == before
    assert stranger.hook("confirm?say=Joe%20is%20calling") == [{"verb": "say", "text": "Joe is calling"}]
    # What cannot be a call at all is refused, but never as unknown.
    for body in (b"", b"{}", b"[]", b"nonsense", b'{"call_sid":"a b"}', b'{"call_sid":"' + b"x" * 200 + b'"}', b'{"call_sid":"\xff"}'):
        status = post(h.http("/telephony/jambonz/status"), body, {"Jambonz-Signature": stranger.sign(body)})[0]
        assert status == 400, (body, status)
    body = b'{"call_sid":"a","x":"' + b"x" * 140000 + b'"}'
    assert post(h.http("/telephony/jambonz/status"), body, {"Jambonz-Signature": stranger.sign(body)})[0] == 413


def who_cannot_sign_is_not_believed_and_soon_not_heard(h, judge):
    before = calls(h)
    call = Jambonz(h, judge)
    body = json.dumps(call.call, separators=(",", ":")).encode()
    now = int(time.time())
    good = call.sign(body)
    assert judge.ask("jambonzSignature", secret=WEBHOOK_SECRET, header=good, body=body.decode()) == "ok"
    forged = [{}, {"Jambonz-Signature": ""}, {"Jambonz-Signature": call.sign(body, secret="other")},
              {"Jambonz-Signature": call.sign(body + b" ")}, {"Jambonz-Signature": call.sign(body, at=now - 400)},
              {"Jambonz-Signature": call.sign(body, at=now + 400)}, {"Jambonz-Signature": good.replace("v1=", "v0=")},
              {"Jambonz-Signature": "t=1,t=2,v1=00"}, {"x-jambonz-signature": "00" * 32}, {"x-telephony-token": "guess"}]
    for headers in forged:
        status, _, text = post(h.http("/telephony/jambonz/call"), body, headers)
        assert status == 401 and json.loads(text)["code"] == "invalid_api_key", (headers, status, text)
    assert calls(h) == before
    # From elsewhere it is nothing, however well signed.
    body = json.dumps(call.call, separators=(",", ":")).encode()
    assert post(h.http("/telephony/jambonz/call"), body, {"Jambonz-Signature": good, "X-Forwarded-For": "203.0.113.9"})[0] == 403
    # Both secrets while one replaces the other; several signatures; the first platform's bare one.
    new = Jambonz(h, judge, secret="new-secret")
    listen(call.hook("call"))
    listen(new.hook("call"))
    third = Jambonz(h, judge)
    body = json.dumps(third.call).encode()
    both = third.sign(body, secret="other").replace("v1", "v1", 1) + "," + third.sign(body).split(",")[1]
    assert post(h.http("/telephony/jambonz/call"), body, {"Jambonz-Signature": both})[0] == 200
    bare = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert post(h.http("/telephony/jambonz/status"), body, {"x-jambonz-signature": bare})[0] == 200
    # A stranger is limited, and it harms nobody who can sign.
    statuses = [post(h.http("/telephony/jambonz/status"), b"{}", {})[0] for _ in range(8)]
    assert statuses[0] == 401 and statuses[-1] == 429, statuses
    for _ in range(30):
        call.status("ringing")
    assert h.api("GET", "/telephony/jambonz/call")[0] == 405
    status, headers, _ = h.api("OPTIONS", "/telephony/jambonz/call")
    assert status == 204 and "POST" in headers["allow"], (status, headers)
    metrics = h.api("GET", "/metrics")[2]
    assert 'carrier_hooks_total{result="limited"}' in metrics


def a_call_too_many_hears_the_busy_tone(h, judge):
    full = {"to": "15556660000"}  # B's, who may have two
    first, second = Jambonz(h, judge, **full), Jambonz(h, judge, **full)
    listen(first.hook("call"))
    listen(second.hook("call"))
    third = Jambonz(h, judge, **full)
    assert third.hook("call") == [{"verb": "sip:decline", "status": 486, "reason": "Busy Here"}]
    assert third.row("status, end_reason, failure_reason") == ["busy", "limit", "limit_tenant"]
    status, _, text = Jambonz(h, judge, **full).send("call?shape=seed")
    assert status == 429 and json.loads(text)["code"] == "concurrency_limit" and json.loads(text)["scope"] == "tenant", (status, text)
    # The carrier's last word of a call whose media never came frees its slot.
    first.status("no-answer", sip=487)
    assert first.row("status, end_reason, failure_reason, duration_seconds") == ["no-answer", "no-answer", "no_answer", "0"]
    fourth = Jambonz(h, judge, **full)
    status, _, text = fourth.send("call?shape=seed")
    answer = json.loads(text)
    assert status == 200 and answer["application_sid"] == "app-1", text
    verb = answer["call_hook"][0]
    assert verb["verb"] == "stream" and verb["metadata"] == {"source": "pstn", "provider": "jambonz"} and "/realtime/voice?" in verb["url"]
    second.status("failed", sip=503)
    fourth.status("completed", duration=1, call_termination_by="caller")
    assert fourth.row("status, failure_reason") == ["canceled", "caller_hung_up"]


def one_call_however_often_and_from_wherever_it_is_told(h, judge):
    call, answers, before, held = Jambonz(h, judge), [], calls(h), slots(h)
    # The status is here before the hook, and the hook ten times at once, each signed anew.
    call.status("trying", sip=100)
    threads = [threading.Thread(target=lambda i=i: answers.append(call.send("call", at=time.time() - i))) for i in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ids = {parse_qs(urlsplit(json.loads(text)[0]["url"]).query)["callId"][0] for status, _, text in answers if status == 200}
    assert len(answers) == 10 and all(a[0] == 200 for a in answers) and len(ids) == 1, answers
    assert calls(h) == before + 1 and slots(h) == held + 1
    call.status("completed", call_termination_by="caller")
    assert slots(h) == held


def outbound(h, call_id, agent="desk"):
    h.rows(f"insert into voice_call_records (tenant_id, id, direction, status, voice_agent_id, carrier, from_number, to_number) "
           f"values ('A', '{call_id}', 'outbound', 'queued', '{agent}', 'jambonz', '+15553334444', '+15551112222')")


def a_call_we_placed_is_known_by_what_we_gave_it(h, judge):
    outbound(h, "out-1")
    tag = {"callId": "out-1", "tenantId": "A"}
    call = Jambonz(h, judge, direction="outbound", customerData=tag)
    # Reordered: the call hook overtakes what rang before it.
    verb = listen(call.hook("call", call_status="in-progress", sip_status=200))
    call.status("ringing", sip=180)
    call.status("trying", sip=100)
    assert call.row("c.id, status, answered_at is not null") == ["out-1", "answered", "t"]
    # Another tenant's call of that name is not it.
    h.rows("insert into voice_call_records (tenant_id, id, direction) values ('B', 'out-1', 'outbound')")
    # A leg of a dial brings its parent's words: they are not its own.
    leg = Jambonz(h, judge, direction="outbound", parent_call_sid=call.sid, customerData=tag)
    leg.status("failed", sip=404)
    assert call.row("status") == ["answered"]
    assert call.hook("amd", type="amd_machine_detected", reason="long greeting") == []
    assert call.row("provider_metadata ->> 'answeredBy'") == ["machine"]
    # Its media never comes: once more, then it is over with its reason.
    again = listen(call.hook(verb["actionHook"], call_status="in-progress", dial_call_duration=0))
    assert again["url"] != verb["url"] and "try=1" in again["actionHook"]
    assert [v["verb"] for v in call.hook(again["actionHook"], call_status="in-progress")] == ["say", "hangup"]
    assert call.row("status, failure_reason") == ["failed", "media_never_came"]
    call.status("completed", duration=2)
    assert call.row("status") == ["failed"]
    # And those that come to nothing, each with its reason.
    for i, (word, sip, status, why) in enumerate([("busy", 486, "busy", "busy"), ("busy", 603, "busy", "declined"), ("failed", 404, "failed", "bad_number"),
                                                  ("no-answer", 487, "no-answer", "no_answer"), ("failed", 503, "failed", "congestion")]):
        outbound(h, f"none-{i}")
        none = Jambonz(h, judge, direction="outbound", customerData={"callId": f"none-{i}", "tenantId": "A"})
        none.status("ringing", sip=180)
        none.status(word, sip=sip)
        none.status("completed")  # the first final word is the last
        assert none.row("status, failure_reason") == [status, why]
        assert events(h, f"none-{i}").count("call.ended") == 1


def orders_reach_the_call_through_its_carrier(h, judge):
    key, call = h.key(role="dev"), Jambonz(h, judge)
    verb = listen(call.hook("call"))
    call_id = call.row("c.id")[0]
    ring = h.api("POST", f"/telephony/ivr/{call_id}", {"prompt": "Which?"}, key)
    assert ring[0] == 409, ring  # it has no media yet
    ws = media(verb)
    hear(ws)
    assert h.api("POST", "/dtmf/nobody", {"digits": "1"}, key)[0] == 404
    assert h.api("POST", f"/transfer/{call_id}", {"to": "+15552220000"}, h.key("B"))[0] == 404
    # A prompt with keys, by the carrier's own name of the call; its media comes back with what was pressed.
    status, _, answer = h.api("POST", f"/telephony/ivr/{call.sid}", {"prompt": "Which?", "maxDigits": 2, "timeout": 4000}, key)
    assert status == 202 and answer["callId"] == call_id and answer["actionId"].startswith("act_"), answer
    ws.closed(10)
    asked = call.hook(verb["actionHook"], call_status="in-progress")
    assert asked[0]["verb"] == "gather" and asked[0]["numDigits"] == 2 and asked[0]["say"] == {"text": "Which?"}, asked
    verb = listen(call.hook(asked[0]["actionHook"], call_status="in-progress", digits="42", reason="dtmfDetected"))
    ws = media(verb)
    ws.send(SILENCE)
    # To another telephone; nobody answers, so the agent has the caller again.
    status, _, answer = h.api("POST", f"/v1/realtime/{call_id}/transfer", {"to": "+15552220000", "mode": "blind"}, key)
    assert status == 202 and answer["transfer"] == {"to": "+15552220000", "mode": "blind"}, answer
    ws.closed(20)
    dial = call.hook(verb["actionHook"], call_status="in-progress")
    assert dial[0]["verb"] == "dial" and dial[0]["target"] == [{"type": "phone", "number": "+15552220000"}], dial
    verb = listen(call.hook(dial[0]["actionHook"], call_status="in-progress", dial_call_status="no-answer", dial_call_sid="leg-2"))
    ws = media(verb)
    ws.send(SILENCE)
    stats = h.api("GET", f"/v1/realtime/{call_id}/stats", key=key)[2]
    assert stats["callId"] == call_id and stats["totalEvents"] > 0 and stats["eventTypes"], stats
    assert call_id in h.api("GET", "/v1/realtime/connections", key=key)[2]["connections"]
    assert [c["callId"] for c in h.api("GET", "/calls/active", key=key)[2]["activeCalls"]] == [call_id]
    assert h.api("GET", "/telephony/calls/stuck", key=key)[2]["count"] == 0
    assert h.api("GET", "/circuit-breaker/status", key=key)[2]["state"] == "closed"
    assert h.api("GET", f"/call/{call.sid}", key=key)[2]["totalEvents"] > 0
    # Into a room, and out of it.
    status, _, answer = h.api("POST", f"/conference/{call_id}", {"action": "create"}, key)
    assert status == 202 and answer["conferenceId"] == f"conf_{call_id}", answer
    ws.closed(20)
    room = call.hook(verb["actionHook"], call_status="in-progress")
    assert room[0]["verb"] == "conference" and re.fullmatch(r"room-[0-9a-f]{32}", room[0]["name"]), room
    assert h.api("POST", f"/multiparty/{call_id}", {"action": "list", "conferenceId": f"conf_{call_id}"}, key)[2]["participants"][0]["id"] == call_id
    verb = listen(call.hook(room[0]["actionHook"], call_status="in-progress"))
    ws = media(verb)
    ws.send(SILENCE)
    status, _, answer = h.api("POST", f"/v1/realtime/{call_id}/end", {}, key)
    assert status == 202 and answer["success"] is True and answer["endedAt"], answer
    ws.closed(20)
    assert call.hook(verb["actionHook"], call_status="in-progress") in ([], [{"verb": "hangup"}])
    h.books(call_id)
    assert h.api("POST", f"/hold/{call_id}", {"action": "hold"}, key)[0] == 409
    assert h.api("GET", f"/analytics/{call_id}", key=key)[2]["eventBreakdown"]["call.ended"] == 1


def hooks_of_other_carriers_are_proved_by_a_key(h, judge):
    key, call = h.key(role="dev"), {"call_sid": "generic-1", "direction": "inbound", "from": "+15551112222", "to": "+15553334444", "call_status": "ringing"}
    shown = {"x-telephony-token": SHARED}
    assert h.api("POST", "/call", call)[0] == 401
    assert h.api("POST", "/call", call, h.key(role="analyst"))[0] == 403
    assert h.api("POST", "/call", call, headers={"x-telephony-token": "wrong"})[0] == 401
    status, _, verbs = h.api("POST", "/call", call, key)
    assert status == 200 and verbs[0]["verb"] == "listen", verbs
    assert judge.ask("verbs", verbs=verbs) == {"specifications": "ok", "schema": "ok"}
    call_id = h.rows("select call_id from call_aliases where alias = 'generic-1'")[0][0]
    # B's key neither sees A's call nor takes A's number.
    assert h.api("POST", f"/status/{call_id}", {"call_status": "failed"}, h.key("B"))[0] == 200
    assert h.api("POST", "/call", {**call, "call_sid": "generic-2"}, h.key("B"))[2][0]["verb"] == "sip:decline"
    assert h.rows(f"select status from voice_call_records where id = '{call_id}'") == [["ringing"]]
    status, _, answer = h.api("POST", f"/telephony/status/{call_id}", {"status": "answered"}, headers=shown)
    assert status == 200 and answer == {"ok": True, "status": "answered", "kind": "call.answered"}, answer
    assert h.api("POST", "/status/generic-1", {"call_status": "hangup"}, key)[2]["kind"] == "call.ended"
    assert h.rows(f"select status from voice_call_records where id = '{call_id}'") == [["failed"]]  # answered, and no media
    # A number nobody has goes to who is named.
    other = {**call, "call_sid": "generic-3", "to": "+15559999999"}
    assert h.api("POST", "/telephony/call", other, headers=shown)[2][0]["verb"] == "sip:decline"
    assert h.api("POST", "/telephony/call", other, headers={**shown, "x-agent-id": "nobody"})[2][0]["verb"] == "sip:decline"
    assert h.api("POST", "/telephony/call", other, headers={**shown, "x-agent-id": "desk"})[2][0]["verb"] == "listen"
    # So does an application's.
    assert listen(Jambonz(h, judge, to="15559999999", application_sid="app-of-b").hook("call"))["metadata"]["agentId"] == "desk-b"


def calls_of_a_campaign_are_counted_for_it(h, judge):
    h.rows("""insert into voice_campaigns (tenant_id, id, name, max_concurrent_calls) values ('A', 'cmp_in', 'In', 2), ('A', 'cmp_head', 'Head', 1),
        ('B', 'cmp_b', 'Of B', 9)""")
    calls = [Jambonz(h, judge) for _ in range(4)]
    listen(calls[0].hook("call", campaign_id="cmp_in"))
    listen(calls[1].hook("call", campaign_id="cmp_in"))
    assert calls[0].row("campaign_id") == ["cmp_in"]
    again = calls[0].hook("call", campaign_id="cmp_in", more="a body of its own")  # one call, however often it is said
    assert again[0]["verb"] == "listen", again
    full = calls[2].hook("call", campaign_id="cmp_in")[0]
    assert (full["verb"], full["status"]) == ("sip:decline", 486), full
    assert calls[2].row("status, failure_reason, campaign_id") == ["busy", "limit_campaign", "cmp_in"]
    calls[0].status("completed")
    listen(calls[3].hook("call", campaign_id="cmp_in"))
    # The header goes before the body, also of other carriers.
    key, generic = h.key(role="dev"), {"call_sid": "generic-9", "direction": "inbound", "from": "+15551112222", "to": "+15553334444", "call_status": "ringing"}
    assert h.api("POST", "/call", {**generic, "campaign_id": "cmp_in"}, key, {"x-campaign-id": "cmp_head"})[2][0]["verb"] == "listen"
    assert h.rows("select c.campaign_id from voice_call_records c join call_aliases a on a.call_id = c.id where a.alias = 'generic-9'") == [["cmp_head"]]
    # No campaign of this tenant, or none at all: the call is taken, and counted for none.
    for name in ("default", "cmp_b", "cmp_unknown", "a b", 7):
        call = Jambonz(h, judge)
        listen(call.hook("call", campaign_id=name))
        assert call.row("coalesce(campaign_id, '-')") == ["-"], name
        call.status("completed")
    told = [line for line in h.log().splitlines() if '"call.unknown_campaign"' in line]
    assert len(told) == 2 and "cmp_b" in told[0] and "cmp_unknown" in told[1], told
    for call in calls[1:]:
        call.status("completed")
    assert h.api("POST", "/status/generic-9", {"call_status": "completed"}, key)[0] == 200


def a_process_that_ends_takes_no_new_calls_and_keeps_the_others(h, judge):
    call = Jambonz(h, judge)
    ws = media(listen(call.hook("call")))
    hear(ws)
    h.daemon.send_signal(signal.SIGTERM)
    wait_until(lambda: h.api("GET", "/readyz")[0] == 503, 20, "the drain")
    status, headers, text = Jambonz(h, judge).send("call")  # tried again elsewhere, as the fragment of the address says
    assert status == 503 and headers["retry-after"] == "1", (status, text)
    call.status("in-progress")
    call.status("completed", duration=1, call_termination_by="caller")
    assert h.daemon.wait(20) == 0
    assert h.rows(f"select status from voice_call_records where provider_call_id = '{call.sid}'") == [["completed"]]


SHARED = "shared-secret-0123456789"
PARTS = [a_call_of_jambonz_from_its_ring_to_its_end, calls_nobody_takes_are_declined_and_unknown_ones_do_no_harm, a_call_too_many_hears_the_busy_tone,
         one_call_however_often_and_from_wherever_it_is_told, a_call_we_placed_is_known_by_what_we_gave_it, orders_reach_the_call_through_its_carrier,
         hooks_of_other_carriers_are_proved_by_a_key, calls_of_a_campaign_are_counted_for_it,
         who_cannot_sign_is_not_believed_and_soon_not_heard,
         a_process_that_ends_takes_no_new_calls_and_keeps_the_others]


def test_hooks_of_jambonz():
    judge = Judge()
    with carried(env={"JAMBONZ_WEBHOOK_SECRET": "new-secret", "JAMBONZ_WEBHOOK_SECRET_OLD": WEBHOOK_SECRET, "TELEPHONY_HOOKS_PER_MINUTE": "12",
                      "TELEPHONY_SHARED_SECRET": SHARED, "TELEPHONY_ALLOWED_IPS": "127.0.0.0/8, ::1", "ALLOWED_JAMBONZ_IPS": "127.0.0.1",
                      "TRUSTED_PROXIES": "127.0.0.1", "DRAIN_SECONDS": "30", "HAND_OVER_SECONDS": "5", "JAMBONZ_APPLICATIONS": "app-of-nobody=A/nobody, app-of-b=B/desk-b"},
                 agents={"desk": AGENT}) as h:
        h.add_agent("B", "desk-b", AGENT)
        h.rows("update tenants set settings = settings || '{\"max_concurrent_calls\": 2}' where id = 'B'")
        number(h, "+15553334444", "desk")
        number(h, "+15550000000", None)
        number(h, "+15556660000", "desk-b", tenant="B")
        for part in PARTS:
            part(h, judge)
        log = h.log()
        for secret in (WEBHOOK_SECRET, "new-secret", SHARED, "+1555", "1555111"):
            assert secret not in log, [line for line in log.splitlines() if secret in line][:3]
        for line in log.splitlines():
            assert "api.undeclared_error" not in line and "api.failed" not in line, line
    judge.close()
