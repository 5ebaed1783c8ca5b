"""Conversations at ElevenLabs that nobody told us of: found in its lists, taken like any that a webhook tells, with their
recordings, once."""
import contextlib
import http.server
import json
import threading
import time
from urllib.parse import parse_qs, urlparse

from database import Database
from house import House
from lab_carriers import Carriers
from stack import wait_until
from test_faults import agent
from test_post_call import ENV, MP3, call, followed, record, send, transcription

KEY = {"xi-api-key": "key"}
FAST = {**ENV, "CONVERSATION_LIST_SECONDS": "0.3", "ELEVENLABS_API_KEY": "key", "ELEVENLABS_PARKED_TRIES": "3", "VENDOR_RETRY_MS": "0"}


def host(h, name="hosted", vendor="agent_9", tenant="A"):
    h.add_agent(tenant, name, agent())
    h.rows(f"update voice_agents set provider = 'elevenlabs', elevenlabs_agent_id = '{vendor}' where tenant_id = '{tenant}' and id = '{name}'")


def parked(h, columns="type, conversation_id, payload is null, given_up_at is not null"):
    return h.rows(f"select {columns} from vendor_parked order by 1, 2")


class Vendor:
    """ElevenLabs' conversations, as a list that a test writes: id → conversation. Newest first, in pages of `page`."""

    def __init__(self, page=100):
        self.talks, self.sounds, self.asked, self.fail, self.page = {}, {}, [], {}, page
        vendor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urlparse(self.path)
                status, kind, body = vendor.answer(url.path.removeprefix("/v1/convai/conversations").strip("/"),
                                                   {k: v[0] for k, v in parse_qs(url.query).items()})
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):  # who asked has gone
                    self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, name, query):
        self.asked.append((name, query))
        if self.fail.get(name or "list"):
            status = self.fail[name or "list"].pop(0)
            if status == "late":
                time.sleep(1)
            return (200, "application/json", b'{"conversations": [') if status in ("garbage", "late") else (
                status, "application/json", b'{"detail": {"message": "no"}}')
        if name.endswith("/audio"):
            sound = self.sounds.get(name.removesuffix("/audio"))
            return (200, "audio/mpeg", sound) if sound is not None else (404, "application/json", b"{}")
        if name:
            return (200, "application/json", json.dumps(self.talks[name]).encode()) if name in self.talks else (404, "application/json", b"{}")
        found = [t for t in reversed(self.talks.values()) if t["agent_id"] == query["agent_id"]
                 and t["metadata"]["start_time_unix_secs"] >= int(query["call_start_after_unix"])]
        at, size = int(query.get("cursor", 0)), min(self.page, int(query["page_size"]))
        more = at + size < len(found)
        return 200, "application/json", json.dumps({
            "conversations": [{"agent_id": t["agent_id"], "conversation_id": t["conversation_id"], "status": t["status"],
                               "start_time_unix_secs": t["metadata"]["start_time_unix_secs"]} for t in found[at:at + size]],
            "has_more": more, "next_cursor": str(at + size) if more else None}).encode()

    def add(self, conversation, named="", began=60, **data):
        told = transcription(conversation, named, agent_id="agent_9", **data)["data"]
        told["metadata"]["start_time_unix_secs"] = int(time.time()) - began
        self.talks[conversation] = told

    def lists(self):
        return [q for name, q in self.asked if not name]

    def times(self, name):
        return [n for n, _ in self.asked].count(name)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


def house(vendor, **env):
    return House(env={**FAST, "ELEVENLABS_BASE_URL": vendor.url, "PUBLIC_BASE_URL": "http://127.0.0.1", **env}, lab=False)


