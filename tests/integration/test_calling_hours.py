"""When somebody may be called: the schema's answer against Python's own zones and a plain reading of the rules, at the
edges of daylight saving time of every zone and at any other time. INVORTO_LONG=1 asks at every edge there is from 2020
to 2035. INVORTO_SEED=N repeats a run."""
import json
import os
import random
import time
import zoneinfo
from datetime import date, datetime, timedelta, timezone

from database import Database, quoted

LONG = bool(os.environ.get("INVORTO_LONG"))
SEED = int(os.environ.get("INVORTO_SEED", "24"))
CELL = 900  # every clock of these years changes at a quarter of an hour, and every rule below begins at one
DAYS_ASKED = 15
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=timezone.utc).timestamp()) for year in (2020, 2036))


class Clock:
    """What the clocks of a zone show, a quarter of an hour at a time: (day of the week, minute of the day)."""

    def __init__(self, name):
        self.zone, self.seen = zoneinfo.ZoneInfo(name), {}

    def shows(self, cell):
        if cell not in self.seen:
            local = datetime.fromtimestamp(cell * CELL, self.zone)
            self.seen[cell] = (local.isoweekday(), local.hour * 60 + local.minute)
        return self.seen[cell]

    def date(self, cell):
        return datetime.fromtimestamp(cell * CELL, self.zone).date()


EASTER = dict(zip(range(2020, 2037), (date(2020, 4, 12), date(2021, 4, 4), date(2022, 4, 17), date(2023, 4, 9), date(2024, 3, 31), date(2025, 4, 20),
                                      date(2026, 4, 5), date(2027, 3, 28), date(2028, 4, 16), date(2029, 4, 1), date(2030, 4, 21), date(2031, 4, 13),
                                      date(2032, 3, 28), date(2033, 4, 17), date(2034, 4, 9), date(2035, 3, 25), date(2036, 4, 13))))


def falls_on(holiday, year):
    """The day, and the other that is kept beside it."""
    month, day, weekday, nth, easter, plus, moved, even = holiday
    if even and year % 2:
        return set()
    if easter is not None:
        on = EASTER[year] + timedelta(easter)
    elif day is not None:
        on = date(year, month, day)
    else:
        these = [d for d in (date(year, month, 1) + timedelta(n) for n in range(31)) if d.month == month and d.isoweekday() == weekday]
        on = these[nth - 1 if nth > 0 else nth]
    on += timedelta(plus)
    monday = on - timedelta(on.weekday())
    beside = {"no": on, "both": on + timedelta({5: -1, 6: 1}.get(on.weekday(), 0)), "week": monday if on.weekday() < 5 else monday + timedelta(7)}[moved]
    return {on, beside}


clocks = {}


def clock(name):
    if name not in clocks:
        clocks[name] = Clock(name)
    return clocks[name]


def minutes(text):
    return int(text[:2]) * 60 + int(text[3:5])


def in_window(window, shown):
    """One that ends before it begins goes on the next day, and is of the day it began."""
    (day, minute), start, end = shown, minutes(window["start"]), minutes(window["end"])
    days = window.get("days") or range(1, 8)
    if start < end:
        return day in days and start <= minute < end
    return (day in days and minute >= start) or ((day + 5) % 7 + 1 in days and minute < end)


