/* carrier: Jambonz and Twilio, played by the lab: REST, hooks, status callbacks, calls. What the parts share.
 *
 *   carrier_line, carrier_plan, carrier_verbs, carrier_twiml   pure
 *   carrier_call    a call: its line, its story, its end
 *   carrier_hook    what is posted to the daemon, signed, tried again
 *   carrier_media   the socket of a call: one of the lab's callers
 *   carrier_dial    the other legs of a call
 *   carrier_jambonz, carrier_twilio   the applications that run on a call, and each one's REST
 *   carrier_control the control of the lab itself: rings the daemon, tells what happened */
#ifndef LAB_CARRIER_H
#define LAB_CARRIER_H

#include "caller.h"
#include "carrier_plan.h"
#include "iv_http.h"
#include "iv_list.h"
#include "iv_map.h"

#define CARRIER_SID 40
#define CARRIER_NUMBER 128
#define CARRIER_URL 4096
#define CARRIER_BODY_MAX 1048576
#define CARRIER_KEPT_MAX 4000  /* ended calls whose story is still told */
#define CARRIER_EVENTS_MAX 600 /* of one call */

enum carrier_kind { CARRIER_JAMBONZ, CARRIER_TWILIO, CARRIER_ELEVENLABS }; /* the last only of REST */
enum carrier_direction { CARRIER_INBOUND, CARRIER_OUTBOUND, CARRIER_DIALLED };

struct carriers_opts {
	const char *host;
	int port; /* 0: any */
	const char *jambonz_hook, *jambonz_status, *jambonz_secret, *jambonz_key, *jambonz_account, *jambonz_application;
	const char *twilio_voice, *twilio_status, *twilio_token, *twilio_account;
	const char *elevenlabs_webhook, *elevenlabs_secret;
	const char *via; /* http://host:port: where https and wss go in the clear, as behind a balancer; or NULL */
	bool print;      /* the story as it happens, to stdout */
};

struct carrier_call;
struct elevenlabs;
struct numbers;
struct scripts;

struct carriers {
	struct carriers_opts opts;
	struct iv_loop *loop;
	struct iv_net *net;
	struct iv_http_server *server;
	struct wire_net wire;
	struct leg_scratch scratch;
	struct rules *rules;
	struct iv_map *calls; /* by sid */
	struct iv_list all;   /* oldest first */
	struct scripts *scripts;
	struct numbers *numbers;
	cJSON *conferences;   /* name → number of people */
	struct elevenlabs *elevenlabs;
	size_t kept, live;
	struct iv_list hooks; /* under way */
	int hooks_out;        /* these, and REST answers that wait */
	int64_t placed, next_slot_ms;
	bool closing;
	struct iv_timer settle;
	int settled;
	void (*closed)(void *arg);
	void *closed_arg;
};

/* Opens the server. Strings of opts must outlive it. NULL with *e filled. */
struct carriers *carriers_open(struct iv_net *net, const struct carriers_opts *opts, struct iv_err *e);
int carriers_port(const struct carriers *c);
/* Hangs everybody up; `closed` from the loop when nothing is under way any more. */
void carriers_close(struct carriers *c, void (*closed)(void *arg), void *arg);
void numbers_free(struct carriers *c);

/* ── calls */

struct hook;
struct carrier_media;
struct dial;
struct jambonz_app;
struct twilio_app;

/* What runs on a call, by its carrier. */
struct carrier_ops {
	const char *name;
	void (*changed)(struct carrier_call *call);  /* its line has a new state */
	void (*drop)(struct carrier_call *call);     /* the call is freed: the app's memory */
	/* A leg of a dial was picked up: what is said to it before it is bridged (whisper), then
	 * dial_leg_ready. */
	void (*confirm)(struct carrier_call *leg);
};

struct carrier_call {
	struct iv_list node;
	struct carriers *c;
	const struct carrier_ops *ops;
	enum carrier_kind kind;
	enum carrier_direction direction;
	char sid[CARRIER_SID], from[CARRIER_NUMBER], to[CARRIER_NUMBER], sip_call_id[CARRIER_SID], trace[40];
	char account[CARRIER_SID];
	char parent[CARRIER_SID]; /* sid of the call that dialled it; "" */
	struct iv_arena arena;    /* of the plan */
	struct carrier_plan plan;
	struct line line;
	struct iv_timer line_timer;
	int64_t began_us, began_wall_ms, ended_wall_ms, answered_wall_ms;
	int holds;                /* hooks, media, timers that still know it */
	bool over;                /* its line has ended and that was told */
	bool silent_end;          /* the carrier tells no final status */
	bool forgotten;           /* REST has taken its record away */
	char end_reason[160];
	cJSON *events, *media_log, *digits, *legs;
	struct hook *held;        /* a status that waits for the next one */
	struct carrier_media *media;
	size_t script_at;         /* where the person is in what they have to say */
	struct dial *dial;        /* as the A leg */
	struct carrier_call *a;   /* as a B leg: who dialled; NULL when that is over */
	struct jambonz_app *jambonz;
	struct twilio_app *twilio;
};

