"""The generator of SQL statements: what it makes compiles to the right tables, what it refuses names file and line.
Speaks cmocka's lines, so that ctest and scripts/test.sh count it like the C programs.
python3 test_sqlgen.py [C compiler]"""
import os
import subprocess
import sys
import tempfile
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))
import sqlgen  # noqa: E402

CC = sys.argv[1] if len(sys.argv) > 1 else "cc"
GOOD = """-- Agents.

-- name: agent_get :one :tenant
-- The agent a call is about to speak with.
-- in:  id text,
-- in:  since time
-- out: id text, config json, created_at time,
-- out: tags texts, version int, share float, live bool
select id, config, created_at, tags, version, share, live
-- a comment with $9 and a ; in it
from voice_agents where id = $1 and note <> '$7; it''s' and created_at > $2;

-- name: agent_touch :exec :global
update voice_agents set seen = now()
"""


def one(head, body="select 1 as n", name="q"):
    return f"-- name: {name} {head}\n{body}\n"


def generate(*texts):
    """The two files made of the texts, as a.sql, b.sql…"""
    with tempfile.TemporaryDirectory() as d:
        paths = []
        for letter, text in zip("abc", texts):
            paths.append(os.path.join(d, letter + ".sql"))
            with open(paths[-1], "w") as f:
                f.write(text)
        sqlgen.main(["sqlgen", os.path.join(d, "out"), *paths])
        with open(os.path.join(d, "out.h")) as h, open(os.path.join(d, "out.c")) as c:
            return h.read(), c.read()


def refused(text, *words):
    try:
        generate(*([text] if isinstance(text, str) else text))
    except SystemExit as e:
        said = str(e)
        for word in words:
            assert word in said, f"expected {word!r} in: {said}"
        return
    raise AssertionError("it was taken")


def what_it_makes_compiles_and_reads_as_written():
    program = r"""
#include <assert.h>
#include <stddef.h>
#include "out.h"
int main(void)
{
	const struct iv_query *q = &iv_sql_agent_get;
	assert(strcmp(q->name, "agent_get") == 0 && q->one);
	assert(q->in_size == sizeof(struct iv_agent_get_in) && q->out_size == sizeof(struct iv_agent_get_out));
	assert(strcmp(q->in[1].name, "since") == 0 && q->in[1].kind == IV_SQL_TIME && !q->in[2].name);
	assert(q->in[1].offset == offsetof(struct iv_agent_get_in, since));
	const enum iv_sql_kind kinds[] = {IV_SQL_TEXT, IV_SQL_JSON, IV_SQL_TIME, IV_SQL_TEXTS, IV_SQL_INT, IV_SQL_FLOAT, IV_SQL_BOOL};
	for (size_t i = 0; i < IV_COUNT(kinds); i++)
		assert(q->out[i].kind == kinds[i]);
	assert(!q->out[7].name && q->out[3].offset == offsetof(struct iv_agent_get_out, tags));
	struct iv_agent_get_out rows[2] = {{.version = 1}, {.version = 2, .share = 0.5, .live = true, .tags = {NULL, 0}}};
	struct iv_rows r = {rows, 2, 0};
	assert(iv_agent_get_at(&r, 1)->version == 2);
	assert(strstr(q->sql, "it''s' and created_at > $2") && q->sql[strlen(q->sql) - 1] == '2');
	assert(!iv_sql_agent_touch.one && !iv_sql_agent_touch.out[0].name && iv_sql_agent_touch.out_size == 0);
	assert(out_all[0] == q && out_all[1] == &iv_sql_agent_touch && !out_all[2]);
	return 0;
}
"""
    h, c = generate(GOOD)
    assert "The agent a call is about to speak with." in h
    with tempfile.TemporaryDirectory() as d:
        for name, text in (("out.h", h), ("out.c", c), ("main.c", program)):
            with open(os.path.join(d, name), "w") as f:
                f.write(text)
        includes = [f"-I{ROOT}/include/{floor}" for floor in ("base", "loop", "store")]
        exe = os.path.join(d, "main")
        subprocess.run([CC, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", *includes, "-I", d, "-o", exe,
                        os.path.join(d, "out.c"), os.path.join(d, "main.c")], check=True)
        subprocess.run([exe], check=True)


