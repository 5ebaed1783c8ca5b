"""A world for the campaign engine: virtual time, a carrier that is only a log, people who answer or do not, and processes of
the real engine (tests/drivers/campaigns) on a real database. What carriers, hooks and reviews would write is written here by
the same functions; what is asserted comes from the books and from the carrier's log."""
import contextlib
import datetime
import heapq
import json
import os
import random
import shutil
import subprocess
import tempfile
import time
import zoneinfo

from database import Database, Session
from stack import BUILD

DRIVER = os.path.join(BUILD, "tests/drivers/campaigns")
UTC = datetime.timezone.utc
FINAL = {"no-answer", "busy", "failed"}


def quote(text):
    return "null" if text is None else "'" + str(text).replace("'", "''") + "'"


class Engine:
    def __init__(self, world, name):
        self.name = name
        with open(os.path.join(world.dir, "engine.log"), "ab") as log:
            self.p = subprocess.Popen([DRIVER, "live", name, str(world.seed), world.log_path], env=world.env, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=log)
        self.claimed = self.waits = 0

    def ready(self):
        assert self.p.stdout.readline() == b"ready\n", "an engine did not start"

    def tell(self, ms):
        self.p.stdin.write(b"%d\n" % ms)
        self.p.stdin.flush()

    def hear(self):
        line = self.p.stdout.readline()
        assert line, f"engine {self.name} died"
        self.claimed = int(line.split()[0])

    def kill(self):
        self.p.kill()
        self.p.wait()
        self.p.stdin.close()
        self.p.stdout.close()


