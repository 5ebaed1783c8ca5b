"""Campaigns, leads, segments, files of leads and reports over REST: what works, what is refused and how, and whose it is.
INVORTO_LONG=1 reads a file of 200,000 rows while somebody talks."""
import contextlib
import csv
import http.client
import io
import json
import os
import re
import threading
import time

from house import House
from stack import wait_until

LONG = bool(os.environ.get("INVORTO_LONG"))
AGENT = {"name": "Caller", "prompt": "You call.", "disclosure": "This is an AI assistant."}
ROWS = 200_000 if LONG else 3_000


class Asking:
    """A tenant's side of a house; `expect` is the status that must come."""

    def __init__(self, house, tenant="A", role="dev"):
        self.house, self.key = house, house.key(tenant, role)

    def __call__(self, method, path, body=None, expect=200, **headers):
        status, head, got = self.house.api(method, path, body, self.key, {k.replace("_", "-"): v for k, v in headers.items()}, timeout=60)
        assert status == expect, (method, path, status, got)
        odd = re.findall(r'"\d{4}-\d\d-\d\dT(?![0-9:]{8}\.\d{3}Z")[^"]*"', json.dumps(got))
        assert not odd, ("times are in UTC, to the millisecond", path, odd)
        self.head = head
        return got

    def file(self, where, text, expect=200, **headers):
        return self("POST", where, text if isinstance(text, bytes) else text.encode(), expect, **{"Content_Type": "text/csv", **headers})


@contextlib.contextmanager
def office(**env):
    with House(env={"API_RATE_PER_MINUTE": "10000", **env}, lab=False) as h:
        h.add_agent("A", "caller", AGENT)
        h.rows("insert into voice_phone_numbers (tenant_id, id, phone_number, is_active) values ('A', 'num', '+12125550100', true)")
        yield h, Asking(h), Asking(h, role="analyst"), Asking(h, "B")


def wrong(got):
    return {e.get("pointer", e.get("parameter")) for e in got["errors"]}


