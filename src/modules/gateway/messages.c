/* The client's JSON: control messages in, numbered messages out, what was missed when it comes back. */
#include <stdio.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "session.h"

enum { RATE_WINDOW_US = 60000000, MESSAGE_BYTES = 131072 };

/* ── out ── */

struct iv_stamp message_stamp(struct session *s, bool numbered)
{
	return (struct iv_stamp){.ts_s = (double)session_now(s) / 1e6,
				 .wall_ms = iv_wall_ms(),
				 .n = numbered ? s->next_n + 1 : 0};
}

static void keep(struct session *s, uint32_t n, struct iv_str text)
{
	uint32_t head[2] = {n, (uint32_t)text.len};

	if (text.len + sizeof(head) > REPLAY_BYTES)
		return;
	while (s->replay.len + text.len + sizeof(head) > REPLAY_BYTES) {
		uint32_t oldest[2];

		memcpy(oldest, s->replay.ptr, sizeof(oldest));
		iv_buf_consume(&s->replay, sizeof(oldest) + oldest[1]);
	}
	if (!iv_buf_add(&s->replay, head, sizeof(head)) || !iv_buf_adds(&s->replay, text))
		iv_buf_clear(&s->replay); /* cannot happen: room was made */
}

void message_send(struct session *s, bool numbered)
{
	struct iv_str text = iv_buf_str(&s->g->json);
	enum iv_ws_class c = numbered ? IV_WS_MUST : IV_WS_DROPPABLE;

	if (s->leg.kind == IV_LEG_BROWSER) {
		if (numbered) {
			s->next_n++;
			keep(s, s->next_n, text);
		}
		if (s->ws)
			(void)iv_ws_send_text(s->ws, text, c); /* dropped: counted by the socket, or kept above */
	}
	for (size_t i = 0; i < VIEWERS_MAX; i++)
		if (s->viewers[i])
			(void)iv_ws_send_text(s->viewers[i], text, c); /* a slow viewer misses it */
}

void message_replay(struct session *s, uint32_t after)
{
	size_t at = 0;

	while (at < s->replay.len && s->ws) {
		uint32_t head[2];

		memcpy(head, s->replay.ptr + at, sizeof(head));
		at += sizeof(head);
		if (head[0] > after &&
		    !iv_ws_send_text(s->ws, (struct iv_str){s->replay.ptr + at, head[1]}, IV_WS_MUST))
			return;
		at += head[1];
	}
}

void message_connected(struct session *s)
{
	iv_buf_clear(&s->g->json);
	if (s->leg.kind == IV_LEG_BROWSER && s->ws &&
	    iv_msg_connected(&s->g->json, message_stamp(s, false), iv_str(s->call_id), iv_str(s->token),
			     iv_call_agent(s->call)->name))
		(void)iv_ws_send_text(s->ws, iv_buf_str(&s->g->json), IV_WS_MUST); /* gone: closed() follows */
}

void message_error(struct session *s, const struct iv_err *e)
{
	iv_buf_clear(&s->g->json);
	if (s->leg.kind == IV_LEG_BROWSER && iv_msg_error(&s->g->json, message_stamp(s, true), e))
		message_send(s, true);
}

/* ── in ── */

static bool within_rate(struct session *s)
{
	int64_t now = iv_now_us();
	struct iv_err e = {0};

	if (now - s->rate_window_us >= RATE_WINDOW_US) {
		s->rate_window_us = now;
		s->rate_count = 0;
		s->rate_told = false;
	}
	if (++s->rate_count <= s->g->d.cfg->message_rate_limit)
		return true;
	if (!s->rate_told) {
		(void)iv_fail(&e, IV_ERATE, "at most %lld control messages a minute; further ones are ignored",
			      (long long)s->g->d.cfg->message_rate_limit);
		message_error(s, &e);
		s->rate_told = true;
	}
	return false;
}

