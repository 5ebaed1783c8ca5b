"""The schema: tenants kept apart in every table for every role, the end of a call recorded once, migrations."""
import hashlib
import json
import os
import re
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from database import Database, SqlError, cluster, migrate, quoted, run_psql
from stack import DAEMON, ROOT

HERE = os.path.dirname(os.path.abspath(__file__))
# Tables whose rows may belong to nobody, or that nobody but the schema's own functions may touch.
SHARED, HIDDEN = {"rate_cards", "optimizer_rules"}, {"user_sessions"}
# What background work has no business with, whoever sets it up.
NOT_FOR_WORKERS = {"api_keys", "tenant_secrets", "users", "user_tenants", "user_sessions"}
DENIED = "42501"


def filled():
    return Database("filled")


def tenant_tables(db):
    """Name → columns that can be written."""
    found = {}
    for table, column in db.admin("""
            select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = '' and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')
            order by 1, a.attnum"""):
        found.setdefault(table, []).append(column)
    assert len(found) >= 30, found
    return found


def attempts(db, statements, **scope):
    """Each on its own: rows touched, or the SQLSTATE that refused it. Nothing stays."""
    script = """create function pg_temp.attempt(statement text) returns text language plpgsql as $f$
        declare n bigint; begin
            execute statement; get diagnostics n = row_count;
            raise exception using errcode = 'IV000', message = n::text;
        exception when sqlstate 'IV000' then return sqlerrm; when others then return sqlstate; end $f$;
        """ + "".join(f"select pg_temp.attempt({quoted(s)});\n" for s in statements)
    return [row[0] for row in db.sql(script, **scope)]


def columns_for(db, role, verb):
    """Table → columns the role may use with that verb, by whatever grant."""
    found = {}
    for table, column in db.admin(f"""
            select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = '' and has_column_privilege('{role}', c.oid, a.attname, '{verb}')
            order by 1, a.attnum"""):
        found.setdefault(table, []).append(column)
    return found


def background_tables(db):
    return {row[0] for row in db.admin("""select c.relname from pg_policy p join pg_class c on c.oid = p.polrelid
        where 'invorto_worker'::regrole = any (p.polroles)""")}


def rows_of(db, tables, tenant):
    """What a tenant's rows look like to someone who sees everything."""
    return db.admin(" union all ".join(
        f"select '{t}', coalesce(md5(string_agg(x::text, ',' order by x::text)), 'none') from {t} x where tenant_id = '{tenant}'"
        for t in tables) + " order by 1")


def test_every_table_of_a_tenant_is_filled_for_the_tests_below():
    db = filled()
    there = db.admin(" union ".join(f"select '{t}', tenant_id from {t}" for t in tenant_tables(db)))
    unfilled = [t for t in tenant_tables(db) for tenant in "AB" if [t, tenant] not in there]
    assert not unfilled, f"add rows to schema_rows.sql for {unfilled}"


def test_every_table_shows_a_tenant_its_own_rows_and_no_others():
    db = filled()
    readable = columns_for(db, "invorto_app", "select")
    assert set(tenant_tables(db)) - HIDDEN == {t for t in tenant_tables(db) if t in readable}
    tables = sorted(set(tenant_tables(db)) - HIDDEN)
    counts = "\nunion all\n".join(f"select '{t}', count(*) filter (where tenant_id = 'A'), count(*) filter (where tenant_id = 'B'), "
                                  f"count(*) filter (where tenant_id is null) from {t}" for t in tables)

    def look(wanted, what, **scope):
        for table, a, b, shared in db.sql(counts, **scope):
            assert (int(a) > 0, int(b) > 0) == wanted, f"{table} with {what}: {a} rows of A, {b} of B"
            assert shared == "0" or table in SHARED, f"{table} with {what}: {shared} rows of nobody"

    look((True, False), "tenant A", tenant="A")
    look((False, True), "tenant B", tenant="B")
    look((True, False), "tenant A and its member", tenant="A", user="A_admin")
    for what, scope in {
            "no tenant": {}, "an empty tenant": {"tenant": ""}, "an unknown tenant": {"tenant": "C"},
            "a pattern for a tenant": {"tenant": "%"}, "only a member": {"user": "A_admin"},
            "tenant A and a member of B": {"tenant": "A", "user": "B_admin"}, "tenant A and an unknown person": {"tenant": "A", "user": "x"},
            "tenant A and a member who is barred": {"tenant": "A", "user": "A_gone"}}.items():
        look((False, False), what, **scope)
    db.admin("update users set platform_admin = true where id = 'B_admin'")
    look((True, False), "tenant A and a platform admin", tenant="A", user="B_admin")


def test_the_worker_sees_all_tenants_where_it_works_and_nothing_elsewhere():
    db = filled()
    across, readable = background_tables(db), columns_for(db, "invorto_worker", "select")
    assert not across & NOT_FOR_WORKERS and not {"api_keys", "users", "user_tenants", "user_sessions"} & set(readable)
    assert {"webhook_outbox", "webhook_endpoints", "webhook_events", "webhook_attempts", "artifacts", "voice_call_records",
            "idempotency_keys", "erasure_jobs", "voice_campaigns", "leads", "voice_usage_ledger"} <= across
    counts = " union all ".join(f"select '{t}', count(*) filter (where tenant_id = 'A'), count(*) filter (where tenant_id = 'B') from {t}"
                                for t in sorted(set(tenant_tables(db)) & set(readable)))
    for tenant in (None, "A"):
        for table, a, b in db.sql(counts, tenant=tenant, role="invorto_worker"):
            wanted = (True, True) if table in across else (tenant == "A", False)
            assert (int(a) > 0, int(b) > 0) == wanted, f"{table} with tenant {tenant}: {a} of A, {b} of B"
    closed = sorted((set(tenant_tables(db)) | {"users"}) - set(readable))
    assert set(attempts(db, [f"select count(*) from {t}" for t in closed], role="invorto_worker", tenant="A")) == {DENIED}, closed


