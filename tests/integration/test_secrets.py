"""Secrets of a tenant's tools: in once, out to the hosts they are for and to nobody else, and nowhere to be found."""
import base64
import contextlib
import glob
import json
import os
import secrets
import subprocess

from house import House
from model import Model
from callers import Browser
from stack import ROOT, wait_until
from test_faults import LOAD, agent
from test_tools import ToolServer

KEY, NEXT = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@contextlib.contextmanager
def shop(env=None, **more):
    tools = ToolServer()
    try:
        with House(env={"SECRETS_KEY": KEY, "API_RATE_PER_MINUTE": "10000", "LOG_LEVEL": "debug", **(env or {})}, **{"lab": False, **more}) as h:
            yield h, tools, h.key(), h.key("B")
    finally:
        tools.close()


def register(h, key, tools, name="crm", header=None, kind="hours", **more):
    status, _, got = h.api("POST", "/v1/tools", {"name": name, "url": f"{tools.url}/{kind}", "headers": header, **more}, key)
    assert status == 201, got
    return got


def invoke(h, key, name="crm"):
    status, _, got = h.api("POST", f"/v1/tools/{name}/invoke", {}, key)
    assert status == 200, got
    return got


def put(h, key, name, value, **more):
    return h.api("PUT", "/v1/secrets", {"name": name, "value": value, **more}, key)