static void on_start(struct session *s, const struct iv_client_message *m, struct iv_err *e)
{
	const struct iv_agent *agent = iv_call_agent(s->call);

	/* The handshake chose call and agent; a start that names others is a client that is mistaken. */
	if (m->call_id.len && !iv_str_eq(m->call_id, iv_str(s->call_id)))
		(void)iv_fail_field(e, IV_EINVAL, "callId", "must be the call of this socket");
	else if (m->agent_id.len && !iv_str_eq(m->agent_id, agent->id))
		(void)iv_fail_field(e, IV_EINVAL, "agentId", "must be the agent of this socket");
	else
		message_connected(s);
}

static void on_config(struct session *s, struct iv_str text, struct iv_arena *arena, struct iv_err *e)
{
	cJSON *json = iv_json_parse(text, e);
	struct iv_agent trial = *iv_call_agent(s->call);

	/* Checked here, where it can be answered; the machine merges what is known to fit. */
	if (json && iv_shape_merge(&iv_agent_shape, json, &trial, arena, e) && iv_agent_check(&trial, e))
		session_step(s, &(struct iv_event){.type = IV_EV_CONFIG, .text = text});
	cJSON_Delete(json);
}

static void on_ping(struct session *s)
{
	iv_buf_clear(&s->g->json);
	if (iv_msg_pong(&s->g->json, message_stamp(s, false)) && s->ws)
		(void)iv_ws_send_text(s->ws, iv_buf_str(&s->g->json), IV_WS_MUST); /* gone: closed() follows */
}

/* A browser has no far end to press keys towards: its keys are the caller's own. */
static void press_keys(struct session *s, struct iv_str digits)
{
	for (size_t i = 0; i < digits.len; i++)
		if (digits.ptr[i] != 'w')
			session_step(s, &(struct iv_event){.type = IV_EV_DTMF, .text = {digits.ptr + i, 1}});
}

static void dispatch(struct session *s, const struct iv_client_message *m, struct iv_arena *arena,
		     struct iv_err *e)
{
	struct iv_event ev = {0};

	switch (m->type) {
	case IV_CL_START:
		on_start(s, m, e);
		return;
	case IV_CL_CONFIG:
		on_config(s, m->config, arena, e);
		return;
	case IV_CL_PING:
		on_ping(s);
		return;
	case IV_CL_DTMF_SEND:
		if (s->leg.kind == IV_LEG_BROWSER) {
			press_keys(s, m->digits);
			return;
		}
		ev = (struct iv_event){.type = IV_EV_DTMF_SEND, .text = m->digits};
		break;
	case IV_CL_TRANSFER:
		ev = (struct iv_event){.type = IV_EV_TRANSFER, .text = m->to, .flag = m->mode == 1};
		break;
	case IV_CL_TOOL_RESULT:
		ev = (struct iv_event){.type = IV_EV_TOOL_RESULT, .id = m->id, .text = m->result, .flag = true};
		break;
	case IV_CL_PAUSE:
		ev.type = IV_EV_PAUSE;
		break;
	case IV_CL_RESUME:
		ev.type = IV_EV_RESUME;
		break;
	case IV_CL_TEXT:
		ev = (struct iv_event){.type = IV_EV_TEXT, .text = m->text};
		break;
	case IV_CL_AUDIO:
	case IV_CL_TYPES:
		return;
	}
	session_step(s, &ev);
}

void message_control(struct session *s, struct iv_str json)
{
	struct iv_client_message m;
	struct iv_arena arena;
	struct iv_err e = {0};

	if (!within_rate(s))
		return;
	iv_arena_init(&arena, MESSAGE_BYTES * 4);
	if (iv_client_parse(json, &m, &arena, &e))
		dispatch(s, &m, &arena, &e);
	if (e.code != IV_OK) {
		iv_metric_add(IV_M_messages_bad_total, (int)s->leg.kind, 1);
		message_error(s, &e);
	}
	iv_arena_deinit(&arena);
}
