"""One contract for the three SDKs, each as it is installed from its package: what is asked stands here once, and is done by
tests/sdk/*_runner in each language. Then the code of their READMEs, as it is printed."""
import contextlib
import filecmp
import itertools
import json
import os
import queue
import re
import shutil
import ssl
import subprocess
import tempfile
import threading
import urllib.parse

import sdks
import tools
from flaky import Flaky
from house import ROOT, House
from receiver import Receiver
from stack import wait_until

AGENT = {"name": "Clock", "disclosure": "I am an AI.", "greeting": "Hello.", "prompt": "Tell the time, and stories."}
SETTINGS = {"API_RATE_PER_MINUTE": "10000", "EGRESS_ALLOW": "127.0.0.0/8"}
RUNNERS = os.path.join(ROOT, "tests/sdk")
E2E = os.path.join(ROOT, "tests/e2e")


class Failed(Exception):
    def __init__(self, error):
        super().__init__(json.dumps(error))
        self.error = error


class Runner:
    """An SDK in a process of its own; `do` waits for the answer, `begin` does not."""

    def __init__(self, *command, cwd):
        self.process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.answers, self.ids, self.says = {}, itertools.count(), []
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=lambda: self.says.extend(self.process.stderr), daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            answer = json.loads(line)
            with self.changed:
                self.answers[answer.pop("id")] = answer
                self.changed.notify_all()

    def begin(self, op, **args):
        number = next(self.ids)
        self.process.stdin.write(json.dumps({"id": number, "op": op, "args": args}) + "\n")
        self.process.stdin.flush()

        def answer():
            with self.changed:
                assert self.changed.wait_for(lambda: number in self.answers or self.process.poll() is not None, 60), f"{op}: no answer; {self.says}"
                got = self.answers.pop(number, None)
            assert got is not None, f"{op}: the runner ended: {''.join(self.says)[-3000:]}"
            if "error" in got:
                raise Failed(got["error"])
            return got["value"]

        return answer

    def do(self, op, **args):
        return self.begin(op, **args)()

    def refused(self, op, **args):
        try:
            value = self.do(op, **args)
        except Failed as f:
            return f.error
        raise AssertionError(f"{op} did not fail: {value}")

    def until(self, t, skip=0, seconds=30):
        return wait_until(lambda: self.do("got", t=t, skip=skip), seconds, f"{t} {skip}; noted {self.do('noted')}")

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()


@contextlib.contextmanager
def running(name, *more):
    sdks.ready()
    if name == "node":
        r = Runner("node", os.path.join(RUNNERS, "node_runner.mjs"), cwd=sdks.NODE)
    elif name == "browser":
        tools.npm(E2E)
        r = Runner("node", os.path.join(RUNNERS, "browser_runner.mjs"), sdks.BROWSER, E2E, *more, cwd=RUNNERS)
    else:
        r = Runner(sdks.PYTHON, os.path.join(RUNNERS, "python_runner.py"), name, cwd=sdks.HOME)
    try:
        yield r
    finally:
        r.end()


# ── REST


def agents_and_pages(h, r, key):
    made = [r.do("createAgent", config={**AGENT, "name": f"Clock {i}"}) for i in range(3)]
    assert made[0]["version"] == 1 and made[0]["config"]["greeting"] == "Hello."
    assert r.do("updateAgent", id=made[0]["id"], change={"greeting": "Good day."})["version"] == 2
    again = r.do("getAgent", id=made[0]["id"])
    assert again["config"]["greeting"] == "Good day." and again["config"]["prompt"] == AGENT["prompt"] and again["stats"]["totalCalls"] == 0
    ids = r.do("allAgents", limit=2)
    assert len(ids) == len(set(ids)) >= 4 and {a["id"] for a in made} <= set(ids)
    r.do("deleteAgent", id=made[2]["id"])
    assert made[2]["id"] not in r.do("allAgents", limit=100)