def test_nothing_can_be_written_into_another_tenant():
    db = filled()
    tables = tenant_tables(db)
    may = {verb: columns_for(db, "invorto_app", verb) for verb in ("select", "insert", "update")}
    before = rows_of(db, tables, "B")
    statements, wanted = [], []

    def expect(statement, *answers):
        statements.append(statement)
        wanted.append(answers)

    for table, columns in tables.items():
        own = [c for c in columns if c in may["insert"].get(table, ()) and c in may["select"].get(table, ())]
        copied = ", ".join(own)
        others = ", ".join("'B'" if c == "tenant_id" else c for c in own)
        if "tenant_id" in own:
            # The same row with the own name shows that the tenant is all that is wrong with it.
            expect(f"insert into {table} ({copied}) select {copied} from {table} where tenant_id = 'A' limit 1", "1", "23505", "23502")
            expect(f"insert into {table} ({copied}) select {others} from {table} where tenant_id = 'A' limit 1", DENIED)
        else:
            expect(f"insert into {table} (tenant_id) values ('B')", DENIED)
        updatable = may["update"].get(table, [])
        for column in updatable[:1]:
            expect(f"update {table} set {column} = {column} where tenant_id = 'B'", "0")
            expect(f"update {table} set {column} = {column}", *(str(n) for n in range(1, 10)))
        if not updatable:
            expect(f"update {table} set tenant_id = tenant_id where tenant_id = 'B'", DENIED)
        expect(f"update {table} set tenant_id = 'B' where tenant_id = 'A'", DENIED)
        expect(f"delete from {table} where tenant_id = 'B'", "0", DENIED)
        expect(f"truncate {table}", DENIED)
    got = attempts(db, statements, tenant="A")
    wrong = [(s, g, w) for s, g, w in zip(statements, got, wanted) if g not in w]
    assert len(got) == len(statements) and not wrong, "\n".join(f"{s}: {g}, expected {w}" for s, g, w in wrong)
    for scope in ({}, {"tenant": ""}, {"tenant": "A", "user": "B_admin"}):
        got = attempts(db, [f"delete from {t}" for t in tables], **scope)
        assert set(got) <= {"0", DENIED}, (scope, dict(zip(tables, got)))
    assert rows_of(db, tables, "B") == before


def test_the_worker_cannot_write_where_it_has_no_business():
    db = filled()
    tables, across = tenant_tables(db), background_tables(db)
    verbs = {verb: columns_for(db, "invorto_worker", verb) for verb in ("insert", "update")}
    statements = [s for t in sorted(set(tables) - across) for s in (f"delete from {t}", f"update {t} set tenant_id = 'B'")]
    for scope in ({}, {"tenant": "A"}):
        got = attempts(db, statements, role="invorto_worker", **scope)
        assert len(got) == len(statements) and set(got) <= {"0", DENIED}, (scope, dict(zip(statements, got)))
    assert not set(verbs["update"]) & {"tenants", "voice_usage_ledger", "audit_log", "consent_ledger", "call_costs", "rate_cards"}


def test_ledgers_cannot_be_rewritten():
    db = filled()
    for role in ("invorto_app", "invorto_worker"):
        for table in ("voice_usage_ledger", "call_costs", "consent_ledger", "rate_cards"):
            for verb in (f"update {table} set tenant_id = tenant_id", f"delete from {table}"):
                db.refused(verb, DENIED, tenant="A", role=role)
    for table in ("audit_log", "call_timeline", "webhook_events"):
        db.refused(f"update {table} set tenant_id = tenant_id", DENIED, tenant="A")
        db.refused(f"delete from {table}", DENIED, tenant="A")


def test_tables_without_a_tenant():
    db = filled()
    assert db.sql("select id from tenants", tenant="A") == [["A"]]
    assert db.sql("select id from tenants") == []
    assert attempts(db, ["update tenants set name = 'x' where id = 'B'", "update tenants set name = 'x'", "update tenants set id = 'C'",
                         "update tenants set status = 'closed'", "delete from tenants", "insert into tenants (slug, name) values ('c', 'C')"],
                    tenant="A") == ["0", "1"] + [DENIED] * 4
    assert db.sql("select id from users order by 1", tenant="A") == [["A_admin"], ["A_gone"]]
    assert db.sql("select id from users", user="B_admin") == [["B_admin"]], "a person sees himself"
    assert db.sql("select id from users") == []
    for script in ("select password_hash from users", "select * from users", "update users set name = 'x'", "delete from users"):
        db.refused(script, DENIED, tenant="A")
    assert len(db.sql("select id from voice_agent_templates")) == 4
    db.refused("update voice_agent_templates set name = 'x'", DENIED, tenant="A")
    db.admin("update voice_agent_templates set is_public = false where use_case = 'customer_support'")
    assert len(db.sql("select id from voice_agent_templates", tenant="A")) == 3
    assert {r[0] for r in db.sql("select distinct coalesce(tenant_id, '-') from rate_cards", tenant="A")} == {"-", "A"}


def test_the_pool_is_invisible_to_tenants_but_for_what_they_take():
    db = Database()
    db.admin("insert into twilio_phone_pool (id, phone_number_e164, twilio_sid) values "
             + ", ".join(f"('p{n}', '+1555010{n:04}', 'PN{n}')" for n in range(4)))
    for script in ("select id from twilio_phone_pool", "select count(*) from twilio_phone_pool", "update twilio_phone_pool set is_assigned = true",
                   "delete from twilio_phone_pool", "insert into twilio_phone_pool (phone_number_e164) values ('+15550199999')"):
        db.refused(script, DENIED, tenant="A")
    db.refused("select claim_pool_number('p0', '', null, null)", DENIED)
    taken = db.sql("select pool_phone_id, phone_number_e164, twilio_sid from claim_pool_number('+15550100000', 'support', 'me', null)", tenant="A")
    assert taken == [["p0", "+15550100000", "PN0"]]
    for number in ("p0", "+15550100000", "nothing"):
        assert db.sql(f"select 1 from claim_pool_number({quoted(number)}, '', null, null)", tenant="B") == []

    def race(tenant):
        return db.sql("select assignment_id from claim_pool_number('p1', '', null, null)", tenant=tenant)

    with ThreadPoolExecutor(8) as pool:
        won = [r for r in pool.map(race, "ABABABAB") if r]
    assert len(won) == 1, won
    assert db.admin("select count(*) from tenant_phone_assignments where pool_phone_id = 'p1'") == [["1"]]
    try:
        db.admin("insert into tenant_phone_assignments (tenant_id, pool_phone_id) values ('B', 'p0')")
        raise AssertionError("a number was held twice")
    except SqlError as e:
        assert e.state == "23505"
    held = db.sql("select id from tenant_phone_assignments where is_active and pool_phone_id = 'p0'", tenant="A")[0][0]
    assert db.sql(f"select release_pool_number('{held}')", tenant="B") == [["f"]], "only its holder gives a number back"
    assert db.sql(f"select release_pool_number('{held}')", tenant="A") == [["t"]]
    assert db.sql(f"select release_pool_number('{held}')", tenant="A") == [["f"]]
    assert len(db.sql("select 1 from claim_pool_number('p0', '', null, null)", tenant="B")) == 1


