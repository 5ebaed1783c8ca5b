/* Speech in the voices of flite behind two vendors' protocols. A text is spoken sentence by
 * sentence: the first is on its way while the next is still being synthesised. */
#include "speak.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_json.h"
#include "speech_tts.h"

#define CHUNK_MS 100

struct speak {
	struct answer answer;
	struct clip_format format;
	struct clip_wish wish;
	char *text; /* what is not spoken yet: text + at */
	size_t len, at;
	char *left; /* synthesised, not written yet */
	size_t left_len, left_at;
	bool begun, over;
	int refused; /* status, instead of sound */
	const char *why;
};

static void next_sentence(struct speak *s);

static void free_speak(void *arg)
{
	struct speak *s = arg;

	free(s->left);
	free(s->text);
	free(s);
}

static void on_over(void *arg)
{
	struct speak *s = arg;

	clip_release(&s->wish, free_speak, s);
}

/* Writes until the socket has enough. True when everything is written. */
static bool write_chunks(struct speak *s)
{
	size_t chunk = (size_t)clip_chunk_bytes(&s->format, CHUNK_MS);

	while (s->left_at < s->left_len) {
		size_t n = s->left_len - s->left_at < chunk ? s->left_len - s->left_at : chunk;

		struct iv_str bytes = {s->left + s->left_at, n};

		s->left_at += n;
		if (!answer_write(&s->answer, bytes))
			return false;
	}
	return true;
}

static void on_room(void *arg)
{
	struct speak *s = arg;

	if (write_chunks(s) && !s->wish.flying)
		next_sentence(s);
}

static void on_clip(void *arg, struct iv_str bytes)
{
	struct speak *s = arg;

	if (!answer_open(&s->answer))
		return;
	if (!s->begun)
		answer_begin(&s->answer, "audio/basic");
	s->begun = true;
	free(s->left);
	s->left = lab_alloc(bytes.len + 1);
	memcpy(s->left, bytes.ptr ? bytes.ptr : "", bytes.len);
	s->left_len = bytes.len;
	s->left_at = 0;
	if (write_chunks(s))
		next_sentence(s);
}

/* Up to the end of a sentence, or of a word when a sentence is too long. */
static struct iv_str cut_sentence(const char *text, size_t len)
{
	size_t blank = 0;

	for (size_t i = 0; i < len; i++) {
		bool end = strchr(".!?", text[i]) && (i + 1 == len || text[i + 1] == ' ');

		if (end)
			return (struct iv_str){text, i + 1};
		if (text[i] == ' ')
			blank = i + 1;
		if (i + 2 >= CLIP_TEXT_SIZE)
			return (struct iv_str){text, blank ? blank : i};
	}
	return (struct iv_str){text, len};
}

static void next_sentence(struct speak *s)
{
	struct iv_str sentence;

	while (s->at < s->len && s->text[s->at] == ' ')
		s->at++;
	if (s->at == s->len) {
		if (!s->begun)
			answer_begin(&s->answer, "audio/basic");
		answer_end(&s->answer);
		return;
	}
	sentence = cut_sentence(s->text + s->at, s->len - s->at);
	s->at += sentence.len;
	if (!clip_want(s->answer.lab->clips, &s->wish, s->format, sentence, on_clip, s))
		abort(); /* format and length were checked */
}

static void go(void *arg)
{
	struct speak *s = arg;
	char body[256];
	int n;

	if (!s->refused) {
		next_sentence(s);
		return;
	}
	n = snprintf(
		body, sizeof(body),
		"{\"err_code\":\"INVALID\",\"err_msg\":\"%s\",\"detail\":{\"status\":\"invalid\","
		"\"message\":\"%s\"}}",
		s->why, s->why);
	answer_whole(&s->answer, s->refused, (struct iv_str){body, (size_t)n});
}

static void refuse(struct speak *s, int status, const char *why)
{
	if (s->refused)
		return; /* the first reason counts */
	s->refused = status;
	s->why = why;
}

static void read_text(struct speak *s, struct iv_str body)
{
	cJSON *json = iv_json_parse(body, NULL);
	struct iv_str text = iv_str_trim(iv_json_str(json, "text"));

	if (!json)
		refuse(s, 400, "body must be a JSON object");
	else if (text.len == 0)
		refuse(s, 400, "text must not be empty");
	else if (text.len > SPEECH_TEXT_MAX)
		refuse(s, 413, "text must have at most 2000 characters");
	s->len = s->refused ? 0 : text.len;
	s->text = lab_alloc(s->len + 1);
	memcpy(s->text, s->len ? text.ptr : "", s->len);
	cJSON_Delete(json);
}

