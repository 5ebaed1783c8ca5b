/* A WebSocket client on uv_tcp: handshake, frames, close. */
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"

#define CLOSE_WAIT_MS 2000

struct late_write {
	uv_write_t req;
	char bytes[];
};

static void on_closed(uv_handle_t *h)
{
	struct wire *w = h->data;

	iv_ws_reader_deinit(&w->reader);
	iv_buf_deinit(&w->handshake);
	w->handlers->closed(w->arg, w->code, w->why);
}

static void finish(struct wire *w, int code, const char *why)
{
	if (w->closing)
		return;
	w->closing = true;
	w->open = false;
	w->code = code;
	snprintf(w->why, sizeof(w->why), "%s", why);
	iv_timer_stop(&w->deadline);
	uv_close((uv_handle_t *)&w->tcp, on_closed);
}

static void on_deadline(void *arg)
{
	struct wire *w = arg;

	if (w->close_sent)
		finish(w, 1006, "the close was not answered");
	else
		finish(w, 0, "no answer to the handshake in time");
}

/* ── out */

static void on_late_written(uv_write_t *req, int status)
{
	struct wire *w = req->handle->data;

	if (status < 0 && status != UV_ECANCELED)
		finish(w, 1006, uv_strerror(status));
	free(IV_CONTAINER(req, struct late_write, req));
}

static bool queue_rest(struct wire *w, const char *bytes, size_t n)
{
	if (uv_stream_get_write_queue_size((uv_stream_t *)&w->tcp) + n > WIRE_QUEUE_MAX)
		return false;
	struct late_write *late = malloc(sizeof(*late) + n);
	if (!late)
		abort();
	memcpy(late->bytes, bytes, n);
	uv_buf_t buf = uv_buf_init(late->bytes, (unsigned)n);
	int rc = uv_write(&late->req, (uv_stream_t *)&w->tcp, &buf, 1, on_late_written);
	if (rc < 0) {
		free(late);
		finish(w, 1006, uv_strerror(rc));
	}
	return rc == 0;
}

static bool write_bytes(struct wire *w, const char *bytes, size_t n)
{
	uv_buf_t buf = {.len = n};

	if (w->closing)
		return false;
	memcpy(&buf.base, &bytes, sizeof(bytes)); /* libuv's buffers are not const */
	int took = uv_try_write((uv_stream_t *)&w->tcp, &buf, 1);
	if (took < 0 && took != UV_EAGAIN) {
		finish(w, 1006, uv_strerror(took));
		return false;
	}
	size_t done = took > 0 ? (size_t)took : 0;
	w->sent_bytes += (int64_t)n;
	return done == n || queue_rest(w, bytes + done, n - done);
}

/* Not secret, only different from frame to frame: masking protects proxies, and there are none. */
static uint32_t next_mask(struct wire *w)
{
	w->mask_state ^= w->mask_state << 13;
	w->mask_state ^= w->mask_state >> 7;
	w->mask_state ^= w->mask_state << 17;
	return (uint32_t)(w->mask_state >> 16);
}

static bool send_frame(struct wire *w, enum iv_ws_opcode op, char *payload, size_t n)
{
	char header[IV_WS_HEADER_MAX];
	uint32_t key = next_mask(w);
	uint8_t mask[4];

	memcpy(mask, &key, sizeof(mask));
	size_t len = iv_ws_frame_header(header, op, n, mask);
	iv_ws_mask(payload, n, mask, 0);
	memcpy(payload - len, header, len);
	return write_bytes(w, payload - len, len + n);
}

bool wire_send(struct wire *w, enum iv_ws_opcode op, char *payload, size_t n)
{
	return w->open && !w->close_sent && send_frame(w, op, payload, n);
}

bool wire_send_encoded(struct wire *w, const char *frame, size_t n)
{
	return w->open && !w->close_sent && write_bytes(w, frame, n);
}

size_t wire_encode(char *out, enum iv_ws_opcode op, const void *payload, size_t n, uint32_t key)
{
	uint8_t mask[4];

	memcpy(mask, &key, sizeof(mask));
	size_t len = iv_ws_frame_header(out, op, n, mask);
	memcpy(out + len, payload, n);
	iv_ws_mask(out + len, n, mask, 0);
	return len + n;
}

