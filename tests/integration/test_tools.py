"""A tenant's tools: registered, judged, called from the API, and given to the agents that name them."""
import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from callers import Browser
from house import House
from model import Model
from stack import wait_until
from test_faults import LOAD, agent

HOURS = {"type": "object", "properties": {"day": {"type": "string", "maxLength": 10}, "week": {"type": "integer", "minimum": 1}},
         "required": ["day"], "additionalProperties": False}
OPEN = {"type": "object", "properties": {"open": {"type": "boolean"}}, "required": ["open"]}


class ToolServer:
    """Answers by the last part of the path, and remembers what it was asked."""

    def __init__(self):
        server = self
        self.asked, self.let_go = [], threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                server.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                kind = self.path.split("?")[0].rsplit("/", 1)[-1]
                if kind == "slow":
                    server.let_go.wait(20)
                status = 500 if kind == "broken" else 302 if kind == "moved" else 200
                text = {"garbage": b"<html>", "wrong": b'{"open":"yes"}', "cut": b'{"open"', "huge": b'"' + b"x" * 66000 + b'"',
                        "most": b'"' + b"x" * 65000 + b'"', "list": b"[1,2]", "echo": json.dumps({"headers": {k.lower(): v for k, v in self.headers.items()}}).encode()}.get(kind, b'{"open": true, "n": 1}')
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(text) + (10 if kind == "cut" else 0)))
                with contextlib.suppress(ConnectionError):  # who asked may have lost patience
                    self.end_headers()
                    self.wfile.write(text)
                if kind == "cut":
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *a):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.let_go.set()
        self.http.shutdown()
        self.http.server_close()


class Shop:
    """The house, a tool server, and who asks: A's developer and reader, B's developer."""

    def __init__(self, **house):
        self.house = House(**{"lab": False, **house, "env": {"API_RATE_PER_MINUTE": "10000", **house.get("env", {})}})

    def __enter__(self):
        self.house.__enter__()
        self.tools = ToolServer()
        self.keys = {"a": self.house.key("A", "dev"), "b": self.house.key("B", "dev"), "reader": self.house.key("A", "analyst")}
        return self

    def __exit__(self, *exc):
        self.tools.close()
        self.house.__exit__(*exc)

    def ask(self, method, path, body=None, expect=200, who="a", **headers):
        status, head, answer = self.house.api(method, path, body, self.keys[who], headers)
        assert status == expect, (method, path, status, answer)
        assert head["content-type"].startswith("application/problem+json" if status >= 400 else "application/json"), head
        return answer

    def register(self, name, kind="hours", who="a", **more):
        return self.ask("POST", "/v1/tools", {"name": name, "url": f"{self.tools.url}/{kind}", **more}, 201, who)

    def invoke(self, name, arguments=None, **more):
        return self.ask("POST", f"/v1/tools/{name}/invoke", {"arguments": arguments or {}, **more})


def wrong(answer):
    return {e["pointer"] for e in answer["errors"]}


