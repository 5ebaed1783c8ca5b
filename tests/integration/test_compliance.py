"""Who may be called: the lists, consents and rules as REST has them, and what the schema makes of them."""
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from house import House

FLORIDA, INDIA, GERMANY = "+13055550100", "+919876543210", "+4930123456"


class Desk:
    """The house, and who asks: of A an administrator, a developer and a reader, of B a developer."""

    def __init__(self):
        self.house = House(lab=False, env={"API_RATE_PER_MINUTE": "10000"})

    def __enter__(self):
        self.house.__enter__()
        self.keys = {"admin": self.house.key("A"), "dev": self.house.key("A", "dev"), "reader": self.house.key("A", "analyst"), "b": self.house.key("B", "dev")}
        return self

    def __exit__(self, *exc):
        self.house.__exit__(*exc)

    def ask(self, method, path, body=None, who="dev", status=None, **headers):
        got = self.house.api(method, path, body, self.keys[who], headers)
        assert status is None or got[0] == status, (method, path, got)
        return got[2]

    def barred(self, phone, kind="marketing", who="dev"):
        return self.ask("GET", f"/v1/dnc/check?phone={quote(phone)}&kind={kind}", who=who, status=200).get("barred")

    def wrong(self, method, path, body=None, pointers=(), who="dev", status=400):
        got = self.ask(method, path, body, who, status)
        there = {e.get("pointer") for e in got.get("errors", [])}
        assert set(pointers) <= there, (path, body, got)
        return got


def test_the_list_of_those_who_must_not_be_called():
    with Desk() as d:
        one = d.ask("POST", "/v1/dnc", {"phone": INDIA, "reason": "wrote a letter"}, status=201)
        assert one["added"] == 1 and one["data"][0]["source"] == "manual" and one["data"][0]["reason"] == "wrote a letter", one
        again = d.ask("POST", "/v1/dnc", {"phone": INDIA, "expiresAt": "2099-01-01T00:00:00Z"}, status=201)
        assert again["added"] == 0 and not again["data"][0]["added"] and "expiresAt" not in again["data"][0], "for good stays for good"
        many = d.ask("POST", "/v1/dnc", {"phones": [f"+1305555{n:04}" for n in range(1000)]}, status=201)
        assert many["added"] == 1000 and len(many["data"]) == 1000
        seen, cursor = [], ""
        while True:
            page = d.ask("GET", f"/v1/dnc?limit=100{cursor}", who="reader", status=200)
            seen += [e["phone"] for e in page["data"]]
            if not page["hasMore"]:
                break
            cursor = "&cursor=" + quote(page["nextCursor"])
        assert len(seen) == len(set(seen)) == 1001 and seen[-1] == INDIA
        assert [e["phone"] for e in d.ask("GET", f"/v1/dnc?phone={quote(INDIA)}&source=manual", status=200)["data"]] == [INDIA]
        assert d.ask("GET", f"/v1/dnc?phone={quote(INDIA)}&source=opt_out", status=200)["data"] == []
        assert d.ask("GET", "/v1/dnc", who="b", status=200)["data"] == [], "another tenant's list is another list"
        assert d.barred(INDIA) == "dnc" and d.barred(INDIA, who="b") == "no_consent"
        id = one["data"][0]["id"]
        d.ask("DELETE", f"/v1/dnc/{id}", who="dev", status=403)
        d.ask("DELETE", f"/v1/dnc/{id}", who="admin", status=204)
        d.ask("DELETE", f"/v1/dnc/{id}", who="admin", status=404)
        assert d.barred(INDIA) == "no_consent"
        d.ask("POST", "/v1/dnc", {"phone": INDIA}, who="reader", status=403)
        for body, pointers in (({}, ["/phone"]), ({"phone": INDIA, "phones": [INDIA]}, ["/phone"]), ({"phone": "9876543210"}, ["/phone"]), ({"phone": "+0123456789"}, ["/phone"]),
                               ({"phones": [INDIA, "x", GERMANY, "+1"]}, ["/phones/1", "/phones/3"]), ({"phones": []}, ["/phone"]), ({"phone": INDIA, "reason": "x" * 201}, ["/reason"]),
                               ({"phones": [INDIA] * 1001}, ["/phones"]), ({"phone": INDIA, "expiresAt": "soon"}, ["/expiresAt"]), ({"phone": INDIA, "expiresAt": "2020-01-01T00:00:00Z"}, ["/expiresAt"])):
            d.wrong("POST", "/v1/dnc", body, pointers)
        for query in ("?cursor=x", "?phone=12", "?limit=0", "?source=nobody"):
            d.wrong("GET", "/v1/dnc" + query)
        # One that is over bars nobody any more.
        d.ask("POST", "/v1/dnc", {"phone": GERMANY, "expiresAt": "2099-01-01T00:00:00Z"}, status=201)
        assert d.barred(GERMANY) == "dnc"
        d.house.rows(f"update dnc_entries set expires_at = now() where phone_e164 = '{GERMANY}'")
        assert d.barred(GERMANY) == "no_consent"
        audit = {row[0] for row in d.house.rows("select distinct action from audit_log where tenant_id = 'A'")}
        assert {"addDnc", "removeDnc"} <= audit, audit
        for number in (INDIA, GERMANY, "+13055550007", INDIA[1:]):
            assert number not in d.house.log() and quote(number) not in d.house.log()


