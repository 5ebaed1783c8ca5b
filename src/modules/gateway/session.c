/* The life of a session: its socket comes, goes, comes back; its machine is stepped and ticked. */
#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_record.h"
#include "session.h"

enum { JOURNAL_BYTES = 524288, NEXT_BYTES = 16384 };

static void set_state(struct session *s, enum session_state to)
{
	static const bool legal[SESSION_STATES][SESSION_STATES] = {
		[SESSION_NEW] = {[SESSION_LIVE] = true, [SESSION_OVER] = true},
		[SESSION_LIVE] = {[SESSION_LOST] = true, [SESSION_ENDING] = true},
		[SESSION_LOST] = {[SESSION_LIVE] = true, [SESSION_ENDING] = true},
		[SESSION_ENDING] = {[SESSION_OVER] = true},
	};

	if (!legal[s->state][to])
		abort();
	s->state = to;
}

int64_t session_now(struct session *s)
{
	int64_t now = iv_now_us() - s->start_us;

	/* The machine's time never goes back, whatever order callbacks come in. */
	s->last_us = now > s->last_us ? now : s->last_us;
	return s->last_us;
}

void session_step(struct session *s, struct iv_event *ev)
{
	struct iv_log_context ctx = {.call_id = s->call_id, .trace_id = s->trace.id};

	if (s->state != SESSION_LIVE && s->state != SESSION_LOST)
		return;
	ev->now_us = session_now(s);
	if (s->journal && !iv_record_write(iv_spool_buf(s->journal), ev, &s->journal_us))
		iv_metric_add(IV_M_journal_errors_total, 0, 1);
	iv_log_push(&ctx);
	if (s->story)
		iv_story_event(s->story, ev);
	iv_call_step(s->call, ev);
	if (s->trace.closing)
		trace_stepped(s);
	iv_log_pop(&ctx);
}

/* ── beginning ── */

static void open_file(struct session *s, size_t room)
{
	char path[700];

	if (!s->g->d.calls)
		(void)snprintf(path, sizeof(path), "%s/journal/%s.call", s->g->d.cfg->data_dir, s->call_id);
	else if (!iv_calls_journal_path(s->g->d.calls, iv_str(s->tenant_id), iv_str(s->call_id), path, sizeof(path)))
		return; /* cannot be: the names were accepted */
	s->journal = iv_spool_open(s->g->d.spools, path, room);
}

static void open_journal(struct session *s, const struct iv_agent *agent, struct iv_str context)
{
	char trace[IV_TRACEPARENT_SIZE];
	struct iv_record_header h = {.call_id = iv_str(s->call_id),
				     .version = iv_str(s->g->d.version),
				     .context = context,
				     .traceparent = iv_str(iv_span_traceparent(s->trace.call, trace)),
				     .started_ms = s->start_wall_ms,
				     .agent = *agent,
				     .opts = s->g->call_opts};

	open_file(s, JOURNAL_BYTES);
	if (s->journal && !iv_record_write_header(iv_spool_buf(s->journal), &h))
		iv_metric_add(IV_M_journal_errors_total, 0, 1);
}

static void on_resume_over(void *arg)
{
	struct session *s = arg;

	session_step(s, &(struct iv_event){.type = IV_EV_LEG_GONE, .text = iv_str(line_lost_reason(s))});
}

static void new_token(char out[TOKEN_SIZE])
{
	uint8_t bytes[16];

	iv_random(bytes, sizeof(bytes));
	(void)iv_hex(bytes, sizeof(bytes), out);
}

struct session *session_new(struct iv_gateway *g, const struct session_start *start)
{
	struct session *s = calloc(1, sizeof(*s));
	char name[IV_CALL_NAME_SIZE];

