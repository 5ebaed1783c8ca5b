"""Tenants, roles and credentials, over every route the document names: what is A's stays A's."""
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import re
import time

from house import House
from stack import wait_until
from ws import Closed, WebSocket

SECRET = "integration-jwt-secret-0123456789abcdef"
MARK = "zebra"  # in everything of A's that has a text
AGENT = {"name": "zebra", "disclosure": "I am an AI.", "greeting": "Hello, zebra here.", "prompt": "Be brief, zebra."}
OPEN = {"AUTH_FAILURES_PER_MINUTE": "100000", "API_RATE_PER_MINUTE": "10000", "RATE_LIMIT_PER_MINUTE": "100000",
        "WS_CONNECTS_PER_SECOND": "1000"}
METHODS = ("get", "post", "put", "patch", "delete")
# Texts of A's own for what the document's example does not give any; the rest is filled from its examples.
BODIES = {
    "/v1/agents": AGENT,
    "/v1/api-keys": {"name": "zebra", "role": "analyst"},
    "/v1/members": {"email": "zebra@example.com", "role": "analyst"},
    "/v1/numbers": {"pool": "+15550109999"},
    "/v1/webhooks": {"url": "https://example.com/zebra", "events": ["call.ended"]},
}

QUERIES = {"/v1/dnc/check": "?phone=%2B15550109998", "/v1/calling-rules": "?phone=%2B15550109998", "/v1/consents": "?phone=%2B15550109998"}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(claims, secret=SECRET, alg="HS256"):
    signed = b64(json.dumps({"alg": alg, "typ": "JWT"}).encode()) + "." + b64(json.dumps(claims).encode())
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest() if alg != "none" else b""
    return f"{signed}.{b64(mac)}"


def first_id(answer):
    """Of what was made: breadth first, because some answers wrap it."""
    level = [answer]
    while level:
        for node in level:
            if isinstance(node, dict) and isinstance(node.get("id"), str):
                return node["id"]
        inner = [v for node in level if isinstance(node, dict) for v in node.values()]
        level = [v for v in inner if isinstance(v, dict)] + [one for v in inner if isinstance(v, list) for one in v[:1]]
    return None


class Routes:
    def __init__(self, house):
        self.document = house.api("GET", "/openapi.json")[2]
        self.all = [(m.upper(), path, op) for path, ops in self.document["paths"].items() for m, op in ops.items() if m in METHODS]
        self.guarded = [r for r in self.all if r[2].get("security")]
        assert len(self.guarded) > 40, len(self.guarded)

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            there = self.document
            for part in node["$ref"].split("/")[1:]:
                there = there[part]
            node = there
        return node

    def body(self, op):
        """The document's own example and the names of its members."""
        content = self.resolve(op.get("requestBody", {})).get("content", {}).get("application/json")
        if not content:
            return None, {}
        return dict(content.get("example", {})), self.resolve(content["schema"]).get("properties", {})

    def queries(self, op):
        return [p["name"] for p in map(self.resolve, op.get("parameters", [])) if p["in"] == "query"]


def fill(h, routes, key):
    """One object of each kind the API makes, all of A; and a call that was held. {kind: id}"""
    made = {"tenant": "A"}
    h.rows("insert into twilio_phone_pool (phone_number_e164, twilio_sid) values ('+15550109999', 'PN' || repeat('9', 32)) returning id")
    for method, path, op in sorted(routes.guarded, key=lambda r: r[1] != "/v1/agents"):
        if method != "POST" or "{" in path or "201" not in op["responses"] or path == "/v1/realtime/tickets" \
                or op["x-role"] == "platform":
            continue
        body = BODIES.get(path) or routes.body(op)[0] or {}
        body.update({k: MARK for k in ("name", "description") if k in body})
        if "agentId" in body:
            body["agentId"] = made["/v1/agents"]
        if path == "/v1/tools":
            body.update(name="tool_of_a", url=h.lab_url + "/zebra")  # an allowed host; asked for by its name
        status, _, answer = h.api("POST", path, body, key)
        assert status == 201, (path, status, answer)
        by_name = any(p.startswith(path + "/{name}") for _, p, _ in routes.all)
        made[path] = body["name"] if by_name else first_id(answer.get("number") or answer)
        assert made[path], (path, answer)
    made["held"] = h.call("--leg", "twilio", "--agent", made["/v1/agents"], "--say", "text:What time is it")["call_id"]
    h.books(made["held"])
    made["event"], made["delivery"] = wait_until(lambda: h.rows("select event_id, id from webhook_outbox limit 1"), 10, "a delivery")[0]
    return made


def path_with(path, value):
    return re.sub(r"\{[^}]+\}", value, path)