class Law:
    def __init__(self, db):
        self.rules = [(region, kind, [int(d) for d in days.strip("{}").split(",")], minutes(start), minutes(end)) for region, kind, days, start, end
                      in db.admin("select region, kind, days, from_time, to_time from calling_rules")]
        self.regions = {id: (country, subdivision, zones.strip("{}").split(",")) for id, country, subdivision, zones
                        in db.admin("select id, country, subdivision, zones from calling_regions")}

        self.holidays, self.closed = {}, {}
        for region, kind, *holiday, moved, even in db.admin("select region, kind, month, day, weekday, nth, easter, plus, moved, even_years from calling_holidays"):
            self.holidays.setdefault((region, kind), []).append((*(int(n) if n else None for n in holiday), moved, even == "t"))

    def is_closed(self, places, kind, day):
        key = (places, kind, day.year)
        if key not in self.closed:
            rows = [h for p in places for k in {"any", kind} for h in self.holidays.get((p, k), [])]
            self.closed[key] = {d for h in rows for year in (day.year, day.year + 1) if year in EASTER for d in falls_on(h, year)}
        return day in self.closed[key]

    def groups(self, region, kind):
        places = (region, *self.regions[region][:2])
        found = [r for r in self.rules if r[0] in places and r[1] in ("any", kind)] or [r for r in self.rules if r[0] == "*" and r[1] in ("any", kind)]
        groups = {}
        for rule in found:
            groups.setdefault(rule[:2], []).append(rule[2:])
        return list(groups.values())

    def open(self, region, zone, kind, schedule, cell):
        """By the minute a clock shows, with no idea of when it will change."""
        groups = self.groups(region, kind)
        for name in [zone] if zone else self.regions[region][2]:
            day, minute = shown = clock(name).shows(cell)
            if not all(any(day in days and start <= minute < end for days, start, end in group) for group in groups):
                return False
            if self.is_closed((region, *self.regions[region][:2]), kind, clock(name).date(cell)):
                return False
            for part in ({"windows": schedule.get("retry_windows"), "days": schedule.get("days")}, *schedule.get("limits", [])):
                if part.get("days") and day not in part["days"]:
                    return False
                if part.get("windows") and not any(
                        in_window(w, shown if w.get("timezone", "local") == "local" else clock(w["timezone"]).shows(cell)) for w in part["windows"]):
                    return False
        return True

    def window(self, region, zone, kind, schedule, at):
        """open, next_at, closes_at in seconds; the ends of what is asked about stand for 'none' and 'no end'."""
        first, last = at // CELL, (at + DAYS_ASKED * 86400) // CELL
        now = self.open(region, zone, kind, schedule, first)
        change = next((c for c in range(first + 1, last + 1) if self.open(region, zone, kind, schedule, c) != now), None)
        if now:
            return True, at, at + DAYS_ASKED * 86400 if change is None else min(change * CELL, at + DAYS_ASKED * 86400)
        return False, change * CELL if change is not None and change * CELL < at + DAYS_ASKED * 86400 else None, None


def asked(db, questions):
    """[(region, zone, kind, schedule, at)] → the schema's answers, in one statement."""
    answers = []
    for begin in range(0, len(questions), 4000):
        values = ",\n".join(f"({n}, {quoted(region)}, {quoted(zone) if zone else 'null'}, {quoted(kind)}, {quoted(json.dumps(schedule))}::jsonb, to_timestamp({at}))"
                            for n, (region, zone, kind, schedule, at) in enumerate(questions[begin:begin + 4000]))
        rows = db.admin(f"""select w.open, extract(epoch from w.next_at)::bigint, extract(epoch from w.closes_at)::bigint
            from (values {values}) as q(n, region, zone, kind, schedule, at)
            cross join lateral calling_window(q.region, q.zone, q.kind, q.schedule, q.at) as w order by q.n""")
        answers += [(o == "t", *(int(x) if x else None for x in times)) for o, *times in rows]
    assert len(answers) == len(questions)
    return answers


def agree(db, law, questions):
    wrong = [(q, got, wanted) for q, got in zip(questions, asked(db, questions)) if got != (wanted := law.window(*q))]
    assert not wrong, f"{len(wrong)} of {len(questions)}, seed {SEED}:\n" + "\n".join(
        f"{region} {zone or ''} {kind} {json.dumps(schedule)} at {datetime.fromtimestamp(at, timezone.utc)} ({at}): {got}, expected {wanted}"
        for (region, zone, kind, schedule, at), got, wanted in wrong[:8])


