"""/v1/webhooks and /webhooks of the daemon: endpoints, their log, sending, judging, dead letters; per tenant."""
import base64
import hashlib
import hmac
import json
import re
import subprocess
import time
import urllib.error
import urllib.request

from house import House
from receiver import Receiver
from stack import DAEMON, wait_until
from test_webhooks import accepted, signed


class Api:
    def __init__(self, house, tenant, role):
        p = subprocess.run([DAEMON, "keys", "create", "--tenant", tenant, "--role", role], env=house.env, capture_output=True, text=True,
                           timeout=30, check=False)
        assert p.returncode == 0, p.stderr
        self.key, self.house = re.search(r"iv_live_\w{38}", p.stdout).group(), house

    def __call__(self, method, path, body=None, expect=None, **headers):
        data = json.dumps(body).encode() if body is not None else None
        rq = urllib.request.Request(self.house.http(path), data=data, method=method,
                                    headers={"Authorization": "Bearer " + self.key, "Content-Type": "application/json", **headers})
        try:
            with urllib.request.urlopen(rq, timeout=20) as r:
                status, text = r.status, r.read().decode()
        except urllib.error.HTTPError as e:
            status, text = e.code, e.read().decode()
        if expect:
            assert status == expect, (method, path, status, text)
        return json.loads(text) if text else None


class Three:
    """The daemon without a lab, a receiver, and who asks: A's developer and admin, and B's admin."""

    def __init__(self, **env):
        self.house = House(lab=False, env={"EGRESS_ALLOW": "127.0.0.2", **env})

    def __enter__(self):
        self.house.__enter__()
        self.r = Receiver()
        self.a, self.admin, self.b = Api(self.house, "A", "dev"), Api(self.house, "A", "admin"), Api(self.house, "B", "admin")
        self.reader = Api(self.house, "A", "analyst")
        return self

    def __exit__(self, *exc):
        self.house.__exit__(*exc)

    def arrived(self, path, count=1, seconds=10):
        return wait_until(lambda: len(self.r.to(path)) >= count and self.r.to(path), seconds, f"{count} at {path}")

    def settled(self, seconds=15):
        wait_until(lambda: self.house.rows("select count(*) from webhook_outbox where state in ('pending', 'sending')") == [["0"]],
                   seconds, "everything delivered or dead")


def wrong(answer):
    return {e["pointer"] if "pointer" in e else e.get("parameter") for e in answer["errors"]}