	if (!s)
		abort();
	s->g = g;
	iv_str_copy(s->call_id, sizeof(s->call_id), start->call_id);
	iv_str_copy(s->tenant_id, sizeof(s->tenant_id), start->tenant_id);
	iv_str_copy(s->agent_id, sizeof(s->agent_id), start->agent_id);
	iv_str_copy(s->campaign_id, sizeof(s->campaign_id), start->campaign_id);
	s->line = start->line;
	s->slot_reason = start->outbound ? "outbound" : start->line ? "inbound" : "realtime";
	iv_buf_init(&s->next, NEXT_BYTES);
	s->wants_finals = start->wants_finals;
	s->wants_tools = start->wants_tools;
	iv_leg_init(&s->leg, start->kind, start->rate_hz);
	s->leg.binary_out = start->binary_out;
	s->leg.legacy_audio = g->d.cfg->legacy_audio_field;
	iv_framer_init(&s->framer, start->rate_hz);
	iv_pcm_init(&s->pcm, &g->pool);
	iv_buf_init(&s->replay, REPLAY_BYTES);
	iv_timer_init(&s->resume, g->d.loop, on_resume_over, s);
	new_token(s->token);
	s->call = iv_call_new(start->agent, start->opts ? start->opts : &g->call_opts, start->act ? start->act : actions_do, s);
	s->start_us = s->last_app_us = iv_now_us();
	s->start_wall_ms = start->opts ? start->started_ms : iv_wall_ms();
	s->start_us -= (iv_wall_ms() - s->start_wall_ms) * 1000;
	s->pace.phase = -1;
	trace_open(s, start);
	if (!start->opts)
		open_journal(s, start->agent, start->context);
	story_open(s, start->context);
	if (start->agent->record && !start->opts)
		recording_open(s);
	(void)iv_map_put(g->sessions, iv_call_name(start->tenant_id, start->call_id, name), s);
	iv_list_append(&g->list, &s->node);
	g->live++;
	iv_metric_set(IV_M_calls_live, 0, (double)g->live);
	iv_metric_add(IV_M_calls_started_total, (int)start->kind, 1);
	return s;
}

/* ── ticks ── */

static int64_t app_silence_ms(const struct session *s)
{
	return (iv_now_us() - s->last_app_us) / 1000;
}

static void watch_silence(struct session *s)
{
	const struct iv_config *cfg = s->g->d.cfg;
	int64_t limit = s->leg.kind == IV_LEG_BROWSER ? cfg->connection_timeout_ms : cfg->media_timeout_ms;

	if (s->state != SESSION_LIVE || app_silence_ms(s) < limit)
		return;
	if (s->ws)
		iv_ws_close(s->ws, 4000, IV_S("connection_timeout"));
	session_step(s, &(struct iv_event){.type = IV_EV_LEG_GONE, .text = IV_S("lost")});
}

static void on_tick(void *arg, int64_t slot_us)
{
	struct session *s = arg;

	s->slot_us = slot_us;
	recording_tick(s);
	streams_clip_tick(s);
	session_step(s, &(struct iv_event){.type = IV_EV_TICK});
	watch_silence(s);
	s->slot_us = 0;
}

void session_begin(struct session *s)
{
	struct iv_log_context ctx = {.call_id = s->call_id, .trace_id = s->trace.id};

	set_state(s, SESSION_LIVE);
	iv_log_push(&ctx);
	iv_info("call.started", IV_LS("leg", iv_leg_names[s->leg.kind]), IV_LI("rate_hz", s->leg.rate_hz));
	iv_log_pop(&ctx);
	iv_pacer_join(s->g->d.loop, &s->pace, on_tick, s);
	control_own(s);
	slots_hold(s);
	message_connected(s);
	session_step(s, &(struct iv_event){.type = IV_EV_START,
					   .leg = s->leg.kind,
					   .rate_hz = s->leg.rate_hz,
					   .resumable = s->line || s->leg.kind == IV_LEG_BROWSER});
}

void session_taken(struct session *s, struct iv_str journal)
{
	open_file(s, JOURNAL_BYTES + journal.len);
	if (s->journal)
		(void)iv_spool_add(s->journal, journal); /* there is room */
	iv_call_redirect(s->call, actions_do, s);
}

