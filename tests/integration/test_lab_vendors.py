"""What the carriers' own libraries say of the lab: their clients drive its REST, their validators judge what it takes and
what it signs."""
import json
import os
import subprocess

import npm
from lab_carriers import ACCOUNT, JAMBONZ_ACCOUNT, JAMBONZ_APPLICATION, JAMBONZ_KEY, JAMBONZ_SECRET, TOKEN
from stack import ROOT
from test_lab_carriers import Field, outbound_twilio

VENDORS = os.path.join(ROOT, "tests/integration/vendors")
URL = "wss://gw.example/media"
TWO_WAY = {"enabled": True, "streaming": True, "sampleRate": 8000}
TARGET = [{"type": "phone", "number": "+1555"}]

TAKEN = [
    [{"verb": "listen", "url": URL}],
    [{"verb": "listen", "id": "gw", "url": URL, "actionHook": "/done", "sampleRate": 16000, "mixType": "mono", "passDtmf": True,
      "metadata": {"gw": "v1"}, "bidirectionalAudio": TWO_WAY, "wsAuth": {"username": "u", "password": "p"}}],
    [{"verb": "stream", "url": URL}],
    [{"verb": "listen", "url": URL, "actionHook": {"url": "https://x/y", "method": "POST"}, "maxLength": 10, "playBeep": True}],
    [{"verb": "answer"}],
    [{"verb": "hangup"}],
    [{"verb": "hangup", "headers": {"X-Reason": "done"}}],
    [{"verb": "sip:decline", "status": 486, "reason": "Busy Here"}],
    [{"verb": "pause", "length": 1}],
    [{"verb": "say", "text": "hello"}],
    [{"verb": "say", "text": ["a", "b"], "loop": 2}],
    [{"verb": "say", "text": "hello", "synthesizer": {"vendor": "google", "language": "en-US", "voice": "x"}}],
    [{"verb": "play", "url": "https://x/a.wav", "timeoutSecs": 5, "loop": 1}],
    [{"verb": "play", "url": ["https://x/a.wav", "https://x/b.wav"]}],
    [{"verb": "dtmf", "dtmf": "12", "duration": 200}],
    [{"verb": "tag", "data": {"a": 1}}],
    [{"verb": "redirect", "actionHook": "https://x/next"}],
    [{"verb": "dial", "target": TARGET}],
    [{"verb": "dial", "target": [{"type": "sip", "sipUri": "sip:a@b", "auth": {"username": "u", "password": "p"}}], "answerOnBridge": True,
      "timeout": 20, "timeLimit": 60, "callerId": "+1", "actionHook": "/d", "confirmHook": "/w", "dialMusic": "https://x/m", "tag": {}}],
    [{"verb": "dial", "target": TARGET, "amd": {"actionHook": "/amd", "timers": {"decisionTimeoutMs": 100}}}],
    [{"verb": "sip:refer", "referTo": "+1555", "actionHook": "/r", "eventHook": "/e", "headers": {}}],
    [{"verb": "gather", "input": ["digits"], "numDigits": 4, "timeout": 5, "actionHook": "/g", "say": {"text": "press"}}],
    [{"verb": "conference", "name": "room", "beep": True, "statusHook": "/c", "statusEvents": ["join"], "endConferenceOnExit": True}],
    [{"verb": "dub", "action": "addTrack", "track": "bg", "play": "https://x/n.wav", "loop": True, "gain": "-10 dB"}],
    [{"verb": "config", "amd": {"actionHook": "/amd"}, "notifyEvents": True}],
    [{"verb": "config", "listen": {"enable": True, "url": URL}, "record": {"action": "startCallRecording", "recordingID": "r"}}],
    [{"verb": "leave"}],
    [{"verb": "answer"}, {"verb": "pause", "length": 0.5}, {"verb": "hangup"}],
]
REFUSED = [
    [{"verb": "listen"}],
    [{"verb": "listen", "url": URL, "sampleRate": "8000"}],
    [{"verb": "listen", "url": URL, "wsAuth": {"username": "u"}}],
    [{"verb": "dial", "target": [{"type": "pigeon", "number": "1"}]}],
    [{"verb": "dial", "target": [{"number": "1"}]}],
    [{"verb": "play"}],
    [{"verb": "config", "amd": {}}],
    [{"verb": "listen", "url": 5}],
    [{"verb": "listen", "url": URL, "mixType": "quad"}],
    [{"verb": "listen", "url": URL, "passDtmf": "true"}],
    [{"verb": "pause"}],
    [{"verb": "sip:decline"}],
    [{"verb": "sip:decline", "status": "486"}],
    [{"verb": "dial"}],
    [{"verb": "dtmf"}],
    [{"verb": "dtmf", "dtmf": 12}],
    [{"verb": "tag"}],
    [{"verb": "redirect"}],
    [{"verb": "dub", "action": "dance", "track": "x"}],
    [{"verb": "gather", "input": "digits"}],
    [{"verb": "conference"}],
    [{"verb": "nothing"}],
    [{"verb": "answer"}, {"verb": "nothing"}],
    [{"a": 1, "b": 2}],
    {"verb": "hangup"},
]
# Where Jambonz' two validators are not of one mind: (app, what the older one and the lab say); the newer says the opposite.
SPLIT = [
    ([{"answer": {}}], True),
    ([], True),
    ([{"verb": "listen", "url": URL, "foo": 1}], False),
    ([{"verb": "listen", "url": URL, "bidirectionalAudio": {"enabled": True, "rate": 8000}}], False),
]


def node(*args, **more):
    p = subprocess.run(["node", "lab_carriers.mjs", *args], cwd=npm.ready(VENDORS), capture_output=True, text=True, timeout=120, check=False, **more)
    assert p.returncode == 0, p.stderr[-3000:]
    return json.loads(p.stdout)