def test_a_setting_does_not_outlive_its_transaction():
    db = filled()
    got = run_psql(db.url(), """
        begin; select set_config('app.tenant_id', 'A', true); select count(*) > 0 from voice_agents; commit;
        select count(*), current_setting('app.tenant_id', true) from voice_agents;
        begin; select set_config('app.tenant_id', 'A', true); rollback;
        select count(*) from voice_agents;
        begin; select set_config('app.tenant_id', 'B', true); select distinct tenant_id from voice_agents; commit;""")
    assert got == [["A"], ["t"], ["0", ""], ["A"], ["0"], ["B"], ["B"]], got


def test_who_owns_what_and_who_may_become_whom():
    db = Database()
    assert db.admin("""select c.relname from pg_class c where c.relnamespace in ('public'::regnamespace, 'lookup'::regnamespace)
        and c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relowner <> 'invorto_owner'::regrole""") == []
    assert db.admin("""select p.oid::regprocedure from pg_proc p where p.pronamespace in ('public'::regnamespace, 'lookup'::regnamespace)
        and p.proowner <> 'invorto_owner'::regrole""") == []
    assert db.admin("""select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, pg_has_role(rolname, 'invorto_owner', 'member')
        from pg_roles where rolname in ('invorto_app', 'invorto_worker') order by 1""") == [
            ["invorto_app"] + ["f"] * 5, ["invorto_worker"] + ["f"] * 5]
    assert db.admin("select rolcanlogin, rolsuper, rolbypassrls from pg_roles where rolname = 'invorto_owner'") == [["f", "f", "f"]]
    for role in ("invorto_app", "invorto_worker"):
        for script in ("set role invorto_owner", "create table mine (x int)", "alter table voice_agents no force row level security",
                       "alter table voice_agents disable row level security", "set row_security = off; select id from voice_agents",
                       "drop policy tenant on voice_agents", "create policy mine on voice_agents using (true)",
                       "call guard_table('voice_agents', 'select')"):
            db.refused(script, DENIED, role=role, tenant="A")


def test_every_table_with_a_tenant_is_guarded_the_same_way():
    db = Database()
    problems = db.admin("""
        with t as (select c.oid, c.relname, c.relrowsecurity and c.relforcerowsecurity as forced from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p'))
        select relname, 'is not forced' from t where not forced
        union all
        select relname, 'lacks the policy' from t where relname not in ('rate_cards', 'optimizer_rules', 'user_sessions') and not exists (
            select from pg_policies p where p.tablename = relname and p.policyname = 'tenant' and p.cmd = 'ALL' and p.permissive = 'PERMISSIVE'
                and p.roles = '{public}' and p.qual = 'user_belongs_to_tenant(tenant_id)' and p.with_check = p.qual)
        union all
        select p.tablename::text, 'policy ' || p.policyname || ' is for ' || p.roles::text from pg_policies p join t on relname = p.tablename
            where p.policyname <> 'tenant' and not p.roles <@ '{invorto_worker,invorto_owner}'
                and (p.tablename, p.policyname, p.cmd) <> ('optimizer_rules', 'shared', 'SELECT')
        union all
        select relname, 'has rows of nobody' from t join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id'
            where not a.attnotnull and relname not in ('rate_cards', 'optimizer_rules', 'user_sessions')
        union all
        select relname, 'its key does not begin with the tenant' from t join pg_index i on i.indrelid = t.oid and i.indisprimary
            join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
            where a.attname <> 'tenant_id' and relname not in ('rate_cards', 'optimizer_rules', 'user_sessions')
        union all
        select k.conname, 'may point at another tenant' from pg_constraint k join t on t.oid = k.conrelid join t f on f.oid = k.confrelid
            where k.contype = 'f' and f.relname <> 'rate_cards' and not exists (
                select from unnest(k.conkey, k.confkey) as x(a, b)
                join pg_attribute l on l.attrelid = k.conrelid and l.attnum = x.a and l.attname = 'tenant_id'
                join pg_attribute r on r.attrelid = k.confrelid and r.attnum = x.b and r.attname = 'tenant_id')
        union all
        select c.relname, 'is a view with its owner''s eyes' from pg_class c where c.relnamespace = 'public'::regnamespace
            and (c.relkind = 'm' or (c.relkind = 'v' and not coalesce(c.reloptions::text[] @> '{security_invoker=true}', false)))
        union all
        select p.oid::regprocedure::text, 'runs as its owner and is open' from pg_proc p
            where p.pronamespace in ('public'::regnamespace, 'lookup'::regnamespace) and p.prosecdef
                and (not coalesce(p.proconfig @> '{"search_path=\\"\\""}', false)
                    or exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where grantee = 0))
        union all
        select p.oid::regprocedure::text, 'is for everybody' from pg_proc p
            where p.pronamespace in ('public'::regnamespace, 'lookup'::regnamespace) and p.prorettype <> 'trigger'::regtype
                and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where grantee = 0)""")
    assert problems == [], problems


def test_a_foreign_key_cannot_reach_into_another_tenant():
    db = filled()
    db.admin("insert into voice_agents (tenant_id, id, name, config) values ('B', 'only_b', 'x', '{}')")
    for script in ("update voice_phone_numbers set voice_agent_id = 'only_b'", "update voice_campaigns set voice_agent_id = 'only_b'",
                   "insert into voice_call_records (tenant_id, id, voice_agent_id) values ('A', 'x', 'only_b')",
                   "insert into voice_agent_versions (tenant_id, agent_id, version, name, config) values ('A', 'only_b', 1, 'x', '{}')"):
        db.refused(script, "23503", tenant="A")
    # Nor does an error tell what another tenant has: the same ids are free here.
    assert db.sql("insert into voice_agents (tenant_id, id, name, config) values ('A', 'only_b', 'x', '{}') returning id", tenant="A") == [["only_b"]]
    assert db.sql("insert into voice_phone_numbers (tenant_id, phone_number) values ('A', '+15550100066') returning 1", tenant="A") == [["1"]]