def test_consents_the_later_word_counts():
    with Desk() as d:
        def say(kind, granted, at=None, phone=INDIA, **more):
            return d.ask("POST", "/v1/consents", {"phone": phone, "kind": kind, "granted": granted, **({"occurredAt": at} if at else {}), **more}, status=201)["data"][0]

        assert d.barred(INDIA) == "no_consent" and d.barred(INDIA, "informational") == "no_consent"
        first = say("call", True, "2026-01-01T10:00:00Z", source="web", evidence={"form": "newsletter"}, leadId="lead_1")
        assert first["evidence"] == {"form": "newsletter"} and first["source"] == "web" and first["leadId"] == "lead_1"
        assert d.barred(INDIA, "informational") is None and d.barred(INDIA, "collection") is None
        assert d.barred(INDIA) == "no_consent", "to be called is not to be sold to"
        say("marketing", True, "2026-01-02T10:00:00Z")
        assert d.barred(INDIA) is None
        say("marketing", False, "2026-01-03T10:00:00Z")
        assert d.barred(INDIA) == "consent_withdrawn" and d.barred(INDIA, "informational") is None
        say("marketing", True, "2026-01-02T20:00:00Z")
        assert d.barred(INDIA) == "consent_withdrawn", "told later, said earlier"
        say("marketing", True, "2026-01-03T10:00:00Z")
        assert d.barred(INDIA) == "consent_withdrawn", "both at one time: no"
        say("marketing", True, "2026-01-04T10:00:00Z")
        assert d.barred(INDIA) is None
        say("call", False, "2026-01-05T10:00:00Z")
        assert d.barred(INDIA) == d.barred(INDIA, "informational") == "consent_withdrawn", "no calls, whatever for"
        assert d.barred(INDIA, who="b") == "no_consent"
        kinds = [(c["kind"], c["granted"]) for c in d.ask("GET", f"/v1/consents?phone={quote(INDIA)}", who="reader", status=200)["data"]]
        assert kinds[:2] == [("call", False), ("marketing", True)] and kinds[-1] == ("call", True) and len(kinds) == 7, kinds
        page = d.ask("GET", f"/v1/consents?phone={quote(INDIA)}&limit=6", status=200)
        rest = d.ask("GET", f"/v1/consents?phone={quote(INDIA)}&limit=6&cursor={quote(page['nextCursor'])}", status=200)
        assert len(page["data"]) == 6 and [c["kind"] for c in rest["data"]] == ["call"] and not rest["hasMore"]
        assert len(d.ask("GET", f"/v1/consents?phone={quote(INDIA)}&kind=call", status=200)["data"]) == 2
        bulk = d.ask("POST", "/v1/consents", {"phones": [f"+4930{n:06}" for n in range(500)], "kind": "marketing", "granted": True, "source": "import"}, status=201)
        assert len(bulk["data"]) == 500 and d.barred("+4930000042") is None
        # Who has his own way of asking says so.
        d.house.rows("""update tenants set settings = '{"consent_required": false}' where id = 'A'""")
        assert d.barred(GERMANY) is None and d.barred(INDIA) == "consent_withdrawn" and d.barred(GERMANY, who="b") == "no_consent"
        good = {"phone": INDIA, "kind": "call", "granted": True}
        for change, pointer in (({"kind": "everything"}, "/kind"), ({"granted": "yes"}, "/granted"), ({"granted": None}, "/granted"), ({"source": "dream"}, "/source"), ({"evidence": [1]}, "/evidence"),
                                ({"occurredAt": "2099-01-01T00:00:00Z"}, "/occurredAt"), ({"occurredAt": "yesterday"}, "/occurredAt"), ({"phone": "1"}, "/phone")):
            d.wrong("POST", "/v1/consents", {**good, **change}, [pointer])
        d.wrong("GET", "/v1/consents")
        d.wrong("GET", "/v1/consents?phone=x")
        d.ask("POST", "/v1/consents", good, who="reader", status=403)
        d.ask("DELETE", f"/v1/consents/{first['id']}", who="admin", status=404)


