/* Bytes on their way out: written directly while nothing waits; when the kernel is full they
 * collect in one of two swapping buffers, and one write at a time takes all that has collected. */
#include "http_priv.h"

size_t http_conn_unsent(const struct http_conn *c)
{
	return c->out.waiting.len + uv_stream_get_write_queue_size((const uv_stream_t *)&c->tcp);
}

static void on_shut(uv_shutdown_t *req, int status)
{
	(void)req;
	(void)status; /* a peer that is gone is found by reading */
}

static void send_fin(struct http_conn *c)
{
	if (c->shut)
		return;
	c->shut = true;
	iv_timer_in_ms(&c->timer, HTTP_LINGER_MS);
	if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shut) != 0)
		http_conn_close(c);
}

void http_conn_linger(struct http_conn *c)
{
	if (c->state == HTTP_CLOSED || c->state == HTTP_LINGER)
		return;
	http_conn_set_state(c, HTTP_LINGER);
	iv_buf_deinit(&c->in);
	c->resume_due = false;
	http_conn_throttle(c); /* what still comes is read and dropped: closing over it would reset
				  the answer */
	if (http_conn_unsent(c) == 0)
		send_fin(c);
}

static void on_all_written(struct http_conn *c)
{
	if (c->state == HTTP_FLUSHING && !c->server->listening) {
		http_conn_linger(c);
	} else if (c->state == HTTP_FLUSHING) {
		http_conn_set_state(c, HTTP_HEAD);
		http_conn_process(c);
	} else if (c->state == HTTP_LINGER) {
		send_fin(c);
	} else if (c->state == HTTP_STREAMING) {
		iv_timer_stop(&c->timer);
	}
}

static void flush(struct http_conn *c);

static void on_written(uv_write_t *req, int status)
{
	struct http_conn *c = req->data;

	http_drop_memory(&c->out.flying);
	if (c->state == HTTP_CLOSED)
		return;
	if (status < 0) {
		http_conn_close(c);
		return;
	}
	flush(c);
	if (c->state != HTTP_CLOSED && http_conn_unsent(c) == 0)
		on_all_written(c);
	if (c->state == HTTP_UPGRADED) {
		ws_sock_drained(c->ws);
	} else if (c->state == HTTP_STREAMING && c->rq->full &&
		   http_conn_unsent(c) < HTTP_HIGH_WATER / 2) {
		c->rq->full = false;
		if (c->rq->on_writable)
			c->rq->on_writable(c->rq->writable_arg);
	}
}

static void flush(struct http_conn *c)
{
	struct iv_buf swap = c->out.flying;

	if (swap.len > 0 || c->out.waiting.len == 0)
		return;
	c->out.flying = c->out.waiting;
	c->out.waiting = swap;
	c->out.req.data = c;
	uv_buf_t b = uv_buf_init(c->out.flying.ptr, (unsigned)c->out.flying.len);
	if (uv_write(&c->out.req, (uv_stream_t *)&c->tcp, &b, 1, on_written) != 0) {
		iv_buf_clear(&c->out.flying);
		http_conn_close(c);
	}
}

static bool queue(struct http_conn *c, const uv_buf_t *bufs, unsigned n, size_t skip)
{
	for (unsigned i = 0; i < n; i++) {
		if (skip >= bufs[i].len) {
			skip -= bufs[i].len;
			continue;
		}
		if (!iv_buf_add(&c->out.waiting, bufs[i].base + skip, bufs[i].len - skip))
			return false;
		skip = 0;
	}
	return true;
}

bool http_conn_write(struct http_conn *c, const uv_buf_t *bufs, unsigned n)
{
	size_t total = 0, sent = 0;

	if (c->state == HTTP_CLOSED || c->shut)
		return false;
	for (unsigned i = 0; i < n; i++)
		total += bufs[i].len;
	if (http_conn_unsent(c) == 0 && total > 0) {
		int r = uv_try_write((uv_stream_t *)&c->tcp, bufs, n);

		if (r < 0 && r != UV_EAGAIN) {
			http_conn_close(c);
			return false;
		}
		sent = r > 0 ? (size_t)r : 0;
	}
	if (sent == total)
		return true;
	if (!queue(c, bufs, n, sent)) { /* half a message must not go out */
		http_conn_close(c);
		return false;
	}
	flush(c);
	if (c->state == HTTP_STREAMING && !iv_timer_armed(&c->timer))
		http_conn_arm_stall(c);
	return c->state != HTTP_CLOSED;
}

void http_conn_answered(struct http_conn *c, bool keep_alive)
{
	c->answered_one = true;
	if (c->state == HTTP_CLOSED)
		return;
	if (!keep_alive) {
		http_conn_linger(c);
	} else if (http_conn_unsent(c) > 0) {
		http_conn_set_state(c, HTTP_FLUSHING);
	} else {
		http_conn_set_state(c, HTTP_HEAD);
		http_conn_resume(c);
	}
}
