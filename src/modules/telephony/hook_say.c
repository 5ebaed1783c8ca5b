/* The answer of a hook, in its carrier's language. Where there is nothing to say it still says something well formed:
 * Jambonz takes an empty body for an error, and leaves an address alone that answers 404. */
#include "telephony.h"

#include <stdio.h>

static enum iv_flow_next done(struct hook *h, bool written)
{
	return written ? IV_FLOW_NEXT : iv_flow_fail(&h->c->flow, IV_EINTERNAL, "the answer could not be written");
}

enum iv_flow_next hook_say_again(struct hook *h, struct iv_str answer)
{
	iv_buf_clear(&h->c->json);
	if (!iv_buf_adds(&h->c->json, answer))
		return done(h, false);
	return IV_FLOW_DONE;
}

/* ── no ── */

static bool seed_shape(const struct hook *h)
{
	if (h->row->carrier != WORD_JAMBONZ || h->row->kind != HOOK_CALL)
		return false;
	return h->q.shape.len ? iv_str_eq(h->q.shape, IV_S("seed")) : strcmp(h->c->s->cfg->jambonz_shape, "seed") == 0;
}

/* The first platform's refusal: its status and its members. */
static bool seed_limit(struct hook *h)
{
	const struct iv_slot_verdict *v = &h->verdict_of_slots;
	struct iv_jw w;

	h->c->status = 429;
	iv_api_retry_after(h->c, v->retry_ms > 0 ? (v->retry_ms + 999) / 1000 : 5);
	iv_jw_init(&w, &h->c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "code", "concurrency_limit");
	iv_jw_cstr(&w, "scope", v->scope);
	iv_jw_i64(&w, "limit", v->limit);
	iv_jw_cstr(&w, "message", "as many calls as there may be");
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}

static bool write_refusal(struct hook *h, int sip_status)
{
	struct iv_buf *out = &h->c->json;
	bool busy = sip_status == 486, twilio = h->row->carrier == WORD_TWILIO;
	const char *text = h->c->s->cfg->telephony_busy_text;

	if (busy && strcmp(h->c->s->cfg->telephony_when_busy, "speak") == 0 && text[0])
		return twilio ? twiml_text(iv_str(text), true, out) : say_text(iv_str(text), true, out);
	return twilio ? twiml_decline(busy, out) : say_decline(sip_status, out);
}

enum iv_flow_next hook_decline(struct hook *h, int sip_status)
{
	if (!write_refusal(h, sip_status))
		return done(h, false);
	return IV_FLOW_DONE;
}

/* ── yes ── */

static bool listens(const struct hook *h)
{
	return h->todo.verb == IV_LINE_LISTEN || h->todo.verb == IV_LINE_DTMF;
}

static bool write_line(struct hook *h)
{
	struct iv_api_call *c = h->c;
	const struct iv_line_call call = {h->tenant_id, h->call_id, h->agent_id,
					  iv_str(h->say.traceparent)};
	struct iv_str ours = h->is.outbound ? h->is.from : h->is.to;

	h->say.call_id = h->call_id;
	h->say.tenant_id = h->tenant_id;
	h->say.agent_id = h->agent_id;
	h->say.our_number = iv_str_starts(ours, IV_S("+")) ? ours : IV_STR_NULL;
	h->say.media = &h->media;
	if (listens(h) && !iv_line_media(c->s->auth, c->s->cfg, h->row->carrier == WORD_TWILIO, &call, iv_wall_ms(), &h->media,
					 &c->flow.err))
		return false;
	if (seed_shape(h) && h->todo.verb == IV_LINE_LISTEN)
		return say_seed(&h->say, h->is.application, &c->json);
	return h->row->carrier == WORD_TWILIO ? twiml_verbs(&h->say, &h->todo, &c->json)
					      : say_verbs(&h->say, &h->todo, &c->json);
}

/* There is nobody to say something to. */
static bool write_nothing(struct hook *h)
{
	bool reports = h->row->kind == HOOK_STATUS || h->row->kind == HOOK_AMD || h->row->kind == HOOK_STREAM;

	if (h->row->carrier == WORD_TWILIO)
		return twiml_text(IV_STR_NULL, !reports, &h->c->json);
	return say_text(IV_STR_NULL, false, &h->c->json);
}

static bool write_ok(struct hook *h)
{
	static const struct {
		const char *status, *kind;
	} kinds[] = {{"ringing", "call.ringing"}, {"answered", "call.answered"}, {"canceled", "call.canceled"}};
	struct iv_str kind = h->final ? IV_S("call.ended") : IV_S("call.status");
	struct iv_jw w;

	for (size_t i = 0; i < IV_COUNT(kinds); i++)
		if (iv_str_eq(h->status, iv_str(kinds[i].status)))
			kind = iv_str(kinds[i].kind);
	iv_jw_init(&w, &h->c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "ok", true);
	if (h->row->generic) {
		iv_jw_str(&w, "status", h->is.status.ptr ? h->is.status : IV_S(""));
		iv_jw_str(&w, "kind", kind);
	}
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}

static bool write_answer(struct hook *h)
{
	bool twilio = h->row->carrier == WORD_TWILIO;

	if (h->document.len)
		return iv_buf_adds(&h->c->json, h->document);
	switch (h->row->kind) {
	case HOOK_WHISPER:
		return twilio ? twiml_text(h->q.say, false, &h->c->json) : say_text(h->q.say, false, &h->c->json);
	case HOOK_STATUS:
		return twilio ? write_nothing(h) : write_ok(h);
	case HOOK_AMD:
	case HOOK_STREAM:
		return write_nothing(h);
	case HOOK_CALL:
		if (!h->has_todo && h->call_id.len && !h->over && !h->final) {
			h->todo = (struct iv_line_do){.verb = IV_LINE_LISTEN};
			return write_line(h);
		}
		break;
	case HOOK_AFTER:
	case HOOK_DIALED:
	case HOOK_ASKED:
		break;
	}
	/* Verbs for a call that is over would be another call's by the time they come. */
	return h->has_todo && !h->final ? write_line(h) : write_nothing(h);
}

enum iv_flow_next hook_say(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	if (h->refused && seed_shape(h))
		return done(h, seed_limit(h));
	if (h->refused)
		return done(h, write_refusal(h, h->verdict_of_slots.settling ? 480 : 486));
	if (!write_answer(h) && f->err.code == IV_OK)
		return done(h, false);
	return f->err.code == IV_OK ? IV_FLOW_NEXT : IV_FLOW_DONE;
}
