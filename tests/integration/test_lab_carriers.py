"""The lab's carriers against a stand-in of the daemon: do they do what Jambonz and Twilio are known to do?"""
import base64
import hashlib
import hmac
import json
import threading
import time

from application import Application
from lab_carriers import ACCOUNT, JAMBONZ_APPLICATION, JAMBONZ_SECRET, TOKEN, Carriers
from stack import wait_until


class Field:
    """An application, and the carriers that are told to call it."""

    def __enter__(self):
        self.app = Application()
        u = self.app.url
        self.lab = Carriers("--jambonz-hook", u("/call"), "--jambonz-status", u("/status"), "--twilio-voice", u("/voice"),
                            "--twilio-status", u("/tw-status")).__enter__()
        self.app.answers["/call"] = [self.listen()]
        self.app.answers["/done"] = []
        self.app.answers["/voice"] = self.connect()
        return self.app, self.lab, self

    def __exit__(self, *exc):
        self.lab.__exit__(*exc)
        self.app.close()

    def listen(self, **more):
        return {"verb": "listen", "url": self.app.url("/media?t=1", "ws"), "actionHook": "/done", "sampleRate": 8000, "passDtmf": True,
                "bidirectionalAudio": {"enabled": True, "streaming": True, "sampleRate": 8000}, **more}

    def connect(self, after="", action=""):
        url = self.app.url("/stream/abc", "ws")
        return (f'<?xml version="1.0" encoding="UTF-8"?><Response><Connect{action}><Stream url="{url}" name="c1" '
                f'statusCallback="/stream-status"><Parameter name="token" value="k&amp;7"/></Stream></Connect>{after}</Response>')


def labels(call):
    return [h["label"] for h in Carriers.hooks(call, "status")]


def jambonz_signed(rq):
    t, v1 = (part.partition("=")[2] for part in rq.headers["jambonz-signature"].split(","))
    return hmac.new(JAMBONZ_SECRET.encode(), t.encode() + b"." + rq.raw, hashlib.sha256).hexdigest() == v1 and abs(int(t) - rq.at) < 5


def twilio_signed(app, rq):
    text = app.url(rq.target) + "".join(k + v for k, v in sorted(rq.body.items()))
    return base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode() == rq.headers["x-twilio-signature"]


def outbound_jambonz(lab, **more):
    return lab.jambonz("POST", "", {"application_sid": JAMBONZ_APPLICATION, "from": "+15551110000",
                                    "to": {"type": "phone", "number": "+15552220000"}, **more})


def outbound_twilio(app, lab, **more):
    return lab.twilio("POST", "/Calls.json", {"To": "+15552220000", "From": "+15551110000", "Url": app.url("/voice"),
                                              "StatusCallback": app.url("/tw-status"),
                                              "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"], **more})


# ── Jambonz

def test_a_call_of_jambonz_is_answered_talks_and_ends():
    with Field() as (app, lab, field):
        app.answers["/call"] = [field.listen(metadata={"gw": "it's", "callSid": "mine"}, wsAuth={"username": "u", "password": "p"})]
        sid = lab.ring("jambonz", say=["@now:tone:200", "@now:dtmf:1#", "wait:100", "hangup"], caller_name="Joe")
        call = lab.over(sid, ["action hook", ("status", "completed")])
        assert call["state"] == "completed" and call["ended_by"] == "person" and lab.verbs(call) == ["listen"]
        hook, = app.to("/call")
        assert hook.body["call_status"] == "trying" and hook.body["sip_status"] == 100 and hook.body["direction"] == "inbound"
        assert hook.body["from"] == "+15551112222" and hook.body["caller_name"] == "Joe" and hook.body["sip"]["method"] == "INVITE"
        assert hook.body["defaults"]["synthesizer"] and hook.body["originating_sip_ip"] and hook.body["call_sid"] == sid
        assert all(jambonz_signed(rq) for rq in app.requests)
        assert sorted(r.body["call_status"] for r in app.to("/status")) == ["completed", "in-progress", "trying"]
        last = [r for r in app.to("/status") if r.body["call_status"] == "completed"][0].body
        assert last["call_termination_by"] == "caller" and isinstance(last["duration"], int)
        done, = app.to("/done")
        assert done.body["call_status"] == "completed" and "dial_call_duration" in done.body and "digits" in done.body
        media, = app.sockets
        assert media.headers["sec-websocket-protocol"] == "audio.jambonz.org" and media.headers["host"] == "127.0.0.1"
        assert media.headers["authorization"] == "Basic " + base64.b64encode(b"u:p").decode()
        assert media.texts[0]["sampleRate"] == 8000 and media.texts[0]["gw"] == "its" and media.texts[0]["callSid"] == "mine"
        assert media.texts[0]["callStatus"] == "in-progress" and "sbcCallid" in media.texts[0]
        assert [t["dtmf"] for t in media.texts[1:]] == ["1", "#"] and media.binary >= 320 * 10
        assert call["media"][0]["audible_ms"] >= 150 and call["media"][0]["ended_by"] == "person" and media.code == 1000