def test_calls_of_which_every_webhook_was_lost_are_found_and_taken():
    with Carriers() as lab:  # without an address for webhooks: nobody is told
        lab.rules({"match": {"carrier": "elevenlabs", "to": "+1555000*"}, "then": {"hang_up_ms": 50, "say": ["text:Yes, please."]}},
                  {"match": {"carrier": "elevenlabs", "to": "+15550009"}, "then": {"hang_up_ms": -1}})

        def ring(to, user, vendor="agent_9"):
            status, _, said = lab.ask("POST", "/v1/convai/twilio/outbound-call", {
                "agent_id": vendor, "agent_phone_number_id": "p", "to_number": to,
                "conversation_initiation_client_data": {"user_id": user, "dynamic_variables": {}}}, KEY)
            assert status == 200 and said["success"], said
            return said["conversation_id"]

        with house(lab) as h:
            host(h)
            assert h.rows("select vendor_agent from conversation_lists") == [["agent_9"]]
            call(h)  # we know of it, and never learnt what it is called there
            ours, stranger, live, other = ring("+15550001", "A/c1"), ring("+15550002", "who/ever"), ring("+15550009", "x"), ring("+15550003", "y", "agent_x")
            wait_until(lambda: record(h)["closed"], 25, "the call to be found")
            got = record(h)
            assert got["status"] == "completed" and got["transcript"] == "User: Yes, please.\nAgent: I see.", got
            assert followed(h) == ["1", "1", "1"]
            wait_until(lambda: h.rows("select 1 from vendor_parked where type = 'post_call_audio'") == [["1"]], 25, "its recording to be wanted")
            h.rows("update vendor_parked set next_at = now() where type = 'post_call_audio'")
            wait_until(lambda: h.rows("select type, how from vendor_deliveries order by 1") ==
                       [["post_call_audio", "asked"], ["post_call_transcription", "asked"]], 25, "the recording")
            [[path, size]] = h.rows("select local_path, bytes from artifacts where call_id = 'c1' and kind = 'recording'")
            with open(path, "rb") as f:
                assert f.read() == lab_sound(lab, ours) and int(size) > 10
            def given_up():
                h.rows(f"update vendor_parked set next_at = now() where conversation_id = '{stranger}' and last_error is not null")
                return parked(h, "conversation_id, given_up_at is not null, coalesce(last_error, '')")

            wait_until(lambda: given_up() == sorted([[stranger, "t", "no call is known by these names"], [live, "f", ""]]), 40, "the stranger to be given up")
            assert h.rows("select payload is null from vendor_parked where conversation_id = " + f"'{stranger}'") == [["t"]], "and forgotten"
            assert h.metric("invorto_post_call_lost_total") == 1 and other not in json.dumps(parked(h))
            assert send(h, transcription(ours, "A/c1"))[1]["result"] == "again", "the webhook comes after all"
            # It goes on as long as it likes, and is taken when it is over: nobody has counted that as tries.
            call(h, "c2")
            assert lab.ask("PUT", f"/_lab/conversations/{live}", {"user_id": "A/c2"})[0] == 200
            h.rows("update vendor_parked set next_at = now() where given_up_at is null")
            wait_until(lambda: record(h, "c2")["closed"], 25, "the long one")
            assert h.rows("select extract(epoch from now() - listed_to) < 60, cursor is null from conversation_lists") == [["t", "t"]]


def lab_sound(lab, conversation):
    import urllib.request
    with urllib.request.urlopen(urllib.request.Request(f"{lab.url}/v1/convai/conversations/{conversation}/audio", headers=KEY), timeout=10) as r:
        return r.read()


def test_a_long_list_is_read_to_its_end_and_from_there_on_after_a_restart():
    with Vendor(page=25) as vendor:
        for n in range(60):
            vendor.add(f"conv_{n}", began=7200 - n * 40)
        vendor.fail["list"] = [500]  # the first page does not come
        with house(vendor) as h:
            host(h)
            wait_until(lambda: h.rows("select count(*) from vendor_parked") == [["60"]], 30, "all of them")
            wait_until(lambda: h.rows("select cursor is null and listed_to > now() - interval '5000 seconds' from conversation_lists") == [["t"]],
                       25, "the end of the list")
            pages = [q for q in vendor.lists() if "cursor" in q]
            assert [q["cursor"] for q in pages[:2]] == ["25", "50"] and pages[0]["call_start_after_unix"] == pages[1]["call_start_after_unix"]
            assert all(q["page_size"] == "100" and q["agent_id"] == "agent_9" for q in vendor.lists())
            wait_until(lambda: h.rows("select count(*) from vendor_parked where payload is not null or given_up_at is not null") == [["60"]], 40,
                       "each to be asked for")
            assert {vendor.times(f"conv_{n}") for n in range(60)} == {1}, "each was asked for once"
            mark = int(h.rows("select extract(epoch from listed_to)::bigint from conversation_lists")[0][0])
            assert mark == vendor.talks["conv_59"]["metadata"]["start_time_unix_secs"]
            h.kill()
            h.rows("update conversation_lists set next_at = now()")  # it may have had it when it died
            vendor.asked.clear()
            vendor.add("conv_new", "A/c1", began=30)
            call(h)
            h.start_daemon()
            wait_until(lambda: record(h)["closed"], 30, "the new one")
            assert int(vendor.lists()[0]["call_start_after_unix"]) == mark - 3600
            assert vendor.times("conv_3") == vendor.times("conv_59") == 0, "what is known is not asked for again"


