/* Orders as Jambonz' verbs. Its validator refuses a whole answer for one property it does not know, or one of another
 * type. What a verb asks at its end replaces everything that stands behind it, so each says where it asks. */
#include "say.h"

#include <stdio.h>
#include "iv_crypto.h"
#include "iv_net.h"

#define HALF_SECOND 0.5

void say_call_init(struct say_call *c, const struct iv_config *cfg)
{
	uint8_t bytes[(SAY_NONCE_SIZE - 1) / 2];

	*c = (struct say_call){.cfg = cfg};
	iv_random(bytes, sizeof(bytes));
	(void)iv_hex(bytes, sizeof(bytes), c->nonce);
}

bool say_url(const struct say_call *c, const char *path, const char *name, struct iv_str value, char out[SAY_URL_SIZE])
{
	struct iv_str base = iv_str(c->cfg->public_base_url);
	struct iv_buf b;
	bool ok;

	while (base.len && base.ptr[base.len - 1] == '/')
		base.len--;
	iv_buf_init(&b, SAY_URL_SIZE - 1);
	ok = iv_buf_adds(&b, base) && iv_buf_printf(&b, "%s?n=%s", path, c->nonce) &&
	     (c->attempt == 0 || iv_buf_printf(&b, "&try=%d", c->attempt)) &&
	     (!c->traceparent[0] || iv_buf_printf(&b, "&traceparent=%s", c->traceparent)) &&
	     (!value.len || (iv_buf_printf(&b, "&%s=", name) && iv_url_encode(&b, value)));
	if (ok)
		(void)iv_str_copy(out, SAY_URL_SIZE, iv_buf_str(&b)); /* the buffer is no larger */
	iv_buf_deinit(&b);
	return ok;
}

bool say_is_address(struct iv_str s)
{
	return iv_str_starts(s, IV_S("https://")) || iv_str_starts(s, IV_S("http://"));
}

static void put_hook(struct iv_jw *w, const char *key, const struct say_call *c, const char *path, const char *name,
		     struct iv_str value)
{
	char url[SAY_URL_SIZE];

	if (!say_url(c, path, name, value, url))
		w->failed = true;
	else
		iv_jw_cstr(w, key, url);
}

static void begin_verb(struct iv_jw *w, const char *verb)
{
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "verb", verb);
}

static void put_plain(struct iv_jw *w, const char *verb)
{
	begin_verb(w, verb);
	iv_jw_end_obj(w);
}

/* ── listening ── */

/* Some of its versions break what has other letters than these. */
static bool is_plain(struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", s.ptr[i]) || !s.ptr[i])
			return false;
	return s.len > 0;
}

/* "callId" is the SIP call's in Jambonz' own first message: ours has another name there. */
static void put_metadata(struct iv_jw *w, const struct say_call *c)
{
	iv_jw_obj(w, "metadata");
	iv_jw_cstr(w, "source", "pstn");
	iv_jw_cstr(w, "provider", "jambonz");
	if (is_plain(c->call_id))
		iv_jw_str(w, "invortoCall", c->call_id);
	if (is_plain(c->agent_id))
		iv_jw_str(w, "agentId", c->agent_id);
	iv_jw_end_obj(w);
}

static void put_listen(struct iv_jw *w, const struct say_call *c)
{
	int64_t rate = c->cfg->jambonz_rate_hz > 8000 ? 16000 : 8000;

	begin_verb(w, "listen");
	iv_jw_cstr(w, "id", "media");
	iv_jw_cstr(w, "url", c->media->url);
	put_hook(w, "actionHook", c, "/telephony/jambonz/after", NULL, IV_STR_NULL);
	iv_jw_i64(w, "sampleRate", rate);
	iv_jw_cstr(w, "mixType", "mono");
	iv_jw_bool(w, "passDtmf", true);
	put_metadata(w, c);
	/* Without its own rate what we send is taken, and never played. */
	iv_jw_obj(w, "bidirectionalAudio");
	iv_jw_bool(w, "enabled", true);
	iv_jw_bool(w, "streaming", true);
	iv_jw_i64(w, "sampleRate", rate);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

/* ── other legs ── */

static void put_target(struct iv_jw *w, struct iv_str to)
{
	bool sip = iv_str_starts(to, IV_S("sip:")) || iv_str_starts(to, IV_S("sips:"));

	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "type", sip ? "sip" : "phone");
	iv_jw_str(w, sip ? "sipUri" : "number", to);
	iv_jw_end_obj(w);
}

static void put_dial(struct iv_jw *w, const struct say_call *c, const struct iv_line_do *d)
{
	struct iv_str from = d->caller_id.len ? d->caller_id : c->our_number;

	begin_verb(w, "dial");
	iv_jw_arr(w, "target");
	put_target(w, d->to);
	iv_jw_end_arr(w);
	if (from.len)
		iv_jw_str(w, "callerId", from);
	iv_jw_bool(w, "answerOnBridge", true);
	iv_jw_i64(w, "timeout", d->timeout_s > 0 ? d->timeout_s : 30);
	if (d->whisper.len)
		put_hook(w, "confirmHook", c, "/telephony/jambonz/confirm", "say", d->whisper);
	put_hook(w, "actionHook", c, "/telephony/jambonz/dialed", NULL, IV_STR_NULL);
	iv_jw_end_obj(w);
}