def test_listen_ends_when_we_close_and_its_hook_leads_on():
    with Field() as (app, lab, field):
        app.answers["/done"] = lambda rq: [{"verb": "say", "text": "good bye"}] if rq.body["call_status"] == "in-progress" else []
        sid = lab.ring("jambonz")
        wait_until(lambda: app.sockets and app.sockets[0].texts, 20, "the media")
        app.sockets[0].close(4000)
        call = lab.over(sid, [("status", "completed")])
        assert lab.verbs(call) == ["listen", "say"] and call["ended_by"] == "carrier" and call["media"][0]["close_code"] == 4000
        assert app.to("/done")[0].body["call_status"] == "in-progress"


def test_an_answer_that_is_no_application_is_480():
    with Field() as (app, lab, field):
        for answer in ([{"verb": "listen", "url": "ws://x/y", "foo": 1}], [], {"verb": "hangup"}, 500, (200, "application/json", ""),
                       (200, "text/plain", "[]"), [{"verb": "nothing"}], [{"verb": "listen", "url": "ws://x/y", "sampleRate": "8000"}]):
            app.answers["/call"] = answer
            call = lab.over(lab.ring("jambonz"), [("status", "failed")])
            assert (call["state"], call["sip_status"]) == ("failed", 480), (answer, call)
        app.answers["/call"] = [{"verb": "sip:decline", "status": 486, "reason": "Busy Here"}]
        call = lab.over(lab.ring("jambonz"), [("status", "failed")])
        assert call["sip_status"] == 486
        app.answers["/call"] = [{"verb": "hangup"}]  # unanswered: 603, and nobody is told
        call = lab.over(lab.ring("jambonz"))
        time.sleep(0.2)
        assert call["sip_status"] == 603 and "failed" not in labels(lab.call(call["sid"]))


def test_a_redirect_by_rest_is_lost_when_listen_s_hook_answers_with_verbs():
    with Field() as (app, lab, field):
        app.answers["/next"] = [{"verb": "pause", "length": 30}]
        for trap in (True, False):
            app.answers["/done"] = [{"verb": "say", "text": "trap"}] if trap else []
            sid = lab.ring("jambonz")
            lab.wait(sid, lambda c: c["media"] and c["media"][0]["opened"], "the media")
            assert lab.jambonz("PUT", "/" + sid, {"call_hook": "/next"})[0] == 202
            call = lab.wait(sid, lambda c: len(lab.verbs(c)) > 1, "the next verb")
            assert lab.verbs(call)[1] == ("say" if trap else "pause")
            lab.hang_up(sid)
            lab.over(sid)


def test_jambonz_dials_and_the_leg_tells_of_itself():
    with Field() as (app, lab, field):
        lab.rules({"match": {"direction": "dialled", "to": "+15550009"}, "then": {"outcome": "busy"}},
                  {"match": {"direction": "dialled", "to": "+15550001"}, "then": {"hang_up_ms": 400}})
        app.answers["/whisper"] = [{"verb": "say", "text": "a call for you"}]
        app.answers["/dialled"] = []
        for number, status in (("+15550001", "completed"), ("+15550009", "busy")):
            app.answers["/call"] = [{"verb": "dial", "answerOnBridge": True, "callerId": "+15551234", "actionHook": "/dialled",
                                     "confirmHook": "/whisper", "target": [{"type": "phone", "number": number}]}]
            call = lab.over(lab.ring("jambonz"), ["action hook"])
            action = app.to("/dialled")[-1].body
            assert action["dial_call_status"] == status and action["dial_call_sid"] == call["legs"][0]
            leg = lab.over(call["legs"][0], [("status", status)])
            assert leg["from"] == "+15551234" and leg["parent"] == call["sid"]
            status_body = lab.hooks(leg, "status")[-1]["body"]
            assert status_body["parent_call_sid"] == call["sid"] and status_body["direction"] == "outbound"
            assert (call["answered"] is not None) == (status == "completed")
            assert lab.verbs(leg) == (["say"] if status == "completed" else [])


