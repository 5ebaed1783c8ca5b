"""Nothing is lost, whatever is killed: calls run and end all the while daemon, Redis and PostgreSQL are killed in turn.
INVORTO_LONG=1 kills fifty times."""
import contextlib
import json
import os
import random
import threading
import time

import lag
from callers import Browser, Twilio
from database import Cluster
from house import House
from receiver import Receiver
from stack import wait_until
from ws import Closed

AGENT = {"name": "Crash", "disclosure": "I am an AI.", "greeting": "Hello there, this is a call that may end any moment.", "prompt": "Be brief."}
LONG = bool(os.environ.get("INVORTO_LONG"))
KILLS = 50 if LONG else 6
A_SECOND = 2.5  # calls that begin
LOST_MS = 1000  # of a timeline, before a kill; and what the machine itself was late
ENV = {"WEBHOOK_LEASE_MS": "2500", "WEBHOOK_TIMEOUT": "1000", "WEBHOOK_SCHEDULE": "short", "MAX_WEBHOOK_RETRIES": "10",
       # Who dies before a call's first word is on the disk leaves it to whoever looks after lost ones.
       "CLEANUP_INTERVAL_MINUTES": "0.02", "LOST_CALL_MINUTES": "0.3"}


class Load:
    """Callers that come and go by a seed; a third of them type and listen, the others are on the phone."""

    def __init__(self, house, seed):
        self.house, self.random, self.over = house, random.Random(seed), False
        self.calls, self.threads, self.dialled = [], [], 0
        self.main = threading.Thread(target=self._run, daemon=True)
        self.main.start()

    def _run(self):
        while not self.over:
            t = threading.Thread(target=self._one, args=(self.dialled, self.random.uniform(0.5, 6)), daemon=True)
            self.dialled += 1
            t.start()
            self.threads.append(t)
            time.sleep(self.random.expovariate(A_SECOND))

    def _one(self, n, seconds):
        kind = Browser if n % 3 == 0 else Twilio
        try:
            c = kind(self.house, f"call-{n}", "crash")
        except (Closed, OSError):
            return  # nobody is there
        c.started_at = c.hung_up_at = None
        self.calls.append(c)
        c.mic()
        begin = "connected" if kind is Browser else "media"
        with contextlib.suppress(AssertionError, OSError):
            c.wait(lambda: any(m["t"] == begin for _, m in c.messages), 15, "its beginning")
            c.started_at = next(t for t, m in c.messages if m["t"] == begin)
            if kind is Browser:
                c.type("What time is it")
            while c.code is None and time.monotonic() < c.started_at + seconds:
                time.sleep(0.05)
            if c.code is None:
                c.hung_up_at = time.monotonic()
        with contextlib.suppress(AssertionError, OSError):
            c.close()

    def stop(self):
        self.over = True
        self.main.join()
        for t in self.threads:
            t.join(30)
        return [c for c in self.calls if c.started_at]


def killing(h, server, rng, kills):
    """Each in its turn, at random moments; all are up again before the next. Moments at which the daemon died."""
    deaths = []
    for i in range(kills):
        time.sleep(rng.uniform(0.5, 3))
        victim, away = i % 3, rng.uniform(0, 1.5)
        if victim == 0:
            h.kill()
            deaths.append(time.monotonic())
            time.sleep(away)
            h.start_daemon()
        elif victim == 1:
            h.redis.kill(forget=True)
            time.sleep(away)
            h.redis.start()
        else:
            server.kill()
            time.sleep(away)
            server.start()
    return deaths