def test_files_of_numbers_and_the_national_list():
    with Desk() as d:
        def bring(text, query="", status=200, who="dev", kind="text/csv"):
            return d.ask("POST", "/v1/dnc/import" + query, text.encode() if isinstance(text, str) else text, who, status, **{"Content-Type": kind})

        got = bring('phone,reason\r\n+919876543210,asked us\r\n\r\n"(305) 555-0100"\n+91 98765 43211\n12345\nnobody,x\n+0123456789\n,\n+919876543210\n')
        assert (got["numbers"], got["added"], got["rejected"]) == (3, 3, 4), got
        assert [e["line"] for e in got["errors"]] == [6, 7, 8, 9] and "country" in got["errors"][0]["reason"] and "digits" in got["errors"][1]["reason"], got
        assert "no number" in got["errors"][3]["reason"]
        assert d.house.rows("select phone_e164, source, reason from dnc_entries order by 1") == [
            ["+13055550100", "import", ""], ["+919876543210", "import", "asked us"], ["+919876543211", "import", ""]]
        assert bring("+919876543210\n+919876543212")["added"] == 1
        long = bring("\n".join(["bad"] * 1500))
        assert long["rejected"] == 1499 and len(long["errors"]) == 1000, "the first line may be a heading"
        for body, query, status, kind in ((b"", "", 400, "text/csv"), (b"\xff\xfe", "", 400, "text/csv"), (b"+91987654\0", "", 400, "text/csv"), (b"1", "", 415, "application/json"),
                                          (b"1", "?list=registry", 400, "text/csv"), (b"1", "?list=registry&country=us", 400, "text/csv"), (b"1", "?country=US", 400, "text/csv"),
                                          (b"1", "?list=registry&country=US&asOf=x", 400, "text/csv"), (b"1", "?list=registry&country=US&asOf=2099-01-01T00:00:00Z", 400, "text/csv"),
                                          (b"1", "?list=registry&country=US&complete=false", 400, "text/csv"), (b"1", "?list=all", 400, "text/csv"), (b"1\n" * (1 << 20) + b"1", "", 413, "text/csv")):
            bring(body, query, status, kind=kind)
        bring("+919876543210", who="reader", status=403)

        # A registry: US marketing must ask it, and it must be of this month.
        ny, other = "+12125550100", "+12125550101"
        for phone in (ny, other, GERMANY):
            d.ask("POST", "/v1/consents", {"phone": phone, "kind": "marketing", "granted": True}, status=201)
        assert d.barred(ny) == "registry_stale" and d.barred(ny, "informational") is None and d.barred(GERMANY) is None
        ago = lambda days: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86400))  # noqa: E731
        first, second = ago(30), ago(2)
        got = bring("212,5550100\n212,5550199\n21,5550199\n", f"?list=registry&country=US&asOf={first}")
        assert (got["numbers"], got["added"], got["rejected"]) == (2, 2, 1) and got["asOf"].startswith(first[:19]), got
        assert d.barred(ny) == "registry" and d.barred(ny, "informational") is None and d.barred(other) is None
        assert d.barred(ny, who="b") == "registry_stale", "everybody brings his own"
        d.house.rows("update dnc_registries set as_of = now() - interval '32 days'; update dnc_registry_numbers set as_of = now() - interval '32 days'")
        assert d.barred(other) == "registry_stale" and d.barred(ny) == "registry"
        # The next list in two parts: what is on it counts at once, what is on it no more until it is whole.
        assert bring("212,5550101", f"?list=registry&country=US&asOf={second}&complete=false")["added"] == 1
        assert d.barred(other) == "registry" and d.barred(ny) == "registry" and d.barred("+12125550199") == "registry"
        bring("212,5550102", f"?list=registry&country=US&asOf={second}")
        assert d.barred(other) == "registry" and d.barred(ny) is None
        assert d.house.rows("select numbers from dnc_registries") == [["2"]]
        bring("212,5550102", f"?list=registry&country=US&asOf={ago(9)}", status=409)
        assert d.house.rows("select count(*) from dnc_registry_numbers") == [["2"]], "a list that is refused leaves nothing"
        for number in (ny, "2125550101", "5550101", INDIA):
            assert number not in d.house.log()


