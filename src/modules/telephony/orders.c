/* Orders to calls in progress, under the addresses of the first platform and under ours: each reaches the process that
 * holds the call, and acts. 202 and an action id; what comes of it is in the call's timeline. 409: it is not live. */
#include "telephony.h"

#include <stdio.h>
#include "iv_calls.h"
#include "iv_events.h"
#include "iv_id.h"
#include "iv_time.h"

enum { ORDER_MS = 5000 };

static const char *const modes[] = {"blind", "attended", NULL};
static const char *const recordings[] = {"start", "stop", "pause", "resume", NULL};
static const char *const holds[] = {"hold", "resume", NULL};
static const char *const rooms[] = {"create", "join", "leave", "mute", "unmute", NULL};
static const char *const parties[] = {"add", "remove", "mute", "unmute", "list", NULL};
static const char *const methods[] = {"rfc2833", "info", "inband", NULL};

struct order_in {
	struct iv_str to, whisper, digits, prompt, url, room, speech, reason, options;
	struct iv_strs participants;
	int mode, action, method;
	int64_t timeout_ms, timeout_s, max_digits;
	double confidence;
	bool muted;
};
#define IN struct order_in

static void ivr_defaults(void *object)
{
	IN *in = object;

	in->timeout_ms = 5000;
	in->timeout_s = 5;
	in->max_digits = 1;
}

static const struct iv_field transfer_fields[] = {
	IV_STR(IN, to, "to", IV_REQUIRED, 1, 256, "Number, SIP address or name"),
	IV_ENUM(IN, mode, "mode", 0, modes, "blind when absent"),
	IV_FIELDS_END,
};
static const struct iv_field recording_fields[] = {
	IV_ENUM(IN, action, "action", IV_REQUIRED, recordings, "What the recording does"), IV_FIELDS_END};
static const struct iv_field conference_fields[] = {
	IV_ENUM(IN, action, "action", 0, rooms, "create when absent: the caller goes into the room; leave: back to the agent"),
	IV_STR(IN, room, "room", 0, 1, 128, "conf_ and the call's id when absent"),
	IV_STRS(IN, participants, "participants", 0, ROOM_PARTIES_MAX, "Other live calls that do the same"),
	IV_BOOL(IN, muted, "muted", 0, "The caller is not heard there"),
	IV_FIELDS_END,
};
static const struct iv_field multiparty_fields[] = {
	IV_ENUM(IN, action, "action", IV_REQUIRED, parties, "list: who is there"),
	IV_STRS(IN, participants, "participants", 0, ROOM_PARTIES_MAX, "Live calls; the call itself when absent"),
	IV_STR(IN, room, "conferenceId", 0, 1, 128, "The room; multi_ and the call's id when absent"),
	IV_FIELDS_END,
};
static const struct iv_field dtmf_fields[] = {
	IV_STR(IN, digits, "digits", IV_REQUIRED, 1, 64, "0-9 * # A-D; w waits half a second"),
	IV_ENUM(IN, method, "method", 0, methods, "The carrier decides"),
	IV_FIELDS_END,
};
static const struct iv_field hold_fields[] = {
	IV_ENUM(IN, action, "action", IV_REQUIRED, holds, "hold or resume"), IV_FIELDS_END};
static const struct iv_field ivr_fields[] = {
	IV_STR(IN, prompt, "prompt", IV_REQUIRED, 1, 2000, "What is said; an address is played"),
	IV_JSON(IN, options, "options", 0, 8192, "Kept for older clients"),
	IV_INT(IN, timeout_ms, "timeout", 0, 500, 600000, "ms to wait for a key"),
	IV_INT(IN, max_digits, "maxDigits", 0, 1, 32, "Keys to wait for"),
	IV_FIELDS_END,
};
static const struct iv_field pressed_fields[] = {
	IV_STR(IN, digits, "digits", 0, 0, 64, "What was pressed"),
	IV_STR(IN, speech, "speech", 0, 0, 2000, "What was said"),
	IV_DBL(IN, confidence, "confidence", 0, 0, 1, "How sure that is"),
	IV_FIELDS_END,
};
static const struct iv_field ask_fields[] = {
	IV_STR(IN, prompt, "prompt", IV_REQUIRED, 1, 2000, "What is said; an address is played"),
	IV_INT(IN, timeout_s, "timeoutSec", 0, 1, 600, "Seconds to wait for a key"),
	IV_INT(IN, max_digits, "maxDigits", 0, 1, 32, "Keys to wait for"),
	IV_FIELDS_END,
};
static const struct iv_field redirect_fields[] = {
	IV_STR(IN, url, "url", IV_REQUIRED, 8, 2000, "Where the carrier goes on; the call leaves us"), IV_FIELDS_END};