def test_a_webhook_lives_from_its_making_to_its_end():
    with Three() as t:
        made = t.a("POST", "/v1/webhooks", {"url": t.r.url("/ok"), "events": ["call.ended", "stt.final"], "description": "mine",
                                            "headers": {"Authorization": "Bearer xyz"}}, 201)
        secret, name = made.pop("secret"), made["id"]
        assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret) and name.startswith("whe_")
        assert made["url"] == t.r.url("/ok") and made["events"] == ["call.ended", "stt.final"] and made["enabled"] is True
        assert made["headers"] == {"Authorization": "***"} and made["schedule"] == "default" and made["maxConcurrency"] == 4
        shown = t.reader("GET", f"/v1/webhooks/{name}", None, 200)
        assert shown == made and secret not in json.dumps(t.reader("GET", "/v1/webhooks", None, 200))
        # It is tried.
        event = t.a("POST", f"/v1/webhooks/{name}/test", None, 202)["eventId"]
        got = t.arrived("/ok")[0]
        body = json.loads(got.body)
        assert got.id == event == body["eventId"] and body["type"] == "webhook.test" and body["endpointId"] == name
        assert body["tenantId"] == "A" and body["schemaVersion"] == "webhook.test.v1" and re.match(r"2\d{3}-.*Z$", body["timestamp"])
        assert got.headers["authorization"] == "Bearer xyz"
        other = "whpk_" + base64.b64encode(bytes([88] + [102] * 31)).decode()
        assert re.fullmatch(r"whpk_[A-Za-z0-9+/]{43}=", made["publicKey"])
        forged = {**signed(got, secret), "body": got.body.decode() + " ", "keys": [made["publicKey"]]}
        assert accepted([{**signed(got, secret), "keys": [made["publicKey"], other]}]) == [
            {"standardwebhooks": True, "svix": True, "keys": [True, False]}]
        assert accepted([forged])[0]["keys"] == [False]
        # It changes: what is sent and nothing else; a hidden value that comes back is what it was.
        changed = t.a("PATCH", f"/v1/webhooks/{name}", {"headers": {"Authorization": "***", "X-New": "1"}, "schedule": "short"}, 200)
        assert changed["headers"] == {"Authorization": "***", "X-New": "***"} and changed["description"] == "mine"
        assert changed["schedule"] == "short" and changed["url"] == made["url"]
        t.a("POST", f"/v1/webhooks/{name}/test", None, 202)
        got = t.arrived("/ok", 2)[1]
        assert got.headers["authorization"] == "Bearer xyz" and got.headers["x-new"] == "1"
        # Its secret is replaced: both sign.
        rotated = t.a("POST", f"/v1/webhooks/{name}/rotate", None, 200)
        assert rotated["secret"] != secret and rotated["previousSecretUntil"] > rotated["updatedAt"]
        t.a("POST", f"/v1/webhooks/{name}/test", None, 202)
        got = t.arrived("/ok", 3)[2]
        keys = [made["publicKey"], rotated["publicKey"]]
        assert keys[0] != keys[1]
        said = accepted([{**signed(got, secret), "keys": keys}, signed(got, rotated["secret"])])
        assert all(s["svix"] is True for s in said) and said[0]["keys"] == [True, True], said
        # It is switched off, and on, and goes.
        assert t.a("PATCH", f"/v1/webhooks/{name}", {"enabled": False}, 200)["disabledReason"] == "by request"
        assert t.a("POST", f"/v1/webhooks/{name}/test", None, 409)["code"] == "conflict"
        assert t.a("PATCH", f"/v1/webhooks/{name}", {"enabled": True}, 200)["enabled"] is True
        t.a("DELETE", f"/v1/webhooks/{name}", None, 204)
        t.a("GET", f"/v1/webhooks/{name}", None, 404)
        t.a("DELETE", f"/v1/webhooks/{name}", None, 404)
        assert t.a("GET", "/v1/webhooks", None, 200)["data"] == []
        assert t.house.rows("select secret, previous_secret, sign_key, previous_sign_key from webhook_endpoints") == [["", "", "", ""]]
        assert secret not in t.house.log() and rotated["secret"] not in t.house.log()


def test_every_wrong_field_of_a_webhook_is_named():
    with Three() as t:
        bad = t.a("POST", "/v1/webhooks", {"url": "ftp://x/", "events": ["call.ended", "call.over"], "secret": "whsec_short",
                                           "headers": {"webhook-id": "x", "X-Fine": "y", "X Bad": "z", "X-Cut": "a\nb"}}, 400)
        assert wrong(bad) == {"/url", "/events/1", "/secret", "/headers/webhook-id", "/headers/X Bad", "/headers/X-Cut"}, bad
        for body, pointer in (({}, "/url"), ({"url": t.r.url("/"), "maxConcurrency": 65}, "/maxConcurrency"), ({"url": "x", "nope": 1}, "/nope"),
                              ({"url": t.r.url("/"), "events": []}, "/events"), ({"url": "https://u:p@example.com/"}, "/url"),
                              ({"url": t.r.url("/"), "headers": {f"X-{i}": "1" for i in range(21)}}, "/headers"),
                              ({"url": t.r.url("/"), "headers": [1]}, "/headers"), ({"url": t.r.url("/"), "schedule": "never"}, "/schedule"),
                              ({"url": "https://example.com/" + "x" * 2048}, "/url")):
            assert pointer in wrong(t.a("POST", "/v1/webhooks", body, 400)), body
        t.reader("POST", "/v1/webhooks", {"url": t.r.url("/ok")}, 403)
        name = t.a("POST", "/v1/webhooks", {"url": t.r.url("/ok")}, 201)["id"]
        assert wrong(t.a("PATCH", f"/v1/webhooks/{name}", {"secret": "whsec_x", "events": ["x"]}, 400)) == {"/secret", "/events/0"}