def test_a_large_file_in_one_piece():
    with Desk() as d:
        text = "".join(f"+1212{n:07}\n" if n % 10 else "?\n" for n in range(2000000, 2020000)).encode()
        began = time.monotonic()
        got = d.ask("POST", "/v1/dnc/import", text, status=200, **{"Content-Type": "text/csv"})
        print(f"a file of {got['numbers']} numbers: {time.monotonic() - began:.1f} s")
        assert (got["numbers"], got["added"], got["rejected"], len(got["errors"])) == (18000, 18000, 1999, 1000), "the first line may be a heading"
        assert [e["line"] for e in got["errors"]] == list(range(11, 10011, 10))
        again = d.ask("POST", "/v1/dnc/import?list=registry&country=US", text, status=200, **{"Content-Type": "text/csv"})
        assert again["added"] == 18000 and d.house.rows("select numbers, as_of is not null from dnc_registries") == [["18000", "t"]]
        # Its last line may be as long as it likes.
        got = d.ask("POST", "/v1/dnc/import", b"+919876543210\n" + b"x" * 300000, status=200, **{"Content-Type": "text/csv"})
        assert (got["added"], got["rejected"]) == (1, 1) and [e["line"] for e in got["errors"]] == [2]


def test_rules_of_a_number():
    with Desk() as d:
        def rules(phone, more="", status=200):
            return d.ask("GET", f"/v1/calling-rules?phone={quote(phone)}{more}", who="reader", status=status)

        got = rules(FLORIDA, "&at=2026-11-21T15:00:00Z")
        assert (got["region"], got["country"], got["subdivision"], got["zones"]) == ("US-FL", "US", "US-FL", ["America/New_York"]), got
        assert got["open"] and got["closesAt"].startswith("2026-11-22T01:00:00") and got["nextAt"].startswith("2026-11-21T15:00:00"), got
        assert {r["id"] for r in got["rules"]} == {"us", "us-marketing", "us-fl"} and all(r["sourceUrl"].startswith("http") and r["asOf"] for r in got["rules"])
        got = rules(FLORIDA, "&at=2026-11-22T01:00:00Z&kind=informational")
        assert not got["open"] and got["why"] == "outside_lawful_hours" and got["nextAt"].startswith("2026-11-22T13:00:00") and {r["id"] for r in got["rules"]} == {"us", "us-fl"}
        assert got["holidays"] == []
        utah = rules("+18015550100", "&at=2026-12-20T17:00:00Z")
        assert [(h["id"], h["days"]) for h in utah["holidays"][:2]] == [("us-ut-christmas", ["2026-12-25"]), ("us-ut-new-year", ["2027-01-01"])], utah
        assert all(h["region"] == "US-UT" and h["kind"] == "marketing" and h["name"] and h["sourceUrl"].startswith("http") and h["asOf"] for h in utah["holidays"])
        # A fourth of July on a Sunday is kept on the Monday as well; and each is lawful nowhere on its day.
        assert next(h["days"] for h in utah["holidays"] if h["id"] == "us-ut-independence") == ["2027-07-04", "2027-07-05"]
        assert not rules("+18015550100", "&at=2026-12-25T17:00:00Z")["open"] and rules("+18015550100", "&at=2026-12-25T17:00:00Z&kind=informational")["open"]
        assert rules("+18015550100", "&kind=informational")["holidays"] == []
        # Nevada: a summary says 20:00 for marketing, the statute at hand 21:00 for whatever dials by itself.
        assert {r["id"] for r in rules("+17025550100")["rules"]} == {"us", "us-marketing", "us-nv", "us-nv-marketing"}
        late = "&at=2026-12-16T04:30:00Z" # 20:30 in Las Vegas
        assert not rules("+17025550100", late)["open"] and rules("+17025550100", late + "&kind=informational")["open"]
        early = "&at=2026-12-16T14:30:00Z" # 08:30 in Minneapolis
        assert not rules("+16125550100", early)["open"] and rules("+16125550100", early + "&kind=informational")["open"]
        assert rules("+18505550100")["zones"] == ["America/New_York", "America/Chicago"] and "Apalachicola" in rules("+18505550100")["zonesWhy"]
        assert rules(GERMANY)["rules"][0]["region"] == "*"
        assert rules(FLORIDA, "&timezone=Asia/Tokyo&at=2026-11-21T15:00:00Z")["why"] == "outside_lawful_hours"
        nobody = rules("+999123456")
        assert not nobody["open"] and nobody["why"] == "unknown_region" and "region" not in nobody and "nextAt" not in nobody
        d.house.rows("""update tenants set settings = '{"calling_hours": {"windows": [{"start": "16:00", "end": "17:00"}]}}' where id = 'A'""")
        got = rules(FLORIDA, "&at=2026-11-21T15:00:00Z")
        assert got["why"] == "outside_window" and got["nextAt"].startswith("2026-11-21T21:00:00")
        for more in ("&timezone=Mars", "&timezone=IST", "&at=noon", "&kind=any"):
            rules(FLORIDA, more, 400)
        rules("12", status=400)
        d.wrong("GET", "/v1/calling-rules")