static void put_refer(struct iv_jw *w, const struct say_call *c, const struct iv_line_do *d)
{
	begin_verb(w, "sip:refer");
	iv_jw_str(w, "referTo", d->to);
	if (d->caller_id.len)
		iv_jw_str(w, "referredBy", d->caller_id);
	put_hook(w, "actionHook", c, "/telephony/jambonz/dialed", NULL, IV_STR_NULL);
	iv_jw_end_obj(w);
}

static void put_conference(struct iv_jw *w, const struct say_call *c, const struct iv_line_do *d)
{
	begin_verb(w, "conference");
	iv_jw_str(w, "name", d->room);
	iv_jw_bool(w, "beep", false);
	iv_jw_bool(w, "startConferenceOnEnter", true);
	iv_jw_bool(w, "endConferenceOnExit", false);
	if (d->muted)
		iv_jw_bool(w, "joinMuted", true);
	put_hook(w, "actionHook", c, "/telephony/jambonz/dialed", NULL, IV_STR_NULL);
	iv_jw_end_obj(w);
}

/* ── keys ── */

/* Each w is a pause of half a second between what is pressed. */
static void put_keys(struct iv_jw *w, struct iv_str keys)
{
	for (size_t i = 0; i < keys.len;) {
		size_t n = i;

		while (n < keys.len && keys.ptr[n] == 'w')
			n++;
		if (n > i) {
			begin_verb(w, "pause");
			iv_jw_num(w, "length", (double)(n - i) * HALF_SECOND, 1);
			iv_jw_end_obj(w);
		}
		for (i = n; n < keys.len && keys.ptr[n] != 'w'; n++)
			;
		if (n > i) {
			begin_verb(w, "dtmf");
			iv_jw_str(w, "dtmf", (struct iv_str){keys.ptr + i, n - i});
			iv_jw_end_obj(w);
		}
		i = n;
	}
}

static void put_said(struct iv_jw *w, struct iv_str text, bool inside)
{
	bool played = say_is_address(text);

	if (inside)
		iv_jw_obj(w, played ? "play" : "say");
	else
		begin_verb(w, played ? "play" : "say");
	iv_jw_str(w, played ? "url" : "text", text);
	iv_jw_end_obj(w);
}

static void put_gather(struct iv_jw *w, const struct say_call *c, const struct iv_line_do *d)
{
	begin_verb(w, "gather");
	iv_jw_arr(w, "input");
	iv_jw_cstr(w, NULL, "digits");
	iv_jw_end_arr(w);
	iv_jw_i64(w, "numDigits", d->max_digits > 0 ? d->max_digits : 1);
	iv_jw_i64(w, "timeout", d->timeout_s > 0 ? d->timeout_s : 5);
	iv_jw_cstr(w, "finishOnKey", "#");
	if (d->prompt.len)
		put_said(w, d->prompt, true);
	put_hook(w, "actionHook", c, "/telephony/jambonz/asked", NULL, IV_STR_NULL);
	iv_jw_end_obj(w);
}

/* ── answers ── */

static void put_verbs(struct iv_jw *w, const struct say_call *c, const struct iv_line_do *d)
{
	switch ((enum iv_line_verb)d->verb) {
	case IV_LINE_HANGUP:
		put_plain(w, "hangup");
		break;
	case IV_LINE_LISTEN:
		put_listen(w, c);
		break;
	case IV_LINE_DIAL:
		put_dial(w, c, d);
		break;
	case IV_LINE_REFER:
		put_refer(w, c, d);
		break;
	case IV_LINE_DTMF:
		put_keys(w, d->digits);
		put_listen(w, c);
		break;
	case IV_LINE_CONFERENCE:
		put_conference(w, c, d);
		break;
	case IV_LINE_ASK:
		put_gather(w, c, d);
		break;
	case IV_LINE_REDIRECT:
		begin_verb(w, "redirect");
		iv_jw_str(w, "actionHook", d->url);
		iv_jw_end_obj(w);
		break;
	case IV_LINE_SORRY:
		put_said(w, d->text.len ? d->text : iv_str(c->cfg->telephony_sorry_text), false);
		put_plain(w, "hangup");
		break;
	case IV_LINE_NONE: /* what is on its way must not be answered over */
	case IV_LINE_VERBS:
		break;
	}
}

bool say_verbs(const struct say_call *c, const struct iv_line_do *d, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_arr(&w, NULL);
	put_verbs(&w, c, d);
	iv_jw_end_arr(&w);
	return iv_jw_done(&w);
}

bool say_seed(const struct say_call *c, struct iv_str application, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "application_sid", application.ptr ? application : IV_S(""));
	iv_jw_arr(&w, "call_hook");
	begin_verb(&w, "stream");
	iv_jw_cstr(&w, "url", c->media->url);
	iv_jw_obj(&w, "metadata");
	iv_jw_cstr(&w, "source", "pstn");
	iv_jw_cstr(&w, "provider", "jambonz");
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}

bool say_decline(int sip_status, struct iv_buf *out)
{
	const char *reason = sip_status == 486 ? "Busy Here" : sip_status == 404 ? "Not Found" : "Temporarily Unavailable";
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_arr(&w, NULL);
	begin_verb(&w, "sip:decline");
	iv_jw_i64(&w, "status", sip_status);
	iv_jw_cstr(&w, "reason", reason);
	iv_jw_end_obj(&w);
	iv_jw_end_arr(&w);
	return iv_jw_done(&w);
}

bool say_text(struct iv_str text, bool hang_up, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_arr(&w, NULL);
	if (text.len)
		put_said(&w, text, false);
	if (hang_up)
		put_plain(&w, "hangup");
	iv_jw_end_arr(&w);
	return iv_jw_done(&w);
}