static void send_close(struct wire *w, int code)
{
	char frame[IV_WS_HEADER_MAX + 2];
	char *payload = frame + IV_WS_HEADER_MAX;

	if (w->close_sent)
		return;
	payload[0] = (char)(code >> 8);
	payload[1] = (char)(code & 0xff);
	w->close_sent = true;
	send_frame(w, IV_WS_CLOSE, payload, 2);
}

void wire_close(struct wire *w, int code)
{
	if (w->closing || w->close_sent)
		return;
	if (!w->open) {
		finish(w, 0, "closed before it opened");
		return;
	}
	send_close(w, code);
	if (!w->closing)
		iv_timer_in_ms(&w->deadline, CLOSE_WAIT_MS);
}

void wire_kill(struct wire *w, const char *why)
{
	finish(w, 1006, why);
}

/* ── in */

static void on_message(void *arg, bool text, struct iv_str data)
{
	struct wire *w = arg;

	w->handlers->message(w->arg, text, data);
}

static void on_control(void *arg, enum iv_ws_opcode op, struct iv_str payload)
{
	struct wire *w = arg;

	if (op == IV_WS_PING) {
		char frame[IV_WS_HEADER_MAX + 125];

		memcpy(frame + IV_WS_HEADER_MAX, payload.ptr, payload.len);
		wire_send(w, IV_WS_PONG, frame + IV_WS_HEADER_MAX, payload.len);
	} else if (op == IV_WS_CLOSE) {
		const uint8_t *p = (const uint8_t *)payload.ptr;
		int code = payload.len >= 2 ? p[0] << 8 | p[1] : 1005;
		char why[126] = "";

		if (payload.len > 2)
			iv_str_copy(why, sizeof(why),
				    (struct iv_str){payload.ptr + 2, payload.len - 2});
		send_close(w, code == 1005 ? 1000 : code);
		finish(w, code, why);
	}
}

static const struct iv_ws_events events = {on_message, on_control};

static void feed(struct wire *w, char *bytes, size_t n)
{
	int bad = iv_ws_reader_feed(&w->reader, bytes, n, &events, w, &w->closing);

	if (bad && !w->closing) {
		send_close(w, bad);
		finish(w, bad, "the daemon broke the WebSocket rules");
	}
}

/* ── the handshake */

static struct iv_str answer_header(struct iv_str head, struct iv_str name)
{
	struct iv_str line;

	while (iv_str_split(&head, '\n', &line)) {
		ptrdiff_t colon = iv_str_find(line, IV_S(":"), 0);

		if (colon > 0 && iv_str_ieq((struct iv_str){line.ptr, (size_t)colon}, name))
			return iv_str_trim((struct iv_str){line.ptr + colon + 1,
							   line.len - (size_t)colon - 1});
	}
	return IV_STR_NULL;
}

static bool was_offered(const struct wire *w, struct iv_str chosen)
{
	struct iv_str rest = iv_str(w->offered), one;

	while (iv_str_split(&rest, ',', &one))
		if (iv_str_eq(iv_str_trim(one), chosen))
			return true;
	return chosen.len == 0;
}

static void on_answer(struct wire *w, const char *bytes, size_t n)
{
	if (!iv_buf_add(&w->handshake, bytes, n))
		abort(); /* a head not yet too long, and one read */
	struct iv_str all = iv_buf_str(&w->handshake);
	ptrdiff_t end = iv_str_find(all, IV_S("\r\n\r\n"), 0);
	if (end > WIRE_HANDSHAKE_MAX || (end < 0 && all.len > WIRE_HANDSHAKE_MAX))
		finish(w, 0, "the answer to the handshake has more than 8 KiB");
	if (end < 0 || w->closing)
		return;
	struct iv_str head = {all.ptr, (size_t)end};
	char status[64], why[128];
	iv_str_copy(status, sizeof(status), (struct iv_str){head.ptr, strcspn(head.ptr, "\r\n")});
	if (strncmp(status, "HTTP/1.1 101", 12) != 0) {
		snprintf(why, sizeof(why), "refused: %s", status);
		finish(w, 0, why);
	} else if (!iv_str_eq(answer_header(head, IV_S("sec-websocket-accept")),
			      iv_str(w->accept))) {
		finish(w, 0, "wrong Sec-WebSocket-Accept");
	} else if (!was_offered(w, answer_header(head, IV_S("sec-websocket-protocol")))) {
		finish(w, 0, "a subprotocol was chosen that was not offered");
	} else {
		w->open = true;
		iv_timer_stop(&w->deadline);
		w->handlers->opened(w->arg);
		if (!w->closing && all.len > (size_t)end + 4)
			feed(w, w->handshake.ptr + end + 4, all.len - (size_t)end - 4);
		iv_buf_deinit(&w->handshake); /* large when frames came with it */
	}
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *buf)
{
	struct wire *w = h->data;

	(void)hint;
	*buf = uv_buf_init(w->net->read, WIRE_READ_BYTES);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct wire *w = s->data;

	if (n < 0) {
		finish(w, w->open ? 1006 : 0,
		       n == UV_EOF ? "connection closed" : uv_strerror((int)n));
		return;
	}
	w->received_bytes += n;
	if (w->open)
		feed(w, buf->base, (size_t)n);
	else
		on_answer(w, buf->base, (size_t)n);
}

