/* `listen`: the socket of a call, what is said on it first, what is posted when it has closed. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_jambonz_verb.h"
#include "iv_crypto.h"

static void add_basic(const cJSON *verb, char *out, size_t size)
{
	const cJSON *auth = cJSON_GetObjectItem(verb, "wsAuth");
	char pair[128];

	out[0] = '\0';
	if (!auth)
		return;
	int n = snprintf(pair, sizeof(pair), "%s:%s", cJSON_GetObjectItem(auth, "username")->valuestring,
			 cJSON_GetObjectItem(auth, "password")->valuestring);
	if (n < 0 || n > 91) /* its buffer is short, and it does not say so */
		return;
	size_t at = (size_t)snprintf(out, size, "authorization: Basic ");
	at += iv_base64((const uint8_t *)pair, (size_t)n, out + at);
	snprintf(out + at, size - at, "\r\n");
}

static int rate_of(const cJSON *verb)
{
	const cJSON *rate = cJSON_GetObjectItem(verb, "sampleRate");

	return cJSON_IsNumber(rate) && rate->valueint == 16000 ? 16000 : 8000;
}

static void merge_flat(cJSON *into, const cJSON *from)
{
	for (const cJSON *i = from ? from->child : NULL; i; i = i->next) {
		cJSON_DeleteItemFromObjectCaseSensitive(into, i->string);
		cJSON_AddItemToObject(into, i->string, cJSON_Duplicate(i, true));
	}
}

static char *camel(const char *snake)
{
	char *out = strdup(snake), *w = out;

	if (!out)
		abort();
	for (const char *r = snake; *r; r++) {
		if (*r == '_' && r[1]) {
			r++;
			*w++ = (char)(*r >= 'a' && *r <= 'z' ? *r - 32 : *r);
		} else {
			*w++ = *r;
		}
	}
	*w = '\0';
	return out;
}

/* As the 0.9 line breaks it: the bug's name in front, an apostrophe left over at the end. */
static char *broken(char *text)
{
	size_t size = strlen(text) + 32;
	char *out = malloc(size);

	if (!out)
		abort();
	snprintf(out, size, "jambonz-session-record %s'", text);
	free(text);
	return out;
}

/* The first text frame: the body of a status in camelCase, metadata laid over it; apostrophes are lost on the way. */
static char *preamble(const struct carrier_call *call, const cJSON *verb)
{
	cJSON *body = jambonz_body(call), *out = cJSON_CreateObject();
	char *text, *w;

	cJSON_AddNumberToObject(out, "sampleRate", rate_of(verb));
	cJSON_AddStringToObject(out, "mixType", "mono");
	for (const cJSON *i = body->child; i; i = i->next) {
		char *key = camel(i->string);

		if (call->plan.preamble != PREAMBLE_MINIMAL || strcmp(key, "callSid") == 0)
			cJSON_AddItemToObject(out, key, cJSON_Duplicate(i, true));
		free(key);
	}
	merge_flat(out, cJSON_GetObjectItem(verb, "metadata"));
	text = cJSON_PrintUnformatted(out);
	cJSON_Delete(out);
	cJSON_Delete(body);
	if (!text)
		abort();
	if (call->plan.preamble == PREAMBLE_BROKEN)
		return broken(text);
	w = text;
	for (const char *r = text; *r; r++)
		if (*r != '\'')
			*w++ = *r;
	*w = '\0';
	return text;
}

static void listen_done(struct carrier_call *call, void *arg, const struct media_end *end)
{
	struct jambonz_app *j = call->jambonz;
	cJSON *extra;

	(void)arg;
	j->listening = false;
	if (end->by_person)
		call_hang_up(call, LINE_BY_PERSON, 0, end->why);
	if (!j->verb)
		return;
	extra = cJSON_CreateObject();
	cJSON_AddNumberToObject(extra, "dial_call_duration", (double)((call_now_ms() - j->verb_began_ms) / 1000));
	cJSON_AddStringToObject(extra, "digits", "");
	jambonz_verb_ends(call, extra);
}

static void listen_long_enough(struct carrier_call *call)
{
	if (call->media)
		media_close(call->media, "maxLength");
}

void jambonz_run_listen(struct carrier_call *call, const cJSON *verb)
{
	struct jambonz_app *j = call->jambonz;
	const cJSON *max = cJSON_GetObjectItem(verb, "maxLength"), *bi = cJSON_GetObjectItem(verb, "bidirectionalAudio");
	struct jambonz_hook url;
	char headers[256];
	char *first;
	struct media_spec spec = {.rate_hz = rate_of(verb)};

	if (!cJSON_IsTrue(cJSON_GetObjectItem(verb, "earlyMedia")))
		call_answer(call);
	first = preamble(call, verb); /* as it is now that the call is up */
	jambonz_hook_read(call, cJSON_GetObjectItem(verb, "url"), &url);
	add_basic(verb, headers, sizeof(headers));
	spec.url = url.url;
	spec.headers = iv_str(headers);
	spec.first = iv_str(first);
	spec.drachtio = call->plan.drachtio;
	spec.no_keys = !cJSON_IsTrue(cJSON_GetObjectItem(verb, "passDtmf"));
	spec.unheard = !bi || !cJSON_IsTrue(cJSON_GetObjectItem(bi, "streaming")) || !cJSON_GetObjectItem(bi, "sampleRate");
	if (spec.unheard)
		call_note(call, "listen", "no streaming with a rate of its own: the caller will hear nothing");
	j->listening = true;
	media_open(call, &spec, NULL, listen_done, NULL);
	if (cJSON_IsNumber(max))
		jambonz_wait(call, (int64_t)(max->valuedouble * 1000), listen_long_enough);
	free(first);
}
