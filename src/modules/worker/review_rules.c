/* A summary without a model: what the call itself knows, in plain sentences. */
#include <stdio.h>
#include "review.h"

enum { TEXT_MAX = 4096, QUOTE_MAX = 200 };

static bool is(struct iv_str s, const char *word)
{
	return iv_str_eq(s, iv_str(word));
}

static const char *ended_how(const struct review_call *c)
{
	static const struct {
		const char *reason, *words;
	} known[] = {
		{"hangup", "the caller hung up"},
		{"agent_ended", "the agent ended the call"},
		{"transfer", "the caller was handed over to a person"},
		{"max_duration", "the longest time of a call was over"},
		{"silence", "nothing was said any more"},
		{"consent_declined", "the caller did not consent"},
		{"opted_out", "the caller does not want to be called again"},
		{"provider", "a provider failed"},
		{"error", "an error ended it"},
		{"drain", "the service was restarted"},
		{"crashed", "the process that carried it died"},
		{"lost", "the connection was lost"},
		{"refused", "it could not be taken"},
		{"voicemail", "a machine had answered"},
	};
	static const struct {
		const char *status, *words;
	} otherwise[] = {
		{"no-answer", "nobody answered"}, {"busy", "the line was busy"}, {"canceled", "it was called off"},
		{"failed", "it failed"},
	};

	if (is(c->row->end_reason, "lost") && is(c->row->status, "failed"))
		return "the process that carried it was lost"; /* the janitor's word */
	for (size_t i = 0; i < IV_COUNT(known); i++)
		if (is(c->row->end_reason, known[i].reason))
			return known[i].words;
	for (size_t i = 0; i < IV_COUNT(otherwise); i++)
		if (is(c->row->status, otherwise[i].status))
			return otherwise[i].words;
	return "it was over";
}

/* ── outcome ── */

static const char *certain(const struct review_call *c)
{
	const struct iv_review_load_out *row = c->row;

	if (row->outcome.len && !is(row->outcome, "connected"))
		return row->outcome.ptr;
	if (is(row->end_reason, "transfer") || c->recap.transferred_to.len)
		return "transferred";
	if (is(row->end_reason, "voicemail"))
		return "voicemail";
	if (is(row->status, "no-answer") || is(row->status, "canceled"))
		return "no-answer";
	if (is(row->status, "busy"))
		return "busy";
	return NULL;
}

static const char *likely(const struct review_call *c)
{
	if (c->by_caller)
		return "connected";
	if (is(c->row->status, "failed"))
		return "failed";
	return c->told ? "no-answer" : "connected"; /* nobody spoke; or nobody can tell whether anybody did */
}

struct iv_str review_outcome(const struct review_call *c, struct iv_str said)
{
	const char *word = certain(c);

	if (word)
		return iv_str(word);
	return said.len ? said : iv_str(likely(c));
}

/* ── the summary ── */

static bool add_quote(struct iv_buf *out, const char *lead, struct iv_str text)
{
	size_t n = text.len < QUOTE_MAX ? text.len : QUOTE_MAX;

	while (n > 0 && n < text.len && ((unsigned char)text.ptr[n] & 0xc0) == 0x80)
		n--; /* not in the middle of a letter */
	return iv_buf_printf(out, " %s \"%.*s%s\"", lead, (int)n, text.ptr, n < text.len ? "…" : "");
}

static bool add_words(struct iv_buf *out, const struct review_call *c)
{
	size_t first = 0, last = c->count;

	if (!c->by_caller)
		return !c->told || iv_buf_adds(out, IV_S(" The caller said nothing."));
	while (c->messages[first].role != IV_STORY_USER)
		first++;
	while (c->messages[last - 1].role != IV_STORY_USER)
		last--;
	return add_quote(out, "The caller began with", c->messages[first].text) &&
	       (first + 1 == last || add_quote(out, "and last said", c->messages[last - 1].text)) && iv_buf_addc(out, '.');
}

static bool add_tools(struct iv_buf *out, const struct review_call *c)
{
	const struct iv_recap_tool *t = c->recap.tools.items;
	size_t n = c->recap.tools.count < 5 ? c->recap.tools.count : 5;
	bool ok = true;

	for (size_t i = 0; i < n && ok; i++)
		ok = iv_buf_printf(out, "%s%.*s (%s)", i ? ", " : " The agent used ", IV_FMT(t[i].name),
				   t[i].ok ? "it worked" : t[i].cancelled ? "cancelled" : "it failed");
	return ok && (!n || iv_buf_adds(out, n < c->recap.tools.count ? IV_S(" and others.") : IV_S(".")));
}

static bool add_lengths(struct iv_buf *out, const struct review_call *c)
{
	long long seconds = c->row->duration_s > 0 ? c->row->duration_s : 0;
	size_t by_agent = c->count - c->by_caller;

	if (!c->told)
		return iv_buf_printf(out, "A call of %lld seconds: %s.", seconds, ended_how(c));
	return iv_buf_printf(out, "A call of %lld seconds in which the caller spoke %zu time%s and the agent %zu time%s: %s.",
			     seconds, c->by_caller, c->by_caller == 1 ? "" : "s", by_agent, by_agent == 1 ? "" : "s",
			     ended_how(c));
}

bool review_by_rules(const struct review_call *c, struct iv_arena *arena, struct review_answer *a)
{
	bool by_vendor = !is(c->row->provider, "invorto") && c->row->analysis.len && c->row->analysis.ptr[0] == '{';
	struct iv_buf text;
	bool ok;

	iv_buf_init(&text, TEXT_MAX);
	ok = add_lengths(&text, c) && add_words(&text, c) && add_tools(&text, c);
	*a = (struct review_answer){.outcome = review_outcome(c, IV_STR_NULL),
				    .next_step = IV_S(""),
				    .notes = IV_S(""),
				    .reason = iv_str(ended_how(c)),
				    .score = IV_S(""),
				    .structured = by_vendor ? c->row->analysis : IV_S(""),
				    .summary = ok ? iv_arena_str(arena, iv_buf_str(&text)) : IV_STR_NULL};
	a->success = is(c->row->status, "completed") &&
		     (is(a->outcome, "connected") || is(a->outcome, "qualified") || is(a->outcome, "transferred"));
	iv_buf_deinit(&text);
	return a->summary.ptr != NULL;
}