def test_a_campaign_lives_from_its_making_to_its_end():
    with office() as (h, dev, reader, other):
        made = dev("POST", "/v1/campaigns", {
            "name": "Renewals", "description": "Spring", "agentId": "caller", "phoneNumberId": "num", "kind": "informational",
            "segment": {"tags": ["renewal"]}, "schedule": {"retryWindows": [{"start": "10:00", "end": "12:00", "timezone": "local"}], "days": [1, 2, 3]},
            "maxConcurrentCalls": 3, "callsPerSecond": 0.5, "maxCallsPerDay": 500, "callIntervalMs": 100, "maxAttempts": 2,
            "retryDelays": [600, 3600], "timezone": "Asia/Kolkata", "consentRequired": False, "scheduledAt": "2099-01-31T12:00:00Z"}, 201)
        at = "/v1/campaigns/" + made["id"]
        assert made["status"] == "draft" and made["callsPerSecond"] == 0.5 and made["retryDelays"] == [600, 3600] and made["consentRequired"] is False
        assert made["schedule"] == {"retryWindows": [{"start": "10:00", "end": "12:00", "timezone": "local"}], "days": [1, 2, 3]}, made
        assert reader("GET", at) == made
        # What is wrong is named, all that a look can find; and nothing is written.
        got = dev("POST", "/v1/campaigns", {"name": "", "kind": "war", "maxAttempts": 0, "callsPerSecond": -1, "colour": 1}, 400)
        assert wrong(got) == {"/name", "/kind", "/maxAttempts", "/callsPerSecond", "/colour"}, got
        for bad, pointer in (({"agentId": "nobody"}, "/agentId"), ({"phoneNumberId": "none"}, "/phoneNumberId"), ({"segment": {}}, "/segment"),
                             ({"segment": {"colour": 1}}, "/segment"), ({"segment": "no such"}, "/segment"), ({"segment": [1]}, "/segment"),
                             ({"schedule": {"retryWindows": [{"start": "25:00", "end": "12:00"}]}}, "/schedule"),
                             ({"schedule": {"retry_windows": []}}, "/schedule"), ({"schedule": 7}, "/schedule"), ({"schedule": {"days": [8]}}, "/schedule"),
                             ({"timezone": "Mars/Olympus"}, "/timezone"), ({"retryDelays": [1]}, "/retryDelays"), ({"retryDelays": "soon"}, "/retryDelays"),
                             ({"retryDelays": [600.5]}, "/retryDelays"), ({"scheduledAt": "soon"}, "/scheduledAt")):
            assert wrong(dev("POST", "/v1/campaigns", {"name": "x", **bad}, 400)) == {pointer}, bad
            assert wrong(dev("PATCH", at, bad, 400)) == {pointer}, bad
        assert reader("GET", at) == made and len(reader("GET", "/v1/campaigns")["data"]) == 1
        changed = dev("PATCH", at, {"maxConcurrentCalls": 9, "description": "", "segment": None})
        assert changed["maxConcurrentCalls"] == 9 and "description" not in changed and "segment" not in changed and changed["maxAttempts"] == 2
        dev("PATCH", at, {}, 400)
        # Nobody's but the tenant's, and a reader changes nothing.
        for method, path, body in (("GET", at, None), ("PATCH", at, {"name": "mine"}), ("DELETE", at, None), ("POST", at + "/start", {}),
                                   ("GET", at + "/metrics", None), ("GET", at + "/preview", None), ("GET", at + "/metrics/daily", None),
                                   ("GET", at + "/calls/export", None), ("GET", at + "/decisions", None), ("POST", at + "/leads", {"ids": ["x"]})):
            other(method, path, body, 404)
            if method != "GET":
                reader(method, path, body, 403)
        other.file(at + "/leads/import", "phone\n+12125550123\n", 404)
        reader.file(at + "/leads/import", "phone\n+12125550123\n", 403)
        dev("GET", "/v1/campaigns/none", None, 404)
        # Orders: what is missing is said.
        got = dev("POST", at + "/start", {}, 422)
        assert got["detail"].startswith("empty_segment"), got
        assert dev("POST", at + "/resume", {}, 409)["detail"].startswith("bad_state")
        lead = dev("POST", "/v1/leads", {"phone": "+12125550123", "campaignId": made["id"], "tags": ["renewal"]}, 201)
        assert lead["campaignId"] == made["id"] and lead["state"] == "idle", lead
        dev("PATCH", at, {"agentId": ""})
        assert dev("POST", at + "/start", {}, 422)["detail"].startswith("no_agent")
        dev("PATCH", at, {"agentId": "caller"})
        preview = reader("GET", at + "/preview?at=2099-02-02T00:00:00Z")
        assert preview["totals"]["leads"] == 1 and [r["leadId"] for r in preview["data"]] == [lead["id"]] and not preview["hasMore"], preview
        assert ("wouldCallAt" in preview["data"][0]) != ("whyNot" in preview["data"][0]), preview
        reader("GET", at + "/preview?at=then", None, 400)
        assert dev("POST", at + "/schedule", {}) == {"id": made["id"], "status": "scheduled", "enrolled": 0}
        got = dev("POST", at + "/start", {"reason": "now"})
        assert got["status"] == "running" and got["enrolled"] == 1, got
        assert [c["id"] for c in reader("GET", "/v1/campaigns?status=active")["data"]] == [made["id"]]
        assert reader("GET", "/v1/campaigns?status=draft")["data"] == [] and reader("GET", "/v1/campaigns?status=gone", None, 400)
        assert dev("POST", at + "/pause", {"reason": "lunch"})["status"] == "paused" and reader("GET", at)["statusReason"] == "lunch"
        assert dev("POST", at + "/resume")["status"] == "running"
        dev("DELETE", at, None, 409)
        assert dev("POST", at + "/cancel", {})["status"] == "cancelled"
        dev("PATCH", at, {"name": "later"}, 409)
        dev("DELETE", at, None, 204)
        dev("GET", at, None, 404)
        assert "campaignId" not in reader("GET", "/v1/leads/" + lead["id"])


def test_pages_of_campaigns_neither_lose_nor_repeat():
    with office() as (h, dev, reader, other):
        made = [dev("POST", "/v1/campaigns", {"name": f"c{n}"}, 201)["id"] for n in range(7)]
        seen, cursor = [], ""
        while True:
            got = reader("GET", "/v1/campaigns?limit=3" + ("&cursor=" + cursor if cursor else ""))
            seen += [c["id"] for c in got["data"]]
            if not got["hasMore"]:
                break
            cursor = got["nextCursor"]
        assert seen == made[::-1], (seen, made)
        reader("GET", "/v1/campaigns?cursor=abc", None, 400)


