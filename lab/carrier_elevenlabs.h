/* carrier_elevenlabs: ElevenLabs, played by the lab: agents it hosts, numbers it was given, calls it dials or is handed
 * by a Twilio line of ours, and the webhooks that tell how they went. What its parts share.
 *
 *   carrier_elevenlabs.c        the account: settings, answers, faults
 *   carrier_elevenlabs_rest.c   agents and phone numbers
 *   carrier_elevenlabs_dial.c   where conversations begin: dialled, or registered
 *   carrier_elevenlabs_talk.c   how they go
 *   carrier_elevenlabs_look.c   what REST tells of them
 *   carrier_elevenlabs_hook.c   webhooks, signed
 *   carrier_elevenlabs_media.c  the far end of a call that was registered
 *   carrier_elevenlabs_control.c  the lab's own control of all that */
#ifndef LAB_CARRIER_ELEVENLABS_H
#define LAB_CARRIER_ELEVENLABS_H

#include "carrier.h"

struct elevenlabs {
	struct carriers *c;
	cJSON *agents, *numbers; /* documents, oldest first */
	struct iv_list talks;
	struct iv_list posts;    /* webhooks under way */
	char webhook[CARRIER_URL], secret[160];
	bool audio;              /* post_call_audio is told too */
};

/* A conversation. */
struct hosted {
	struct iv_list node;
	struct elevenlabs *all;
	cJSON *doc;              /* as GET tells it, and what the lab adds: callSid, request */
	cJSON *overlay;          /* a rule's `talk`: laid over it at its end; or NULL */
	cJSON *deliveries;       /* of webhooks */
	struct plan_status told;
	char lose[200];          /* of webhooks: types, parted by blanks */
	struct iv_timer timer;
	int outcome, answered_by;
	int64_t trying_ms, hang_up_ms, began_ms, accepted_ms;
	bool hook, over;         /* hook: its end is told */
	struct iv_ws *media;     /* of a call that was registered */
	char stream_sid[CARRIER_SID];
};

struct elevenlabs *elevenlabs_new(struct carriers *c);
void elevenlabs_quit(struct elevenlabs *e); /* sockets and webhooks end; nobody is told any more */
void elevenlabs_free(struct elevenlabs *e);

/* ── answers; the request is gone afterwards, bodies are taken */

struct elevenlabs_rq {
	struct elevenlabs *e;
	struct iv_http_req *rq;
	struct rest_fault *fault;
	cJSON *body; /* NULL: none was sent */
};

/* Key, body, rules (of `what`, `to`: a member of the body, or NULL). False: answered. */
bool elevenlabs_begin(struct elevenlabs_rq *r, void *ctx, struct iv_http_req *rq, const char *what, const char *to);
void elevenlabs_end(struct elevenlabs_rq *r);
void elevenlabs_reply(struct elevenlabs_rq *r, int status, cJSON *body);
void elevenlabs_refuse(struct elevenlabs_rq *r, int status, const char *code, const char *message);
void elevenlabs_missing(struct elevenlabs_rq *r, const char *member); /* 422 */
void elevenlabs_error_body(struct iv_buf *out, int status, int code);
/* Lays `over` on `doc`: objects member by member, the rest as a whole. */
void elevenlabs_merge(cJSON *doc, const cJSON *over);
cJSON *elevenlabs_by(const cJSON *all, const char *key, struct iv_str value);

/* ── conversations */

void hosted_answered(struct hosted *t);
void hosted_end(struct hosted *t, const char *why);
struct hosted *hosted_find(struct elevenlabs *e, struct iv_str id);
void hosted_free_all(struct elevenlabs *e);
/* post_call_transcription, post_call_audio or call_initiation_failure, as it ended. */
void elevenlabs_tell(struct hosted *t);
void elevenlabs_posts_cancel(struct elevenlabs *e);
void elevenlabs_hang_up(struct hosted *t); /* closes its media, if it has any */

/* ── handlers */

void elevenlabs_agent_create(void *ctx, struct iv_http_req *rq);
void elevenlabs_agent_list(void *ctx, struct iv_http_req *rq);
void elevenlabs_agent_get(void *ctx, struct iv_http_req *rq);
void elevenlabs_agent_update(void *ctx, struct iv_http_req *rq);
void elevenlabs_agent_delete(void *ctx, struct iv_http_req *rq);
void elevenlabs_number_create(void *ctx, struct iv_http_req *rq);
void elevenlabs_number_list(void *ctx, struct iv_http_req *rq);
void elevenlabs_number_get(void *ctx, struct iv_http_req *rq);
void elevenlabs_number_update(void *ctx, struct iv_http_req *rq);
void elevenlabs_number_delete(void *ctx, struct iv_http_req *rq);
void elevenlabs_outbound(void *ctx, struct iv_http_req *rq);
void elevenlabs_register(void *ctx, struct iv_http_req *rq);
void elevenlabs_conversations(void *ctx, struct iv_http_req *rq);
void elevenlabs_conversation(void *ctx, struct iv_http_req *rq);
void elevenlabs_audio(void *ctx, struct iv_http_req *rq);
void elevenlabs_conversation_delete(void *ctx, struct iv_http_req *rq);
void elevenlabs_media(void *ctx, struct iv_http_req *rq);

void control_elevenlabs(void *ctx, struct iv_http_req *rq);
void control_talk_get(void *ctx, struct iv_http_req *rq);
void control_talk_put(void *ctx, struct iv_http_req *rq);
void control_talk_tell(void *ctx, struct iv_http_req *rq);

#endif