void session_go_on(struct session *s)
{
	set_state(s, SESSION_LIVE);
	iv_info("call.taken", IV_LS("call_id", s->call_id), IV_LI("ms", s->last_us / 1000));
	iv_pacer_join(s->g->d.loop, &s->pace, on_tick, s);
	control_own(s);
	slots_hold(s);
	session_step(s, &(struct iv_event){.type = IV_EV_LEG_LOST}); /* as it was left; else it is now */
	session_step(s, &(struct iv_event){.type = IV_EV_MOVED});
	iv_pcm_drop_before(&s->pcm, iv_call_audio_end(s->call));
	if (iv_call_agent(s->call)->record)
		recording_open(s);
	line_back(s);
}

/* ── the socket ── */

void session_lost(struct session *s)
{
	set_state(s, SESSION_LOST);
}

void session_bind(struct session *s, struct iv_ws *ws)
{
	bool back = s->state == SESSION_LOST || s->ws;

	if (s->ws)
		iv_ws_abandon(s->ws, 4001, IV_S("replaced by a resumed socket"));
	s->ws = ws;
	s->last_app_us = iv_now_us();
	if (!back)
		return;
	iv_timer_stop(&s->resume);
	if (s->state == SESSION_LOST)
		set_state(s, SESSION_LIVE);
	new_token(s->token); /* a token opens one door once */
	message_connected(s);
}

bool session_add_viewer(struct session *s, struct iv_ws *ws)
{
	int64_t allowed = s->g->d.cfg->max_connections_per_call - 1;

	for (size_t i = 0; i < VIEWERS_MAX && (int64_t)i < allowed; i++)
		if (!s->viewers[i]) {
			s->viewers[i] = ws;
			return true;
		}
	return false;
}

static bool drop_viewer(struct session *s, const struct iv_ws *ws)
{
	for (size_t i = 0; i < VIEWERS_MAX; i++)
		if (s->viewers[i] == ws) {
			s->viewers[i] = NULL;
			return true;
		}
	return false;
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct session *s = arg;

	if (ws == s->ws) /* a viewer's words and sounds are not the caller's */
		events_message(s, text, data);
}

static void on_overflow(void *arg, struct iv_ws *ws)
{
	struct session *s = arg;

	(void)s;
	iv_ws_close(ws, 4008, IV_S("slow_consumer"));
}

void session_cut(struct session *s, int code)
{
	s->ws = NULL;
	if (s->state != SESSION_LIVE)
		return;
	/* 1000 is a goodbye; anything else may be a bad network, and a browser may come back from it. */
	if (s->leg.kind == IV_LEG_BROWSER && code != 1000 && s->g->d.cfg->resume_ms > 0 && !s->g->draining) {
		set_state(s, SESSION_LOST);
		iv_timer_in_ms(&s->resume, s->g->d.cfg->resume_ms);
		session_step(s, &(struct iv_event){.type = IV_EV_LEG_LOST});
		return;
	}
	if (code != 1000 && line_cut(s))
		return;
	session_step(s, &(struct iv_event){.type = IV_EV_LEG_GONE,
					   .text = code == 1000 || s->leg.stopped ? IV_S("hangup") : IV_S("lost")});
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct session *s = arg;

	(void)http_status;
	(void)reason;
	if (!drop_viewer(s, ws) && ws == s->ws)
		session_cut(s, code);
}

const struct iv_ws_handlers session_socket = {
	.message = on_message, .overflow = on_overflow, .closed = on_closed};

struct iv_ws_limits gateway_limits(const struct iv_gateway *g)
{
	const struct iv_config *cfg = g->d.cfg;

	return (struct iv_ws_limits){.message_max = (size_t)cfg->message_max_bytes,
				     .soft_bytes = (size_t)cfg->send_soft_bytes,
				     .hard_bytes = (size_t)cfg->send_hard_bytes,
				     .hard_ms = (int)cfg->send_hard_ms,
				     .ping_ms = (int)cfg->realtime_ping_ms,
				     .idle_ms = (int)cfg->realtime_idle_ms};
}

/* ── the end ── */