def test_a_tool_is_registered_changed_listed_and_taken_out_of_use():
    with Shop() as s:
        made = s.ask("POST", "/v1/tools", {"name": "hours", "description": "When we are open", "inputSchema": HOURS, "outputSchema": OPEN,
                                           "endpoint": s.tools.url + "/hours/{day}", "method": "GET", "timeoutMs": 700, "type": "calendar",
                                           "provider": "ours", "headers": {"X-Shop": "7"}}, 201)
        assert made["id"].startswith("tool_") and made["version"] == 1 and made["parameters"] == HOURS and made["outputSchema"] == OPEN
        assert made["url"] == s.tools.url + "/hours/{day}" and made["method"] == "GET" and made["timeoutMs"] == 700
        assert (made["type"], made["provider"], made["headers"], made["description"]) == ("calendar", "ours", {"X-Shop": "7"}, "When we are open")
        assert s.ask("GET", "/v1/tools/hours", who="reader") == made
        # The same name again is another version; the first one is no longer called.
        again = s.register("hours", "two")
        assert again["version"] == 2 and again["id"] != made["id"] and s.ask("GET", "/v1/tools/hours")["url"].endswith("/two")
        s.register("other")
        page = s.ask("GET", "/v1/tools?limit=1")
        assert [t["name"] for t in page["data"]] == ["other"] and page["tools"] == page["data"] and page["hasMore"] is True
        assert page["pagination"]["total"] == 2
        rest = s.ask("GET", "/v1/tools?limit=1&cursor=" + page["nextCursor"])
        assert [(t["name"], t["version"]) for t in rest["data"]] == [("hours", 2)] and rest["hasMore"] is False
        # It goes, its versions are counted on when it comes back, and a restart forgets nothing.
        assert s.ask("DELETE", "/v1/tools/hours")["success"] is True
        for method, path, body in (("GET", "/v1/tools/hours", None), ("DELETE", "/v1/tools/hours", None),
                                   ("POST", "/v1/tools/hours/invoke", {}), ("POST", "/tools/hours", {})):
            assert s.ask(method, path, body, 404)["code"] == "not_found"
        assert s.register("hours")["version"] == 3
        for _ in range(25):
            last = s.register("hours")
        assert last["version"] == 28
        assert s.house.rows("select min(version), max(version), count(*) filter (where status = 'active') from tools "
                            "where name = 'hours'") == [["8", "28", "1"]]
        s.ask("POST", "/v1/tools", {"name": "mine"}, 403, "reader")
        s.ask("DELETE", "/v1/tools/hours", None, 403, "reader")
        assert s.house.rows("select count(*) from audit_log where action like '%egisterTool%' or action like '%eleteTool%'") != [["0"]]


def test_another_tenants_tools_are_not_there():
    with Shop() as s:
        s.register("hours", "a")
        for method, path, body in (("GET", "/v1/tools/hours", None), ("DELETE", "/v1/tools/hours", None),
                                   ("POST", "/v1/tools/hours/invoke", {"arguments": {}}), ("POST", "/tools/hours", {}),
                                   ("DELETE", "/tools/hours", None)):
            s.ask(method, path, body, 404, "b")
        assert s.ask("GET", "/v1/tools", who="b")["data"] == [] and s.tools.asked == []
        assert s.register("hours", "b", "b")["version"] == 1
        # The same key of both: neither is in the other's way.
        assert s.invoke("hours", idempotencyKey="k")["ok"] is True
        assert s.ask("POST", "/v1/tools/hours/invoke", {"idempotencyKey": "k"}, who="b")["ok"] is True
        assert [p for _, p, _, _ in s.tools.asked] == ["/a", "/b"]
        s.ask("DELETE", "/v1/tools/hours", who="b")
        assert s.ask("GET", "/v1/tools/hours")["url"].endswith("/a")


