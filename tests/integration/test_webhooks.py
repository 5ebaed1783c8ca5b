"""The webhook dispatcher against receivers of every kind. INVORTO_LONG=1 kills it longer."""
import json
import os
import random
import socket
import subprocess
import threading
import time

import names
import npm
from hooks import DRIVER, SECRET, Hooks
from receiver import HOST, Receiver
from stack import ROOT, wait_until

CLIENTS = os.path.join(ROOT, "tests/integration/webhook_clients")
LONG = bool(os.environ.get("INVORTO_LONG"))
SECOND = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="


def accepted(messages):
    """What two public libraries say: [{"standardwebhooks": True | reason, "svix": …}]."""
    out = subprocess.run(["node", "verify.mjs"], cwd=npm.ready(CLIENTS), input=json.dumps(messages), capture_output=True, text=True,
                         check=True, timeout=60)
    return json.loads(out.stdout)


def signed(got, secret=SECRET):
    return {"secret": secret, "body": got.body.decode(),
            "headers": {k: got.headers[k] for k in ("webhook-id", "webhook-timestamp", "webhook-signature")}}


def test_an_event_arrives_signed_within_a_second():
    with Hooks() as h:
        r = Receiver()
        h.endpoint(r.url("/ok"), headers='{"Authorization": "Bearer theirs", "X-Team": "blue"}')
        p = h.start()
        event = h.emit("one", payload={"type": "call.ended", "text": "ünï \"quoted\""})
        written = time.time()
        wait_until(lambda: r.to("/ok"), 5, "the event")
        got = r.to("/ok")[0]
        assert got.at - written < 1, got.at - written
        assert json.loads(got.body) == {"type": "call.ended", "text": "ünï \"quoted\""}
        head = got.headers
        assert head["webhook-id"] == head["x-webhook-id"] == event
        assert head["content-type"] == "application/json" and head["x-webhook-event"] == "call.ended"
        assert head["authorization"] == "Bearer theirs" and head["x-team"] == "blue"
        assert abs(int(head["webhook-timestamp"]) - written) < 5 and abs(int(head["x-webhook-timestamp"]) / 1000 - written) < 5
        assert head["x-webhook-attempt"] == "1" and head["x-webhook-priority"] == "1"
        # The older signatures, by our own reading of what they promise.
        import hashlib
        import hmac
        plain = hmac.new(SECRET.encode(), got.body, hashlib.sha256).hexdigest()
        assert head["x-signature"] == head["x-webhook-signature"] == "sha256=" + plain
        t, v1 = (part.partition("=")[2] for part in head["x-webhook-signature-v2"].split(","))
        assert t == head["webhook-timestamp"]
        assert v1 == hmac.new(SECRET.encode(), f"{t}.".encode() + got.body, hashlib.sha256).hexdigest()
        # And by two libraries that others wrote.
        forged = {**signed(got), "body": got.body.decode() + " "}
        right, wrong = accepted([signed(got), forged])
        assert right == {"standardwebhooks": True, "svix": True, "keys": []}, right
        assert wrong["standardwebhooks"] is not True and wrong["svix"] is not True
        h.settled()
        assert h.rows("state, attempt, last_status, lease_owner") == [["delivered", "1", "204", ""]]
        assert h.db.admin("select attempt, status, error from webhook_attempts") == [["1", "204", ""]]
        assert h.db.admin("select tenant_id, delivered, retries, dead from webhook_days") == [["A", "1", "0", "0"]]
        h.stop(p)


def test_both_secrets_sign_while_one_replaces_the_other():
    with Hooks() as h:
        r = Receiver()
        h.endpoint(r.url("/both"), secret=SECOND, previous_secret=SECRET, previous_secret_until="2099-01-01", events="{call.ended}")
        h.endpoint(r.url("/over"), secret=SECOND, previous_secret=SECRET, previous_secret_until="2001-01-01", events="{call.ended}")
        h.start()
        h.emit("one")
        h.settled()
        both, over = r.to("/both")[0], r.to("/over")[0]
        said = accepted([signed(both, SECRET), signed(both, SECOND), signed(over, SECRET), signed(over, SECOND)])
        assert [s["standardwebhooks"] is True for s in said] == [True, True, False, True], said
        assert [s["svix"] is True for s in said] == [True, True, False, True], said
        assert both.headers["x-webhook-signature-v2"].count("v1=") == 2