def test_leads_and_segments_are_who_they_say():
    with office() as (h, dev, reader, other):
        one = dev("POST", "/v1/leads", {"phone": "(212) 555-0123", "country": "US", "firstName": "Ada", "lastName": "Byron", "email": "a@b.example",
                                        "score": 80, "tags": ["vip", "new"], "variables": {"plan": "gold"}, "timezone": "America/New_York"}, 201)
        assert one["phone"] == "+12125550123" and one["name"] == "Ada Byron" and one["variables"] == {"plan": "gold"} and one["status"] == "new", one
        assert dev("POST", "/v1/leads", {"phone": "+1 212 555 0123"}, 409)["detail"].endswith("has this number")
        for bad, pointer in (({}, "/phone"), ({"phone": "12"}, "/phone"), ({"phone": "2125550123"}, "/phone"), ({"phone": "+12125550124", "email": "none"}, "/email"),
                             ({"phone": "+12125550124", "timezone": "Here"}, "/timezone"), ({"phone": "+12125550124", "timezone": "CET"}, "/timezone"),  # which knows no summer
                             ({"phone": "+12125550124", "variables": [1]}, "/variables"),
                             ({"phone": "2125550124", "country": "ZZ"}, "/country"), ({"phone": "+12125550124", "score": 1e9}, "/score")):
            assert wrong(dev("POST", "/v1/leads", bad, 400)) == {pointer}, bad
        dev("POST", "/v1/leads", {"phone": "+12125550124", "campaignId": "none"}, 404)
        at = "/v1/leads/" + one["id"]
        got = dev("PATCH", at, {"score": 5, "lastName": "", "phone": "+442079460000"})
        assert got["score"] == 5 and got["name"] == "Ada" and got["phone"] == "+442079460000" and got["tags"] == ["vip", "new"], got
        assert wrong(dev("PATCH", at, {"timezone": "Here"}, 400)) == {"/timezone"} and wrong(dev("PATCH", at, {"campaignId": "x"}, 400)) == {"/campaignId"}
        for method, body in (("GET", None), ("PATCH", {"score": 1}), ("DELETE", None)):
            other(method, at, body, 404)
        reader("DELETE", at, None, 403)
        # Many at once: bad ones are all named and nothing is made; those that are there are told.
        got = dev("POST", "/v1/leads/batch", {"leads": [{"phone": "+12125550130"}, {"phone": "x1"}, {"phone": "+12125550131", "timezone": "T"}]}, 400)
        assert wrong(got) == {"/leads/1/phone"}, got
        got = dev("POST", "/v1/leads/batch", {"country": "US", "leads": [
            {"phone": "212 555 0130", "tags": ["vip"], "score": 90}, {"phone": "+442079460000"}, {"phone": "+12125550130"}, {"phone": "212-555-0132"}]})
        assert (got["created"], got["duplicates"]) == (2, 2) and [d["duplicate"] for d in got["data"]] == [False, True, True, False], got
        assert got["data"][0]["id"] == got["data"][2]["id"] and got["data"][1]["id"] == one["id"], got
        much = [{"phone": "+12125550130", "variables": {"note": "x" * 3000}}] * 150  # beyond what is read between two frames
        got = dev("POST", "/v1/leads/batch", {"leads": much})
        assert (got["created"], got["duplicates"]) == (0, 150), got
        assert wrong(dev("POST", "/v1/leads/batch", {"leads": much + [{"phone": "x1"}]}, 400)) == {"/leads/150/phone"}
        dev("POST", "/v1/leads/batch", {"leads": []}, 400)
        dev("POST", "/v1/leads/batch", {"leads": [{"phone": "+1212555%04d" % n} for n in range(1001)]}, 400)
        assert len(reader("GET", "/v1/leads?tag=vip")["data"]) == 2 and len(reader("GET", "/v1/leads?phone=%2B12125550132")["data"]) == 1
        assert len(reader("GET", "/v1/leads?state=idle&limit=2")["data"]) == 2 and other("GET", "/v1/leads")["data"] == []
        # Segments.
        dev("PUT", "/v1/segments/good", {"segment": {"score_min": 50, "tags": ["vip"]}})
        assert reader("GET", "/v1/segments/good/count") == {"name": "good", "leads": 1, "free": 1}
        got = reader("POST", "/v1/segments/count", {"segment": {"tags": ["vip"]}})
        assert got == {"leads": 2, "free": 2}, got
        for bad in ({}, {"colour": 1}, [1], 7, "good", {"score_min": "x"}):
            assert wrong(dev("PUT", "/v1/segments/bad", {"segment": bad}, 400)) == {"/segment"}, bad
        other("GET", "/v1/segments/good", None, 404)
        assert [s["name"] for s in reader("GET", "/v1/segments")["data"]] == ["good"]
        cmp = dev("POST", "/v1/campaigns", {"name": "By name", "segment": "good"}, 201)
        assert cmp["segment"] == "good"
        reader("PUT", "/v1/segments/good", {"segment": {"tags": ["x"]}}, 403)
        # Into a campaign by id, once.
        got = dev("POST", f"/v1/campaigns/{cmp['id']}/leads", {"ids": [one["id"], "nobody"]})
        assert got["attached"] == 1 and [d.get("reason") for d in got["data"]] == [None, "not_found"], got
        rival = dev("POST", "/v1/campaigns", {"name": "Rival"}, 201)
        got = dev("POST", f"/v1/campaigns/{rival['id']}/leads", {"ids": [one["id"]]})
        assert got["data"] == [{"id": one["id"], "attached": False, "reason": "in_other_campaign"}], got
        dev("POST", f"/v1/campaigns/{rival['id']}/leads", {"ids": []}, 400)
        dev("DELETE", "/v1/segments/good", None, 204)
        dev("DELETE", "/v1/segments/good", None, 404)
        dev("DELETE", at, None, 204)


