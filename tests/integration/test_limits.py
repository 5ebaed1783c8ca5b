"""The limits of calls at once: eight processes take, hold and give back slots at random while they are killed and
stopped, and their Redis is restarted, wiped and lied to about the time. And what the API tells of it.

Each process writes what it does, what is true longest first (tests/drivers/slots.c); from that and from samples of Redis:
  - no cap is ever passed, but for calls of processes that Redis had not heard of for a lease, or could not hear of while
    slots settled after a loss (those are `excused`, one by one, by what the logs say)
  - no slot outlives its call by more than a lease
  - no live call is without its slot, but for the moments after a loss
INVORTO_LONG=1 goes on for minutes, and with the settings of production too. INVORTO_SEED=N repeats a run."""
import base64
import collections
import contextlib
import ctypes
import hashlib
import hmac
import json
import mmap
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

from house import House
from stack import BUILD, get, wait_until

DRIVER = os.path.join(BUILD, "tests/drivers/slots")
CLOCK = os.path.join(BUILD, "tests/drivers/clock_shift.so")
CAPS = {"global": 22, "tenant": 20, "agent": 9, "carrier": 11, "campaign": 6}
HELD = ("local t=redis.call('TIME') "
        "return redis.call('ZRANGEBYSCORE','{slots}:all','('..(t[1]*1000+math.floor(t[2]/1000)),'+inf')")


