/* Filling a schema from a transcript: a walk over the conversation, then a walk over the schema. */
#include "brain_review.h"

#include <stdio.h>
#include "brain_words.h"

enum { DEPTH_MAX = 8, QUOTE_MAX = 120 };

/* What was read. */
struct reading {
	const cJSON *schema;
	struct iv_str text; /* the whole of it */
	int by_caller, by_agent;
	struct iv_str first, last; /* the caller's words */
	struct understood slots;   /* the latest of each that was said */
	bool asked_table, asked_person, booked, handed_over, thanked;
	char summary[600];
	const char *outcome;
};

/* ── the conversation ── */

static bool holds(struct iv_str line, const char *words)
{
	return iv_str_find(line, iv_str(words), 0) >= 0;
}

static void read_caller(struct reading *r, struct iv_str line)
{
	struct understood u = brain_understand(line);

	if (!r->by_caller++)
		r->first = line;
	r->last = line;
	if (u.people)
		r->slots.people = u.people;
	if (u.minute >= 0)
		r->slots.minute = u.minute;
	if (u.day[0])
		memcpy(r->slots.day, u.day, sizeof(u.day));
	r->asked_table = r->asked_table || u.intent == INTENT_BOOK;
	r->asked_person = r->asked_person || u.intent == INTENT_HUMAN;
	r->thanked = r->thanked || u.intent == INTENT_THANKS;
}

static void read_agent(struct reading *r, struct iv_str line)
{
	r->by_agent++;
	r->booked = r->booked || holds(line, "table is booked");
	r->handed_over = r->handed_over || holds(line, "connect you to");
}

static void read_lines(struct reading *r, struct iv_str text)
{
	static const struct iv_str user = {"User: ", 6}, agent = {"Agent: ", 7};
	struct iv_str line;

	r->text = text;
	while (iv_str_split(&text, '\n', &line)) {
		if (iv_str_starts(line, user))
			read_caller(r, (struct iv_str){line.ptr + user.len, line.len - user.len});
		else if (iv_str_starts(line, agent))
			read_agent(r, (struct iv_str){line.ptr + agent.len, line.len - agent.len});
	}
}

static const char *what_was_wanted(const struct reading *r)
{
	return r->asked_table ? "a table" : r->asked_person ? "to speak to a person" : "something else";
}

static void conclude(struct reading *r)
{
	int n = (int)(r->first.len < QUOTE_MAX ? r->first.len : QUOTE_MAX);

	r->outcome = r->booked ? "qualified" : r->handed_over ? "transferred" : r->by_caller ? "connected" : "no-answer";
	if (!r->by_caller) {
		(void)snprintf(r->summary, sizeof(r->summary), "The caller said nothing.");
		return;
	}
	(void)snprintf(r->summary, sizeof(r->summary),
		       "The caller spoke %d times and the agent %d times. The caller began with \"%.*s\" and wanted %s. %s",
		       r->by_caller, r->by_agent, n, r->first.ptr, what_was_wanted(r),
		       r->booked        ? "A table was booked."
		       : r->handed_over ? "The caller was handed over."
					: "Nothing was booked.");
}

static void find_conversation(struct reading *r, const cJSON *messages)
{
	const cJSON *m;

	cJSON_ArrayForEach(m, messages)
	{
		struct reading here = {.schema = r->schema, .slots = {.minute = -1}};

		read_lines(&here, iv_json_str(m, "content"));
		if (here.by_caller + here.by_agent > 0)
			*r = here;
	}
	conclude(r);
}

/* ── the schema ── */

static bool named(const char *name, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(name, *words) == 0)
			return true;
	return false;
}

static bool is_type(const cJSON *schema, const char *type)
{
	const cJSON *t = iv_json_get(schema, "type"), *one;

	if (cJSON_IsString(t))
		return strcmp(t->valuestring, type) == 0;
	cJSON_ArrayForEach(one, t)
	{
		if (cJSON_IsString(one) && strcmp(one->valuestring, type) == 0)
			return true;
	}
	return false;
}

static const cJSON *followed(const struct reading *r, const cJSON *schema)
{
	struct iv_str ref = iv_json_str(schema, "$ref");
	const char *slash = ref.len ? memrchr(ref.ptr, '/', ref.len) : NULL;

	if (!slash)
		return schema;
	return iv_json_get(iv_json_get(r->schema, holds(ref, "$defs") ? "$defs" : "definitions"), slash + 1);
}

/* A text of that name, if the conversation gave one. */
static bool text_for(const struct reading *r, const char *name, char *out, size_t size)
{
	static const char *const days[] = {"day", "date", "weekday", NULL};
	static const char *const times[] = {"time", "hour", NULL};

	out[0] = '\0';
	if (strcmp(name, "summary") == 0)
		(void)snprintf(out, size, "%s", r->summary);
	else if (strcmp(name, "nextStep") == 0 && r->booked)
		(void)snprintf(out, size, "The caller comes to the restaurant.");
	else if (strcmp(name, "reason") == 0)
		(void)snprintf(out, size, "%s", r->booked ? "The table was booked." : "Nothing was agreed.");
	else if (strcmp(name, "score") == 0)
		(void)snprintf(out, size, "%s", r->booked ? "high" : r->thanked ? "medium" : "low");
	else if (named(name, days) && r->slots.day[0])
		(void)snprintf(out, size, "%s", r->slots.day);
	else if (named(name, times) && r->slots.minute >= 0)
		(void)snprintf(out, size, "%02d:%02d", r->slots.minute / 60, r->slots.minute % 60);
	return out[0] != '\0';
}

