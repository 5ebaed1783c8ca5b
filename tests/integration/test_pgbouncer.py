"""The daemon with its pools through Debian's PgBouncer."""
import os
import shutil
import subprocess
import tempfile
import time
from urllib.parse import unquote

from house import House
from stack import wait_until
from test_faults import LOAD, agent


class Bouncer:
    """A PgBouncer of the test's own, in front of the test's server."""

    def __init__(self, owner_url, mode):
        self.dir = tempfile.mkdtemp(prefix="invorto-pgb-")
        os.chmod(self.dir, 0o777)
        at = unquote(owner_url.partition("host=")[2].partition("&")[0])
        port = owner_url.partition("port=")[2].partition("&")[0] or "5432"
        with open(self.dir + "/ini", "w", encoding="utf-8") as f:
            f.write(f"[databases]\n* = host={at} port={port}\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = {self.dir}\nlisten_port = 6432\n"
                    f"auth_type = trust\nauth_file = {self.dir}/users\npool_mode = {mode}\nignore_startup_parameters = options,extra_float_digits\ndefault_pool_size = 20\n"
                    f"logfile = {self.dir}/log\npidfile = {self.dir}/pid\n")
        with open(self.dir + "/users", "w", encoding="utf-8") as f:
            f.write('"invorto_app" ""\n"invorto_worker" ""\n')
        self.process = subprocess.Popen(["runuser", "-u", "postgres", "--", "pgbouncer", self.dir + "/ini"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: os.path.exists(self.dir + "/.s.PGSQL.6432"), 10, "PgBouncer")

    def url(self, role, database):
        return f"postgresql://{role}@/{database}?host={self.dir}&port=6432"

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.dir, ignore_errors=True)


def test_sessions_through_debians_pgbouncer_carry_calls_and_the_api():
    if not shutil.which("pgbouncer"):
        print("  pgbouncer is not installed: not tried")
        return
    h = House(agents={"a": agent()}, lab_args=LOAD)
    bouncer = Bouncer(h.db.server.owner_url, "session")
    try:
        for role, name in (("invorto_app", "DATABASE_URL"), ("invorto_worker", "DATABASE_WORKER_URL")):
            h.env[name] = bouncer.url(role, h.db.name)
        with h:
            mine = h.key()
            made = h.api("POST", "/v1/agents", {"name": "B", "prompt": "Be brief.", "disclosure": "I am an AI."}, mine)
            assert made[0] == 201 and h.api("GET", "/v1/agents/" + made[2]["id"], key=mine)[0] == 200, made
            began = time.monotonic()
            h.books(h.call("--leg", "twilio", "--agent", "a", "--say", "text:hello")["call_id"])
            wait_until(lambda: h.rows("select summary is not null from voice_call_records") == [["t"]], 20, "the review, by notification")
            assert time.monotonic() - began < 25
            assert h.api("GET", "/v1/agents/" + made[2]["id"], key=h.key("B"))[0] == 404
            assert "pooled_by_transaction" not in h.log()
    finally:
        bouncer.close()


def test_a_pooler_that_hands_sessions_around_is_named_at_the_start():
    if not shutil.which("pgbouncer"):
        print("  pgbouncer is not installed: not tried")
        return
    h = House(lab=False)
    bouncer = Bouncer(h.db.server.owner_url, "transaction")
    try:
        h.env["DATABASE_URL"] = bouncer.url("invorto_app", h.db.name)
        with h:
            assert h.log().count("pg.pooled_by_transaction") == 1 and "pool_mode = session" in h.log(), h.log()[-2000:]
    finally:
        bouncer.close()
