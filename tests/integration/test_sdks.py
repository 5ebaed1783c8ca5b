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

import sdks
import tools
from flaky import Flaky
from house import ROOT, House
from receiver import Receiver
from stack import wait_until

AGENT = {"name": "Clock", "disclosure": "I am an AI.", "greeting": "Hello.", "prompt": "Tell the time, and stories."}
SETTINGS = {"API_RATE_PER_MINUTE": "10000", "EGRESS_ALLOW": "127.0.0.0/8", "WS_CONNECTS_PER_SECOND": "100"}
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
        got = wait_until(lambda: [d for d in receiver.to("/ok") if d.headers["webhook-id"] == event], 20, "its delivery")[0]
    finally:
        receiver.close()
    body, head, secret = got.body.decode(), got.headers, made["secret"]
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


def campaigns_and_their_leads(h, r, key):
    made = [r.do("createCampaign", campaign={"name": f"Spring {i}", "agentId": "clock", "kind": "informational", "consentRequired": False}) for i in range(3)]
    one = made[0]["id"]
    assert made[0]["status"] == "draft" and made[0]["createdAt"].endswith("Z") and r.do("getCampaign", id=one)["name"] == "Spring 0"
    assert r.do("updateCampaign", id=one, change={"maxConcurrentCalls": 3})["maxConcurrentCalls"] == 3
    assert [i for i in r.do("allCampaigns", limit=2) if i in {c["id"] for c in made}] == [c["id"] for c in reversed(made)]
    lead = r.do("createLead", lead={"phone": "+14155550111", "firstName": "Ada", "tags": ["vip"]})
    assert lead["phone"] == "+14155550111" and r.do("updateLead", id=lead["id"], change={"firstName": "Ada L."})["firstName"] == "Ada L."
    assert r.refused("createLead", lead={"phone": "+14155550111"})["name"] == "ConflictError", "one number is one lead"
    assert r.refused("createLead", lead={"phone": "nobody"})["fields"] == ["/phone"]
    several = r.do("createLeads", leads=[{"phone": "98765 43210"}, {"phone": "+919876543210"}], country="IN")
    assert "duplicate" in json.dumps(several), several
    r.do("attachLeads", id=one, ids=[lead["id"]])
    read = r.do("importLeads", csv="phone,first_name\n(415) 555-0112,Bo\n415 555 0113,Cy\nrubbish,X\n", id=one, country="US")
    read = wait_until(lambda: (got := r.do("getImport", id=read["id"]))["state"] in ("done", "failed") and got, 20, "the file")
    assert (read["state"], read["rows"], read["accepted"], read["bad"]) == ("done", 3, 2, 1), read
    assert sorted(r.do("allLeads", limit=2, campaignId=one)) == ["+14155550111", "+14155550112", "+14155550113"]
    plan = r.do("previewCampaign", id=one)
    assert len(plan["data"]) == 3 and plan["totals"]["leads"] == 3, plan
    refused = r.refused("orderCampaign", id=made[1]["id"], verb="start")
    assert refused["status"] == 422, refused
    assert r.do("orderCampaign", id=one, verb="cancel", reason="enough")["status"] == "cancelled"
    assert r.refused("orderCampaign", id=one, verb="start")["status"] == 409 and r.do("getCampaign", id=one)["statusReason"] == "enough"
    assert isinstance(r.do("campaignMetrics", id=one), dict)
    r.do("deleteCampaign", id=one), r.do("deleteLead", id=lead["id"])
    assert r.refused("getCampaign", id=one)["code"] == "not_found"
    h.rows("delete from leads; delete from voice_campaigns")


