/* The two limits on what waits to be sent: droppable messages stop at the soft one; above the hard
 * one for hard_ms, or at the ceiling at once, the owner is told and decides. */
#include "ws_priv.h"

static void on_pressure(void *arg)
{
	struct iv_ws *ws = arg;

	if (ws->state != IV_WS_OPEN)
		return;
	if (ws->h.overflow)
		ws->h.overflow(ws->arg, ws);
	else
		iv_ws_close(ws, 1013, IV_S("too slow"));
}

void iv_ws_queue_init(struct iv_ws *ws)
{
	iv_timer_init(&ws->pressure, ws->loop, on_pressure, ws);
}

bool iv_ws_admit(struct iv_ws *ws, size_t queued, size_t n, enum iv_ws_class c)
{
	if (c == IV_WS_DROPPABLE && queued > ws->limits.soft_bytes)
		return false;
	/* With an empty queue any message may go: its size was our choice. */
	if (queued == 0 || queued + n <= IV_WS_CEILING(&ws->limits))
		return true;
	/* From a timer, so that the owner is not called back inside its own send. */
	iv_timer_at(&ws->pressure, iv_now_us());
	return false;
}

void iv_ws_queue_changed(struct iv_ws *ws, size_t queued)
{
	if (queued <= ws->limits.hard_bytes)
		iv_timer_stop(&ws->pressure);
	else if (!iv_timer_armed(&ws->pressure) && ws->state == IV_WS_OPEN)
		iv_timer_in_ms(&ws->pressure, ws->limits.hard_ms);
}
