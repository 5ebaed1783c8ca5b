"""What is told of a call, as its subscribers read it."""
import json
import subprocess
import time

from hooks import DRIVER, SECRET
from house import House
from receiver import Receiver
from stack import wait_until

AGENT = {"name": "Told", "disclosure": "I am an AI.", "greeting": "Hello there.", "prompt": "Be brief.",
         "tools": [{"name": "get_time", "description": "What time it is", "url": "/tools/get_time", "method": "GET"}]}
OLDER = "{stt.final,tool.call,call.summary,call.completed,call.failed}"


def types(r, path):
    return sorted(json.loads(g.body)["type"] for g in r.to(path))


def test_every_event_of_a_call_is_what_its_type_says():
    with House(agents={"told": AGENT}) as h:
        r = Receiver()
        for path, events in (("/all", "{*}"), ("/older", OLDER), ("/ended", "{call.ended}")):
            h.rows(f"insert into webhook_endpoints (tenant_id, url, secret, events) values ('A', '{r.url(path)}', '{SECRET}', '{events}')")
        h.rows("update tenants set settings = '{\"daily_cost_cap_inr\": 0.5}' where id = 'A'")
        call = h.call("--leg", "twilio", "--agent", "told", "--say", "text:What time is it", "--say",
                      "text:my number is nine eight seven six five four three two one zero")["call_id"]
        h.books(call)
        wait_until(lambda: "agent.summary" in types(r, "/all"), 30, "agent.summary")
        wait_until(lambda: h.rows("select count(*) from webhook_outbox where state <> 'delivered'") == [["0"]], 15, "all of it delivered")
        time.sleep(0.5)
        got = types(r, "/all")
        for once in ("call.started", "call.ended", "billing.usage.updated", "agent.summary"):
            assert got.count(once) == 1, got
        assert "asr.final" in got and "system.alert" in got, got
        assert types(r, "/ended") == ["call.ended"]
        older = types(r, "/older")
        assert older.count("call.completed") == older.count("call.summary") == 1 and "stt.final" in older and "call.failed" not in older
        assert not {"call.ended", "asr.final", "agent.summary"} & set(older)
        # Each is the struct that the document promises: no member more, none of another type, none missing.
        payloads = "".join(p + "\n" for p, in h.rows("select replace(payload, chr(10), ' ') from webhook_events "
                                                   f"where type not in (select unnest('{OLDER}'::text[]))"))
        p = subprocess.run([DRIVER, "check"], input=payloads, capture_output=True, text=True, check=False)
        assert p.returncode == 0 and not p.stdout, p.stdout
        for g in r.to("/all") + r.to("/older"):
            body = json.loads(g.body)
            assert body["eventId"] == g.id and body["tenantId"] == "A" and body["schemaVersion"] and body["type"] == g.headers["x-webhook-event"]
            assert "T" in body["timestamp"] and body["timestamp"].endswith("Z")
            assert body.get("callId") == (None if body["type"] == "system.alert" else call)
        by_type = {json.loads(g.body)["type"]: json.loads(g.body) for g in r.to("/older")}
        assert by_type["stt.final"]["payload"]["text"] == by_type["stt.final"]["text"]
        assert isinstance(by_type["call.summary"]["summary"], str)


test_every_event_of_a_call_is_what_its_type_says.spoken = True