def templates_and_numbers(h, r, key):
    made = r.do("createTemplate", template={"name": "Reception", "disclosure": "This is an AI assistant.", "systemPrompt": "You answer for {{company}}.", "provider": "invorto",
                                            "firstMessage": "Hello."})
    assert made["name"] == "Reception" and r.do("getTemplate", id=made["id"])["id"] == made["id"]
    assert made["id"] in [t["id"] for t in r.do("listTemplates")["data"]]
    deploys = [r.do("deployTemplate", id=made["id"], body={"variables": {"company": "Acme"}}, idempotencyKey="deploy-" + made["id"])["agent"] for _ in range(2)]
    first = deploys[0]
    assert deploys[1]["id"] == first["id"], "the same key, the same agent"
    h.rows("insert into twilio_phone_pool (phone_number_e164, twilio_sid) values ('+15550108888', 'PN' || repeat('8', 32)) on conflict do nothing")
    number = r.do("takeNumber", body={"pool": "+15550108888"})["number"]
    assert r.do("updateNumber", id=number["id"], change={"friendlyName": "Front desk"})["friendlyName"] == "Front desk"
    assert r.do("attachNumber", id=number["id"], body={"agentId": first["id"]})["number"]["id"] == number["id"]
    assert r.do("getNumber", id=number["id"])["phoneNumber"] == "+15550108888" and number["id"] in [n["id"] for n in r.do("listNumbers")["data"]]
    r.do("releaseNumber", id=number["id"])
    r.do("deleteTemplate", id=made["id"])
    assert r.refused("getTemplate", id=made["id"])["name"] == "NotFoundError"


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
    before = r.do("bytes")
    wait_until(lambda: r.do("bytes") > before + 8000, 20, "its sound")
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
    # The first may have come before somebody listened.
    assert seen[0] <= 2 and seen == list(range(seen[0], seen[0] + len(seen))), f"missed or twice: {seen}"
    times = r.do("noted").count("reconnecting")
    proxy.cut(), proxy.close()
    wait_until(lambda: r.do("noted").count("reconnecting") > times, 20, "the loss")
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


REST = (agents_and_pages, refusals_have_names, tried_again_and_done_once, a_call_and_what_is_kept, a_real_delivery_is_verified, campaigns_and_their_leads, templates_and_numbers,
        numbers)
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
    keeps_the_contract("async", REST[:3] + REST[5:7] + REALTIME)


def test_the_browser_keeps_the_contract():
    keeps_the_contract("browser", REALTIME)


# ── a page


def test_a_page_hears_itself_and_is_cut_off_by_the_network():
    """A voice at a fake microphone, through a proxy that cuts; each of the ways in that a page has."""
    with House(env=SETTINGS, agents={"clock": {**AGENT, "idle": {"promptMs": 0, "hangupMs": 0}}}) as h, running("browser") as r:
        proxy = Flaky(h.port)
        status, _, t = h.api("POST", "/v1/realtime/tickets", {"agentId": "clock"}, h.key())
        assert status == 201, t
        url = t["url"].replace(str(h.port), str(proxy.at))
        r.do("connect", callId=t["callId"], ticket=t["ticket"], ticketUrl=url)
        r.do("microphone")
        heard = wait_until(lambda: next((m for m in (r.do("got", t="stt.final", skip=n) for n in range(9)) if m and "time" in m["text"].lower()), None), 40, "what was asked")
        assert heard
        frames = r.do("frames")
        assert frames["sizes"] == [640] and frames["count"] > 50 and frames["peak"] > 1000, frames
        wait_until(lambda: (r.do("stats")["playback"] or {}).get("playedMs", 0) > 300, 30, "an answer that is played")
        flushes = r.do("stats")["playback"]["flushes"]
        r.do("silence")
        assert proxy.cut() == 1
        wait_until(lambda: "reconnected" in r.do("noted"), 20, "the return")
        r.do("sendText", text="Please tell me a story")
        before = r.do("bytes")
        wait_until(lambda: r.do("bytes") > before + 30000, 30, "the story")
        r.do("sendText", text="What time is it")
        wait_until(lambda: r.do("stats")["playback"]["flushes"] > flushes, 20, "an emptied player")
        stats = r.do("stats")
        assert stats["reconnects"] == 1 and stats["audioPacketsSent"] > 50 and stats["duration"] > 1000 and stats["transcriptionEvents"] > 0, stats
        r.do("disconnect")
        proxy.close()
        h.books(t["callId"])
        assert r.do("faults") == []


# ── as it is printed


