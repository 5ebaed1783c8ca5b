/* The socket of a recogniser: query, audio, control messages, results, idle close, faults. */
#include "listen.h"

#include <stdio.h>
#include <stdlib.h>
#include "ear.h"
#include "expected.h"
#include "brain.h"
#include "faults.h"
#include "iv_g711.h"
#include "iv_json.h"
#include "iv_ws.h"
#include "load_listen.h"
#include "stats.h"

#define IDLE_MS 10000
#define MESSAGE_MAX 65536
#define RESULT_MAX 16384
#define SAMPLES_AT_ONCE 4096

struct listen {
	struct lab *lab;
	struct iv_http_req *rq; /* until accepted */
	struct iv_ws *ws;
	struct stats_tab tab;
	struct fault fault;
	struct iv_timer delay, idle;
	char tag[LAB_CALL_ID_SIZE], request_id[24];

	int rate_hz, silence_ms, utterance_end_ms;
	enum { LINEAR16, MULAW, ALAW } encoding;
	bool interim, vad_events, punctuate;

	struct ear *ear;	  /* speech mode */
	struct load_ear load_ear; /* load mode */
	int64_t bytes;		  /* of audio received */
	int64_t last_rx_us;
	double last_word_s; /* end of the last word of a turn that has no UtteranceEnd yet; 0: none
			     */
	bool ignoring, closing, finished, cut;
};

static double stream_time(const struct listen *l)
{
	return (double)l->bytes / (l->encoding == LINEAR16 ? 2 : 1) / l->rate_hz;
}

/* ── what is sent ── */

static void send_text(struct listen *l, struct iv_str text)
{
	if (!l->ws || l->ignoring)
		return;
	if (iv_ws_send_text(l->ws, text, IV_WS_MUST))
		stats_add(l->tab, TALLY_BYTES_OUT, (int64_t)text.len);
}

static void send_onset(struct listen *l, double at_s)
{
	char text[96];
	int n = snprintf(text, sizeof(text),
			 "{\"type\":\"SpeechStarted\",\"channel\":[0,1],\"timestamp\":%.2f}", at_s);

	if (l->vad_events)
		send_text(l, (struct iv_str){text, (size_t)n});
}

struct result {
	const char *text; /* plain */
	const struct speech_word *words;
	size_t count;
	double start_s, end_s, confidence;
	bool final, end_of_turn, finalized;
};

/* "what's the time" becomes "What's the time?", and each word knows its part of that. */
static void write_words(const struct listen *l, const struct result *r, const char *written,
			struct iv_jw *w)
{
	struct iv_str rest = iv_str(written), as_written;

	iv_jw_arr(w, "words");
	for (size_t i = 0; i < r->count; i++) {
		iv_jw_obj(w, NULL);
		iv_jw_cstr(w, "word", r->words[i].text);
		iv_jw_num(w, "start", r->words[i].start_s, 2);
		iv_jw_num(w, "end", r->words[i].end_s, 2);
		iv_jw_num(w, "confidence", r->confidence, 3);
		if (iv_str_split(&rest, ' ', &as_written) && l->punctuate)
			iv_jw_str(w, "punctuated_word", as_written);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

static void send_result(struct listen *l, const struct result *r)
{
	char written[SPEECH_HEARD_SIZE + 8];
	struct iv_buf buf;
	struct iv_jw w;

	if (l->punctuate && r->text[0] != '[')
		grammar_punctuate(iv_str(r->text), r->final, written, sizeof(written));
	else
		iv_str_copy(written, sizeof(written), iv_str(r->text));
	iv_buf_init(&buf, RESULT_MAX);
	iv_jw_init(&w, &buf);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "type", "Results");
	iv_jw_raw(&w, "channel_index", IV_S("[0,1]"));
	iv_jw_num(&w, "start", r->start_s, 2);
	iv_jw_num(&w, "duration", r->end_s - r->start_s, 2);
	iv_jw_bool(&w, "is_final", r->final);
	iv_jw_bool(&w, "speech_final", r->end_of_turn);
	iv_jw_bool(&w, "from_finalize", r->finalized);
	iv_jw_obj(&w, "channel");
	iv_jw_arr(&w, "alternatives");
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "transcript", written);
	iv_jw_num(&w, "confidence", r->confidence, 3);
	write_words(l, r, written, &w);
	iv_jw_end_obj(&w);
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	iv_jw_obj(&w, "metadata");
	iv_jw_cstr(&w, "request_id", l->request_id);
	iv_jw_cstr(&w, "model_uuid", "lab");
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		send_text(l, iv_buf_str(&buf));
	iv_buf_deinit(&buf);
}