def test_keys_are_found_by_their_hash_and_nobody_reads_hashes():
    db = filled()
    known = hashlib.sha256(b"A").hexdigest()
    assert db.sql(f"select tenant_id, role, tenant_status from lookup.api_key('{known}')") == [["A", "dev", "active"]]
    for wrong in ("", "0" * 64, known[:-1], known.upper(), "%"):
        assert db.sql(f"select * from lookup.api_key('{wrong}')") == []
    for scope in ({"tenant": "A"}, {"tenant": "B"}, {}):
        for script in ("select key_hash from api_keys", "select * from api_keys", "update api_keys set key_hash = key_hash",
                       f"select id from api_keys where key_hash = '{known}'", "delete from api_keys returning key_hash"):
            db.refused(script, DENIED, **scope)
    for role in ("invorto_worker",):
        db.refused(f"select * from lookup.api_key('{known}')", DENIED, role=role)
        db.refused("select * from lookup.person('A@example.org')", DENIED, role=role)
    assert db.sql("select user_id, disabled from lookup.person('a@EXAMPLE.org')") == [["A_admin", "f"]]
    assert db.sql("select tenant_id, role from lookup.memberships('A_admin')") == [["A", "admin"]]
    assert db.sql("select tenant_id from lookup.memberships('A_gone')") == []
    db.admin("update tenants set settings = '{\"ip_allow\": [\"192.0.2.0/24\"], \"rate_per_minute\": 7}' where id = 'A'")
    assert db.sql(f"select rate_per_minute, ip_allow from lookup.api_key('{known}')") == [["7", "{192.0.2.0/24}"]]
    for bad in ('{"rate_per_minute": "many"}', '{"ip_allow": 3}', '{"fx_inr_per_usd": 0}', "[]", '"x"', '{"rate_per_minute": -1}'):
        db.refused(f"update tenants set settings = '{bad}'", "23514", "22023", tenant="A")


def test_a_person_is_enrolled_in_the_current_tenant_only():
    db = filled()
    assert db.sql("select lookup.enroll('sub-1', 'new@example.org', 'New', null, 'dev')", tenant="A") == [["sub-1"]]
    assert db.sql("select lookup.enroll('', 'NEW@example.org', null, 'other', 'analyst')", tenant="B") == [["sub-1"]], "known by address"
    assert db.admin("select password_hash is null from users where id = 'sub-1'") == [["t"]], "another tenant set a password"
    assert db.sql("select tenant_id, role from lookup.memberships('sub-1') order by 1") == [["A", "dev"], ["B", "analyst"]]
    db.refused("select lookup.enroll('', 'x@example.org', null, null, 'dev')", DENIED)
    db.refused("select lookup.enroll('', 'x@example.org', null, null, 'dev')", DENIED, tenant="A", user="B_admin")
    db.refused("select lookup.enroll('', 'x@example.org', null, null, 'god')", "23514", tenant="A")


def test_calls_and_numbers_are_found_before_their_tenant_is_known():
    db = filled()
    assert db.sql("select tenant_id, call_id from lookup.call_alias('twilio', 'CAB')") == [["B", "call"]]
    assert db.sql("select tenant_id from lookup.call_alias('jambonz', 'CAB')") == []
    assert len(db.sql("select tenant_id from lookup.call('call')")) == 2, "an id in use by two tenants is told to be"
    assert db.sql("select tenant_id, number_id, voice_agent_id from lookup.number('+15550100066')") == [["B", "num", "agt"]]
    # Somebody else's claim to the number does not make his telephone ring.
    db.sql("insert into voice_phone_numbers (tenant_id, phone_number, created_at) values ('A', '+15550100066', '2001-01-01')", tenant="A")
    assert db.sql("select tenant_id from lookup.number('+15550100066')") == [["B"]]


ENDING = {
    "record": {"status": "completed", "direction": "inbound", "voice_agent_id": "agt", "answered_at": "2026-11-21T10:00:00Z",
               "ended_at": "2026-11-21T10:01:30Z", "duration_seconds": 90, "cost_inr": 8.7, "end_reason": "hangup", "usage": {"turns": 3},
               "to_number": "+15550100001", "customer_number": "+15550100009"},
    "timeline": [{"seq": 1, "kind": "call.started", "at": "2026-11-21T10:00:00Z"}, {"seq": 2, "kind": "stt.final", "payload": {"text": "hi"}}],
    "costs": [{"type": "stt", "provider": "deepgram", "unit": "minute", "units": 1.5, "minutes": 1.5, "cost_inr": 3.75}],
    "artifacts": [{"kind": "recording", "format": "wav", "local_path": "x.wav", "bytes": 10}],
    "events": [{"id": "evt_mine", "type": "call.ended", "payload": '{"eventId": "evt_mine"}'}],
}


def end(db, call, ending, tenant="A", **scope):
    return db.sql(f"select recorded, status, duration_seconds, cost, cost_inr from end_call({quoted(tenant)}, {quoted(call)}, "
                  f"{quoted(json.dumps(ending))})", tenant=tenant, **scope)[0]


def what_followed(db, call):
    return {name: db.admin(f"select {columns} from {table} where tenant_id = 'A' and {key} = '{call}' order by 1") for name, columns, table, key in (
        ("ledger", "usage_type, duration_seconds, cost_usd, cost_inr, usage_date", "voice_usage_ledger", "call_id"),
        ("kernel", "type, status", "kernel_events", "entity_id"),
        ("events", "type, id", "webhook_events", "call_id"),
        ("timeline", "seq, kind", "call_timeline", "call_id"),
        ("costs", "type, cost_inr", "call_costs", "call_id"),
        ("artifacts", "kind, state", "artifacts", "call_id"))}