BAD = [
    ({}, {"/name"}), ({"name": "a-b"}, {"/name"}), ({"name": "x" * 64}, {"/name"}), ({"name": "end_call"}, {"/name"}),
    ({"name": "register"}, {"/name"}), ({"name": "t", "nope": 1}, {"/nope"}), ({"name": "t", "url": "ftp://x/"}, {"/url"}),
    ({"name": "t", "endpoint": "ftp://x/"}, {"/endpoint"}), ({"name": "t", "url": "https://tools.example.com/"}, {"/url"}),
    ({"name": "t", "url": "http://{host}/"}, {"/url"}), ({"name": "t", "url": "http://127.0.0.1@example.com/"}, {"/url"}),
    ({"name": "t", "url": "http://127.0.0.1/{a"}, {"/url"}), ({"name": "t", "url": "http://127.0.0.1/{who}"}, {"/url"}),
    ({"name": "t", "timeoutMs": 99}, {"/timeoutMs"}), ({"name": "t", "timeoutMs": 30001}, {"/timeoutMs"}),
    ({"name": "t", "method": "PATCH"}, {"/method"}), ({"name": "t", "type": "other"}, {"/type"}),
    ({"name": "t", "inputSchema": []}, {"/inputSchema"}),
    ({"name": "t", "inputSchema": {"type": "object", "properties": {"a": {"type": "text"}}}}, {"/inputSchema/properties/a/type"}),
    ({"name": "t", "parameters": {"properties": {"a": {"pattern": "^x"}}}}, {"/parameters/properties/a/pattern"}),
    ({"name": "t", "outputSchema": {"type": "text"}}, {"/outputSchema"}), ({"name": "t", "outputSchema": None}, {"/outputSchema"}),
    ({"name": "t", "headers": []}, {"/headers"}), ({"name": "t", "headers": {"X-A": 1}}, {"/headers/X-A"}),
    ({"name": "t", "headers": {"X-A": "a\r\nHost: b"}}, {"/headers/X-A"}), ({"name": "t", "headers": {"Host": "b"}}, {"/headers/Host"}),
    ({"name": "t", "headers": {"X-Shop": "${secrets.shop}"}}, {"/headers/X-Shop"}),
    ({"name": "t", "headers": {"Authorization": "Bearer ${secrets.shop}"}}, {"/headers/Authorization"}),
    ({"name": "t", "headers": {"Authorization": "Bearer abc"}}, {"/headers/Authorization"}),
    ({"name": "t", "headers": {f"X-{i}": "1" for i in range(17)}}, {"/headers"}),
    ({"name": "a-b", "timeoutMs": 5, "inputSchema": {"type": "text"}}, {"/name", "/timeoutMs", "/inputSchema/type"}),
]


def test_every_wrong_field_of_a_tool_is_named_and_validate_says_the_same_and_keeps_nothing():
    with Shop() as s:
        for body, pointers in BAD:
            refused = s.ask("POST", "/v1/tools", body, 400)
            assert wrong(refused) == pointers, (body, refused)
            if "nope" in body:
                assert wrong(s.ask("POST", "/v1/tools/validate", body, 400)) == pointers
            else:
                told = s.ask("POST", "/v1/tools/validate", body)
                assert told["valid"] is False and wrong(told) == pointers, (body, told)
            told = s.ask("POST", "/v1/tools/validate", {"definition": body})
            assert told["valid"] is False and wrong(told) == {"/definition" + p for p in pointers}, (body, told)
        secret = next(e for e in s.ask("POST", "/v1/tools", {"name": "t", "headers": {"X-Shop": "${secrets.shop}"}}, 400)["errors"])
        assert "secret" in secret["detail"], secret
        assert s.ask("POST", "/v1/tools/validate", {"definition": 7})["valid"] is False
        good = {"name": "hours", "inputSchema": HOURS, "url": s.tools.url + "/hours/{day}"}
        assert s.ask("POST", "/v1/tools/validate", good) == {"valid": True, "errors": []}
        for body, pointers in (({"day": "monday"}, set()), ({}, {"/arguments/day"}), (3, {"/arguments"}),
                               ({"day": 1, "week": 0, "x": 1, "y": 2}, {f"/arguments/{n}" for n in ("day", "week", "x", "y")}),
                               ({"week": "1"}, {"/arguments/day", "/arguments/week"})):
            for sample in ({"definition": good, "arguments": body}, {**good, "arguments": body}):
                told = s.ask("POST", "/v1/tools/validate", sample)
                assert wrong(told) == pointers and told["valid"] is not bool(pointers), (body, told)
        s.ask("POST", "/v1/tools/validate", good, 403, "reader")
        assert s.ask("GET", "/v1/tools")["data"] == [] and s.tools.asked == []


