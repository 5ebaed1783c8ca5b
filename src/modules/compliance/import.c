/* A file of numbers: for the tenant's list, or a national one. The schema reads it, a piece after the other, each in a
 * transaction of its own; a file that is brought again changes nothing. */
#include "iv_compliance.h"
#include "iv_sql.h"
#include "numbers.h"

enum { FILE_MAX = 2 << 20, PIECE_MAX = 128 << 10, PIECES = 18, ERRORS_MAX = 1000, IMPORT_MS = 120000, DAY_MS = 86400000 };

static const char *const lists[] = {"tenant", "registry", NULL};

struct query {
	int list;
	struct iv_str country, as_of;
	bool complete;
};
static void defaults(void *object)
{
	((struct query *)object)->complete = true;
}
static const struct iv_field query_fields[] = {
	IV_ENUM(struct query, list, "list", 0, lists, "tenant when absent; registry: a national list as it was got"),
	IV_STR(struct query, country, "country", 0, 2, 2, "Of a registry: US"),
	IV_STR(struct query, as_of, "asOf", 0, 1, 40, "Of a registry: when it was got; now when absent"),
	IV_BOOL(struct query, complete, "complete", 0, "Of a registry: false when more of it comes, with the same asOf"),
	IV_FIELDS_END,
};
static const struct iv_shape query_shape = {"DncImportQuery", sizeof(struct query), query_fields, defaults};

struct answer {
	int64_t numbers, added, rejected;
	struct iv_str as_of, errors;
};
static const struct iv_field answer_fields[] = {
	IV_INT(struct answer, numbers, "numbers", IV_REQUIRED, 0, 0, "How many different numbers the file has"),
	IV_INT(struct answer, added, "added", IV_REQUIRED, 0, 0, "How many of them were not there"),
	IV_INT(struct answer, rejected, "rejected", IV_REQUIRED, 0, 0, "Lines that hold none"),
	IV_STR(struct answer, as_of, "asOf", 0, 0, 0, "The date of the registry"),
	IV_JSON(struct answer, errors, "errors", IV_REQUIRED, 1 << 20, "[{line, reason}], the first 1000"),
	IV_FIELDS_END,
};
static const struct iv_shape answer_shape = {"DncImported", sizeof(struct answer), answer_fields, NULL};

struct work {
	struct iv_rows rows;
	int64_t as_of, line;
	struct iv_str rest;
	struct iv_str errors[PIECES]; /* each a list of its own */
	size_t pieces;
	struct answer answer;
};

static bool is_text(struct iv_api_call *c)
{
	struct iv_str rest = iv_api_header(c, "content-type"), type = IV_STR_NULL;

	(void)iv_str_split(&rest, ';', &type); /* without one it is none */
	type = iv_str_trim(type);
	return iv_str_ieq(type, IV_S("text/csv")) || iv_str_ieq(type, IV_S("text/plain"));
}

static bool is_country(struct iv_str s)
{
	return s.len == 2 && s.ptr[0] >= 'A' && s.ptr[0] <= 'Z' && s.ptr[1] >= 'A' && s.ptr[1] <= 'Z';
}

static void check_registry(struct iv_api_call *c, const struct query *q, int64_t *as_of)
{
	if (!is_country(q->country))
		iv_api_bad(c, "?country", "must say whose registry it is: US");
	if (!iv_time_sent(c, "?asOf", q->as_of, as_of))
		return;
	if (*as_of == IV_SQL_NULL && !q->complete)
		iv_api_bad(c, "?asOf", "is required when the registry comes in parts: it is what they have in common");
	else if (*as_of == IV_SQL_NULL)
		*as_of = iv_wall_ms();
	else if (*as_of > iv_wall_ms() + DAY_MS)
		iv_api_bad(c, "?asOf", "is in the future");
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	struct work *w = c->state;

	w->as_of = IV_SQL_NULL;
	if (!is_text(c))
		return iv_flow_fail(f, IV_EMEDIA, "Content-Type must be text/csv");
	if (!c->body.len || !iv_utf8_valid(c->body) || memchr(c->body.ptr, '\0', c->body.len))
		return iv_flow_fail(f, IV_EINVAL, "the body must be lines of text in UTF-8, a number in each");
	if (q->list == 1)
		check_registry(c, q, &w->as_of);
	else if (q->country.len || q->as_of.len || !q->complete)
		iv_api_bad(c, "?list", "must be registry for country, asOf and complete to mean anything");
	w->rest = c->body;
	w->line = 1;
	return iv_api_refuse_if_bad(c);
}