def test_a_call_ends_once():
    db = filled()
    db.sql("insert into voice_call_records (tenant_id, id, status, from_number) values ('A', 'c1', 'in-progress', '+15550100007')", tenant="A")
    assert end(db, "c1", ENDING) == ["t", "completed", "90", "0.1000", "8.7000"]
    first = what_followed(db, "c1")
    assert first == {
        "ledger": [["inbound_call", "90", "0.1000", "8.7000", "2026-11-21"]], "kernel": [["voice.call.completed", "completed"]],
        "events": [["call.ended", "evt_mine"]], "timeline": [["1", "call.started"], ["2", "stt.final"], ["3", "call.ended"]],
        "costs": [["stt", "3.7500"]], "artifacts": [["recording", "local"]]}, first
    assert db.admin("select from_number, usage ->> 'turns', voice_agent_id from voice_call_records where id = 'c1'") == [["+15550100007", "3", "agt"]]
    assert db.admin("select event_id, state from webhook_outbox where event_id = 'evt_mine'") == [["evt_mine", "pending"]]
    before = db.admin("select md5(c::text) from voice_call_records c where id = 'c1'")
    other = json.loads(json.dumps(ENDING))
    other["record"].update(status="failed", duration_seconds=5, cost_inr=99)
    other["events"] = [{"type": "agent.summary", "payload": "{}"}]
    other["timeline"] = [{"seq": 9, "kind": "late"}]
    assert end(db, "c1", other) == ["f", "completed", "90", "0.1000", "8.7000"], "a second end is told how the first was"
    assert what_followed(db, "c1") == first and db.admin("select md5(c::text) from voice_call_records c where id = 'c1'") == before
    for change in ("status = 'failed'", "status = 'in-progress'", "duration_seconds = 1", "ended_at = now()", "duration_seconds = null"):
        db.refused(f"update voice_call_records set {change} where id = 'c1'", "23514", tenant="A")
    db.sql("update voice_call_records set outcome = 'qualified', summary = 'late', status = 'completed' where id = 'c1'", tenant="A")
    assert what_followed(db, "c1") == first, "what is learned later ends nothing again"


def test_eight_who_end_a_call_at_once_end_it_once():
    db = filled()
    for attempt in range(5):
        with ThreadPoolExecutor(8) as pool:
            ends = list(pool.map(lambda n: end(db, f"r{attempt}", {"record": {"duration_seconds": n}}), range(8)))
        assert sorted(e[0] for e in ends) == ["f"] * 7 + ["t"], ends
        assert len({e[2] for e in ends}) == 1, "all are told of the same end"
        followed = what_followed(db, f"r{attempt}")
        assert [len(followed[k]) for k in ("ledger", "kernel", "events", "timeline")] == [1, 1, 1, 1], followed


def test_a_final_status_written_by_hand_has_the_same_consequences():
    db = filled()
    db.sql("insert into voice_call_records (tenant_id, id, direction, status, started_at) "
           "values ('A', 'h1', 'outbound', 'initiated', now() - interval '61 seconds')", tenant="A")
    assert what_followed(db, "h1")["ledger"] == []
    db.sql("update voice_call_records set status = 'completed', outcome = 'qualified' where id = 'h1'", tenant="A")
    followed = what_followed(db, "h1")
    assert [len(followed[k]) for k in ("ledger", "kernel", "events", "timeline")] == [1, 1, 1, 1]
    usage, seconds, usd, inr, _ = followed["ledger"][0]
    assert usage == "outbound_call" and 61 <= int(seconds) < 120 and abs(float(usd) - int(seconds) / 600) < 0.0002 and float(inr) > 8, followed
    event = json.loads(db.admin("select payload from webhook_events where call_id = 'h1'")[0][0])
    assert event["type"] == "call.ended" and event["tenantId"] == "A" and event["eventId"] == followed["events"][0][1]
    assert end(db, "h1", ENDING)[0] == "f"
    db.sql("insert into voice_call_records (tenant_id, id, status) values ('A', 'h2', 'no-answer')", tenant="A")
    followed = what_followed(db, "h2")
    assert followed["ledger"][0][1:4] == ["0", "0.0000", "0.0000"] and followed["kernel"] == [["voice.call.failed", "completed"]]


def test_the_end_of_a_call_that_never_was_recorded_is_recorded():
    db = filled()
    lost = {"record": {**ENDING["record"], "voice_agent_id": "deleted", "campaign_id": "none", "lead_id": "none"}}
    assert end(db, "lost", lost, role="invorto_worker")[0] == "t"
    assert db.admin("select status, direction, voice_agent_id is null, duration_seconds from voice_call_records where id = 'lost'") == [
        ["completed", "inbound", "t", "90"]]
    assert len(what_followed(db, "lost")["ledger"]) == 1
    assert end(db, "plain", {})[0:2] == ["t", "completed"]
    assert end(db, "busy", {"record": {"status": "busy"}})[1:3] == ["busy", "0"]


def test_another_tenants_call_cannot_be_ended():
    db = filled()
    for scope in ({"tenant": "B"}, {}, {"tenant": "A", "user": "B_admin"}):
        for role in ("invorto_app", "invorto_worker"):
            if role == "invorto_worker" and "user" in scope:
                continue
            db.refused("select * from end_call('A', 'call', '{}')", DENIED, role=role, **scope)
    db.refused("select enqueue_event('B', 'call.started', null, 'd', '{}')", DENIED, tenant="A")


def test_what_costs_nothing_known_costs_time_by_the_tenants_card():
    db = filled()
    db.admin("insert into rate_cards (id, tenant_id, role, unit, currency, price, increment_seconds) values ('own', 'A', 'hosted', 'minute', 'INR', 6, 30)")
    db.admin("update tenants set settings = '{\"fx_inr_per_usd\": 60}' where id = 'A'")
    assert end(db, "t1", {"record": {"duration_seconds": 31}})[3:] == ["0.1000", "6.0000"]
    assert db.admin("select rate_card_id from voice_usage_ledger where call_id = 't1'") == [["own"]]
    assert end(db, "t2", {"record": {"duration_seconds": 31, "cost": 0.3}})[3:] == ["0.3000", "18.0000"]
    assert db.admin("select rate_card_id is null from voice_usage_ledger where call_id = 't2'") == [["t"]]
    assert end(db, "t3", {"record": {"duration_seconds": 60}}, tenant="B")[3:] == ["0.1000", "8.7000"]


def test_an_event_goes_once_to_those_who_asked_for_it():
    db = Database()
    db.admin("""insert into webhook_endpoints (tenant_id, id, url, secret, events, disabled_at, deleted_at) values
        ('A', 'all', 'https://a', 's', '{*}', null, null), ('A', 'some', 'https://b', 's', '{call.started,call.ended}', null, null),
        ('A', 'old', 'https://c', 's', '{call.completed}', null, null), ('A', 'off', 'https://d', 's', '{*}', now(), null),
        ('A', 'gone', 'https://e', 's', '{*}', null, now()), ('B', 'all', 'https://f', 's', '{*}', null, null)""")

    def send(kind, dedup, extra=""):
        return db.sql(f"select created, deliveries, event_id from enqueue_event('A', '{kind}', 'c', '{dedup}', '{{\"a\": 1}}'{extra})", tenant="A")[0]

    def to(event):
        return [r[0] for r in db.admin(f"select endpoint_id from webhook_outbox where event_id = '{event}' order by 1")]

    created, deliveries, event = send("call.ended", "1")
    assert (created, deliveries, to(event)) == ("t", "2", ["all", "some"])
    assert send("call.ended", "1") == ["f", "0", event], "the same once more"
    assert to(send("qa.flags", "2")[2]) == ["all"]
    assert to(send("call.completed", "3")[2]) == ["old"], "* is not the older names"
    assert to(send("webhook.test", "4", ", 'evt_x', 'old'")[2]) == ["old"]
    assert db.admin("select id, payload from webhook_events where dedup = '4'") == [["evt_x", '{"a": 1}']]
    assert db.sql("select event_wanted('A', 'stt.final'), event_wanted('A', 'asr.final')", tenant="A") == [["f", "t"]]
    with ThreadPoolExecutor(8) as pool:
        won = [r for r in pool.map(lambda _: send("call.started", "race"), range(8)) if r[0] == "t"]
    assert len(won) == 1 and db.admin("select count(*) from webhook_outbox o join webhook_events e on e.id = o.event_id where e.dedup = 'race'") == [["2"]]