def errors_of(reader, import_id, path=""):
    text = reader("GET", f"/v1/imports/{import_id}/errors{path}")
    assert reader.head["content-type"] == "text/csv"
    return list(csv.DictReader(io.StringIO(text)))


def test_a_file_of_leads_is_read_and_every_bad_row_told():
    with office() as (h, dev, reader, other):
        cmp = dev("POST", "/v1/campaigns", {"name": "Files"}, 201)["id"]
        rival = dev("POST", "/v1/campaigns", {"name": "Rival"}, 201)["id"]
        theirs = dev("POST", "/v1/leads", {"phone": "+12125550111", "campaignId": rival}, 201)["id"]
        free = dev("POST", "/v1/leads", {"phone": "+12125550112", "firstName": "Old", "tags": ["old"]}, 201)["id"]
        h.rows("insert into dnc_entries (tenant_id, phone_e164, source) values ('A', '+12125550113', 'manual')")
        text = ('\ufeffPhone Number;First Name;last_name;Email;score;timezone;tags;Plan\r\n'
                '"(212) 555-0110";"Zo\u00eb ""Z""";"van\r\nDyke";z@x.example;7;America/New_York;vip, gold;Gold; \r\n'
                '+12125550111;In another;;;;;;\r\n'
                '+12125550112;New;;;;;fresh;Silver\r\n'
                '+12125550113;Barred;;;;;;\r\n'
                '212.555.0110;Twice;;;;;;\r\n'
                '\r\n'
                ';;;;;;;\r\n'
                '555;Short;;;;;;\r\n'
                '+12125550114;Mail;;nobody;;;;\r\n'
                '+12125550115;Zone;;;;Mars;;\r\n'
                '+12125550116;Score;;;many;;;\r\n'
                '+12125550117;More;;;;;;;extra\r\n'
                '+12125550118;"x"y;;;;;;\r\n').encode() + b'+12125550119;\xff;;;;;;\r\n+12125550120;Open;"never closed'
        got = dev.file(f"/v1/campaigns/{cmp}/leads/import?country=US&tags=spring", text)
        assert got["state"] == "done" and got["campaignId"] == cmp and dev.head["content-type"].startswith("application/json"), got
        counts = {k: got[k] for k in ("rows", "accepted", "updated", "attached", "bad", "dnc")}
        assert counts == {"rows": 13, "accepted": 2, "updated": 0, "attached": 1, "bad": 8, "dnc": 1}, got
        assert got["duplicates"] == {"inFile": 1, "inTenant": 1, "inCampaign": 0, "inOtherCampaign": 1}, got
        told = {(int(e["line"]), e["column"], e["kind"]): e["reason"] for e in errors_of(reader, got["id"])}
        assert set(told) == {(6, "phone", "dnc"), (10, "Phone Number", "bad"), (11, "Email", "bad"), (12, "timezone", "bad"), (13, "score", "bad"),
                             (14, "", "bad"), (15, "First Name", "bad"), (16, "First Name", "bad"), (17, "last_name", "bad")}, told
        assert not any("555" in why or "nobody" in why or "Mars" in why for why in told.values()), told
        assert [e["line"] for e in got["errors"]] == sorted(line for line, _, _ in told), got["errors"]
        assert [int(e["line"]) for e in errors_of(reader, got["id"], "?limit=2&after=6")] == [10, 11] and 'rel="next"' in reader.head["link"]
        lead = reader("GET", "/v1/leads?phone=%2B12125550110")["data"][0]
        assert lead["firstName"] == 'Zo\u00eb "Z"' and lead["lastName"] == "van\r\nDyke" and lead["tags"] == ["spring", "vip", "gold"], lead
        assert lead["variables"] == {"Plan": "Gold"} and lead["score"] == 7 and lead["campaignId"] == cmp
        kept = reader("GET", "/v1/leads/" + free)
        assert kept["firstName"] == "Old" and kept["campaignId"] == cmp and reader("GET", "/v1/leads/" + theirs)["campaignId"] == rival
        # The same file once more is the same import; asked for again it changes nothing; and with update it does.
        same = dev.file(f"/v1/campaigns/{cmp}/leads/import?country=US&tags=spring", text)
        assert same["id"] == got["id"] and same["accepted"] == 2, same
        again = dev.file(f"/v1/campaigns/{cmp}/leads/import?country=US&tags=spring&again=true", text)
        assert again["id"] != got["id"] and again["accepted"] == 0 and again["duplicates"]["inCampaign"] == 3, again
        more = dev.file(f"/v1/campaigns/{cmp}/leads/import?country=US&onDuplicate=update", text)
        assert more["accepted"] == 0 and more["updated"] == 4, more
        kept = reader("GET", "/v1/leads/" + free)
        assert kept["firstName"] == "New" and sorted(kept["tags"]) == ["fresh", "old"] and kept["variables"] == {"Plan": "Silver"}, kept
        # Whose it is.
        other("GET", "/v1/imports/" + got["id"], None, 404)
        other("GET", "/v1/imports/" + got["id"] + "/errors", None, 404)
        assert other("GET", "/v1/imports")["data"] == [] and len(reader("GET", f"/v1/imports?campaignId={cmp}")["data"]) == 4
        assert not os.listdir(os.path.join(h.env["DATA_DIR"], "imports", "A"))