def kind_of(name, made):
    """Which of A's ids a member of that name would hold."""
    word = re.sub(r"[_-]?ids?$", "", name, flags=re.I).lower()
    if word == name.lower() or not word:
        return None
    return next((v for k, v in made.items() if word in k.lower().replace("-", "")), made["/v1/agents"])


def view(h, routes, made, key):
    """What A sees of its own."""
    seen = {}
    for method, path, op in routes.guarded:
        if method != "GET" or path.endswith(("/live", "/export")) or op["x-role"] == "platform" \
                or path in ("/v1/me", "/api/auth/verify", "/v1/calling-rules"):
            continue
        kind = next((k for k in sorted(made, key=len, reverse=True) if path.startswith(k + "/{")), None)
        if "/tenants/{" in path:
            kind = "tenant"
        if "{" in path and not kind:
            continue
        status, _, answer = h.api(method, path_with(path, made[kind] if kind else "") + QUERIES.get(path, ""), key=key)
        assert status == 200, (path, status, answer)
        text = json.dumps(answer)
        odd = re.findall(r'"\d{4}-\d\d-\d\dT(?![0-9:]{8}\.\d{3}Z")[^"]*"', text)
        assert not odd, ("times are in UTC, to the millisecond", path, odd)
        for volatile in ("lastUsedAt", "nextCursor", "timestamp", "lastFailureTime"):
            text = re.sub(rf'"{volatile}": ("[^"]*"|null)', "", text)
        # What goes on by itself is compared by what is there, the rest by every letter.
        moving = any(word in path for word in ("calls", "usage", "deliveries", "dlq", "metrics"))
        seen[path] = str(sorted(re.findall(r'"id": "([^"]+)"', text))) if moving else text
    return seen


def takes_files(op):
    return "application/json" not in op.get("requestBody", {}).get("content", {"application/json": {}})


