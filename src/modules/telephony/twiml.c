/* Orders as TwiML. A <Connect> ends when its socket closes; the <Redirect> behind it asks what comes next, any instance
 * of ours: so a call outlives the process that had its media. */
#include "say.h"

#include <stdio.h>

enum { PENDING_SECONDS = 10 };

/* ── XML ── */

struct xml {
	struct iv_buf *out;
	bool failed;
};

static void put(struct xml *x, const char *text)
{
	x->failed = x->failed || !iv_buf_adds(x->out, iv_str(text));
}

/* What XML cannot hold at all is left out. */
static void put_escaped(struct xml *x, struct iv_str s)
{
	for (size_t i = 0; i < s.len && !x->failed; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == '&')
			put(x, "&amp;");
		else if (c == '<')
			put(x, "&lt;");
		else if (c == '>')
			put(x, "&gt;");
		else if (c == '"')
			put(x, "&quot;");
		else if (c == '\n' || c == '\t' || c == '\r')
			x->failed = !iv_buf_printf(x->out, "&#%d;", c);
		else if (c >= ' ' && c != 0x7f)
			x->failed = !iv_buf_addc(x->out, (char)c);
	}
}

static void put_attribute(struct xml *x, const char *name, struct iv_str value)
{
	put(x, " ");
	put(x, name);
	put(x, "=\"");
	put_escaped(x, value);
	put(x, "\"");
}

static void put_number(struct xml *x, const char *name, int64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	put_attribute(x, name, iv_str(text));
}

static void put_hook(struct xml *x, const char *name, const struct say_call *c, const char *path, const char *query,
		     struct iv_str value)
{
	char url[SAY_URL_SIZE];

	if (!say_url(c, path, query, value, url))
		x->failed = true;
	else
		put_attribute(x, name, iv_str(url));
}

