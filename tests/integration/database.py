"""A private PostgreSQL for the tests, and a fresh database with the schema for each that asks. Talks through psql."""
import atexit
import contextlib
import glob
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import weakref
from urllib.parse import unquote

from stack import DAEMON, ROOT

SERVICES = f". {ROOT}/scripts/common.sh; . {ROOT}/scripts/services.sh; "
URLS = {"invorto_admin": "DATABASE_OWNER_URL", "invorto_app": "DATABASE_URL", "invorto_worker": "DATABASE_WORKER_URL"}
# Debian's psql is a script that looks for this one, at ten times its cost; tests ask thousands of times.
PSQL = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"), reverse=True)), "psql")
_lock, _numbers, _cluster, _bouncer = threading.Lock(), itertools.count(1), None, None


LOST = "08006"  # the connection, whatever it was that ended it


class SqlError(Exception):
    def __init__(self, state, message):
        super().__init__(f"{state} {message}")
        self.state = state


def command(url):
    return [PSQL, "-X", "-q", "-At", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", url]


def error_of(said):
    state, _, message = (said.rpartition("ERROR:  ")[2] or said).partition(": ")
    return SqlError(state if "ERROR:  " in said else LOST, message.split("\n")[0])


def run_psql(url, script):
    """Every row it answers, as a list of strings; an error is raised with its SQLSTATE."""
    p = subprocess.run(command(url), input=script, capture_output=True, text=True, timeout=120, check=False)
    if p.returncode:
        raise error_of(p.stderr)
    return [line.split("\x1f") for line in p.stdout.splitlines()]


class Session:
    """One psql and one backend for thousands of questions; the first error ends it."""
    END = "\x1e"

    def __init__(self, url):
        self.errors, self.asked = tempfile.TemporaryFile("w+", errors="replace"), 0
        self.p = subprocess.Popen(command(url), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def ask(self, script):
        """As run_psql; what it sets stays set."""
        self.asked += 1
        late = threading.Timer(120, self.p.kill)
        late.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                self.p.stdin.write(f"{script}\n;\n\\echo {self.END}\n")
                self.p.stdin.flush()
            rows = []
            for line in self.p.stdout:
                if line == self.END + "\n":
                    return rows
                rows.append(line.rstrip("\n").split("\x1f"))
        finally:
            late.cancel()
        self.close()
        self.errors.seek(0)
        raise error_of(self.errors.read())

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.p.stdin.close()
        self.p.wait()
        self.p.stdout.close()


class Sessions:
    """Sessions with a database that wait for the next question. One that is long is asked in a psql of its own: it would
    write while nobody reads."""
    LONG = 30000
    AGAIN = "\nabort; discard all"  # what a question left

    def __init__(self):
        self.idle = {}

    def ask(self, url, script):
        if len(script) > self.LONG:
            return run_psql(url, script)
        with _lock:
            waiting = self.idle.setdefault(url, [])
            session = waiting.pop() if waiting else None
        try:
            session = session or Session(url)
            rows = session.ask(f"{script}\n;{self.AGAIN}")
        except SqlError as e:
            if e.state != LOST or session.asked == 1:
                raise
            session = Session(url)  # somebody ended it while it waited
            rows = session.ask(f"{script}\n;{self.AGAIN}")
        with _lock:
            waiting.append(session)
        return rows

    def close(self):
        for session in itertools.chain.from_iterable(self.idle.values()):
            session.close()


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class Cluster:
    """One server for all tests of this run: a database costs a copy of a directory. Who kills servers makes his own."""

    def __init__(self, *settings):
        self.settings = settings or ("fsync=off", "full_page_writes=off", "max_connections=200", "autovacuum=off")
        self.dir = tempfile.mkdtemp(prefix="invorto-pg-")
        atexit.register(self.stop)
        self.owner_url, self.templates = self.start(), {}

    def start(self):
        out = subprocess.run(["bash", "-c", SERVICES + 'start_postgres "$@"; printf "%s" "$DATABASE_OWNER_URL"', "bash", self.dir, *self.settings],
                             capture_output=True, text=True, timeout=120, check=False)
        assert out.returncode == 0, out.stderr
        return out.stdout

    def family(self, *roles):
        """Its processes, the oldest first; of these roles: those that serve them."""
        data = os.path.join(unquote(self.owner_url.partition("host=")[2]), "data")
        with open(os.path.join(data, "postmaster.pid"), encoding="utf-8") as f:
            pid = int(f.readline())
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as f:
            children = [int(one) for one in f.read().split()]
        return [one for one in children if self.serves(one) in roles] if roles else [pid, *children]

    @staticmethod
    def serves(pid):
        """Whom: "postgres: ROLE DATABASE [local] idle"."""
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as f:
                return (f.read().split() + ["", ""])[1]
        return ""

    def kill(self):
        """As a machine that loses its power does: nobody is asked."""
        family = self.family()
        for one in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        while any(os.path.exists(f"/proc/{one}") for one in family):
            time.sleep(0.01)

    @contextlib.contextmanager
    def frozen(self, *roles):
        """As a disk that does not answer: everything is there, and nothing moves. Whoever asks this server waits as well. With
        roles: what serves them now stands, and whoever comes later is served."""
        family = self.family(*roles)

        def tell_all(what):
            for one in family:
                with contextlib.suppress(ProcessLookupError):  # who cleans up comes and goes
                    os.kill(one, what)

        tell_all(signal.SIGSTOP)
        try:
            yield
        finally:
            tell_all(signal.SIGCONT)

    def url(self, role, database):
        return self.owner_url.replace("invorto_admin@/invorto?", f"{role}@/{database}?")

    def create(self, name, template=None):
        # Files are copied: block by block through the log is a third of a second of processor for each test.
        run_psql(self.owner_url, f"create database {name}" + (f" template {template} strategy file_copy" if template else ""))

    def admin(self, script):
        return run_psql(self.owner_url, script)

    def stop(self):
        subprocess.run(["bash", "-c", SERVICES + 'stop_services "$1"', "bash", self.dir], check=False, timeout=60)
        shutil.rmtree(self.dir, ignore_errors=True)


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
                    f"max_client_conn = 1000\nserver_idle_timeout = 2\n"
                    f"logfile = {self.dir}/log\npidfile = {self.dir}/pid\n")
        with open(self.dir + "/users", "w", encoding="utf-8") as f:
            f.write('"invorto_app" ""\n"invorto_worker" ""\n')
        self.process = subprocess.Popen(["runuser", "-u", "postgres", "--", "pgbouncer", self.dir + "/ini"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not os.path.exists(self.dir + "/.s.PGSQL.6432"):
            assert time.monotonic() < until, "PgBouncer did not start"
            time.sleep(0.01)

    def url(self, role, database):
        return f"postgresql://{role}@/{database}?host={self.dir}&port=6432"

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.dir, ignore_errors=True)


def cluster():
    global _cluster
    with _lock:
        _cluster = _cluster or Cluster()
        return _cluster


def bouncer():
    global _bouncer
    with _lock:
        if not _bouncer:
            _bouncer = Bouncer(_cluster.owner_url, "session")
            atexit.register(_bouncer.close)
        return _bouncer


def prepare():
    """What nearly every test copies, before many ask at once."""
    server = cluster()
    with _lock:
        _template(server, "filled")


def _template(server, name):
    """Made once, copied by every test; with _lock held, because a template must have no other user."""
    if name and name not in server.templates:
        fill = {"migrated": None, "tenants": "insert into tenants (id, slug, name) values ('A', 'a', 'Tenant A'), ('B', 'b', 'Tenant B')"}
        if name == "filled":
            with open(os.path.join(ROOT, "tests/integration/schema_rows.sql"), encoding="utf-8") as f:
                rows = f.read()
            fill["filled"] = f"\\set t A\n{rows}\\set t B\n{rows}"
        base = {"migrated": None, "tenants": "migrated", "filled": "tenants"}[name]
        below = _template(server, base)
        run_psql(server.owner_url, f"drop database if exists template_{name}")  # of an attempt that failed
        server.create(f"template_{name}", below)
        if name == "migrated":
            p = migrate(server.url("invorto_admin", "template_migrated"))
            assert p.returncode == 0, p.stderr
        else:
            run_psql(server.url("invorto_admin", f"template_{name}"), fill[name])
        server.templates[name] = f"template_{name}"
    return server.templates.get(name)


def migrate(owner_url, *args, **env):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE_")}
    return subprocess.run([DAEMON, "migrate", *args], env={**clean, "DATABASE_OWNER_URL": owner_url, **env},
                          capture_output=True, text=True, timeout=120, check=False)


class Database:
    """`like`: None, empty; "migrated", the schema; "tenants", with tenants A and B; "filled", with a row of each in
    every table."""

    def __init__(self, like="tenants", server=None):
        self.server, self.name = server or cluster(), f"test_{next(_numbers)}"
        with _lock:
            template = _template(self.server, like)
        self.server.create(self.name, template)
        self.sessions = Sessions()
        weakref.finalize(self, self.sessions.close)

    def url(self, role="invorto_app"):
        return self.server.url(role, self.name)

    def urls(self):
        """What a daemon is told; with INVORTO_PGBOUNCER, that its sessions go through one."""
        through = bouncer() if "INVORTO_PGBOUNCER" in os.environ and self.server is _cluster else None
        return {name: through.url(role, self.name) if through and role != "invorto_admin" else self.url(role) for role, name in URLS.items()}

    def ask(self, role, script):
        """In a session that others asked before, unless somebody may kill the server."""
        if self.server is not _cluster:
            return run_psql(self.url(role), script)
        return self.sessions.ask(self.url(role), script)

    def admin(self, script):
        return self.ask("invorto_admin", script)

    def sql(self, script, tenant=None, user=None, role="invorto_app"):
        """In one transaction, as the daemon does; tenant None sets nothing."""
        scope = "".join(f"set local {name} = {quoted(value)};\n" for name, value in
                        (("app.tenant_id", tenant), ("app.user_id", user)) if value is not None)
        return self.ask(role, f"begin;\n{scope}{script}\n;commit;")

    def refused(self, script, *states, **scope):
        """The SQLSTATE must be one of those."""
        try:
            got = self.sql(script, **scope)
        except SqlError as e:
            assert e.state in states, f"{script}: {e}"
            return
        raise AssertionError(f"{script}: expected {' or '.join(states)}, got {got}")
