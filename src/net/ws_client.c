/* A dialled socket that is open: messages in, frames out, the two ways to close. libwebsockets does the
 * framing; what it queues without bound when the kernel is full is kept to one frame by a queue of ours. */
#include <stdio.h>

#include "ws_dial.h"

#define WRITE_CLOSE ((enum lws_write_protocol)4) /* LWS_WRITE_CLOSE, which its doors do not show */
#define KEEP_BYTES 65536 /* a gathering buffer larger than this is given back after its message */

/* Stands at the start of a queued record's headroom, which lws_write overwrites. */
struct waiting {
	uint32_t len;
	enum iv_ws_opcode op;
};

_Static_assert(sizeof(struct waiting) <= LWS_PRE, "a record's headroom holds its description");

static size_t queued(const struct iv_ws *ws)
{
	const struct iv_dialled *d = (const struct iv_dialled *)ws;

	return d->out.len - d->out_sent + d->inside;
}

static enum lws_write_protocol write_type(enum iv_ws_opcode op)
{
	switch (op) {
	case IV_WS_TEXT:
		return LWS_WRITE_TEXT;
	case IV_WS_PING:
		return LWS_WRITE_PING;
	case IV_WS_PONG:
		return LWS_WRITE_PONG;
	case IV_WS_CLOSE:
		return WRITE_CLOSE;
	case IV_WS_CONT:
	case IV_WS_BIN:
		break;
	}
	return LWS_WRITE_BINARY;
}

/* payload has LWS_PRE bytes of headroom and is masked in place. */
static bool write_frame(struct iv_dialled *d, enum iv_ws_opcode op, unsigned char *payload, size_t n)
{
	if (lws_write(d->sock.wsi, payload, n, write_type(op)) < 0) {
		iv_dialled_end(d);
		return false;
	}
	d->inside = lws_partial_buffered(d->sock.wsi) ? n + IV_WS_HEADER_MAX : 0;
	if (d->inside)
		lws_callback_on_writable(d->sock.wsi);
	return true;
}

static bool push(struct iv_dialled *d, enum iv_ws_opcode op, struct iv_str data)
{
	struct waiting w = {(uint32_t)data.len, op};
	char head[LWS_PRE] = {0};

	memcpy(head, &w, sizeof(w));
	if (!iv_buf_reserve(&d->out, LWS_PRE + data.len) && d->out_sent > 0) {
		iv_buf_consume(&d->out, d->out_sent);
		d->out_sent = 0;
	}
	if (!iv_buf_reserve(&d->out, LWS_PRE + data.len) || !iv_buf_add(&d->out, head, LWS_PRE) ||
	    !iv_buf_adds(&d->out, data))
		return false;
	lws_callback_on_writable(d->sock.wsi);
	return true;
}

static bool write_large(struct iv_dialled *d, enum iv_ws_opcode op, struct iv_str data)
{
	unsigned char *whole = malloc(LWS_PRE + data.len);
	bool ok;

	if (!whole)
		return false;
	memcpy(whole + LWS_PRE, data.ptr, data.len);
	ok = write_frame(d, op, whole + LWS_PRE, data.len);
	free(whole);
	return ok;
}

static bool send_frame(struct iv_ws *ws, enum iv_ws_opcode op, struct iv_str data)
{
	struct iv_dialled *d = (struct iv_dialled *)ws;
	unsigned char *payload = d->sock.host->scratch + LWS_PRE;
	bool ok;

	if (queued(ws) > 0)
		ok = push(d, op, data);
	else if (data.len > IV_LWS_SCRATCH)
		ok = write_large(d, op, data);
	else {
		if (data.len)
			memcpy(payload, data.ptr, data.len);
		ok = write_frame(d, op, payload, data.len);
	}
	if (queued(ws) > 0)
		iv_ws_queue_changed(ws, queued(ws));
	return ok;
}

/* The kernel takes bytes again. One frame at a time: the next goes when the last has left the library. */
static void drain(struct iv_dialled *d)
{
	d->inside = 0;
	while (d->inside == 0 && d->out_sent < d->out.len) {
		unsigned char *record = (unsigned char *)d->out.ptr + d->out_sent;
		struct waiting w;

		memcpy(&w, record, sizeof(w));
		d->out_sent += LWS_PRE + w.len;
		if (!write_frame(d, w.op, record + LWS_PRE, w.len))
			return;
	}
	if (d->out_sent == d->out.len) {
		iv_buf_deinit(&d->out); /* rare: an idle socket keeps no queue */
		d->out_sent = 0;
	} else if (d->out_sent > d->out.len / 2) {
		iv_buf_consume(&d->out, d->out_sent);
		d->out_sent = 0;
	}
	iv_ws_queue_changed(&d->ws, queued(&d->ws));
}

/* ── closing ── */