def the_same_files_in_any_order_make_the_same_code():
    a, b = one(":exec :tenant", "delete from t", "a"), one(":exec :tenant", "delete from u", "b")
    with tempfile.TemporaryDirectory() as d:
        for name, text in (("a.sql", a), ("b.sql", b)):
            with open(os.path.join(d, name), "w") as f:
                f.write(text)
        paths = [os.path.join(d, n) for n in ("a.sql", "b.sql")]
        assert [q.name for q in sqlgen.read_files(paths)] == [q.name for q in sqlgen.read_files(paths[::-1])]


def sql_with_quotes_backslashes_and_trigraphs_survives_as_c():
    body = r"""select 'a\b "c" ??/ ' || E'\'$5' as n"""
    _, c = generate("-- name: q :one :tenant\n-- out: n text\n" + body + "\n")
    text = c.split(".sql = ")[1].split(",\n\t.in")[0]
    assert eval(text.replace('?""?', "??")) == body, text  # Python reads this subset of C strings alike


def a_statement_without_kind_or_scope_is_refused():
    refused(one(":one"), "a.sql:1", ":tenant :global")
    refused(one(":global"), "a.sql:1", ":one :many :exec")
    refused(one(":one :two :tenant"), "`:two`")
    refused(one(":one :many :tenant"), "`:many`")


def names_that_c_or_the_server_cannot_have_are_refused():
    refused(one(":exec :tenant", name="Agent"), "a.sql:1", "lower case")
    refused(one(":exec :tenant", name="a" * 49), "at most 48")
    refused("-- name: q :one :tenant\n-- out: default int\nselect 1\n", "a.sql:2", "`default`")


def a_type_it_does_not_know_is_refused_with_those_it_knows():
    refused("-- name: q :one :tenant\n-- doc\n-- out: id uuid\nselect 1\n", "a.sql:3", "`uuid`", "texts")
    refused("-- name: q :one :tenant\n-- out: id\nselect 1\n", "a.sql:2", "`id`")
    refused("-- name: q :one :tenant\n-- out: id int, id int\nselect 1, 2\n", "twice")


def parameters_and_in_must_agree():
    refused("-- name: q :exec :tenant\n-- in: a int\ndelete from t\n", "a.sql:1", "`a`", "$1")
    refused("-- name: q :exec :tenant\n-- in: a int\ndelete from t where a = $1\n and b = $2\n", "$2", "has 1")
    refused("-- name: q :exec :tenant\n-- in: a int\ndelete from t where a = '$1'\n", "$1")
    refused("-- name: q :exec :tenant\ndelete from t where a = $0\n", "$0")


def out_belongs_to_rows():
    refused(one(":one :tenant"), "a.sql:1", "needs out:")
    refused(one(":many :tenant"), "needs out:")
    refused("-- name: q :exec :tenant\n-- out: n int\ndelete from t\n", ":exec has no out:")


def a_star_is_refused_and_count_star_is_not():
    head = "-- name: q :one :tenant\n-- out: n int\n"
    refused(head + "select\n*\nfrom t\n", "a.sql:4", "never *")
    refused(head + "insert into t default values returning *\n", "never *")
    refused(head + "select t.* from t\n", "never *")
    generate(head + "select count(*) * 2 as n from t\n")


def two_statements_or_none_are_refused():
    head = "-- name: q :exec :tenant\n"
    refused(head + "delete from t;\ndelete from u;\n", "a.sql:2", "one statement")
    refused(head, "has no SQL")
    refused(head + "delete from t where a = 'x\n", "a.sql:2", "never closed")
    refused("delete from t\n", "a.sql:1", "before the first")
    generate(head + "do $x$ begin; perform 1; end $x$;\n")


def one_name_in_two_files_is_refused():
    refused((one(":exec :tenant", "delete from t"), "\n" + one(":exec :tenant", "delete from t")), "b.sql:2", "a.sql:1")


def a_file_that_is_not_there_is_an_error_and_not_a_trace():
    try:
        sqlgen.main(["sqlgen", "/nonexistent/out", "/nonexistent/a.sql"])
    except SystemExit as e:
        assert "/nonexistent/a.sql" in str(e)
        return
    raise AssertionError("it was taken")


def main():
    here = sys.modules["__main__"]
    tests = [f for n, f in vars(here).items() if callable(f) and getattr(f, "__module__", "") == "__main__"
             and n not in ("one", "generate", "refused", "main")]
    failed = 0
    for test in tests:
        try:
            test()
            print(f"[       OK ] {test.__name__}")
        except Exception:
            failed += 1
            traceback.print_exc(file=sys.stdout)
            print(f"[  FAILED  ] {test.__name__}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
