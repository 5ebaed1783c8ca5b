/* What is told and asked about a call's line: the books hear what the carrier says, the instance that holds the call
 * decides what the carrier does, and the end of a call that nobody held is written here. */
#include "telephony.h"

#include "iv_calls.h"
#include "iv_log.h"

enum {
	ASK_MS = 3000,
	OPENING_MS = 500, /* from the books' word that a process has the call to its own */
	TOLD_BYTES = 2048,
};

/* ── the books ── */

/* Who was asked to answer a call has answered it. */
static struct iv_str status_to_note(const struct hook *h)
{
	switch (h->row->kind) {
	case HOOK_CALL:
		return h->is.outbound ? IV_S("answered") : IV_STR_NULL;
	case HOOK_STATUS:
		return h->status;
	case HOOK_AFTER:
	case HOOK_DIALED:
	case HOOK_ASKED:
		return h->final ? h->status : IV_STR_NULL; /* on a hang-up they may be all there is */
	case HOOK_AMD:
	case HOOK_WHISPER:
	case HOOK_STREAM:
		break;
	}
	return IV_STR_NULL;
}

static bool is_stream_error(const struct hook *h)
{
	return h->row->kind == HOOK_STREAM && iv_str_eq(h->is.stream_event, IV_S("stream-error"));
}

static struct iv_str facts(struct hook *h)
{
	struct iv_str who = word_answered_by(h->row->carrier, h->is.answered_by), text = IV_STR_NULL;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 4096);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	if (h->is.second_id.ptr)
		iv_jw_str(&w, "second_id", h->is.second_id);
	if (h->final && h->is.sip_status)
		iv_jw_i64(&w, "sip", h->is.sip_status);
	if (h->final && h->is.duration_s)
		iv_jw_i64(&w, "duration", h->is.duration_s);
	if (h->final && h->is.ended_by.ptr)
		iv_jw_str(&w, "ended_by", h->is.ended_by);
	if (who.ptr)
		iv_jw_str(&w, "answered_by", who);
	if (is_stream_error(h))
		iv_jw_str(&w, "stream_error", h->is.stream_error.ptr ? h->is.stream_error : IV_S("unknown"));
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		text = iv_arena_str(&h->c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return text.ptr ? text : IV_S("{}");
}

static bool has_news(const struct hook *h)
{
	return status_to_note(h).ptr || is_stream_error(h) ||
	       word_answered_by(h->row->carrier, h->is.answered_by).ptr;
}

struct iv_str hook_news(struct hook *h, struct iv_str *about)
{
	struct iv_str next = status_to_note(h);

	if (!has_news(h))
		return IV_STR_NULL;
	*about = facts(h);
	return next.ptr ? next : IV_S("created"); /* which is never news */
}

/* ── asking who holds it ── */

static enum iv_flow_next start_ask(struct iv_flow *f, void *arg)
{
	struct hook *h = arg;

	return iv_control_send(h->c->s->control, f, &h->control, &h->c->arena, h->name, h->verb, h->args, ASK_MS, &h->told);
}

static enum iv_flow_next send_line(struct hook *h, const char *verb, struct iv_str args)
{
	char name[IV_CALL_NAME_SIZE];

	h->name = iv_arena_str(&h->c->arena, iv_call_name(h->tenant_id, h->call_id, name));
	h->verb = iv_str(verb);
	h->args = args;
	h->told = IV_STR_NULL;
	return hook_try(h->c, &h->attempt, start_ask, h);
}

static struct iv_str result(struct hook *h)
{
	const struct iv_line_result r = {
		.status = h->row->kind == HOOK_DIALED && h->is.dial_status.ptr ? word_dialed(h->is.dial_status)
									       : IV_S("completed"),
		.provider_id = h->is.dial_id,
		.digits = h->is.digits,
		.duration_s = h->is.dial_duration_s,
		.caller_gone = h->final,
	};
	struct iv_str text = IV_STR_NULL;
	struct iv_buf b;

	iv_buf_init(&b, TOLD_BYTES);
	if (iv_line_result_write(&r, &b))
		text = iv_arena_str(&h->c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return text;
}

static struct iv_str verdict(struct hook *h)
{
	struct iv_buf b;
	struct iv_str text = IV_STR_NULL;

