#!/usr/bin/env python3
"""Named SQL statements to C: typed rows in and out, and the tables that bind and read them.

    sqlgen.py OUT FILE.sql…      writes OUT.h and OUT.c (OUT is a path without its ending)

A file holds any number of statements:

    -- name: agent_get :one :tenant
    -- The agent a call is about to speak with; any further comment line is its documentation.
    -- in:  id text, limit_ms int
    -- out: id text, config json, created_at time
    select … where id = $1 and …

Kind     :one (no row is IV_ENOENT), :many, :exec (no rows; has no out:).
Scope    :tenant runs under row security for one tenant, as the app's role; :global is the worker's, or calls a
         function of the schema that is meant to cross tenants. Written down for the reader and the schema's test.
in, out  name and type by position: $1… in the order of in:, columns in the order of out:. Either may go on over
         several lines that begin with it. Types: text int float bool json time texts (enum iv_sql_kind); the
         server infers what a $n is, so a text may be a uuid, an enum, a numeric, an inet.
time     goes out as text, '2026-01-31T23:59:59.123Z', which the server reads as the timestamptz it inferred; in C
         it is Unix milliseconds.

What is refused: unused or missing $n, `select *`, two statements under one name, names C cannot have."""
import os
import re
import sys

TYPES = {  # type: (C type, enum iv_sql_kind)
    "text": ("struct iv_str", "IV_SQL_TEXT"),
    "int": ("int64_t", "IV_SQL_INT"),
    "float": ("double", "IV_SQL_FLOAT"),
    "bool": ("bool", "IV_SQL_BOOL"),
    "json": ("struct iv_str", "IV_SQL_JSON"),
    "time": ("int64_t", "IV_SQL_TIME"),
    "texts": ("struct iv_strs", "IV_SQL_TEXTS"),
}
KINDS, SCOPES = ("one", "many", "exec"), ("tenant", "global")
WORD = re.compile(r"[a-z][a-z0-9_]*\Z")
NAME_MAX = 48  # a prepared statement's name with its generation stays under the server's 63
C_WORDS = set("auto break case char const continue default do double else enum extern float for goto if inline int long "
              "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile "
              "while bool true false".split())
TOKEN = re.compile(r"""
    (?P<comment> --[^\n]* | /\*.*?\*/ )
  | (?P<quoted>  [eE]'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | (?P<tag>\$[A-Za-z_]*\$).*?(?P=tag) )
  | (?P<param>   \$[0-9]+ )
  | (?P<word>    [A-Za-z_][A-Za-z0-9_]* )
  | (?P<other>   \S )
""", re.X | re.S)


class Bad(Exception):
    pass


class Query:
    def __init__(self, path, line, name):
        self.path, self.line, self.name = path, line, name
        self.kind = self.scope = ""
        self.doc, self.ins, self.outs, self.body = [], [], [], []

    def bad(self, why, line=None):
        raise Bad(f"{self.path}:{line or self.line}: {self.name}: {why}")

    @property
    def sql(self):
        return "\n".join(self.body).strip().rstrip(";").rstrip()


def read_columns(q, text, columns, line):
    for item in filter(None, (part.strip() for part in text.split(","))):
        words = item.split()
        if len(words) != 2:
            q.bad(f"expected `name type`, found `{item}`", line)
        name, kind = words
        if not WORD.match(name) or name in C_WORDS:
            q.bad(f"`{name}` cannot be a name in C", line)
        if kind not in TYPES:
            q.bad(f"`{kind}` is no type; there are {', '.join(TYPES)}", line)
        if name in (n for n, _ in columns):
            q.bad(f"`{name}` twice", line)
        columns.append((name, kind))


def read_name(path, line, text):
    words = text.split()
    q = Query(path, line, words[0] if words else "")
    if not WORD.match(q.name) or len(q.name) > NAME_MAX:
        q.bad(f"a name is lower case, digits and _, at most {NAME_MAX}")
    for flag in words[1:]:
        if flag[:1] == ":" and flag[1:] in KINDS and not q.kind:
            q.kind = flag[1:]
        elif flag[:1] == ":" and flag[1:] in SCOPES and not q.scope:
            q.scope = flag[1:]
        else:
            q.bad(f"`{flag}` is not one of {' '.join(':' + k for k in KINDS + SCOPES)}, each group once")
    if not q.kind or not q.scope:
        q.bad("says neither " + " ".join(":" + k for k in (SCOPES if q.kind else KINDS)))
    return q


def check(q):
    sql, params, before = q.sql, set(), ""
    if not sql:
        q.bad("has no SQL")
    if (q.kind == "exec") == bool(q.outs):
        q.bad(":exec has no out:" if q.outs else f":{q.kind} needs out:")
    for m in TOKEN.finditer(sql):
        token, line = m.group().lower(), q.body_line + sql.count("\n", 0, m.start())
        if m.lastgroup == "comment":
            continue
        if token == ";":
            q.bad("one statement under one name", line)
        if token == "'" or token == '"':
            q.bad("a quote is never closed", line)
        if token == "*" and before in ("select", "returning", ".", "distinct", "all"):
            q.bad("names its columns, never *", line)
        if m.group("param"):
            params.add(int(token[1:]))
        before = token
    for n in sorted(params):
        if not 1 <= n <= len(q.ins):
            q.bad(f"${n} is not in in:, which has {len(q.ins)}")
    for n, (name, _) in enumerate(q.ins, 1):
        if n not in params:
            q.bad(f"`{name}` of in: is ${n}, which the SQL does not use")