/* A call that has not begun: plan as the rules and `plan_json` (may be NULL) want it. NULL with *e. */
struct carrier_call *call_new(struct carriers *c, enum carrier_kind kind, enum carrier_direction direction,
			      struct iv_str from, struct iv_str to, const cJSON *plan_json, struct iv_err *e);
/* The far end comes to life. timeout_ms, limit_ms: -1: none. */
void call_place(struct carrier_call *call, int64_t timeout_ms, int64_t limit_ms);
void call_answer(struct carrier_call *call); /* harmless when answered or over */
void call_hang_up(struct carrier_call *call, enum line_by by, int sip, const char *why);
struct carrier_call *call_find(struct carriers *c, struct iv_str sid); /* NULL: none */
void call_hold(struct carrier_call *call);
void call_release(struct carrier_call *call);
void call_rearm(struct carrier_call *call); /* the line's plan has changed */
int64_t call_now_ms(void);
void call_free_all(struct carriers *c);
/* As REST sees it: of that carrier, and its record was not taken away (DELETE; a live call goes on). NULL: none. */
struct carrier_call *call_recorded(struct carriers *c, enum carrier_kind kind, struct iv_str sid);

/* The story: `details` (may be NULL) is taken. */
void call_tell(struct carrier_call *call, const char *what, cJSON *details);
void call_print(const struct carrier_call *call, const char *what, const cJSON *details);
void call_note(struct carrier_call *call, const char *what, const char *fmt, ...) IV_PRINTF(3, 4);
void call_story(const struct carrier_call *call, bool events, struct iv_jw *w);
void call_pressed(struct carrier_call *call, struct iv_str digits); /* keys the person hears */

const char *direction_name(enum carrier_direction d);
void new_uuid(char out[CARRIER_SID]);
void new_sid(const char *prefix, char out[CARRIER_SID]); /* "CA" + 32 hex */

/* ── hooks */

struct hook_answer {
	int status; /* 0: none came */
	struct iv_str content_type, body;
};

/* Exactly once unless forgotten; the answer dies on return. */
typedef void hook_done_fn(struct carrier_call *call, void *arg, const struct hook_answer *a);

struct hook_rq {
	const char *what;   /* for the story: "call hook", "status", … */
	const char *method; /* POST or GET */
	const char *url;    /* as configured, with its fragment */
	cJSON *body;        /* taken. jambonz: as JSON; twilio: an object of strings, as a form */
	const char *user, *password; /* Basic; or NULL */
	int64_t delay_ms;
	int timeout_ms;
	const char *label;  /* of the story besides `what`: the state */
};

struct hook *hook_send(struct carrier_call *call, const struct hook_rq *rq, hook_done_fn *done, void *arg);
void hook_cancel_all(struct carriers *c); /* what is under way ends without anybody being told */
void hook_forget(struct hook *h); /* goes on, nobody is told */
/* A status: as the plan of the call wants its statuses delayed, doubled, reordered or lost. */
void hook_send_status(struct carrier_call *call, const struct hook_rq *rq);
/* "https://h/x#f" to what is really asked and which Host that is; url without fragment. */
struct hook_target {
	char url[CARRIER_URL], host[300];
};
void hook_aim(const struct carriers *c, const char *url, struct hook_target *out);
/* base64(HMAC-SHA1) of URL and parameters; out holds 29. */
void twilio_signature(const char *token, struct iv_str url, const cJSON *form, char out[32]);
void jambonz_signature(const char *secret, int64_t unix_s, struct iv_str body, char out[128]);

/* ── media */

struct media_spec {
	const char *url;           /* ws://… or wss://… as the verb says it */
	int rate_hz;
	struct iv_str headers;     /* as in leg_carried; copied */
	struct iv_str first;       /* copied */
	const char *stream_sid;    /* twilio */
	bool drachtio;
	bool fork;                 /* one way, beside what the call does */
	bool no_keys;              /* keys are not told */
	bool unheard;              /* sound that comes back is never played */
};

