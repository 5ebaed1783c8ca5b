"""Campaigns in virtual time: days in seconds, four processes, kill -9, carriers and people as they are. INVORTO_LONG=1 calls
10,000 people instead of some hundred."""
import datetime
import os

from campaigns import UTC, World, numbers, within

LONG = bool(os.environ.get("INVORTO_LONG"))
SCALE = 10000 if LONG else 300
SEED = int(os.environ.get("INVORTO_SEED", "1"))
T = datetime.time
DAY = ((T(8), T(21)),)


class People(World):
    """Who answers, who does not, who says never again; and reports that come twice, late, or never."""

    def plan(self, ms, tenant, call, number):
        d = self.dice
        ring, talk = 1000 * d.randint(3, 12), 1000 * d.randint(5, 25)
        roll = d.random()
        lost = d.random() < 0.05
        if roll < 0.5:
            by = "gateway" if d.random() < 0.7 else "webhook"
            outcome = d.choice(["connected", "connected", "connected", "voicemail", "not-interested"])
            end = ms + ring + talk
            if not lost:
                self.at(ms + ring, self.answer, tenant, call)
            self.at(end, self.hang_up, tenant, call, number, "completed", outcome, talk // 1000, False)
            if outcome == "connected" and d.random() < 0.1:
                self.at(ms + ring + 2000, self.opts_out, tenant, number, call)
            elif outcome == "connected" and d.random() < 0.5:
                self.at(end + (400000 if lost else 5000), self.review, tenant, call)
            status, seconds = "completed", talk // 1000
        else:
            status = outcome = d.choice(["no-answer", "no-answer", "busy", "failed"])
            by, end, seconds = "hook", ms + ring, 0
            self.at(end, self.hang_up, tenant, call, number, status, status, 0, False)
        self.at(end + (300000 if lost else 0), self.end, tenant, call, status, outcome, seconds, by)
        if d.random() < 0.15:
            self.at(end + 1000 * d.choice([1, 40, 500]), self.end, tenant, call, d.choice(["completed", "failed"]), outcome, seconds, "hook")

    def opts_out(self, tenant, number, call):
        self.sql.ask(f"select set_config('app.tenant_id', '{tenant}', false)")
        self.sql.ask(f"select opt_out('{tenant}', '{number}', 'call', '{call}', 'said so')")
        self.barred.setdefault(number, self.now)

    def review(self, tenant, call):
        outcome = self.dice.choice(["qualified", "not-interested", "callback-requested"])
        at = self.iso(self.now + 7200_000)
        self.sql.ask(f"update voice_call_records set outcome = '{outcome}', analysis = '{{\"callbackAt\": \"{at}\"}}' "
                     f"where tenant_id = '{tenant}' and id = '{call}' and outcome = 'connected' and closed_at is not null")


def check_books(w, hours):
    assert not w.wrong, w.wrong[:5]
    late = [d for d in w.dials for rule in [hours(d[3])] if not within(d[0], *rule)]
    assert not late, (len(late), [(w.iso(d[0]), d[3]) for d in late[:5]])
    # No call twice, none that the books do not have, none that they have and the carrier was not asked for.
    calls = [d[2] for d in w.dials]
    assert len(calls) == len(set(calls))
    books = {r[0]: r[1:] for r in w.sql.ask("select id, status, coalesce(outcome, ''), coalesce(end_reason, ''), attempt, lead_id, "
                                            "tenant_id, campaign_id from voice_call_records")}
    assert set(calls) <= set(books)
    silent = {c for c, r in books.items() if c not in set(calls)}
    assert all(books[c][2] in ("not_placed", "never_placed") for c in silent), [books[c] for c in silent][:5]
    # Nobody beyond his attempts, at the carrier or in the books.
    rung = {}
    for _, _, _, number in w.dials:
        rung[number] = rung.get(number, 0) + 1
    assert max(rung.values()) <= 3, max(rung.values())
    assert w.sql.ask("select count(*) from leads l join voice_campaigns c on c.tenant_id = l.tenant_id and c.id = l.campaign_id "
                     "where l.campaign_attempt > c.max_attempts or l.state not in ('done', 'failed', 'blocked')") == [["0"]]
    assert w.sql.ask("select count(*) from (select from voice_call_records where end_reason is distinct from 'not_placed' "
                     "group by tenant_id, lead_id having count(*) > 3) x") == [["0"]]
    # Every number that counts is the ledger's, the calls' and the campaign's alike.
    for c, total, good, seconds, cost, refused in w.sql.ask(
            "select id, completed_calls, successful_calls, coalesce(stats ->> 'seconds', '0'), coalesce(stats ->> 'costUsd', '0')::numeric, "
            "coalesce(stats ->> 'refused', '0') from voice_campaigns"):
        ledger = w.sql.ask(f"select count(*) filter (where r.end_reason is distinct from 'not_placed'), count(*) filter (where "
                           f"call_is_connected(r.outcome)), coalesce(sum(l.duration_seconds), 0), coalesce(sum(l.cost_usd), 0), "
                           f"count(*) filter (where r.end_reason = 'not_placed') from voice_usage_ledger l join voice_call_records r on "
                           f"r.tenant_id = l.tenant_id and r.id = l.call_id where l.campaign_id = '{c}'")[0]
        got = [total, good, seconds, float(cost), refused]
        assert got == [*ledger[:3], float(ledger[3]), ledger[4]], (c, got, ledger)
        sums = w.sql.ask(f"select coalesce(sum(v::int), 0) from voice_campaigns, jsonb_each_text(coalesce(stats -> 'outcomes', '{{}}')) e(k, v) where id = '{c}'")
        assert sums == [[total]], (c, sums, total)
    # The end of each call as the carrier told it first.
    for call, (status, _, seconds) in w.told.items():
        assert books[call][0] in (status, "completed", "failed"), (call, books[call], status)
    assert {r[0] for r in w.sql.ask("select status from voice_campaigns")} == {"completed"}, w.states()


def test_thousands_of_people_are_called_once_at_a_time_in_their_hours_and_no_more_often_than_allowed():
    n = SCALE
    gb = ["Europe/London", "Europe/Guernsey", "Europe/Isle_of_Man", "Europe/Jersey"]
    windows = {"retry_windows": [{"start": "10:00", "end": "12:30", "timezone": "local"}, {"start": "14:00", "end": "17:00", "timezone": "local"}]}
    rules = {"+1212": (["America/New_York"], DAY), "+1213": (["America/Los_Angeles"], DAY), "+44": (gb, ((T(10), T(12, 30)), (T(14), T(17)))),
             "+91": (["Asia/Kolkata"], ((T(10), T(21)),)), "+1303": (["America/New_York"], DAY)}
    # The night in which clocks in America change.
    with People(datetime.datetime(2027, 3, 13, 14, 0, tzinfo=UTC), engines=4, seed=SEED, tenants=("A", "B", "C")) as w:
        rate = max(5, n // 100)
        w.campaign("A", "wide", [(p, None) for p in numbers("+1212", n * 3 // 10) + numbers("+1213", n * 2 // 10)],
                   calls_per_second=rate, max_concurrent_calls=rate * 20, retry_delays_s="{600,3600}")
        w.campaign("B", "islands", [(p, None) for p in numbers("+44770", n // 5)], calls_per_second=rate, max_concurrent_calls=rate * 8,
                   call_schedule=windows)
        w.campaign("B", "offers", [(p, None) for p in numbers("+9198", n // 5)], kind="marketing", calls_per_second=rate, call_interval_ms=50,
                   max_calls_per_day=max(40, n // 8))
        w.campaign("C", "moved", [(p, "America/New_York") for p in numbers("+1303", n // 10)], calls_per_second=2, max_concurrent_calls=10)
        for tenant, name in (("A", "wide"), ("B", "islands"), ("B", "offers"), ("C", "moved")):
            got = w.order_of(tenant, name, "start")
            assert got[0] == "t", got
        kills = 40 if LONG else 8
        paused = []

        def kill():
            return w.kills < kills and w.dice.random() < (0.02 if LONG else 0.04)

        def each():
            d = w.dice
            if paused and d.random() < 0.2:
                tenant, name = paused.pop()
                got = w.order_of(tenant, name, "resume")
                assert got[0] == "t", got
            elif not paused and d.random() < 0.02:
                tenant, name = d.choice([("A", "wide"), ("B", "islands"), ("C", "moved")])
                if w.order_of(tenant, name, "pause")[0] == "t":
                    paused.append((tenant, name))
            if d.random() < 0.02:
                who = w.sql.ask("select tenant_id, phone from leads where state in ('queued', 'dialing', 'in-call', 'unknown') order by md5(id || "
                                f"'{w.ticks}') limit 1")
                if who:
                    w.opt_out(*who[0])

        read = w.rings

        def rings(ms, tenant, call, number):
            name = {"+1212": "wide", "+1213": "wide", "+44": "islands", "+91": "offers", "+1303": "moved"}
            campaign = next(v for k, v in name.items() if number.startswith(k))
            if ms > w.still.get(campaign, ms):
                w.wrong.append(f"{campaign} dialled {ms - w.still[campaign]} ms after its pause")
            read(ms, tenant, call, number)

        w.rings = rings
        w.run(w.over, kill, each)
        assert w.kills >= min(kills, 5), w.kills
        check_books(w, lambda number: next(rule for prefix, rule in rules.items() if number.startswith(prefix)))
        states = dict(w.sql.ask("select state, count(*) from leads group by 1"))
        assert int(states["done"]) > n * 0.4, states
        # The day's cap, in the campaign's own zone.
        days = {}
        for ms, _, call, number in w.dials:
            if number.startswith("+91"):
                day = datetime.datetime.fromtimestamp(ms / 1000, UTC).date()
                days[day] = days.get(day, 0) + 1
        assert max(days.values()) <= max(40, n // 8), days
        print(f"{len(w.dials)} rung, {len(w.refused)} refused, {w.kills} kills, {w.ticks} ticks, {(w.now - w.begun) / 86400000:.1f} days, {states}")


def test_calls_come_at_the_pace_that_is_set_however_many_processes_there_are():
    with World(datetime.datetime(2027, 6, 1, 17, 0, tzinfo=UTC), engines=3) as w:
        w.campaign("A", "pace", [(p, None) for p in numbers("+1212", 400)], calls_per_second=7, max_concurrent_calls=1000)
        w.campaign("B", "slow", [(p, None) for p in numbers("+1213", 20)], calls_per_second=10, call_interval_ms=2500, max_concurrent_calls=1000)
        w.campaign("B", "few", [(p, None) for p in numbers("+1303", 12)], calls_per_second=10, max_concurrent_calls=4)
        for t, name in (("A", "pace"), ("B", "slow"), ("B", "few")):
            got = w.order_of(t, name, "start")
            assert got == ["t", "", {"pace": "400", "slow": "20", "few": "12"}[name]], got
        most = []

        def each():
            most.append(sum(1 for n in w.live if n.startswith("+1303")))
        w.run(w.over, each=each)
        assert not w.wrong, w.wrong
        by = {p: [d[0] for d in w.dials if d[3].startswith(p)] for p in ("+1212", "+1213", "+1303")}
        assert [len(v) for v in by.values()] == [400, 20, 12]
        took = (by["+1212"][-1] - by["+1212"][0]) / 1000
        assert abs(399 / took / 7 - 1) < 0.01 + 1 / took, took
        took = (by["+1213"][-1] - by["+1213"][0]) / 1000
        assert abs(took / 19 / 2.5 - 1) < 0.01 + 1 / took, took
        assert max(most) == 4, max(most)


def test_after_a_stall_there_is_no_burst():
    with World(datetime.datetime(2027, 6, 1, 17, 0, tzinfo=UTC), engines=2) as w:
        w.campaign("A", "pace", [(p, None) for p in numbers("+1212", 100)], calls_per_second=4, max_concurrent_calls=1000)
        assert w.order_of("A", "pace", "start")[0] == "t"
        for _ in range(3):
            w.tick()
            w.now += 1000
        before = len(w.dials)
        w.now += 60000
        w.tick()
        assert len(w.dials) - before <= 5, len(w.dials) - before


def test_ten_people_of_one_tenant_do_not_wait_for_thousands_of_another():
    with World(datetime.datetime(2027, 6, 1, 17, 0, tzinfo=UTC), engines=1, CAMPAIGN_BATCH=5) as w:
        w.campaign("A", "many", [(p, None) for p in numbers("+1212", 1000)], calls_per_second=1000, max_concurrent_calls=10000)
        w.campaign("B", "ten", [(p, None) for p in numbers("+1213", 10)], calls_per_second=1000, max_concurrent_calls=10000)
        assert w.order_of("A", "many", "start")[0] == "t" and w.order_of("B", "ten", "start")[0] == "t"
        w.tick()
        w.now += 100
        w.tick()
        order = ["B" if d[3].startswith("+1213") else "A" for d in w.dials]
        assert order.count("B") == 10 and order.index("B") < 10 and max(i for i, t in enumerate(order) if t == "B") < 60, order[:80]