def printed(sdk, language):
    """The blocks of code of a README."""
    with open(os.path.join(ROOT, "sdk", sdk, "README.md"), encoding="utf-8") as f:
        return re.findall(rf"```{language}\n(.*?)```", f.read(), re.S)


def run(*command, cwd, env=None, seconds=60):
    p = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=seconds, check=False)
    assert p.returncode == 0, f"{' '.join(command)}: {(p.stdout + p.stderr)[-3000:]}"
    return p.stdout


def keyed(code, key):
    assert "your-api-key" in code
    return code.replace("your-api-key", key)


def empty(installed, folder):
    """A project of one's own, with what is installed in that one."""
    os.makedirs(folder)
    shutil.copy(os.path.join(installed, "package.json"), folder)
    os.symlink(os.path.join(installed, "node_modules"), os.path.join(folder, "node_modules"))
    return folder


def test_what_the_node_readme_prints_runs_and_fits_its_types():
    sdks.ready()
    code = printed("node", "typescript")
    assert len(code) == 4
    with House(env=SETTINGS, agents={"agent-abc": AGENT}) as h, tempfile.TemporaryDirectory() as work:
        key, folder = h.key(), empty(sdks.NODE, os.path.join(work, "project"))
        env = {"INVORTO_BASE_URL": h.http("")}
        for i, block in enumerate(code[:3]):
            with open(os.path.join(folder, f"quickstart{i}.mjs"), "w", encoding="utf-8") as f:
                f.write(keyed(block, key))
            out = run("node", f"quickstart{i}.mjs", cwd=folder, env=env)
            assert i != 1 or re.search(r"heard: What time is it\?\n(.*\n)*the agent said: It is ", out), out
        assert h.rows("select config ->> 'prompt' from voice_agents where name = 'Support Agent'") == [["You are a helpful customer support agent."]]
        # Whichever name it is asked by, and however it is loaded, it is one package.
        same = "const a = require('@invorto/server'), b = require('@invorto/node'); if (a.InvortoClient !== b.InvortoClient) throw 1;"
        run("node", "--input-type=commonjs", "-e", same, cwd=folder)
        run("node", "--input-type=module", "-e", "import { InvortoClient } from '@invorto/node'; new InvortoClient('k').agents.iterate();", cwd=folder)
        # The second quickstart of the first README, as a file of this repository, runs through its compiled twin.
        with open(os.path.join(folder, "second.mjs"), "w", encoding="utf-8") as f:
            f.write('import { InvortoClient } from "@invorto/server";\nconst client = new InvortoClient(process.env.API_KEY || "");\n'
                    'const rt = await client.connectToCall("call-123", { agentId: "agent-abc" });\nrt.sendAudio(Buffer.alloc(640));\nrt.disconnect();\n')
        run("node", "second.mjs", cwd=folder, env={**env, "API_KEY": key, "REALTIME_WS_URL": h.url})
        # What it says of its types, in a strict project of today's kind and in an old one.
        for i, block in enumerate(code[:3]):
            with open(os.path.join(folder, f"typed{i}.mts"), "w", encoding="utf-8") as f:
                f.write(block)
        with open(os.path.join(folder, "wrong.mts"), "w", encoding="utf-8") as f:
            f.write("import { InvortoClient } from '@invorto/server';\n// @ts-expect-error a name is a text\n"
                    "new InvortoClient('k').createAgent({ name: 7 });\n")
        tsc = os.path.join(ROOT, "sdk/node_modules/typescript/bin/tsc")
        types = os.path.join(ROOT, "sdk/node_modules/@types")
        run("node", tsc, "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--typeRoots", types, "--types", "node", "typed0.mts",
            "typed1.mts", "typed2.mts", "wrong.mts", cwd=folder, seconds=120)