static void bye(struct listen *l)
{
	char text[160];
	int n = snprintf(
		text, sizeof(text),
		"{\"type\":\"Metadata\",\"request_id\":\"%s\",\"duration\":%.2f,\"channels\":1,"
		"\"transaction_key\":\"deprecated\"}",
		l->request_id, stream_time(l));

	send_text(l, (struct iv_str){text, (size_t)n});
	l->finished = true;
	if (l->ws && !l->ignoring)
		iv_ws_close(l->ws, 1000, IV_STR_NULL);
}

/* ── what was heard: speech mode ── */

static void on_onset(void *arg, double at_s)
{
	send_onset(arg, at_s);
}

static void on_guess(void *arg, const char *text, double start_s, double end_s)
{
	struct listen *l = arg;

	if (l->interim)
		send_result(l, &(struct result){.text = text,
						.start_s = start_s,
						.end_s = end_s,
						.confidence = 0.8});
}

static void on_result(void *arg, const struct ear_result *r)
{
	struct listen *l = arg;

	send_result(l, &(struct result){.text = r->unclear ? BRAIN_UNCLEAR : r->text,
					.words = r->words,
					.count = r->count,
					.start_s = r->start_s,
					.end_s = r->end_s,
					.confidence = r->unclear ? 0.1 : r->confidence,
					.final = true,
					.end_of_turn = r->end_of_turn,
					.finalized = r->finalized});
	if (r->count)
		l->last_word_s = r->words[r->count - 1].end_s;
	if (l->closing && !l->finished && !ear_busy(l->ear))
		bye(l);
}

static enum grammar_kind on_kind(void *arg)
{
	struct listen *l = arg;

	return expected_get(l->lab->expected, iv_str(l->tag));
}

static void check_utterance_end(struct listen *l)
{
	char text[96];
	int n;

	if (!l->utterance_end_ms || l->last_word_s <= 0 ||
	    stream_time(l) < l->last_word_s + l->utterance_end_ms / 1000.0)
		return;
	n = snprintf(text, sizeof(text),
		     "{\"type\":\"UtteranceEnd\",\"channel\":[0,1],\"last_word_end\":%.2f}",
		     l->last_word_s);
	l->last_word_s = 0;
	send_text(l, (struct iv_str){text, (size_t)n});
}

static void hear(struct listen *l, struct iv_str bytes)
{
	int16_t pcm[SAMPLES_AT_ONCE];
	const uint8_t *p = (const uint8_t *)bytes.ptr;
	size_t width = l->encoding == LINEAR16 ? 2 : 1;

	for (size_t left = bytes.len / width; left > 0;) {
		size_t n = left < SAMPLES_AT_ONCE ? left : SAMPLES_AT_ONCE;

		if (l->encoding == MULAW)
			iv_ulaw_decode(p, n, pcm);
		else if (l->encoding == ALAW)
			iv_alaw_decode(p, n, pcm);
		else
			for (size_t i = 0; i < n; i++)
				pcm[i] = (int16_t)(uint16_t)(p[2 * i] | p[2 * i + 1] << 8);
		ear_hear(l->ear, pcm, n);
		p += n * width;
		left -= n;
	}
	check_utterance_end(l);
}

/* ── load mode ── */

static void load_onset(void *arg)
{
	struct listen *l = arg;

	send_onset(l, stream_time(l));
}

static void load_heard(void *arg)
{
	struct listen *l = arg;
	char text[768];
	double now = stream_time(l);
	int n = snprintf(
		text, sizeof(text),
		"{\"type\":\"Results\",\"channel_index\":[0,1],\"start\":%.2f,\"duration\":1.00,"
		"\"is_final\":true,\"speech_final\":true,\"from_finalize\":true,\"channel\":{"
		"\"alternatives\":[{\"transcript\":\"" LOAD_WORDS
		".\",\"confidence\":0.99,\"words\":[{\"word\":\"table\",\"start\":%.2f,\"end\":%.2f,"
		"\"confidence\":0.99}]}]},\"metadata\":{\"request_id\":\"%s\"}}",
		now > 1 ? now - 1 : 0, now > 1 ? now - 0.5 : 0, now, l->request_id);

	send_text(l, (struct iv_str){text, (size_t)n});
	if (l->closing && !l->finished)
		bye(l);
}

/* ── what is received ── */

static void finalize(struct listen *l)
{
	if (l->ear)
		ear_finish(l->ear);
	else if (!l->load_ear.speaking) /* else the result comes when its time has come */
		send_result(l, &(struct result){.text = "",
						.start_s = stream_time(l),
						.end_s = stream_time(l),
						.final = true,
						.finalized = true});
}