def test_a_tenant_has_as_many_webhooks_as_allowed_and_pages_through_them():
    with Three(WEBHOOK_ENDPOINTS_MAX="5") as t:
        made = [t.a("POST", "/v1/webhooks", {"url": t.r.url(f"/{i}")}, 201)["id"] for i in range(5)]
        assert t.a("POST", "/v1/webhooks", {"url": t.r.url("/6")}, 409)["code"] == "conflict"
        seen, query = [], "?limit=2"
        for more in (True, True, False):
            page = t.a("GET", "/v1/webhooks" + query, None, 200)
            seen += [w["id"] for w in page["data"]]
            assert page["hasMore"] is more
            query = "?limit=2&cursor=" + page.get("nextCursor", "")
        assert seen == made[::-1]
        assert "cursor" in json.dumps(t.a("GET", "/v1/webhooks?cursor=bm90LW91cnM", None, 400))
        assert t.b("GET", "/v1/webhooks", None, 200)["data"] == []


def test_another_tenants_webhooks_are_not_there():
    with Three(WEBHOOK_SCHEDULE="short", MAX_WEBHOOK_RETRIES="0") as t:
        name = t.a("POST", "/v1/webhooks", {"url": t.r.url("/status/500")}, 201)["id"]
        t.a("POST", f"/v1/webhooks/{name}/test", None, 202)
        t.settled()
        dead = t.a("GET", "/webhooks/dlq/items", None, 200)["items"][0]["id"]
        for method, path, body in (("GET", "", None), ("PATCH", "", {"enabled": True}), ("DELETE", "", None), ("POST", "/rotate", None),
                                   ("POST", "/test", None), ("GET", "/deliveries", None)):
            t.b(method, f"/v1/webhooks/{name}{path}", body, 404)
        t.b("POST", f"/v1/webhooks/deliveries/{dead}/replay", None, 404)
        t.b("POST", f"/webhooks/dlq/retry/{dead}", None, 404)
        t.b("POST", "/webhooks/verify", {"payload": "x", "signature": "sha256=00", "webhookId": name}, 404)
        assert t.b("GET", "/webhooks/dlq/items", None, 200)["items"] == []
        assert t.b("GET", "/webhooks/dlq/stats", None, 200)["dead"] == 0
        assert t.b("DELETE", "/webhooks/dlq/clear", None, 200)["cleared"] == 0
        assert t.b("GET", "/webhooks/metrics/summary", None, 200)["days"] == []
        # What is A's address is nobody's to B: it is not signed for with A's secret.
        t.b("POST", "/webhooks/dispatch", {"url": t.r.url("/status/500"), "payload": {}}, 400)
        assert t.a("GET", "/webhooks/dlq/stats", None, 200)["dead"] == 1


