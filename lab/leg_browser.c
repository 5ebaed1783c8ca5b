/* The page's half of /realtime/voice: PCM in binary frames up, JSON (or binary) down. */
#include "leg.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_net.h"

static void request(struct leg *l, const char *host, struct iv_buf *target, struct wire_request *rq)
{
	bool ok = iv_buf_printf(target, "/realtime/voice?callId=%s&agentId=%s", l->call_id,
				l->opts->agent);

	if (l->opts->rate_hz != 16000)
		ok = ok && iv_buf_printf(target, "&rate=%d", l->opts->rate_hz);
	if (l->opts->binary)
		ok = ok && iv_buf_adds(target, IV_S("&audio=binary"));
	if (!ok)
		abort();
	snprintf(leg_out(l), LEG_OUT_MAX, "invorto.v1, %s", l->opts->key);
	rq->target = iv_buf_str(target);
	rq->host_header = iv_str(host);
	rq->subprotocols = iv_str(leg_out(l));
}

static void opened(struct leg *l)
{
	leg_printf(l, "{\"t\":\"start\",\"callId\":\"%s\",\"agentId\":\"%s\"}", l->call_id,
		   l->opts->agent);
}

static bool audio(struct leg *l, const int16_t *pcm, size_t n)
{
	/* Little-endian samples in a binary frame: the same bytes. */
	return leg_jambonz.audio(l, pcm, n);
}

static void dtmf(struct leg *l, char digit)
{
	leg_printf(l, "{\"t\":\"dtmf.send\",\"digits\":\"%c\",\"method\":\"rfc2833\"}", digit);
}

static void typed(struct leg *l, struct iv_str text)
{
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, LEG_OUT_MAX);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "t", "user.text");
	iv_jw_str(&w, "text", text);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		leg_send_text(l, &b);
	iv_buf_deinit(&b);
}

static void hang_up(struct leg *l)
{
	wire_close(l->wire, 1000);
}

static void give_chunk(struct leg *l, struct iv_str message, leg_event_fn *fn, void *arg)
{
	struct iv_str pcm16 = leg_scan(message, IV_S("\"pcm16\""));

	if (pcm16.len == 0 || pcm16.len / 4 * 3 > sizeof(l->scratch->bytes)) {
		leg_give(fn, arg, LEG_BAD, IV_S("tts.chunk without pcm16 of usable size"),
			 IV_STR_NULL);
		return;
	}
	ptrdiff_t n = iv_base64_decode(pcm16, l->scratch->bytes);
	if (n <= 0 || n % 2 != 0)
		leg_give(fn, arg, LEG_BAD, IV_S("pcm16 is not base64 of whole samples"),
			 IV_STR_NULL);
	else
		leg_give_pcm(l, (struct iv_str){(const char *)l->scratch->bytes, (size_t)n}, fn,
			     arg);
}

/* Messages whose text is worth a line in the printed conversation. */
static const struct {
	const char *t, *member;
} shown[] = {
	{"stt.partial", "text"}, {"stt.final", "text"}, {"llm.delta", "text"}, {"say", "text"},
	{"tool.call", "name"},	 {"error", "message"},	{"dtmf", "digit"},     {"turn", "outcome"},
};

static void give_json(struct leg *l, struct iv_str message, leg_event_fn *fn, void *arg)
{
	cJSON *json = iv_json_parse(message, NULL);
	struct iv_str t = json ? iv_json_str(json, "t") : IV_STR_NULL;

	(void)l;
	if (t.len == 0) {
		leg_give(fn, arg, LEG_BAD, IV_S("not a JSON object with t"), IV_STR_NULL);
	} else if (iv_str_eq(t, IV_S("control.bargein"))) {
		leg_give(fn, arg, LEG_CLEAR, t, IV_STR_NULL);
	} else if (iv_str_eq(t, IV_S("end"))) {
		leg_give(fn, arg, LEG_HANG_UP, iv_json_str(json, "reason"), IV_STR_NULL);
	} else {
		size_t i = 0;

		while (i < IV_COUNT(shown) && !iv_str_eq(t, iv_str(shown[i].t)))
			i++;
		if (i < IV_COUNT(shown))
			leg_give(fn, arg, LEG_TEXT, t, iv_json_str(json, shown[i].member));
		else
			leg_give(fn, arg, LEG_OTHER, t, IV_STR_NULL);
	}
	cJSON_Delete(json);
}

static void receive(struct leg *l, bool text, struct iv_str message, leg_event_fn *fn, void *arg)
{
	if (!text)
		leg_give_pcm(l, message, fn, arg);
	else if (iv_str_eq(leg_scan(message, IV_S("\"t\"")), IV_S("tts.chunk")))
		give_chunk(l, message, fn, arg);
	else
		give_json(l, message, fn, arg);
}

const struct leg_ops leg_browser = {
	.name = "browser",
	.request = request,
	.opened = opened,
	.audio = audio,
	.dtmf = dtmf,
	.typed = typed,
	.hang_up = hang_up,
	.receive = receive,
};
