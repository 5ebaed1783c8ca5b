"""The webhook dispatcher alone (tests/drivers/webhooks) on a database of its own."""
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time

from database import Database
from receiver import HOST
from stack import BUILD, wait_until

DRIVER = os.path.join(BUILD, "tests/drivers/webhooks")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="


class Hooks:
    """Processes that dispatch; `env` adds settings."""

    def __init__(self, **env):
        self.db = Database("tenants")
        self.dir = tempfile.mkdtemp(prefix="invorto-hooks-")
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("WEBHOOK_", "DATABASE_"))}
        self.env = {**clean, "DATABASE_WORKER_URL": self.db.url("invorto_worker"), "EGRESS_ALLOW": HOST, "LOG_LEVEL": "debug",
                    **{k: str(v) for k, v in env.items()}}
        self.running, self.number = [], 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for p in self.running:
            p.kill()
            p.wait()
        log = self.log()
        if exc[0] is None:
            assert "runtime error" not in log and "Sanitizer" not in log, log[-3000:]
            assert SECRET not in log, "a secret is in the log"
            shutil.rmtree(self.dir)

    def log(self):
        text = ""
        for name in sorted(os.listdir(self.dir)):
            with open(os.path.join(self.dir, name), encoding="utf-8", errors="replace") as f:
                text += f.read()
        return text

    def start(self, wrapper=(), **env):
        self.number += 1
        with open(os.path.join(self.dir, f"{self.number}.log"), "ab") as log:
            p = subprocess.Popen([*wrapper, DRIVER, "dispatch"], env={**self.env, **{k: str(v) for k, v in env.items()}},
                                 stdout=subprocess.PIPE, stderr=log)
        self.running.append(p)
        assert p.stdout.readline() == b"ready\n", self.log()[-3000:]
        return p

    def kill(self, p):
        p.kill()
        p.wait()
        self.running.remove(p)

    def stop(self, p, seconds=20):
        p.send_signal(signal.SIGTERM)
        code = p.wait(seconds)
        self.running.remove(p)
        assert code == 0, self.log()[-3000:]

    def endpoint(self, url, tenant="A", name=None, events="{*}", **columns):
        name = name or f"whe_{random.getrandbits(60)}"
        columns = {"id": name, "tenant_id": tenant, "url": url, "secret": SECRET, "events": events, **columns}
        values = ", ".join("null" if v is None else f"$q${v}$q$" for v in columns.values())
        self.db.admin(f"insert into webhook_endpoints ({', '.join(columns)}) values ({values})")
        return name

    def emit(self, dedup, tenant="A", type_="call.ended", payload=None, call="call_1"):
        """One event, as whoever causes it writes it."""
        text = json.dumps(payload or {"type": type_, "callId": call, "n": dedup})
        return self.db.sql(f"select event_id from enqueue_event('{tenant}', '{type_}', '{call}', '{dedup}', $q${text}$q$);",
                           tenant=tenant)[-1][0]

    def emit_many(self, count, tenant="A", prefix="e"):
        """In one transaction."""
        self.db.sql(f"""select count(*) from generate_series(1, {count}) i, lateral enqueue_event('{tenant}', 'call.ended',
            'call_' || i, '{prefix}' || i, '{{"type":"call.ended","n":' || i || '}}') e""", tenant=tenant)

    def rows(self, what, where="true"):
        return self.db.admin(f"select {what} from webhook_outbox where {where} order by created_at, id")

    def count(self, where):
        return int(self.db.admin(f"select count(*) from webhook_outbox where {where}")[0][0])

    def until(self, where, count, seconds=20):
        """So many rows of the outbox are as `where` says."""
        end = time.monotonic() + seconds
        while (n := self.count(where)) != count:
            assert time.monotonic() < end, f"{n} of {count} are {where} after {seconds} s:\n{self.log()[-2000:]}"
            time.sleep(0.05)

    def settled(self, seconds=20):
        wait_until(lambda: self.count("state in ('pending', 'sending')") == 0, seconds, "everything delivered or dead")