def first_event(h, path, key):
    """Of a stream that has no end."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", h.port, timeout=20)) as c:
        c.request("GET", path, headers={"Authorization": "Bearer " + key})
        answer = c.getresponse()
        assert answer.status == 200, (path, answer.status)
        while not (line := answer.readline()).startswith(b"data"):
            assert line, path
        return line.decode()


def check(h, route, status, answer, allowed=None, sent=()):
    method, path, op = route
    where = (method, path, status, answer if not isinstance(answer, str) else answer[:300], sent)
    assert status < 500, where
    assert str(status) in op["responses"], ("not in the document", *where)
    assert allowed is None or status in allowed, where
    assert MARK not in json.dumps(answer), ("A's data", *where)


def test_no_route_opens_to_a_credential_that_is_not_one():
    with House(env=OPEN) as h:
        routes, key = Routes(h), h.key()
        assert h.api("GET", "/v1/agents", key=key)[0] == 200
        user = h.api("POST", "/v1/members", {"email": "a@example.com", "role": "admin"}, key)[2]
        now = int(time.time())
        claims = {"sub": first_id(user), "tenant_id": "A", "role": "authenticated", "aud": "authenticated", "iat": now, "exp": now + 600}
        good = jwt(claims)
        assert h.api("GET", "/v1/agents", key=good)[0] == 200, h.api("GET", "/v1/agents", key=good)
        head, payload, mac = good.split(".")
        other = b64(json.dumps({**claims, "role": "service_role", "tenant_id": "B"}).encode())
        bad = {
            "nothing": None, "garbage": "garbage", "a key nobody made": h.key().replace("iv_live_", "iv_test_"),
            "revoked": h.key(revoked_at="now()"), "past": h.key(expires_at="now() - interval '1 hour'"),
            "expired": jwt({**claims, "exp": now - 3600}), "no algorithm": jwt(claims, alg="none"),
            "no algorithm, a mac": f"{jwt(claims, alg='none')}{mac}", "another key": jwt(claims, secret="x" * 32),
            "forged": f"{head}.{other}.{mac}", "cut": good[:-4], "nobody": jwt({**claims, "sub": "usr_nobody"}),
            "not yet": jwt({**claims, "nbf": now + 3600}), "no end": jwt({k: v for k, v in claims.items() if k != "exp"}),
            "for others": jwt({**claims, "aud": "others"}), "anonymous": jwt({**claims, "role": "anon"}),
            "the public half": jwt(claims, secret="-----BEGIN PUBLIC KEY-----"), "RS256": jwt(claims, alg="RS256"),
            "EdDSA": jwt(claims, alg="EdDSA"),
        }
        for route in routes.guarded:
            method, path, op = route
            for name, credential in bad.items():
                status, headers, answer = h.api(method, path_with(path, "A"), routes.body(op)[0], credential)
                check(h, route, status, answer, (403,) if name == "nobody" else (401,), name)  # his token is good
                assert status == 403 or "www-authenticate" in headers, (method, path, name)
        for name, credential in bad.items():
            for where in ({"X-API-Key": credential}, {"Authorization": f"Basic {credential}"}):
                if credential and name != "nobody":
                    assert h.api("GET", "/v1/agents", headers=where)[0] == 401, (name, where)


def test_a_role_reaches_as_far_as_the_document_says():
    rank = {"analyst": 1, "dev": 2, "admin": 3}
    with House(env=OPEN) as h:
        routes = Routes(h)
        keys = {role: h.key(role=role) for role in rank}
        scoped = h.key(role="admin", scopes="'{nothing:read}'")
        for route in routes.guarded:
            method, path, op = route
            for role, key in keys.items():
                if rank[role] < rank.get(op["x-role"], 4):
                    status, _, answer = h.api(method, path_with(path, "A"), routes.body(op)[0], key)
                    check(h, route, status, answer, (403,), role)
            status, _, answer = h.api(method, path_with(path, "A"), routes.body(op)[0], scoped)
            check(h, route, status, answer, (403,), "scope")
        assert h.rows("select count(*) from audit_log") == [["0"]]  # nothing was done


def test_what_is_a_tenants_is_nobody_elses():
    with House(env=OPEN, agents={"zebra": AGENT}) as h:
        routes, mine, theirs = Routes(h), h.key("A"), h.key("B")
        made = fill(h, routes, mine)
        before = view(h, routes, made, mine)
        assert any(MARK in text for text in before.values()) and len(before) > 15, before.keys()
        ids = sorted(set(made.values()) - {"A"})
        # First what only looks, then what changes, with each of A's ids in each path.
        for route in sorted(routes.guarded, key=lambda r: METHODS.index(r[0].lower())):
            method, path, op = route
            example, members = routes.body(op)
            if op["x-role"] == "platform":
                status, _, answer = h.api(method, path_with(path, "A"), example, theirs)
                check(h, route, status, answer, (403,), "role")
                continue
            if "{" in path:
                for one in [*ids, "A"]:
                    status, _, answer = h.api(method, path_with(path, one), example, theirs)
                    # What takes files alone never gets as far with JSON.
                    if status == 422 and "is not configured here" in answer["detail"]:
                        continue
                    makes = path == "/v1/segments/{id}"  # under a name of one's own, whoever else has one of that name
                    check(h, route, status, answer, (400, 403, 404, *((415,) if takes_files(op) else ()), *((200, 204) if makes else ())), one)
                    if status != 415 and not makes and (example is None or method == "DELETE"):
                        assert status in (403, 404), (method, path, one, status, answer)
                continue
            # A's ids where a body or a query may hold one.
            for name in members:
                if kind_of(name, made):
                    status, _, answer = h.api(method, path, {**example, name: kind_of(name, made)}, theirs)
                    check(h, route, status, answer, None, name)
                    assert path != "/v1/calls" or name != "agentId" or status == 404, (status, answer)
            for name in routes.queries(op):
                for one in {kind_of(name, made), made["held"]} - {None}:
                    status, _, answer = h.api(method, f"{path}?{name}={one}", key=theirs)
                    check(h, route, status, answer, (200, 400, 415), name)
                    assert status in (400, 415) or not answer.get("data"), (path, name, answer)
            if method == "GET" and path.endswith("/live"):
                first = first_event(h, path, theirs)
                assert MARK not in first and not [i for i in ids if i in first], (path, first)
            elif method == "GET":
                status, _, answer = h.api(method, path + QUERIES.get(path, ""), key=theirs)
                check(h, route, status, answer, (200,))
                assert not [i for i in ids if i in json.dumps(answer)], (path, answer)
            status, _, answer = h.api(method, path, example, theirs, headers={"x-tenant-id": "A"})
            check(h, route, status, answer, (403,), "x-tenant-id")
        # A cursor of A's is no way in.
        for path in ("/v1/calls", "/v1/agents", "/v1/webhooks"):
            status, _, page = h.api("GET", path + "?limit=1", key=mine)
            if page.get("nextCursor"):
                status, _, answer = h.api("GET", f"{path}?cursor={page['nextCursor']}", key=theirs)
                assert status in (200, 400) and MARK not in json.dumps(answer), (path, answer)
        after = view(h, routes, made, mine)
        for path, text in before.items():
            assert after[path] == text, (path, text, after[path])


def refused(url, *subprotocols, headers=None, start=None):
    """The close code, or the status of a handshake that was refused."""
    try:
        ws = WebSocket(url, subprotocols, headers)
    except Closed as c:
        return c.code
    if start:
        ws.send(start)
    code, _, seen = ws.closed(10)
    assert MARK not in json.dumps([m for m in seen if isinstance(m, dict)]), seen
    return code


def opened(url, *subprotocols):
    ws = WebSocket(url, subprotocols)
    assert ws.until("connected", 10)
    return ws


def test_a_socket_is_of_its_tenant_alone():
    with House(env=OPEN, agents={"zebra": AGENT}) as h:
        mine, theirs = h.key("A"), h.key("B")
        h.add_agent("B", "theirs", {**AGENT, "name": "B's", "greeting": "Hello from B.", "prompt": "Be B."})
        voice = h.url + "/realtime/voice?callId="
        a = opened(voice + "one&agentId=zebra", "invorto.v1", mine)
        # B has no such agent, and no such call: by this name it makes one of its own.
        assert refused(voice + "two&agentId=zebra", "invorto.v1", theirs) == 4004
        assert refused(voice + "one&agentId=zebra", "invorto.v1", theirs) == 4004
        b = opened(voice + "one&agentId=theirs", "invorto.v1", theirs)
        assert h.rows("select tenant_id from voice_call_records where id = 'one' and closed_at is null order by 1") == [["A"], ["B"]]
        # Orders to the one never reach the other.
        assert h.api("POST", "/v1/calls/one/hangup", {}, theirs)[0] == 202
        assert b.closed(10)[0] in (1000, 1001)
        assert h.api("POST", "/v1/calls/one/say", {"text": "Still here."}, mine)[0] == 202
        assert h.api("GET", "/v1/calls/one", key=theirs)[2]["id"] == "one"
        assert MARK not in json.dumps(h.api("GET", "/v1/calls/one", key=theirs)[2])
        a.close()
        for credential in ("garbage", h.key().replace("iv_live_", "iv_test_"), h.key(revoked_at="now()"),
                           jwt({"sub": "x", "tenant_id": "A", "aud": "authenticated", "exp": int(time.time()) + 60}, alg="none")):
            assert refused(voice + "three&agentId=zebra", "invorto.v1", credential) == 4003, credential
            assert refused(voice + "three&agentId=zebra", headers={"Authorization": "Bearer " + credential}) == 4003
            assert refused(voice + f"three&agentId=zebra&api_key={credential}") == 4003
        assert refused(voice + "three&agentId=zebra") == 4003
        assert h.rows("select count(*) from voice_call_records where id in ('two', 'three')") == [["0"]]


def test_a_ticket_is_good_once_and_for_what_it_says():
    with House(env={**OPEN, "SOCKET_TICKET_TTL": "5"}, agents={"zebra": AGENT}) as h:
        mine, theirs = h.key("A"), h.key("B")

        def ticket(key, **body):
            status, _, answer = h.api("POST", "/v1/realtime/tickets", body, key)
            assert status == 201, answer
            return answer["url"].partition("/realtime")[2]

        path = ticket(mine, callId="one", agentId="zebra")
        ws = opened(h.url + "/realtime" + path)
        assert refused(h.url + "/realtime" + path) == 4003
        ws.close()
        # B's ticket may name A's call and A's agent; it opens neither.
        assert refused(h.url + "/realtime" + ticket(theirs, callId="one", agentId="zebra")) == 4004
        # The address is not what decides.
        assert refused(h.url + "/realtime" + ticket(theirs, callId="mine", agentId="zebra").replace("mine", "one")) == 4004
        late = ticket(mine, callId="late", agentId="zebra")
        time.sleep(5.5)
        assert refused(h.url + "/realtime" + late) == 4003
        assert h.rows("select tenant_id, id from voice_call_records") == [["A", "one"]]


def test_a_key_opens_three_sockets_a_second():
    with House(agents={"zebra": AGENT}) as h:
        keys = [h.key("A"), h.key("A")]
        codes = {k: [] for k in keys}
        for round_ in range(10):  # until all are within one second, as the limit counts them
            time.sleep(1.2)
            began = time.time()
            sockets = [(k, WebSocket(f"{h.url}/realtime/voice?callId=c{round_}{i}{k[-4:]}&agentId=zebra", ("invorto.v1", k)))
                       for i in range(6) for k in keys]
            if time.time() - began < 0.9:
                break
        for k, ws in sockets:
            try:
                while ws.recv(10).get("t") != "connected":
                    pass
                codes[k].append(101)
            except Closed as c:
                codes[k].append(c.code)
        for k in keys:
            assert sorted(codes[k]) == [101] * 3 + [4009] * 3, codes
