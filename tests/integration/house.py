"""The whole house: the daemon with a database of its own, a Redis of its own, and the lab. Tenants A and B are there;
agents are A's, by the names of their files and of those that are given."""
import hashlib
import json
import os
import secrets
import signal
import string
import urllib.error
import urllib.request
import zlib

from database import Database, quoted
from redis_server import RedisServer
from stack import DAEMON, ROOT, Stack

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


class House(Stack):
    def __init__(self, env=None, agents=None, like="tenants", server=None, **more):
        self.db = Database(like, server)
        self.redis = RedisServer()
        self.redis_url = self.redis.url
        super().__init__(env={**self.db.urls(), "REDIS_URL": self.redis_url, "REALTIME_TENANT_ID": "A",
                              "JWT_SECRET": "integration-jwt-secret-0123456789abcdef", "EGRESS_ALLOW": "127.0.0.0/8", **(env or {})},
                         agents=agents, **more)
        self.binary = DAEMON
        for name in sorted(os.listdir(self.env["AGENTS_DIR"])):
            with open(os.path.join(self.env["AGENTS_DIR"], name), encoding="utf-8") as f:
                self.add_agent("A", name.removesuffix(".json"), json.load(f))

    def add_agent(self, tenant, name, config):
        text = quoted(json.dumps(config))
        self.db.admin(f"insert into voice_agents (tenant_id, id, name, config) values ('{tenant}', '{name}', "
                      f"coalesce({text}::jsonb ->> 'name', '{name}'), {text}::jsonb)")

    def key(self, tenant="A", role="admin", live=True, **columns):
        """An API key of a tenant, in the books."""
        body = ("iv_live_" if live else "iv_test_") + "".join(secrets.choice(BASE62) for _ in range(32))
        n, check = zlib.crc32(body.encode()), ""
        for _ in range(6):
            n, digit = divmod(n, 62)
            check = BASE62[digit] + check
        key = body + check
        more = "".join(f", {k}" for k in columns)
        values = "".join(f", {v}" for v in columns.values())
        self.db.admin(f"insert into api_keys (tenant_id, name, prefix, key_hash, role, live{more}) values ('{tenant}', 'test', '{key[:12]}', "
                      f"'{hashlib.sha256(key.encode()).hexdigest()}', '{role}', {str(live).lower()}{values})")
        return key

    def api(self, method, path, body=None, key=None, headers=None, timeout=15, base=None):
        """Status, headers (lower case), body (JSON where it is)."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        rq = urllib.request.Request(base + path if base else self.http(path), data=data, method=method,
                                    headers={**({"Content-Type": "application/json"} if data is not None else {}),
                                             **({"Authorization": "Bearer " + key} if key else {}), **(headers or {})})
        try:
            with urllib.request.urlopen(rq, timeout=timeout) as r:
                status, head, text = r.status, r.headers, r.read().decode()
        except urllib.error.HTTPError as e:
            status, head, text = e.code, e.headers, e.read().decode()
        try:
            text = json.loads(text)
        except ValueError:
            pass
        return status, {k.lower(): v for k, v in head.items()}, text

    def rows(self, script):
        return self.db.admin(script)

    def books(self, call_id, seconds=20):
        """The record of a call, once it is closed."""
        from stack import wait_until
        columns = "status, end_reason, carrier, direction, duration_seconds, cost_inr, journal_path, agent ->> 'name'"
        got = wait_until(lambda: self.rows(f"select {columns} from voice_call_records where id = {quoted(call_id)} and closed_at is not null"),
                         seconds, f"the record of {call_id}")[0]
        return dict(zip(("status", "reason", "carrier", "direction", "seconds", "cost", "journal", "agent"), got))

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()
        self.daemon = None

    def __exit__(self, *exc):
        try:
            super().__exit__(*exc)
        finally:
            self.redis.stop()


__all__ = ["House", "ROOT"]