static void release(void *arg)
{
	struct session *s = arg;

	set_state(s, SESSION_OVER);
	gateway_forget(s->g, s);
	trace_free(s);
	iv_call_free(s->call);
	iv_pcm_deinit(&s->pcm);
	iv_buf_deinit(&s->replay);
	iv_buf_deinit(&s->next);
	free(s);
}

static int close_code(const char *reason)
{
	if (strcmp(reason, "provider") == 0)
		return iv_code_info(IV_EUPSTREAM)->ws_close;
	if (strcmp(reason, "drain") == 0)
		return iv_code_info(IV_EDRAINING)->ws_close;
	return 1000;
}

/* A call is closed from its journal: not before that and the other files are whole on the disk. */
struct farewell {
	struct iv_calls *calls;
	char tenant_id[CALL_ID_SIZE], call_id[CALL_ID_SIZE];
	void (*closed)(void *arg); /* NULL: the call has ended */
	void *arg;
	int open;
};

static void on_file_closed(void *arg, bool whole)
{
	struct farewell *bye = arg;

	(void)whole; /* what is there is told; the error has been counted */
	if (--bye->open)
		return;
	if (bye->closed)
		bye->closed(bye->arg);
	else
		iv_calls_ended(bye->calls, iv_str(bye->tenant_id), iv_str(bye->call_id));
	free(bye);
}

static void close_file(struct farewell *bye, struct iv_spool *file)
{
	if (!file)
		return;
	if (!bye) {
		iv_spool_close(file);
		return;
	}
	bye->open++;
	iv_spool_close_then(file, on_file_closed, bye);
}

static void close_files(struct session *s, void (*closed)(void *arg), void *arg)
{
	struct farewell *bye = s->journal && s->g->d.calls ? calloc(1, sizeof(*bye)) : NULL;

	if (s->journal && s->g->d.calls && !bye)
		abort();
	if (bye) {
		bye->closed = closed;
		bye->arg = arg;
		bye->calls = s->g->d.calls;
		memcpy(bye->tenant_id, s->tenant_id, sizeof(bye->tenant_id));
		memcpy(bye->call_id, s->call_id, sizeof(bye->call_id));
	}
	close_file(bye, recording_close(s));
	story_close(s);
	watch_end(s);
	close_file(bye, s->transcript);
	close_file(bye, s->numbers);
	close_file(bye, s->journal);
	s->journal = s->transcript = s->numbers = NULL;
}

/* Called from inside a step: everything is closed now, memory goes after the turn. */
void session_ended(struct session *s, const char *reason)
{
	int code = close_code(reason);

	set_state(s, SESSION_ENDING);
	iv_info("call.ended", IV_LS("reason", reason), IV_LI("ms", s->last_us / 1000));
	stats_end(s, reason);
	streams_stop(s);
	trace_end(s, reason);
	close_files(s, NULL, NULL);
	slots_drop(s);
	line_part(s);
	iv_timer_stop(&s->resume);
	iv_pacer_leave(s->g->d.loop, &s->pace);
	if (s->leg.kind == IV_LEG_BROWSER) {
		iv_buf_clear(&s->g->json);
		if (iv_msg_end(&s->g->json, message_stamp(s, true), reason))
			message_send(s, true);
	}
	if (s->ws)
		iv_ws_abandon(s->ws, code, iv_str(reason));
	for (size_t i = 0; i < VIEWERS_MAX; i++)
		if (s->viewers[i])
			iv_ws_abandon(s->viewers[i], code, iv_str(reason));
	s->ws = NULL;
	memset(s->viewers, 0, sizeof(s->viewers));
	iv_defer(s->g->d.loop, release, s);
}

void session_give(struct session *s, void (*closed)(void *arg), void *arg)
{
	set_state(s, SESSION_ENDING);
	streams_stop(s);
	trace_end(s, "handed_over");
	close_files(s, closed, arg);
	iv_timer_stop(&s->resume);
	iv_pacer_leave(s->g->d.loop, &s->pace);
	s->ws = NULL; /* given on, or gone */
	iv_defer(s->g->d.loop, release, s);
}