static void control(struct listen *l, struct iv_str text)
{
	cJSON *json = iv_json_parse(text, NULL);
	struct iv_str type = iv_json_str(json, "type");

	if (iv_str_eq(type, IV_S("Finalize"))) {
		finalize(l);
	} else if (iv_str_eq(type, IV_S("CloseStream"))) {
		l->closing = true;
		finalize(l);
		if (!l->finished && (l->ear ? !ear_busy(l->ear) : !l->load_ear.speaking))
			bye(l);
	} else if (!iv_str_eq(type, IV_S("KeepAlive")) && l->ws) {
		iv_ws_close(l->ws, 1008, IV_S("DATA-0000"));
	}
	cJSON_Delete(json);
}

/* The rules that end a stream in the middle count the audio it has taken. */
static bool misbehave(struct listen *l)
{
	if (l->fault.garbage && !l->ignoring) {
		send_text(l, IV_S("{\"type\":\"Results\",\"channel\":{\"alternatives\":[{"
				  "\"transcript\":"));
		send_text(l, IV_S("[[[]"));
		(void)iv_ws_send_binary(l->ws, "\x00\xff\x01", 3,
					IV_WS_MUST); /* nobody misses it */
		l->ignoring = true;
	}
	if (l->fault.stall_after >= 0 && l->bytes >= l->fault.stall_after)
		l->ignoring = true;
	if (l->fault.cut_after >= 0 && l->bytes >= l->fault.cut_after) {
		l->cut = l->ignoring = true;
		iv_ws_kill(l->ws);
	}
	return l->ignoring;
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct listen *l = arg;

	(void)ws;
	l->last_rx_us = iv_now_us();
	if (l->closing || l->cut)
		return;
	if (!text) {
		l->bytes += (int64_t)data.len;
		stats_add(l->tab, TALLY_BYTES_IN, (int64_t)data.len);
	}
	if (misbehave(l))
		return;
	if (text)
		control(l, data);
	else if (l->ear)
		hear(l, data);
	else
		load_ear_hear(&l->load_ear, data);
}

static void on_idle(void *arg)
{
	struct listen *l = arg;
	int64_t due = l->last_rx_us + IDLE_MS * INT64_C(1000);

	if (iv_now_us() < due)
		iv_timer_at(&l->idle, due);
	else if (!l->ignoring)
		iv_ws_close(l->ws, 1011, IV_S("NET-0001"));
}

static void listen_free(void *arg)
{
	struct listen *l = arg;

	iv_timer_stop(&l->delay);
	iv_timer_stop(&l->idle);
	load_ear_stop(&l->load_ear);
	ear_free(l->ear);
	free(l);
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct listen *l = arg;
	bool faulted = l->cut || l->ignoring || l->fault.empty;

	(void)ws;
	(void)code;
	(void)http_status;
	(void)reason;
	stats_add(l->tab,
		  l->finished || l->closing ? TALLY_COMPLETED
		  : faulted		    ? TALLY_FAULTED
					    : TALLY_CANCELLED,
		  1);
	l->ws = NULL;
	l->ignoring = true;
	iv_defer(l->lab->loop, listen_free, l);
}

/* ── the beginning ── */

static bool flag(struct iv_str query, const char *name)
{
	char value[8];

	return iv_query_get(query, iv_str(name), value, sizeof(value)) &&
	       strcmp(value, "true") == 0;
}

static bool number(struct iv_str query, const char *name, int64_t lo, int64_t hi, int *out)
{
	char value[16];
	int64_t n;

	if (!iv_query_get(query, iv_str(name), value, sizeof(value)))
		return true; /* absent: as it was */
	if (strcmp(value, "false") == 0)
		n = 0;
	else if (!iv_str_to_i64(iv_str(value), &n) || n < lo || n > hi)
		return false;
	*out = (int)n;
	return true;
}

/* NULL, or what is wrong with the query. */
static const char *read_query(struct listen *l, struct iv_str query)
{
	char encoding[16] = "";
	int channels = 1;

	if (!iv_query_get(query, IV_S("encoding"), encoding, sizeof(encoding)))
		return "encoding must be linear16, mulaw or alaw";
	if (strcmp(encoding, "mulaw") == 0)
		l->encoding = MULAW;
	else if (strcmp(encoding, "alaw") == 0)
		l->encoding = ALAW;
	else if (strcmp(encoding, "linear16") != 0)
		return "encoding must be linear16, mulaw or alaw";
	if (!number(query, "sample_rate", 8000, 48000, &l->rate_hz) ||
	    !(l->rate_hz == 8000 || l->rate_hz == 16000 || l->rate_hz == 24000 ||
	      l->rate_hz == 48000))
		return "sample_rate must be 8000, 16000, 24000 or 48000";
	if (!number(query, "channels", 1, 1, &channels))
		return "channels must be 1";
	l->silence_ms = 10; /* Deepgram's default */
	if (!number(query, "endpointing", 0, 10000, &l->silence_ms))
		return "endpointing must be milliseconds or false";
	if (l->silence_ms == 0)
		l->silence_ms = 100000; /* turns end by Finalize only */
	if (!number(query, "utterance_end_ms", 1000, 5000, &l->utterance_end_ms))
		return "utterance_end_ms must be from 1000 to 5000";
	l->interim = flag(query, "interim_results");
	l->vad_events = flag(query, "vad_events");
	l->punctuate = flag(query, "punctuate") || flag(query, "smart_format");
	if (!iv_query_get(query, IV_S("tag"), l->tag, sizeof(l->tag)))
		l->tag[0] = '\0';
	return NULL;
}

