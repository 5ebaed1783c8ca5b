"""Who may: keys, people, sign-ins, tickets, limits. Every route against every role and tenant: test_isolation.py."""
import json
import re
import socket
import subprocess
import threading
import time

from house import House
from stack import DAEMON, ROOT, free_port, get, wait_until
from test_door import QUIET
from ws import Closed, WebSocket

PASSWORD = "correct horse battery"


def bare(**env):
    return House(lab=False, env={"API_RATE_PER_MINUTE": "10000", "AUTH_FAILURES_PER_MINUTE": "100000", **env})


def member(house, tenant, email, role="admin", *more):
    with open(house.dir + "/password", "w", encoding="utf-8") as f:
        f.write(PASSWORD + "\n")
    p = subprocess.run([DAEMON, "members", "add", "--tenant", tenant, "--email", email, "--role", role, "--password-file",
                        house.dir + "/password", *more], env=house.env, capture_output=True, text=True, timeout=30, check=False)
    assert p.returncode == 0, p.stderr
    return re.search(r"INVORTO_USER_ID=(\S+)", p.stdout).group(1)


def log_in(house, email, tenant=None, password=PASSWORD):
    return house.api("POST", "/api/auth/login", {"email": email, "password": password, **({"tenantId": tenant} if tenant else {})})