static void add_up(struct work *w)
{
	const struct iv_dnc_import_out *row = w->rows.count ? iv_dnc_import_at(&w->rows, 0) : NULL;

	if (!row)
		return;
	w->answer.numbers += row->numbers;
	w->answer.added += row->added;
	w->answer.rejected += row->rejected;
	w->errors[w->pieces++] = row->errors;
	w->rows.count = 0;
}

/* To the end of a line, if there is one in reach. */
static struct iv_str next_piece(struct iv_str *rest)
{
	struct iv_str piece = *rest;

	if (piece.len > PIECE_MAX) {
		piece.len = PIECE_MAX;
		while (piece.len && piece.ptr[piece.len - 1] != '\n')
			piece.len--;
		if (!piece.len)
			piece.len = rest->len; /* no line of numbers is so long: its end says what is wrong */
	}
	rest->ptr += piece.len;
	rest->len -= piece.len;
	return piece;
}

static enum iv_flow_next bring(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	struct work *w = c->state;
	int64_t line = w->line, left;
	struct iv_str piece;

	add_up(w);
	if (!w->rest.len)
		return IV_FLOW_NEXT;
	piece = next_piece(&w->rest);
	for (size_t i = 0; i < piece.len; i++)
		w->line += piece.ptr[i] == '\n';
	left = w->answer.rejected < ERRORS_MAX ? ERRORS_MAX - w->answer.rejected : 0;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_dnc_import,
			 &(struct iv_dnc_import_in){.body = piece,
						    .list = iv_str(lists[q->list]),
						    .country = q->country.len ? q->country : IV_STR_NULL,
						    .as_of = w->as_of,
						    .complete = q->complete && !w->rest.len,
						    .person = iv_actor(c),
						    .first_line = line,
						    .most = left},
			 &w->rows);
}

/* The pieces' lists as one. */
static bool join_errors(struct iv_api_call *c, struct work *w)
{
	struct iv_jw jw;
	struct iv_buf b;

	iv_buf_init(&b, 1 << 20);
	iv_jw_init(&jw, &b);
	iv_jw_arr(&jw, NULL);
	for (size_t i = 0; i < w->pieces; i++)
		if (w->errors[i].len > 2)
			iv_jw_raw(&jw, NULL, (struct iv_str){w->errors[i].ptr + 1, w->errors[i].len - 2});
	iv_jw_end_arr(&jw);
	if (iv_jw_done(&jw))
		w->answer.errors = iv_arena_str(&c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return w->answer.errors.ptr != NULL;
}

static enum iv_flow_next show(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	struct work *w = c->state;

	add_up(w);
	if (!join_errors(c, w))
		return iv_flow_fail(f, IV_ETOOBIG, "what is wrong with the file does not fit an answer");
	w->answer.as_of = iv_time_text(c, w->as_of);
	c->entity_id = iv_str(lists[q->list]);
	c->out = &w->answer;
	return IV_FLOW_NEXT;
}

/* As often as there can be pieces; those behind the last have nothing to do. */
#define SIX {"bring", bring}, {"bring", bring}, {"bring", bring}, {"bring", bring}, {"bring", bring}, {"bring", bring}
static const struct iv_flow_step steps[] = {{"take", take}, SIX, SIX, SIX, {"show", show}, {0}};
static const enum iv_code errors[] = {IV_EMEDIA, IV_ECONFLICT, IV_EINVAL, IV_OK};

const struct iv_api_route iv_dnc_import_rows[] = {
	{.method = "POST", .path = "/v1/dnc/import", .id = "importDnc", .tag = "Do not call", .role = IV_ROLE_DEV,
	 .flags = IV_API_AUDIT | IV_API_RAW, .query = &query_shape, .out = &answer_shape, .status = 200,
	 .state_size = sizeof(struct work), .steps = steps, .errors = errors, .body_max = FILE_MAX, .deadline_ms = IMPORT_MS,
	 .doc = "text/csv, up to 2 MiB at a time: a number a line, then a comma and why; lines that hold none are told"},
	{0},
};