def test_verbs_of_jambonz_run_in_their_order():
    with Field() as (app, lab, field):
        app.answers["/call"] = [{"answer": {}}, {"verb": "tag", "data": {"ref": "r"}}, {"verb": "play", "url": "http://x/a.wav"},
                                {"verb": "dtmf", "dtmf": "12"}, {"verb": "dub", "action": "addTrack", "track": "bg"},
                                {"verb": "config", "amd": {"actionHook": "/amd"}}, {"verb": "pause", "length": 0.4},
                                {"verb": "gather", "input": ["digits"], "actionHook": "/gathered", "say": {"text": "press"}}]
        app.answers["/amd"] = []
        app.answers["/gathered"] = [{"verb": "sip:refer", "referTo": "+1555", "actionHook": "/referred"}]
        app.answers["/referred"] = []
        call = lab.over(lab.ring("jambonz", digits="42", answered_by="machine", amd_ms=50), ["amd", ("status", "completed")])
        assert lab.verbs(call) == ["answer", "tag", "play", "dtmf", "dub", "config", "pause", "gather", "sip:refer"]
        assert call["digits"] == ["12"] and app.to("/gathered")[0].body["digits"] == "42"
        assert app.to("/gathered")[0].body["customerData"] == {"ref": "r"}
        assert app.to("/amd")[0].body["type"] == "amd_machine_detected"
        refer = wait_until(lambda: app.to("/referred"), 20, "the refer's hook")[0].body
        assert refer["refer_status"] == 202 and refer["final_referred_call_status"] == 200


def test_jambonz_rest_places_changes_and_shows_calls():
    with Field() as (app, lab, field):
        status, _, said = outbound_jambonz(lab, tag={"gw": "c-1"}, amd={"actionHook": "/amd"}, call_hook="http://ignored.example/")
        assert status == 201 and set(said) == {"sid", "callId"}
        sid = said["sid"]
        assert lab.jambonz("PUT", "/" + sid, {"call_status": "completed"})[0] == 422  # it rings
        assert lab.jambonz("PUT", "/" + sid, {"listen_status": "pause"})[0] == 422
        lab.wait(sid, lambda c: c["media"] and c["media"][0]["opened"], "the media")
        hook = app.to("/call")[0].body
        assert hook["direction"] == "outbound" and hook["customerData"] == {"gw": "c-1"} and "sip" not in hook
        assert lab.jambonz("GET", "/" + sid)[2]["call_status"] == "in-progress"
        assert [c["call_sid"] for c in lab.jambonz("GET", "?callStatus=in-progress")[2]] == [sid]
        for body, expected in (({"call_status": "no-answer"}, 422), ({}, 400), ({"dtmf": {"digit": "5"}, "mute_status": "mute"}, 400),
                               ({"listen_status": "loud"}, 400), ({"stream_status": "pause"}, 400), ({"whisper": {"verb": "dial"}}, 400),
                               ({"whisper": {"verb": "say", "text": "psst"}}, 202), ({"dtmf": {"digit": "5"}}, 202),
                               ({"mute_status": "mute"}, 202), ({"tag": {"gw": "c-2"}}, 202),
                               ({"sip_request": {"method": "INFO"}}, 200)):
            assert lab.jambonz("PUT", "/" + sid, body)[0] == expected, body
        assert lab.call(sid)["digits"] == ["5"]
        lab.jambonz("PUT", "/" + sid, {"listen_status": "pause"})
        time.sleep(0.1)
        before = app.sockets[0].binary
        time.sleep(0.3)
        assert app.sockets[0].binary - before <= 640 and not app.sockets[0].closed
        lab.jambonz("PUT", "/" + sid, {"listen_status": "resume"})
        wait_until(lambda: app.sockets[0].binary > before + 3200, 20, "sound again")
        assert lab.jambonz("DELETE", "/" + sid)[0] == 204 and not app.sockets[0].closed  # only its record is gone
        assert lab.jambonz("GET", "/" + sid)[0] == 404 and lab.jambonz("PUT", "/" + sid, {"call_status": "completed"})[0] == 404
        app.sockets[0].close()
        wait_until(lambda: [r for r in app.to("/status") if r.body["call_status"] == "completed"], 20, "the end")
        assert app.to("/status")[-1].body["customerData"] == {"gw": "c-2"}


def test_jambonz_rest_refuses_what_it_should():
    with Field() as (app, lab, field):
        assert lab.jambonz("GET", "", key="wrong")[0] == 401
        for body, word in (({"from": "1", "to": {"type": "phone", "number": "2"}}, "application_sid"),
                           ({"application_sid": "x", "from": "1", "to": {"type": "phone", "number": "2"}}, "unknown"),
                           ({"application_sid": JAMBONZ_APPLICATION, "to": {"type": "phone", "number": "2"}}, "from"),
                           ({"application_sid": JAMBONZ_APPLICATION, "from": "1", "to": {"type": "phone"}}, "to"),
                           ({"call_hook": "/x", "from": "1", "to": {"type": "phone", "number": "2"}}, "absolute"),
                           ({"call_hook": "http://x/y", "from": "1", "to": {"type": "phone", "number": "2"}}, "speech")):
            status, _, said = lab.jambonz("POST", "", body)
            assert status == 400 and word in said["msg"], (body, said)
        lab.rules({"match": {"rest": "create", "carrier": "jambonz"}, "times": 1, "then": {"rest": {"status": 429, "retry_after_s": 2}}},
                  {"match": {"rest": "create"}, "times": 2, "then": {"rest": {"status": 480}}})
        status, head, _ = outbound_jambonz(lab)
        assert status == 480  # both rules fitted, the later one wins
        status, _, said = outbound_jambonz(lab)
        assert status == 480 and "feature servers" in said["msg"]
        lab.rules({"match": {"rest": "create"}, "times": 1, "then": {"rest": {"status": 429, "retry_after_s": 2}}})
        status, head, said = outbound_jambonz(lab)
        assert status == 429 and head["retry-after"] == "2" and head["ratelimit-remaining"] == "0" and isinstance(said, str)
        assert not lab.calls()