/* Vendors' voices are many; one of ours can be named inside of theirs ("aura-2-rms"). */
static void read_voice(struct clip_format *f, struct iv_str name)
{
	static const char *const ours[] = {"rms", "awb", "kal16"};

	iv_str_copy(f->voice, sizeof(f->voice), IV_S("slt"));
	for (size_t i = 0; i < IV_COUNT(ours); i++)
		if (iv_str_find(name, iv_str(ours[i]), 0) >= 0)
			iv_str_copy(f->voice, sizeof(f->voice), iv_str(ours[i]));
}

static void start(struct speak *s, struct lab *lab, struct iv_http_req *rq,
		  enum lab_service service)
{
	read_text(s, iv_http_body(rq));
	if (lab->load.on && !s->refused) {
		struct clip_format format = s->format;

		free_speak(s);
		load_speak(lab, rq, service, format);
		return;
	}
	answer_start(&s->answer, lab, rq, service, IV_STR_NULL, go, on_over, s);
	answer_on_room(&s->answer, on_room);
}

void speak_deepgram_route(void *lab, struct iv_http_req *rq)
{
	struct speak *s = lab_alloc(sizeof(*s));
	struct iv_str query = iv_http_query(rq);
	char value[64];
	int64_t rate = 0;

	s->format.rate_hz = 24000;
	if (iv_query_get(query, IV_S("encoding"), value, sizeof(value))) {
		if (strcmp(value, "mulaw") == 0)
			s->format.encoding = CLIP_MULAW;
		else if (strcmp(value, "alaw") == 0)
			s->format.encoding = CLIP_ALAW;
		else if (strcmp(value, "linear16") != 0)
			refuse(s, 400, "encoding must be linear16, mulaw or alaw");
		if (s->format.encoding != CLIP_LINEAR16)
			s->format.rate_hz = 8000;
	}
	if (iv_query_get(query, IV_S("sample_rate"), value, sizeof(value))) {
		s->format.rate_hz = iv_str_to_i64(iv_str(value), &rate) && rate > 0 && rate < 100000
					    ? (int)rate
					    : 0;
	}
	read_voice(&s->format, iv_query_get(query, IV_S("model"), value, sizeof(value))
				       ? iv_str(value)
				       : IV_STR_NULL);
	if (!clip_format_ok(&s->format))
		refuse(s, 400, "sample_rate must be 8000, 16000 or 24000");
	/* Without it Deepgram wraps the sound in WAVE, which is never what a call wants. */
	if (!iv_query_get(query, IV_S("container"), value, sizeof(value)) ||
	    strcmp(value, "none") != 0)
		refuse(s, 400, "container must be none");
	start(s, lab, rq, LAB_SPEAK);
}

void speak_elevenlabs_route(void *lab, struct iv_http_req *rq)
{
	static const struct {
		const char *name;
		struct clip_format format;
	} formats[] = {
		{"pcm_8000", {CLIP_LINEAR16, 8000, ""}},
		{"pcm_16000", {CLIP_LINEAR16, 16000, ""}},
		{"pcm_24000", {CLIP_LINEAR16, 24000, ""}},
		{"ulaw_8000", {CLIP_MULAW, 8000, ""}},
		{"alaw_8000", {CLIP_ALAW, 8000, ""}},
	};
	struct speak *s = lab_alloc(sizeof(*s));
	char value[32] = "mp3_44100_128"; /* their default */

	(void)iv_query_get(iv_http_query(rq), IV_S("output_format"), value,
			   sizeof(value)); /* or the default */
	for (size_t i = 0; i < IV_COUNT(formats); i++)
		if (strcmp(formats[i].name, value) == 0)
			s->format = formats[i].format;
	read_voice(&s->format, iv_http_param(rq, "voice"));
	if (!s->format.rate_hz)
		refuse(s, 422,
		       "output_format must be pcm_8000, pcm_16000, pcm_24000, ulaw_8000 or "
		       "alaw_8000");
	start(s, lab, rq, LAB_ELEVENLABS);
}