def test_a_place_in_the_list_that_is_none_any_more_is_forgotten():
    with Vendor(page=2) as vendor:
        for n in range(5):
            vendor.add(f"conv_{n}", began=600 - n)
        with house(vendor, CONVERSATION_CHECK_SECONDS="0.1") as h:
            host(h)
            wait_until(lambda: h.rows("select count(*) from vendor_parked") == [["5"]], 25, "all of them")
            # A cursor from before: refused, so from the beginning; nonsense and 500 keep the place.
            h.rows("update conversation_lists set cursor = 'nonsense', pages = 3, next_at = now() + interval '1 hour'")
            vendor.asked.clear()
            vendor.fail["list"] = [500, 422]
            h.rows("update conversation_lists set next_at = now()")
            wait_until(lambda: len(vendor.lists()) >= 3, 25, "three questions")
            assert [q.get("cursor") for q in vendor.lists()[:3]] == ["nonsense", "nonsense", None]
            assert h.metric('invorto_conversations_listed_total{result="failed"}') >= 2


def test_recordings_that_came_too_early_or_never_are_fetched_once_their_call_is_known():
    import base64
    with Vendor() as vendor:
        with house(vendor, CONVERSATION_LIST_SECONDS="3600") as h:
            def sound(conversation):
                return {"type": "post_call_audio", "event_timestamp": 1, "data": {"agent_id": "a", "conversation_id": conversation,
                                                                                  "full_audio": base64.b64encode(MP3).decode()}}

            vendor.sounds = {"conv_early": MP3, "conv_bad": b"RIFF0000WAVEfmt ", "conv_there": MP3}
            # Both deliveries before the call is known here.
            assert send(h, sound("conv_early"))[1]["result"] == "parked" and send(h, transcription("conv_early", "A/early"))[1]["result"] == "parked"
            h.rows("update vendor_parked set next_at = now()")
            wait_until(lambda: h.rows("select min(tries) from vendor_parked") == [["1"]], 25, "a first look")
            assert vendor.asked == [], "nobody asks for what nobody knows"
            call(h, "early")
            h.rows("update vendor_parked set next_at = now()")
            wait_until(lambda: record(h, "early")["closed"], 25, "the call")
            h.rows("update vendor_parked set next_at = now()")
            wait_until(lambda: parked(h) == [], 25, "the recording")
            [[path]] = h.rows("select local_path from artifacts where call_id = 'early' and kind = 'recording'")
            with open(path, "rb") as f:
                assert f.read() == MP3
            # One that is here is not fetched.
            call(h, "there", conversation="conv_there")
            h.rows("insert into vendor_parked (type, conversation_id) values ('post_call_audio', 'conv_there')")
            assert send(h, sound("conv_there"))[1]["result"] == "added"
            h.rows("update vendor_parked set next_at = now()")
            wait_until(lambda: parked(h) == [], 25, "the place to be free")
            assert vendor.times("conv_there/audio") == 0 and vendor.times("conv_early/audio") == 1
            # What is no recording, and what is not there, is given up after as many tries.
            for name in ("bad", "none"):
                call(h, name, conversation="conv_" + name)
                h.rows(f"insert into vendor_parked (type, conversation_id) values ('post_call_audio', 'conv_{name}')")
            def over():
                h.rows("update vendor_parked set next_at = now() where last_error is not null")
                return parked(h, "conversation_id, given_up_at is not null, last_error ~ 'MP3|not_found'")

            wait_until(lambda: over() == [["conv_bad", "t", "t"], ["conv_none", "t", "t"]], 25, "both to be given up")
            assert vendor.times("conv_bad/audio") == 3 and h.rows("select count(*) from artifacts where call_id in ('bad', 'none') and kind = 'recording'") == [["0"]]