static void on_connected(uv_connect_t *req, int status)
{
	struct wire *w = req->data;

	if (w->closing)
		return;
	if (status < 0) {
		finish(w, 0, uv_strerror(status));
		return;
	}
	uv_tcp_nodelay(&w->tcp, 1);
	struct iv_str request = iv_buf_str(&w->handshake);
	bool sent = write_bytes(w, request.ptr, request.len);
	iv_buf_clear(&w->handshake);
	int rc = sent ? uv_read_start((uv_stream_t *)&w->tcp, on_alloc, on_read) : UV_EPIPE;
	if (rc < 0)
		finish(w, 0, uv_strerror(rc));
}

static void write_request(struct wire *w, const struct wire_request *rq)
{
	uint8_t raw[16];
	char key[25] = {0};
	bool ok;

	iv_random(raw, sizeof(raw));
	iv_base64(raw, sizeof(raw), key);
	iv_ws_accept_key(iv_str(key), w->accept);
	ok = iv_buf_printf(&w->handshake,
			   "GET %.*s HTTP/1.1\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
			   "Host: %.*s\r\n",
			   IV_FMT(rq->target), IV_FMT(rq->host_header));
	if (rq->origin.len > 0)
		ok = ok && iv_buf_printf(&w->handshake, "Origin: %.*s\r\n", IV_FMT(rq->origin));
	ok = ok && iv_buf_printf(&w->handshake,
				 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
				 "Sec-WebSocket-Key: %s\r\n",
				 key);
	if (rq->subprotocols.len > 0)
		ok = ok && iv_buf_printf(&w->handshake, "Sec-WebSocket-Protocol: %.*s\r\n",
					 IV_FMT(rq->subprotocols));
	ok = ok && iv_buf_printf(&w->handshake, "Sec-WebSocket-Version: 13\r\n%.*s\r\n", IV_FMT(rq->headers));
	if (!ok)
		abort(); /* our own options, all of them short */
}

void wire_dial(struct wire *w, struct wire_net *net, const struct wire_request *rq,
	       const struct wire_handlers *handlers, void *arg)
{
	memset(w, 0, sizeof(*w));
	w->net = net;
	w->handlers = handlers;
	w->arg = arg;
	iv_random(&w->mask_state, sizeof(w->mask_state));
	w->mask_state |= 1;
	iv_timer_init(&w->deadline, net->loop, on_deadline, w);
	iv_ws_reader_init(&w->reader, false, WIRE_MESSAGE_MAX);
	iv_buf_init(&w->handshake, WIRE_HANDSHAKE_MAX + WIRE_READ_BYTES);
	iv_str_copy(w->offered, sizeof(w->offered), rq->subprotocols);
	write_request(w, rq);
	if (uv_tcp_init(iv_loop_uv(net->loop), &w->tcp) < 0)
		abort();
	w->tcp.data = w;
	w->connecting.data = w;
	iv_timer_in_ms(&w->deadline, rq->timeout_ms);
	const struct sockaddr *to = rq->address ? rq->address : (const struct sockaddr *)&net->address;
	int rc = uv_tcp_connect(&w->connecting, &w->tcp, to, on_connected);
	if (rc < 0)
		finish(w, 0, uv_strerror(rc));
}