def test_headers_of_a_tenant_never_replace_ours():
    with Hooks() as h:
        r = Receiver()
        h.endpoint(r.url("/ok"), headers=json.dumps({"X-Signature": "sha256=00", "Webhook-Id": "mine", "Host": "elsewhere",
                                                     "x-webhook-event": "mine", "Content-Length": "1", "X-Mine": "yes"}))
        h.start()
        event = h.emit("one")
        h.settled()
        head = r.to("/ok")[0].headers
        assert head["webhook-id"] == event and head["x-mine"] == "yes" and head["host"].startswith(HOST)
        assert head["x-webhook-event"] == "call.ended" and head["x-signature"] != "sha256=00"


def test_only_those_who_subscribe_are_told():
    with Hooks() as h:
        r = Receiver()
        h.endpoint(r.url("/all"))
        h.endpoint(r.url("/ended"), events="{call.ended}")
        h.endpoint(r.url("/old"), events="{call.completed}")
        h.endpoint(r.url("/off"), disabled_at="2026-01-01")
        h.endpoint(r.url("/gone"), deleted_at="2026-01-01")
        h.endpoint(r.url("/b"), tenant="B")
        h.start()
        h.emit("one", type_="call.ended")
        h.emit("two", type_="qa.flags")
        h.emit("three", type_="call.completed")
        h.emit("one", type_="call.ended")  # again: the same cause is one event
        h.settled()
        time.sleep(0.3)
        assert sorted(g.headers["x-webhook-event"] for g in r.to("/all")) == ["call.ended", "qa.flags"]
        assert [g.headers["x-webhook-event"] for g in r.to("/ended")] == ["call.ended"]
        assert [g.headers["x-webhook-event"] for g in r.to("/old")] == ["call.completed"]
        assert not r.to("/off") and not r.to("/gone") and not r.to("/b")


def gaps(r, path):
    at = [g.at for g in r.to(path)]
    return [b - a for a, b in zip(at, at[1:])]


def test_every_answer_has_its_consequence_on_the_short_plan():
    with Hooks(WEBHOOK_SCHEDULE="short", WEBHOOK_TIMEOUT=1500, CIRCUIT_BREAKER_THRESHOLD=100) as h:
        r = Receiver()
        paths = ["/status/400", "/status/404", "/status/408", "/status/425", "/status/500", "/status/301", "/hang", "/busy/4",
                 "/fails/2", "/status/200", "/status/299", "/endless", "/drip", f"/redirect?http://127.0.0.1:{r.trap_port}/x"]
        name = {path: h.endpoint(r.url(path), events="{call.ended}") for path in paths}
        name["dead"] = h.endpoint(f"http://{HOST}:1/", events="{call.ended}")
        h.start()
        events = {h.emit("one")}
        h.settled(60)
        state = {row[0]: row[1:] for row in h.rows("endpoint_id, state, attempt, last_status, last_error")}

        def ended(path, *expected):
            got = state[name[path]]
            assert tuple(got[:3]) == expected, (path, got)
            return got[3]

        for n in ("400", "404"):  # nothing changes within 21 s
            assert ended(f"/status/{n}", "dead", "1", n).startswith("client_error")
        for n in ("408", "425", "500"):
            ended(f"/status/{n}", "dead", "4", n)
        assert ended("/status/301", "dead", "4", "301").startswith("redirect")
        assert ended("/hang", "dead", "4", "").startswith("timeout")
        assert ended("dead", "dead", "4", "").startswith("connection")
        ended("/busy/4", "delivered", "2", "204")
        ended("/fails/2", "delivered", "3", "204")
        for path in ("/status/200", "/status/299", "/endless", "/drip"):
            assert ended(path, "delivered", "1", "299" if "299" in path else "200") == ""
        ended(paths[-1], "dead", "4", "302")
        assert not r.trapped, "a redirect was followed"
        for low, high, gap in zip((0.75, 3.75, 11.25), (1.25, 6.25, 18.75), gaps(r, "/status/500")):
            assert low - 0.05 <= gap <= high + 1, gaps(r, "/status/500")
        assert 4 <= gaps(r, "/busy/4")[0] <= 7, gaps(r, "/busy/4")
        assert r.sent_bytes < 4 << 20, "endless bodies are not read on"
        assert {g.id for g in r.got} == events, "every try has the event's id"
        said = h.db.admin(f"select distinct response from webhook_attempts where endpoint_id = '{name['/status/400']}'")[0][0]
        assert said == "the receiver says no to [PHONE]", said