static const struct iv_field end_fields[] = {
	IV_STR(IN, reason, "reason", 0, 1, 31, "Kept as the end's reason"), IV_FIELDS_END};

#define SHAPE(x, d) static const struct iv_shape x##_shape = {"line_" #x, sizeof(IN), x##_fields, d}
SHAPE(transfer, NULL);
SHAPE(recording, NULL);
SHAPE(conference, NULL);
SHAPE(multiparty, NULL);
SHAPE(dtmf, NULL);
SHAPE(hold, NULL);
SHAPE(ivr, ivr_defaults);
SHAPE(pressed, NULL);
SHAPE(ask, ivr_defaults);
SHAPE(redirect, NULL);
SHAPE(end, NULL);

/* ── one order ── */

struct order {
	struct iv_rows rows;
	struct iv_control_run control;
	struct iv_str call_id, action_id, answer;
	const char *action;
	struct iv_line_do line;
	struct room_run room;
};

static struct iv_str call_param(const struct iv_api_call *c)
{
	struct iv_str id = iv_api_param(c, "id");

	return id.len ? id : iv_api_param(c, "callId");
}

static enum iv_flow_next state(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_line_state,
			 &(struct iv_line_state_in){.name = call_param(c)}, &o->rows);
}

/* Ours, or the carrier's: either name will do. */
static enum iv_flow_next live(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	char id[IV_ID_SIZE];

	if (!o->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "no such call");
	if (iv_line_state_at(&o->rows, 0)->over)
		return iv_flow_fail(f, IV_ECONFLICT, "the call is not live");
	o->call_id = iv_line_state_at(&o->rows, 0)->id;
	iv_id_new("act", iv_wall_ms(), id);
	o->action_id = iv_arena_str(&c->arena, iv_str(id));
	return IV_FLOW_NEXT;
}

static struct iv_str name_of(struct iv_api_call *c, struct iv_str call_id)
{
	char name[IV_CALL_NAME_SIZE];

	return iv_arena_str(&c->arena, iv_call_name(c->who.tenant_id, call_id, name));
}

static enum iv_flow_next send_order(struct iv_flow *f, const char *verb, struct iv_str args)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;

	return iv_control_send(c->s->control, f, &o->control, &c->arena, name_of(c, o->call_id), iv_str(verb), args, ORDER_MS,
			       &o->answer);
}

/* One member; the rest of the object is for the handler to say. */
static struct iv_str object(struct iv_api_call *c, const char *a, struct iv_str av, const char *b, struct iv_str bv)
{
	struct iv_str text = IV_STR_NULL;
	struct iv_buf buf;
	struct iv_jw w;

	iv_buf_init(&buf, 8192);
	iv_jw_init(&w, &buf);
	iv_jw_obj(&w, NULL);
	if (av.len)
		iv_jw_str(&w, a, av);
	if (bv.len)
		iv_jw_str(&w, b, bv);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		text = iv_arena_str(&c->arena, iv_buf_str(&buf));
	iv_buf_deinit(&buf);
	return text.ptr ? text : IV_S("{}");
}

static struct iv_str line_args(struct iv_api_call *c, const struct iv_line_do *d)
{
	struct iv_str text = IV_STR_NULL;
	struct iv_buf b;

	iv_buf_init(&b, 16384);
	if (iv_line_write(d, &b))
		text = iv_arena_str(&c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return text;
}

static enum iv_flow_next send_line(struct iv_flow *f, const struct iv_line_do *d)
{
	struct iv_api_call *c = iv_api_self(f);
	struct iv_err e = {0};

