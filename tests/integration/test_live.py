"""Watching and ordering a live call from another instance: two processes on one database and one Redis."""
import http.client
import json
import threading
import time

from callers import Browser
from house import House
from stack import wait_until

AGENT = {"name": "Live", "disclosure": "I am an AI.", "greeting": "Hello there, how are you today?", "prompt": "Be brief."}


class Neighbour(House):
    """Another process on the database and the Redis of the first."""

    def __init__(self, first):
        self.first = first
        super().__init__(lab=False, env={**first.db.urls(), "REDIS_URL": first.redis_url, "DEEPGRAM_BASE_URL": first.lab_url,
                                         "OPENAI_BASE_URL": first.lab_url + "/v1"})

    def add_agent(self, tenant, name, config):
        """The first has them."""


class Viewer:
    """Server-sent events as they come: `events` are (id, event, data). What passes (levels, partial words) has no id, is told
    only while it happens and is not among them."""

    def __init__(self, house, call, key, after=None):
        self.events, self.ended = [], False
        self.http = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
        self.http.request("GET", f"/v1/calls/{call}/live", headers={"Authorization": "Bearer " + key, **({"Last-Event-ID": after} if after else {})})
        self.answer = self.http.getresponse()
        assert self.answer.status == 200, (self.answer.status, self.answer.read())
        assert self.answer.headers["content-type"].startswith("text/event-stream")
        self.sock = self.http.sock
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        event = {}
        try:
            for line in self.answer:
                line = line.decode().rstrip("\n")
                if line.startswith(":"):
                    continue
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif event:
                    if "id" in event or event.get("event") in ("end", "gap"):
                        self.events.append((event.get("id"), event.get("event"), json.loads(event["data"])))
                    event = {}
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass
        self.ended = True

    def leave(self):
        self.sock.shutdown(2)
        wait_until(lambda: self.ended, 5, "the end of the viewer")

    def until(self, kind, seconds=15, count=1):
        return wait_until(lambda: len([e for e in self.events if e[1] == kind]) >= count, seconds, f"{kind} among {[e[1] for e in self.events]}")


def test_a_call_is_watched_from_another_instance_every_entry_once():
    with House(agents={"live": AGENT}) as a, Neighbour(a) as b:
        key = a.key()
        c = Browser(a, "watched", "live").mic()
        c.hears()
        first = Viewer(b, "watched", key)
        first.until("call.started")
        c.type("What time is it")
        c.answer(1, 25)
        first.until("turn.closed")
        first.leave()
        middle = first.events[len(first.events) // 2][0]
        seen = first.events[:len(first.events) // 2 + 1]
        c.type("What time is it")  # while nobody watches
        c.answer(2, 25)
        second, whole = Viewer(b, "watched", key, middle), Viewer(a, "watched", key)
        time.sleep(0.5)
        c.close()
        second.until("call.ended")
        wait_until(lambda: second.ended and whole.ended, 5, "the streams' ends")
        together = [*seen, *second.events]
        ids = [i for i, _, _ in together]
        assert len(ids) == len(set(ids)) and "gap" not in [e for _, e, _ in together], together
        assert together == whole.events, (together, whole.events)
        a.books("watched")
        kept = a.rows("select kind, seq from call_timeline where call_id = 'watched' order by seq")
        told = [e for _, e, _ in together]
        assert [k for k, _ in kept if k in told] == told, (kept, told)
        # Who comes when it is over: what is left, and an end; never a wait.
        for house in (a, b):
            late = Viewer(house, "watched", key)
            wait_until(lambda: late.ended, 5, "the end of an ended call")
            assert late.events == together
            behind = Viewer(house, "watched", key, ids[-1])
            wait_until(lambda: behind.ended, 5, "the end behind the last entry")
            assert behind.events == [(None, "end", {})], behind.events
            partly = Viewer(house, "watched", key, ids[-4])
            wait_until(lambda: partly.ended, 5, "the end of what is left")
            assert partly.events == together[-3:], partly.events
        assert b.api("GET", "/v1/calls/watched/live", key=a.key("B"))[0] == 404


def test_a_call_that_dies_with_its_process_ends_for_those_who_watch():
    with House(agents={"live": AGENT}) as a, Neighbour(a) as b:
        c = Browser(a, "dies", "live").mic()
        c.hears()
        v = Viewer(b, "dies", a.key())
        v.until("call.started")
        time.sleep(0.5)
        a.kill()
        time.sleep(1)
        assert not v.ended
        a.start_daemon()
        v.until("call.ended")
        wait_until(lambda: v.ended, 5, "the stream's end")
        assert v.events[-1][2]["payload"]["reason"] == "crashed", v.events[-1]


def test_orders_reach_a_call_wherever_it_lives():
    with House(agents={"live": AGENT}) as a, Neighbour(a) as b:
        key = a.key()

        def order(verb, body, house=b, call="ordered"):
            status, _, answer = house.api("POST", f"/v1/calls/{call}/{verb}", body, key)
            return status, answer

        c = Browser(a, "ordered", "live").mic()
        c.hears()
        v = Viewer(b, "ordered", key)
        time.sleep(4)  # the greeting is over
        said = time.monotonic()
        assert order("say", {"text": "This is what the operator wants you to hear."})[0] == 202
        c.hears(800, 8, since=said)
        assert order("mute", {"muted": True})[0] == order("mute", {"muted": False})[0] == 202
        assert order("hold", {"held": True})[0] == 202
        assert order("hold", {"held": False})[0] == 202
        # A body that is none, a verb that cannot be, a call that is not.
        assert order("say", {})[0] == 400 and order("dtmf", {"digits": "1"})[0] == 501
        assert order("hangup", {}, call="nobody")[0] == 404
        status, _, made = a.api("POST", "/v1/calls", {"agentId": "live", "to": "+919876543210"}, key)
        assert status == 201, made
        for house in (a, b):
            status, answer = order("say", {"text": "Hello"}, house, made["id"])  # nobody holds it yet
            assert status == 409 and answer["code"] == "conflict", answer
        assert order("transfer", {"to": "+919876543210"})[0] in (202, 501)
        if c.code is None:
            assert order("hangup", {"reason": "operator"})[0] in (202, 409)
        c.closed(10)
        got = a.books("ordered")
        assert got["reason"] in ("operator", "transfer"), got
        v.until("call.ended")
        for verb, body in (("say", {"text": "Hello"}), ("hangup", {}), ("hold", {"held": True}), ("mute", {"muted": True}), ("transfer", {"to": "+919876543210"})):
            for house in (a, b):
                assert order(verb, body, house)[0] == 409, (verb, house)