def test_no_more_calls_said_by_other_means():
    with Desk() as d:
        d.house.rows(f"""insert into voice_agents (tenant_id, id, name, config) values ('A', 'a', 'A', '{{}}');
            insert into leads (tenant_id, id, phone, state) values ('A', 'one', '{INDIA}', 'queued'), ('A', 'two', '{INDIA}', 'in-call'), ('A', 'done', '{INDIA}', 'done'), ('A', 'else', '{FLORIDA}', 'queued'), ('B', 'b', '{INDIA}', 'queued');
            insert into voice_call_records (tenant_id, id, direction, to_number) values ('A', 'call', 'outbound', '{INDIA}')""")
        d.ask("POST", "/v1/consents", {"phone": INDIA, "kind": "marketing", "granted": True}, status=201)
        assert d.barred(INDIA) is None
        got = d.ask("POST", "/v1/opt-outs", {"phone": INDIA, "source": "sms", "callId": "call", "reason": "STOP"}, status=201)
        assert got["id"].startswith("dnc_") and d.barred(INDIA) == "dnc"
        assert d.house.rows("select tenant_id, id, state, state_reason from leads order by 1, 2") == [
            ["A", "done", "done", ""], ["A", "else", "queued", ""], ["A", "one", "blocked", "opted_out"], ["A", "two", "blocked", "opted_out"], ["B", "b", "queued", ""]]
        assert d.house.rows("select outcome from voice_call_records") == [["opted-out"]]
        assert d.house.rows("select kind, granted, source, call_id from consent_ledger where not granted order by 1") == [["call", "f", "sms", "call"], ["marketing", "f", "sms", "call"]]
        # Twice is once; and what is taken from the list is still not agreed to.
        assert d.ask("POST", "/v1/opt-outs", {"phone": INDIA, "callId": "call"}, status=201)["id"] == got["id"]
        assert d.house.rows("select count(*) from consent_ledger where not granted") == [["2"]]
        d.ask("DELETE", f"/v1/dnc/{got['id']}", who="admin", status=204)
        assert d.barred(INDIA) == "consent_withdrawn"
        # An entry that was for a while is for good now.
        d.ask("POST", "/v1/dnc", {"phone": FLORIDA, "expiresAt": "2099-01-01T00:00:00Z"}, status=201)
        d.ask("POST", "/v1/opt-outs", {"phone": FLORIDA}, status=201)
        assert "expiresAt" not in d.ask("GET", f"/v1/dnc?phone={quote(FLORIDA)}", status=200)["data"][0]
        for body, pointer in (({}, "/phone"), ({"phone": "x"}, "/phone"), ({"phone": INDIA, "source": "import"}, "/source")):
            d.wrong("POST", "/v1/opt-outs", body, [pointer])
        d.ask("POST", "/v1/opt-outs", {"phone": INDIA}, who="reader", status=403)