def test_recordings_are_not_asked_for_where_that_is_switched_off():
    with Vendor() as vendor:
        vendor.sounds["conv_1"] = MP3
        vendor.add("conv_1", "A/c1", has_audio=True)
        with house(vendor, CONVERSATION_AUDIO_FETCH="false") as h:
            host(h)
            call(h)
            wait_until(lambda: record(h)["closed"], 25, "the call")
            wait_until(lambda: parked(h) == [], 5, "nothing more to do")
            assert vendor.times("conv_1/audio") == 0


FAULTS = (429, 500, 401, "garbage", "late")
# What a step asks the database, made impossible and possible again.
HIDDEN = {"finding": "function lookup.hosted_call(text, text, text)", "taking": "function take_post_call(text, text, jsonb)",
          "parking": "table vendor_parked", "listing": "function conversations_listed(text, text, jsonb, text, double precision)"}


def test_whatever_fails_once_at_whatever_step_a_conversation_and_its_recording_are_taken_once():
    with Vendor() as vendor:
        with house(vendor, CARRIER_TIMEOUT_MS="300", CONVERSATION_CHECK_SECONDS="0.1", ELEVENLABS_PARKED_TRIES="50") as h:
            host(h)

            def arrives(name):
                conversation = "conv_" + name
                call(h, name)
                vendor.sounds[conversation] = MP3
                vendor.add(conversation, "A/" + name, began=30, has_audio=True)
                return conversation

            def whole(name):
                h.rows("update vendor_parked set next_at = now() where next_at > now() and next_at < now() + interval '80 seconds' and last_error is not null; "
                       "update conversation_lists set next_at = now() where last_error is not null")
                h.rows("update vendor_parked set next_at = now() where type = 'post_call_audio' and tries = 0")
                return h.rows("select type, count(*) from vendor_deliveries where call_id = " + f"'{name}' group by 1 order by 1") == [
                    ["post_call_audio", "1"], ["post_call_transcription", "1"]]

            names = []
            for step in ("list", "", "/audio"):
                for n, fault in enumerate(FAULTS):
                    name = f"{step.strip('/') or 'talk'}{n}"
                    vendor.fail["list" if step == "list" else "conv_" + name + step] = [fault]
                    names.append(name)
                    arrives(name)
                    wait_until(lambda one=name: whole(one), 30, f"{fault} at {step or 'the conversation'}")
            for step, what in HIDDEN.items():
                kind, rest = what.split(" ", 1)
                schema, _, bare = rest.rpartition(".") if "." in rest.split("(")[0] else ("", "", rest)
                bare = bare.split("(")[0]
                asked = len(vendor.asked)
                h.rows(f"alter {kind} {rest} rename to {bare}_away")
                names.append(step)
                arrives(step)
                wait_until(lambda n=asked: len(vendor.asked) > n, 20, f"a try without {step}") if step != "parking" else time.sleep(0.5)
                args = "(" + rest.split("(")[1] if "(" in rest else ""
                h.rows(f"alter {kind} {schema + '.' if schema else ''}{bare}_away{args} rename to {bare}")
                h.rows("update vendor_parked set next_at = now() where given_up_at is null; update conversation_lists set next_at = now()")
                wait_until(lambda one=step: whole(one), 30, f"{step} made possible again")
            for name in names:
                assert followed(h, name) == ["1", "1", "1"] and record(h, name)["status"] == "completed", name
            assert parked(h) == [] and h.metric("invorto_post_call_lost_total") == 0
            got = h.rows("select call_id, count(*) from artifacts where kind = 'recording' group by 1")
            assert sorted(got) == sorted([n, "1"] for n in names), got


test_whatever_fails_once_at_whatever_step_a_conversation_and_its_recording_are_taken_once.seconds = 25


def page(*talks):
    return "'" + json.dumps([dict(zip(("id", "live", "began"), t)) for t in talks]) + "'::jsonb"


