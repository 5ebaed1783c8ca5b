/* A session: one live call and everything that is bound to it. Private to the gateway.
 *
 *   gateway.c   registry, drain, routes           start.c    the flow from a handshake to a session
 *   session.c   life of a session, its ticks      events.c   what arrives → the machine
 *   actions.c   what the machine wants → done     streams.c  recogniser, model, synthesiser, tools
 *   messages.c  the client's JSON, resume         recording.c  stereo file      stats.c  metrics of a call
 *   control.c   what operators and the API order     line.c     between two media sockets of a carrier
 *   trace.c     the call as spans
 *   handover.c  a live call goes to another process   watch.c  somebody watches it */
#ifndef SESSION_H
#define SESSION_H

#include "iv_browser.h"
#include "iv_call.h"
#include "iv_calls.h"
#include "iv_framer.h"
#include "iv_gateway.h"
#include "iv_id.h"
#include "iv_map.h"
#include "iv_pcm.h"
#include "iv_resample.h"
#include "iv_story.h"
#include "iv_tool_run.h"
#include "iv_trace.h"
#include "iv_ws.h"

enum {
	TOOL_RUNS = 8,
	REPLAY_BYTES = 32768, /* numbered messages kept for a client that comes back; the oldest go */
	CALL_ID_SIZE = 129,
	TOKEN_SIZE = 33,
	VIEWERS_MAX = 16,
};

struct iv_gateway {
	struct iv_gateway_deps d;
	struct iv_map *sessions; /* tenant/call → session */
	struct iv_map *parted;   /* tenant/call → struct parting: calls with a line that ended just now */
	struct iv_list partings; /* oldest first */
	struct iv_list pressing; /* keys on their way to a carrier */
	struct iv_timer part;
	struct iv_map *opening;  /* tenant/call → the arrival that asks the database for it */
	struct iv_timer hold;    /* tells the database which calls go on */
	unsigned hold_round;
	struct iv_list list;
	size_t live;
	size_t giving;           /* on their way to another process */
	bool draining, resting;
	void (*drained)(void *arg);
	void *drained_arg;
	struct iv_pcm_pool pool;
	struct iv_call_opts call_opts;
	struct iv_leg_scratch scratch;     /* one message at a time */
	struct iv_leg_scratch echo_scratch; /* and one that goes back while it is read */
	int16_t block[IV_LEG_SCRATCH_SAMPLES];
	struct iv_buf json;                /* one outgoing message at a time */
};

enum session_state { SESSION_NEW, SESSION_LIVE, SESSION_LOST, SESSION_ENDING, SESSION_OVER, SESSION_STATES };

/* All NULL and empty while nothing is traced. */
struct session_trace {
	struct iv_span *call, *turn; /* turn NULL: none was asked for yet */
	bool closing;                /* the turn's report came: it ends with the step */
	char id[IV_TRACE_ID_SIZE];
	struct iv_buf said, asked;   /* TRACES_CONTENT: what the caller said, for the next turn and for this one */
};

struct session {
	struct iv_list node;
	struct iv_gateway *g;
	enum session_state state;
	char call_id[CALL_ID_SIZE], tenant_id[CALL_ID_SIZE]; /* tenant "" without a database */
	char carrier_id[CALL_ID_SIZE]; /* the carrier's, as its media socket said; "" */
	int64_t timeline_seq;    /* lines told so far: the machine's notes */
	bool wants_finals, wants_tools; /* webhooks while it lives */
	bool redact;                    /* what is kept or sent of it is masked */
	bool muted;              /* the caller is not heard */
	bool line;               /* the carrier asks us what to do when its media socket closes */
	bool ordered;            /* `next` was set by an order, before the machine agreed */
	bool bridged;            /* away: with another telephone */
	struct iv_buf next;      /* away: an iv_line_do as JSON; empty: listen again */
	char agent_id[CALL_ID_SIZE], campaign_id[CALL_ID_SIZE];
	const char *slot_reason; /* "inbound", "outbound", "realtime" */
	unsigned hold_round;
	struct iv_ws *ws;
	struct iv_ws *viewers[VIEWERS_MAX];
	struct iv_leg leg;
	struct iv_call *call;
	int64_t start_us, start_wall_ms, last_us;
	int64_t last_app_us; /* last frame or message that was not a pong */
	struct iv_pacer_member pace;
	int64_t slot_us;     /* of the tick under way; 0 outside ticks */
	struct iv_framer framer;
	struct iv_pcm_queue pcm;