def refusals_have_names(h, r, key):
    missing = r.refused("getAgent", id="agt_nobody")
    assert (missing["name"], missing["code"], missing["status"]) == ("NotFoundError", "not_found", 404) and missing["requestId"].startswith("req_")
    wrong = r.refused("createAgent", config={"greeting": 7, "voice": [], "color": "red"})
    assert wrong["name"] == "ValidationError" and wrong["status"] == 400 and {"/greeting", "/color", "/voice"} <= set(wrong["fields"]), wrong
    r.do("client", url=h.http(""), key=key[:-1] + "!")
    stranger = r.refused("getAgent", id="demo")
    assert (stranger["name"], stranger["code"]) == ("AuthenticationError", "invalid_api_key")
    r.do("client", url=h.http(""), key=h.key(role="analyst"))
    assert r.refused("deleteAgent", id="demo")["status"] == 403
    r.do("client", url=h.http(""), key=key, tenant="B")
    assert r.refused("getAgent", id="demo")["code"] == "forbidden"
    r.do("client", url="http://127.0.0.1:9", key=key, maxRetries=1)
    assert r.refused("health")["code"] == "connection_failed"
    r.do("client", url=h.http("/v1/"), key=key)
    assert r.do("health")["ok"] is True, "a base that ends in /v1 is the same"


def tried_again_and_done_once(h, r, key):
    proxy = Flaky(h.port)
    r.do("client", url=proxy.url(), key=key, timeoutMs=700)
    for name, faults in (("answers lost", ["mute", "lost", "503"]), ("too many", ["429", "mute"]), ("late", ["slow"])):
        proxy.faults, proxy.requests = list(faults), []
        made = r.do("createAgent", config={**AGENT, "name": name})
        assert h.rows(f"select id from voice_agents where name = '{name}' and tenant_id = 'A' and deleted_at is null")[-1:] == [[made["id"]]]
        keys = {k for _, k, _ in proxy.requests}
        assert len(proxy.requests) >= len(faults) + 1 and len(keys) == 1 and None not in keys, proxy.requests
        count = int(h.rows(f"select count(*) from voice_agents where name = '{name}' and tenant_id = 'A'")[0][0])
        h.rows(f"update voice_agents set name = '{name} {made['id']}' where id = '{made['id']}'")
        assert count == 1, (name, count)
    agent = made["id"]
    proxy.faults, proxy.requests = ["mute", "mute", "lost"], []
    call = r.do("createCall", call={"agentId": agent, "to": "+919876543210", "metadata": {"order": 7}})
    assert len(proxy.requests) == 4 and h.rows(f"select count(*) from voice_call_records where agent ->> 'id' = '{agent}' or metadata ->> 'order' = '7' and id = '{call['id']}'") == [["1"]]
    assert [c["id"] for c in r.do("listCalls", agentId=agent)["data"]] == [call["id"]]
    # The same key of the caller's own: the first answer again; another body under it: refused, and not tried again.
    again = r.do("createCall", call={"agentId": agent, "to": "+919876543211"}, idempotencyKey="mine-" + agent)
    assert r.do("createCall", call={"agentId": agent, "to": "+919876543211"}, idempotencyKey="mine-" + agent)["id"] == again["id"]
    proxy.requests = []
    assert r.refused("createCall", call={"agentId": agent, "to": "+919876543212"}, idempotencyKey="mine-" + agent)["status"] == 422
    assert len(proxy.requests) == 1
    r.do("setStatus", id=call["id"], status="canceled"), r.do("setStatus", id=again["id"], status="canceled")
    proxy.faults, proxy.requests = ["mute"], []
    r.do("deleteAgent", id=agent)  # the second try finds nothing, and that is what was wanted
    assert [m for m, _, _ in proxy.requests] == ["DELETE", "DELETE"]
    # A limit: four tries, then its error.
    proxy.faults, proxy.requests = ["503"] * 9, []
    assert r.refused("getAgent", id="demo")["name"] == "ServerError" and len(proxy.requests) == 4
    proxy.close()