def test_a_file_that_is_none_is_refused_and_says_why():
    with office(LEAD_IMPORT_MAX_BYTES="100000", HTTP_HEADER_TIMEOUT_MS="1000") as (h, dev, reader, other):
        for text, why in (("name,email\nA,b@c\n", "no column"), ("", "empty"), ("phone,phone\n1,2\n", "two columns"), ("phone,mobile\n1,2\n", "two columns"),
                          ("phone,a,a\n1,2,3\n", "two columns"), (b"\xff\xfep\0h\0o\0n\0e\0", "UTF-16"), (b"PK\x03\x04abcdefgh", "spreadsheet"),
                          (b"phone,\xff\n1,2\n", "UTF-8"), ("phone," + "x" * 70 + "\n", "64 bytes")):
            got = dev.file("/v1/leads/import", text)
            assert got["state"] == "failed" and why in got["reason"] and got["accepted"] == 0, (text[:20], got)
        dev("POST", "/v1/leads/import", {"phone": "+12125550123"}, 415)
        dev.file("/v1/leads/import", "phone\n", 415, Content_Type="text/html")
        assert wrong(dev.file("/v1/leads/import?country=Q", "phone\n", 400)) == {"country"}
        dev.file("/v1/leads/import?onDuplicate=never", "phone\n", 400)
        dev.file("/v1/leads/import", "phone\n" + "+12125550123\n" * 10000, 413)
        dev.file("/v1/campaigns/none/leads/import", "phone\n+12125550123\n", 404)
        assert h.api("POST", "/v1/leads/import", b"phone\n", None, {"Content-Type": "text/csv"})[0] == 401
        # A key's answer is the same again; another length under it is another request.
        a = dev.file("/v1/leads/import", "phone\n+12125550150\n", Idempotency_Key="k1")
        assert dev.file("/v1/leads/import", "phone\n+12125550150\n", Idempotency_Key="k1") == a and dev.head["idempotency-replayed"] == "true"
        dev.file("/v1/leads/import", "phone\n+12125550150\n+12125550151\n", 422, Idempotency_Key="k1")
        # Chunked, too much of it, and a client that goes away in the middle: the import says so, and nothing is in.
        host, port = h.http("/").split("/")[2].split(":")

        def begin(body, chunked=True, length=None):
            c = http.client.HTTPConnection(host, int(port), timeout=30)
            c.putrequest("POST", "/v1/leads/import")
            c.putheader("Authorization", "Bearer " + dev.key)
            c.putheader("Content-Type", "text/csv")
            c.putheader(*(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(length))))
            c.endheaders()
            for part in body:
                c.send(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            return c

        c = begin([b"phone\n", b"+12125550160\n", b"+12125", b"550161\n"])
        c.send(b"0\r\n\r\n")
        r = c.getresponse()
        got = json.loads(r.read())
        assert r.status == 200 and got["accepted"] == 2 and got["bytes"] == 32, got
        c = begin([b"phone\n"] + [b"+12125550160\n" * 1000] * 9)
        assert c.getresponse().status == 413
        c = begin([b"phone\n+12125550162\n"], chunked=False, length=5000)
        wait_until(lambda: [i for i in reader("GET", "/v1/imports")["data"] if i["state"] == "receiving"], 20, "the file is being received")
        c.close()
        lost = wait_until(lambda: [i for i in reader("GET", "/v1/imports")["data"] if "connection" in i.get("reason", "")], 20, "the lost file is told")[0]
        assert lost["state"] == "failed" and lost["accepted"] == 0 and reader("GET", "/v1/leads?phone=%2B12125550162")["data"] == []
        wait_until(lambda: not [i for i in reader("GET", "/v1/imports")["data"] if i["state"] in ("receiving", "running")], 20, "nothing is left open")
        wait_until(lambda: not os.listdir(os.path.join(h.env["DATA_DIR"], "imports", "A")), 20, "no file is left")


def test_reports_are_what_the_books_say():
    with office() as (h, dev, reader, other):
        cmp = dev("POST", "/v1/campaigns", {"name": "Reports", "timezone": "Asia/Kolkata"}, 201)["id"]
        for n, (outcome, day) in enumerate((("qualified", 1), ("connected", 1), ("no-answer", 2), ("voicemail", 2))):
            h.rows(f"""insert into voice_call_records (tenant_id, id, campaign_id, status, direction, outcome, duration_seconds, cost, started_at, ended_at,
                closed_at) values ('A', 'call_{n}', '{cmp}', 'completed', 'outbound', '{outcome}', 60, 0.25, now() - interval '{day} days',
                now() - interval '{day} days', now())""")
        got = reader("GET", f"/v1/campaigns/{cmp}/metrics?period=7d")
        assert got["metrics"]["total"] == 4 and got["metrics"]["qualified"] == 1 and got["metrics"]["byOutcome"]["qualified"] == 1, got
        days = reader("GET", f"/v1/campaigns/{cmp}/metrics/daily")["data"]
        assert [d["calls"] for d in days] == [2, 2] and sum(d["costUsd"] for d in days) == 1, days
        text = reader("GET", f"/v1/campaigns/{cmp}/metrics/daily", Accept="text/csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert reader.head["content-type"] == "text/csv" and [(r["date"], int(r["calls"])) for r in rows] == [(d["date"], d["calls"]) for d in days], rows
        calls = list(csv.DictReader(io.StringIO(reader("GET", f"/v1/campaigns/{cmp}/calls/export"))))
        assert [r["callId"] for r in calls][:2] and {r["outcome"] for r in calls} == {"qualified", "connected", "no-answer", "voicemail"}, calls
        # What is long comes page after page behind the scenes: each row once, and in order.
        many = dev("POST", "/v1/campaigns", {"name": "Many", "timezone": "Asia/Kolkata"}, 201)["id"]
        h.rows(f"""insert into voice_call_records (tenant_id, id, campaign_id, status, direction, started_at, ended_at, closed_at)
            select 'A', 'long_' || n, '{many}', 'completed', 'outbound', now() - (n / 7) * interval '1 second', now(), now()
            from generate_series(1, 1100) n""")
        calls = [int(r["callId"][5:]) for r in csv.DictReader(io.StringIO(reader("GET", f"/v1/campaigns/{many}/calls/export")))]
        assert sorted(calls) == list(range(1, 1101)) and [n // 7 for n in calls] == sorted(n // 7 for n in calls), len(calls)
        h.rows("""insert into voice_usage_ledger (tenant_id, call_id, duration_seconds, occurred_at)
            select 'B', 'led_' || n, n, now() - interval '1 day' + (n / 7) * interval '1 second' from generate_series(1, 1100) n""")
        spent = [int(r["durationSec"]) for r in csv.DictReader(io.StringIO(other("GET", "/v1/tenants/me/usage/export")))]
        assert sorted(spent) == list(range(1, 1101)) and [n // 7 for n in spent] == sorted(n // 7 for n in spent), len(spent)
        h.rows("delete from voice_usage_ledger where tenant_id = 'B'")
        usage = reader("GET", "/v1/usage/daily?days=30")["data"]
        rows = list(csv.DictReader(io.StringIO(reader("GET", "/v1/usage/daily?days=30", Accept="text/csv"))))
        assert [r["date"] for r in rows] == [d["date"] for d in usage] and other("GET", "/v1/usage/daily")["data"] == []
        reader("GET", f"/v1/campaigns/{cmp}/metrics?period=2y", None, 400)
        reader("GET", f"/v1/campaigns/{cmp}/metrics/daily?days=0", None, 400)
        # What the optimiser proposes waits for a person; it may have proposed something for those four by now.
        event = h.rows(f"insert into kernel_events (tenant_id, type, source, entity_type, entity_id, correlation_id, idempotency_key) "
                       f"values ('A', 'voice.call.completed', 'test', 'voice_campaign', '{cmp}', '{cmp}', 'k') returning id")[0][0]
        for n in ("one", "two"):
            h.rows(f"insert into kernel_decisions (tenant_id, id, event_id, correlation_id, policy_name, decision_type, decision_json) values "
                   f"('A', '{n}', '{event}', '{cmp}', 'p_{n}', 'scale_up', '{{\"reason\": \"good\", \"campaign_id\": \"{cmp}\"}}')")
        got = reader("GET", f"/v1/campaigns/{cmp}/decisions")["data"]
        assert {d["id"] for d in got} >= {"one", "two"} and {d["campaignId"] for d in got} == {cmp}, got
        other("POST", "/v1/decisions/one/reject", None, 404)
        reader("POST", "/v1/decisions/one/reject", None, 403)
        assert dev("POST", "/v1/decisions/one/reject")["status"] == "rejected"
        dev("POST", "/v1/decisions/one/accept", None, 409)


def test_a_large_file_takes_little_memory_and_makes_nobody_wait():
    with office(LEAD_IMPORTS_AT_ONCE="1") as (h, dev, reader, other):
        cmp = dev("POST", "/v1/campaigns", {"name": "Large"}, 201)["id"]

        def peak():
            with open(f"/proc/{h.daemon.pid}/status", encoding="ascii") as f:
                return int(next(line for line in f if line.startswith("VmHWM")).split()[1])

        text = "phone,first_name,plan,city\n" + "".join(f"+1212{2000000 + n},Person {n},gold,Springfield number {n}\n" for n in range(ROWS))
        dev.file("/v1/leads/import", "phone\n+12125550100\n")
        before, late, over = peak(), [], threading.Event()

        def knock():
            while not over.is_set():
                t = time.monotonic()
                h.api("GET", "/livez")
                late.append(time.monotonic() - t)
                time.sleep(0.05)

        thread = threading.Thread(target=knock)
        thread.start()
        begun = time.monotonic()
        got = dev.file(f"/v1/campaigns/{cmp}/leads/import", text)
        if got["state"] == "running" and LONG:
            assert dev.file("/v1/leads/import", "phone\n+12125550101\n", 429)["code"]
        done = wait_until(lambda: (i := reader("GET", "/v1/imports/" + got["id"]))["state"] != "running" and i, 600 if LONG else 60, "the file is read")
        over.set()
        thread.join()
        seconds = time.monotonic() - begun
        assert done["state"] == "done" and (done["accepted"], done["rows"], done["bad"]) == (ROWS, ROWS, 0), done
        assert h.rows(f"select count(*) from leads where campaign_id = '{cmp}'") == [[str(ROWS)]]
        grown, late = peak() - before, sorted(late)
        print(f"  {ROWS} rows, {len(text) >> 10} KiB in {seconds:.1f} s: {ROWS / seconds:.0f}/s; memory +{grown} KiB; livez p99 {late[int(len(late) * 0.99)] * 1000:.0f} ms")
        assert grown < 48 << 10, f"{grown} KiB more"


def test_a_file_whose_reader_is_killed_tells_exactly_what_was_taken():
    """kill -9 in the middle, twice; what the import tells is what is there, no row is there twice, and the same file again
    adds what is missing."""
    people = 20_000
    text = "phone,first_name,plan\n" + "".join(f"+1{415 + n % 2}555{n:04},P{n},gold\n" if n < 10_000 else f"+1{212 + n % 2}555{n - 10_000:04},P{n},gold\n"
                                               for n in range(people))
    with office() as (h, dev, reader, other):
        campaign = dev("POST", "/v1/campaigns", {"name": "Large", "agentId": "caller"}, 201)["id"]
        taken = 0
        for at_least in (1, 5_000):
            connection = http.client.HTTPConnection("127.0.0.1", h.port, timeout=60)
            connection.request("POST", f"/v1/campaigns/{campaign}/leads/import?country=US", text.encode(),
                               {"Authorization": "Bearer " + dev.key, "Content-Type": "text/csv"})
            wait_until(lambda n=taken + at_least: int(h.rows("select count(*) from leads")[0][0]) >= n, 30, "some rows")
            h.kill()
            connection.close()
            wait_until(lambda: h.rows("select count(*) from pg_stat_activity where datname = current_database() and usename in "
                                      "('invorto_app', 'invorto_worker')") == [["0"]], 20, "the server to end what it was asked for")
            [[one, state, rows, accepted]] = h.rows("select id, state, rows, accepted from lead_imports order by created_at desc, id desc limit 1")
            assert state == "running", "it was in the middle"
            now = int(h.rows("select count(*) from leads")[0][0])
            assert now - taken == int(accepted) <= int(rows) < people, (now, taken, accepted, rows)
            assert h.rows("select count(*), count(distinct phone), count(*) filter (where campaign_id is null) from leads") == [[str(now), str(now), "0"]]
            h.start_daemon()
            told = dev("GET", f"/v1/imports/{one}")
            assert told["state"] in ("running", "failed") and told["accepted"] == int(accepted)
            h.rows("update lead_imports set lease_until = now() where state = 'running'")
            told = dev("GET", f"/v1/imports/{one}")
            assert told["state"] == "failed" and "gone" in told["reason"] and (told["rows"], told["accepted"]) == (int(rows), int(accepted))
            assert int(h.rows("select count(*) from leads")[0][0]) == now, "nobody goes on with it behind our backs"
            taken = now
        last = dev.file(f"/v1/campaigns/{campaign}/leads/import?country=US", text)
        last = wait_until(lambda: (got := dev("GET", "/v1/imports/" + last["id"]))["state"] in ("done", "failed") and got, 60, "the whole file")
        assert last["state"] == "done" and last["rows"] == people and last["accepted"] == people - taken and last["bad"] == 0, last
        assert last["duplicates"]["inCampaign"] + last["duplicates"]["inTenant"] >= taken, last
        assert h.rows(f"select count(*), count(distinct phone) from leads where campaign_id = '{campaign}'") == [[str(people), str(people)]]
        assert not os.listdir(os.path.join(h.dir, "incoming")) if os.path.isdir(os.path.join(h.dir, "incoming")) else True


test_a_file_whose_reader_is_killed_tells_exactly_what_was_taken.seconds = 20