def test_410_disables_the_endpoint_and_its_owner_is_told():
    with Hooks() as h:
        r = Receiver()
        gone = h.endpoint(r.url("/status/410"), events="{call.ended}", max_concurrency=1)
        h.endpoint(r.url("/ok"), events="{webhook.endpoint_disabled}")
        h.endpoint(r.url("/b"), tenant="B")
        h.start()
        h.emit_many(20)
        wait_until(lambda: r.to("/ok"), 10, "webhook.endpoint_disabled")
        h.settled()
        told = json.loads(r.to("/ok")[0].body)
        assert told["type"] == "webhook.endpoint_disabled" and told["endpointId"] == gone and told["reason"] == "gone"
        assert told["tenantId"] == "A" and told["eventId"] == r.to("/ok")[0].id
        assert len(r.to("/ok")) == 1 and not r.to("/b")
        assert h.db.admin(f"select disabled_reason from webhook_endpoints where id = '{gone}'") == [["gone"]]
        assert h.count(f"endpoint_id = '{gone}' and state = 'dead'") == 20
        assert len(r.to("/status/410")) < 20, "it is not sent to when it is known to be gone"


def test_an_endpoint_that_failed_for_120_hours_is_disabled_and_one_good_answer_saves_it():
    with Hooks() as h:
        r = Receiver()
        since = "now() - interval '121 hours'"
        worn, saved, young = (h.endpoint(r.url(path), events="{call.ended}") for path in ("/status/500", "/ok", "/status/503"))
        h.db.admin(f"update webhook_endpoints set failing_since = {since} where id in ('{worn}', '{saved}')")
        h.db.admin(f"update webhook_endpoints set failing_since = now() - interval '119 hours' where id = '{young}'")
        h.endpoint(r.url("/told"), events="{webhook.endpoint_disabled}")
        h.start()
        h.emit("one")
        wait_until(lambda: r.to("/told"), 10, "webhook.endpoint_disabled")
        told = json.loads(r.to("/told")[0].body)
        assert told["endpointId"] == worn and told["reason"] == "failing" and "failingSince" in told
        time.sleep(0.5)
        assert len(r.to("/told")) == 1
        rows = dict(h.db.admin("select id, coalesce(disabled_reason, '') || ',' || (failing_since is null) from webhook_endpoints"))
        assert rows[worn] == "failing,false" and rows[saved] == ",true" and rows[young] == ",false"


def test_the_standard_plan_waits_five_seconds_first():
    with Hooks() as h:
        r = Receiver()
        h.endpoint(r.url("/fails/1"), events="{call.ended}")
        h.endpoint(r.url("/status/400"), events="{call.ended}")
        h.start()
        h.emit("one")
        h.until("state = 'delivered'", 1, 15)
        assert 4 <= gaps(r, "/fails/1")[0] <= 7, gaps(r, "/fails/1")
        # A refusal too is tried again: it may be mended within three days.
        h.until("last_status = 400 and state = 'pending' and attempt = 2", 1, 15)
        wait = float(h.db.admin("select extract(epoch from next_at - now()) from webhook_outbox where last_status = 400")[0][0])
        assert 235 < wait < 361, wait


def test_a_broken_endpoint_is_left_alone_and_its_neighbour_is_not():
    with Hooks(CIRCUIT_BREAKER_THRESHOLD=3, CIRCUIT_BREAKER_TIMEOUT=2000) as h:
        r = Receiver()
        bad = h.endpoint(r.url("/fails/3"), events="{call.ended}", max_concurrency=1)
        h.endpoint(r.url("/ok"), events="{call.ended}")
        h.start()
        h.emit_many(30)
        h.until("state = 'delivered'", 30 + 27, 15)  # three wait for their second try
        assert len(r.to("/ok")) == 30
        third, fourth = (r.to("/fails/3")[i].at for i in (2, 3))
        assert 1.9 < fourth - third < 20, fourth - third
        # Those who waited have not been counted as tried.
        assert h.count(f"endpoint_id = '{bad}' and state = 'delivered' and attempt = 1") == 27
        h.settled(15)


def test_an_endpoint_has_as_many_at_once_as_it_allows():
    with Hooks() as h:
        r = Receiver()
        h.endpoint(r.url("/late/0.05"), max_concurrency=3)
        h.endpoint(r.url("/late/0.06"), max_concurrency=1)
        h.start()
        h.emit_many(60)
        h.settled()
        assert r.most_open["/late/0.05"] == 3 and r.most_open["/late/0.06"] == 1
        assert len(r.to("/late/0.05")) == len({g.id for g in r.to("/late/0.05")}) == 60
        numbers = [json.loads(g.body)["n"] for g in r.to("/late/0.06")]
        assert numbers == sorted(numbers), "one at a time keeps the order"