def everything(h):
    """All that is written down anywhere: tables, Redis, files, the log."""
    dump = subprocess.run(["pg_dump", "--data-only", "--inserts", h.db.url("invorto_admin")], capture_output=True, check=True).stdout
    script = ("local o={} for _,k in ipairs(redis.call('KEYS','*')) do o[#o+1]=k "
              "local t=redis.call('TYPE',k).ok if t=='string' then o[#o+1]=redis.call('GET',k) "
              "elseif t=='stream' then o[#o+1]=cjson.encode(redis.call('XRANGE',k,'-','+')) "
              "elseif t=='hash' then o[#o+1]=cjson.encode(redis.call('HGETALL',k)) end end return o")
    redis = subprocess.run(["redis-cli", "-s", h.redis.socket, "--raw", "eval", script, "0"], capture_output=True, check=True).stdout
    found = {"the database": dump, "Redis": redis}
    for path in glob.glob(h.dir + "/**", recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as f:
                found[path] = f.read()
    return found


def assert_nowhere(h, *values):
    for where, content in everything(h).items():
        for value in values:
            for form in (value.encode(), base64.b64encode(value.encode())[:-4], value.encode().hex().encode()):
                assert form not in content, (where, value[:6])


def test_a_secret_goes_where_it_may_and_is_nowhere_to_be_found():
    value, other = "sk_" + secrets.token_hex(16), "sk_" + secrets.token_hex(16)
    model = Model(lambda messages, nth: [("tool", "t1", "look", {})] if nth == 1 else ["It is open."])
    with shop(lab_args=LOAD, lab=True, agents={}, env={"OPENAI_BASE_URL": model.url + "/v1"}) as (h, tools, mine, theirs):
        status, _, got = put(h, mine, "crm_key", value, hosts=["127.0.0.1"])
        assert status == 200 and got["name"] == "crm_key" and got["hosts"] == ["127.0.0.1"] and got["current"] and "value" not in got, got
        assert put(h, theirs, "crm_key", other)[0] == 200
        header = {"Authorization": {"$secret": "crm_key", "prefix": "Bearer "}, "X-Plain": "7"}
        made = register(h, mine, tools, header=header)
        assert made["headers"] == header and h.api("GET", "/v1/tools/crm", key=mine)[2]["headers"] == header
        register(h, theirs, tools, header=header)
        assert invoke(h, mine)["ok"] and tools.asked[-1][2]["authorization"] == "Bearer " + value and tools.asked[-1][2]["x-plain"] == "7"
        assert invoke(h, theirs)["ok"] and tools.asked[-1][2]["authorization"] == "Bearer " + other
        # An agent of a live call has it as well; its configuration, its snapshot, its story have the name.
        asked = len(tools.asked)
        h.add_agent("A", "seller", agent(tools=[{"name": "look", "url": tools.url + "/hours", "blocking": True, "headers": header}]))
        c = Browser(h, "sold", "seller").mic()
        c.type("Look it up, please")
        wait_until(lambda: len(tools.asked) > asked, 20, "the tool called")
        assert tools.asked[-1][2]["authorization"] == "Bearer " + value and tools.asked[-1][2]["x-call-id"] == "sold"
        c.close()
        h.books("sold")
        snapshot = h.api("GET", "/v1/calls/sold", key=mine)[2]["agentConfigAtCallStart"]
        assert snapshot["tools"][0]["headers"] == header
        # Another value in its place, and a list that shows none.
        assert put(h, mine, "crm_key", value + "2", hosts=["*.0.0.1", "127.0.0.1"])[0] == 200
        assert invoke(h, mine)["ok"] and tools.asked[-1][2]["authorization"] == "Bearer " + value + "2"
        assert put(h, mine, "a.b-c", "x" * 20)[0] == 200
        status, _, got = h.api("GET", "/v1/secrets", key=h.key(role="dev"))
        assert status == 200 and [(s["name"], s["current"]) for s in got["data"]] == [("a.b-c", True), ("crm_key", True)], got
        assert value not in json.dumps(got) and set(got["data"][0]) <= {"name", "hosts", "keyId", "current", "createdBy", "createdAt", "updatedAt"}
        assert h.api("GET", "/v1/secrets", key=theirs)[2]["data"][0]["name"] == "crm_key"
        assert_nowhere(h, value, value + "2", other)
        # Gone: the tool says so and asks nobody.
        asked = len(tools.asked)
        assert h.api("DELETE", "/v1/secrets/crm_key", key=mine)[0] == 204 and h.api("DELETE", "/v1/secrets/crm_key", key=mine)[0] == 404
        got = invoke(h, mine)
        assert not got["ok"] and got["status"] == 0 and "no secret crm_key" in got["message"] and len(tools.asked) == asked, got
        assert invoke(h, theirs)["ok"], "theirs is another"


def test_a_secret_goes_to_no_other_host_and_no_answer_carries_it_on():
    value = "sk_" + secrets.token_hex(16)
    with shop() as (h, tools, mine, _):
        assert put(h, mine, "k", value, hosts=["api.example.com", "*.example.org"])[0] == 200
        register(h, mine, tools, header={"X-Key": {"$secret": "k"}})
        got = invoke(h, mine)
        assert not got["ok"] and "not for this host" in got["message"] and tools.asked == [] and value not in json.dumps(got), got
        assert put(h, mine, "k", value)[0] == 200
        # A redirect is not followed, so nothing of it is.
        register(h, mine, tools, "moved", {"X-Key": {"$secret": "k"}}, "moved")
        invoke(h, mine, "moved")
        assert [p for _, p, _, _ in tools.asked] == ["/moved"], tools.asked
        # What a server shows of what it was sent is not passed on.
        register(h, mine, tools, "echo", {"X-Key": {"$secret": "k", "prefix": "Key "}}, "echo")
        got = invoke(h, mine, "echo")
        assert got["ok"] and tools.asked[-1][2]["x-key"] == "Key " + value and got["result"]["headers"]["x-key"] == "Key " + "*" * len(value), got
        # The bytes of another tenant's row are no secret of this one.
        h.rows("insert into tenant_secrets (tenant_id, name, ciphertext, nonce, key_id) "
               "select 'B', 'k', ciphertext, nonce, key_id from tenant_secrets where tenant_id = 'A'")
        theirs = h.key("B")
        register(h, theirs, tools, "echo", {"X-Key": {"$secret": "k"}}, "echo")
        got = invoke(h, theirs, "echo")
        assert not got["ok"] and "another" in got["message"], got
        h.rows("update tenant_secrets set ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1) where tenant_id = 'A'")
        assert not invoke(h, mine, "echo")["ok"]
        assert_nowhere(h, value)


def test_keys_are_rotated_and_a_key_that_is_gone_opens_nothing():
    value = "sk_" + secrets.token_hex(16)
    with shop() as (h, tools, mine, _):
        assert put(h, mine, "k", value)[0] == 200
        register(h, mine, tools, header={"X-Key": {"$secret": "k"}})

        def again(**env):
            h.stop_daemon()
            h.env.update(env)
            h.start_daemon()

        again(SECRETS_KEY=NEXT, SECRETS_KEY_PREVIOUS=KEY)
        assert invoke(h, mine)["ok"] and tools.asked[-1][2]["x-key"] == value
        assert h.api("GET", "/v1/secrets", key=mine)[2]["data"][0]["current"] is False
        assert put(h, mine, "k", value)[2]["current"] is True
        again(SECRETS_KEY_PREVIOUS="")
        assert invoke(h, mine)["ok"]
        again(SECRETS_KEY=KEY)
        got = invoke(h, mine)
        assert not got["ok"] and "a key that is not set up" in got["message"], got
        again(SECRETS_KEY="")
        assert put(h, mine, "k2", value)[0] == 409 and h.api("GET", "/v1/secrets", key=mine)[0] == 200


def test_what_is_no_secret_is_refused():
    with shop() as (h, tools, mine, theirs):
        for body, pointers in (({"value": "x"}, {"/name"}), ({"name": "a", "value": ""}, {"/value"}), ({"name": "a b", "value": "x"}, {"/name"}),
                               ({"name": "a", "value": "x\n"}, {"/value"}), ({"name": "a", "value": "é"}, {"/value"}),
                               ({"name": "a", "value": "x" * 8193}, {"/value"}), ({"name": "x" * 65, "value": "x"}, {"/name"}),
                               ({"name": "a", "value": "x", "hosts": ["https://x"]}, {"/hosts/0"}), ({"name": "a", "value": "x", "other": 1}, {"/other"})):
            status, _, got = h.api("PUT", "/v1/secrets", body, mine)
            assert status == 400 and {e["pointer"] for e in got["errors"]} == pointers, (body, got)
        for role in ("dev", "analyst"):
            assert put(h, h.key(role=role), "a", "xxxxxx")[0] == 403
        assert h.api("GET", "/v1/secrets", key=h.key(role="analyst"))[0] == 403
        for header, rule in (({"X": {"$secret": "a", "more": 1}}, "perhaps"), ({"X": {"secret": "a"}}, "perhaps"), ({"X": {"$secret": 7}}, "name"),
                             ({"Authorization": "Bearer abc"}, "/v1/secrets"), ({"X": "${secrets.a}"}, "$secret")):
            status, _, got = h.api("POST", "/v1/tools", {"name": "t", "url": tools.url, "headers": header}, mine)
            assert status == 400 and rule in json.dumps(got), (header, got)
        assert h.rows("select count(*) from tenant_secrets") == [["0"]]
        assert h.rows("select count(*) from audit_log where action like '%ecret%'") == [["0"]]
        assert put(h, mine, "a", "xxxxxx")[0] == 200
        assert h.rows("select count(*) from audit_log where entity_id = 'a'") == [["1"]]


def test_a_daemon_with_a_key_that_is_none_does_not_start():
    with shop() as (h, *_):
        h.stop_daemon()
        for name in ("SECRETS_KEY", "SECRETS_KEY_PREVIOUS"):
            p = subprocess.run([h.binary, "serve"], env={**h.env, name: "hunter2hunter2", "PORT": "0"}, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
            assert p.returncode != 0 and name in p.stderr and "hunter2" not in p.stderr, p.stderr[-500:]