def test_the_log_tells_each_try_and_a_delivery_is_replayed_under_its_id():
    with Three(WEBHOOK_SCHEDULE="short", MAX_WEBHOOK_RETRIES="1") as t:
        name = t.a("POST", "/v1/webhooks", {"url": t.r.url("/fails/2")}, 201)["id"]
        event = t.a("POST", f"/v1/webhooks/{name}/test", None, 202)["eventId"]
        t.settled()
        log = t.reader("GET", f"/v1/webhooks/{name}/deliveries", None, 200)["data"]
        assert len(log) == 1 and log[0]["state"] == "dead" and log[0]["eventId"] == event and log[0]["lastStatus"] == 500
        assert [(a["attempt"], a["status"]) for a in log[0]["attempts"]] == [(1, 500), (2, 500)]
        assert all(a["error"].startswith("server_error") and a["durationMs"] >= 0 for a in log[0]["attempts"])
        again = t.a("POST", f"/v1/webhooks/deliveries/{log[0]['id']}/replay", None, 202)
        assert again == {"id": log[0]["id"], "eventId": event, "status": "queued"}
        t.settled()
        assert [g.id for g in t.r.to("/fails/2")] == [event] * 3
        log = t.a("GET", f"/v1/webhooks/{name}/deliveries?state=delivered", None, 200)["data"]
        assert len(log) == 1 and log[0]["lastStatus"] == 204 and len(log[0]["attempts"]) == 3
        assert t.a("GET", f"/v1/webhooks/{name}/deliveries?state=dead", None, 200)["data"] == []
        # What was delivered may go again, but it is no dead letter.
        t.a("POST", f"/webhooks/dlq/retry/{log[0]['id']}", None, 404)
        t.a("POST", f"/v1/webhooks/deliveries/{log[0]['id']}/replay", None, 202)
        t.arrived("/fails/2", 4)
        t.a("POST", "/v1/webhooks/deliveries/dlv_none/replay", None, 404)


def test_dead_letters_are_counted_listed_sent_again_and_cleared():
    with Three(WEBHOOK_SCHEDULE="short", MAX_WEBHOOK_RETRIES="0") as t:
        name = t.a("POST", "/v1/webhooks", {"url": t.r.url("/fails/3")}, 201)["id"]
        events = [t.a("POST", f"/v1/webhooks/{name}/test", None, 202)["eventId"] for _ in range(3)]
        t.settled()
        page = t.a("GET", "/webhooks/dlq/items?limit=2", None, 200)
        assert page["total"] == 3 and page["hasMore"] is True and all(i["url"] == t.r.url("/fails/3") for i in page["items"])
        rest = t.a("GET", "/webhooks/dlq/items?limit=2&cursor=" + page["nextCursor"], None, 200)
        assert sorted(i["eventId"] for i in page["items"] + rest["items"]) == sorted(events)
        stats = t.a("GET", "/webhooks/dlq/stats", None, 200)
        assert stats["dead"] == 3 and stats["due"] == 0 and stats["oldestDeadAt"]
        one = rest["items"][0]
        assert t.a("POST", f"/webhooks/dlq/retry/{one['id']}", None, 202) == {"ok": True, "id": one["id"], "eventId": one["eventId"]}
        t.settled()
        t.a("DELETE", "/webhooks/dlq/clear", None, 403)
        assert t.admin("DELETE", "/webhooks/dlq/clear", None, 200) == {"ok": True, "cleared": 2, "more": False}
        assert t.a("GET", "/webhooks/dlq/stats", None, 200)["dead"] == 0
        summary = t.a("GET", "/webhooks/metrics/summary", None, 200)
        assert [(d["success"], d["dlq"]) for d in summary["days"]] == [(1, 3)] and summary["queue"]["dead"] == 0