def test_a_thousand_hung_receivers_do_not_delay_another_tenant():
    with Hooks(WEBHOOK_TIMEOUT=8000) as h:
        r = Receiver()
        h.db.admin(f"""insert into webhook_endpoints (tenant_id, id, url, secret) select 'A', 'hung_' || i,
            'http://{HOST}:{r.port}/hang?' || i, '{SECRET}' from generate_series(1, 1000) i""")
        h.endpoint(r.url("/ok"), tenant="B")
        h.start()
        h.emit_many(5, tenant="A")
        wait_until(lambda: len(r.got) > 200, 20, "many hung deliveries")
        written = {}
        for i in range(100):
            written[h.emit(f"b{i}", tenant="B")] = time.time()
        wait_until(lambda: len(r.to("/ok")) == 100, 10, "tenant B's events")
        late = sorted(g.at - written[g.id] for g in r.to("/ok"))
        assert late[98] <= 1, f"p99 {late[98]:.3f} s, median {late[50]:.3f} s"
        print(f"# behind 1,000 hung receivers: median {late[50] * 1000:.0f} ms, p99 {late[98] * 1000:.0f} ms", flush=True)


test_a_thousand_hung_receivers_do_not_delay_another_tenant.alone = True


def test_killed_at_any_moment_it_loses_nothing_and_repeats_with_the_same_id():
    with Hooks(WEBHOOK_LEASE_MS=2500, WEBHOOK_TIMEOUT=1000, MAX_WEBHOOK_RETRIES=10, CIRCUIT_BREAKER_TIMEOUT=1000) as h:
        r = Receiver()
        for path in ("/ok", "/late/0.02", "/fails/40"):
            h.endpoint(r.url(path), tenant="A", max_concurrency=16, schedule="short")
        h.endpoint(r.url("/b"), tenant="B", max_concurrency=16)
        batches, size = (100, 25) if LONG else (20, 25)  # of each tenant: 10,000 deliveries in all, or 2,000
        written = threading.Event()

        def write():
            for i in range(batches):
                h.emit_many(size, tenant="A", prefix=f"k{i}-")
                h.emit_many(size, tenant="B", prefix=f"k{i}-")
            written.set()

        writer = threading.Thread(target=write)
        writer.start()
        rng, kills = random.Random(5), 0
        p = h.start()
        while not written.is_set() or kills < (50 if LONG else 12):
            time.sleep(rng.uniform(0.05, 1))
            h.kill(p)
            kills += 1
            p = h.start()
        writer.join()
        h.until("state = 'delivered'", 4 * batches * size, 120)
        for path in ("/ok", "/late/0.02", "/fails/40", "/b"):
            assert len({g.id for g in r.to(path)}) == batches * size, path
        bodies = {}
        for g in r.got:
            assert bodies.setdefault((g.path, g.id), g.body) == g.body, "another body under the same id"
        print(f"# {kills} kills, {len(r.got)} posts for {4 * batches * size} deliveries", flush=True)
        h.stop(p)


test_killed_at_any_moment_it_loses_nothing_and_repeats_with_the_same_id.seconds = 30


def test_two_processes_share_the_work_and_repeat_nothing():
    with Hooks() as h:
        r = Receiver()
        h.endpoint(r.url("/ok"), max_concurrency=16)
        h.endpoint(r.url("/late/0.01"), max_concurrency=16)
        one, two = h.start(), h.start()
        for i in range(10):
            h.emit_many(50, prefix=f"p{i}-")
        h.settled(30)
        for path in ("/ok", "/late/0.01"):
            assert len(r.to(path)) == len({g.id for g in r.to(path)}) == 500
        h.stop(one)
        h.stop(two)


def test_draining_finishes_what_is_under_way_and_gives_back_the_rest():
    with Hooks() as h:
        r = Receiver()
        h.endpoint(r.url("/late/1"), max_concurrency=4)
        p = h.start()
        h.emit_many(40)
        wait_until(lambda: len(r.to("/late/1")) >= 4, 5, "the first deliveries")
        began = time.monotonic()
        h.stop(p)
        assert time.monotonic() - began < 8, "all forty would take ten seconds"
        assert h.count("state = 'sending'") == 0, "nothing is left to a lease"
        sent = len(r.to("/late/1"))
        assert h.count("state = 'delivered'") == sent and h.count("state = 'pending' and attempt = 0") == 40 - sent


def test_a_database_that_drops_its_connections_costs_nothing():
    with Hooks(WEBHOOK_LEASE_MS=3000, WEBHOOK_TIMEOUT=1000) as h:
        r = Receiver()
        h.endpoint(r.url("/late/0.01"), max_concurrency=8)
        h.start()
        for i in range(12):
            h.emit_many(25, prefix=f"d{i}-")
            time.sleep(0.15)
            h.db.admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
                       "and usename = 'invorto_worker'")
        h.until("state = 'delivered'", 300, 40)
        assert len({g.id for g in r.got}) == 300