def test_an_event_wakes_the_dispatchers_when_it_is_committed():
    db = Database()
    db.admin("insert into webhook_endpoints (tenant_id, id, url, secret) values ('A', 'all', 'https://a', 's')")
    out = subprocess.run(["psql", "-X", "-q", "-At", db.url("invorto_worker")], capture_output=True, text=True, timeout=30, check=True,
                         input=f"listen webhook_outbox;\n\\! psql -X -q -At '{db.url()}' -c \"begin; set local app.tenant_id = 'A'; "
                               "select enqueue_event('A', 'call.ended', null, 'w', '{}'); commit\" > /dev/null\nselect 1;\n")
    assert re.search(r'notification "webhook_outbox" with payload "A"', out.stdout), out


MONITORING = ("""
SELECT
  vc.name,
  COUNT(vcr.id) as total_calls,
  COUNT(CASE WHEN vcr.outcome = 'connected' THEN 1 END) as connected,
  COUNT(CASE WHEN vcr.outcome = 'qualified' THEN 1 END) as qualified,
  ROUND(AVG(vcr.duration_seconds)) as avg_duration,
  SUM(vcr.cost) as total_cost
FROM voice_campaigns vc
LEFT JOIN voice_call_records vcr ON vc.id = vcr.campaign_id
WHERE vc.tenant_id = 'YOUR_TENANT_ID'
GROUP BY vc.id, vc.name;
""", """
SELECT
  DATE(usage_date) as date,
  COUNT(*) as calls,
  SUM(duration_seconds) / 60.0 as minutes,
  SUM(cost_usd) as cost
FROM voice_usage_ledger
WHERE tenant_id = 'YOUR_TENANT_ID'
GROUP BY DATE(usage_date)
ORDER BY date DESC;
""", """
SELECT
  decision_type,
  decision_json->>'reason' as reason,
  created_at
FROM kernel_decisions
WHERE tenant_id = 'YOUR_TENANT_ID'
  AND policy_name = 'voice_campaign_optimization'
ORDER BY created_at DESC
LIMIT 10;
""")


def test_the_monitoring_queries_run_as_they_are_written():
    db = filled()
    for n, (outcome, seconds) in enumerate((("connected", 60), ("qualified", 120), ("no-answer", 0))):
        end(db, f"m{n}", {"record": {"campaign_id": "cmp", "outcome": outcome, "duration_seconds": seconds, "cost": seconds / 600,
                                     "ended_at": "2026-11-20T12:00:00Z"}})
    end(db, "mb", {"record": {"campaign_id": "cmp", "outcome": "connected", "duration_seconds": 999, "cost": 9}}, tenant="B")
    campaigns, usage, decisions = [db.sql(q.replace("YOUR_TENANT_ID", "A"), tenant="A") for q in MONITORING]
    assert campaigns == [["A campaign", "4", "1", "1", "45", "0.4000"]], campaigns  # with the call of the fixture: 0.1000, 0 s
    assert [r for r in usage if r[0] == "2026-11-20"] == [["2026-11-20", "3", "3.0000000000000000", "0.3000"]], usage
    assert [d[:2] for d in decisions] == [["continue", "too few calls"]]
    for query in MONITORING:
        assert db.sql(query.replace("YOUR_TENANT_ID", "B"), tenant="A") == []


def test_the_first_products_names_for_calls_and_agents():
    db = filled()
    assert db.sql("select tenant_id, id, name, version from agents", tenant="A") == [["A", "agt", "An agent", "1"]]
    assert db.sql("select id, agent_id, status, cost_inr from calls", tenant="A") == [["call", "agt", "completed", "8.7000"]]
    assert db.sql("select kind from events", tenant="B") == [["call.ended"]]
    assert db.sql("select tenant_id, n_calls from call_stats", tenant="B") == [["B", "1"]]
    assert db.sql("select id from calls") == []


def test_the_columns_of_the_older_schema_are_what_the_config_says():
    db = Database()
    config = {"prompt": "p", "greeting": "g", "voice": "v", "model": "m", "endCallPhrases": ["bye", "see you", 3]}
    got = db.sql(f"insert into voice_agents (tenant_id, name, config) values ('A', 'x', {quoted(json.dumps(config))}) "
                 "returning system_prompt, first_message, voice_id, model, end_call_phrases, is_active, id", tenant="A")[0]
    assert got[:6] == ["p", "g", "v", "m", '{bye,"see you"}', "t"] and re.fullmatch(r"agt_[0-9A-HJKMNP-TV-Z]{26}", got[6])
    assert db.sql("insert into leads (tenant_id, first_name, last_name) values ('A', 'Ada', null) returning name", tenant="A") == [["Ada"]]
    assert db.sql("insert into leads (tenant_id) values ('A') returning name is null", tenant="A") == [["t"]]


def test_ids_made_here_sort_by_time_and_are_uuids_of_version_7():
    db = Database("migrated")
    began = int(time.time() * 1000)
    ids = [r[0] for r in db.admin("select new_id('call') from generate_series(1, 500)")]
    assert len(set(ids)) == 500
    for one in ids:
        number = 0
        for c in one.removeprefix("call_"):
            number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(c)
        assert number < 1 << 128 and number >> 76 & 15 == 7 and number >> 62 & 3 == 2 and abs((number >> 80) - began) < 60000, one
    first, second = [db.admin("select new_id('x'), pg_sleep(0.002)")[0][0] for _ in range(2)]
    assert first < second