def test_a_body_is_sent_by_request():
    with Three(RATE_LIMIT_PER_MINUTE="5") as t:
        secret = "an old receiver's secret"
        order = {"url": t.r.url("/echo"), "payload": {"type": "order.placed", "n": 1, "old": 2, "hide": 3}, "hmacSecret": secret,
                 "headers": {"X-Mine": "yes"}, "priority": 3,
                 "transformation": {"mappings": {"old": "new"}, "filters": ["hide"], "additions": {"more": [1]}}}
        sent = t.a("POST", "/webhooks/dispatch", order, 202)
        got = t.arrived("/echo")[0]
        assert json.loads(got.body) == {"type": "order.placed", "n": 1, "new": 2, "more": [1]}
        assert sent == {"ok": True, "queued": True, "jobId": got.headers["x-webhook-delivery"], "eventId": got.id, "priority": 3}
        assert got.headers["x-signature"] == "sha256=" + hmac.new(secret.encode(), got.body, hashlib.sha256).hexdigest()
        assert got.headers["x-webhook-priority"] == "3" and got.headers["x-mine"] == "yes" and "webhook-signature" not in got.headers
        assert got.headers["x-webhook-event"] == "order.placed"
        # To a webhook of one's own, with its secret and its headers; it is not listed twice.
        own = t.a("POST", "/v1/webhooks", {"url": t.r.url("/own"), "headers": {"X-Own": "1"}}, 201)
        t.a("POST", "/webhooks/dispatch", {"url": t.r.url("/own"), "payload": {"a": 1}}, 202)
        got = t.arrived("/own")[0]
        assert got.headers["x-own"] == "1" and accepted([signed(got, own["secret"])])[0]["svix"] is True
        assert got.headers["x-webhook-event"] == "webhook.dispatch"
        assert len(t.a("GET", "/v1/webhooks", None, 200)["data"]) == 1
        # Refusals.
        for change, pointer in (({"hmacSecret": "short"}, "/hmacSecret"), ({"url": "x"}, "/url"), ({"priority": 6}, "/priority"),
                                ({"headers": {"x-signature": "1"}}, "/headers/x-signature"), ({"transformation": {"mappings": 1}},
                                                                                             "/transformation/mappings")):
            assert wrong(t.a("POST", "/webhooks/dispatch", {**order, **change}, 400)) == {pointer}
        unknown = {"url": t.r.url("/nobody"), "payload": {}}
        assert t.a("POST", "/webhooks/dispatch", unknown, 400)["code"] == "bad_request"
        batch = t.a("POST", "/webhooks/dispatch/batch", {"webhooks": [order, unknown, {**order, "payload": [1, 2]}]}, 202)
        assert batch["queued"] == 2 and len(batch["jobIds"]) == 2 and batch["ok"] is False
        assert batch["refused"] == [{"index": 1, "reason": "unknown"}]
        t.arrived("/echo", 3)
        t.a("POST", "/webhooks/dispatch", order, 202)
        t.a("POST", "/webhooks/dispatch", order, 202)
        assert t.a("POST", "/webhooks/dispatch", order, 429)["code"] == "rate_limited"  # the sixth of the minute
        # The same request twice is one job.
        once = {"Idempotency-Key": "k1"}
        first = t.a("POST", "/webhooks/dispatch", {"url": t.r.url("/own"), "payload": {"b": 1}}, 202, **once)
        assert t.a("POST", "/webhooks/dispatch", {"url": t.r.url("/own"), "payload": {"b": 1}}, 202, **once) == first
        t.settled()
        assert len(t.r.to("/own")) == 2