class Redis:
    """A server whose clock can be put forward and back; asked over a socket of our own."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="invorto-limits-")
        self.path = os.path.join(self.dir, "sock")
        with open(os.path.join(self.dir, "shift"), "wb") as f:
            f.write(struct.pack("=q", 0))
        with open(os.path.join(self.dir, "shift"), "r+b") as f:
            self.shift = mmap.mmap(f.fileno(), 8)
        self.clock_ms, self.sock = 0, None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--dir", self.dir, "--save", "", "--appendonly", "yes",
             "--appendfsync", "everysec", "--logfile", os.path.join(self.dir, "log")],
            env={**os.environ, "LD_PRELOAD": CLOCK, "CLOCK_SHIFT": os.path.join(self.dir, "shift")})
        wait_until(lambda: self.try_ask("PING") == "PONG", 20, "redis-server")

    def ask(self, *args):
        if not self.sock:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(20)
            self.sock.connect(self.path)
            self.file = self.sock.makefile("rb")
        self.sock.sendall(b"*%d\r\n" % len(args) + b"".join(b"$%d\r\n%s\r\n" % (len(a), a) for a in (str(x).encode() for x in args)))
        return self.answer()

    def answer(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise OSError("the connection is gone")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"*":
            return [self.answer() for _ in range(int(rest))]
        if kind == b"$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode()
        if kind == b"-":
            raise OSError(rest)
        return int(rest) if kind == b":" else rest

    def try_ask(self, *args):
        try:
            return self.ask(*args)
        except OSError:
            if self.sock:
                self.sock.close()
            self.sock = None
            return None

    def kill(self, forget, cut):
        """As a machine that loses its power: `forget`, with its disk; `cut`: so many bytes had not reached it."""
        self.process.kill()
        self.process.wait()
        files = os.path.join(self.dir, "appendonlydir")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        if forget:
            shutil.rmtree(files, ignore_errors=True)
        for name in os.listdir(files) if cut else ():
            if name.endswith(".incr.aof"):
                path = os.path.join(files, name)
                os.truncate(path, max(0, os.path.getsize(path) - cut))

    def jump(self, ms):
        self.clock_ms += ms
        self.shift[:] = struct.pack("=q", self.clock_ms)

    def end(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


class Member:
    """One of the eight; `ended` is when we began to kill it."""

    def __init__(self, world, name):
        self.name, self.ended, self.stopped_until = name, None, None
        self.log = os.path.join(world.redis.dir, name + ".log")
        self.process = subprocess.Popen([DRIVER, "live", name, str(world.random.randrange(1 << 30)), self.log], env=world.env,
                                        stderr=subprocess.DEVNULL, preexec_fn=die_with_us)

    def kill(self):
        assert self.process.poll() is None, f"{self.name} ended by itself: {self.process.returncode}"
        self.ended = time.monotonic()
        self.process.kill()
        self.process.wait()


def die_with_us():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


Call = collections.namedtuple("Call", "name member begin end scopes")
Loss = collections.namedtuple("Loss", "what begin end")


class World:
    def __init__(self, seed, lease_ms, renew_ms, settle_ms):
        self.random, self.seed = random.Random(seed), seed
        self.lease, self.renew, self.settle = lease_ms / 1000, renew_ms / 1000, settle_ms / 1000
        self.redis = Redis()
        self.redis.ask("HSET", "{slots}:epoch", "since", 0)
        self.env = {**{k: v for k, v in os.environ.items() if not k.startswith(("SLOT", "TELEPHONY", "REDIS"))},
                    "REDIS_URL": "unix://" + self.redis.path, "REDIS_COMMAND_TIMEOUT_MS": "5000", "SLOT_LEASE_MS": str(lease_ms),
                    "SLOT_RENEW_MS": str(renew_ms), "SLOT_SETTLE_MS": str(settle_ms), "SLOTS_WHEN_REDIS_DOWN": "closed",
                    "TELEPHONY_GLOBAL_MAX_CONCURRENCY": str(CAPS["global"]), "MAX_CONCURRENT_CALLS": str(CAPS["tenant"]),
                    "TELEPHONY_PER_AGENT_MAX_CONCURRENCY": str(CAPS["agent"]), "TWILIO_MAX_CONCURRENCY": str(CAPS["carrier"]),
                    "TELEPHONY_PER_CAMPAIGN_MAX_CONCURRENCY": str(CAPS["campaign"]), "LOG_LEVEL": "error"}
        self.everybody, self.losses, self.samples, self.counts = [], [], [], collections.Counter()
        self.members = [self.new_member() for _ in range(8)]
        self.over = False
        self.sampler = threading.Thread(target=self.sample)

    def new_member(self):
        self.everybody.append(Member(self, f"p{len(self.everybody)}"))
        return self.everybody[-1]

    def sample(self):
        eyes = Redis.__new__(Redis)
        eyes.path, eyes.sock = self.redis.path, None
        while not self.over:
            before = time.monotonic()
            held = eyes.try_ask("EVAL", HELD, 0)
            if held is not None:
                self.samples.append((before, time.monotonic(), {m.partition("/")[2] for m in held}))
            time.sleep(0.1)

    # ── what befalls them

    def running(self):
        return self.random.choice([m for m in self.members if not m.stopped_until])

    def kill(self):
        m = self.running()
        m.kill()
        self.members[self.members.index(m)] = self.new_member()

    def stop(self, seconds):
        m = self.running()
        os.kill(m.process.pid, signal.SIGSTOP)
        m.stopped_until = time.monotonic() + seconds

    def stop_short(self):
        self.stop(self.random.uniform(0.1, 0.3) * self.lease)

    def stop_long(self):
        self.stop(self.lease * self.random.uniform(1.1, 1.4))

    def lose(self, what, how):
        begin = time.monotonic()
        how()
        self.losses.append(Loss(what, begin, time.monotonic()))

    def restart(self, forget=False, cut=0):
        def how():
            self.redis.kill(forget, cut)
            self.redis.start()
        self.lose("restart", how)

    def restart_empty(self):
        self.restart(forget=True)

    def restart_older(self):
        self.restart(cut=self.random.randrange(10_000, 150_000))

    def flush(self):
        self.lose("flush", lambda: self.redis.ask("FLUSHALL"))

    def clock_forward(self):
        self.lose("clock", lambda: self.redis.jump(3600_000))

    def clock_back(self):
        self.lose("clock", lambda: self.redis.jump(-3600_000))

    def forget_scripts(self):
        self.redis.ask("SCRIPT", "FLUSH")

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.02)
            for m in self.members:
                if m.stopped_until and m.stopped_until <= time.monotonic():
                    os.kill(m.process.pid, signal.SIGCONT)
                    m.stopped_until = None

    def run(self, seconds, faults):
        self.sampler.start()
        self.wait(1.5)
        end, todo = time.monotonic() + seconds, []
        while time.monotonic() < end:
            if not todo:
                todo = list(faults)
                self.random.shuffle(todo)
            what = todo.pop()
            self.counts[what] += 1
            losses = len(self.losses)
            getattr(self, what)()
            # After a loss there is time for new calls again, else nothing is shown.
            self.wait(self.settle + 0.6 * self.random.random() + 0.5 if len(self.losses) > losses else self.random.uniform(0.1, 0.7))
        for m in self.members:
            m.kill()
        killed = time.monotonic()
        time.sleep(self.lease + 0.3)
        self.over = True
        self.sampler.join()
        left = self.redis.ask("EVAL", HELD, 0)
        assert not left, f"{len(left)} slots {time.monotonic() - killed:.1f} s after everybody was killed"

    # ── what is true of it

    def read(self):
        calls, ticks = [], {}
        for m in self.everybody:
            begun, seen = {}, []
            with open(m.log, encoding="utf-8") as f:
                for line in f:
                    word = line.split()
                    at = int(word[1]) / 1e6
                    if word[0] == "T":
                        seen.append(at)
                    elif word[0] == "G":
                        begun[word[2]] = (at, word[3:])
                    else:
                        begin, scopes = begun.pop(word[2])
                        calls.append(Call(word[2], m, begin, at, scopes))
            calls += [Call(name, m, begin, m.ended, scopes) for name, (begin, scopes) in begun.items() if begin < m.ended]
            ticks[m] = [t for t in seen if t < m.ended] + [m.ended]
        return calls, ticks

    def silent(self, ticks):
        """(from, until): calls that live then may have lost their slot without anybody's fault."""
        out = []
        too_long = self.lease - 1.1 * self.renew - 0.4
        for m, seen in ticks.items():
            out += [(m, a, b) for a, b in zip(seen, seen[1:]) if b - a > too_long]
            for loss in self.losses:
                after = [t for t in seen if t > loss.end and t < loss.end + self.settle]
                gaps = [b - a for a, b in zip([loss.end + 0.1, *after], [*after, loss.end + self.settle])]
                if m.ended > loss.end and (not gaps or max(gaps) > self.settle - 0.28 * self.renew - 0.35):
                    out.append((m, loss.begin, loss.end + self.settle))
        return out

    def excused(self, calls, ticks):
        silent = self.silent(ticks)
        return {c.name for c in calls if any(c.member is m and c.begin < b and c.end > a for m, a, b in silent)}

    @staticmethod
    def most(calls):
        steps = sorted([(c.begin, 1) for c in calls] + [(c.end, -1) for c in calls])
        most = now = 0
        for _, step in steps:
            now += step
            most = max(most, now)
        return most

    def check(self):
        calls, ticks = self.read()
        excused = self.excused(calls, ticks)
        counted = [c for c in calls if c.name not in excused]
        by_scope = {"global": counted, "tenant": counted}
        for c in counted:
            for scope, name in zip(("agent", "carrier", "campaign"), c.scopes):
                if name not in ("-", "jambonz"):
                    by_scope.setdefault(f"{scope} {name}", []).append(c)
        most = {scope: self.most(them) for scope, them in by_scope.items()}
        for scope, n in most.items():
            assert n <= CAPS[scope.split()[0]], f"{scope}: {n} at once, the cap is {CAPS[scope.split()[0]]}"
        assert most["tenant"] == CAPS["tenant"] and len(counted) > 50, f"nothing was shown: {most}, {len(counted)} calls"
        self.check_freed(counted)
        self.check_leaked(calls)
        return (f"{len(calls)} calls, {len(excused)} excused, most {self.most(calls)} with them and {most['tenant']} without "
                f"(cap {CAPS['tenant']}), {len(self.samples)} samples, {dict(self.counts)}")

    def check_freed(self, counted):
        """Live calls that are not excused have their slots in every sample outside of losses."""
        looked = 0
        for before, after, held in self.samples:
            if any(loss.begin <= after and before <= loss.end + self.settle + 0.7 for loss in self.losses):
                continue
            for c in counted:
                if c.begin < before and c.end > after:
                    looked += 1
                    assert c.name in held, f"{c.name}, live from {c.begin:.3f} to {c.end:.3f}, had no slot at {before:.3f}"
        assert looked > 100, looked

    def check_leaked(self, calls):
        ends, first_seen = {c.name: c.end for c in calls}, {}
        ended = {m.name: m.ended for m in self.everybody}
        for before, _, held in self.samples:
            for name in held:
                # Granted, and its process died before it could say so: the process's end is the call's.
                end = ends.get(name, ended[name.partition("-")[0]])
                first_seen.setdefault(name, before)
                if name not in ends:
                    end = min(end, first_seen[name])
                assert before < end + self.lease + 0.5, f"{name}, over at {end:.3f}, had its slot at {before:.3f}"