static size_t close_payload(char out[125], int code, struct iv_str reason)
{
	size_t n = reason.len < 123 ? reason.len : 123;

	if (code < 1000 || code == 1005 || code == 1006)
		return 0; /* those never go over the wire */
	out[0] = (char)(code >> 8);
	out[1] = (char)(code & 0xff);
	while (n > 0 && !iv_utf8_valid((struct iv_str){reason.ptr, n}))
		n--;
	if (n)
		memcpy(out + 2, reason.ptr, n);
	return n + 2;
}

static void close_socket(struct iv_ws *ws, int code, struct iv_str reason)
{
	struct iv_dialled *d = (struct iv_dialled *)ws;
	char payload[125];
	struct iv_str frame = {payload, close_payload(payload, code, reason)};

	if (d->up || !d->sock.wsi || !send_frame(ws, IV_WS_CLOSE, frame)) {
		iv_dialled_end(d); /* still dialling, or nobody there to tell */
		return;
	}
	iv_timer_in_ms(&d->deadline, IV_WS_CLOSE_MS);
}

static void kill_socket(struct iv_ws *ws)
{
	iv_dialled_end((struct iv_dialled *)ws);
}

const struct iv_ws_ops iv_dialled_ops = {send_frame, close_socket, kill_socket, queued};

/* The peer's close frame. Returning 1 keeps the library from sending an answer of its own. */
static int on_peer_close(struct iv_dialled *d, struct iv_str payload)
{
	int code = payload.len >= 2 ? (uint8_t)payload.ptr[0] << 8 | (uint8_t)payload.ptr[1] : 1005;

	if (payload.len > 2) {
		struct iv_str why = {payload.ptr + 2, payload.len - 2};
		if (iv_utf8_valid(why))
			iv_dial_reason(d, "%.*s", IV_FMT(why));
	}
	if (iv_ws_peer_closed(&d->ws, code) && queued(&d->ws) == 0) {
		char echo[125];
		size_t n = close_payload(echo, code, IV_S(""));
		unsigned char *out = d->sock.host->scratch + LWS_PRE;

		memcpy(out, echo, n);
		(void)lws_write(d->sock.wsi, out, n, WRITE_CLOSE); /* it is going anyway */
	}
	return 1;
}

/* ── receiving ── */

static void give(struct iv_dialled *d, bool text, struct iv_str data)
{
	if (text && !iv_utf8_valid(data))
		iv_ws_close(&d->ws, 1007, IV_S("text is not UTF-8"));
	else if (d->ws.h.message)
		d->ws.h.message(d->ws.arg, &d->ws, text, data);
}

static void gather(struct iv_dialled *d, struct iv_str piece, bool last)
{
	if (!iv_buf_adds(&d->message, piece)) {
		iv_ws_close(&d->ws, 1009, IV_S("message too large"));
		return;
	}
	if (!last)
		return;
	d->gathering = false;
	give(d, d->text, iv_buf_str(&d->message));
	if (d->message.cap > KEEP_BYTES)
		iv_buf_deinit(&d->message);
	iv_buf_clear(&d->message);
}

static void on_receive(struct iv_dialled *d, struct iv_str piece)
{
	struct lws *wsi = d->sock.wsi;
	bool last = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
	size_t to_come = lws_remaining_packet_payload(wsi);

	iv_ws_saw_bytes(&d->ws);
	if (d->ws.state != IV_WS_OPEN) /* closing: what still comes is for nobody */
		return;
	if (d->message.len + piece.len > d->ws.limits.message_max ||
	    to_come > d->ws.limits.message_max - d->message.len - piece.len) {
		iv_ws_close(&d->ws, 1009, IV_S("message too large"));
		return;
	}
	if (!d->gathering) {
		d->text = !lws_frame_is_binary(wsi);
		if (last) {
			give(d, d->text, piece);
			return;
		}
		d->gathering = true;
		if (!iv_buf_reserve(&d->message, piece.len + to_come)) { /* no memory: the limit is met */
			iv_ws_close(&d->ws, 1009, IV_S("message too large"));
			return;
		}
	}
	gather(d, piece, last);
}

void iv_dialled_open(struct iv_dialled *d)
{
	iv_ws_set_open(&d->ws);
	if (d->ws.h.opened)
		d->ws.h.opened(d->ws.arg, &d->ws);
}

int iv_dialled_event(struct iv_dialled *d, enum lws_callback_reasons reason, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_CLIENT_RECEIVE:
		on_receive(d, (struct iv_str){in, len});
		return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
		iv_ws_saw_bytes(&d->ws);
		iv_ws_saw_pong(&d->ws);
		return 0;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		if (!d->dropping)
			drain(d);
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return on_peer_close(d, (struct iv_str){in, len});
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		iv_dialled_gone(d);
		return 0;
	default:
		return 0;
	}
}
