/* ElevenLabs' webhooks after a call: signed "t=…,v0=…" over time and body, told once. What is not taken is lost, as with
 * the true service, where asking again is off until somebody switches it on. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_elevenlabs.h"
#include "iv_time.h"
#include "iv_crypto.h"
#include "iv_fetch.h"

#define POST_MS 10000
#define AUDIO_BYTES 6144

struct post {
	struct iv_list node; /* in posts */
	struct elevenlabs *e;
	struct hosted *talk;
	char *body;
	const char *type;
	struct iv_timer timer;
	struct iv_fetch *fetch;
};

static void post_free(struct post *p)
{
	iv_timer_stop(&p->timer);
	iv_list_remove(&p->node);
	p->e->c->hooks_out--;
	free(p->body);
	free(p);
}

static void on_done(void *arg, const struct iv_fetch_result *r)
{
	struct post *p = arg;
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "type", p->type);
	cJSON_AddNumberToObject(d, "status", r->status);
	if (r->status == 0)
		cJSON_AddStringToObject(d, "error", r->err.msg);
	cJSON_AddItemToArray(p->talk->deliveries, d);
	post_free(p);
}

static void sign(const struct elevenlabs *e, const char *body, char out[128])
{
	char t[24], hex[IV_SHA256_HEX];
	uint8_t mac[IV_SHA256_BYTES];
	struct iv_str parts[3];

	snprintf(t, sizeof(t), "%lld", (long long)(iv_wall_ms() / 1000));
	parts[0] = iv_str(t);
	parts[1] = IV_S(".");
	parts[2] = iv_str(body);
	iv_hmac_sha256_of(iv_str(e->secret), parts, 3, mac);
	iv_hex(mac, sizeof(mac), hex);
	snprintf(out, 128, "t=%s,v0=%s", t, hex);
}

static void send_now(void *arg)
{
	static const struct iv_fetch_handlers handlers = {.done = on_done};
	struct post *p = arg;
	struct hook_target to;
	struct iv_header headers[5];
	char signature[128];
	size_t n = 0;

	hook_aim(p->e->c, p->e->webhook, &to);
	sign(p->e, p->body, signature);
	headers[n++] = (struct iv_header){IV_S("Content-Type"), IV_S("application/json")};
	headers[n++] = (struct iv_header){IV_S("ElevenLabs-Signature"), iv_str(signature)};
	headers[n++] = (struct iv_header){IV_S("User-Agent"), IV_S("ElevenLabs/1.0")};
	if (to.host[0])
		headers[n++] = (struct iv_header){IV_S("Host"), iv_str(to.host)};
	if (strcmp(p->type, "post_call_audio") == 0)
		headers[n++] = (struct iv_header){IV_S("Transfer-Encoding"), IV_S("chunked")};
	struct iv_fetch_opts o = {.method = "POST", .url = iv_str(to.url), .headers = headers, .header_count = n,
				  .body = iv_str(p->body), .connect_ms = 3000, .total_ms = POST_MS, .body_max = 1u << 20};

	p->fetch = iv_fetch_start(p->e->c->net, &o, &handlers, p);
}

static bool is_lost(const struct hosted *t, const char *type)
{
	struct iv_str rest = iv_str(t->lose), one;

	while (iv_str_split(&rest, ' ', &one))
		if (iv_str_eq(one, iv_str(type)))
			return true;
	return false;
}

static void post(struct hosted *t, const char *type, cJSON *data)
{
	struct elevenlabs *e = t->all;
	cJSON *envelope = cJSON_CreateObject();
	char *body;

	cJSON_AddStringToObject(envelope, "type", type);
	cJSON_AddNumberToObject(envelope, "event_timestamp", (double)(iv_wall_ms() / 1000));
	cJSON_AddItemToObject(envelope, "data", data);
	body = cJSON_PrintUnformatted(envelope);
	cJSON_Delete(envelope);
	for (int64_t i = 0; e->webhook[0] && !is_lost(t, type) && i <= t->told.duplicates; i++) {
		struct post *p = calloc(1, sizeof(*p));

		if (!p)
			abort();
		*p = (struct post){.e = e, .talk = t, .type = type, .body = strdup(body)};
		if (!p->body)
			abort();
		iv_list_append(&e->posts, &p->node);
		e->c->hooks_out++;
		iv_timer_init(&p->timer, e->c->loop, send_now, p);
		iv_timer_in_ms(&p->timer, t->told.delay_ms);
	}
	free(body);
}

static void take(cJSON *data, const cJSON *doc, const char *name)
{
	cJSON_AddItemToObject(data, name, cJSON_Duplicate(iv_json_get(doc, name), true));
}

static void tell_failure(struct hosted *t)
{
	static const char *const reasons[] = {"unknown", "busy", "no-answer", "unknown"};
	static const char *const statuses[] = {"failed", "busy", "no-answer", "failed"};
	cJSON *data = cJSON_CreateObject(), *metadata, *form;
	const cJSON *rq = iv_json_get(t->doc, "request");

	take(data, t->doc, "agent_id");
	take(data, t->doc, "conversation_id");
	cJSON_AddStringToObject(data, "failure_reason", reasons[t->outcome]);
	metadata = cJSON_AddObjectToObject(data, "metadata");
	cJSON_AddStringToObject(metadata, "type", "twilio");
	form = cJSON_AddObjectToObject(metadata, "body");
	cJSON_AddStringToObject(form, "AccountSid", t->all->c->opts.twilio_account);
	cJSON_AddItemToObject(form, "CallSid", cJSON_Duplicate(iv_json_get(t->doc, "callSid"), true));
	cJSON_AddStringToObject(form, "CallStatus", statuses[t->outcome]);
	cJSON_AddStringToObject(form, "Direction", "outbound-api");
	cJSON_AddItemToObject(form, "To", cJSON_Duplicate(iv_json_get(rq, "to_number"), true));
	cJSON_AddStringToObject(form, "CallDuration", "0");
	post(t, "call_initiation_failure", data);
}

void elevenlabs_tell(struct hosted *t)
{
	cJSON *data;

	if (t->outcome != PLAN_ANSWER && t->accepted_ms == 0) {
		tell_failure(t);
		return;
	}
	data = cJSON_Duplicate(t->doc, true);
	cJSON_DeleteItemFromObject(data, "request");
	cJSON_DeleteItemFromObject(data, "callSid");
	post(t, "post_call_transcription", data);
	if (!t->all->audio)
		return;
	uint8_t sound[AUDIO_BYTES];
	char *text = calloc(1, iv_base64_size(sizeof(sound)) + 1);

	if (!text)
		abort();
	memset(sound, 0x55, sizeof(sound));
	iv_base64(sound, sizeof(sound), text);
	data = cJSON_CreateObject();
	take(data, t->doc, "agent_id");
	take(data, t->doc, "conversation_id");
	cJSON_AddStringToObject(data, "full_audio", text);
	free(text);
	post(t, "post_call_audio", data);
}

void elevenlabs_posts_cancel(struct elevenlabs *e)
{
	while (!iv_list_empty(&e->posts)) {
		struct post *p = IV_CONTAINER(e->posts.next, struct post, node);

		if (p->fetch)
			iv_fetch_cancel(p->fetch);
		post_free(p);
	}
}