struct media_end {
	bool opened;
	bool by_person; /* the person hung up */
	bool by_us;     /* media_close was called */
	int code;
	const char *why;
};

typedef void media_done_fn(struct carrier_call *call, void *arg, const struct media_end *end);

/* `opened` may be NULL. done exactly once, later. */
struct carrier_media *media_open(struct carrier_call *call, const struct media_spec *spec,
				 void (*opened)(struct carrier_call *call, void *arg), media_done_fn *done, void *arg);
void media_close(struct carrier_media *m, const char *why);
void media_pause(struct carrier_media *m, bool paused); /* nothing is sent meanwhile; the socket stays */
const char *media_stream_sid(const struct carrier_media *m);
struct scripts *scripts_new(struct iv_loop *loop);
void scripts_free(struct scripts *s);
bool scripts_idle(const struct scripts *s);
void scripts_want(struct scripts *s, const struct carrier_plan *plan); /* so that it is ready when it is spoken */
void media_write(const struct carrier_call *call, struct iv_jw *w); /* all sockets of a call */
int64_t media_heard_ms(const struct carrier_call *call);

/* ── dialling on */

#define DIAL_TARGETS_MAX 10

struct dial_target {
	struct iv_str to;
	const void *detail; /* the carrier's own: a noun, a target */
};

struct dial_end {
	const char *status; /* completed, busy, no-answer, failed, canceled */
	struct carrier_call *leg; /* the one that talked, or the last that did not; NULL: none */
	int64_t talked_ms;
};

struct dial_opts {
	struct iv_str caller_id;
	int64_t timeout_ms, limit_ms;
	bool answer_on_bridge;
	/* Dresses a leg before it is placed. */
	void (*leg_made)(struct carrier_call *leg, const void *detail);
	void (*done)(struct carrier_call *a, const struct dial_end *end);
};

void dial_start(struct carrier_call *a, const struct dial_target *targets, size_t n, const struct dial_opts *opts);
void dial_stop(struct carrier_call *a); /* hangs all legs up; done is not called */
void dial_leg_changed(struct carrier_call *leg);
void dial_leg_ready(struct carrier_call *leg, bool accepted);

/* ── the two */

extern const struct carrier_ops carrier_jambonz_ops, carrier_twilio_ops;
/* Rings the daemon. */
bool jambonz_inbound(struct carrier_call *call, struct iv_err *e);
bool twilio_inbound(struct carrier_call *call, struct iv_err *e);

/* ── serving */

extern const struct iv_route carrier_routes[];
struct iv_str carrier_credential(const struct iv_http_req *rq, const char *scheme);
/* What the rules say of this request: true: the request is taken care of (now, or after its delay). Otherwise the
 * handler answers; `rest_done` then does so under the same rule (after_placed). */
struct rest_fault;
bool rest_begins(struct carriers *c, struct iv_http_req *rq, enum carrier_kind kind, const char *what, struct iv_str to,
		 struct rest_fault **fault);
int64_t rest_code(const struct rest_fault *fault); /* rest.code where no status was ordered; 0: none */
void rest_reply(struct rest_fault *fault, struct iv_http_req *rq, int status, const char *type, struct iv_str body);

void twilio_error(struct iv_http_req *rq, int status, int code, const char *message);
/* The error document alone, for rules. */
void twilio_error_body(struct iv_buf *out, int status, int code, const char *message);

void control_rules_put(void *ctx, struct iv_http_req *rq);
void control_rules_delete(void *ctx, struct iv_http_req *rq);
void control_call_post(void *ctx, struct iv_http_req *rq);
void control_call_get(void *ctx, struct iv_http_req *rq);
void control_call_list(void *ctx, struct iv_http_req *rq);
void control_call_delete(void *ctx, struct iv_http_req *rq);
void control_stats(void *ctx, struct iv_http_req *rq);
void control_verbs(void *ctx, struct iv_http_req *rq);
void control_twiml(void *ctx, struct iv_http_req *rq);

void jambonz_create(void *ctx, struct iv_http_req *rq);
void jambonz_update(void *ctx, struct iv_http_req *rq);
void jambonz_get(void *ctx, struct iv_http_req *rq);
void jambonz_list(void *ctx, struct iv_http_req *rq);
void jambonz_delete(void *ctx, struct iv_http_req *rq);

#endif
