/* What is said about a call's line, as JSON both ways; and the signed address of its media. */
#include <stdio.h>
#include "iv_crypto.h"
#include "iv_id.h"
#include "iv_line.h"
#include "iv_net.h"

enum { DIGITS_MAX = 64, TEXT_MAX = 2000, MESSAGE_BYTES = 16384 };

const char *const iv_line_verbs[] = {
	[IV_LINE_NONE] = "none", [IV_LINE_HANGUP] = "hangup", [IV_LINE_LISTEN] = "listen",
	[IV_LINE_DIAL] = "dial", [IV_LINE_REFER] = "refer", [IV_LINE_DTMF] = "dtmf",
	[IV_LINE_CONFERENCE] = "conference", [IV_LINE_ASK] = "ask", [IV_LINE_REDIRECT] = "redirect",
	[IV_LINE_SORRY] = "sorry", [IV_LINE_VERBS] = NULL,
};

static void do_defaults(void *object)
{
	struct iv_line_do *d = object;

	d->timeout_s = 30;
	d->max_digits = 1;
}

static const struct iv_field do_fields[] = {
	IV_ENUM(struct iv_line_do, verb, "do", IV_REQUIRED, iv_line_verbs, "What the carrier is to do"),
	IV_STR(struct iv_line_do, to, "to", 0, 1, 256, "dial, refer: E.164 number or SIP address"),
	IV_STR(struct iv_line_do, caller_id, "callerId", 0, 1, 256, "dial: shown to who is called"),
	IV_STR(struct iv_line_do, whisper, "whisper", 0, 1, TEXT_MAX, "dial: said to who answers before the two are connected"),
	IV_STR(struct iv_line_do, digits, "digits", 0, 1, DIGITS_MAX, "dtmf: 0-9 * # A-D, w waits half a second"),
	IV_STR(struct iv_line_do, room, "room", 0, 1, 128, "conference: its name"),
	IV_STR(struct iv_line_do, action, "action", 0, 1, 16, "conference: join, leave, mute or unmute"),
	IV_STR(struct iv_line_do, prompt, "prompt", 0, 1, TEXT_MAX, "ask: said, or an address that is played"),
	IV_STR(struct iv_line_do, url, "url", 0, 1, 2000, "redirect: where the carrier goes on"),
	IV_STR(struct iv_line_do, text, "text", 0, 1, TEXT_MAX, "sorry: said before hanging up"),
	IV_INT(struct iv_line_do, timeout_s, "timeoutSec", 0, 0, 600, "dial: of ringing; ask: of waiting for a key; 0: as usual"),
	IV_INT(struct iv_line_do, max_digits, "maxDigits", 0, 0, 32, "ask: keys that are waited for; 0: one"),
	IV_BOOL(struct iv_line_do, record, "record", 0, "dial: the carrier records what follows"),
	IV_BOOL(struct iv_line_do, muted, "muted", 0, "conference: joins without being heard"),
	IV_BOOL(struct iv_line_do, back, "back", 0, "dial: when nobody answers the agent takes the call again"),
	IV_FIELDS_END,
};
const struct iv_shape iv_line_do_shape = {"lineOrder", sizeof(struct iv_line_do), do_fields, do_defaults};

static const struct iv_field result_fields[] = {
	IV_STR(struct iv_line_result, status, "status", IV_REQUIRED, 1, 32, "completed, busy, no-answer, failed or canceled"),
	IV_STR(struct iv_line_result, provider_id, "providerId", 0, 1, 128, "The other leg's, as the carrier calls it"),
	IV_STR(struct iv_line_result, digits, "digits", 0, 0, 64, "What was pressed"),
	IV_INT(struct iv_line_result, duration_s, "durationSec", 0, 0, 0, "How long the two were connected"),
	IV_BOOL(struct iv_line_result, caller_gone, "callerGone", 0, "The line itself has ended with it"),
	IV_FIELDS_END,
};
const struct iv_shape iv_line_result_shape = {"lineResult", sizeof(struct iv_line_result), result_fields, NULL};

static bool write_shape(const struct iv_shape *shape, const void *object, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_shape_write(shape, object, NULL, &w);
	return iv_jw_done(&w);
}

bool iv_line_write(const struct iv_line_do *d, struct iv_buf *out)
{
	return write_shape(&iv_line_do_shape, d, out);
}

bool iv_line_result_write(const struct iv_line_result *r, struct iv_buf *out)
{
	return write_shape(&iv_line_result_shape, r, out);
}

bool iv_line_read(struct iv_str json, struct iv_line_do *d, struct iv_arena *a, struct iv_err *e)
{
	cJSON *tree = iv_json_parse(json, e);
	bool ok = tree && iv_shape_read(&iv_line_do_shape, tree, d, a, e);

	cJSON_Delete(tree);
	return ok;
}

/* ── what may be ordered ── */

static bool is_target(struct iv_str s)
{
	if (iv_str_starts(s, IV_S("sip:")) || iv_str_starts(s, IV_S("sips:")))
		return s.len > 6;
	if (s.len < 4 || s.len > 16 || s.ptr[0] != '+' || s.ptr[1] == '0')
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

static bool are_keys(struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("0123456789*#ABCDabcdw", s.ptr[i]))
			return false;
	return s.len >= 1 && s.len <= DIGITS_MAX;
}

