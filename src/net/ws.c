/* The door of iv_ws for both kinds of socket: states, keep-alive and the one closed() are here, the
 * bytes are the kind's. */
#include "ws_priv.h"

static void set_state(struct iv_ws *ws, enum iv_ws_state to)
{
	/* Edges only lead down the list of states. */
	if (to > ws->state)
		ws->state = to;
}

static void start_close(struct iv_ws *ws, int code, struct iv_str reason)
{
	if (ws->state != IV_WS_CONNECTING && ws->state != IV_WS_OPEN)
		return;
	set_state(ws, IV_WS_CLOSING);
	iv_timer_stop(&ws->alive);
	iv_timer_stop(&ws->pressure);
	if (ws->close_code == 0)
		ws->close_code = code;
	ws->ops->close(ws, code, reason);
}

/* When the next ping or the end of patience is due, whichever comes first. */
static void arm_alive(struct iv_ws *ws)
{
	int64_t due = INT64_MAX;

	if (ws->limits.ping_ms > 0)
		due = ws->last_ping_us + (int64_t)ws->limits.ping_ms * 1000;
	if (ws->limits.idle_ms > 0) {
		int64_t idle = ws->last_rx_us + (int64_t)ws->limits.idle_ms * 1000;
		if (idle < due)
			due = idle;
	}
	if (due != INT64_MAX)
		iv_timer_at(&ws->alive, due);
}

static void on_alive(void *arg)
{
	struct iv_ws *ws = arg;
	int64_t now = iv_now_us();

	if (ws->limits.idle_ms > 0 && now - ws->last_rx_us >= (int64_t)ws->limits.idle_ms * 1000) {
		start_close(ws, 4000, IV_S("idle"));
		return;
	}
	if (ws->limits.ping_ms > 0 &&
	    now - ws->last_ping_us >= (int64_t)ws->limits.ping_ms * 1000) {
		if (ws->pings_unanswered >= 2) {
			start_close(ws, 4000, IV_S("ping timeout"));
			return;
		}
		ws->pings_unanswered++;
		ws->last_ping_us = now;
		/* A ping that finds no room is as good as one that is not answered. */
		if (iv_ws_admit(ws, ws->ops->queued(ws), 0, IV_WS_MUST))
			(void)ws->ops->send(ws, IV_WS_PING, IV_S(""));
	}
	arm_alive(ws);
}

void iv_ws_init(struct iv_ws *ws, const struct iv_ws_ops *ops, struct iv_loop *l,
		const struct iv_ws_limits *limits, const struct iv_ws_handlers *h, void *arg)
{
	*ws = (struct iv_ws){.ops = ops, .loop = l, .h = *h, .arg = arg, .limits = *limits};
	ws->last_rx_us = iv_now_us();
	iv_timer_init(&ws->alive, l, on_alive, ws);
	iv_ws_queue_init(ws);
}

void iv_ws_set_open(struct iv_ws *ws)
{
	set_state(ws, IV_WS_OPEN);
	ws->last_rx_us = ws->last_ping_us = iv_now_us();
	arm_alive(ws);
}

void iv_ws_set_dead(struct iv_ws *ws)
{
	set_state(ws, IV_WS_DEAD);
	iv_timer_stop(&ws->alive);
	iv_timer_stop(&ws->pressure);
}

bool iv_ws_peer_closed(struct iv_ws *ws, int code)
{
	bool ours_is_due = ws->state == IV_WS_OPEN;

	set_state(ws, IV_WS_CLOSING);
	iv_timer_stop(&ws->alive);
	iv_timer_stop(&ws->pressure);
	if (ws->close_code == 0)
		ws->close_code = code;
	return ours_is_due;
}

void iv_ws_saw_bytes(struct iv_ws *ws)
{
	/* The timer is not moved for each frame: it looks again when it fires. */
	ws->last_rx_us = iv_now_us();
}

void iv_ws_saw_pong(struct iv_ws *ws)
{
	ws->pings_unanswered = 0;
	if (ws->h.pong)
		ws->h.pong(ws->arg, ws);
}

void iv_ws_deliver_closed(struct iv_ws *ws, int http_status, struct iv_str reason)
{
	struct iv_ws_handlers h = ws->h;

	iv_ws_set_dead(ws);
	ws->h = (struct iv_ws_handlers){0};
	if (h.closed)
		h.closed(ws->arg, ws, ws->close_code ? ws->close_code : 1006, http_status, reason);
}

static bool send_message(struct iv_ws *ws, enum iv_ws_opcode op, struct iv_str data,
			 enum iv_ws_class c)
{
	if (ws->state != IV_WS_OPEN || !iv_ws_admit(ws, ws->ops->queued(ws), data.len, c))
		return false;
	return ws->ops->send(ws, op, data);
}

bool iv_ws_send_text(struct iv_ws *ws, struct iv_str text, enum iv_ws_class c)
{
	return send_message(ws, IV_WS_TEXT, text, c);
}

bool iv_ws_send_binary(struct iv_ws *ws, const void *bytes, size_t n, enum iv_ws_class c)
{
	return send_message(ws, IV_WS_BIN, (struct iv_str){bytes, n}, c);
}

void iv_ws_close(struct iv_ws *ws, int code, struct iv_str reason)
{
	start_close(ws, code, reason);
}

void iv_ws_kill(struct iv_ws *ws)
{
	if (ws->state == IV_WS_DEAD)
		return;
	iv_ws_set_dead(ws);
	ws->close_code = 1006;
	ws->ops->kill(ws);
}

void iv_ws_abandon(struct iv_ws *ws, int code, struct iv_str reason)
{
	ws->h = (struct iv_ws_handlers){0};
	ws->arg = NULL;
	start_close(ws, code, reason);
}

size_t iv_ws_queued(const struct iv_ws *ws)
{
	return ws->ops->queued(ws);
}

int64_t iv_ws_last_rx_us(const struct iv_ws *ws)
{
	return ws->last_rx_us;
}

bool iv_ws_is_open(const struct iv_ws *ws)
{
	return ws->state == IV_WS_OPEN;
}

void iv_ws_give(struct iv_ws *ws, const struct iv_ws_handlers *h, void *arg)
{
	ws->h = *h;
	ws->arg = arg;
}