def test_what_the_python_readme_prints_runs():
    sdks.ready()
    code = printed("python", "python")
    assert len(code) == 4
    with House(env=SETTINGS) as h, tempfile.TemporaryDirectory() as work:
        key = h.key()
        for i, block in enumerate(code[:3]):
            with open(os.path.join(work, f"quickstart{i}.py"), "w", encoding="utf-8") as f:
                f.write(keyed(block, key))
            out = run(sdks.PYTHON, f"quickstart{i}.py", cwd=work, env={"INVORTO_BASE_URL": h.http("")})
            assert i != 1 or "the agent said: It is " in out, out
        assert h.rows("select config ->> 'prompt' from voice_agents where name = 'Support Agent'") == [["You are a helpful customer support agent."]]


def test_what_the_browser_readme_prints_runs_at_its_own_address():
    """wss://api.invortoai.com is a proxy with a certificate of its own, and nothing of the code is changed but the key."""
    code = printed("browser", "typescript")[0]
    with House(env=SETTINGS, agents={"agent-456": AGENT}) as h, tempfile.TemporaryDirectory() as work:
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=api.invortoai.com", "-keyout", "key.pem", "-out",
            "cert.pem", cwd=work)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(os.path.join(work, "cert.pem"), os.path.join(work, "key.pem"))
        proxy = Flaky(h.port, tls)
        with running("browser", f"127.0.0.1:{proxy.at}") as r:
            r.do("quickstart", code=keyed(code, h.key()))
            said = wait_until(lambda: [m for _, m in r.do("printed") if m["t"] == "say"], 30, "what is printed")
            assert said[0]["text"] == "I am an AI." and r.do("printed")[0][0] == "Received:"
            assert r.do("faults") == []
        proxy.close()


# ── what is made of the document


def made(work, url):
    """What the generators make of a daemon: [(theirs, ours)]."""
    sdk = tools.npm(os.path.join(ROOT, "sdk"))
    run("node", os.path.join(sdk, "generate.mjs"), url, work, cwd=sdk)
    os.makedirs(os.path.join(work, "python"))
    run(tools.venv("sdks"), os.path.join(sdk, "python/generate.py"), url, os.path.join(work, "python/models.py"), cwd=work)
    pairs = [(os.path.join(work, p), os.path.join(sdk, p)) for p in ("node/src/openapi.ts", "core/messages.ts")]
    return pairs + [(os.path.join(work, "python", p), os.path.join(sdk, "python/invorto", p)) for p in ("models.py", "_sync_http.py", "_sync_client.py")]


def test_types_and_models_are_those_of_the_document():
    with House(lab=False) as h, tempfile.TemporaryDirectory() as work:
        for new, old in made(work, h.http("")):
            if os.environ.get("INVORTO_WRITE"):
                shutil.copy(new, old)
            assert filecmp.cmp(new, old, shallow=False), f"{os.path.relpath(old, ROOT)} is of another document: scripts/sdks.sh makes it again"
        sdks.ready()  # which writes it anew
        said = subprocess.run(["git", "diff", "--stat", "--", "sdk/browser/src/worklet-source.ts"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert said.stdout == "", said.stdout


def test_versions_agree():
    versions = set()
    for path in ("node", "node-alias", "browser"):
        with open(os.path.join(ROOT, "sdk", path, "package.json"), encoding="utf-8") as f:
            package = json.load(f)
        versions.add(package["version"])
        versions |= {v for k, v in package.get("dependencies", {}).items() if k.startswith("@invorto/")}
    for path, pattern in (("pyproject.toml", r'^version = "(.*)"$'), ("invorto/__init__.py", r'^__version__ = "(.*)"$')):
        with open(os.path.join(ROOT, "sdk/python", path), encoding="utf-8") as f:
            versions |= set(re.findall(pattern, f.read(), re.M))
    assert len(versions) == 1, versions
    for path in ("node", "browser", "python"):
        with open(os.path.join(ROOT, "sdk", path, "CHANGELOG.md"), encoding="utf-8") as f:
            assert f"## {next(iter(versions))}\n" in f.read(), path


for t in (test_node_keeps_the_contract, test_python_keeps_the_contract, test_asynchronous_python_keeps_the_contract, test_the_browser_keeps_the_contract):
    t.seconds = 25
test_a_page_hears_itself_and_is_cut_off_by_the_network.seconds = 25
test_a_page_hears_itself_and_is_cut_off_by_the_network.spoken = True