# ── Twilio

def test_a_call_of_twilio_is_answered_talks_and_ends():
    with Field() as (app, lab, field):
        sid = lab.ring("twilio", say=["@now:tone:200", "@now:dtmf:1", "wait:100", "hangup"])
        call = lab.over(sid, [("stream status", "stream-stopped"), ("status", "completed")])
        assert lab.verbs(call) == ["Connect"] and call["ended_by"] == "person"
        hook, = app.to("/voice")
        assert hook.body["CallStatus"] == "ringing" and hook.body["Direction"] == "inbound" and hook.body["CallSid"] == sid
        assert hook.body["ApiVersion"] == "2010-04-01" and hook.body["StirVerstat"] and "i-twilio-idempotency-token" in hook.headers
        assert all(twilio_signed(app, rq) for rq in app.requests)
        assert sorted(r.body["StreamEvent"] for r in app.to("/stream-status")) == ["stream-started", "stream-stopped"]
        assert all(r.body["StreamName"] == "c1" for r in app.to("/stream-status"))
        last, = app.to("/tw-status")  # of an inbound call only the end is told
        assert last.body["CallStatus"] == "completed" and last.body["SequenceNumber"] == "0" and last.body["CallDuration"].isdigit()
        media, = app.sockets
        expected = hmac.new(TOKEN.encode(), app.url("/stream/abc", "ws").encode(), hashlib.sha1).digest()
        assert media.headers["x-twilio-signature"] == base64.b64encode(expected).decode()
        connected, start, dtmf, stop = media.texts
        assert connected["event"] == "connected" and start["start"]["customParameters"] == {"token": "k&7"}
        assert start["start"]["callSid"] == sid and start["start"]["accountSid"] == ACCOUNT and start["streamSid"].startswith("MZ")
        assert dtmf["dtmf"] == {"track": "inbound_track", "digit": "1"} and stop["event"] == "stop" and media.media >= 10
        assert call["media"][0]["audible_ms"] >= 150


def test_what_stands_behind_connect_waits_until_we_close():
    with Field() as (app, lab, field):
        app.answers["/voice"] = field.connect('<Say>sorry</Say><Play digits="1w2"/><Hangup/>')
        sid = lab.ring("twilio")
        wait_until(lambda: app.sockets and len(app.sockets[0].texts) > 1, 20, "the media")
        assert lab.verbs(lab.call(sid)) == ["Connect"]
        app.sockets[0].close()
        call = lab.over(sid)
        assert lab.verbs(call) == ["Connect", "Say", "Play", "Hangup"] and call["digits"] == ["1w2"]
        app.answers["/voice"] = field.connect("<Say>never</Say>", action=' action="after" method="GET"')
        app.answers["/after"] = "<Response><Hangup/></Response>"
        sid = lab.ring("twilio")
        wait_until(lambda: len(app.sockets) > 1 and len(app.sockets[1].texts) > 1, 20, "the media")
        app.sockets[1].close()
        call = lab.over(sid, ["action"])
        assert lab.verbs(call) == ["Connect", "Hangup"]
        action, = app.to("/after")
        assert action.method == "GET" and f"CallSid={sid}" in action.target and action.raw == b""
        expected = hmac.new(TOKEN.encode(), app.url(action.target).encode(), hashlib.sha1).digest()
        assert action.headers["x-twilio-signature"] == base64.b64encode(expected).decode()


def test_a_stream_that_fails_is_told_and_the_document_goes_on():
    with Field() as (app, lab, field):
        app.refuse_sockets = True
        app.answers["/voice"] = field.connect("<Say>sorry</Say>")
        call = lab.over(lab.ring("twilio"), [("stream status", "stream-error")])
        assert lab.verbs(call) == ["Connect", "Say"]
        assert "31920" in app.to("/stream-status")[0].body["StreamError"]


