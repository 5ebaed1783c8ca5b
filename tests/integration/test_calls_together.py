"""Calls that are asked for while another one of the tenant is being written: together in one transaction, each with an
answer of its own. A lock on the table holds the first, until all the others wait behind it."""
import contextlib
import http.client
import json
import os
import subprocess
import tempfile
import threading

from database import PSQL, Cluster
from house import House
from stack import DAEMON, ROOT, free_port, get, wait_until

AGENT = {"name": "Desk", "disclosure": "I am an AI.", "greeting": "Hello there.", "prompt": "Be brief."}
CALL = {"agentId": "desk", "to": "+15551230000"}
ENV = {"DATABASE_QUERY_TIMEOUT_MS": "25000", "API_RATE_PER_MINUTE": "10000", "MAX_CONCURRENT_CALLS": "0",
       "ELEVENLABS_API_KEY": ""}  # no carrier: nothing else is asked before the call is written


@contextlib.contextmanager
def held(h, table="voice_call_records"):
    """Nobody writes a call meanwhile."""
    p = subprocess.Popen([PSQL, "-X", "-q", "-At", h.db.url("invorto_admin")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    p.stdin.write(f"begin; lock table {table} in exclusive mode; select 'held';\n")
    p.stdin.flush()
    assert p.stdout.readline() == "held\n"
    try:
        yield
    finally:
        p.kill()
        p.wait()


def blocked(h):
    return int(h.rows("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")[0][0])


def waiting(*bases):
    """Behind the first, or for a connection to begin with."""
    lines = [line for b in bases for line in get(b + "/metrics", 20)[1].splitlines() if line.startswith('invorto_pg_joined_waiting{pool="app"}')]
    assert len(lines) == len(bases)
    return sum(int(line.split()[-1]) for line in lines)


class Asks(threading.Thread):
    def __init__(self, h, body, key, headers=None, base=None):
        super().__init__(daemon=True)
        self.all, self.status, self.head, self.body = (h, body, key, headers, base), None, None, None

    def run(self):
        h, body, key, headers, base = self.all
        self.status, self.head, self.body = h.api("POST", "/v1/calls", body, key, headers, 40, base)


def burst(h, asks, bases=None, while_held=lambda: None, table="voice_call_records"):
    """The first of each base is at the database when the others come."""
    bases = bases or [h.http("")]
    with held(h, table):
        before = blocked(h)
        for ask in asks[:len(bases)]:
            ask.start()
        wait_until(lambda: blocked(h) == before + len(bases), 20, "the first are at the database")
        for ask in asks[len(bases):]:
            ask.start()
        wait_until(lambda: waiting(*bases) == len(asks) - len(bases), 20, "the others wait")
        while_held()
    for ask in asks:
        ask.join()
    return asks


def made(asks):
    return [a.body["id"] for a in asks if a.status == 201]


def written(h, ids):
    """How many records, transactions they came in, and lines of the audit log that name them."""
    names = ",".join(f"'{i}'" for i in ids)
    n, transactions = h.rows(f"select count(*), count(distinct xmin::text) from voice_call_records where id in ({names})")[0]
    return int(n), int(transactions), int(h.rows(f"select count(*) from audit_log where action = 'createCall' and entity_id in ({names})")[0][0])


@contextlib.contextmanager
def second_daemon(h):
    port = free_port()
    p = subprocess.Popen([DAEMON, "serve"], env={**h.env, "PORT": str(port), "DATA_DIR": tempfile.mkdtemp(prefix="invorto-second-")}, cwd=ROOT,
                         stdout=subprocess.DEVNULL, stderr=open(os.path.join(h.dir, "second.log"), "ab"))
    wait_until(lambda: get(f"http://127.0.0.1:{port}/readyz")[0] == 200, 20, "the second daemon")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        p.terminate()
        p.wait()


def each_has_his_own_answer(h, key):
    asks = [Asks(h, {**CALL, "to": f"+1555{n:07}", "metadata": {"n": n}}, key) for n in range(24)]
    asks[7] = Asks(h, {**CALL, "agentId": "nobody"}, key)
    burst(h, asks)
    assert (asks[7].status, asks[7].body["code"]) == (404, "not_found"), asks[7].body
    for n, a in enumerate(asks):
        if n != 7:
            assert a.status == 201 and a.body["to"] == f"+1555{n:07}" and a.body["metadata"] == {"n": n}, (n, a.status, a.body)
    ids = made(asks)
    assert len(set(ids)) == 23 and written(h, ids) == (23, 2, 23)  # the first, and the others with it behind
    got = dict(h.rows(f"select id, to_number || (metadata ->> 'n') from voice_call_records where id >= '{min(ids)}'"))
    assert all(got[a.body["id"]] == f"+1555{n:07}{n}" for n, a in enumerate(asks) if n != 7)


def a_bad_one_harms_nobody(h, key):
    asks = [Asks(h, {**CALL, "metadata": {"n": n}}, key) for n in range(20)]
    asks[11] = Asks(h, {**CALL, "to": "+15559990013"}, key)
    h.rows("alter table voice_call_records add constraint unlucky check (to_number <> '+15559990013') not valid")
    burst(h, asks)
    h.rows("alter table voice_call_records drop constraint unlucky")
    assert (asks[11].status, asks[11].body["code"]) == (400, "bad_request"), asks[11].body
    ids = made(asks)
    assert len(set(ids)) == 19 and written(h, ids)[::2] == (19, 19)


def a_key_counts_once(h, key, second):
    """Two of each, at two processes, among many without."""
    before = int(h.rows("select count(*) from voice_call_records")[0][0])
    bases = [h.http(""), second]
    asks = [Asks(h, CALL, key, {"Idempotency-Key": f"k{n // 2}"}, bases[n % 2]) for n in range(24)] + [Asks(h, CALL, key, None, b) for b in bases * 4]
    for a in asks:
        a.start()
    for a in asks:
        a.join()
    for a, b in zip(asks[0:24:2], asks[1:24:2]):
        assert {a.status, b.status} in ({201}, {201, 409}), (a.status, b.status)
        assert a.status != b.status or a.body["id"] == b.body["id"]
    ids = set(made(asks))
    assert len(ids) == 12 + 8 and written(h, ids)[::2] == (20, 20)
    again = [h.api("POST", "/v1/calls", CALL, key, {"Idempotency-Key": f"k{n}"}, base=bases[n % 2]) for n in range(12)]
    assert {a[2]["id"] for a in again} == set(made(asks[:24])) and all(a[1]["idempotency-replayed"] == "true" for a in again)
    assert int(h.rows("select count(*) from voice_call_records")[0][0]) == before + 20


def named(key):
    return {"Idempotency-Key": key}


def keys_are_claimed_and_finished_together(h, key):
    """Behind the first claim: one key twice, one for another request, one that is done, and two that the database refuses, one
    of them when it is finished."""
    done = h.api("POST", "/v1/calls", CALL, key, named("done"))
    h.rows("alter table idempotency_keys add constraint unlucky check (key <> 'bad' and (state = 'running' or key <> 'lost')) not valid")
    asks = [Asks(h, CALL, key, named(f"t{n}")) for n in range(12)]
    twice, other = [asks[5], Asks(h, CALL, key, named("t5"))], [asks[6], Asks(h, {**CALL, "to": "+15551239999"}, key, named("t6"))]
    again, bad, lost = (Asks(h, CALL, key, named(k)) for k in ("done", "bad", "lost"))
    burst(h, [*asks, twice[1], other[1], again, bad, lost], table="idempotency_keys")
    h.rows("alter table idempotency_keys drop constraint unlucky")
    # What the database refuses parts them: the second may come when the first is answered.
    assert sorted(a.status for a in twice) in ([201, 409], [201, 201]) and sorted(a.status for a in other) == [201, 422], [(a.status, a.body) for a in twice + other]
    assert twice[0].status != twice[1].status or twice[0].body == twice[1].body, [a.body for a in twice]
    assert again.body == done[2] and again.head["idempotency-replayed"] == "true", again.body
    assert (bad.status, lost.status) == (400, 201), (bad.body, lost.body)
    ids = made([*asks, twice[1], other[1]])
    assert len(set(ids)) == 12 and written(h, ids)[::2] == (12, 12)
    for n, a in enumerate(asks):
        if n not in (5, 6):
            second = h.api("POST", "/v1/calls", CALL, key, named(f"t{n}"))
            assert second[2] == a.body and second[1]["idempotency-replayed"] == "true", (n, second)
    for name, status in (("lost", 409), ("bad", 201)):  # left running, for a telephone may have rung; nothing was done
        assert h.api("POST", "/v1/calls", CALL, key, named(name))[0] == status, name


def what_was_left_running_is_taken_over_where_no_telephone_rang(h, key):
    left = "update idempotency_keys set state = 'running', lease_until = now() - interval '1 s' where key = 'left'"
    first = {path: h.api("POST", path, body, key, named("left"))[2]["id"] for path, body in (("/v1/calls", CALL), ("/v1/agents", AGENT))}
    h.rows(left)
    assert h.api("POST", "/v1/agents", {**AGENT, "name": "Other"}, key, named("left"))[0] == 422
    status, head, agent = h.api("POST", "/v1/agents", AGENT, key, named("left"))
    assert status == 201 and agent["id"] != first["/v1/agents"] and "idempotency-replayed" not in head, agent
    assert h.api("POST", "/v1/agents", AGENT, key, named("left"))[2]["id"] == agent["id"]
    assert h.api("POST", "/v1/calls", CALL, key, named("left"))[0] == 409
    h.rows("update idempotency_keys set expires_at = now() where key = 'left'")  # its day is over
    status, _, call = h.api("POST", "/v1/calls", {**CALL, "to": "+15551238888"}, key, named("left"))
    assert status == 201 and call["id"] != first["/v1/calls"], call


def a_cap_holds_in_the_middle(h, key, second):
    bases = [h.http(""), second]
    h.rows("update tenants set settings = settings || '{\"max_concurrent_calls\": 9}' where id = 'B'")
    asks = burst(h, [Asks(h, {**CALL, "agentId": "other"}, key, None, bases[n % 2]) for n in range(30)], bases)
    assert len(made(asks)) == 9, [a.status for a in asks]
    refused = [a for a in asks if a.status != 201]
    assert all(a.status == 429 and a.body["code"] == "quota_exceeded" and "9 of 9" in a.body["detail"] and a.head["retry-after"] == "5" for a in refused), \
        [a.body for a in refused]
    assert written(h, made(asks))[::2] == (9, 9)
    h.rows(f"update voice_call_records set status = 'failed', ended_at = now() where id = '{made(asks)[0]}'")
    asks = [Asks(h, {**CALL, "agentId": "other"}, key, None, bases[n % 2]) for n in range(10)]
    for a in asks:
        a.start()
    for a in asks:
        a.join()
    assert sorted(a.status for a in asks) == [201] + [429] * 9


def who_hangs_up_takes_nobody_along(h, key):
    before = int(h.rows("select count(*) from voice_call_records")[0][0])
    asks, gone = [Asks(h, CALL, key) for _ in range(8)], []

    def leave():
        for _ in range(4):
            c = http.client.HTTPConnection("127.0.0.1", h.port)
            c.request("POST", "/v1/calls", json.dumps(CALL), {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
            gone.append(c)
        wait_until(lambda: waiting(h.http("")) == 7 + 4, 20, "they wait too")
        for c in gone:
            c.close()
        wait_until(lambda: waiting(h.http("")) == 7, 20, "they are gone")

    burst(h, asks, while_held=leave)
    assert [a.status for a in asks] == [201] * 8
    assert int(h.rows("select count(*) from voice_call_records")[0][0]) == before + 8


def test_calls_that_are_asked_for_at_once():
    with House(env=ENV, agents={"desk": AGENT}, lab=False) as h:
        key, other = h.key(), h.key("B")
        h.add_agent("B", "other", AGENT)
        each_has_his_own_answer(h, key)
        a_bad_one_harms_nobody(h, key)
        who_hangs_up_takes_nobody_along(h, key)
        keys_are_claimed_and_finished_together(h, key)
        what_was_left_running_is_taken_over_where_no_telephone_rang(h, key)
        with second_daemon(h) as second:
            a_key_counts_once(h, key, second)
            a_cap_holds_in_the_middle(h, other, second)


def test_a_database_that_dies_in_the_middle_has_none_of_them():
    server = Cluster("fsync=off", "max_connections=100")
    with House(env={**ENV, "DATABASE_QUERY_TIMEOUT_MS": "8000"}, agents={"desk": AGENT}, lab=False, server=server) as h:
        key = h.key()
        asks = burst(h, [Asks(h, CALL, key) for _ in range(20)], while_held=server.kill)
        assert [a.status for a in asks] == [503] * 20, [(a.status, a.body) for a in asks]
        server.start()
        wait_until(lambda: h.api("GET", "/v1/agents", key=key)[0] == 200, 15, "answers again")
        assert h.rows("select count(*) from voice_call_records") == [["0"]]
        asks = [Asks(h, CALL, key) for _ in range(20)]
        for a in asks:
            a.start()
        for a in asks:
            a.join()
        assert len(set(made(asks))) == 20 and written(h, made(asks))[::2] == (20, 20)
    server.stop()
