"""The REST API when what is behind it is away."""
import threading
import time

from callers import Browser
from database import Cluster
from house import House
from stack import get, wait_until

AGENT = {"name": "Faults", "disclosure": "I am an AI.", "greeting": "Hello there.", "prompt": "Be brief."}


def asked(h, method, path, body=None, key=None):
    began = time.monotonic()
    return *h.api(method, path, body, key), time.monotonic() - began


def refused_soon(h, key):
    """Reads and writes, of a key that is known and of one that is not."""
    for who in (key, h.spare):
        for method, path, body in (("POST", "/v1/agents", AGENT), ("GET", "/v1/agents", None), ("PATCH", "/v1/agents/faults", {"name": "Other"}),
                                   ("DELETE", "/v1/agents/faults", None), ("GET", "/v1/calls/one", None), ("POST", "/v1/calls/one/hangup", {})):
            status, headers, answer, took = asked(h, method, path, body, who)
            assert status == 503 and took < 5, (method, path, status, took, answer)
            assert int(headers["retry-after"]) >= 1 and answer["code"] == "service_unavailable", (headers, answer)


def test_without_postgres_requests_are_refused_soon_and_calls_go_on():
    server = Cluster("fsync=off", "max_connections=100")
    with House(agents={"faults": AGENT}, env={"API_RATE_PER_MINUTE": "10000"}, server=server) as h:
        key, h.spare = h.key(), h.key()
        assert h.api("GET", "/v1/agents", key=key)[0] == 200
        c = Browser(h, "one", "faults").mic()
        c.hears()
        server.kill()
        time.sleep(0.1)  # the sockets' ends arrive
        refused_soon(h, key)
        # Twenty at once wait no longer than one.
        took = []
        threads = [threading.Thread(target=lambda: took.append(asked(h, "POST", "/v1/agents", AGENT, key)[::3])) for _ in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert all(status == 503 and seconds < 5 for status, seconds in took), took
        assert get(h.http("/livez"))[0] == 200
        status, _, ready = h.api("GET", "/readyz")  # new calls are taken; what is missing is told
        assert status == 200 and ready["database"] == "down" and ready["redis"] == "up" and ready["liveCalls"] == 1, (status, ready)
        c.type("What time is it")
        c.answer(1, 25)
        server.start()
        wait_until(lambda: h.api("GET", "/v1/agents", key=key)[0] == 200, 15, "answers again")
        status, _, made = h.api("POST", "/v1/agents", AGENT, key)
        assert status == 201, made
        assert h.api("GET", "/readyz")[2]["database"] == "up"
        assert h.rows("select count(*) from voice_agents where name = 'Faults'") == [["2"]]  # ours and the file's: none of those refused
        c.type("What time is it")
        c.answer(2, 25)
        c.close()
        assert h.books("one")["status"] == "completed"
    server.stop()


def test_a_request_goes_on_where_an_idempotency_key_was_refused():
    server = Cluster("fsync=off", "max_connections=100")
    with House(lab=False, server=server) as h:
        key = h.key()
        again = {"Idempotency-Key": "once"}
        assert h.api("GET", "/v1/agents", key=key)[0] == 200
        server.kill()
        time.sleep(0.1)
        assert h.api("POST", "/v1/agents", AGENT, key, again)[0] == 503
        server.start()
        wait_until(lambda: h.api("GET", "/v1/agents", key=key)[0] == 200, 15, "answers again")
        first = h.api("POST", "/v1/agents", AGENT, key, again)
        second = h.api("POST", "/v1/agents", AGENT, key, again)
        assert first[0] == second[0] == 201 and first[2]["id"] == second[2]["id"], (first, second)
        assert h.rows("select count(*) from voice_agents where name = 'Faults'") == [["1"]]
    server.stop()


def test_without_redis_the_api_and_calls_go_on_and_limits_are_local():
    with House(agents={"faults": AGENT}, env={"API_RATE_PER_MINUTE": "30"}) as h:
        key, other = h.key(), h.key()
        c = Browser(h, "one", "faults").mic()
        c.hears()
        h.redis.kill()
        assert h.api("POST", "/v1/agents", AGENT, key)[0] == 201
        assert get(h.http("/livez"))[0] == 200
        wait_until(lambda: h.api("GET", "/readyz")[2]["redis"] == "down", 5, "that Redis is away is told")
        c.type("What time is it")
        c.answer(1, 25)
        second = Browser(h, "two", "faults").mic()  # a new call as well
        second.hears()
        second.close()
        # Its own calls take orders, and the limit holds.
        assert h.api("POST", "/v1/calls/one/say", {"text": "Still here."}, key)[0] == 202
        codes = [h.api("GET", "/v1/agents", key=other)[0] for _ in range(40)]
        assert set(codes) == {200, 429} and codes[0] == 200 and codes[-1] == 429, codes
        h.redis.start()
        wait_until(lambda: h.api("GET", "/readyz")[2]["redis"] == "up", 15, "Redis is back")
        c.close()
        assert h.books("one")["status"] == h.books("two")["status"] == "completed"