def test_a_tool_is_called_with_its_arguments_and_its_answer_comes_back():
    with Shop() as s:
        s.register("hours", "hours/{day}?w={week}", method="GET", headers={"X-Shop": "7"}, outputSchema=OPEN,
                   inputSchema={**HOURS, "required": ["day", "week"]})
        got = s.invoke("hours", {"day": "a/b &c", "week": 3}, callId="call-1")
        assert got.pop("latencyMs") >= 0 and got == {"ok": True, "status": 200, "result": {"open": True, "n": 1}, "errors": []}, got
        method, path, headers, body = s.tools.asked[-1]
        assert (method, path, body) == ("GET", "/hours/a%2Fb%20%26c?w=3", b"")
        assert headers["x-call-id"] == "call-1" and headers["x-shop"] == "7" and "authorization" not in headers
        # Arguments that do not fit are not sent.
        bad = s.invoke("hours", {"day": 1, "x": 2})
        assert (bad["ok"], bad["error"], bad["status"]) == (False, "bad_request", 0) and "result" not in bad
        assert wrong(bad) == {"/arguments/day", "/arguments/x", "/arguments/week"}, bad
        for body, pointer in (({"arguments": 1}, "/arguments"), ({"arguments": None}, "/arguments"), ({"callId": "a b"}, "/callId"),
                              ({"callId": "x\r\ny"}, "/callId"), ({"nope": 1}, "/nope"), ({"idempotencyKey": ""}, "/idempotencyKey")):
            assert pointer in wrong(s.ask("POST", "/v1/tools/hours/invoke", body, 400)), body
        assert len(s.tools.asked) == 1
        s.ask("POST", "/v1/tools/hours/invoke", {}, 403, "reader")
        s.register("book", "book")
        assert s.invoke("book", {"people": 2})["ok"] is True
        method, path, headers, body = s.tools.asked[-1]
        assert (method, path, json.loads(body)) == ("POST", "/book", {"people": 2}) and "x-call-id" not in headers


def test_a_tool_that_is_slow_late_garbage_or_refuses_says_which():
    with Shop() as s:
        for name, kind, error, status in (("slow", "slow", "timeout", 0), ("garbage", "garbage", "schema_mismatch", 200),
                                          ("wrong", "wrong", "schema_mismatch", 200), ("cut", "cut", "error", 200),
                                          ("huge", "huge", "error", 200), ("broken", "broken", "error", 500), ("list", "list", "schema_mismatch", 200),
                                          ("most", "most", None, 200), ("moved", "moved", None, None)):
            s.register(name, kind, timeoutMs=400, **({"outputSchema": OPEN} if kind in ("wrong", "list") else {}))
            began = time.monotonic()
            got = s.invoke(name)
            took = time.monotonic() - began
            if name == "moved":
                assert [p for _, p, _, _ in s.tools.asked if "elsewhere" in p] == [], "redirects are not followed"
                continue
            assert got.get("error") == error and got["ok"] is (error is None) and took < 10, (name, got, took)
            assert got["status"] == status, (name, got)
            assert ("result" in got) is (error is None)
            if name == "slow":
                assert 390 <= got["latencyMs"] < 8000, got
            if name == "wrong":
                assert "/open" in got["message"], got
        s.tools.let_go.set()
        # Nobody there; nobody to ask; one that only the client of a call can run.
        s.ask("POST", "/v1/tools", {"name": "dead", "url": "http://127.0.0.1:1/"}, 201)
        assert s.invoke("dead")["error"] == "error"
        s.ask("POST", "/v1/tools", {"name": "client"}, 201)
        assert s.invoke("client")["error"] == "error" and "client" in s.invoke("client")["message"]
        assert "client" in s.ask("POST", "/tools/client", {}, 409)["detail"]
        # A host that was allowed once is judged again when it is called.
        s.house.rows("update tools set definition = jsonb_set(definition, '{url}', '\"http://127.0.0.2/\"') where name = 'dead'")
        assert "not allowed" in s.invoke("dead")["message"]


