/* What a call's run says about it: lines as it goes, a summary at the end, JSON for tests. */
#include "caller.h"

#include <stdio.h>

void report_line(const struct caller *c, int64_t at_ms, const char *fmt, ...)
{
	va_list ap;

	if (c->opts->tell) {
		char line[256];

		va_start(ap, fmt);
		vsnprintf(line, sizeof(line), fmt, ap);
		va_end(ap);
		c->opts->tell(c->opts->tell_arg, at_ms, line);
	}
	if (!c->opts->print)
		return;
	printf("%7.2f ", (double)at_ms / 1000);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
}

static void time_or_null(struct iv_jw *w, const char *key, int64_t ms)
{
	if (ms < 0)
		iv_jw_null(w, key);
	else
		iv_jw_i64(w, key, ms);
}

static void write_turn(struct iv_jw *w, const struct turn *t)
{
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "said", t->label);
	time_or_null(w, "caller_first_sample_ms", t->caller_first_ms);
	time_or_null(w, "caller_last_sample_ms", t->caller_last_ms);
	time_or_null(w, "agent_first_heard_ms", t->agent_first_ms);
	time_or_null(w, "agent_last_heard_ms", t->agent_last_ms);
	if (t->caller_last_ms >= 0 && t->agent_first_ms >= 0)
		iv_jw_i64(w, "latency_ms", t->agent_first_ms - t->caller_last_ms);
	else
		iv_jw_null(w, "latency_ms");
	iv_jw_i64(w, "agent_heard_ms", t->agent_heard_ms);
	time_or_null(w, "cleared_at_ms", t->cleared_at_ms);
	iv_jw_i64(w, "false_starts", t->false_starts);
	iv_jw_bool(w, "lost", t->lost);
	iv_jw_end_obj(w);
}

static int64_t ms_of(const struct caller *c, int64_t samples)
{
	return samples * 1000 / c->opts->leg.rate_hz;
}

static void write_audio(struct iv_jw *w, const struct caller *c)
{
	const struct far_end *f = &c->far;

	iv_jw_obj(w, "audio");
	iv_jw_i64(w, "received_ms", ms_of(c, f->received));
	iv_jw_i64(w, "heard_ms", ms_of(c, f->heard));
	iv_jw_i64(w, "thrown_away_ms", ms_of(c, f->wiped));
	iv_jw_i64(w, "overflow_ms", ms_of(c, f->overflowed));
	iv_jw_i64(w, "unheard_at_end_ms", ms_of(c, (int64_t)far_end_buffered(f)));
	iv_jw_i64(w, "gaps", f->gaps);
	iv_jw_i64(w, "longest_gap_ms", ms_of(c, f->longest_gap));
	iv_jw_end_obj(w);
}

bool report_json(const struct caller *c, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "leg", c->leg.ops->name);
	iv_jw_cstr(&w, "call_id", c->leg.call_id);
	iv_jw_i64(&w, "rate_hz", c->opts->leg.rate_hz);
	iv_jw_bool(&w, "connected", c->opened);
	iv_jw_cstr(&w, "end_reason", c->end_reason);
	iv_jw_i64(&w, "close_code", c->close_code);
	iv_jw_bool(&w, "hung_up_by_caller", c->by_us);
	iv_jw_i64(&w, "duration_ms", c->frames * FAR_FRAME_MS);
	iv_jw_i64(&w, "steps", (int64_t)c->opts->script->count);
	iv_jw_i64(&w, "steps_done", (int64_t)c->talk.at);
	iv_jw_arr(&w, "turns");
	for (size_t i = 0; i < c->turns.count; i++)
		write_turn(&w, &c->turns.items[i]);
	iv_jw_end_arr(&w);
	write_audio(&w, c);
	iv_jw_i64(&w, "marks_echoed", c->marks_echoed);
	iv_jw_i64(&w, "marks_dropped", c->far.marks_dropped);
	iv_jw_i64(&w, "clears", c->clears);
	iv_jw_i64(&w, "bad_messages", c->bad);
	iv_jw_i64(&w, "own_lag_ms", c->late_us / 1000);
	iv_jw_obj(&w, "messages");
	for (size_t i = 0; i < c->type_count; i++)
		iv_jw_i64(&w, c->types[i].name, c->types[i].count);
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) && iv_buf_addc(out, '\n');
}

void report_summary(const struct caller *c)
{
	int64_t lost = 0;

	for (size_t i = 0; i < c->turns.count; i++)
		lost += c->turns.items[i].lost ? 1 : 0;
	report_line(c, c->frames * FAR_FRAME_MS, "end: %s", c->end_reason);
	if (!c->opts->print || !c->opened)
		return;
	printf("heard %.2f s of %.2f s sent; %lld clears; %d gaps (longest %lld ms); "
	       "%lld turns without an answer; %lld bad messages\n",
	       (double)ms_of(c, c->far.heard) / 1000, (double)ms_of(c, c->far.received) / 1000,
	       (long long)c->clears, c->far.gaps, (long long)ms_of(c, c->far.longest_gap),
	       (long long)lost, (long long)c->bad);
}