def judged(verbs=(), jambonz=(), twilio=()):
    return node("-", input=json.dumps({"verbs": list(verbs), "jambonz": list(jambonz), "twilio": list(twilio)}))


def test_the_lab_takes_the_verbs_that_jambonz_takes():
    with Field() as (_, lab, _field):
        apps = TAKEN + REFUSED + [app for app, _ in SPLIT]
        expected = [True] * len(TAKEN) + [False] * len(REFUSED) + [ok for _, ok in SPLIT]
        said = judged(verbs=apps)["verbs"]
        for i, (app, ok) in enumerate(zip(apps, expected)):
            ours = lab.ask("POST", "/_lab/verbs", json.dumps(app).encode())[2]
            older, newer = (said[i][n] is True for n in ("specifications", "schema"))
            assert ours["ok"] == older == ok, (app, ours, said[i])
            assert newer == (ok if i < len(TAKEN) + len(REFUSED) else not ok), (app, said[i])


def test_signatures_of_the_lab_pass_the_vendors_own_checks():
    with Field() as (app, lab, field):
        app.answers["/q"] = field.connect(action=' action="/after?x=1&amp;y=%20z" method="GET"')
        app.answers["/after"] = "<Response/>"
        lab.over(lab.ring("jambonz", hang_up_ms=100, caller_name="Zoë \"Q\""), [("status", "completed")])
        sid = outbound_twilio(app, lab, Url=app.url("/q?a=1&b=%C3%A9"))[2]["sid"]
        lab.wait(sid, lambda c: c["media"] and c["media"][0]["opened"], "the media")
        app.sockets[-1].close()
        lab.over(sid, ["action", ("status", "completed")])
        jambonz = [{"secret": JAMBONZ_SECRET, "header": r.headers["jambonz-signature"], "body": r.raw.decode()}
                   for r in app.requests if "jambonz-signature" in r.headers]
        twilio = [{"token": TOKEN, "url": app.url(r.target), "params": r.body, "signature": r.headers["x-twilio-signature"]}
                  for r in app.requests if "x-twilio-signature" in r.headers]
        twilio.append({"token": TOKEN, "url": app.url("/stream/abc", "ws"), "params": {},
                       "signature": app.sockets[-1].headers["x-twilio-signature"]})
        assert len(jambonz) >= 5 and len(twilio) >= 7, (len(jambonz), len(twilio))
        said = judged(jambonz=jambonz + [{**jambonz[0], "body": jambonz[1]["body"]}, {**jambonz[0], "secret": "other"}],
                      twilio=twilio + [{**twilio[0], "url": twilio[0]["url"] + "x"}, {**twilio[0], "token": "other"}])
        assert said["jambonz"] == [True] * len(jambonz) + [False, False]
        assert said["twilio"] == [True] * len(twilio) + [False, False]


def codes(said, *names):
    return [(said[n].get("error") or {}).get("code") for n in names]


def test_the_vendors_clients_drive_the_lab():
    with Field() as (app, lab, _field):
        app.answers["/started"] = lambda _: {"fork": any(s.target == "/fork" and len(s.texts) > 1 for s in app.sockets)}
        said = node(lab.url, json.dumps({"account": ACCOUNT, "token": TOKEN, "jambonzAccount": JAMBONZ_ACCOUNT, "jambonzKey": JAMBONZ_KEY,
                                         "application": JAMBONZ_APPLICATION, "hook": app.url("/voice"),
                                         "media": app.url("/fork", "ws"),
                                         "started": app.url("/started")}))
        t, j = said["twilio"], said["jambonz"]
        assert t["created"]["status"] == "queued" and t["created"]["direction"] == "outbound-api" and t["created"]["queueTime"] == "0"
        assert t["fork"]["status"] == "in-progress" and t["fork"]["name"] == "ear" and t["forkStopped"] == "stopped", t["fork"]
        assert t["updated"] == "in-progress" and t["completed"] == "completed" and t["fetched"]["status"] == "completed"
        assert t["fetched"]["endTime"].startswith("20") and t["fetched"]["duration"].isdigit()
        assert t["listed"] == 5 and t["listedLater"] == 0 and t["byKey"] is True and t["removed"] is True
        assert codes(t, "tooLate", "gone", "unauthenticated", "badTo", "forkUnknown", "noMobile", "boughtTwice", "badVoiceUrl", "unowned",
                     "badTwiml", "removedLive") == [21220, 20404, 20003, 21211, 20404, 20404, 21452, 21402, 21210, 21218, 20009], t
        assert t["badTo"]["error"]["moreInfo"].endswith("/21211") and t["badTo"]["error"]["status"] == 400
        assert t["available"]["count"] == 3 and t["available"]["capabilities"] == {"voice": True, "SMS": True, "MMS": True}
        assert t["bought"] == {"number": True, "voiceUrl": app.url("/voice"), "voice": True} and t["changed"] == app.url("/voice/2")
        assert t["owned"] == 1 and t["released"] is True and t["ownedAfter"] == 0
        fork = [s for s in app.sockets if s.target == "/fork"][0]
        assert fork.texts[1]["start"]["tracks"] == ["inbound"]
        assert len(j["created"]) == 36 and j["listed"] == 1 and j["after"] == "number"
        assert all(j[n] == {"ok": None} for n in ("whispered", "muted", "ended", "removed")), j
        assert [j[n]["error"]["status"] for n in ("wrongState", "endedTwice", "unauthenticated", "noHook")] == [422, 422, 401, 400], j
        assert "not found" in j["gone"]["error"]["message"] and j["unknown"]["error"], j