def test_words_that_are_not_in_the_books_are_refused():
    db = filled()
    for script in ("update voice_call_records set status = 'dancing' where id = 'x' or true", "update voice_call_records set outcome = 'happy'",
                   "update voice_campaigns set status = 'active'", "update voice_agents set status = 'x'", "update voice_agents set use_case = 'x'",
                   "update voice_agents set config = '[]'", "update leads set state = 'x'", "update voice_phone_numbers set phone_number = '0123'",
                   "insert into call_costs (tenant_id, call_id, type) values ('A', 'call', 'asr')",
                   "update webhook_outbox set state = 'delivered'", "update webhook_outbox set state = 'sending'",
                   "insert into voice_call_records (tenant_id, id, closed_at, status) values ('A', 'x', now(), 'sideways')"):
        db.refused(script, "23514", tenant="A")


def test_the_four_templates_say_what_they_are():
    db = Database("migrated")
    rows = db.sql("select name, use_case, language, voice_id, disclosure, cardinality(end_call_phrases) from voice_agent_templates order by 1")
    assert [(r[0], r[1]) for r in rows] == [
        ("Appointment Setting Agent", "appointment_setting"), ("Customer Support Agent", "customer_support"),
        ("Lead Qualification Agent", "lead_qualification"), ("Sales Outreach Agent", "sales_outreach")]
    for name, _, language, voice, disclosure, phrases in rows:
        assert language == "en" and voice == "EXAVITQu4vr4xnSDxMaL" and phrases == "3", name
        assert "automated assistant" in disclosure and "recorded" in disclosure, name
    texts = db.admin("select disclosure || system_prompt || first_message, required from voice_agent_templates")
    for text, required in texts:
        assert set(re.findall(r"\{\{(\w+)\}\}", text)) - {"name"} == set(required.strip("{}").split(",")), text


def test_a_page_of_calls_is_read_from_an_index_that_begins_with_the_tenant():
    db = Database()
    db.admin("""insert into voice_call_records (tenant_id, id, status, started_at)
        select case when n % 50 = 0 then 'A' else 'B' end, 'call' || n, 'in-progress', now() - n * interval '1 second'
        from generate_series(1, 20000) n; analyze voice_call_records""")
    for query in ("select id from voice_call_records order by started_at desc, id desc limit 50",
                  "select id from voice_call_records where (started_at, id) < (now() - interval '1 hour', 'x') order by started_at desc, id desc limit 50",
                  "select id from voice_call_records where status = 'completed' order by started_at desc, id desc limit 50",
                  "select transcript from voice_call_records where id = 'call50'", "select count(*) from voice_call_records"):
        plan = "\n".join(r[0] for r in db.sql(f"explain {query}", tenant="A"))
        assert "Seq Scan" not in plan and "tenant_id = current_tenant()" in plan, plan


# ── migrations ──

FILES = sorted(f for f in os.listdir(os.path.join(ROOT, "migrations")) if f.endswith(".sql"))


def empty():
    db = Database(None)
    return db, db.url("invorto_admin")


def test_of_four_that_migrate_at_once_one_works_and_all_are_ready():
    db, url = empty()
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: migrate(url), range(4)))
    assert time.monotonic() - began < 60 and [r.returncode for r in runs] == [0] * 4, [r.stderr for r in runs]
    worked = [r.stdout for r in runs if "0001 roles_and_tenants" in r.stdout]
    assert len(worked) == 1 and worked[0].splitlines() == [f[:4] + " " + f[5:-4] for f in FILES], runs
    assert all("up to date" in r.stdout for r in runs if r.stdout not in worked)
    rows = db.admin("select version, name, checksum from schema_migrations order by 1")
    for file, (version, name, checksum) in zip(FILES, rows, strict=True):
        with open(os.path.join(ROOT, "migrations", file), "rb") as f:
            assert (f"{int(version):04}_{name}.sql", checksum) == (file, hashlib.sha256(f.read()).hexdigest())


def test_plan_and_check_change_nothing():
    db, url = empty()
    plan = migrate(url, "--plan")
    assert plan.returncode == 0 and plan.stdout.splitlines() == [f[:4] + " " + f[5:-4] for f in FILES]
    check = migrate(url, "--check")
    assert check.returncode == 1 and f"{len(FILES)} of {len(FILES)} migrations are missing" in check.stderr
    assert db.admin("select count(*) from pg_class where relnamespace = 'public'::regnamespace") == [["0"]]
    assert migrate(url).returncode == 0 and migrate(url, "--check").returncode == 0
    assert migrate(url, "--plan").stdout == f"up to date: {len(FILES)} migrations\n" == migrate(url).stdout
    assert migrate(url, "--perhaps").returncode == 64
    assert migrate("").returncode == 78


def test_a_database_that_is_not_what_the_files_say_is_refused():
    db = Database("migrated")
    url = db.url("invorto_admin")
    last = len(FILES)

    def refused(change, back, words):
        db.admin(change)
        for args in ((), ("--plan",), ("--check",)):
            p = migrate(url, *args)
            assert p.returncode == 1 and words in p.stderr, (change, args, p)
        for role in ("DATABASE_URL", "DATABASE_WORKER_URL"):
            p = migrate(url, "--check", **{role: db.urls()[role]})
            assert p.returncode == 1 and words in p.stderr, (change, role, p)
        db.admin(back)
        assert migrate(url, "--check").returncode == 0

    refused("update schema_migrations set checksum = reverse(checksum) where version = 3",
            "update schema_migrations set checksum = reverse(checksum) where version = 3", "0003 agents was another file")
    refused("update schema_migrations set name = 'other' where version = 2", "update schema_migrations set name = 'credentials' where version = 2",
            "0002 credentials was another file")
    refused(f"insert into schema_migrations values ({last + 1}, 'tomorrow', 'x')", f"delete from schema_migrations where version = {last + 1}",
            f"has migration {last + 1:04} tomorrow, which is not marked compatible, and this binary ends at {last:04}")
    refused("update schema_migrations set version = 900 where version = 5", "update schema_migrations set version = 5 where version = 900", "0005")