	iv_buf_init(&b, 64);
	if (iv_buf_printf(&b, "{\"verdict\":\"%.*s\"}", IV_FMT(word_answered_by(h->row->carrier, h->is.answered_by))))
		text = iv_arena_str(&h->c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return text;
}

/* Does this hook want to know what the call does next? A hook about a call that is over does not; nor one that is
 * repeated before the media came. */
static bool asks(const struct hook *h)
{
	if (!h->call_id.len || h->over)
		return false;
	switch (h->row->kind) {
	case HOOK_CALL:
		return h->held && !h->final;
	case HOOK_AFTER:
		return !h->final;
	case HOOK_DIALED:
	case HOOK_ASKED:
		return true;
	case HOOK_AMD:
	case HOOK_STATUS:
	case HOOK_WHISPER:
	case HOOK_STREAM:
		break;
	}
	return false;
}

static bool tells_who_answered(const struct hook *h)
{
	return h->call_id.len && !h->over && word_answered_by(h->row->carrier, h->is.answered_by).ptr;
}

enum iv_flow_next hook_ask(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	h->attempt.err.code = IV_ECANCELED; /* nothing was asked */
	if (asks(h))
		return h->row->kind == HOOK_DIALED || h->row->kind == HOOK_ASKED ? send_line(h, "line.dialed", result(h))
										 : send_line(h, "line.next", IV_S("{}"));
	return tells_who_answered(h) ? send_line(h, "line.amd", verdict(h)) : IV_FLOW_NEXT;
}

/* A verdict that comes while the media is being opened is neither read with the row nor heard by a session. Without
 * media it waits in the row. */
static bool comes_too_soon(const struct hook *h)
{
	return !asks(h) && tells_who_answered(h) && h->held && h->attempt.err.code == IV_ECONFLICT;
}

static void on_waited(void *arg)
{
	struct hook *h = arg;

	iv_op_done(&h->wait_op, NULL);
}

static void cancel_wait(struct iv_op *op)
{
	iv_timer_stop(&IV_CONTAINER(op, struct hook, wait_op)->wait);
}

enum iv_flow_next hook_wait(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	if (!comes_too_soon(h))
		return IV_FLOW_NEXT;
	iv_op_begin(&h->wait_op, f, cancel_wait);
	iv_timer_init(&h->wait, h->c->s->loop, on_waited, h);
	iv_timer_in_ms(&h->wait, OPENING_MS);
	return iv_flow_await(f);
}

enum iv_flow_next hook_ask_again(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	return comes_too_soon(h) ? send_line(h, "line.amd", verdict(h)) : IV_FLOW_NEXT;
}

/* Nobody holds it, or nobody answers: its row knows. */
static enum iv_flow_next ask_row(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;

	return iv_pg_one(c->s->pg, f, &c->pg, &h->scope, &c->arena, &iv_sql_line_state,
			 &(struct iv_line_state_in){.name = h->call_id}, &h->rows);
}

enum iv_flow_next hook_told(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_err e = {0};

	h->rows = (struct iv_rows){0};
	if (!asks(h))
		return IV_FLOW_NEXT;
	h->has_todo = h->attempt.err.code == IV_OK && iv_line_read(h->told, &h->todo, &h->c->arena, &e);
	if (h->has_todo)
		return IV_FLOW_NEXT;
	iv_info("line.unheld", IV_LV("call_id", h->call_id), IV_LS("why", iv_code_info(h->attempt.err.code)->name));
	return ask_row(f);
}

static void end_as(struct hook *h, struct iv_str status, struct iv_str reason, struct iv_str failure)
{
	h->closes = true;
	h->end_status = status;
	h->end_reason = reason;
	h->failure = failure;
}

/* Over: the end. Handed over by its process: any other takes it. Never had media: once more, elsewhere perhaps, and
 * then sorry. Else its process is gone with the conversation: sorry. */
enum iv_flow_next hook_orphaned(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	const struct iv_line_state_out *r;

	if (!asks(h) || h->has_todo)
		return IV_FLOW_NEXT;
	r = h->rows.count ? iv_line_state_at(&h->rows, 0) : NULL;
	h->todo = (struct iv_line_do){.verb = IV_LINE_SORRY};
	if (!r || r->over)
		h->todo.verb = IV_LINE_HANGUP;
	else if (r->given || (!r->held && h->q.attempt < 1))
		h->todo.verb = IV_LINE_LISTEN;
	else if (!r->held)
		end_as(h, IV_S("failed"), IV_S("no_media"), IV_S("media_never_came"));
	h->has_todo = true;
	h->say.attempt = r && !r->given && !r->held ? (int)h->q.attempt + 1 : 0;
	return IV_FLOW_NEXT;
}

/* ── the end ── */

static bool ends(const struct hook *h)
{
	return h->final && h->call_id.len && !h->over && h->row->kind != HOOK_STREAM && h->row->kind != HOOK_AMD;
}

static struct iv_str ending(struct hook *h)
{
	struct iv_str failure = word_failure(h->status, h->is.sip_status), text = IV_STR_NULL;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, TOLD_BYTES);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "status", h->status);
	iv_jw_str(&w, "reason", failure.ptr ? failure : h->is.ended_by.ptr ? h->is.ended_by : IV_S("hangup"));
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		text = iv_arena_str(&h->c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return text;
}

enum iv_flow_next hook_over(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	h->attempt.err = (struct iv_err){0};
	return ends(h) ? send_line(h, "line.over", ending(h)) : IV_FLOW_NEXT;
}

/* The carrier had the call and we never its media: completed is no word for that. */
static void end_unspoken(struct hook *h)
{
	bool caller = iv_str_eq(h->is.ended_by, IV_S("caller"));

	if (!iv_str_eq(h->status, IV_S("completed")))
		end_as(h, h->status, h->status, word_failure(h->status, h->is.sip_status));
	else if (caller)
		end_as(h, IV_S("canceled"), IV_S("hangup"), IV_S("caller_hung_up"));
	else
		end_as(h, IV_S("failed"), IV_S("no_media"), IV_S("media_never_came"));
}

enum iv_flow_next hook_over_told(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	/* What ElevenLabs hosted and had is told by its own report. */
	if (h->final && h->hosted && !h->held)
		iv_slots_drop(h->c->s->slots, h->tenant_id, h->call_id, IV_SLOT_COMPLETED);
	if (ends(h) && h->hosted && iv_str_eq(h->status, IV_S("completed")))
		return IV_FLOW_NEXT;
	if (ends(h) && h->attempt.err.code != IV_OK)
		end_unspoken(h);
	else if (is_stream_error(h) && h->call_id.len && !h->over && h->q.attempt >= 1)
		end_as(h, IV_S("failed"), IV_S("no_media"), IV_S("stream_error"));
	return IV_FLOW_NEXT;
}

static enum iv_slot_end why_free(const struct hook *h)
{
	struct iv_str status = h->end_status;