def run_world(seconds, lease_ms, renew_ms, settle_ms, faults):
    seed = int(os.environ.get("INVORTO_SEED", random.randrange(1 << 30)))
    world = World(seed, lease_ms, renew_ms, settle_ms)
    try:
        world.run(seconds, faults)
        print(f"limits, seed {seed}: {world.check()}", flush=True)
    except AssertionError as e:
        keep = os.environ.get("INVORTO_KEEP")
        if keep:
            shutil.copytree(world.redis.dir, keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("sock"))
        raise AssertionError(f"seed {seed}: {e}; losses {world.losses}") from e
    finally:
        world.over = True
        for m in world.everybody:
            if m.process.poll() is None:
                m.process.kill()
                m.process.wait()
        world.redis.end()


FAULTS = ["kill", "kill", "kill", "stop_short", "stop_short", "stop_long", "forget_scripts", "restart", "restart_older",
          "restart_empty", "flush", "clock_forward", "clock_back"]


def test_no_cap_is_passed_no_slot_leaks_and_no_live_call_is_freed():
    long = bool(os.environ.get("INVORTO_LONG"))
    run_world(180 if long else 14, 3000, 900, 1200, FAULTS)
    if long:
        run_world(240, 15000, 5000, 6000, FAULTS)


def platform_token(h):
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (
        {"alg": "HS256", "typ": "JWT"}, {"sub": "platform", "aud": "authenticated", "role": "service_role", "exp": int(time.time()) + 600})]
    mac = hmac.new(h.env["JWT_SECRET"].encode(), b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


@contextlib.contextmanager
def holding(h, name, n, tenant):
    p = subprocess.Popen([DRIVER, "hold", name, str(n), tenant], env={**os.environ, "REDIS_URL": h.redis_url, "LOG_LEVEL": "error"}, stdout=subprocess.PIPE,
                         preexec_fn=die_with_us)
    try:
        assert p.stdout.readline() == b"held\n"
        yield
    finally:
        p.terminate()
        p.wait()
        p.stdout.close()


def test_a_tenant_sees_its_own_slots_and_the_platform_everybodys():
    with House(env={"TELEPHONY_GLOBAL_MAX_CONCURRENCY": "77", "TWILIO_MAX_CONCURRENCY": "55"}, lab=False) as h, \
            holding(h, "one", 3, "A"), holding(h, "two", 2, "B"):
        h.rows("update tenants set settings = settings || '{\"max_concurrent_calls\": 33}' where id = 'A'")
        h.rows("insert into voice_campaigns (tenant_id, id, name, max_concurrent_calls) values ('A', 'cmp_held', 'c', 7)")
        a, b = h.key("A", role="analyst"), h.key("B")
        status, _, limits = h.api("GET", "/telephony/limits", key=a)
        assert status == 200, limits
        assert limits["global"] == {"count": 5, "limit": 77} and limits["tenant"] == {"count": 3, "limit": 33}, limits
        assert limits["campaigns"] == [{"campaignId": "cmp_held", "count": 3, "limit": 7}], limits
        carriers = {c.pop("carrier"): c for c in limits["carriers"]}
        assert carriers["twilio"] == {"count": 5, "limit": 55} and carriers["jambonz"]["count"] == 0, carriers
        assert limits["settlingMs"] == 0
        _, _, limits = h.api("GET", "/telephony/limits", key=b)
        assert limits["tenant"] == {"count": 2, "limit": 200}, limits
        assert limits["campaigns"] == [{"campaignId": "cmp_held", "count": 2, "limit": 100}], limits  # not its own campaign
        status, _, page = h.api("GET", "/v1/slots", key=a)
        assert status == 200 and page["total"] == 3 and not page["hasMore"] and "nextCursor" not in page, page
        assert {s["callId"] for s in page["data"]} == {f"one-held-{i}" for i in range(3)}
        slot = page["data"][0]
        assert (slot["tenantId"], slot["agentId"], slot["campaignId"]) == ("A", "agt_held", "cmp_held")
        assert (slot["carrier"], slot["reason"], slot["stage"], slot["owner"]) == ("twilio", "inbound", "media", "one")
        assert 0 <= slot["ageMs"] < 60_000 and 0 < slot["leaseMs"] <= 15_000
        assert h.api("GET", "/v1/slots")[0] == 401
        assert h.api("GET", "/v1/slots?cursor=no", key=a)[0] == 400
        _, _, page = h.api("GET", "/v1/slots", key=platform_token(h))
        assert page["total"] == 5 and {s["tenantId"] for s in page["data"]} == {"A", "B"}, page
        assert "telephony_max_semaphores 77" in get(h.http("/metrics"))[1]
        wait_until(lambda: "telephony_active_semaphores 5" in get(h.http("/metrics"))[1], 20, "the gauge")
        h.redis.kill()
        assert h.api("GET", "/v1/slots", key=a)[0] == 503
        h.redis.start()
        wait_until(lambda: h.api("GET", "/v1/slots", key=a)[0] == 200, 20, "slots behind a Redis that came back")