static void begin(struct xml *x, struct iv_buf *out)
{
	*x = (struct xml){.out = out};
	put(x, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>");
}

static bool end(struct xml *x)
{
	put(x, "</Response>");
	return !x->failed;
}

static void put_said(struct xml *x, struct iv_str text)
{
	const char *tag = say_is_address(text) ? "Play" : "Say";

	put(x, "<");
	put(x, tag);
	put(x, ">");
	put_escaped(x, text);
	put(x, "</");
	put(x, tag);
	put(x, ">");
}

/* ── listening ── */

static void put_parameter(struct xml *x, const char *name, struct iv_str value)
{
	put(x, "<Parameter");
	put_attribute(x, "name", iv_str(name));
	put_attribute(x, "value", value);
	put(x, "/>");
}

static void put_resume(struct xml *x, const struct say_call *c)
{
	char url[SAY_URL_SIZE];

	put(x, "<Redirect method=\"POST\">");
	if (say_url(c, "/telephony/twilio/resume", NULL, IV_STR_NULL, url))
		put_escaped(x, iv_str(url));
	else
		x->failed = true;
	put(x, "</Redirect>");
}

static void put_listen(struct xml *x, const struct say_call *c)
{
	put(x, "<Connect><Stream");
	put_attribute(x, "url", iv_str(c->media->url));
	put_attribute(x, "name", iv_str(c->nonce));
	put_hook(x, "statusCallback", c, "/telephony/twilio/stream-status", NULL, IV_STR_NULL);
	put(x, " statusCallbackMethod=\"POST\">");
	put_parameter(x, "callId", c->call_id);
	put_parameter(x, "agentId", c->agent_id);
	put_parameter(x, "tenantId", c->tenant_id);
	put_parameter(x, "ts", iv_str(c->media->ts));
	put_parameter(x, "sig", iv_str(c->media->sig));
	put_parameter(x, "nonce", iv_str(c->media->nonce));
	if (c->traceparent[0])
		put_parameter(x, "traceparent", iv_str(c->traceparent));
	put(x, "</Stream></Connect>");
	put_resume(x, c);
}

/* ── other legs ── */

static bool is_sip(struct iv_str to)
{
	return iv_str_starts(to, IV_S("sip:")) || iv_str_starts(to, IV_S("sips:"));
}

static void put_dial(struct xml *x, const struct say_call *c, const struct iv_line_do *d)
{
	struct iv_str from = d->caller_id.len ? d->caller_id : c->our_number;
	const char *noun = is_sip(d->to) ? "Sip" : "Number";

	put(x, "<Dial answerOnBridge=\"true\" method=\"POST\"");
	if (from.len)
		put_attribute(x, "callerId", from);
	put_number(x, "timeout", d->timeout_s > 0 ? d->timeout_s : 30);
	if (d->record)
		put(x, " record=\"record-from-answer-dual\"");
	put_hook(x, "action", c, "/telephony/twilio/dialed", NULL, IV_STR_NULL);
	put(x, "><");
	put(x, noun);
	if (d->whisper.len) {
		put_hook(x, "url", c, "/telephony/twilio/whisper", "say", d->whisper);
		put(x, " method=\"POST\"");
	}
	put(x, ">");
	put_escaped(x, d->to);
	put(x, "</");
	put(x, noun);
	put(x, "></Dial>");
}

/* Twilio refers to SIP addresses alone: a number is dialled. */
static void put_refer(struct xml *x, const struct say_call *c, const struct iv_line_do *d)
{
	if (!is_sip(d->to)) {
		put_dial(x, c, d);
		return;
	}
	put(x, "<Refer method=\"POST\"");
	put_hook(x, "action", c, "/telephony/twilio/dialed", NULL, IV_STR_NULL);
	put(x, "><Sip>");
	put_escaped(x, d->to);
	put(x, "</Sip></Refer>");
}

static void put_conference(struct xml *x, const struct say_call *c, const struct iv_line_do *d)
{
	put(x, "<Dial method=\"POST\"");
	put_hook(x, "action", c, "/telephony/twilio/dialed", NULL, IV_STR_NULL);
	put(x, "><Conference beep=\"false\" startConferenceOnEnter=\"true\" endConferenceOnExit=\"false\"");
	if (d->muted)
		put(x, " muted=\"true\"");
	if (d->record)
		put(x, " record=\"record-from-start\"");
	put(x, ">");
	put_escaped(x, d->room);
	put(x, "</Conference></Dial>");
}

/* ── keys ── */

static void put_gather(struct xml *x, const struct say_call *c, const struct iv_line_do *d)
{
	put(x, "<Gather input=\"dtmf\" method=\"POST\" actionOnEmptyResult=\"true\" finishOnKey=\"#\"");
	put_number(x, "numDigits", d->max_digits > 0 ? d->max_digits : 1);
	put_number(x, "timeout", d->timeout_s > 0 ? d->timeout_s : 5);
	put_hook(x, "action", c, "/telephony/twilio/asked", NULL, IV_STR_NULL);
	put(x, ">");
	if (d->prompt.len)
		put_said(x, d->prompt);
	put(x, "</Gather>");
}

/* ── answers ── */

static void put_verbs(struct xml *x, const struct say_call *c, const struct iv_line_do *d)
{
	switch ((enum iv_line_verb)d->verb) {
	case IV_LINE_HANGUP:
		put(x, "<Hangup/>");
		break;
	case IV_LINE_LISTEN:
		put_listen(x, c);
		break;
	case IV_LINE_DIAL:
		put_dial(x, c, d);
		break;
	case IV_LINE_REFER:
		put_refer(x, c, d);
		break;
	case IV_LINE_DTMF:
		put(x, "<Play");
		put_attribute(x, "digits", d->digits);
		put(x, "/>");
		put_listen(x, c);
		break;
	case IV_LINE_CONFERENCE:
		put_conference(x, c, d);
		break;
	case IV_LINE_ASK:
		put_gather(x, c, d);
		break;
	case IV_LINE_REDIRECT:
		put(x, "<Redirect method=\"POST\">");
		put_escaped(x, d->url);
		put(x, "</Redirect>");
		break;
	case IV_LINE_SORRY:
		put_said(x, d->text.len ? d->text : iv_str(c->cfg->telephony_sorry_text));
		put(x, "<Hangup/>");
		break;
	case IV_LINE_NONE: /* an empty answer would hang up over what is on its way */
	case IV_LINE_VERBS:
		put(x, "<Pause");
		put_number(x, "length", PENDING_SECONDS);
		put(x, "/>");
		put_resume(x, c);
		break;
	}
}

bool twiml_verbs(const struct say_call *c, const struct iv_line_do *d, struct iv_buf *out)
{
	struct xml x;

	begin(&x, out);
	put_verbs(&x, c, d);
	return end(&x);
}

bool twiml_decline(bool busy, struct iv_buf *out)
{
	struct xml x;

	begin(&x, out);
	put(&x, busy ? "<Reject reason=\"busy\"/>" : "<Reject reason=\"rejected\"/>");
	return end(&x);
}

bool twiml_text(struct iv_str text, bool hang_up, struct iv_buf *out)
{
	struct xml x;

	begin(&x, out);
	if (text.len)
		put_said(&x, text);
	if (hang_up)
		put(&x, "<Hangup/>");
	return end(&x);
}