class Second:
    """Another process beside the house's, on the same database and Redis."""

    def __init__(self, house):
        self.house, self.port = house, free_port()

    def __enter__(self):
        env = {**self.house.env, "PORT": str(self.port), "DATA_DIR": self.house.dir + "/second"}
        subprocess.run(["mkdir", "-p", env["DATA_DIR"]], check=True)
        with open(self.house.dir + "/second.log", "ab") as log:
            self.process = subprocess.Popen([DAEMON, "serve"], env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        wait_until(lambda: get(f"http://127.0.0.1:{self.port}/livez")[0] == 200, 20, "the second daemon")
        return self

    def __exit__(self, *exc):
        self.process.terminate()
        assert self.process.wait(20) == 0

    def api(self, *args, **kw):
        port, self.house.port = self.house.port, self.port
        try:
            return self.house.api(*args, **kw)
        finally:
            self.house.port = port


# ── keys


def test_a_key_is_shown_once_works_at_once_rotates_and_ends_everywhere_at_once():
    with bare() as h, Second(h) as other:
        admin = h.key("A")
        status, _, made = h.api("POST", "/v1/api-keys", {"name": "ci", "role": "dev", "scopes": ["agents:read"]}, admin)
        assert status == 201 and re.fullmatch(r"iv_live_\w{38}", made["key"]) and made["prefix"] == made["key"][:12]
        assert h.api("GET", "/v1/agents", key=made["key"])[0] == 200
        assert h.api("POST", "/v1/agents", {"name": "x", "prompt": "x"}, made["key"])[0] == 403
        shown = h.api("GET", "/v1/api-keys/" + made["id"], key=admin)[2]
        assert "key" not in shown and made["key"] not in json.dumps(h.api("GET", "/v1/api-keys", key=admin)[2])
        assert made["key"] not in str(h.rows("select t::text from api_keys t"))
        status, _, second = h.api("POST", f"/v1/api-keys/{made['id']}/rotate", {"graceSeconds": 600}, admin)
        assert status == 201 and second["scopes"] == ["agents:read"] and second["key"] != made["key"]
        for key in (made["key"], second["key"]):  # two live keys
            assert h.api("GET", "/v1/agents", key=key)[0] == 200
            assert other.api("GET", "/v1/agents", key=key)[0] == 200  # and remembered there
        assert h.api("DELETE", "/v1/api-keys/" + second["id"], key=admin)[0] == 204
        wait_until(lambda: other.api("GET", "/v1/agents", key=second["key"])[0] == 401, 2, "the other process to hear of it")
        assert h.api("GET", "/v1/agents", key=second["key"])[0] == 401
        assert h.api("POST", f"/v1/api-keys/{second['id']}/rotate", {}, admin)[0] == 409
        # A key that is held to scopes makes none that may more.
        held = h.api("POST", "/v1/api-keys", {"name": "held", "role": "admin", "scopes": ["api-keys:*"]}, admin)[2]["key"]
        status, _, body = h.api("POST", "/v1/api-keys", {"name": "more", "role": "admin", "scopes": ["calls:write"]}, held)
        assert status == 400 and body["errors"][0]["pointer"] == "/scopes/0", body
        assert h.api("POST", "/v1/api-keys", {"name": "all", "role": "admin"}, held)[0] == 400
        audit = {row[0] for row in h.rows("select action from audit_log")}
        assert {"createApiKey", "rotateApiKey", "revokeApiKey"} <= audit, audit
        wait_until(lambda: h.rows("select count(*) from api_keys where last_used_at is not null")[0][0] != "0", 5, "last use")


def test_pages_of_keys_are_whole_and_in_order():
    with bare() as h:
        admin = h.key("A")
        for n in range(7):
            assert h.api("POST", "/v1/api-keys", {"name": f"k{n}", "role": "dev"}, admin)[0] == 201
        names, cursor = [], ""
        while True:
            status, _, page = h.api("GET", "/v1/api-keys?limit=3" + (f"&cursor={cursor}" if cursor else ""), key=admin)
            assert status == 200 and len(page["data"]) <= 3
            names += [k["name"] for k in page["data"]]
            if not page["hasMore"]:
                break
            cursor = page["nextCursor"]
        assert names == [f"k{n}" for n in reversed(range(7))] + ["test"], names
        status, _, body = h.api("GET", "/v1/api-keys?cursor=AAAA&limit=0", key=admin)
        assert status == 400 and {e["parameter"] for e in body["errors"]} == {"limit"}, body
        status, _, body = h.api("GET", "/v1/api-keys?cursor=AAAA", key=admin)
        assert status == 400 and body["errors"][0]["parameter"] == "cursor"


# ── once


def test_fifty_requests_with_one_key_make_one_agent():
    with bare() as h, Second(h) as other:
        admin, answers = h.key("A"), []

        def ask(n):
            answers.append((other if n % 2 else h).api("POST", "/v1/agents", {"name": "Once", "prompt": "x"}, admin, {"Idempotency-Key": "race"}))

        # Second.api borrows the house's port: one thread for each process's half.
        halves = [threading.Thread(target=lambda k=k: [ask(n) for n in range(k, 50, 2)]) for k in (0,)]
        more = [threading.Thread(target=raw_post, args=(port, admin, answers)) for port in [h.port, other.port] * 12]
        for t in halves + more:
            t.start()
        for t in halves + more:
            t.join()
        made = [a for a in answers if a[0] == 201]
        assert len({a[2]["id"] for a in made}) == 1
        assert sum(a[1].get("idempotency-replayed") != "true" for a in made) == 1
        assert all(a[0] in (201, 409) for a in answers), [a[0] for a in answers]
        assert h.rows("select count(*) from voice_agents where name = 'Once'") == [["1"]]
        status, _, body = h.api("POST", "/v1/agents", {"name": "Other", "prompt": "x"}, admin, {"Idempotency-Key": "race"})
        assert status == 422 and body["code"] == "unprocessable"
        # B's key of that name is another one.
        assert h.api("POST", "/v1/agents", {"name": "Once", "prompt": "x"}, h.key("B"), {"Idempotency-Key": "race"})[0] == 201


def raw_post(port, key, answers):
    body = json.dumps({"name": "Once", "prompt": "x"}).encode()
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(b"POST /v1/agents HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nIdempotency-Key: race\r\n"
                  + f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        data = b""
        while chunk := s.recv(65536):
            data += chunk
    head, _, text = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    answers.append((int(lines[0].split()[1]), {k.lower(): v for k, v in (x.split(": ", 1) for x in lines[1:])}, json.loads(text)))


# ── people


def test_signing_in_renewing_and_signing_out():
    with bare() as h:
        member(h, "A", "asha@example.com"), member(h, "B", "asha@example.com", "analyst")
        status, _, me = log_in(h, "Asha@Example.com")
        assert status == 200 and me["tenantId"] == "A" and {t["id"] for t in me["tenants"]} == {"A", "B"}
        assert h.api("GET", "/api/auth/verify", key=me["token"])[2]["role"] == "admin"
        assert h.api("GET", "/v1/me", key=me["token"], headers={"x-tenant-id": "B"})[2]["role"] == "analyst"
        assert h.api("GET", "/v1/api-keys", key=me["token"], headers={"x-tenant-id": "B"})[0] == 403
        assert log_in(h, "asha@example.com", "B")[2]["tenantId"] == "B"
        assert log_in(h, "asha@example.com", "C")[0] == 403
        for wrong in (("asha@example.com", "wrong password!"), ("nobody@example.com", PASSWORD)):
            status, _, body = log_in(h, wrong[0], password=wrong[1])
            assert status == 401 and body["detail"] == "no such person, or not this password"
        renewed = h.api("POST", "/api/auth/refresh", {"refreshToken": me["refreshToken"]})[2]
        assert renewed["refreshToken"] != me["refreshToken"] and h.api("GET", "/v1/me", key=renewed["token"])[0] == 200
        # A refresh token that comes twice is held by two: the sign-in ends.
        assert h.api("POST", "/api/auth/refresh", {"refreshToken": me["refreshToken"]})[0] == 401
        assert h.api("POST", "/api/auth/refresh", {"refreshToken": renewed["refreshToken"]})[0] == 401
        again = log_in(h, "asha@example.com")[2]
        assert h.api("POST", "/api/auth/logout", {"refreshToken": again["refreshToken"]})[0] == 204
        assert h.api("POST", "/api/auth/refresh", {"refreshToken": again["refreshToken"]})[0] == 401
        assert not h.rows("select 1 from user_sessions s where s::text like '%rft_%'")


def test_members_come_change_and_go_at_once():
    with bare() as h:
        admin = h.key("A")
        status, _, ravi = h.api("POST", "/v1/members", {"email": "ravi@example.com", "name": "Ravi", "role": "dev", "password": PASSWORD}, admin)
        assert status == 201 and ravi["role"] == "dev" and "password" not in ravi
        token = log_in(h, "ravi@example.com")[2]["token"]
        assert h.api("GET", "/v1/members", key=token)[0] == 403
        assert h.api("PATCH", "/v1/members/" + ravi["id"], {"role": "admin"}, admin)[2]["role"] == "admin"
        wait_until(lambda: h.api("GET", "/v1/members", key=token)[0] == 200, 2, "the new role")
        # Ravi is the only admin among the people: he stays one.
        status, _, body = h.api("DELETE", "/v1/members/" + ravi["id"], key=admin)
        assert status == 409 and "last admin" in body["detail"]
        assert h.api("PATCH", "/v1/members/" + ravi["id"], {"role": "dev"}, admin)[0] == 409
        member(h, "A", "asha@example.com")
        assert h.api("DELETE", "/v1/members/" + ravi["id"], key=admin)[0] == 204
        wait_until(lambda: h.api("GET", "/v1/me", key=token)[0] == 403, 2, "Ravi to be gone")
        assert h.api("GET", "/v1/members/" + ravi["id"], key=admin)[0] == 404
        h.rows("update users set disabled_at = now() where email = 'asha@example.com'")
        assert log_in(h, "asha@example.com")[0] == 403


def test_a_platform_admin_speaks_for_any_tenant_with_a_token_from_the_command_line():
    with bare() as h:
        user = member(h, "A", "root@example.com", "analyst", "--platform")

        def token(*more):
            p = subprocess.run([DAEMON, "tokens", "create", "--user", user, *more], env=h.env, capture_output=True, text=True, timeout=30, check=False)
            assert p.returncode == 0, p.stderr
            return re.search(r"INVORTO_JWT=(\S+)", p.stdout).group(1)

        root = token("--seconds", "60")
        assert h.api("GET", "/v1/me", key=root)[2]["role"] == "platform"
        for tenant in ("A", "B"):
            status, _, body = h.api("GET", "/v1/tenant", key=root, headers={"x-tenant-id": tenant})
            assert status == 200 and body["id"] == tenant
        assert h.api("GET", "/v1/tenant", key=token("--tenant", "B"))[2]["id"] == "B"
        assert h.api("GET", "/v1/tenant", key=root, headers={"x-tenant-id": "nobody"})[0] == 404
        assert h.api("POST", "/api/auth/keys/purge", key=root)[0] == 204
        wait_until(lambda: "auth.keys_purged" in h.log(), 3, "the news")
        h.rows("update users set platform_admin = false")
        wait_until(lambda: h.api("GET", "/v1/tenant", key=root, headers={"x-tenant-id": "B"})[0] == 403, 2, "the end of it")


def test_wrong_passwords_make_their_address_wait():
    with bare(AUTH_FAILURES_PER_MINUTE="5") as h:
        member(h, "A", "asha@example.com")
        assert [log_in(h, "asha@example.com", password="wrong password!")[0] for _ in range(5)] == [401] * 5
        status, headers, body = log_in(h, "asha@example.com")
        assert status == 429 and body["code"] == "rate_limited" and 1 <= int(headers["retry-after"]) <= 60


# ── the tenant's own rules


def test_the_tenants_rules_hold_at_once():
    with bare() as h:
        admin, reader = h.key("A"), h.key("A", "analyst")
        status, _, t = h.api("PATCH", "/v1/tenant", {"name": "New", "retention": {"callDays": 9}, "timezone": "Asia/Kolkata"}, admin)
        assert status == 200 and t["name"] == "New" and t["retention"] == {"recordingDays": 0, "transcriptDays": 0, "callDays": 9}
        t = h.api("PATCH", "/v1/tenant", {"retention": {"recordingDays": 3}, "timezone": "UTC"}, admin)[2]
        assert t["retention"] == {"recordingDays": 3, "transcriptDays": 0, "callDays": 9} and t["name"] == "New"
        t = h.api("PATCH", "/v1/tenant", {"retention": {"callDays": 0}}, admin)[2]  # back to the installation's
        assert h.rows("select settings -> 'retention' from tenants where id = 'A'") == [['{"recording_days": 3}']] and t["retention"]["callDays"] == 0
        for patch, pointer in (({"timezone": "Mars/Base"}, "/timezone"), ({"ipAllowList": ["10.0.0.1/8"]}, "/ipAllowList/0"),
                               ({"ipAllowList": ["10.0.0.0/8"]}, "/ipAllowList"), ({"id": "x"}, "/id"), ({"retention": {"callDays": -1}}, "/retention/callDays")):
            status, _, body = h.api("PATCH", "/v1/tenant", patch, admin)
            assert status == 400 and pointer in [e["pointer"] for e in body["errors"]], (patch, body)
        t = h.api("GET", "/v1/tenant", key=admin)[2]
        assert t["consentRequired"] is True and t["optimizerMode"] == "enforce" and t.get("callingHours") is None, t
        assert t["redaction"] == {"enabled": True}, t  # said by nobody: the installation's, which is on
        assert h.api("PATCH", "/v1/tenant", {"redaction": {"enabled": False}}, admin)[2]["redaction"] == {"enabled": False}
        hours = {"windows": [{"start": "10:00", "end": "18:00"}], "days": [1, 2, 3, 4, 5]}
        t = h.api("PATCH", "/v1/tenant", {"consentRequired": False, "optimizerMode": "shadow", "callingHours": hours}, admin)[2]
        assert t["consentRequired"] is False and t["optimizerMode"] == "shadow" and t["callingHours"] == hours, t
        assert h.rows("select optimizer_mode('A'), settings ->> 'consent_required', calling_schedule('A', '{}') #>> '{limits,0,days}' "
                      "from tenants where id = 'A'") == [["shadow", "false", "[1, 2, 3, 4, 5]"]]
        t = h.api("PATCH", "/v1/tenant", {"consentRequired": True, "optimizerMode": "enforce", "callingHours": None}, admin)[2]
        assert t["consentRequired"] is True and t.get("callingHours") is None, t
        for patch, pointer in (({"optimizerMode": "maybe"}, "/optimizerMode"), ({"callingHours": {"days": [8]}}, "/callingHours"),
                               ({"callingHours": {"windows": [{"start": "25:00", "end": "26:00"}]}}, "/callingHours"),
                               ({"consentRequired": "no"}, "/consentRequired")):
            status, _, body = h.api("PATCH", "/v1/tenant", patch, admin)
            assert status == 400 and pointer in [e["pointer"] for e in body["errors"]], (patch, body)
        assert h.api("GET", "/v1/me", key=reader)[2]["ratePerMinute"] == 10000
        h.api("PATCH", "/v1/tenant", {"ratePerMinute": 2}, admin)
        wait_until(lambda: h.api("GET", "/v1/me", key=reader)[0] == 429, 5, "the new limit")
        h.rows("update tenants set settings = '{\"ip_allow\": [\"10.0.0.0/8\"]}' where id = 'A'")
        wait_until(lambda: h.api("GET", "/v1/me", key=admin)[0] == 403, 2, "the list of addresses")
        h.rows("update tenants set settings = '{}', status = 'suspended' where id = 'A'")
        wait_until(lambda: "suspended" in h.api("GET", "/v1/me", key=admin)[2].get("detail", ""), 2, "the suspension")


# ── limits


def test_a_limit_is_kept_by_all_processes_together():
    with bare(API_RATE_PER_MINUTE="6") as h, Second(h) as other:
        key, seen = h.key("A"), []
        for n in range(8):
            seen.append((other if n % 2 else h).api("GET", "/v1/me", key=key))
        assert [s[0] for s in seen] == [200] * 6 + [429] * 2, [s[0] for s in seen]
        assert seen[0][1]["ratelimit-policy"] == '"default";q=6;w=60' and re.fullmatch(r'"default";r=5;t=\d+', seen[0][1]["ratelimit"])
        assert int(seen[7][1]["retry-after"]) >= 1 and seen[7][2]["code"] == "rate_limited"
        assert h.api("GET", "/v1/me", key=h.key("A"))[0] == 200  # another key has its own


# ── without the database


def test_without_postgres_answers_say_so_and_come_back():
    with bare() as h:
        admin = h.key("A")
        assert h.api("GET", "/v1/tenant", key=admin)[0] == 200
        name = h.db.name
        h.db.server.admin(f"alter database {name} allow_connections false")
        h.db.server.admin(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        status, headers, body = wait_until(lambda: (a := h.api("GET", "/v1/tenant", key=admin))[0] == 503 and a, 10, "503")
        assert body["code"] == "service_unavailable" and int(headers["retry-after"]) >= 1
        status, _, body = h.api("GET", "/health/detailed")
        assert status == 200 and body["ok"] is False and body["database"] == "unreachable"
        assert get(h.http("/health"))[0] == 200
        h.db.server.admin(f"alter database {name} allow_connections true")
        wait_until(lambda: h.api("GET", "/v1/tenant", key=admin)[0] == 200, 15, "Postgres to be used again")
        assert h.api("GET", "/health/detailed")[2]["ok"] is True


# ── sockets


def test_a_ticket_opens_one_socket_of_its_tenant():
    with House(lab=False, agents={"quiet": QUIET}) as h:
        dev = h.key("A", "dev")
        wait_until(lambda: h.api("GET", "/health/detailed")[2]["ok"], 5, "Redis")  # before, a ticket is this process's alone
        status, _, t = h.api("POST", "/v1/realtime/tickets", {"agentId": "quiet"}, dev)
        assert status == 201 and f"callId={t['callId']}" in t["url"] and t["ticket"].startswith("wst_")
        assert h.api("POST", "/v1/realtime/tickets", {"agentId": "quiet"}, h.key("A", "analyst"))[0] == 403
        path = t["url"][t["url"].index("/realtime"):]
        ws = WebSocket(h.url + path)
        ws.until("connected")
        try:
            WebSocket(h.url + path).until("connected")
            raise AssertionError("a ticket was good twice")
        except Closed as e:
            assert e.code == 4003, e.code
        ws.close()
        assert t["ticket"] not in h.log()


def test_the_documents_are_served_with_their_hash():
    with bare() as h:
        for path in ("/openapi.json", "/asyncapi.json"):
            status, headers, body = h.api("GET", path)
            assert status == 200 and headers["access-control-allow-origin"] == "*" and ("openapi" in body or "asyncapi" in body)
            assert h.api("GET", path, headers={"If-None-Match": headers["etag"]})[0] == 304
            assert h.api("GET", path, headers={"If-None-Match": '"other"'})[0] == 200
        assert h.api("GET", "/docs/api")[0] == 200 and h.api("GET", "/docs/api.js")[0] == 200
        started = time.monotonic()
        status, headers, body = h.api("GET", "/v1/nothing", headers={"X-Request-Id": "mine"})
        assert status == 404 and headers["x-request-id"] == body["requestId"] == "mine" and time.monotonic() - started < 5
        text = get(h.http("/metrics"))[1]
        assert 'invorto_http_route_requests_total{method="GET",route="/health/detailed"' not in text
        h.api("GET", "/health/detailed")
        assert 'invorto_http_route_requests_total{method="GET",route="/health/detailed",class="2xx"} 1' in get(h.http("/metrics"))[1]
