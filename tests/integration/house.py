"""The whole house: the daemon with a database of its own, a Redis of its own, and the lab. Tenants A and B are there;
agents are A's, by the names of their files and of those that are given."""
import json
import os
import signal
import subprocess
import tempfile

from database import SERVICES, Database, quoted
from stack import DAEMON, ROOT, Stack


class House(Stack):
    def __init__(self, env=None, agents=None, like="tenants", **more):
        self.db = Database(like)
        self.redis_dir = tempfile.mkdtemp(prefix="invorto-redis-")
        self.redis_url = self.services('start_redis "$1" >&2; printf "%s" "$REDIS_URL"', self.redis_dir)
        super().__init__(env={**self.db.urls(), "REDIS_URL": self.redis_url, "REALTIME_TENANT_ID": "A",
                              "JWT_SECRET": "integration-jwt-secret-0123456789abcdef", "EGRESS_ALLOW": "127.0.0.0/8", **(env or {})},
                         agents=agents, **more)
        self.binary = DAEMON
        for name in sorted(os.listdir(self.env["AGENTS_DIR"])):
            with open(os.path.join(self.env["AGENTS_DIR"], name), encoding="utf-8") as f:
                self.add_agent("A", name.removesuffix(".json"), json.load(f))

    def services(self, script, *args):
        p = subprocess.run(["bash", "-c", SERVICES + script, "bash", *args], capture_output=True, text=True, timeout=60, check=False)
        assert p.returncode == 0, p.stderr
        return p.stdout

    def add_agent(self, tenant, name, config):
        text = quoted(json.dumps(config))
        self.db.admin(f"insert into voice_agents (tenant_id, id, name, config) values ('{tenant}', '{name}', "
                      f"coalesce({text}::jsonb ->> 'name', '{name}'), {text}::jsonb)")

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
            self.services('stop_services "$1"', self.redis_dir)


__all__ = ["House", "ROOT"]