def test_documents_of_twilio_that_are_wrong():
    with Field() as (app, lab, field):
        for answer, code in (("<Response><Nothing/></Response>", "12200"), ("<Response>", "12100"), (500, "11200"),
                             ((200, "application/json", "[]"), "12300"), ("<Response><Say loop='1' foo='2'>x</Say></Response>", "12200"),
                             ("<Response><Parameter name='a' value='b'/></Response>", "12200"),
                             ("<Response><Connect><Stream url='wss://x/y?token=1'/></Connect></Response>", "31920"),
                             ('<!DOCTYPE x [<!ENTITY a "b">]><Response/>', "12100")):
            app.answers["/voice"] = answer
            call = lab.over(lab.ring("twilio"))
            assert call["end_reason"].startswith(code), (answer, call["end_reason"])
        app.answers["/voice"] = '<Response><Reject reason="busy"/></Response>'
        call = lab.over(lab.ring("twilio"), [("status", "busy")])
        assert call["answered"] is None
        app.answers["/voice"] = '<Response><Pause length="0"/><Redirect>second</Redirect></Response>'
        app.answers["/second"] = '<Response><Gather action="/gathered" timeout="1"><Say>press</Say></Gather></Response>'
        app.answers["/gathered"] = "<Response><Leave/></Response>"
        call = lab.over(lab.ring("twilio", digits="7"))
        assert lab.verbs(call) == ["Pause", "Redirect", "Gather", "Leave"] and app.to("/gathered")[0].body["Digits"] == "7"


def test_twilio_dials_with_a_whisper_and_tells_of_the_leg():
    with Field() as (app, lab, field):
        lab.rules({"match": {"direction": "dialled", "to": "+15550000001"}, "then": {"hang_up_ms": 500}},
                  {"match": {"direction": "dialled", "to": "+15550000009"}, "then": {"outcome": "no-answer"}})
        app.answers["/whisper"] = "<Response><Say>a call for you</Say></Response>"
        app.answers["/dialled"] = "<Response/>"
        for number, status in (("+15550000001", "completed"), ("+15550000009", "no-answer")):
            app.answers["/voice"] = (f'<Response><Dial callerId="+15551234567" timeout="1" answerOnBridge="true" action="/dialled"><Number '
                                     f'url="/whisper" statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">'
                                     f"{number}</Number></Dial></Response>")
            call = lab.over(lab.ring("twilio"), ["action"])
            action = app.to("/dialled")[-1].body
            assert action["DialCallStatus"] == status and action["DialCallSid"] == call["legs"][0]
            leg = lab.over(call["legs"][0], [("status", status)])
            assert set(labels(leg)) == {"initiated", "ringing", status} | ({"in-progress"} if status == "completed" else set())
            assert all(h["body"]["ParentCallSid"] == call["sid"] for h in lab.hooks(leg, "status"))
            assert lab.verbs(leg) == (["Say"] if status == "completed" else [])
        app.answers["/voice"] = "<Response><Dial><Conference statusCallback='/conf'>room</Conference></Dial></Response>"
        sid = lab.ring("twilio", hang_up_ms=200)
        lab.over(sid, ["conference status"])
        assert lab.said(lab.call(sid), "conference left") == ["room"]


