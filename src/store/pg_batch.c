/* A batch in memory: one block with everything it sends, so that whoever asked may go at any time. */
#include "pg_priv.h"

#include "iv_log.h"
#include "iv_sql.h"

#define BATCH_BYTES_MAX ((size_t)16 * 1024 * 1024)

static const void *field_of(const void *row, const struct iv_sql_column *col)
{
	return (const char *)row + col->offset;
}

/* Bytes and count of the values of one statement. */
static bool measure(const struct iv_query *q, const void *in, size_t *bytes, size_t *values)
{
	for (const struct iv_sql_column *col = q->in; col->name; col++) {
		size_t n = pg_value_size(col->kind, field_of(in, col));

		if (n > BATCH_BYTES_MAX - *bytes)
			return false;
		*bytes += n;
		++*values;
	}
	return true;
}

static bool bind_values(struct pg_part *part, const void *in, const char ***values, char **text, struct iv_err *e)
{
	part->values = *values;
	for (const struct iv_sql_column *col = part->query->in; col->name; col++) {
		const void *field = field_of(in, col);
		char *end;

		part->value_count++;
		*(*values)++ = NULL;
		if (pg_value_size(col->kind, field) == 0)
			continue;
		end = pg_value_write(col->kind, field, col->name, *text, e);
		if (!end)
			return false;
		part->values[part->value_count - 1] = *text;
		*text = end;
	}
	return true;
}

static struct iv_pg_part scope_part(const struct iv_scope *scope, struct iv_scope_set_in *in)
{
	/* Sent with every batch, an empty one too: what a session has set for itself, or a pooler's neighbour for the session
	 * that we have next, is never ours to read by. It is a hundredth of the server's time that a call takes.
	 * Empty rather than null: set_config(…, null) would put the server's default there. */
	in->tenant_id = scope && scope->tenant_id.ptr ? scope->tenant_id : IV_S("");
	in->user_id = scope && scope->user_id.ptr ? scope->user_id : IV_S("");
	return (struct iv_pg_part){&iv_sql_scope_set, in, NULL};
}

struct iv_pg_batch *pg_batch_new(const struct iv_scope *scope, const struct iv_pg_part *parts, size_t count,
				 struct iv_err *e)
{
	struct iv_scope_set_in scope_in;
	struct iv_pg_part first = scope_part(scope, &scope_in);
	size_t bytes = 0, value_count = 0, head;
	struct iv_pg_batch *b;
	const char **values;
	char *text;

	for (size_t i = 0; i <= count; i++) {
		const struct iv_pg_part *from = i ? &parts[i - 1] : &first;

		if (!measure(from->query, from->in, &bytes, &value_count)) {
			(void)iv_fail(e, IV_ETOOBIG, "more than %zu bytes for the database", BATCH_BYTES_MAX);
			return NULL;
		}
	}
	head = sizeof(*b) + (count + 1) * sizeof(b->parts[0]);
	b = pg_calloc(head + value_count * sizeof(values[0]) + bytes);
	iv_list_init(&b->node);
	b->part_count = count + 1;
	values = (const char **)(void *)((char *)b + head);
	text = (char *)(values + value_count);
	for (size_t i = 0; i <= count; i++) {
		const struct iv_pg_part *from = i ? &parts[i - 1] : &first;

		b->parts[i].query = from->query;
		b->parts[i].rows = from->rows;
		if (!bind_values(&b->parts[i], from->in, &values, &text, e)) {
			pg_batch_free(b);
			return NULL;
		}
	}
	pg_batch_rewind(b);
	return b;
}

void pg_batch_rewind(struct iv_pg_batch *b)
{
	for (size_t i = 0; i < b->part_count; i++) {
		struct pg_part *p = &b->parts[i];

		iv_buf_deinit(&p->taken);
		p->count = 0;
		p->affected = 0;
		p->prepares = false;
	}
	b->err = b->read_err = (struct iv_err){0};
	b->sqlstate[0] = '\0';
	b->prepares = b->results = 0;
}

void pg_batch_free(struct iv_pg_batch *b)
{
	pg_batch_rewind(b);
	iv_list_remove(&b->node);
	free(b);
}

/* ── the answer, row by row: what does not fit is not kept by anybody, and a long one does not hold the loop ── */

static bool read_row(const struct iv_query *q, const PGresult *res, int r, char *row, struct iv_arena *a,
		     struct iv_err *e)
{
	int n = 0;

	for (const struct iv_sql_column *col = q->out; col->name; col++, n++) {
		struct iv_str text = IV_STR_NULL;

		if (!PQgetisnull(res, r, n))
			text = (struct iv_str){PQgetvalue(res, r, n), (size_t)PQgetlength(res, r, n)};
		if (pg_value_read(col->kind, text, row + col->offset, a, e))
			continue;
		iv_error("pg.unreadable", IV_LS("statement", q->name), IV_LS("column", col->name),
			 IV_LS("why", e->msg));
		return false;
	}
	return true;
}

static int column_count(const struct iv_query *q)
{
	int n = 0;

	while (q->out[n].name)
		n++;
	return n;
}

static bool take_row(struct iv_pg_batch *b, struct pg_part *p, const PGresult *res, int r)
{
	const struct iv_query *q = p->query;
	struct iv_err *e = &b->read_err;

	if (PQnfields(res) != column_count(q) || (q->one && p->count == 1))
		return iv_fail(e, IV_EINTERNAL, "%s answered with other rows or columns than it declares", q->name);
	if (!p->taken.ptr)
		iv_buf_init(&p->taken, b->arena->limit);
	if (!iv_buf_reserve(&p->taken, q->out_size))
		return iv_fail(e, IV_ETOOBIG, "the answer does not fit");
	memset(p->taken.ptr + p->taken.len, 0, q->out_size);
	if (!read_row(q, res, r, p->taken.ptr + p->taken.len, b->arena, e))
		return false;
	p->taken.len += q->out_size;
	p->count++;
	return true;
}

void pg_batch_take(struct iv_pg_batch *b, struct pg_part *p, PGresult *res)
{
	struct iv_str affected = iv_str(PQcmdTuples(res));
	int count = PQntuples(res);

	/* Nobody waits, nobody asked for rows, or :exec, which has none whatever a function it calls returns. */
	if (!b->run || !p->query->out_size || b->read_err.code != IV_OK)
		count = 0;
	for (int r = 0; r < count; r++)
		if (!take_row(b, p, res, r))
			break;
	if (affected.len && !iv_str_to_i64(affected, &p->affected))
		(void)iv_fail(&b->read_err, IV_EINTERNAL, "%s answered without a count", p->query->name);
}

static bool hand_over(struct pg_part *p, struct iv_arena *a, struct iv_err *e)
{
	void *items = NULL;

	if (p->query->one && p->count == 0)
		return iv_fail(e, IV_ENOENT, "not found");
	if (!p->rows)
		return true;
	if (p->count) {
		items = iv_arena_alloc(a, p->taken.len);
		if (!items)
			return iv_fail(e, IV_ETOOBIG, "the answer does not fit");
		memcpy(items, p->taken.ptr, p->taken.len);
	}
	*p->rows = (struct iv_rows){items, p->count, p->affected};
	return true;
}

void pg_batch_hand_over(struct iv_pg_batch *b, struct iv_err *e)
{
	*e = b->read_err;
	for (size_t i = 0; e->code == IV_OK && i < b->part_count; i++)
		if (!hand_over(&b->parts[i], b->arena, e))
			return;
}