	if (!iv_line_check(d, &e)) {
		f->err = e;
		return IV_FLOW_DONE;
	}
	return send_order(f, "line.order", line_args(c, d));
}

static enum iv_flow_next transfer(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "transfer";
	return send_order(f, "transfer", object(c, "to", in->to, "mode", iv_str(modes[in->mode > 0 ? in->mode : 0])));
}

static enum iv_flow_next recording(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "recording";
	return send_order(f, "recording", object(c, "action", iv_str(recordings[in->action]), NULL, IV_STR_NULL));
}

static enum iv_flow_next dtmf(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "dtmf";
	return send_order(f, "dtmf", object(c, "digits", in->digits, NULL, IV_STR_NULL));
}

static enum iv_flow_next hold(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "hold";
	return send_order(f, "hold", in->action == 0 ? IV_S("{\"held\":true}") : IV_S("{\"held\":false}"));
}

static enum iv_flow_next end(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "end";
	return send_order(f, "hangup", object(c, "reason", in->reason, NULL, IV_STR_NULL));
}

static enum iv_flow_next ivr(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "ivr";
	o->line = (struct iv_line_do){.verb = IV_LINE_ASK,
				      .prompt = in->prompt,
				      .timeout_s = (in->timeout_ms + 999) / 1000,
				      .max_digits = in->max_digits};
	return send_line(f, &o->line);
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "ask";
	o->line = (struct iv_line_do){
		.verb = IV_LINE_ASK, .prompt = in->prompt, .timeout_s = in->timeout_s, .max_digits = in->max_digits};
	return send_line(f, &o->line);
}

static enum iv_flow_next redirect(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "redirect";
	o->line = (struct iv_line_do){.verb = IV_LINE_REDIRECT, .url = in->url, .timeout_s = 1, .max_digits = 1};
	return send_line(f, &o->line);
}

/* A carrier that gathers keys by itself says here what was pressed. */
static enum iv_flow_next pressed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;
	const struct iv_line_result r = {.status = IV_S("completed"), .digits = in->digits};
	struct iv_str text = IV_STR_NULL;
	struct iv_buf b;

	o->action = "pressed";
	iv_buf_init(&b, 1024);
	if (iv_line_result_write(&r, &b))
		text = iv_arena_str(&c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return send_order(f, "line.dialed", text);
}

/* ── rooms ── */

static enum iv_flow_next conference(struct iv_flow *f)
{
	static const char *const actions[] = {"join", "join", "leave", "mute", "unmute"};
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "conference";
	room_name(c, &o->room, in->room, "conf_", o->call_id);
	return room_order(f, &o->room, actions[in->action > 0 ? in->action : 0], o->call_id, &in->participants, in->muted);
}

static enum iv_flow_next multiparty(struct iv_flow *f)
{
	static const char *const actions[] = {"join", "leave", "mute", "unmute", NULL};
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	const IN *in = c->in;

	o->action = "multiparty";
	room_name(c, &o->room, in->room, "multi_", o->call_id);
	if (!actions[in->action])
		return room_list(f, &o->room);
	return room_order(f, &o->room, actions[in->action], in->participants.count ? IV_STR_NULL : o->call_id,
			  &in->participants, false);
}

static enum iv_flow_next roomed(struct iv_flow *f)
{
	struct order *o = iv_api_self(f)->state;