def changes(name):
    """Instants at which a zone's clock changes."""
    zone, found = zoneinfo.ZoneInfo(name), []

    def ahead(at):
        return datetime.fromtimestamp(at, zone).utcoffset()

    for begin in range(FIRST, LAST, 7 * 86400):
        low, high = begin, begin + 7 * 86400
        if ahead(low) == ahead(high):
            continue
        before = ahead(low)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if ahead(middle) == before else (low, middle)
        found.append(high)
    return found


def some_window(rng, near=None):
    start = rng.randrange(96) if near is None else (near + rng.randint(-8, 8)) % 96
    end = (start + rng.choice((1, 2, 3, 5, 8, 20, 40, 90))) % 96
    clock_time = "{:02}:{:02}".format
    return {"start": clock_time(*divmod(start * 15, 60)), "end": clock_time(*divmod(end * 15, 60))}


def some_schedule(rng, near=None):
    schedule = {}
    if rng.random() < 0.85:
        schedule["retry_windows"] = [some_window(rng, near) for _ in range(rng.choice((1, 1, 2, 3)))]
    for window in schedule.get("retry_windows", []):
        if rng.random() < 0.2:
            window["days"] = sorted(rng.sample(range(1, 8), rng.randint(1, 6)))
        if rng.random() < 0.15:
            window["timezone"] = rng.choice(("local", "Asia/Kolkata", "Europe/London", "America/St_Johns", "Australia/Lord_Howe"))
    if rng.random() < 0.25:
        schedule["days"] = sorted(rng.sample(range(1, 8), rng.randint(1, 6)))
    if rng.random() < 0.15:
        schedule["limits"] = [{"windows": [some_window(rng)]}]
    return schedule


def schema():
    """With a country whose law knows no night: else nothing is ever open when clocks change."""
    db = Database("migrated")
    db.admin("""insert into calling_regions values ('XT', 'XT', null, '{Etc/UTC}', null);
        insert into calling_rules values ('xt', 'XT', 'any', '{1,2,3,4,5,6,7}', '00:00', '24:00', null, 'https://example.org', '2026-01-01', null)""")
    return db, Law(db)


