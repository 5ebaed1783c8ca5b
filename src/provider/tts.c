/* The synthesiser's session: one request at a time, the next provider while no audio has been
 * given. */
#include <assert.h>
#include <stdlib.h>
#include "iv_log.h"
#include "role.h"
#include "tts_decode.h"
#include "tts_vendor.h"

#define URL_MAX 4096
#define BODY_MAX ((size_t)64 * 1024)
#define AUDIO_MAX ((size_t)32 * 1024 * 1024) /* a quarter of an hour at 16 kHz */

enum tts_state { TTS_IDLE, TTS_WAITING, TTS_SPEAKING, TTS_DEAD, TTS_STATES };

#define TO(s) (1u << (s))
static const unsigned edges[TTS_STATES] = {
	[TTS_IDLE] = TO(TTS_WAITING) | TO(TTS_DEAD),
	[TTS_WAITING] = TO(TTS_WAITING) | TO(TTS_SPEAKING) | TO(TTS_DEAD),
	[TTS_SPEAKING] = TO(TTS_DEAD),
};

struct iv_tts {
	struct iv_providers *p;
	struct role_walk walk;
	struct iv_tts_events ev;
	void *arg;
	enum tts_state state;
	char *text, *voice_deepgram, *voice_elevenlabs, *call_id;
	int rate_hz;
	struct iv_tts_broken rest_of;
	bool switched; /* the owner knows who speaks */
	const char *reason;
	struct iv_fetch *fetch;
	struct tts_decoder decoder;
	struct iv_timer deadline;
};

static bool ask(struct iv_tts *t);

static void set_state(struct iv_tts *t, enum tts_state to)
{
	static const char *const names[TTS_STATES] = {"idle", "waiting", "speaking", "dead"};
	assert(edges[t->state] & TO(to));
	iv_debug("tts.state", IV_LS("from", names[t->state]), IV_LS("to", names[to]));
	t->state = to;
}

static void end_request(struct iv_tts *t)
{
	iv_timer_stop(&t->deadline);
	if (t->fetch)
		iv_fetch_cancel(t->fetch);
	t->fetch = NULL;
}

static void destroy(void *arg)
{
	struct iv_tts *t = arg;
	free(t->text);
	free(t->voice_deepgram);
	free(t->voice_elevenlabs);
	free(t->call_id);
	role_walk_deinit(&t->walk);
	free(t);
}

static void bury(struct iv_tts *t)
{
	end_request(t);
	set_state(t, TTS_DEAD);
	iv_defer(t->p->loop, destroy, t);
}

static void fail(struct iv_tts *t, enum role_end end, const char *reason)
{
	role_walk_end(&t->walk, end, reason);
	end_request(t);
	t->reason = reason;
	if (t->state == TTS_WAITING && role_walk_next(&t->walk)) {
		if (!ask(t))
			iv_timer_in_ms(&t->deadline, 0);
		t->switched = true;
		t->ev.switched(t->arg, t->walk.now->name, reason);
		return;
	}
	bury(t);
	t->ev.failed(t->arg, reason);
}

/* ── the stream */

static void on_head(void *arg, int status, struct iv_str content_type)
{
	(void)status;
	if (!tts_is_audio(content_type))
		fail(arg, ROLE_FAILED, "garbage");
}

/* The rest of a sentence in another voice: told with its first sample, when it is true. */
static void begin_speaking(struct iv_tts *t)
{
	set_state(t, TTS_SPEAKING);
	role_walk_first(&t->walk);
	if (t->rest_of.asked && !t->switched && (t->walk.last >> t->walk.at & 1u) == 0)
		t->ev.switched(t->arg, t->walk.now->name, t->rest_of.reason);
}

static void give(struct iv_tts *t, struct iv_str bytes)
{
	int16_t pcm[1024];
	size_t n;
	while (t->state != TTS_DEAD &&
	       (n = tts_decode(&t->decoder, &bytes, pcm, IV_COUNT(pcm))) > 0) {
		iv_timer_in_ms(&t->deadline, t->p->cfg->tts_stall_ms);
		if (t->state == TTS_WAITING)
			begin_speaking(t);
		if (t->state != TTS_DEAD) /* the owner may have cancelled */
			t->ev.audio(t->arg, pcm, n);
	}
}

static void on_data(void *arg, struct iv_str bytes)
{
	struct iv_tts *t = arg;
	give(t, bytes);
	if (t->state != TTS_DEAD && t->decoder.garbage)
		fail(t, ROLE_FAILED, "garbage");
}

static void on_done(void *arg, const struct iv_fetch_result *r)
{
	struct iv_tts *t = arg;
	t->fetch = NULL;
	if (r->err.code != IV_OK || r->status >= 300) {
		role_walk_status(&t->walk, r->status);
		fail(t, role_fetch_end(r), role_fetch_reason(r));
		return;
	}
	tts_decoder_end(&t->decoder);
	give(t, IV_S(""));
	if (t->state == TTS_DEAD)
		return;
	if (t->state == TTS_WAITING) { /* 200 and not a sample */
		fail(t, ROLE_FAILED, "garbage");
		return;
	}
	role_walk_end(&t->walk, ROLE_OK, NULL);
	bury(t);
	t->ev.done(t->arg);
}

