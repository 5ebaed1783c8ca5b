"""The daemon with its pools through Debian's PgBouncer."""
import time

from database import Bouncer
from house import House
from stack import wait_until
from test_faults import LOAD, agent


def test_sessions_through_debians_pgbouncer_carry_calls_and_the_api():
    h = House(agents={"a": agent()}, lab_args=LOAD)
    bouncer = Bouncer(h.db.server.owner_url, "session")
    try:
        for role, name in (("invorto_app", "DATABASE_URL"), ("invorto_worker", "DATABASE_WORKER_URL")):
            h.env[name] = bouncer.url(role, h.db.name)
        with h:
            mine = h.key()
            made = h.api("POST", "/v1/agents", {"name": "B", "prompt": "Be brief.", "disclosure": "I am an AI."}, mine)
            assert made[0] == 201 and h.api("GET", "/v1/agents/" + made[2]["id"], key=mine)[0] == 200, made
            began = time.monotonic()
            h.books(h.call("--leg", "twilio", "--agent", "a", "--say", "text:hello")["call_id"])
            wait_until(lambda: h.rows("select summary is not null from voice_call_records") == [["t"]], 20, "the review, by notification")
            assert time.monotonic() - began < 25
            assert h.api("GET", "/v1/agents/" + made[2]["id"], key=h.key("B"))[0] == 404
            assert "pooled_by_transaction" not in h.log()
    finally:
        bouncer.close()


def test_a_pooler_that_hands_sessions_around_is_named_at_the_start():
    h = House(lab=False)
    bouncer = Bouncer(h.db.server.owner_url, "transaction")
    try:
        h.env["DATABASE_URL"] = bouncer.url("invorto_app", h.db.name)
        with h:
            assert h.log().count("pg.pooled_by_transaction") == 1 and "pool_mode = session" in h.log(), h.log()[-2000:]
    finally:
        bouncer.close()
