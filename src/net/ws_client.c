/* A dialled socket that is open: messages in, frames out, the two ways to close. Frames are ours
 * and go through libwebsockets as they are (LWS_WRITE_HTTP is "as it is" to it): its own framing
 * asks the kernel for each mask and applies it byte by byte, a third of what a frame costs. What it
 * would queue without bound when the kernel is full waits in a queue of ours. */
#include <stdio.h>

#include "iv_crypto.h"
#include "ws_dial.h"

#define KEEP_BYTES 65536  /* a gathering buffer larger than this is given back after its message */
#define DRAIN_BYTES 65536 /* given to the library at once when the kernel takes bytes again */

static size_t queued(const struct iv_ws *ws)
{
	const struct iv_dialled *d = (const struct iv_dialled *)ws;

	return d->out.len - d->out_sent + d->inside;
}

/* Masks must not be guessed by whoever chose the payload; they come from the kernel, many at a
 * time. */
static const uint8_t *next_mask(struct iv_lws_host *h)
{
	if (h->masks_left == 0) {
		iv_random(h->masks, sizeof(h->masks));
		h->masks_left = sizeof(h->masks) / 4;
	}
	return h->masks + 4 * --h->masks_left;
}

/* Writes header and masked payload at `out`; returns their length. */
static size_t frame(struct iv_dialled *d, char *out, enum iv_ws_opcode op, struct iv_str data)
{
	const uint8_t *mask = next_mask(d->sock.host);
	size_t header = iv_ws_frame_header(out, op, data.len, mask);

	if (data.len) {
		memcpy(out + header, data.ptr, data.len);
		iv_ws_mask(out + header, data.len, mask, 0);
	}
	return header + data.len;
}

/* What the kernel does not take stays inside the library until WRITEABLE. */
static bool write_bytes(struct iv_dialled *d, char *bytes, size_t n)
{
	if (lws_write(d->sock.wsi, (unsigned char *)bytes, n, LWS_WRITE_HTTP) < 0) {
		iv_dialled_end(d);
		return false;
	}
	d->inside = lws_partial_buffered(d->sock.wsi) ? n : 0;
	if (d->inside)
		lws_callback_on_writable(d->sock.wsi);
	return true;
}

static bool push(struct iv_dialled *d, enum iv_ws_opcode op, struct iv_str data)
{
	size_t most = IV_WS_HEADER_MAX + data.len;

	if (!iv_buf_reserve(&d->out, most) && d->out_sent > 0) {
		iv_buf_consume(&d->out, d->out_sent);
		d->out_sent = 0;
	}
	if (!iv_buf_reserve(&d->out, most))
		return false;
	d->out.len += frame(d, d->out.ptr + d->out.len, op, data);
	lws_callback_on_writable(d->sock.wsi);
	return true;
}

static bool write_large(struct iv_dialled *d, enum iv_ws_opcode op, struct iv_str data)
{
	char *whole = malloc(IV_WS_HEADER_MAX + data.len);
	bool ok;

	if (!whole)
		return false;
	ok = write_bytes(d, whole, frame(d, whole, op, data));
	free(whole);
	return ok;
}

static bool send_frame(struct iv_ws *ws, enum iv_ws_opcode op, struct iv_str data)
{
	struct iv_dialled *d = (struct iv_dialled *)ws;
	char *scratch = d->sock.host->scratch;
	bool ok;

	if (queued(ws) > 0)
		ok = push(d, op, data);
	else if (data.len > IV_LWS_SCRATCH)
		ok = write_large(d, op, data);
	else
		ok = write_bytes(d, scratch, frame(d, scratch, op, data));
	if (queued(ws) > 0)
		iv_ws_queue_changed(ws, queued(ws));
	return ok;
}

/* Length of the frame of ours that begins here. */
static size_t frame_size(const char *bytes)
{
	const uint8_t *b = (const uint8_t *)bytes;
	size_t n = b[1] & 0x7f, extended = n == 126 ? 2 : n == 127 ? 8 : 0;

	if (extended)
		n = 0;
	for (size_t i = 0; i < extended; i++)
		n = n << 8 | b[2 + i];
	return 2 + extended + 4 + n;
}

/* Only whole frames are given on: the library answers pings by itself, between any two writes of
 * ours. */
static size_t whole_frames(const struct iv_dialled *d)
{
	size_t n = 0;

	do
		n += frame_size(d->out.ptr + d->out_sent + n);
	while (n < DRAIN_BYTES && d->out_sent + n < d->out.len);
	return n;
}

/* The kernel takes bytes again, and the library has none left. */
static void drain(struct iv_dialled *d)
{
	d->inside = 0;
	while (d->inside == 0 && d->out_sent < d->out.len) {
		char *bytes = d->out.ptr + d->out_sent;
		size_t n = whole_frames(d);

		d->out_sent += n;
		if (!write_bytes(d, bytes, n))
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
		struct iv_str answer = {echo, close_payload(echo, code, IV_S(""))};

		(void)send_frame(&d->ws, IV_WS_CLOSE, answer); /* it is going anyway */
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
		if (!iv_buf_reserve(&d->message,
				    piece.len + to_come)) { /* no memory: the limit is met */
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