def test_twilio_rest_places_changes_lists_and_ends_calls():
    with Field() as (app, lab, field):
        status, _, said = outbound_twilio(app, lab, Timeout=25)
        assert status == 201 and said["status"] == "queued" and said["direction"] == "outbound-api" and said["duration"] is None
        sid = said["sid"]
        lab.wait(sid, lambda c: c["media"] and c["media"][0]["opened"], "the media")
        status, _, said = lab.twilio("POST", f"/Calls/{sid}.json", {"Twiml": '<Response><Say>moved</Say><Pause length="30"/></Response>'})
        assert status == 200 and said["status"] == "in-progress"
        call = lab.wait(sid, lambda c: len(lab.verbs(c)) == 3, "the new document")
        assert lab.verbs(call) == ["Connect", "Say", "Pause"]
        wait_until(lambda: app.sockets[0].closed, 20, "the end of the stream")
        assert "stop" in [t["event"] for t in app.sockets[0].texts if "event" in t]
        assert lab.twilio("POST", f"/Calls/{sid}.json", {"Status": "completed"})[2]["status"] == "completed"
        call = lab.over(sid, [("status", "completed"), ("stream status", "stream-stopped")])
        assert set(labels(call)) == {"initiated", "ringing", "in-progress", "completed"}
        numbers = [int(h["body"]["SequenceNumber"]) for h in lab.hooks(call, "status")]
        assert sorted(numbers) == [0, 1, 2, 3]
        status, _, said = lab.twilio("POST", f"/Calls/{sid}.json", {"Twiml": "<Response/>"})
        assert status == 400 and said["code"] == 21220 and said["more_info"].endswith("21220")
        for _ in range(3):
            outbound_twilio(app, lab, To="+15559990000", Timeout=1)
        path = "/Calls.json?To=%2B15559990000&PageSize=2&StartTime%3E=" + time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
        first = lab.twilio("GET", path)[2]
        assert len(first["calls"]) == 2 and first["previous_page_uri"] is None
        second = lab.ask("GET", first["next_page_uri"], headers={"Authorization": "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()})[2]
        assert len(second["calls"]) == 1 and second["next_page_uri"] is None
        assert lab.twilio("GET", f"/Calls/{sid}.json")[2]["end_time"].endswith("+0000")


def test_twilio_rest_refuses_with_its_codes():
    with Field() as (app, lab, field):
        cases = (({"To": "555"}, 400, 21211), ({"To": ""}, 400, 21201), ({"From": "me"}, 400, 21212), ({"Url": ""}, 400, 21205),
                 ({"StatusCallback": "http://a_b.example/x"}, 400, 21609), ({"Url": "", "Twiml": "<Response><X/></Response>"}, 400, 21218))
        for more, status, code in cases:
            got = outbound_twilio(app, lab, **more)
            assert (got[0], got[2]["code"]) == (status, code), (more, got)
        assert lab.twilio("GET", "/Calls.json", token="wrong")[2]["code"] == 20003
        assert lab.twilio("GET", "/Calls/CA00.json")[2]["code"] == 20404
        for code, status in ((20429, 429), (21215, 400), (20500, 500)):
            lab.rules({"match": {"rest": "create", "to": "+1555*"}, "times": 1, "then": {"rest": {"status": status, "code": code}}})
            got = outbound_twilio(app, lab)
            assert (got[0], got[2]["code"]) == (status, code) and "twilio-request-id" in got[1]
        assert not lab.calls()


def test_numbers_of_twilio_and_what_wins_over_the_voice_url():
    with Field() as (app, lab, field):
        found = lab.twilio("GET", "/AvailablePhoneNumbers/US/Local.json?AreaCode=216&VoiceEnabled=true")[2]["available_phone_numbers"]
        assert found[0]["phone_number"].startswith("+1216") and found[0]["capabilities"]["SMS"] is True
        assert lab.twilio("GET", "/AvailablePhoneNumbers/US/Mobile.json")[2]["code"] == 20404
        number = found[0]["phone_number"]
        status, _, bought = lab.twilio("POST", "/IncomingPhoneNumbers.json", {"PhoneNumber": number, "VoiceUrl": app.url("/mine")})
        assert status == 201 and bought["capabilities"]["sms"] is True and bought["sid"].startswith("PN")
        assert lab.twilio("POST", "/IncomingPhoneNumbers.json", {"PhoneNumber": number})[2]["code"] == 21452
        path = f"/IncomingPhoneNumbers/{bought['sid']}.json"
        app.answers["/mine"] = "<Response><Hangup/></Response>"
        lab.over(lab.ring("twilio", to=number))
        assert len(app.to("/mine")) == 1
        for trap in ("TrunkSid", "VoiceApplicationSid", "VoiceUrl"):
            lab.twilio("POST", path, {trap: "" if trap == "VoiceUrl" else "TK1"})
            lab.over(lab.ring("twilio", to=number))
            assert len(app.to("/mine")) == 1 and not app.to("/voice"), trap
            lab.twilio("POST", path, {trap: app.url("/mine") if trap == "VoiceUrl" else ""})
        lab.over(lab.ring("twilio", to=number))
        assert len(app.to("/mine")) == 2
        assert outbound_twilio(app, lab)[2]["code"] == 21210  # an account with numbers calls from those
        assert lab.twilio("POST", path, {"VoiceUrl": "ftp://x"})[2]["code"] == 21402
        assert [n["sid"] for n in lab.twilio("GET", f"/IncomingPhoneNumbers.json?PhoneNumber=%2B1216")[2]["incoming_phone_numbers"]] == [bought["sid"]]
        assert lab.twilio("DELETE", path)[0] == 204 and lab.twilio("GET", path)[2]["code"] == 20404


# ── outcomes and faults, on both

def test_outcomes_of_calls_out():
    with Field() as (app, lab, field):
        cases = (("busy", "busy", 486), ("no-answer", "no-answer", 487), ("failed", "failed", 503))
        for outcome, status, sip in cases:
            lab.rules({"then": {"outcome": outcome}})
            for carrier in ("jambonz", "twilio"):
                sid = outbound_jambonz(lab, timeout=1)[2]["sid"] if carrier == "jambonz" else outbound_twilio(app, lab, Timeout=1)[2]["sid"]
                call = lab.over(sid, [("status", status)])
                assert call["sip_status"] == sip and not call["media"], call
        lab.rules({"then": {"outcome": "failed", "sip": 404, "pick_up_ms": 0}})
        call = lab.over(outbound_jambonz(lab)[2]["sid"], [("status", "failed")])
        assert labels(call) == ["trying", "failed"] and call["sip_status"] == 404
        lab.rules()
        sid = outbound_twilio(app, lab)[2]["sid"]
        assert lab.twilio("POST", f"/Calls/{sid}.json", {"Status": "canceled"})[2]["status"] == "canceled"
        lab.over(sid, [("status", "canceled")])
        assert not app.to("/call") and not app.to("/voice")


def test_machines_that_answer():
    with Field() as (app, lab, field):
        app.answers["/amd"] = []
        sid = outbound_jambonz(lab, amd={"actionHook": app.url("/amd")})[2]["sid"]
        lab.wait(sid, lambda c: lab.hooks(c, "amd"), "the verdict")
        assert app.to("/amd")[0].body["type"] == "amd_human_detected"
        lab.hang_up(sid)
        lab.rules({"then": {"answered_by": "machine", "amd_ms": 100}})
        sid = outbound_twilio(app, lab, MachineDetection="Enable", AsyncAmd="true", AsyncAmdStatusCallback=app.url("/tw-amd"))[2]["sid"]
        lab.wait(sid, lambda c: lab.hooks(c, "amd"), "the verdict")
        assert app.to("/tw-amd")[0].body["AnsweredBy"] == "machine_start"
        assert lab.twilio("GET", f"/Calls/{sid}.json")[2]["answered_by"] == "machine_start"
        assert "AnsweredBy" not in app.to("/voice")[0].body
        sid = outbound_twilio(app, lab, MachineDetection="DetectMessageEnd")[2]["sid"]
        lab.wait(sid, lambda c: lab.hooks(c, "call hook"), "the hook")
        assert app.to("/voice")[1].body["AnsweredBy"] == "machine_end_beep"


def test_statuses_come_twice_late_in_another_order_or_never():
    with Field() as (app, lab, field):
        app.answers["/voice"] = "<Response><Hangup/></Response>"
        lab.rules({"then": {"status": {"reorder": True}}})
        call = lab.over(outbound_twilio(app, lab)[2]["sid"], [("status", "completed"), ("status", "in-progress")])
        came = [int(r.body["SequenceNumber"]) for r in app.to("/tw-status")]
        assert sorted(came) == [0, 1, 2, 3] and came != [0, 1, 2, 3], came
        lab.rules({"then": {"status": {"duplicates": 1, "lose": ["completed"]}}})
        call = lab.over(outbound_twilio(app, lab)[2]["sid"])
        call = lab.wait(call["sid"], lambda c: len(labels(c)) == 6, "all statuses")
        assert lab.said(call, "status lost") == ["completed"] and sorted(set(labels(call))) == ["in-progress", "initiated", "ringing"]
        lab.rules({"then": {"hook": {"delay_ms": 300, "duplicate": True}}})
        sid = lab.ring("jambonz", hang_up_ms=100)
        call = lab.over(sid, ["call hook", "call hook again"])
        assert len([r for r in app.to("/call") if r.body["call_sid"] == sid]) == 2
        first = [r for r in app.requests if r.body.get("call_sid") == sid][0]
        assert first.path == "/status"  # before the hook


def test_media_that_never_opens_is_refused_or_says_nothing():
    with Field() as (app, lab, field):
        for carrier in ("jambonz", "twilio"):
            sid = lab.ring(carrier, media="never")
            lab.wait(sid, lambda c: c["state"] == "in-progress", "that it is taken")
            time.sleep(0.5)
            lab.hang_up(sid)
            call = lab.over(sid)
            assert call["media"][0]["opened"] is False and not app.sockets
            call = lab.over(lab.ring(carrier, media="refused"), ["action hook" if carrier == "jambonz" else "stream status"])
            assert call["ended_by"] == "carrier" and not app.sockets
            sid = lab.ring(carrier, media="mute", hang_up_ms=600)
            call = lab.over(sid)
            media = app.sockets.pop()
            assert media.binary == 0 and media.media == 0 and media.texts and call["media"][0]["opened"]
        call = lab.over(lab.ring("twilio", give_up_ms=50, hook={"delay_ms": 300}), [("status", "no-answer")])
        assert call["answered"] is None and call["ended_by"] == "person"


def test_what_listen_is_not_asked_for_does_not_happen():
    with Field() as (app, lab, field):
        verb = field.listen(passDtmf=False)
        del verb["bidirectionalAudio"]
        app.answers["/call"] = [verb]
        sid = lab.ring("jambonz", say=["@now:dtmf:1", "wait:300", "hangup"], preamble="minimal", drachtio=True)
        call = lab.over(sid)
        media, = app.sockets
        assert media.texts == [{"sampleRate": 8000, "mixType": "mono", "callSid": sid}], media.texts  # and no key
        assert media.headers["sec-websocket-protocol"] == "audio.drachtio.org" and call["heard_ms"] == 0


def test_a_call_goes_on_where_another_socket_left_it():
    with Field() as (app, lab, field):
        app.answers["/voice"] = field.connect('<Redirect>/again</Redirect>')
        app.answers["/again"] = field.connect()
        app.greeting_ms = 0
        sid = lab.ring("twilio", say=["@now:dtmf:1", "wait:400", "@now:dtmf:2", "hangup"])
        wait_until(lambda: app.sockets and [t for t in app.sockets[0].texts if t["event"] == "dtmf"], 20, "the first key")
        app.sockets[0].close()
        call = lab.over(sid)
        assert [[t["dtmf"]["digit"] for t in s.texts if t["event"] == "dtmf"] for s in app.sockets] == [["1"], ["2"]]
        assert call["ended_by"] == "person" and [m["ended_by"] for m in call["media"]] == ["daemon", "person"]
        assert call["media"][0]["stream_sid"] != call["media"][1]["stream_sid"]


def test_https_and_wss_go_through_the_balancer_with_their_own_names():
    app = Application()
    app.answers["/voice"] = '<Response><Connect><Stream url="wss://gw.example/stream/x"/></Connect></Response>'
    with Carriers("--twilio-voice", "https://gw.example/voice?a=1", "--via", app.url("")) as lab:
        call = lab.over(lab.ring("twilio", hang_up_ms=300))
        hook, = app.to("/voice")
        assert hook.headers["host"] == "gw.example" and hook.target == "/voice?a=1"
        text = "https://gw.example/voice?a=1" + "".join(k + v for k, v in sorted(hook.body.items()))
        assert base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode() == hook.headers["x-twilio-signature"]
        media, = app.sockets
        expected = hmac.new(TOKEN.encode(), b"wss://gw.example/stream/x", hashlib.sha1).digest()
        assert media.headers["host"] == "gw.example" and media.headers["x-twilio-signature"] == base64.b64encode(expected).decode()
        assert call["media"][0]["opened"]
    app.close()


def test_the_answer_that_nobody_can_know_is_found_by_list():
    with Field() as (app, lab, field):
        lab.rules({"match": {"rest": "create"}, "times": 1, "then": {"rest": {"status": 500, "after_placed": True}}})
        assert outbound_twilio(app, lab, To="+15557770001")[0] == 500
        found = lab.twilio("GET", "/Calls.json?To=%2B15557770001")[2]["calls"]
        assert len(found) == 1 and found[0]["direction"] == "outbound-api"
        lab.rules({"match": {"rest": "create"}, "times": 1, "then": {"rest": {"no_answer": True, "after_placed": True}}})
        try:
            outbound_jambonz(lab, tag={"n": 1})
            raise AssertionError("there was an answer")
        except OSError:
            pass
        assert [c["customerData"] for c in lab.jambonz("GET", "")[2]] == [{"n": 1}]
        lab.rules({"match": {"rest": "create"}, "times": 1, "then": {"rest": {"delay_ms": 300}}})
        began = time.monotonic()
        assert outbound_twilio(app, lab)[0] == 201 and time.monotonic() - began >= 0.3


def test_hooks_are_tried_again_as_their_fragment_says():
    with Field() as (app, lab, field):
        seen = []
        app.answers["/flaky"] = lambda rq: seen.append(rq) or (500 if len(seen) < 3 else "<Response><Hangup/></Response>")
        sid = outbound_twilio(app, lab, Url=app.url("/flaky#rc=3&rp=5xx"))[2]["sid"]
        call = lab.over(sid)
        assert len(seen) == 3 and all(twilio_signed(app, rq) for rq in seen), call
        assert len({rq.headers["i-twilio-idempotency-token"] for rq in seen}) == 1
        assert [h["attempt"] for h in lab.hooks(call, "call hook")] == [1, 2, 3]


def test_rules_that_are_wrong_change_nothing():
    with Field() as (app, lab, field):
        lab.rules({"then": {"outcome": "busy"}})
        for rules in ([{"then": {"outcome": "bussy"}}], [{"then": {"nothing": 1}}], [{}], {}, [{"then": {"pick_up_ms": "1"}}]):
            status, _, said = lab.ask("PUT", "/_lab/rules", {"rules": rules})
            assert status == 400 and said["code"] == "bad_request", (rules, said)
        call = lab.over(outbound_jambonz(lab)[2]["sid"])
        assert call["state"] == "busy"
        assert lab.ask("POST", "/_lab/calls", {"carrier": "other", "to": "1", "from": "2"})[0] == 400
        assert lab.ask("GET", "/_lab/calls/nobody")[0] == 404


def test_two_hundred_calls_at_once():
    with Field() as (app, lab, field):
        app.greeting_ms = 0
        each = {"say": ["@now:tone:200"]}
        sids = []
        threads = [threading.Thread(target=lambda i=i: sids.append(lab.ring("twilio" if i % 2 else "jambonz", **each))) for i in range(200)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        wait_until(lambda: len([s for s in app.sockets if s.binary + s.media]) == 200, 30, "all media")
        assert json.loads(json.dumps(lab.ask("GET", "/_lab/stats")[2]))["live"] == 200
        for sid in sids:
            assert lab.hang_up(sid) == 204
        wait_until(lambda: lab.ask("GET", "/_lab/stats")[2]["hooks_under_way"] == 0 and all(c["over"] for c in lab.calls()), 30, "all ends")
        assert all(c["media"][0]["opened"] and c["state"] == "completed" for c in lab.calls())


test_two_hundred_calls_at_once.alone = True
