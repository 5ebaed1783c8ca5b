"""Does the lab speak ElevenLabs' protocol? Its own client drives every call that we make, and judges what the lab signs."""
import json
import os
import subprocess

import npm
from application import Application
from lab_carriers import ACCOUNT, TOKEN, Carriers
from stack import ROOT, wait_until

VENDORS = os.path.join(ROOT, "tests/integration/vendors")
NUMBER = "+12165550150"
KEY = {"xi-api-key": "k"}


def node(*args, stdin=None):
    p = subprocess.run(["node", os.path.join(npm.ready(VENDORS), "elevenlabs.mjs"), *args], input=stdin, capture_output=True, text=True,
                       timeout=60, check=False)
    assert p.returncode == 0, p.stderr[-3000:]
    return json.loads(p.stdout)


def test_elevenlabs_own_client_takes_the_lab_for_elevenlabs():
    with Carriers() as lab:
        assert lab.twilio("POST", "/IncomingPhoneNumbers.json", {"PhoneNumber": NUMBER, "VoiceUrl": "https://gw.example/voice"})[0] == 201
        lab.rules({"match": {"carrier": "elevenlabs", "direction": "outbound", "to": "+15551230000"},
                   "then": {"hang_up_ms": 50, "say": ["text:Yes, please."], "talk": {"metadata": {"call_duration_secs": 180}}}},
                  {"match": {"carrier": "elevenlabs", "direction": "outbound", "to": "+15551230009"}, "then": {"outcome": "busy"}},
                  {"match": {"carrier": "elevenlabs", "rest": "agents", "to": "too many"}, "then": {"rest": {"status": 429, "code": 1, "retry_after_s": 1}}})
        said = node(lab.url, json.dumps({"sid": ACCOUNT, "token": TOKEN, "number": NUMBER}))
        # The number rings at ElevenLabs now.
        [owned] = lab.twilio("GET", "/IncomingPhoneNumbers.json")[2]["incoming_phone_numbers"]
        assert "elevenlabs.io" in owned["voice_url"]
    agent = said["created"]["agentId"]
    assert said["updated"] == "front desk" and said["got"] == {"name": "front desk", "first": "Hello {{name}}"} and said["listed"] == 1
    assert said["noAgent"]["error"]["status"] == 404, said["noAgent"]
    assert said["imported"]["phoneNumberId"].startswith("phnum_") and said["importedTwice"]["error"]["status"] == 400
    assert said["wrongToken"]["error"]["body"]["detail"]["status"] == "invalid_provider_config"
    assert said["attached"]["agentId"] == agent and said["number"] == NUMBER and said["numbers"] == 1
    assert said["called"]["success"] is True and said["called"]["callSid"].startswith("CA")
    over = said["over"]
    assert over["status"] == "done" and over["transcript"] == [["agent", "Hello Ann"], ["user", "Yes, please."], ["agent", "I see."]]
    assert over["metadata"]["callDurationSecs"] == 180 and over["metadata"]["phoneCall"]["callResult"] == "answered"
    assert over["analysis"]["callSuccessful"] == "success" and over["variables"]["system__call_sid"] == said["called"]["callSid"]
    assert over["userId"] == "u1" and over["variables"]["call_id"] == "call_1"
    assert said["busy"] == "busy" and said["nameless"]["code"] == 1008
    assert said["byUser"] == [True] and said["pages"] == [2, True, 1] and said["later"] == 0
    assert said["audio"] > 10 and said["noAudio"]["error"]["status"] == 404
    assert said["twiml"].startswith("<?xml") and "<Stream url=" in said["twiml"]
    assert said["missing"]["error"] and said["busyVendor"]["error"]["status"] == 429, said
    assert said["busyVendor"]["error"]["body"]["detail"]["code"] == "concurrent_limit_exceeded"
    assert said["numbersAfter"] == said["agentsAfter"] == 0


def outbound(lab, to):
    status, _, said = lab.ask("POST", "/v1/convai/twilio/outbound-call", {"agent_id": "a", "agent_phone_number_id": "p", "to_number": to}, KEY)
    assert status == 200 and said["success"], said
    return said["conversation_id"]