def test_no_spelling_of_a_forbidden_address_is_reached():
    with Hooks(WEBHOOK_SCHEDULE="short", WEBHOOK_TIMEOUT=2000) as h:
        r = Receiver()
        hosts = ["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "localhost",
                 "LOCALHOST", "localhost.", "0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]",
                 "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "127.0.0.1.", "127.255.255.254", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1",
                 "169.254.169.254", "[fe80::1]", "[fd00::1]", "198.18.0.1", "192.0.0.1", "224.0.0.1", "255.255.255.255", "[ff02::1]"]
        for host in hosts:
            h.endpoint(f"http://{host}:{r.trap_port}/x", description=host)
        h.endpoint(f"http://user:pw@127.0.0.1:{r.trap_port}/x")
        h.endpoint(f"file:///etc/passwd")
        h.endpoint(f"gopher://127.0.0.1:{r.trap_port}/x")
        h.start()
        h.emit("one")
        h.settled(60)
        assert not r.trapped and not r.got
        for url, error in h.db.admin("select w.url, o.last_error from webhook_outbox o join webhook_endpoints w on w.id = o.endpoint_id"):
            assert error.startswith(("blocked", "connection")), (url, error)
            assert "169.254" in url or "169.254" not in error
        for error, in h.db.admin("select last_error from webhook_outbox o join webhook_endpoints w on w.id = o.endpoint_id "
                                 "where w.url like '%localhost%'"):
            assert "127.0.0.1" not in error and "::1" not in error, "the address stays our secret"


def test_in_production_only_https_is_posted_to():
    env = {"INVORTO_ENV": "production", **{k: "a-secret-of-its-own-0123456789-" + k for k in
           ("REALTIME_API_KEY", "REALTIME_WS_SECRET", "JWT_SECRET", "WEBHOOK_SECRET")}}
    with Hooks(WEBHOOK_SCHEDULE="short", **env) as h:
        r = Receiver()
        h.endpoint(r.url("/ok"))
        h.start()
        h.emit("one")
        h.settled()
        assert h.rows("state, last_error") == [["dead", "blocked: https is required"]] and not r.got


def test_a_lease_shorter_than_a_try_is_refused_at_the_start():
    with Hooks(WEBHOOK_LEASE_MS=5000, WEBHOOK_TIMEOUT=5000) as h:
        p = subprocess.run([DRIVER, "dispatch"], env=h.env, capture_output=True, text=True, timeout=20, check=False)
        assert p.returncode == 1 and "WEBHOOK_LEASE_MS=\"5000\"" in p.stderr, p.stderr


def test_a_name_that_turns_to_a_forbidden_address_is_not_followed():
    """Names are resolved by the system's resolver, through a server of ours: first to where we may go, then, without
    a word, to where we may not. What counts is the address of the socket, each time."""
    if not names.possible():
        print("# a name server on port 53 needs root: not run", flush=True)
        return
    where = [HOST]
    server = names.Names(lambda name: ["127.0.0.1", HOST] if name == "both.test" else where)
    try:
        with Hooks(WEBHOOK_SCHEDULE="short", MAX_WEBHOOK_RETRIES=0) as h:
            r = Receiver()
            for i in range(100):
                h.endpoint(f"http://n{i}.test:{r.port}/ok", events="{call.ended}")
            h.endpoint(f"http://both.test:{r.port}/both", events="{call.started}")
            p = h.start(wrapper=server.wrapper())
            h.emit("one")
            h.emit("two", type_="call.started")
            h.settled()
            assert len(r.to("/ok")) == 100 and len(r.to("/both")) == 1
            assert h.count("state = 'delivered'") == 101
            h.stop(p)
            where[0] = "127.0.0.1"
            # The trap listens where the receiver does, on the other address: who came would be heard.
            trap = Trap("127.0.0.1", r.port)
            p = h.start(wrapper=server.wrapper())
            h.emit("three")
            h.emit("four", type_="call.started")
            h.settled()
            assert server.asked["n0.test"] == 2
            assert h.count("state = 'dead' and last_error like 'blocked: n%.test has no public address'") == 100
            assert len(r.to("/ok")) == 100 and len(r.to("/both")) == 2 and trap.came == 0
            h.stop(p)
            trap.close()
    finally:
        server.close()


class Trap:
    def __init__(self, host, port):
        self.came, self.socket = 0, socket.create_server((host, port))
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                self.socket.accept()[0].close()
                self.came += 1
            except OSError:
                return

    def close(self):
        self.socket.close()