def test_the_same_call_twice_within_ten_seconds_is_a_conflict():
    with Shop() as s:
        s.register("book"), s.register("other"), s.register("slow", "slow", timeoutMs=5000)
        assert s.invoke("book", idempotencyKey="k1")["ok"] is True
        again = s.invoke("book", idempotencyKey="k1")
        assert (again["ok"], again["error"], again["status"]) == (False, "conflict", 0), again
        assert s.invoke("book", idempotencyKey="k2")["ok"] and s.invoke("other", idempotencyKey="k1")["ok"]
        assert s.invoke("book", {"n": 1}, callId="c1")["ok"] and s.invoke("book", {"n": 2}, callId="c1")["ok"]
        assert s.invoke("book", {"n": 1}, callId="c1")["error"] == "conflict"
        assert s.invoke("book", {"n": 1})["ok"] and s.invoke("book", {"n": 1})["ok"], "nothing to tell them apart by"
        assert len([p for _, p, _, _ in s.tools.asked]) == 7
        # While the first one still runs, too.
        first = []
        t = threading.Thread(target=lambda: first.append(s.invoke("slow", idempotencyKey="k")))
        t.start()
        wait_until(lambda: s.tools.asked[-1][1] == "/slow", 5, "the slow one is asked")
        assert s.invoke("slow", idempotencyKey="k")["error"] == "conflict"
        s.tools.let_go.set()
        t.join()
        assert first[0]["ok"] is True
        # An Idempotency-Key gives the answer again, and asks the tool once.
        key = {"Idempotency-Key": "once-for-all-1"}
        count = len(s.tools.asked)
        answers = [s.ask("POST", "/v1/tools/book/invoke", {"arguments": {"n": 9}}, **key) for _ in range(2)]
        assert answers[0] == answers[1] and len(s.tools.asked) == count + 1


def test_the_older_addresses_do_the_same():
    with Shop() as s:
        made = s.ask("POST", "/tools/register", {"name": "hours", "type": "custom", "description": "d", "parameters": HOURS,
                                                 "endpoint": s.tools.url + "/hours"})
        assert made["success"] is True and made["tool"]["parameters"] == HOURS and made["tool"]["name"] == "hours"
        assert [t["name"] for t in s.ask("GET", "/tools")["tools"]] == ["hours"]
        assert s.ask("POST", "/tools/hours", {"day": "monday", "callId": "c-1"}) == {"open": True, "n": 1}
        _, _, headers, body = s.tools.asked[-1]
        assert headers["x-call-id"] == "c-1" and json.loads(body) == {"day": "monday"}
        assert s.ask("POST", "/tools/hours", {"day": "friday"}, **{"x-call-id": "c-2"})["open"] is True
        assert s.tools.asked[-1][2]["x-call-id"] == "c-2"
        assert wrong(s.ask("POST", "/tools/hours", {"day": 1, "y": 2}, 400)) == {"/day", "/y"}
        for body in (b"[1]", b"{", b"\xff", b"3"):
            assert wrong(s.ask("POST", "/tools/hours", body, 400)) == {""}, body
        assert s.ask("POST", "/tools/hours", {"day": "monday", "callId": "c-1"}, 409)["code"] == "conflict"
        for name, kind, status in (("slow", "slow", 504), ("broken", "broken", 502), ("garbage", "garbage", 502)):
            s.register(name, kind, timeoutMs=300)
            s.ask("POST", f"/tools/{name}", {}, status)
        s.ask("POST", "/tools/unknown", {}, 404)
        gone = s.ask("DELETE", "/tools/hours")
        assert gone["success"] is True and "hours" in gone["message"]
        s.ask("POST", "/tools/hours", {}, 404), s.ask("DELETE", "/tools/hours", None, 404)