static bool number_for(const struct reading *r, const char *name, double *out)
{
	static const char *const peoples[] = {"people", "guests", "persons", "partySize", "count", NULL};

	*out = named(name, peoples) ? r->slots.people : strcmp(name, "score") == 0 ? (r->booked ? 1 : 0) : 0;
	return *out > 0;
}

static bool bool_for(const struct reading *r, const char *name, bool *out)
{
	static const char *const goods[] = {"success", "booked", "resolved", NULL};

	*out = named(name, goods) && r->booked;
	return named(name, goods);
}

static void put_choice(const struct reading *r, const cJSON *choices, const char *name, struct iv_jw *w)
{
	const cJSON *one, *best = choices->child;
	char *text;

	cJSON_ArrayForEach(one, choices)
	{
		if (cJSON_IsString(one) && strcmp(name, "outcome") == 0 && strcmp(one->valuestring, r->outcome) == 0)
			best = one;
		else if (cJSON_IsString(one) && strcmp(name, "outcome") != 0 && holds(r->text, one->valuestring))
			best = one;
	}
	text = cJSON_PrintUnformatted(best);
	iv_jw_raw(w, NULL, iv_str(text));
	cJSON_free(text);
}

static void put_value(const struct reading *r, const cJSON *schema, const char *name, int depth, struct iv_jw *w);

static bool knows(const struct reading *r, const cJSON *schema, const char *name)
{
	char text[700];
	double number;
	bool yes;

	if (is_type(schema, "object") || iv_json_get(schema, "enum"))
		return true;
	return is_type(schema, "string")    ? text_for(r, name, text, sizeof(text))
	       : is_type(schema, "boolean") ? bool_for(r, name, &yes)
					    : number_for(r, name, &number);
}

static bool required(const cJSON *schema, const char *name)
{
	const cJSON *one, *names = iv_json_get(schema, "required");

	cJSON_ArrayForEach(one, names)
	{
		if (cJSON_IsString(one) && strcmp(one->valuestring, name) == 0)
			return true;
	}
	return false;
}

static void put_object(const struct reading *r, const cJSON *schema, int depth, struct iv_jw *w)
{
	const cJSON *one, *properties = iv_json_get(schema, "properties");
	bool first = true;

	iv_jw_raw(w, NULL, IV_S("{"));
	w->comma = false;
	cJSON_ArrayForEach(one, properties)
	{
		const cJSON *inner = followed(r, one);

		if (!required(schema, one->string) && !knows(r, inner, one->string))
			continue;
		/* The writer takes key and value together; a value of any kind wants its key apart. */
		w->comma = !first;
		iv_jw_str(w, NULL, iv_str(one->string));
		w->comma = false;
		iv_jw_raw(w, NULL, IV_S(":"));
		w->comma = false;
		put_value(r, inner, one->string, depth + 1, w);
		first = false;
	}
	w->comma = false;
	iv_jw_raw(w, NULL, IV_S("}"));
}

static void put_number(const struct reading *r, const cJSON *schema, const char *name, struct iv_jw *w)
{
	const cJSON *least = iv_json_get(schema, "minimum"), *most = iv_json_get(schema, "maximum");
	double n;

	(void)number_for(r, name, &n);
	if (cJSON_IsNumber(least) && n < least->valuedouble)
		n = least->valuedouble;
	if (cJSON_IsNumber(most) && n > most->valuedouble)
		n = most->valuedouble;
	iv_jw_num(w, NULL, n, -1);
}

static void put_value(const struct reading *r, const cJSON *schema, const char *name, int depth, struct iv_jw *w)
{
	const cJSON *choices = iv_json_get(schema, "enum");
	char text[700];
	bool yes;

	if (choices && choices->child)
		put_choice(r, choices, name, w);
	else if (is_type(schema, "object") && depth < DEPTH_MAX)
		put_object(r, schema, depth, w);
	else if (is_type(schema, "null") && !knows(r, schema, name))
		iv_jw_null(w, NULL);
	else if (is_type(schema, "string"))
		iv_jw_cstr(w, NULL, text_for(r, name, text, sizeof(text)) ? text : "");
	else if (is_type(schema, "boolean"))
		iv_jw_bool(w, NULL, bool_for(r, name, &yes) && yes);
	else if (is_type(schema, "integer") || is_type(schema, "number"))
		put_number(r, schema, name, w);
	else
		iv_jw_raw(w, NULL, is_type(schema, "array") ? IV_S("[]") : IV_S("null"));
}

void brain_review(const cJSON *messages, const cJSON *schema, struct brain_reply *reply)
{
	struct reading r = {.schema = schema, .slots = {.minute = -1}};
	struct iv_buf out;
	struct iv_jw w;

	*reply = (struct brain_reply){.expects = GRAMMAR_ANY};
	find_conversation(&r, messages);
	iv_buf_init(&out, BRAIN_TEXT_MAX - 1);
	iv_jw_init(&w, &out);
	put_value(&r, followed(&r, schema), "", 0, &w);
	if (iv_jw_done(&w))
		iv_str_copy(reply->text, sizeof(reply->text), iv_buf_str(&out));
	iv_buf_deinit(&out);
}
