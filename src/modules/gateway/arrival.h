/* One who comes to the gateway, from the handshake to his session. Private to start.c (the steps that a call's beginning
 * takes) and arrive.c (the socket meanwhile, and the handlers where it comes in). */
#ifndef ARRIVAL_H
#define ARRIVAL_H

#include "iv_flow.h"
#include "iv_principal.h"
#include "session.h"

struct arrival {
	struct iv_flow flow; /* first: the flow is downcast to the arrival */
	struct iv_gateway *g;
	struct iv_ws *ws;
	struct iv_flow *running; /* NULL once the flow ended */
	struct iv_op started;    /* waiting for the leg to say who it is */
	bool waiting, said;      /* for it; it has */
	bool known;              /* what comes now is for the call that is being opened */
	bool stays;              /* its socket may close: there may be a call that another process has talked in */
	int left;                /* with this code, when it did */
	struct iv_buf early;     /* that: a word of length and kind before each message */
	struct iv_undo undo_place, undo_open;
	struct iv_leg leg;
	char carrier_id[CALL_ID_SIZE]; /* as its first message says */
	char call_id[CALL_ID_SIZE], tenant_id[CALL_ID_SIZE], nonce[40], agent_id[129], subprotocols[512],
		authorization[1024], api_key[256], ticket[256], peer[64], ts[24], sig[80], origin[256], host[256],
		resume[TOKEN_SIZE], traceparent[IV_TRACEPARENT_SIZE];
	int rate_hz;
	bool binary_out;
	uint32_t resume_after;
	/* With a database: who came, for whose call, with whom it talks. */
	struct iv_arena arena;
	struct iv_socket_guest guest;
	struct iv_auth_run auth;
	struct iv_call_owner_run whose;
	struct iv_calls_run opened;
	struct iv_call_opening opening;
	struct iv_slot_ask slot;
	struct iv_slots_run slots;
	struct iv_slot_verdict verdict;
	struct iv_undo undo_slot;
	bool came_back; /* with the token of its call */
	/* A call that another process holds, or has given away. */
	bool asked;     /* it was asked to give it */
	struct iv_control_run control;
	struct iv_str answer;
	struct iv_arena big; /* its journal as it came */
	struct iv_calls_take_run taking;
	struct iv_buf journal;
	bool taken;     /* from another process */
	size_t replayed; /* of its journal */
	struct iv_op replaying;
	struct iv_timer replay_turn;
	char name[IV_CALL_NAME_SIZE];
	bool opens;     /* its name is among those being opened */
	const struct iv_agent *agent;
	struct session *session; /* the one made, resumed or watched */
	enum { ARRIVAL_NEW, ARRIVAL_RESUMES, ARRIVAL_WATCHES, ARRIVAL_RETURNS } kind;
	struct iv_trace_context trace; /* whose trace the call stands in; `traced`: in one */
	bool traced;
	int64_t came_us;
	struct iv_err bad;       /* why the start message was refused */
};

extern const struct iv_flow_type arrival_realtime, arrival_twilio;

struct iv_credentials arrival_credentials(const struct arrival *a);
int arrival_refusal_label(enum iv_code code); /* of calls_refused_total */
void arrival_free(struct arrival *a);         /* what it holds, and not itself */

/* What a client says before its call is open is kept for it. */
void arrival_keep_early(struct arrival *a, bool text, struct iv_str data);
void arrival_give_early(struct arrival *a, struct session *s);

#endif