static bool is_room_action(struct iv_str s)
{
	return iv_str_eq(s, IV_S("join")) || iv_str_eq(s, IV_S("leave")) || iv_str_eq(s, IV_S("mute")) ||
	       iv_str_eq(s, IV_S("unmute"));
}

bool iv_line_check(const struct iv_line_do *d, struct iv_err *e)
{
	bool dials = d->verb == IV_LINE_DIAL || d->verb == IV_LINE_REFER;

	if (dials && !is_target(d->to))
		return iv_fail_field(e, IV_EINVAL, "to", "must be an E.164 number (+ and 3 to 15 digits) or a SIP address");
	if (dials && d->caller_id.len && !is_target(d->caller_id))
		return iv_fail_field(e, IV_EINVAL, "callerId", "must be an E.164 number (+ and 3 to 15 digits)");
	if (d->verb == IV_LINE_DTMF && !are_keys(d->digits))
		return iv_fail_field(e, IV_EINVAL, "digits", "must be 1 to %d of 0-9 * # A-D w", DIGITS_MAX);
	if (d->verb == IV_LINE_CONFERENCE && (!d->room.len || !iv_id_acceptable(d->room)))
		return iv_fail_field(e, IV_EINVAL, "room", "must be 1 to 128 of A-Z a-z 0-9 . _ : -");
	if (d->verb == IV_LINE_CONFERENCE && d->action.len && !is_room_action(d->action))
		return iv_fail_field(e, IV_EINVAL, "action", "must be join, leave, mute or unmute");
	if (d->verb == IV_LINE_ASK && !d->prompt.len)
		return iv_fail_field(e, IV_EINVAL, "prompt", "is required");
	if (d->verb == IV_LINE_REDIRECT && !iv_str_starts(d->url, IV_S("https://")) &&
	    !iv_str_starts(d->url, IV_S("http://")))
		return iv_fail_field(e, IV_EINVAL, "url", "must be an http or https address");
	return true;
}

/* ── where the media goes ── */

static bool add_base(const struct iv_config *cfg, struct iv_buf *b, struct iv_err *e)
{
	struct iv_str base = iv_str(cfg->public_base_url);

	while (base.len && base.ptr[base.len - 1] == '/')
		base.len--;
	if (!iv_str_starts(base, IV_S("https://")) && !iv_str_starts(base, IV_S("http://")))
		return iv_fail_field(e, IV_EUNSUPPORTED, "PUBLIC_BASE_URL", "is required: carriers have to find our socket");
	return (iv_buf_adds(b, IV_S("ws")) && iv_buf_add(b, base.ptr + 4, base.len - 4)) ||
	       iv_fail_field(e, IV_ETOOBIG, "PUBLIC_BASE_URL", "is too long");
}

static bool add_query(struct iv_buf *b, const char *name, struct iv_str value)
{
	return iv_buf_adds(b, iv_str(name)) && iv_url_encode(b, value);
}

static bool write_address(struct iv_buf *b, const struct iv_config *cfg, bool twilio, const struct iv_line_call *call,
			  const struct iv_line_media *m, struct iv_err *e)
{
	bool ok;

	if (!add_base(cfg, b, e))
		return false;
	if (twilio) /* a query is not allowed there: its parameters say the rest */
		ok = iv_buf_adds(b, IV_S("/realtime/twilio"));
	else
		ok = add_query(b, "/realtime/voice?callId=", call->call_id) && add_query(b, "&agentId=", call->agent_id) &&
		     add_query(b, "&tenantId=", call->tenant_id) && add_query(b, "&nonce=", iv_str(m->nonce)) &&
		     add_query(b, "&ts=", iv_str(m->ts)) && add_query(b, "&sig=", iv_str(m->sig)) &&
		     (!call->traceparent.len || add_query(b, "&traceparent=", call->traceparent));
	return ok || iv_fail(e, IV_ETOOBIG, "the address of the call's media is too long");
}

bool iv_line_media(const struct iv_auth *auth, const struct iv_config *cfg, bool twilio,
		   const struct iv_line_call *call, int64_t wall_ms, struct iv_line_media *out, struct iv_err *e)
{
	uint8_t bytes[12];
	struct iv_buf b;
	bool ok;

	iv_random(bytes, sizeof(bytes));
	(void)iv_hex(bytes, sizeof(bytes), out->nonce);
	(void)snprintf(out->ts, sizeof(out->ts), "%lld", (long long)(wall_ms / 1000));
	if (!iv_auth_sign_call(auth, call->call_id, wall_ms / 1000, call->tenant_id, iv_str(out->nonce), out->sig))
		return iv_fail_field(e, IV_EUNSUPPORTED, "REALTIME_WS_SECRET", "is required: it signs carriers' sockets");
	iv_buf_init(&b, sizeof(out->url) - 1);
	ok = write_address(&b, cfg, twilio, call, out, e);
	if (ok)
		(void)iv_str_copy(out->url, sizeof(out->url), iv_buf_str(&b));
	iv_buf_deinit(&b);
	return ok;
}