def a_call_and_what_is_kept(h, r, key):
    agent = r.do("createAgent", config=AGENT)["id"]
    call = r.do("createCall", call={"agentId": agent, "direction": "web"})["id"]
    r.do("connect", base=h.url, key=key, callId=call, agentId=agent)
    r.until("say")
    watching = r.begin("watch", id=call)
    r.do("sendText", text="What time is it")
    wait_until(lambda: (r.do("got", t="stt.final", skip=0) or {}).get("text") == "What time is it", 20, "the typed turn")
    r.until("turn", 1)
    r.do("disconnect")
    h.books(call)
    kinds = r.do("timeline", id=call)
    assert "call.started" in kinds and "call.ended" in kinds and r.do("timelineByOnes", id=call) == kinds
    assert "call.ended" in watching()
    shown = r.do("getCall", id=call)
    assert shown["status"] == "completed" and shown["agentId"] == agent and shown["costInr"] >= 0
    assert r.do("artifacts", id=call)["callId"] == call
    assert r.do("usage")["calls"]["total"] >= 1 and r.do("metrics")["calls"]["total"] >= 1


def a_real_delivery_is_verified(h, r, key):
    receiver = Receiver()
    try:
        made = r.do("createWebhook", webhook={"url": receiver.url("/ok"), "events": ["*"]})
        event = r.do("testWebhook", id=made["id"])["eventId"]
        got = wait_until(lambda: receiver.to("/ok"), 20, "a delivery")[0]
    finally:
        receiver.close()
    body, head, secret = got.body.decode(), got.headers, made["secret"]
    assert head["webhook-id"] == event
    standard = {k: v for k, v in head.items() if k.startswith("webhook-")}
    stamped = {"X-Webhook-Signature-V2": head["x-webhook-signature-v2"]}
    plain = {"X-Signature": head["x-signature"]}
    for headers in (head, standard, stamped):
        assert r.do("verify", body=body, headers=headers, secret=["whsec_AAAA", secret]) == json.loads(body)
        for wrong in ({"body": body + " "}, {"secret": "whsec_" + "A" * 32}, {"options": {"now": got.at + 301}}, {"options": {"now": got.at - 301}}):
            refused = r.refused("verify", **{"body": body, "headers": headers, "secret": secret, **wrong})
            assert refused["name"] == "WebhookVerificationError", (wrong, refused)
    assert r.refused("verify", body=body, headers=plain, secret=secret)["name"] == "WebhookVerificationError"
    assert r.do("verify", body=body, headers=plain, secret=secret, options={"allowUntimed": True}) == json.loads(body)
    assert r.refused("verify", body=body + " ", headers=plain, secret=secret, options={"allowUntimed": True})["name"] == "WebhookVerificationError"
    for broken in ({"webhook-signature": "v1,AA=="}, {"X-Webhook-Signature-V2": "t=1,v1="}, {"X-Webhook-Signature-V2": "nonsense"}, {}):
        assert r.refused("verify", body=body, headers=broken, secret=secret)["name"] == "WebhookVerificationError"
    r.do("deleteWebhook", id=made["id"])


def numbers(h, r, key):
    given = ["+91 98765-43210", "98765 43210", "098765 43210", "919876543210", "12", "0123456789012345"]
    assert r.do("phones", numbers=given) == [[True, "+919876543210"], [True, "+919876543210"], [False, "+919876543210"], [True, "+919876543210"],
                                             [False, "+9112"], [False, "+91123456789012345"]]


# ── realtime


def talks_and_is_interrupted(h, r, key):
    r.do("connect", base=h.url, key=key, callId=f"talk-{id(r)}", agentId="clock")
    r.until("say")
    r.do("sendText", text="Please tell me a story")
    story = wait_until(lambda: next((m for m in (r.do("got", t="say", skip=n) for n in range(1, 9)) if m and m["turn"] > 1), None), 30, "the story")
    wait_until(lambda: r.do("bytes") > 20000, 20, "its sound")
    r.do("sendText", text="What time is it")
    wait_until(lambda: "bargein" in r.do("noted"), 20, "control.bargein")
    turn = wait_until(lambda: next((m for m in (r.do("got", t="turn", skip=n) for n in range(6)) if m and m["turn"] == story["turn"]), None), 20, "the turn")
    assert turn["outcome"] == "interrupted", turn
    assert r.do("sendAudio", ms=20) is not False
    r.do("disconnect")
    assert h.books(f"talk-{id(r)}")["status"] == "completed", "a goodbye ends the call at once"
    assert r.refused("sendText", text="too late")["code"] == "not_connected"


