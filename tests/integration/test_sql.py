"""Every statement of src/store/sql on the migrated schema: it prepares, its parameters and columns are what in: and out:
say, and the role that is to run it may."""
import os
import sys

from database import Database, SqlError, run_psql
from stack import ROOT

sys.path.insert(0, os.path.join(ROOT, "scripts"))
import sqlgen  # noqa: E402

SQL = os.path.join(ROOT, "src/store/sql")
# What the server may infer for a type of ours. A numeric never goes through a double; a timestamp without zone is no time.
TEXTS = {"text", "character varying", "character", "name", "uuid", "numeric", "inet", "cidr", "date", "interval", "regclass"}
INTS = {"bigint", "integer", "smallint"}
IN = {"text": TEXTS, "int": INTS | {"numeric", "double precision", "real"}, "float": {"double precision", "real"}, "bool": {"boolean"},
      "json": {"jsonb", "json"}, "time": {"timestamp with time zone"}, "texts": {"text[]", "character varying[]", "uuid[]"}}
OUT = dict(IN, int=INTS)
ROLES = {"tenant": ("invorto_app",), "global": ("invorto_worker", "invorto_app")}
BY_MIGRATE = "schema.sql"  # asked by `invorto migrate`, as the owner


def statements():
    paths = [os.path.join(SQL, name) for name in sorted(os.listdir(SQL)) if name.endswith(".sql")]
    return sqlgen.read_files(paths)


def differences(q, side, declared, found, allowed):
    """declared and found: [(name, type)]; the server gives names to columns only."""
    if len(declared) != len(found):
        yield f"{side} has {len(declared)}, the server sees {len(found)}: {', '.join(' '.join(f) for f in found)}"
        return
    names = [name for name, _ in declared]
    for n, ((name, kind), (called, actual)) in enumerate(zip(declared, found), 1):
        if actual.split("(")[0] not in allowed[kind]:
            yield f"{side} {n} `{name}` is declared {kind}, the server says {actual}"
        if called != name and called in names:
            yield f"{side} {n} is `{name}`, the server calls it `{called}`, which is another of them"


def describe(url, q):
    """Parameter types and columns, as the server infers them. Nothing is executed."""
    types = run_psql(url, f"prepare q as {q.sql};\nselect p::text from pg_prepared_statements, unnest(parameter_types) p where name = 'q';")
    columns = run_psql(url, f"{q.sql} \\gdesc\n") if q.outs else []
    return [("", row[0]) for row in types], [tuple(row) for row in columns]


def may_run(db, q):
    nulls = f"({', '.join(['null'] * len(q.ins))})" if q.ins else ""
    refusals = []
    for role in ROLES[q.scope] + (("invorto_admin",) if os.path.basename(q.path) == BY_MIGRATE else ()):
        try:
            run_psql(db.url(role), f"set app.tenant_id = 'A'; prepare q as {q.sql};\nexplain (costs off) execute q{nulls};")
            return []
        except SqlError as e:
            refusals.append(f"{role}: {e}")
    return refusals


def problems(db, q):
    where = f"{os.path.relpath(q.path, ROOT)}:{q.line} {q.name}"
    try:
        params, columns = describe(db.url("invorto_admin"), q)
    except SqlError as e:
        return [f"{where}: {e}"]
    found = [*differences(q, "in", q.ins, params, IN), *may_run(db, q)]
    if q.outs:
        found += differences(q, "out", q.outs, columns, OUT)
    return [f"{where}: {text}" for text in found]


def test_every_statement_fits_the_schema_and_its_role():
    db = Database("migrated")
    queries = statements()
    assert len(queries) > 10, SQL
    found = [text for q in queries for text in problems(db, q)]
    assert not found, "\n".join(found)


def test_a_statement_that_does_not_fit_is_told_how():
    db = Database("migrated")
    texts = {
        "in 1 `a` is declared int, the server says text": "-- in: a int\n-- out: n int\nselect 1::bigint from tenants where id = $1",
        "out 1 `n` is declared int, the server says numeric": "-- out: n int\nselect 1.5 as n",
        "out 1 is `a`, the server calls it `b`": "-- out: a text, b text\nselect id as b, id as a from tenants",
        "out has 1, the server sees 2": "-- out: a text\nselect id, id from tenants",
        "42P01": "-- out: a text\nselect a from no_such_table",
        "42501": "-- out: version int\nselect set_config('x.y', 'z', false)::bigint from api_keys where key_hash = 'x'",
    }
    for expected, text in texts.items():
        (q,) = sqlgen.parse("x.sql", f"-- name: q :many :tenant\n{text}")
        said = problems(db, q)
        assert said and expected in said[0], f"expected {expected}: {said}"