def test_the_outcome_opted_out_is_more_than_a_word():
    with Desk() as d:
        d.house.rows(f"""insert into voice_call_records (tenant_id, id, direction, to_number, from_number) values
            ('A', 'out', 'outbound', '{INDIA}', '{FLORIDA}'), ('A', 'in', 'inbound', '{FLORIDA}', '{GERMANY}'), ('A', 'web', 'web', null, null);
            insert into leads (tenant_id, id, phone, state) values ('A', 'one', '{INDIA}', 'queued')""")
        # A carrier's hosted agent, a person, the review after the call: whoever writes it, as whatever role.
        d.house.db.sql("update voice_call_records set outcome = 'opted-out', status = 'completed' where id = 'out'", role="invorto_worker")
        d.house.db.sql("update voice_call_records set outcome = 'opted-out' where id in ('in', 'web')", tenant="A")
        assert d.house.rows("select phone_e164, source, call_id from dnc_entries order by call_id") == [[GERMANY, "opt_out", "in"], [INDIA, "opt_out", "out"]]
        assert d.house.rows("select state from leads") == [["blocked"]]
        assert d.house.rows("select count(*) from consent_ledger where not granted") == [["4"]]
        # And nobody does it for another tenant.
        d.house.db.refused(f"select opt_out('B', '{INDIA}', 'api', null, null)", "42501", tenant="A")
        d.house.db.refused(f"select callee_barred('B', '{INDIA}', true, now())", "42501", tenant="A")
        d.house.db.refused("select * from dnc_import('B', '+919876543210', 'tenant', null, null, true, null)", "42501", tenant="A")
        assert d.house.db.sql(f"select callee_barred('A', '{INDIA}', true, now()), callee_barred('B', '{INDIA}', false, now())", role="invorto_worker") == [["dnc", "no_consent"]]


def test_eight_say_no_at_once_and_it_is_said_once():
    with Desk() as d:
        d.house.rows(f"insert into leads (tenant_id, id, phone, state) select 'A', 'l' || n, '{INDIA}', 'queued' from generate_series(1, 50) n")
        with ThreadPoolExecutor(8) as pool:
            got = list(pool.map(lambda n: d.house.api("POST", "/v1/opt-outs", {"phone": INDIA}, d.keys["dev"])[0], range(24)))
        assert set(got) == {201}, got
        assert d.house.rows("select count(*) from dnc_entries") == [["1"]] and d.house.rows("select distinct state from leads") == [["blocked"]]