def test_the_end_of_a_call_is_told_signed_and_once():
    app = Application()
    with Carriers("--elevenlabs-webhook", app.url("/hook")) as lab:
        app.answers["/hook"] = (200, "application/json", "{}")
        lab.rules({"match": {"carrier": "elevenlabs", "to": "+1555000*"}, "then": {"hang_up_ms": 50}},
                  {"match": {"carrier": "elevenlabs", "to": "+15550001"}, "then": {"outcome": "no-answer"}},
                  {"match": {"carrier": "elevenlabs", "to": "+15550002"}, "then": {"status": {"lose": ["post_call_transcription"]}}},
                  {"match": {"carrier": "elevenlabs", "to": "+15550003"}, "then": {"status": {"duplicates": 1}}})
        assert lab.ask("PUT", "/_lab/elevenlabs", {"secret": "wsec_other", "audio": True})[0] == 204
        talks = {to: outbound(lab, to) for to in ("+15550000", "+15550001", "+15550002", "+15550003", "+15559999")}
        wait_until(lambda: len(app.to("/hook")) == 8, 20, "the webhooks")
        told = [(to, rq.body["type"]) for rq in app.to("/hook") for to, c in talks.items() if rq.body["data"]["conversation_id"] == c]
        both = ["post_call_audio", "post_call_transcription"]
        for to, types in (("+15550000", both), ("+15550001", ["call_initiation_failure"]), ("+15550002", both[:1]), ("+15550003", sorted(both * 2))):
            assert sorted(t for n, t in told if n == to) == types, (to, told)
        [failure] = [rq.body["data"] for rq in app.to("/hook") if rq.body["type"] == "call_initiation_failure"]
        assert failure["failure_reason"] == "no-answer" and failure["metadata"]["body"]["CallStatus"] == "no-answer"
        # One that goes on is ended from here, with what the test wants of it.
        open_ = talks["+15559999"]
        status, _, said = lab.ask("PUT", f"/_lab/conversations/{open_}", {"analysis": {"data_collection_results": {"score": {"value": 8}}}})
        assert status == 200 and said["status"] == "processing", said
        wait_until(lambda: len(app.to("/hook")) == 10, 20, "the webhooks of the last")
        status, _, said = lab.ask("GET", f"/v1/convai/conversations/{open_}", headers=KEY)
        assert said["status"] == "done" and said["analysis"]["data_collection_results"]["score"]["value"] == 8 and said["has_audio"]
        wait_until(lambda: len(lab.ask("GET", f"/_lab/conversations/{open_}")[2]["deliveries"]) == 2, 20, "the deliveries")
        # Their library believes all of it, and nothing else.
        sent = [{"body": rq.raw.decode(), "header": rq.headers["elevenlabs-signature"], "secret": "wsec_other"} for rq in app.to("/hook")]
        judged = node("-", stdin=json.dumps(sent + [{**sent[0], "secret": "wsec_lab"}, {**sent[0], "body": sent[0]["body"] + " "}]))
        assert all(j.get("ok") for j in judged[:-2]) and not any(j.get("ok") for j in judged[-2:]), judged
    app.close()


def test_a_registered_call_is_answered_by_the_hosted_agent():
    app = Application()
    with Carriers("--twilio-voice", app.url("/voice"), "--elevenlabs-webhook", app.url("/hook")) as lab:
        lab.rules({"match": {"carrier": "elevenlabs", "direction": "inbound"}, "then": {"hang_up_ms": 200}})
        status, kind, twiml = lab.ask("POST", "/v1/convai/twilio/register-call",
                                      {"agent_id": "a", "from_number": "+15551112222", "to_number": NUMBER, "direction": "inbound"}, KEY)
        assert status == 200 and kind["content-type"] == "application/xml", twiml
        app.answers["/voice"] = twiml
        call = lab.over(lab.ring("twilio"))
        assert call["media"][0]["audible_ms"] >= 100 and call["media"][0]["close_code"] == 1000, call
        wait_until(lambda: app.to("/hook"), 20, "the webhook")
        data = app.to("/hook")[0].body["data"]
        assert data["metadata"]["phone_call"]["direction"] == "inbound" and data["metadata"]["phone_call"]["call_sid"] == call["sid"]
    app.close()