	struct iv_asr *asr;
	struct iv_llm *llm;
	uint32_t llm_gen;
	struct iv_tts *tts;
	uint32_t tts_utt;
	struct iv_tts_broken tts_broken; /* the sentence asked last, when it broke off */
	struct { struct iv_tool_run *run; struct iv_span *span; char id[96]; struct session *s; } tools[TOOL_RUNS];
	uint32_t clip_utt;   /* the recorded apology is being given out */
	size_t clip_at;

	char token[TOKEN_SIZE];
	uint32_t next_n;
	struct iv_buf replay; /* numbered messages: 4 bytes n, 4 bytes length, text */
	struct iv_timer resume;
	int64_t rate_window_us;
	int rate_count;
	bool rate_told;

	struct iv_spool *journal;
	int64_t journal_us;
	struct recording *recording; /* NULL: not recorded */
	struct iv_story *story;      /* NULL once the call is over */
	struct session_trace trace;
	struct watch *watch;         /* NULL: nobody watches */
	struct iv_spool *transcript, *numbers; /* NULL until their first line */

	int level_ddb_sum;   /* levels of synthesised audio: partial 20 ms carried over */
	int16_t level_part[IV_FRAME_SAMPLES_MAX];
	size_t level_have;
};

/* gateway.c */
struct session *gateway_find(struct iv_gateway *g, struct iv_str tenant_id, struct iv_str call_id);
void gateway_forget(struct iv_gateway *g, struct session *s);
void gateway_given(struct iv_gateway *g); /* one of g->giving is through */

/* session.c */
struct session_start {
	struct iv_str tenant_id, call_id, context; /* context: JSON for the journal's header */
	bool wants_finals, wants_tools;
	struct iv_str agent_id, campaign_id;
	bool line, outbound;
	/* Of a call that another process began; opts NULL: it begins here. */
	const struct iv_call_opts *opts;
	int64_t started_ms;
	iv_act_fn *act;
	const struct iv_agent *agent;
	enum iv_leg_kind kind;
	int rate_hz;
	bool binary_out;
	const struct iv_trace_context *trace; /* the caller's, or that of the process that began it; NULL: none */
	int64_t came_us; /* when its socket came */
};
struct session *session_new(struct iv_gateway *g, const struct session_start *start);
void session_lost(struct session *s); /* LIVE → LOST: the socket is gone and may come back */
void session_bind(struct session *s, struct iv_ws *ws); /* first socket, or the one that came back */
void session_cut(struct session *s, int code); /* its socket has closed, with this code */
void session_begin(struct session *s);                  /* START: the machine lives from here */
/* It was begun elsewhere and replayed: its journal goes on behind these bytes, and what it does is done from now on. */
void session_taken(struct session *s, struct iv_str journal);
void session_go_on(struct session *s); /* MOVED: it lives here from now on; its new socket is bound */
/* Everything of it is closed, its files last; nothing is told as an end. Then closed(). */
void session_give(struct session *s, void (*closed)(void *arg), void *arg);
bool session_add_viewer(struct session *s, struct iv_ws *ws);
void session_ended(struct session *s, const char *reason); /* the machine said END */
int64_t session_now(struct session *s);
void session_step(struct session *s, struct iv_event *ev); /* stamps, journals, steps */
extern const struct iv_ws_handlers session_socket;
struct iv_ws_limits gateway_limits(const struct iv_gateway *g);

/* events.c */
void events_message(struct session *s, bool text, struct iv_str data);
void events_leg(void *session, const struct iv_leg_event *ev);

/* actions.c */
void actions_do(void *session, const struct iv_action *a);
void actions_echo(struct session *s, const int16_t *pcm, size_t n); /* straight back to where it came from */