def test_at_the_edges_of_daylight_saving_time_windows_open_and_close_as_clocks_say():
    rng, (db, law) = random.Random(SEED), schema()
    names = sorted(n for n in zoneinfo.available_timezones() if n not in ("Factory", "localtime", "posixrules", "CET", "EET", "MET", "WET"))
    assert db.admin("select n from unnest(array[" + ",".join(map(quoted, names)) + "]) as n where not calling_zone_known(n)") == []
    if not LONG:
        names = rng.sample(names, 60)  # of 597
    edges = [(name, at) for name in names for at in changes(name)]
    if not LONG:
        edges = rng.sample(edges, min(len(edges), 100))
    questions = []
    for name, at in edges:
        near = sum(clock(name).shows(at // CELL - 1)[1:]) // 15
        steps = range(-3 * 3600, 3 * 3600 + 1, 1800) if LONG else sorted(rng.sample(range(-3 * 3600, 3 * 3600 + 1, 900), 8))
        schedule = some_schedule(rng, near)
        questions += [("XT", name, "any", schedule, at + step + rng.choice((0, 0, -1, 1))) for step in steps]
    assert len(questions) > 400, len(questions)
    agree(db, law, questions)


def test_a_number_that_may_be_in_several_zones_is_called_when_all_of_them_are_awake():
    rng, (db, law) = random.Random(SEED + 1), schema()
    kinds = ("any", "marketing", "informational", "collection")
    divided = [id for id, (_, _, zones) in law.regions.items() if len(zones) > 1]
    assert len(divided) > 40 and {"NANP", "RU", "BR", "AU", "MX", "ID", "US-FL-448", "CA"} - {"CA"} <= set(divided)
    bases = [rng.randrange(FIRST, LAST) // 86400 * 86400 for _ in range(40 if LONG else 2)]
    questions = []
    for base in bases:  # instants close together, so that the clocks need not be read anew
        regions = list(law.regions) if LONG else rng.sample(list(law.regions), 60) + ["NANP", "RU", "AU", "US-FL-448", "IN", "US-TX", "US-PA", "US-ME"]
        questions += [(id, None, rng.choice(kinds), rng.choice(({}, some_schedule(rng))), base + rng.randrange(2 * 86400)) for id in regions]
    agree(db, law, questions)


def test_all_regions_at_once_are_open_as_each_of_them_is():
    rng, (db, law) = random.Random(SEED + 2), schema()
    # The weekend on which America changes its clocks, and one on which Europe does.
    for at in [1772953200, 1774746000, *(rng.randrange(FIRST, LAST) for _ in range(12 if LONG else 1))]:
        for schedule in ({}, {"retry_windows": [{"start": "01:30", "end": "19:15"}, {"start": "10:00", "end": "11:00", "timezone": "Asia/Tokyo"}], "days": [1, 2, 3, 7]}):
            got = {id: int(closes) for id, closes in db.admin(
                f"select region, extract(epoch from closes_at)::bigint from calling_open_regions('marketing', {quoted(json.dumps(schedule))}, to_timestamp({at}))")}
            wanted = {}
            for id in law.regions:
                if law.open(id, None, "marketing", schedule, at // CELL):
                    change = next((c for c in range(at // CELL + 1, (at + 2 * 86400) // CELL + 1) if not law.open(id, None, "marketing", schedule, c)), None)
                    wanted[id] = min(change * CELL, at + 2 * 86400) if change else at + 2 * 86400
            assert got == wanted, {id: (got.get(id), wanted.get(id)) for id in law.regions if got.get(id) != wanted.get(id)}
            assert schedule or len(got) > 30


def at_local(zone, text, fold=0):
    return int(datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=fold).timestamp())


def test_laws_in_so_many_words():
    db, _ = schema()
    ny, la, chicago, kolkata = "America/New_York", "America/Los_Angeles", "America/Chicago", "Asia/Kolkata"

    def window(region, kind, zone, text, schedule=None, fold=0):
        at = at_local(zone, text, fold)
        (o, *times), = asked(db, [(region, None, kind, schedule or {}, at)])
        return o, *(datetime.fromtimestamp(t, zoneinfo.ZoneInfo(zone)).strftime("%a %H:%M") if t else None for t in times)

    assert window("US-CA", "marketing", la, "2026-11-20T07:59:59") == (False, "Fri 08:00", None)
    assert window("US-CA", "marketing", la, "2026-11-20T08:00:00") == (True, "Fri 08:00", "Fri 21:00")
    assert window("US-CA", "marketing", la, "2026-11-20T21:00:00") == (False, "Sat 08:00", None)
    assert window("US-FL", "informational", ny, "2026-11-20T20:00:00") == (False, "Sat 08:00", None), "Florida's evening is shorter"
    assert window("US-TX", "marketing", chicago, "2026-11-22T11:00:00") == (False, "Sun 12:00", None)
    assert window("US-TX", "marketing", chicago, "2026-11-21T11:00:00") == (True, "Sat 11:00", "Sat 21:00")
    assert window("US-PA", "marketing", ny, "2026-11-22T11:00:00") == (False, "Mon 08:00", None), "no Sundays"
    assert window("US-ME", "marketing", ny, "2026-11-20T17:00:00") == (False, "Mon 09:00", None), "working hours only"
    assert window("US-KY", "marketing", ny, "2026-11-20T09:59:00") == (False, "Fri 10:00", None)
    assert window("IN", "marketing", kolkata, "2026-11-20T09:30:00") == (False, "Fri 10:00", None)
    assert window("IN", "collection", kolkata, "2026-11-20T09:30:00") == (True, "Fri 09:30", "Fri 19:00")
    assert window("IN", "informational", kolkata, "2026-11-20T08:30:00") == (False, "Fri 09:00", None), "the default"
    assert window("DE", "marketing", "Europe/Berlin", "2026-11-20T20:00:00") == (False, "Sat 09:00", None)
    # The panhandle is on two clocks: from 8 of the later one to 20 of the earlier one.
    assert window("US-FL-448", "marketing", ny, "2026-11-20T08:30:00") == (False, "Fri 09:00", None)
    assert window("US-FL-448", "marketing", ny, "2026-11-20T09:00:00") == (True, "Fri 09:00", "Fri 20:00")
    # An hour that is not shown that day, and one that is shown twice.
    dawn = {"retry_windows": [{"start": "02:15", "end": "02:45"}]}
    at = at_local(ny, "2026-03-07T12:00:00")
    assert asked(db, [("XT", ny, "any", dawn, at)])[0] == (False, at_local(ny, "2026-03-09T02:15:00"), None)
    twice = {"retry_windows": [{"start": "01:00", "end": "01:30"}]}
    assert asked(db, [("XT", ny, "any", twice, at_local(ny, "2026-11-01T00:10:00")), ("XT", ny, "any", twice, at_local(ny, "2026-11-01T01:10:00")),
                      ("XT", ny, "any", twice, at_local(ny, "2026-11-01T01:40:00")), ("XT", ny, "any", twice, at_local(ny, "2026-11-01T01:10:00", 1))]) == [
        (False, at_local(ny, "2026-11-01T01:00:00"), None), (True, at_local(ny, "2026-11-01T01:10:00"), at_local(ny, "2026-11-01T01:30:00")),
        (False, at_local(ny, "2026-11-01T01:00:00", 1), None),
        (True, at_local(ny, "2026-11-01T01:10:00", 1), at_local(ny, "2026-11-01T01:30:00", 1))]


# By the calendars of these years, written down and not reckoned.
HOLIDAYS = {
    "US-AL": ["2026-01-01", "2026-01-19", "2026-02-16", "2026-04-27", "2026-05-25", "2026-06-01", "2026-06-19", "2026-07-03", "2026-07-04", "2026-09-07",
              "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-01", "2026-12-25"],
    "US-LA": ["2026-01-01", "2026-01-08", "2026-01-19", "2026-02-17", "2026-04-03", "2026-05-25", "2026-06-19", "2026-07-03", "2026-07-04", "2026-09-07",
              "2026-10-12", "2026-11-03", "2026-11-11", "2026-11-26", "2026-11-27", "2026-12-25"],
    "US-PA": ["2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03", "2026-05-25", "2026-06-14", "2026-06-15", "2026-07-03", "2026-07-04", "2026-09-07",
              "2026-10-12", "2026-11-03", "2026-11-11", "2026-11-26", "2026-12-25"],
    "US-RI": ["2026-01-01", "2026-01-19", "2026-02-16", "2026-05-04", "2026-05-25", "2026-06-19", "2026-07-03", "2026-07-04", "2026-08-10", "2026-09-07",
              "2026-10-12", "2026-11-03", "2026-11-11", "2026-11-26", "2026-12-25"],
    "US-UT": ["2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03", "2026-04-05", "2026-05-25", "2026-06-15", "2026-06-19", "2026-07-03", "2026-07-04",
              "2026-07-24", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25"],
    "US-NY": [], "IN": [],
}


def test_on_holidays_nobody_is_called_where_the_law_says_so():
    db, law = schema()

    def days(region, year, kind="marketing"):
        return [d for d, in db.admin(f"select d from calling_closed_days(array['{region}'], '{kind}', '{year}-01-01', '{year}-12-31') as c(d) order by 1")]

    for region, wanted in HOLIDAYS.items():
        assert days(region, 2026) == wanted, region
    assert days("US-PA", 2026, "collection") == [], "holidays are about selling"
    assert "2027-11-02" in days("US-PA", 2027) and not {"2027-11-02"} & {*days("US-RI", 2027), *days("US-LA", 2027)}, "elections of even years"
    # New Year's Day of 2028 is a Saturday, so its Friday is of the year before; Christmas of 2027 too.
    assert days("US-UT", 2027)[-3:] == ["2027-12-24", "2027-12-25", "2027-12-31"] and days("US-UT", 2028)[0] == "2028-01-01"
    # Utah keeps Juneteenth on a Monday: of its week, or behind its weekend.
    june = {year: [d for d in days("US-UT", year) if "-06-" in d] for year in (2023, 2027, 2028, 2032, 2033)}
    assert june == {2023: ["2023-06-19"], 2027: ["2027-06-19", "2027-06-21"], 2028: ["2028-06-19"], 2032: ["2032-06-19", "2032-06-21"], 2033: ["2033-06-19", "2033-06-20"]}, june
    assert [d for d, in db.admin("select easter_sunday(y) from generate_series(2020, 2036) as y")] == [str(d) for d in EASTER.values()]
    assert [d for d, in db.admin("select easter_sunday(y) from unnest(array[1818, 1886, 1943, 2011, 2038, 2285]) as y")] == [
        "1818-03-22", "1886-04-25", "1943-04-25", "2011-04-24", "2038-04-25", "2285-03-22"]
    # Asked as the engine asks: over the border of a holiday, for one region and for all.
    la = "America/Chicago"
    at = at_local(la, "2026-11-25T19:30:00")
    assert asked(db, [("US-LA", None, "marketing", {}, at)])[0] == (True, at, at_local(la, "2026-11-25T20:00:00"))
    at = at_local(la, "2026-11-25T20:30:00")
    assert asked(db, [("US-LA", None, "marketing", {}, at)])[0] == (False, at_local(la, "2026-11-28T08:00:00"), None), "Thanksgiving, and the day after"
    assert asked(db, [("US-LA", None, "informational", {}, at)])[0] == (True, at, at_local(la, "2026-11-25T21:00:00"))
    noon = at_local(la, "2026-11-27T12:00:00")
    opened = {r for r, in db.admin(f"select region from calling_open_regions('marketing', '{{}}', to_timestamp({noon}))")}
    assert "US-LA" not in opened and {"US-AL", "US-TX"} <= opened
    rng, kinds = random.Random(SEED + 3), ("marketing", "informational", "collection")
    around = [at_local(la, d + "T00:00:00") for region in HOLIDAYS for d in HOLIDAYS[region]]
    agree(db, law, [(rng.choice(list(HOLIDAYS)), None, rng.choice(kinds), {}, rng.choice(around) + rng.randrange(-36, 60) * 3600) for _ in range(400 if LONG else 60)])
    assert db.admin("select id from calling_holidays where source_url !~ '^https?://' or as_of is null or coalesce(why, '') = ''") == []
    # A day of a place that has no hours of its own, and of every kind.
    db.admin("insert into calling_holidays (id, region, kind, name, month, day, source_url, as_of) values ('x', 'JM', 'any', 'X', 11, 27, 'https://example.org', '2026-01-01')")
    assert "JM" in opened and "JM" not in {r for r, in db.admin(f"select region from calling_open_regions('marketing', '{{}}', to_timestamp({noon}))")}
    db.refused("insert into calling_holidays (id, region, kind, name, month, day, source_url, as_of) values ('y', 'IN', 'any', 'Y', 1, 26, 'https://example.org', '2026-01-01')",
               "42501", tenant="A")


def test_what_is_not_known_is_no_reason_to_call():
    db, law = schema()
    noon = at_local("America/New_York", "2026-11-20T12:00:00")

    def why(region, zone, schedule="{}", at=noon):
        return db.admin(f"select open, why from calling_window({region}, {zone}, 'marketing', '{schedule}', to_timestamp({at}))")[0]

    assert why("'US-NY'", "null") == ["t", ""]
    assert why("null", "null") == ["f", "unknown_region"] and why("'Atlantis'", "null") == ["f", "unknown_region"]
    assert why("null", "'America/New_York'") == ["t", ""], "the default, where he says he is"
    for zone in ("Mars/Olympus", "IST", "PST", "CET", "WET", "EST+5", "UTC+5", "Foo/GMT+5", "", "america/new_york", "posix/Europe/Berlin", "right/Europe/Berlin", "localtime"):
        assert why("null", quoted(zone)) == ["f", "unknown_region"], zone
        assert why("'US-NY'", quoted(zone)) == ["t", ""], f"{zone} says nothing: then the number does"
    assert why("'US-NY'", "'Asia/Tokyo'") == ["f", "outside_lawful_hours"]
    assert why("'US-NY'", "null", '{"retry_windows": [{"start": "08:00", "end": "09:00"}]}') == ["f", "outside_window"]
    assert why("'US-NY'", "null", '{"retry_windows": [], "days": null, "anything": 1}') == ["t", ""]
    for bad in ("[]", "7", '"x"', '{"retry_windows": 7}', '{"retry_windows": ["09:00"]}', '{"retry_windows": [{"start": "9", "end": "10:00"}]}',
                '{"retry_windows": [{"start": "09:00"}]}', '{"retry_windows": [{"start": "24:00", "end": "10:00"}]}',
                '{"retry_windows": [{"start": "09:00", "end": "09:00"}]}', '{"retry_windows": [{"start": "09:00", "end": "25:00"}]}',
                '{"retry_windows": [{"start": "09:00", "end": "10:00", "timezone": "IST"}]}', '{"days": [0]}', '{"days": []}', '{"days": ["1"]}', '{"days": 1}',
                '{"retry_windows": [{"start": "09:00", "end": "10:00", "timezone": 5}]}', '{"limits": {}}', '{"limits": [1]}',
                '{"limits": [{"windows": [{}]}]}', '{"retry_windows": [' + ",".join(['{"start": "09:00", "end": "10:00"}'] * 51) + "]}"):
        assert why("'US-NY'", "null", bad) == ["f", "bad_schedule"], bad
        assert db.admin(f"select calling_schedule_error('{bad}') is not null")[0] == ["t"], bad
        assert db.admin(f"select count(*) from calling_open_regions('marketing', '{bad}', now())") == [["0"]]
    # With no rule at all nobody is called.
    db.admin("delete from calling_rules")
    assert why("'US-NY'", "null") == ["f", "outside_lawful_hours"]


def test_a_number_says_where_it_may_be():
    db, law = schema()
    known = {"+12125550100": "US-NY", "+13055550100": "US-FL", "+18505550100": "US-FL-448", "+16135550100": "CA-ON", "+18765550100": "JM",
             "+18005550100": "NANP", "+12225550100": "NANP", "+919876543210": "IN", "+442071838750": "GB", "+74951234567": "RU-47", "+79161234567": "RU",
             "+77012345678": "KZ", "+5511987654321": "BR-11", "+5592987654321": "BR-92", "+61298765432": "AU-2", "+61412345678": "AU", "+61891621234": "CC",
             "+525512345678": "MX-55", "+6281234567890": "ID", "+34928123456": "ES-822", "+34612345678": "ES", "+390612345678": "IT", "+35312345678": "IE",
             "+80012345678": "", "+999123456": "", "+210123456": "", "12125550100": "", "+1": "", "+1212555010012345": "", "": "", "+1212555x100": ""}
    got = db.admin("select coalesce(calling_region_of(p), '') from unnest(array[" + ",".join(map(quoted, known)) + "]) with ordinality as t(p, n) order by n")
    assert [r for r, in got] == list(known.values()), dict(zip(known, got))
    zones = {z for _, _, zs in law.regions.values() for z in zs}
    assert zones <= zoneinfo.available_timezones() | {"Etc/UTC"}, zones - zoneinfo.available_timezones()
    assert db.admin("select z from (select distinct unnest(zones) as z from calling_regions) as t where not calling_zone_known(z)") == []
    # Every place can be called at some time of every season, whatever for.
    for at in ("2026-01-14 00:00Z", "2026-07-15 00:00Z"):
        for kind in ("any", "marketing", "informational", "collection"):
            assert db.admin(f"select r.id from calling_regions r cross join lateral calling_window(r.id, null, '{kind}', '{{}}', '{at}') as w "
                            "where w.next_at is null or w.next_at > timestamptz '" + at + "' + interval '4 days'") == [], kind
    # Places of one country are on fewer clocks than the country, and none is on a clock of its own.
    for country in ("RU", "BR", "AU", "MX", "ID", "ES", "PT", "NZ", "CL", "EC"):
        parts = {z for id, (c, _, zs) in law.regions.items() if c == country and id != country for z in zs}
        assert parts <= set(law.regions[country][2]), (country, parts - set(law.regions[country][2]))
    assert db.admin("select id from calling_rules where source_url !~ '^https?://' or as_of > now()") == []
    db.admin("insert into tenants (id, slug, name) values ('A', 'a', 'A')")
    db.sql("insert into leads (tenant_id, id, phone, region) values ('A', 'l', '+12125550100', 'US-CA')", tenant="A")
    assert db.sql("select region from leads", tenant="A") == [["US-NY"]], "nobody says where a number is but the table"
    db.sql("update leads set phone = '+919876543210'", tenant="A")
    assert db.sql("select region from leads", tenant="A") == [["IN"]]
    for script in ("update calling_rules set to_time = '23:00'", "delete from calling_regions", "insert into calling_prefixes values ('999', 'IN')"):
        for role in ("invorto_app", "invorto_worker"):
            db.refused(script, "42501", tenant="A", role=role)


def test_a_tenant_can_only_be_stricter():
    db, _ = schema()
    db.admin("insert into tenants (id, slug, name) values ('A', 'a', 'A')")
    noon = at_local("America/New_York", "2026-11-20T12:00:00")

    def closes(schedule="{}"):
        return db.sql(f"""select w.open, w.closes_at at time zone 'America/New_York' from calling_window('US-NY', null, 'marketing',
            calling_schedule('A', '{schedule}'), to_timestamp({noon})) as w""", tenant="A")[0]

    assert closes() == ["t", "2026-11-20 21:00:00"]
    db.sql("""update tenants set settings = '{"calling_hours": {"windows": [{"start": "07:00", "end": "13:00"}], "days": [1, 2, 3, 4, 5]}}'""", tenant="A")
    assert closes() == ["t", "2026-11-20 13:00:00"]
    assert closes('{"retry_windows": [{"start": "07:00", "end": "23:00"}]}') == ["t", "2026-11-20 13:00:00"]
    assert closes('{"retry_windows": [{"start": "13:00", "end": "23:00"}]}') == ["f", ""]
    db.sql("""update tenants set settings = '{"calling_hours": {"windows": [{"start": "00:00", "end": "24:00"}]}}'""", tenant="A")
    assert closes() == ["t", "2026-11-20 21:00:00"], "more than the law is not to be had"
    for bad in ('{"calling_hours": {"windows": [{"start": "7"}]}}', '{"calling_hours": []}', '{"consent_required": "no"}', '{"calling_hours": {"days": [8]}}'):
        db.refused(f"update tenants set settings = '{bad}'", "23514", tenant="A")


def test_all_regions_at_once_take_no_time():
    db, law = schema()
    script = "select count(*) from calling_open_regions('marketing', '{\"retry_windows\": [{\"start\": \"10:00\", \"end\": \"18:00\"}]}', now());\n"
    began = time.monotonic()
    db.admin(script)
    once = time.monotonic() - began
    best = once
    for _ in range(3):
        began = time.monotonic()
        db.admin(script * 21)
        best = min(best, (time.monotonic() - began - once) / 20)
    print(f"all {len(law.regions)} regions at once: {best * 1000:.1f} ms, {once * 1000:.0f} ms with a connection that is new")
    assert best < 0.08, best


test_all_regions_at_once_take_no_time.alone = True