def check_call(h, c, deaths, wall, lost):
    """Against what the caller was told."""
    seqs, turns, kinds = [], set(), []
    for seq, kind, payload in h.rows(f"select seq, kind, payload from call_timeline where call_id = '{c.call}' order by seq"):
        seqs.append(int(seq))
        kinds.append(kind)
        if kind == "turn.closed":
            turns.add(json.loads(payload)["turn"])
    (status, reason, ended), = h.rows("select status, end_reason, extract(epoch from ended_at) from voice_call_records "
                                      f"where id = '{c.call}' and closed_at is not null")
    where = (c.call, c.kind, status, reason, kinds)
    # Who hangs up is on the disk within `lost` as all else is: a daemon that dies sooner has not heard of it.
    death = next((d for d in deaths if d > c.started_at and (c.hung_up_at is None or d < c.hung_up_at + lost)), None)
    if reason == "lost":
        assert death and death - c.started_at < lost, (death and death - c.started_at, *where)
        return
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs))), (seqs, *where)
    assert kinds.count("call.started") == 1 and kinds.count("call.ended") <= 1, where
    if c.hung_up_at and not death:
        assert (status, reason) == ("completed", "hangup") and kinds[-1] == "call.ended", where
    assert c.hung_up_at or death, ("ended by itself", c.code, c.reason, *where)
    until = min(t for t in (death, c.hung_up_at) if t) - lost
    told = {m["turn"] for t, m in c.messages if m["t"] == "turn" and t < until}
    assert told <= turns, (told, turns, *where)
    # And it goes on to within that time: the caller's sound is in it all the time.
    if until > c.started_at:
        assert float(ended) - wall >= until, (float(ended) - wall - until, *where)


def test_whatever_is_killed_no_call_no_record_no_webhook_is_lost():
    seed = int(os.environ.get("INVORTO_SEED", "1"))
    server = Cluster("fsync=on", "max_connections=100")
    receiver = Receiver()
    with House(agents={"crash": AGENT}, env=ENV, server=server) as h:
        status, _, hook = h.api("POST", "/v1/webhooks", {"url": receiver.url("/ok"), "events": ["call.ended"]}, h.key())
        assert status == 201, hook
        h.books(h.call("--leg", "twilio", "--agent", "crash", "--say", "wait:1000")["call_id"])  # the first takes its time
        lag.start()
        wall, since = time.time() - time.monotonic(), time.monotonic()
        load = Load(h, seed)
        deaths = killing(h, server, random.Random(seed), KILLS)
        time.sleep(2)
        calls = load.stop()
        began = time.monotonic()
        assert len(calls) > KILLS, (len(calls), load.dialled)  # there were some: a Redis that forgot all lets nobody in for a while
        names = ", ".join(f"'{c.call}'" for c in calls)

        def closed():
            return h.rows(f"select count(*) from voice_call_records where id in ({names}) and closed_at is not null") == [[str(len(calls))]]

        try:
            wait_until(closed, 60, "every record closed")
        except AssertionError as e:
            left = h.rows(f"select id, status, created_at, journal_path from voice_call_records where id in ({names}) and closed_at is null")
            there = {r[0] for r in h.rows("select id from voice_call_records")}
            raise AssertionError(f"{e}; open {left}, without a record {[c.call for c in calls if c.call not in there]}, deaths {deaths}, "
                                 f"begun {[(c.call, c.started_at) for c in calls if c.call in [r[0] for r in left] or c.call not in there]}") from e
        assert h.rows(f"select id from voice_call_records where id in ({names}) group by id having count(*) <> 1") == []
        ledger = dict(h.rows("select call_id, count(*) from voice_usage_ledger group by 1"))
        assert all(ledger.get(c.call) == "1" for c in calls), {c.call: ledger.get(c.call) for c in calls if ledger.get(c.call) != "1"}

        def delivered():
            got = {}
            for g in receiver.to("/ok"):
                if g.headers["x-webhook-event"] == "call.ended":
                    got.setdefault(json.loads(g.body)["callId"], set()).add(g.id)
            return got if all(c.call in got for c in calls) else None

        got = wait_until(delivered, 30, "every end delivered")
        assert all(len(ids) == 1 for ids in got.values()), {k: v for k, v in got.items() if len(v) != 1}
        for c in calls:
            check_call(h, c, deaths, wall, LOST_MS / 1000 + 2 * lag.worst(since))
        # Nobody else is in the books twice, and who was refused costs nothing.
        assert h.rows("select call_id from voice_usage_ledger group by 1 having count(*) > 1") == []
        cut = sum(1 for c in calls if not c.hung_up_at)
        print(f"  {KILLS} kills, {load.dialled} dialled, {len(calls)} calls, {cut} of them cut off; settled {time.monotonic() - began:.1f} s after")
    receiver.close()
    server.stop()


test_whatever_is_killed_no_call_no_record_no_webhook_is_lost.seconds = 60