def test_an_agent_has_the_registered_tool_it_names():
    def script(messages, nth):
        return ["It is open."] if messages[-1]["role"] == "tool" else [("tool", "t1", "hours", {"day": "monday"})]

    model = Model(script)
    with Shop(lab=True, env={"OPENAI_BASE_URL": model.url}, lab_args=LOAD,
              agents={"a": agent(tools=[{"name": "hours"}, {"name": "mine"}])}) as s:
        s.register("hours", "hours/{day}", inputSchema=HOURS, description="When we are open", headers={"X-Shop": "7"}, outputSchema=OPEN)
        s.register("mine", "wrong-tenant", "b")
        c = Browser(s.house, "registered", "a")
        c.until("connected")
        c.type("are you open")
        assert c.answer(1)["heard"] == "It is open."
        c.close()
        told = {t["function"]["name"]: t["function"] for t in model.requests[0]["tools"]}
        assert told["hours"]["parameters"] == HOURS and told["hours"]["description"] == "When we are open"
        assert "mine" in told and told["mine"]["parameters"] == {"type": "object", "properties": {}}
        method, path, headers, _ = s.tools.asked[-1]
        assert (method, path) == ("POST", "/hours/monday") and headers["x-call-id"] == "registered" and headers["x-shop"] == "7"
        assert json.loads(model.requests[1]["messages"][-1]["content"])["open"] is True
        # The call's record keeps what it had, whatever becomes of the tool.
        s.ask("DELETE", "/v1/tools/hours")
        s.house.books("registered")
        kept = json.loads(s.house.rows("select agent -> 'tools' from voice_call_records where id = 'registered'")[0][0])
        assert [t["name"] for t in kept] == ["hours", "mine"] and kept[0]["url"].endswith("/hours/{day}"), kept
        assert json.loads(s.house.rows("select config -> 'tools' from voice_agents where id = 'a'")[0][0]) == [{"name": "hours"}, {"name": "mine"}]
    model.close()


def test_an_agent_with_more_tools_than_a_call_has_room_for_is_refused_and_nobody_else_notices():
    wide = {"type": "object", "properties": {"x": {"type": "string", "description": "d" * 8000}}}
    names = [f"t{i}" for i in range(32)]
    with Shop(lab=True, lab_args=LOAD, agents={"wide": agent(tools=[{"name": n} for n in names]), "a": agent()}) as s:
        for n in names:
            s.register(n, inputSchema=wide, outputSchema=wide)
        c = Browser(s.house, "too-wide", "wide")
        assert c.closed()[0] not in (1000, 1006)
        other = Browser(s.house, "narrow", "a")
        other.until("connected")
        other.close()
        assert s.house.daemon.poll() is None
        # Half of it is fine.
        for n in names[16:]:
            s.ask("DELETE", f"/v1/tools/{n}")
        c = Browser(s.house, "half-as-wide", "wide")
        c.until("connected")
        c.close()
        s.house.books("half-as-wide")


def test_what_is_wrong_with_a_tool_of_an_agent_is_named_by_its_place():
    with Shop() as s:
        for at, body in (("", {}), ("/config", {"config": {}})):
            fields = {"prompt": "Be brief.", "disclosure": "I am an AI.", "tools": [{"name": "ok"}, {"name": "t", "headers": {"Host": "x"}}]}
            body = {"name": "A", **(fields if not at else {"config": fields})}
            told = s.ask("POST", "/v1/agents", body, 400)
            assert wrong(told) == {at + "/tools/1/headers/Host"}, told
        fields["tools"] = [{"name": "fine"}]
        made = s.ask("POST", "/v1/agents", {"name": "A", "config": fields}, 201)  # the older clients' form
        assert made["name"] == "A" and made["config"]["prompt"] == "Be brief." and s.ask("GET", f"/v1/agents/{made['id']}")["name"] == "A", made
        assert wrong(s.ask("POST", "/v1/agents", {"config": fields}, 400)) == {"/name"}
        fields["tools"] = [{"name": "same"}, {"name": "same"}]
        assert wrong(s.ask("POST", "/v1/agents", {"name": "A", **fields}, 400)) == {"/tools/1/name"}
        fields["tools"] = [{"name": "not a name"}]
        assert wrong(s.ask("POST", "/v1/agents", {"name": "A", **fields}, 400)) == {"/tools/0/name"}