def test_the_books_know_what_was_listed():
    db = Database()
    db.admin("insert into voice_agents (tenant_id, id, name, config, provider, elevenlabs_agent_id) values "
             "('A', 'a', 'a', '{}', 'elevenlabs', 'agent_9'), ('A', 'own', 'own', '{}', 'invorto', null), ('B', 'b', 'b', '{}', 'elevenlabs', 'agent_9')")
    lists = "select tenant_id, voice_agent_id, vendor_agent from conversation_lists order by 1, 2"
    assert db.admin(lists) == [["A", "a", "agent_9"], ["B", "b", "agent_9"]]
    assert db.sql(lists, tenant="A") == [["A", "a", "agent_9"]]
    db.admin("insert into voice_call_records (tenant_id, id, status, provider) values ('A', 'told', 'queued', 'elevenlabs'), ('A', 'asked', 'queued', 'elevenlabs'), "
             "('A', 'ended', 'queued', 'elevenlabs'); insert into call_aliases (tenant_id, provider, alias, call_id) values ('A', 'elevenlabs', 'conv_told', 'told'), "
             "('A', 'elevenlabs', 'conv_asked', 'asked'), ('A', 'elevenlabs', 'conv_ended', 'ended'); delete from conversation_checks where call_id <> 'asked'; "
             "insert into vendor_deliveries (tenant_id, type, conversation_id, call_id, how) values ('A', 'post_call_transcription', 'conv_told', 'told', 'webhook')")

    def listed(tenant, agent_id, what, cursor="null", role="invorto_worker"):
        return db.sql(f"select fresh, known from conversations_listed('{tenant}', '{agent_id}', {what}, {cursor}, 60)", role=role)

    all_of = [("conv_told", False, 1000), ("conv_asked", False, 2000), ("conv_ended", False, 3000), ("conv_new", False, 4000), ("conv_live", True, 3500)]
    assert listed("A", "a", page(*all_of), "'2'") == [["3", "2"]]
    assert db.admin("select conversation_id, next_at > now() + interval '30 seconds', agent_ref, payload is null from vendor_parked order by 1") == [
        ["conv_ended", "f", "agent_9", "t"], ["conv_live", "t", "agent_9", "t"], ["conv_new", "f", "agent_9", "t"]]
    state = "select cursor, pages, extract(epoch from newest)::int, next_at > now() + interval '30 seconds', listed_to < now() - interval '1 hour' from conversation_lists where voice_agent_id = 'a'"
    assert db.admin(state) == [["2", "1", "4000", "f", "t"]]
    assert listed("A", "a", page(*all_of)) == [["0", "5"]] and db.admin(state) == [["", "0", "", "t", "t"]], "old ones move no mark"
    now = int(time.time())
    assert listed("A", "a", page(("conv_a", False, now - 50)), "'7'") == [["1", "0"]]
    assert listed("A", "a", page(("conv_b", False, now - 500))) == [["1", "0"]]
    mark = "select extract(epoch from listed_to)::bigint from conversation_lists where voice_agent_id = 'a'"
    assert db.admin(mark) == [[str(now - 50)]], "the newest of all pages"
    assert listed("A", "a", page(("conv_c", False, now + 99999), ("conv_d", False), ("conv_d", False))) == [["2", "1"]]
    assert int(db.admin(mark)[0][0]) <= now + 60, "their clock is not ours"
    assert listed("A", "a", "'[]'::jsonb") == [["0", "0"]] and listed("A", "gone", page(("conv_e", False, 1))) == [["1", "0"]]
    due = "select next_at <= now() from vendor_parked where conversation_id = 'conv_live'"
    assert db.admin(due) == [["f"]] and listed("A", "a", page(("conv_live", False, 3500))) == [["0", "1"]] and db.admin(due) == [["t"]], "it is over"
    db.admin("update conversation_lists set pages = 999")
    listed("A", "a", "'[]'::jsonb", "'more'")
    assert db.admin("select cursor from conversation_lists where voice_agent_id = 'a'") == [[""]], "a list without an end has one"
    db.refused("select conversations_listed('A', 'a', '[]', null, 60)", "42501", tenant="A")
    # Another vendor's agent begins anew; one that is ours, or gone, is not listed.
    db.admin("update voice_agents set elevenlabs_agent_id = 'agent_10' where id = 'a'; update voice_agents set deleted_at = now() where id = 'b'")
    assert db.admin(lists) == [["A", "a", "agent_10"]]
    assert db.admin("select listed_to < now() - interval '23 hours' from conversation_lists") == [["t"]]
    db.admin("update voice_agents set provider = 'invorto' where id = 'a'")
    assert db.admin(lists) == []