/* streams.c */
void streams_asr_open(struct session *s);
void streams_asr_close(struct session *s);
void streams_llm_ask(struct session *s, uint32_t gen);
void streams_llm_cancel(struct session *s, uint32_t gen);
void streams_tts_say(struct session *s, const struct iv_action *a);
void streams_tts_cancel(struct session *s, uint32_t utt);
void streams_tool(struct session *s, const struct iv_action *a);
void streams_tool_cancel(struct session *s, struct iv_str id);
void streams_stop(struct session *s);
void streams_clip_tick(struct session *s);

/* messages.c */
struct iv_stamp message_stamp(struct session *s, bool numbered);
/* Sends what stands in g->json to the client (browser legs only); numbered ones are kept for resuming. */
void message_send(struct session *s, bool numbered);
void message_replay(struct session *s, uint32_t after);
void message_connected(struct session *s);
void message_error(struct session *s, const struct iv_err *e);
void message_control(struct session *s, struct iv_str json);

/* recording.c */
void recording_open(struct session *s);
void recording_frame(struct session *s, const int16_t *caller, size_t n);
void recording_tick(struct session *s); /* before the machine's */
void recording_key(struct session *s);  /* the caller pressed one */
bool recording_pause(struct session *s, bool paused); /* false: the call is not recorded */
struct iv_spool *recording_close(struct session *s); /* its file, to be closed; NULL: there is none */

/* story.c */
void story_open(struct session *s, struct iv_str context);
void story_close(struct session *s); /* its files are left to be closed */

/* trace.c */
void trace_open(struct session *s, const struct session_start *start);
struct iv_span *trace_turn(struct session *s); /* the turn under way, begun if there is none; NULL: not traced */
void trace_action(struct session *s, const struct iv_action *a);
void trace_stepped(struct session *s); /* behind each step */
struct iv_span *trace_tool(struct session *s, const struct iv_action *a);
void trace_tool_done(struct iv_span *span, const struct iv_tool_result *r); /* NULL: cancelled */
void trace_end(struct session *s, const char *outcome);
void trace_free(struct session *s);

/* watch.c */
void watch_ask(struct session *s); /* somebody watches, for a while */
void watch_end(struct session *s);
void watch_caller(struct session *s, struct iv_level level); /* 20 ms of the caller */
void watch_agent(struct session *s, const int16_t *pcm, size_t n);
void watch_action(struct session *s, const struct iv_action *a);

/* control.c */
void control_open(struct iv_gateway *g); /* answers orders to calls that live here */
void control_close(struct iv_gateway *g);
void control_answer(struct iv_control_request *rq, const struct iv_err *e); /* NULL: done */
void control_own(struct session *s);
void control_disown(struct session *s);

/* line.c */
void line_open(struct iv_gateway *g);
void line_close(struct iv_gateway *g);
bool line_cut(struct session *s);  /* its socket died: true when the carrier will ask and bring another */
void line_back(struct session *s); /* another one is there */
void line_hand_on(struct session *s, const struct iv_action *a); /* within a step */
bool line_keys(struct session *s, struct iv_str digits);          /* within a step; false: no line */
void line_press(struct session *s, struct iv_str digits); /* between two media sockets */
void line_part(struct session *s);
const char *line_lost_reason(const struct session *s);

/* keys.c */
bool keys_press(struct session *s, struct iv_str digits); /* false: this carrier cannot while the conversation goes on */
void keys_close(struct iv_gateway *g);

/* slots.c */
void slots_hold(struct session *s); /* this process renews its slots from now on */
void slots_drop(struct session *s);

/* handover.c */
bool handover_give(struct session *s, struct iv_control_request *rq); /* false: it cannot be, or ended */
/* A session in state NEW, as its process left it; NULL with *e. */
struct session *handover_take(struct iv_gateway *g, const struct session_start *start, struct iv_str journal, size_t *at,
			      struct iv_err *e);
/* The next piece of the journal through its machine, from *at on; false: that was all, and it may go on. */
bool handover_replay(struct session *s, struct iv_str journal, size_t *at);
void handover_on_give(void *gateway, struct iv_control_request *rq);

/* stats.c */
void stats_turn(const struct iv_turn_report *r);
void stats_end(struct session *s, const char *reason);
void stats_sent(struct session *s);

#endif