def comes_back(h, r, key):
    """The network cuts it, refuses the first try, and is dead without a word the second time."""
    proxy, call = Flaky(h.port), f"back-{id(r)}"
    r.do("connect", base=proxy.url("ws"), key=key, callId=call, agentId="clock", pingMs=1000)
    r.until("say")
    proxy.refusing = 1
    assert proxy.cut() == 1
    wait_until(lambda: "reconnecting" in r.do("noted"), 20, "the loss")
    r.do("sendText", text="What time is it")  # waits, and is said once
    wait_until(lambda: "reconnected" in r.do("noted"), 20, "the return")
    assert r.do("noted").count("reconnecting") == 2
    r.until("stt.final")
    proxy.frozen = True
    wait_until(lambda: r.do("noted").count("reconnecting") == 3, 20, "an unanswered ping")
    proxy.frozen = False
    wait_until(lambda: r.do("noted").count("reconnected") == 2 and r.do("state") == "open", 20, "the second return")
    r.do("sendText", text="What time is it")
    r.until("stt.final", 1)
    seen = r.do("numbers")
    assert seen == list(range(1, len(seen) + 1)), f"missed or twice: {seen}"
    proxy.cut(), proxy.close()
    wait_until(lambda: r.do("state") == "reconnecting", 20, "the loss")
    r.do("disconnect")
    assert r.do("state") == "closed"



def is_told_why_not(h, r, key):
    for wrong, code, close in (({"key": key[:-1] + "x"}, "invalid_api_key", 4003), ({"agentId": "nobody"}, "not_found", 4004)):
        e = r.refused("connect", **{"base": h.url, "key": key, "callId": f"not-{id(r)}", "agentId": "clock", **wrong})
        assert (e["code"], e["closeCode"]) == (code, close), e
    lost = r.refused("connect", base="ws://127.0.0.1:9", key=key, callId="x", agentId="clock", attempts=1)
    assert lost["code"] == "connection_lost", lost


def finds_every_address(h, r, key):
    for i, base in enumerate((h.url, h.url + "/realtime/voice", h.url + "/v1/realtime", h.http(""))):
        r.do("connect", base=base, key=key, callId=f"address-{i}-{id(r)}", agentId="clock")
        r.do("disconnect")


def needs_a_ticket_once(h, r, key):
    status, _, t = h.api("POST", "/v1/realtime/tickets", {"agentId": "clock"}, key)
    assert status == 201, t
    r.do("connect", base=h.url, callId=t["callId"], agentId="clock", ticket=t["ticket"])
    r.until("say")
    r.do("disconnect")
    assert r.refused("connect", base=h.url, callId=t["callId"], agentId="clock", ticket=t["ticket"])["code"] == "invalid_api_key"


REST = (agents_and_pages, refusals_have_names, tried_again_and_done_once, a_call_and_what_is_kept, a_real_delivery_is_verified, numbers)
REALTIME = (talks_and_is_interrupted, comes_back, is_told_why_not, finds_every_address, needs_a_ticket_once)


def keeps_the_contract(name, parts, env=None):
    with House(env={**SETTINGS, **(env or {})}, agents={"clock": AGENT}) as h, running(name) as r:
        for part in parts:
            key = h.key()
            if name != "browser":
                r.do("client", url=h.http(""), key=key)
            try:
                part(h, r, key)
            except Exception as e:
                raise AssertionError(f"{name}: {part.__name__}: {e}") from e


def test_node_keeps_the_contract():
    keeps_the_contract("node", REST + REALTIME)


def test_python_keeps_the_contract():
    keeps_the_contract("sync", REST)


def test_asynchronous_python_keeps_the_contract():
    keeps_the_contract("async", REST[:3] + REALTIME)


def test_the_browser_keeps_the_contract():
    keeps_the_contract("browser", REALTIME)


for t in (test_node_keeps_the_contract, test_python_keeps_the_contract, test_asynchronous_python_keeps_the_contract, test_the_browser_keeps_the_contract):
    t.seconds = 25