def parse(path, text):
    queries, q = [], None
    for n, line in enumerate(text.split("\n"), 1):
        m = re.match(r"--\s*(name|in|out):(.*)", line)
        if m and m.group(1) == "name":
            q = read_name(path, n, m.group(2))
            queries.append(q)
        elif q is None:
            if line.strip() and not line.startswith("--"):
                raise Bad(f"{path}:{n}: SQL before the first `-- name:`")
        elif m and not q.body:
            read_columns(q, m.group(2), q.ins if m.group(1) == "in" else q.outs, n)
        elif not q.body and (line.startswith("--") or not line.strip()):
            q.doc += [line[2:].strip()] if line.strip("- \t") else []
        else:
            if not q.body:
                q.body_line = n
            q.body.append(line.rstrip())
    for q in queries:
        check(q)
    return queries


def read_files(paths):
    queries, seen = [], {}
    for path in sorted(paths):
        with open(path, encoding="utf-8") as f:
            queries += parse(path, f.read())
    for q in queries:
        if q.name in seen:
            q.bad(f"is already in {seen[q.name].path}:{seen[q.name].line}")
        seen[q.name] = q
    return queries


def c_string(text, indent):
    lines = [re.sub(r'(["\\])', r"\\\1", line).replace("\t", "\\t").replace("??", '?""?') for line in text.split("\n")]
    return ("\\n\"\n" + indent).join('"' + line for line in lines) + '"'


def struct(name, columns):
    return [f"struct {name} {{"] + [f"\t{TYPES[kind][0]} {column};" for column, kind in columns] + ["};"]


def header(base, queries):
    out = ["/* Made by scripts/sqlgen.py: edit the .sql files. */", f"#ifndef {base.upper()}_H", f"#define {base.upper()}_H", "",
           '#include "iv_pg.h"', '#include "iv_shape.h"', "",
           "/* Every statement, in the order of the files; ends with NULL. */",
           f"extern const struct iv_query *const {base}_all[];", ""]
    for q in queries:
        doc = " ".join(q.doc).replace("*/", "* /")
        out.append(f"/* {q.name} :{q.kind} :{q.scope}{'. ' + doc if doc else ''} */")
        if q.ins:
            out += struct(f"iv_{q.name}_in", q.ins)
        if q.outs:
            out += struct(f"iv_{q.name}_out", q.outs)
            out += [f"static inline struct iv_{q.name}_out *iv_{q.name}_at(const struct iv_rows *r, size_t i)", "{",
                    f"\treturn &((struct iv_{q.name}_out *)r->items)[i];", "}"]
        out += [f"extern const struct iv_query iv_sql_{q.name};", ""]
    return "\n".join(out + ["#endif", ""])


def columns_of(struct_name, columns):
    rows = [f'{{"{c}", {TYPES[k][1]}, offsetof(struct {struct_name}, {c})}}' for c, k in columns]
    return "(const struct iv_sql_column[]){" + ", ".join(rows + ["{0}"]) + "}"


def source(base, queries):
    out = ["/* Made by scripts/sqlgen.py: edit the .sql files. */", f'#include "{base}.h"', ""]
    for q in queries:
        size = {part: f"sizeof(struct iv_{q.name}_{part})" if columns else "0" for part, columns in (("in", q.ins), ("out", q.outs))}
        out += [f"const struct iv_query iv_sql_{q.name} = {{", f'\t.name = "{q.name}",', f"\t.sql = {c_string(q.sql, chr(9) * 2)},",
                f"\t.in = {columns_of(f'iv_{q.name}_in', q.ins)},", f"\t.out = {columns_of(f'iv_{q.name}_out', q.outs)},",
                f"\t.in_size = {size['in']},", f"\t.out_size = {size['out']},", f"\t.one = {str(q.kind == 'one').lower()},", "};", ""]
    out += [f"const struct iv_query *const {base}_all[] = {{"] + [f"\t&iv_sql_{q.name}," for q in queries] + ["\tNULL,", "};", ""]
    return "\n".join(out)


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def main(argv):
    if len(argv) < 2:
        sys.exit("usage: sqlgen.py OUT FILE.sql…")
    try:
        queries = read_files(argv[2:])
    except (Bad, OSError, UnicodeDecodeError) as e:
        sys.exit(f"sqlgen: {e}" if not isinstance(e, Bad) else str(e))
    base = os.path.basename(argv[1])
    write(argv[1] + ".h", header(base, queries))
    write(argv[1] + ".c", source(base, queries))


if __name__ == "__main__":
    main(sys.argv)
