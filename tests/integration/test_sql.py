"""Every statement of src/store/sql on the migrated schema: it prepares, its parameters and columns are what in: and out:
say, and the role that is to run it may."""
import os
import subprocess
import sys

from database import Database
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
BY_OWNER = ("schema.sql", "seed.sql")  # asked at the command line, by whoever may become the owner
MARK = "\x1e"


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


def roles_of(q):
    return ROLES[q.scope] + (("invorto_admin",) if os.path.basename(q.path) in BY_OWNER else ())


def script(q):
    """Sections of one psql session: the parameters, the columns, then an EXPLAIN as each role. Nothing is executed."""
    nulls = f"({', '.join(['null'] * len(q.ins))})" if q.ins else ""
    yield f"prepare q as {q.sql};\nselect p::text from pg_prepared_statements, unnest(parameter_types) p where name = 'q';\n"
    yield f"{q.sql} \\gdesc\n" if q.outs else ""
    for role in roles_of(q):
        yield f"set role {role}; explain (costs off) execute q{nulls};\nreset role;"
    yield "deallocate all;"


def ask(db, queries):
    """[[(rows, error)…]…]: what each section of each query's script said. Both streams carry the same marks."""
    text = "set app.tenant_id = 'A';\n" + "".join(f"\\echo {MARK}\n\\warn {MARK}\n{part}\n" for q in queries for part in script(q))
    p = subprocess.run(["psql", "-X", "-q", "-At", "-F", "\x1f", "-v", "VERBOSITY=verbose", db.url("invorto_admin")],
                       input=text, capture_output=True, text=True, timeout=300, check=True)
    sections = zip(p.stdout.split(MARK + "\n")[1:], p.stderr.split(MARK + "\n")[1:], strict=True)
    return [[(said, error.partition("ERROR:  ")[2].split("\n")[0]) for said, error in (next(sections) for _ in script(q))]
            for q in queries]


def problems(db, queries):
    for q, ((params, broken), (columns, _), *tried, _) in zip(queries, ask(db, queries)):
        where = f"{os.path.relpath(q.path, ROOT)}:{q.line} {q.name}"
        if broken:
            yield f"{where}: {broken}"
            continue
        found = differences(q, "in", q.ins, [("", line) for line in params.splitlines()], IN)
        yield from (f"{where}: {text}" for text in found)
        found = differences(q, "out", q.outs, [tuple(line.split("\x1f")) for line in columns.splitlines()], OUT)
        yield from (f"{where}: {text}" for text in found)
        if all(error for _, error in tried):
            yield f"{where}: " + ", ".join(f"{role} {error}" for role, (_, error) in zip(roles_of(q), tried))


def test_every_statement_fits_the_schema_and_its_role():
    db = Database("migrated")
    queries = statements()
    assert len(queries) > 10, SQL
    found = list(problems(db, queries))
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
        said = list(problems(db, sqlgen.parse("x.sql", f"-- name: q :many :tenant\n{text}")))
        assert said and expected in said[0], f"expected {expected}: {said}"