static void listen_up(struct listen *l)
{
	static const struct ear_events events = {
		.onset = on_onset, .guess = on_guess, .result = on_result};
	struct ear_opts opts = {
		.rate_hz = l->rate_hz, .silence_ms = l->silence_ms, .kind = on_kind};

	if (l->lab->load.on) {
		load_ear_init(&l->load_ear, l->lab, l->encoding == MULAW, l->rate_hz);
		l->load_ear.onset = load_onset;
		l->load_ear.heard = load_heard;
		l->load_ear.arg = l;
	} else {
		l->ear = ear_new(l->lab->workers, &opts, &events, l);
	}
}

static void accept_socket(struct listen *l)
{
	static const struct iv_ws_limits limits = {.message_max = MESSAGE_MAX,
						   .soft_bytes = 1 << 20,
						   .hard_bytes = 1 << 22,
						   .hard_ms = 5000};
	static const struct iv_ws_handlers handlers = {.message = on_message, .closed = on_closed};
	struct iv_http_req *rq = l->rq;

	l->rq = NULL;
	iv_http_on_close(rq, NULL, NULL);
	iv_http_set_header(rq, "dg-request-id", iv_str(l->request_id));
	l->ignoring = l->fault.stall;
	listen_up(l);
	l->ws = iv_ws_accept(rq, IV_STR_NULL, &limits, &handlers, l);
	l->last_rx_us = iv_now_us();
	iv_timer_in_ms(&l->idle, IDLE_MS);
	if (l->fault.empty)
		iv_ws_close(l->ws, 1000, IV_STR_NULL);
}

static void refuse(struct listen *l, int status, const char *why)
{
	char body[200];
	struct iv_http_req *rq = l->rq;
	int n = snprintf(body, sizeof(body), "{\"err_code\":\"%s\",\"err_msg\":\"%s\"}",
			 status == 400 ? "INVALID_QUERY" : "LAB_FAULT", why);

	l->rq = NULL;
	stats_add(l->tab, TALLY_FAULTED, 1);
	iv_http_on_close(rq, NULL, NULL);
	iv_http_reply(rq, status, "application/json", (struct iv_str){body, (size_t)n});
	iv_defer(l->lab->loop, listen_free, l);
}

static void begin(void *arg)
{
	struct listen *l = arg;

	if (l->fault.reset) {
		stats_add(l->tab, TALLY_FAULTED, 1);
		iv_http_stream_abort(l->rq);
		iv_defer(l->lab->loop, listen_free, l);
	} else if (l->fault.status) {
		refuse(l, l->fault.status, "refused by a fault rule");
	} else {
		accept_socket(l);
	}
}

static void left_before(void *arg)
{
	struct listen *l = arg;

	stats_add(l->tab, TALLY_CANCELLED, 1);
	iv_timer_stop(&l->delay);
	iv_defer(l->lab->loop, listen_free, l);
}

void listen_route(void *lab, struct iv_http_req *rq)
{
	static unsigned serial;
	struct listen *l = lab_alloc(sizeof(*l));
	const char *wrong;

	l->lab = lab;
	l->rq = rq;
	snprintf(l->request_id, sizeof(l->request_id), "lab-%u", ++serial);
	iv_timer_init(&l->delay, l->lab->loop, begin, l);
	iv_timer_init(&l->idle, l->lab->loop, on_idle, l);
	iv_http_on_close(rq, left_before, l);
	wrong = read_query(l, iv_http_query(rq));
	l->tab = stats_open(l->lab->stats, LAB_LISTEN, iv_str(l->tag));
	l->fault = faults_take(l->lab->faults, LAB_LISTEN);
	if (wrong)
		refuse(l, 400, wrong);
	else if (l->fault.delay_ms)
		iv_timer_in_ms(&l->delay, l->fault.delay_ms);
	else
		begin(l);
}