	if (h->refused)
		return IV_SLOT_REFUSED;
	if (iv_str_eq(status, IV_S("busy")))
		return IV_SLOT_BUSY;
	if (iv_str_eq(status, IV_S("no-answer")))
		return IV_SLOT_NO_ANSWER;
	return iv_str_eq(status, IV_S("canceled")) ? IV_SLOT_CANCELED : IV_SLOT_FAILED;
}

/* The row may be closed, and we were cut short before we heard it: nobody would free its slot. */
static void let_go(void *arg)
{
	struct hook *h = arg;

	iv_slots_drop_unspoken(h->c->s->slots, h->tenant_id, h->call_id, why_free(h));
}

enum iv_flow_next hook_close(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;

	if (!h->closes)
		return IV_FLOW_NEXT;
	iv_undo_push(f, &h->undo_end, let_go, h);
	struct iv_line_close_in in = {.tenant = h->tenant_id, .call = h->call_id, .status = h->end_status,
				      .reason = h->end_reason, .failure = h->failure};

	return iv_pg_one(c->s->pg, f, &c->pg, &h->scope, &c->arena, &iv_sql_line_close, &in, &h->rows);
}

enum iv_flow_next hook_closed(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	if (h->closes && iv_line_close_at(&h->rows, 0)->closed) {
		iv_slots_drop(h->c->s->slots, h->tenant_id, h->call_id, why_free(h));
		iv_info("call.unspoken", IV_LV("call_id", h->call_id), IV_LV("status", h->end_status),
			IV_LV("why", h->failure.ptr ? h->failure : IV_S("")));
	}
	return IV_FLOW_NEXT;
}