class World:
    def __init__(self, start, engines=2, seed=0, tenants=("A", "B"), **env):
        self.now = int(start.timestamp() * 1000)
        self.begun = self.now
        self.seed, self.dice = seed, random.Random(seed)
        self.db = Database("migrated")
        self.dir = tempfile.mkdtemp(prefix="invorto-campaigns-")
        self.log_path = os.path.join(self.dir, "carrier.log")
        with open(self.log_path, "wb"):
            pass
        self.read_at = 0
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "CAMPAIGN", "JAMBONZ"))}
        self.env = {**clean, "DATABASE_URL": self.db.url("invorto_app"), "DATABASE_WORKER_URL": self.db.url("invorto_worker"),
                    "JAMBONZ_CPS": "1000", "CAMPAIGN_TICK_MS": "500", **{k: str(v) for k, v in env.items()}}
        self.sql = Session(self.db.url("invorto_worker"))
        self.owner = Session(self.db.url("invorto_admin"))
        self.size, self.number, self.kills, self.ticks = engines, 0, 0, 0
        self.engines = []
        self.events, self.order = [], 0
        self.live, self.dials, self.refused = {}, [], []    # number: call; (ms, tenant, call, number)
        self.told = {}                                      # call: what ended it, by the carrier
        self.wrong = []
        self.barred = {}                                    # number: since when
        self.still = {}                                     # campaign: since when it is not to dial
        for t in tenants:
            self.owner.ask(f"insert into tenants (id, slug, name) values ('{t}', lower('{t}'), '{t}')")
            self.owner.ask(f"insert into voice_agents (tenant_id, id, name, config) values ('{t}', 'agt', 'x', '{{}}')")
            self.owner.ask(f"insert into voice_phone_numbers (tenant_id, id, phone_number) values ('{t}', 'num', '+1555010{ord(t):04}')")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for e in self.engines:
            e.kill()
        self.sql.close()
        self.owner.close()
        with open(os.path.join(self.dir, "engine.log"), "a+", encoding="utf-8", errors="replace") as f:
            f.seek(0)
            log = f.read()
        if exc[0] is None:
            assert "runtime error" not in log and "Sanitizer" not in log, log[-3000:]
            shutil.rmtree(self.dir)
        else:
            print(log[-2000:])

    def add_engine(self):
        self.number += 1
        e = Engine(self, f"eng{self.number}")
        self.engines.append(e)
        return e

    def iso(self, ms=None):
        return datetime.datetime.fromtimestamp((self.now if ms is None else ms) / 1000, UTC).isoformat()

    # ── what tenants do ──

    def campaign(self, tenant, name, leads, **columns):
        """leads: (number, zone or None)."""
        defaults = {"kind": "informational", "calls_per_second": 5, "max_concurrent_calls": 100, "max_calls_per_day": 100000,
                    "phone_number_id": "num", "voice_agent_id": "agt", "target_segment": json.dumps({"tags": [name]})}
        row = {**defaults, **{k: v if isinstance(v, (str, int, float)) else json.dumps(v) for k, v in columns.items()}}
        self.owner.ask(f"insert into voice_campaigns (tenant_id, id, name, {', '.join(row)}) values "
                       f"('{tenant}', '{name}', '{name}', {', '.join(map(quote, row.values()))})")
        values = ", ".join(f"('{tenant}', '{name}-{n:06}', 'F', '{phone}', {quote(zone)}, '{{{name}}}')" for n, (phone, zone) in enumerate(leads))
        self.owner.ask(f"insert into leads (tenant_id, id, first_name, phone, timezone, tags) values {values}")
        self.owner.ask("insert into consent_ledger (tenant_id, phone_e164, kind, granted, source, occurred_at) select tenant_id, phone, k, true, "
                       f"'web', '2020-01-01' from leads, unnest(array['call', 'marketing']) k where tenant_id = '{tenant}' and '{name}' = any(tags)")

    def order_of(self, tenant, name, verb):
        self.sql.ask(f"select set_config('app.tenant_id', '{tenant}', false)")
        got = self.sql.ask(f"select ok, code, enrolled from campaign_order('{tenant}', '{name}', '{verb}', '{self.iso()}', null, null)")[0]
        if got[0] == "t" and verb in ("pause", "cancel"):
            self.still[name] = self.now
        elif got[0] == "t":
            self.still.pop(name, None)
        return got

    def opt_out(self, tenant, number):
        self.sql.ask(f"select set_config('app.tenant_id', '{tenant}', false)")
        self.sql.ask(f"select opt_out('{tenant}', '{number}', 'api', null, 'asked')")
        self.barred.setdefault(number, self.now)

    # ── the carrier ──

    def at(self, ms, do, *args):
        self.order += 1
        heapq.heappush(self.events, (ms, self.order, do, args))

    def read_log(self):
        with open(self.log_path, "rb") as f:
            f.seek(self.read_at)
            new = f.read()
        self.read_at += len(new)
        for line in new.decode().splitlines():
            what, ms, tenant, call, number = line.split()
            one = (int(ms), tenant, call, number)
            (self.dials if what == "D" else self.refused).append(one)
            if what == "D":
                self.rings(*one)

    def rings(self, ms, tenant, call, number):
        if number in self.live:
            self.wrong.append(f"{number} rings twice at once: {self.live[number]} and {call}")
        if number in self.barred and ms > self.barred[number]:
            self.wrong.append(f"{number} was dialled {ms - self.barred[number]} ms after it was barred")
        self.live[number] = call
        self.plan(ms, tenant, call, number)

    def plan(self, ms, tenant, call, number):
        """Everybody is reached and talks half a minute; who wants more overrides it."""
        self.at(ms + 5000, self.answer, tenant, call)
        self.at(ms + 35000, self.hang_up, tenant, call, number, "completed", "connected", 30)

    def answer(self, tenant, call):
        self.sql.ask(f"update voice_call_records set status = 'in-progress', answered_at = '{self.iso()}' where tenant_id = '{tenant}' and "
                     f"id = '{call}' and closed_at is null")

    def hang_up(self, tenant, call, number, status, outcome, seconds, tell=True):
        if self.live.get(number) == call:
            del self.live[number]
        self.told[call] = (status, outcome, seconds)
        if tell:
            self.end(tenant, call, status, outcome, seconds)

    def end(self, tenant, call, status, outcome, seconds, by="gateway"):
        """Whatever tells it, at whatever time, as often as it likes."""
        ended = self.iso()
        if status == "completed" and by == "gateway":
            ending = {"record": {"status": status, "outcome": outcome, "ended_at": ended, "duration_seconds": seconds, "cost": seconds / 600},
                      "timeline": [{"seq": 1, "kind": "turn.closed", "payload": {"legFirstMs": 400}, "at": ended}]}
            self.sql.ask(f"select set_config('app.tenant_id', '{tenant}', false)")
            self.sql.ask(f"select recorded from end_call('{tenant}', '{call}', {quote(json.dumps(ending))})")
        else: # a carrier's word, or the vendor's that hosted it
            self.sql.ask(f"update voice_call_records set {'provider = $$elevenlabs$$, ' if by == 'webhook' else ''}status = '{status}', outcome = {quote(outcome)}, end_reason = '{status}', "
                         f"ended_at = '{ended}', duration_seconds = {seconds}, cost = {seconds / 600} "
                         f"where tenant_id = '{tenant}' and id = '{call}' and closed_at is null")

    def reconcile(self, older_s=60):
        """What the carrier never had, of what was dialled or may have been."""
        heard = {call for _, _, call, _ in self.dials}
        for tenant, call in self.sql.ask("select tenant_id, id from voice_call_records where closed_at is null and status in ('dialing', 'unknown') "
                                         f"and dialled_at < timestamptz '{self.iso()}' - interval '{older_s} seconds'"):
            if call not in heard:
                self.sql.ask(f"update voice_call_records set status = 'failed', end_reason = 'never_placed', failure_reason = 'never_placed', "
                             f"outcome = 'failed', ended_at = '{self.iso()}', duration_seconds = 0, cost = 0 "
                             f"where tenant_id = '{tenant}' and id = '{call}' and closed_at is null")

    # ── time ──

    def tick(self, kill=False):
        """The moment that it is, in all processes at once, beside what the carrier tells in it."""
        while len(self.engines) < self.size:
            self.add_engine().ready()
        self.ticks += 1
        for e in self.engines:
            e.tell(self.now)
        if kill:
            time.sleep(self.dice.random() * 0.03)
            victim = self.engines.pop(self.dice.randrange(len(self.engines)))
            victim.kill()
            self.kills += 1
        while self.events and self.events[0][0] <= self.now:
            _, _, do, args = heapq.heappop(self.events)
            do(*args)
        for e in self.engines:
            e.hear()
        self.read_log()

    def next_ms(self):
        """When something happens next, in whole seconds from now."""
        said = self.sql.ask(f"select coalesce(campaign_next('{self.iso()}')::text, '')")
        # What waits for its moment within a second waits for the next tick.
        due = [self.now + int(said[0][0])] if said and said[0][0] else []
        if self.events:
            due.append(self.events[0][0])
        return self.now + 1000 * max(1, -(-(min(due, default=self.now + 1000) - self.now) // 1000))

    def run(self, until, kill=lambda: False, each=lambda: None, limit_s=3600):
        began = time.monotonic()
        while not until():
            assert time.monotonic() - began < limit_s, ("it takes too long", self.iso(), self.ticks, self.states())
            each()
            self.tick(kill())
            if self.ticks % 30 == 0:
                self.reconcile()
            self.now = self.next_ms()

    def states(self):
        return dict(self.sql.ask("select id, status || coalesce(' ' || (select string_agg(s.state || ' ' || s.n, ', ') from (select l.state, "
                                 "count(*) n from leads l where l.campaign_id = c.id and l.tenant_id = c.tenant_id group by 1) s), '') "
                                 "from voice_campaigns c"))

    def over(self):
        return self.sql.ask("select count(*) from voice_campaigns where status in ('scheduled', 'running', 'paused')") == [["0"]] and \
            self.sql.ask("select count(*) from voice_call_records where closed_at is null") == [["0"]]


def local(ms, zone):
    return datetime.datetime.fromtimestamp(ms / 1000, zoneinfo.ZoneInfo(zone)).time()


def within(ms, zones, hours):
    return all(any(a <= local(ms, z) < b for a, b in hours) for z in zones)


def numbers(prefix, count, first=0):
    return [f"{prefix}{n:0{12 - len(prefix)}}" for n in range(first, first + count)]


__all__ = ["World", "within", "numbers", "UTC", "contextlib", "quote"]