static void on_deadline(void *arg)
{
	struct iv_tts *t = arg;
	if (t->state == TTS_IDLE) { /* nothing to say, or nobody to ask */
		bury(t);
		if (t->text[0] == '\0')
			t->ev.done(t->arg);
		else
			t->ev.failed(t->arg, "refused");
	} else if (!t->fetch) { /* ask() could not build the request */
		fail(t, ROLE_REFUSED, "refused");
	} else {
		fail(t, ROLE_FAILED, t->state == TTS_WAITING ? "timeout" : "stalled");
	}
}

/* ── the request */

static bool start(struct iv_tts *t, struct iv_buf *url, struct iv_buf *body)
{
	static const struct iv_fetch_handlers handlers = {
		.head = on_head, .data = on_data, .done = on_done};
	const struct provider *v = t->walk.now;
	bool deepgram = v->vendor == VENDOR_DEEPGRAM;
	const struct tts_vendor *vendor = deepgram ? &tts_deepgram : &tts_elevenlabs;
	struct tts_params params = {
		iv_str(v->base_url), iv_str(deepgram ? t->voice_deepgram : t->voice_elevenlabs),
		iv_str(t->p->cfg->elevenlabs_model_id), iv_str(t->text), t->rate_hz};
	role_walk_wants(&t->walk, deepgram ? params.voice : params.model, iv_str(t->call_id));
	if (!deepgram)
		iv_span_set(t->walk.span, "invorto.tts.voice", params.voice);
	iv_span_set_int(t->walk.span, "invorto.tts.bytes", (int64_t)params.text.len);
	if (!vendor->url(url, &params) || !vendor->body(body, &params))
		return false;
	struct iv_buf key;
	bool has_key = role_key(&key, v, vendor->key_value);
	struct iv_header headers[] = {
		{IV_S("Content-Type"), IV_S("application/json")},
		{iv_str(vendor->key_header), iv_buf_str(&key)},
	};
	struct iv_fetch_opts opts = {
		.method = "POST",
		.url = iv_buf_str(url),
		.headers = headers,
		.header_count = has_key ? 2 : 1,
		.body = iv_buf_str(body),
		.body_max = AUDIO_MAX,
		.span = t->walk.span,
	};
	iv_timer_in_ms(&t->deadline, t->p->cfg->tts_first_ms);
	t->fetch = iv_fetch_start(t->p->net, &opts, &handlers, t);
	role_key_wipe(&key);
	return true;
}

static bool ask(struct iv_tts *t)
{
	struct iv_buf url, body;
	set_state(t, TTS_WAITING);
	tts_decoder_init(&t->decoder, t->rate_hz == 8000);
	iv_buf_init(&url, URL_MAX);
	iv_buf_init(&body, BODY_MAX);
	bool ok = start(t, &url, &body);
	iv_buf_deinit(&url);
	iv_buf_deinit(&body);
	return ok;
}

struct iv_tts *iv_tts_say(struct iv_providers *p, const struct iv_tts_opts *o,
			  const struct iv_tts_events *ev, void *arg)
{
	struct iv_tts *t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	t->p = p;
	t->ev = *ev;
	t->arg = arg;
	t->rate_hz = o->rate_hz == 8000 ? 8000 : 16000;
	t->text = role_copy(iv_str_trim(o->text));
	t->voice_deepgram = role_copy(role_or(o->voice_deepgram, p->cfg->deepgram_voice));
	t->voice_elevenlabs = role_copy(role_or(o->voice_elevenlabs, p->cfg->elevenlabs_voice_id));
	iv_timer_init(&t->deadline, p->loop, on_deadline, t);
	t->rest_of = o->rest_of;
	t->call_id = role_copy(o->call_id);
	role_walk_init(&t->walk, p, IV_TTS, o->list);
	role_walk_trace(&t->walk, o->span);
	role_walk_put_last(&t->walk, o->rest_of.asked);
	if (t->text[0] == '\0' || !role_walk_next(&t->walk) || !ask(t))
		iv_timer_in_ms(&t->deadline, 0);
	return t;
}

struct iv_tts_broken iv_tts_broken(const struct iv_tts *t)
{
	return (struct iv_tts_broken){.asked = t->rest_of.asked | role_walk_asked(&t->walk),
				      .others = role_walk_others(&t->walk),
				      .reason = t->reason ? t->reason : "stalled"};
}

void iv_tts_cancel(struct iv_tts *t)
{
	if (t->state == TTS_WAITING)
		role_walk_end(&t->walk, ROLE_CANCELLED, NULL);
	else if (t->state == TTS_SPEAKING)
		role_walk_end(&t->walk, ROLE_STOPPED, NULL);
	else if (t->state != TTS_IDLE)
		return;
	bury(t);
}