def test_a_schema_that_only_grew_is_accepted_and_another_is_not():
    db = Database("migrated")
    url, urls, last = db.url("invorto_admin"), db.urls(), len(FILES)
    roles = {k: urls[k] for k in ("DATABASE_URL", "DATABASE_WORKER_URL")}

    def rows(*newer):
        values = ", ".join(f"({last + n}, 'later_{n}', 'x', {str(fits).lower()})" for n, fits in newer)
        db.admin(f"delete from schema_migrations where version > {last}; insert into schema_migrations (version, name, checksum, compatible) values {values}")
        return migrate(url, "--check", **roles)

    p = rows((1, True), (2, True))
    assert p.returncode == 0 and "2 of them unknown to it and marked compatible" in p.stdout, (p.stdout, p.stderr)
    p = migrate(url)  # a roll-back runs it again: it has nothing to do, and does nothing
    assert p.returncode == 0 and db.admin("select max(version) from schema_migrations") == [[str(last + 2)]]
    for newer, name in ((((1, True), (2, False), (3, True)), "later_2"), (((1, False),), "later_1")):
        p = rows(*newer)
        assert p.returncode == 1 and f"{name}, which is not marked compatible" in p.stderr, p.stderr
    p = rows((1, True), (3, True))
    assert p.returncode == 1 and f"lacks migration {last + 2:04} though it has {last + 3:04}" in p.stderr, p.stderr
    db.admin(f"delete from schema_migrations where version >= {last}")  # ours is missing: older than this binary
    assert f"1 of {last} migrations are missing" in migrate(url, "--check", **roles).stderr


def embed(*files):
    with tempfile.TemporaryDirectory() as at:
        paths = []
        for number, text in enumerate(files, 1):
            paths.append(os.path.join(at, f"{number:04}_m.sql"))
            with open(paths[-1], "w", encoding="utf-8") as f:
                f.write(text)
        p = subprocess.run(["python3", os.path.join(ROOT, "scripts/embed.py"), os.path.join(at, "out.c"), *paths],
                           capture_output=True, text=True, timeout=20, check=False)
        if p.returncode:
            return p.stderr
        with open(os.path.join(at, "out.c"), encoding="utf-8") as f:
            return re.findall(r"^\t\t(true|false)\},", f.read(), re.M)


def test_only_what_adds_can_be_marked_compatible():
    old = ["select 1;\n"] * len(FILES)
    assert embed(*old, "-- compatible: a column\nalter table a add column b text;\n", "-- A column\nselect 2;\n") == \
        ["false"] * len(FILES) + ["true", "false"]
    for statement in ("drop table a", "alter table a drop column b", "alter table a rename b to c", "alter table a alter column b set not null",
                      "alter table a alter column b type integer", "truncate a", "revoke select on a from invorto_app"):
        assert "takes something away" in embed(*old, f"-- compatible\n{statement};\n"), statement
    assert "can be marked compatible" in embed("-- compatible\nselect 1;\n")


def test_a_file_that_fails_leaves_nothing_and_says_where():
    db, url = empty()
    db.admin("create table leads (x int)")
    p = migrate(url)
    assert p.returncode == 1 and 'relation "leads" already exists (42P07)' in p.stderr and "0005_campaigns.sql" in p.stderr, p
    assert db.admin("select max(version), to_regclass('voice_campaigns') is null from schema_migrations") == [["4", "t"]]
    check = migrate(url, "--check", DATABASE_URL=db.urls()["DATABASE_URL"])
    assert check.returncode == 1 and "from 0005 campaigns on" in check.stderr
    db.admin("drop table leads")
    assert migrate(url).returncode == 0 and migrate(url, "--check").returncode == 0


def test_a_mistake_inside_a_file_is_named_with_its_line():
    db = Database("migrated")
    db.admin("delete from schema_migrations where version >= 12; delete from voice_agent_templates; "
             "alter table voice_agent_templates drop column end_call_phrases cascade")
    p = migrate(db.url("invorto_admin"))
    with open(os.path.join(ROOT, "migrations", FILES[11]), encoding="utf-8") as f:
        line = f.read().split("end_call_phrases")[0].count("\n") + 1
    assert p.returncode == 1 and f"0012_templates.sql:{line}: " in p.stderr and "(42703)" in p.stderr, (line, p)
    assert db.admin("select count(*) from voice_agent_templates") == [["0"]]


def test_the_daemons_roles_are_checked_before_it_takes_calls():
    db = Database("migrated")
    url, urls = db.url("invorto_admin"), db.urls()
    assert migrate(url, "--check", DATABASE_URL=urls["DATABASE_URL"], DATABASE_WORKER_URL=urls["DATABASE_WORKER_URL"]).returncode == 0
    suffix = db.name
    db.admin(f"""create role bypass_{suffix} login bypassrls; create role maker_{suffix} login createrole;
        create role heir_{suffix} login in role invorto_owner; create role stranger_{suffix} login;
        grant select on schema_migrations to bypass_{suffix}, maker_{suffix}""")
    for role, words in (("invorto_admin", "is a superuser"), (f"bypass_{suffix}", "may bypass row security"),
                        (f"maker_{suffix}", "may give itself other roles"), (f"heir_{suffix}", "owns schema_migrations, or may become who does"),
                        (f"stranger_{suffix}", "permission denied")):
        p = migrate(url, "--check", DATABASE_URL=db.url(role))
        assert p.returncode == 1 and "DATABASE_URL" in p.stderr and words in p.stderr, (role, p)
        assert "host=" not in p.stderr and "postgresql://" not in p.stderr, "the URL is a secret"
    db.admin("alter table leads no force row level security")
    p = migrate(url, "--check", DATABASE_URL=urls["DATABASE_URL"])
    assert p.returncode == 1 and "leads has tenants and no forced row security" in p.stderr, p
    db.admin("alter table leads force row level security")
    p = migrate(url, "--check", DATABASE_URL=urls["DATABASE_URL"].replace(db.name, "nowhere"))
    assert p.returncode == 1 and 'database "nowhere" does not exist' in p.stderr


def test_a_role_that_is_no_superuser_can_migrate():
    db = Database(None)
    name = f"dba_{db.name}"
    db.admin(f"create role {name} login createrole; alter database {db.name} owner to {name}")
    p = migrate(db.url(name))
    assert p.returncode == 0, p.stderr
    assert migrate(db.url(name), "--check", DATABASE_URL=db.urls()["DATABASE_URL"]).returncode == 0


def test_the_binary_migrates_from_anywhere():
    _, url = empty()
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE_")}
    p = subprocess.run([os.path.abspath(DAEMON), "migrate"], cwd="/", env={**clean, "DATABASE_OWNER_URL": url}, capture_output=True, text=True,
                       timeout=60, check=False)
    assert p.returncode == 0 and p.stdout.count("\n") == len(FILES), p
    assert cluster().dir not in p.stdout + p.stderr