def test_a_signature_is_judged_and_never_made():
    with Three() as t:
        own = t.a("POST", "/v1/webhooks", {"url": t.r.url("/ok")}, 201)
        t.a("POST", f"/v1/webhooks/{own['id']}/test", None, 202)
        got = t.arrived("/ok")[0]
        body, head = got.body.decode(), got.headers

        def verdict(signature, payload=body, expect=200, **more):
            answer = t.reader("POST", "/webhooks/verify", {"payload": payload, "signature": signature, **more}, expect)
            text = json.dumps(answer)
            assert head["x-signature"][7:] not in text and "expected" not in answer
            return answer

        key = {"webhookId": own["id"]}
        assert verdict(head["x-signature"], **key) == {"valid": True, "reason": "ok"}
        assert verdict(head["x-webhook-signature-v2"], **key)["valid"] is True
        assert verdict(head["webhook-signature"], id=head["webhook-id"], timestamp=head["webhook-timestamp"], **key)["valid"] is True
        assert verdict(head["x-signature"], payload=json.loads(body), **key)["valid"] is True  # printed compactly
        assert verdict(head["x-signature"], payload=body + " ", **key) == {"valid": False, "reason": "wrong_signature"}
        assert verdict("sha256=" + "0" * 64, **key)["reason"] == "wrong_signature"
        assert verdict("nonsense", id="x", timestamp="1", **key)["reason"] == "malformed"
        old = hmac.new(own["secret"].encode(), b"1000." + got.body, hashlib.sha256).hexdigest()
        assert verdict(f"t=1000,v1={old}", **key) == {"valid": False, "reason": "too_old"}
        mine = "a secret only the caller knows"
        assert verdict("sha256=" + hmac.new(mine.encode(), got.body, hashlib.sha256).hexdigest(), secret=mine)["valid"] is True
        assert wrong(verdict("sha256=00", expect=400)) == {"/webhookId"}
        verdict("sha256=00", expect=404, webhookId="whe_none")
        key64 = base64.b64decode(own["secret"][6:])
        mac = hmac.new(key64, f"{head['webhook-id']}.{head['webhook-timestamp']}.{body}".encode(), hashlib.sha256).digest()
        assert head["webhook-signature"].split(" ")[0] == "v1," + base64.b64encode(mac).decode()
        rq = urllib.request.Request(t.house.http("/webhooks/verify"), data=b"{}", headers={"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(rq, timeout=5)
            raise AssertionError("nobody may ask without a credential")
        except urllib.error.HTTPError as e:
            assert e.code == 401


def test_the_endpoint_of_the_configuration_belongs_to_every_tenant():
    with Three() as t:
        t.house.stop_daemon()
        t.house.env.update(TENANT_WEBHOOK_URL=t.r.url("/bootstrap"), WEBHOOK_SECRET="the-platforms-own-secret")
        t.house.start_daemon()
        wait_until(lambda: t.a("GET", "/v1/webhooks", None, 200)["data"], 10, "the endpoint")
        mine = t.a("GET", "/v1/webhooks", None, 200)["data"][0]
        assert mine["origin"] == "bootstrap" and mine["url"] == t.r.url("/bootstrap")
        assert t.b("GET", "/v1/webhooks", None, 200)["data"][0]["id"] != mine["id"]
        t.a("POST", f"/v1/webhooks/{mine['id']}/test", None, 202)
        got = t.arrived("/bootstrap")[0]
        assert got.headers["x-signature"] == "sha256=" + hmac.new(b"the-platforms-own-secret", got.body, hashlib.sha256).hexdigest()
        t.a("DELETE", f"/v1/webhooks/{mine['id']}", None, 204)
        t.house.stop_daemon()
        t.house.start_daemon()
        time.sleep(1)
        assert t.a("GET", "/v1/webhooks", None, 200)["data"] == [], "what a tenant deleted stays deleted"


def test_the_first_platforms_own_paths_lead_to_the_same_behind_the_same_keys():
    with Three() as t:
        order = {"url": t.r.url("/bare"), "payload": {"n": 1}, "hmacSecret": "a secret of sixteen or more"}
        assert t.a("POST", "/dispatch", order, 202)["queued"] is True
        assert t.arrived("/bare")[0].body
        assert t.a("POST", "/dispatch/batch", {"webhooks": [order]}, 202)["queued"] == 1
        t.settled()
        verdict = {"payload": "{}", "signature": "sha256=00", "secret": "a secret of sixteen or more"}
        assert t.a("POST", "/verify", verdict, 200) == t.a("POST", "/webhooks/verify", verdict, 200)
        for path in ("/dlq/stats", "/dlq/items", "/metrics/summary"):
            assert set(t.a("GET", path, expect=200)) == set(t.a("GET", "/webhooks" + path, expect=200)), path
        t.reader("POST", "/dispatch", order, 403)
        t.a("DELETE", "/dlq/clear", expect=403)
        assert t.admin("DELETE", "/dlq/clear", expect=200)["cleared"] == 0
        t.b("POST", "/dlq/retry/dlv_none", {}, 404)
        t.a.key = "nobody"
        for method, path in (("POST", "/dispatch"), ("POST", "/verify"), ("GET", "/dlq/items"), ("GET", "/metrics/summary")):
            t.a(method, path, {} if method == "POST" else None, 401)