	return room_ordered(f, &o->room);
}

/* ── the answer ── */

/* What the first platform answered besides. */
static void put_legacy(struct iv_api_call *c, struct iv_jw *w, const struct order *o)
{
	const IN *in = c->in;
	char now[IV_TIME_SIZE];
	struct iv_str at = iv_time_iso(iv_wall_ms(), now);

	if (strcmp(o->action, "end") == 0) {
		iv_jw_str(w, "endedAt", at);
	} else if (strcmp(o->action, "transfer") == 0) {
		iv_jw_obj(w, "transfer");
		iv_jw_str(w, "to", in->to);
		iv_jw_cstr(w, "mode", modes[in->mode > 0 ? in->mode : 0]);
		iv_jw_end_obj(w);
	} else if (strcmp(o->action, "recording") == 0) {
		iv_jw_obj(w, "recording");
		iv_jw_cstr(w, "action", recordings[in->action]);
		iv_jw_str(w, "timestamp", at);
		iv_jw_end_obj(w);
	} else if (strcmp(o->action, "pressed") == 0) {
		iv_jw_raw(w, "response", o->answer);
	}
}

static void tell(struct iv_api_call *c, const struct order *o)
{
	struct iv_str text = object(c, "actionId", o->action_id, "action", iv_str(o->action));

	if (c->s->events)
		iv_events_publish(c->s->events, c->who.tenant_id, name_of(c, o->call_id), IV_S("call.action"), text);
}

static enum iv_flow_next ordered(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order *o = c->state;
	struct iv_jw w;

	tell(c, o);
	c->entity_id = o->call_id;
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", true);
	iv_jw_bool(&w, "ok", true);
	iv_jw_str(&w, "callId", o->call_id);
	iv_jw_cstr(&w, "action", o->action);
	iv_jw_str(&w, "actionId", o->action_id);
	put_legacy(c, &w, o);
	if (o->room.name[0])
		room_put(&w, &o->room);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
}

/* ── the table ── */

#define STEPS(x, ...)                                                                                                  \
	static const struct iv_flow_step x##_steps[] = {{"state", state}, {"live", live}, {#x, x}, __VA_ARGS__         \
							{"ordered", ordered}, {0}}
STEPS(transfer, );
STEPS(recording, );
STEPS(conference, {"roomed", roomed}, );
STEPS(multiparty, {"roomed", roomed}, );
STEPS(dtmf, );
STEPS(hold, );
STEPS(ivr, );
STEPS(pressed, );
STEPS(ask, );
STEPS(redirect, );
STEPS(end, );

static const enum iv_code order_errors[] = {IV_ENOENT, IV_ECONFLICT, IV_EUNSUPPORTED, IV_OK};

#define ORDER(p, op, x, text)                                                                                          \
	{                                                                                                              \
		.method = "POST", .path = p, .id = op, .tag = "Live calls", .role = IV_ROLE_DEV,                       \
		.flags = IV_API_AUDIT, .in = &x##_shape, .status = 202, .state_size = sizeof(struct order),            \
		.steps = x##_steps, .errors = order_errors, .doc = text                                                \
	}
/* Under /telephony, and as the first platform had it. */
#define BOTH(p, op, x, text)                                                                                           \
	ORDER("/telephony" p, "telephony" op, x, text),                                                               \
	ORDER(p, "telephony" op "Bare", x, "The same, for the first platform's address")

const struct iv_api_route telephony_order_rows[] = {
	BOTH("/transfer/:id", "Transfer", transfer, "Hand a live call over"),
	BOTH("/recording/:id", "Recording", recording, "Pause the recording of a live call, or go on with it"),
	BOTH("/conference/:id", "Conference", conference,
	     "Take a live call into a room of its carrier, out of it, or silence it there"),
	BOTH("/multiparty/:id", "Multiparty", multiparty,
	     "Bring live calls together in a room, take them out of it, silence them; say who went there"),
	BOTH("/dtmf/:id", "Dtmf", dtmf, "Press keys towards the far end"),
	BOTH("/hold/:id", "Hold", hold, "Hold a live call, or go on with it"),
	BOTH("/ivr/:id", "Ivr", ivr, "Say something in a live call and wait for keys"),
	BOTH("/ivr/response/:id", "IvrResponse", pressed, "What was pressed, when the carrier says it here"),
	ORDER("/v1/realtime/:callId/end", "endRealtime", end, "End a live call"),
	ORDER("/v1/realtime/:callId/transfer", "transferRealtime", transfer, "Hand a live call over"),
	ORDER("/v1/realtime/:callId/recording", "recordRealtime", recording,
	      "Pause the recording of a live call, or go on with it"),
	ORDER("/v1/calls/:id/redirect", "redirectCall", redirect, "Send a live call to another application of its carrier"),
	ORDER("/v1/calls/:id/conference", "conferenceCall", conference,
	      "Take a live call into a room of its carrier, out of it, or silence it there"),
	ORDER("/v1/calls/:id/ask", "askInCall", ask, "Say something in a live call and wait for keys"),
	{0},
};
