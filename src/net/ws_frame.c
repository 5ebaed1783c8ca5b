/* RFC 6455 framing. Frames that are whole in the caller's buffer are unmasked and given where they
 * lie; only the tail of a read that ends inside a frame is copied. */
#include "iv_ws_frame.h"
#include "iv_crypto.h"

#define CONTROL_MAX 125
#define KEEP_BYTES 4096 /* memory a drained buffer may keep */

struct frame {
	bool fin;
	enum iv_ws_opcode op;
	size_t header, payload;
	const uint8_t *mask; /* NULL: not masked */
};

void iv_ws_mask(char *bytes, size_t n, const uint8_t mask[4], size_t offset)
{
	uint8_t key[8];
	uint64_t wide, word;
	size_t i = 0;

	for (size_t k = 0; k < 8; k++)
		key[k] = mask[(offset + k) & 3];
	memcpy(&wide, key, 8);
	for (; i + 8 <= n; i += 8) {
		memcpy(&word, bytes + i, 8);
		word ^= wide;
		memcpy(bytes + i, &word, 8);
	}
	for (; i < n; i++)
		bytes[i] = (char)((uint8_t)bytes[i] ^ key[i & 7]);
}

size_t iv_ws_frame_header(char out[IV_WS_HEADER_MAX], enum iv_ws_opcode op, size_t payload,
			  const uint8_t mask[4])
{
	uint8_t *p = (uint8_t *)out;
	uint8_t mask_bit = mask ? 0x80 : 0;
	size_t n = 2;

	p[0] = (uint8_t)(0x80u | (unsigned)op);
	if (payload < 126) {
		p[1] = (uint8_t)(mask_bit | payload);
	} else if (payload <= UINT16_MAX) {
		p[1] = mask_bit | 126;
		p[2] = (uint8_t)(payload >> 8);
		p[3] = (uint8_t)payload;
		n = 4;
	} else {
		p[1] = mask_bit | 127;
		for (size_t i = 0; i < 8; i++)
			p[2 + i] = (uint8_t)((uint64_t)payload >> (56 - 8 * i));
		n = 10;
	}
	if (mask) {
		memcpy(p + n, mask, 4);
		n += 4;
	}
	return n;
}

void iv_ws_accept_key(struct iv_str key, char out[29])
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char text[64 + sizeof(guid)];
	uint8_t digest[IV_SHA1_BYTES];
	size_t n = key.len < 64 ? key.len : 64;

	if (n)
		memcpy(text, key.ptr, n);
	memcpy(text + n, guid, sizeof(guid) - 1);
	iv_sha1((struct iv_str){text, n + sizeof(guid) - 1}, digest);
	out[iv_base64(digest, sizeof(digest), out)] = '\0';
}

/* What can be said of the first two bytes. */
static int check_start(const struct iv_ws_reader *r, const uint8_t *p)
{
	unsigned op = p[0] & 0x0fu;
	bool fin = p[0] & 0x80u, masked = p[1] & 0x80u;

	if (p[0] & 0x70u || masked != r->from_client)
		return 1002;
	switch (op) {
	case IV_WS_CONT:
		return r->message_opcode ? 0 : 1002;
	case IV_WS_TEXT:
	case IV_WS_BIN:
		return r->message_opcode ? 1002 : 0;
	case IV_WS_CLOSE:
	case IV_WS_PING:
	case IV_WS_PONG:
		return fin && (p[1] & 0x7fu) <= CONTROL_MAX ? 0 : 1002;
	default:
		return 1002;
	}
}

/* Reads a header out of n bytes. *need is how many bytes the frame takes in all, as far as n bytes
 * can tell; f is filled when n >= f->header. */
static int parse(const struct iv_ws_reader *r, const uint8_t *p, size_t n, struct frame *f,
		 size_t *need)
{
	uint64_t len;
	size_t at = 2;
	int code;

	*need = 2;
	if (n < 2)
		return 0;
	code = check_start(r, p);
	if (code)
		return code;
	len = p[1] & 0x7fu;
	at += len == 126 ? 2 : len == 127 ? 8 : 0;
	*need = f->header = at + (r->from_client ? 4 : 0);
	if (n < f->header)
		return 0;
	if (at > 2) {
		uint64_t least = at == 4 ? 126 : (uint64_t)UINT16_MAX + 1;

		len = 0;
		for (size_t i = 2; i < at; i++)
			len = len << 8 | p[i];
		if (len < least) /* the shortest form is a MUST */
			return 1002;
	}
	f->op = (enum iv_ws_opcode)(p[0] & 0x0fu);
	f->fin = p[0] & 0x80u;
	f->mask = r->from_client ? p + at : NULL;
	if (f->op < IV_WS_CLOSE && (len > r->message_max || len + r->message.len > r->message_max))
		return 1009;
	f->payload = (size_t)len;
	*need = f->header + f->payload;
	return 0;
}

/* A character may be split between fragments; between messages it may not. */
static bool utf8_feed(struct iv_ws_reader *r, struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.ptr[i];

		if (r->utf8_need) {
			if (c < r->utf8_lo || c > r->utf8_hi)
				return false;
			r->utf8_need--;
			r->utf8_lo = 0x80;
			r->utf8_hi = 0xbf;
			continue;
		}
		if (c < 0x80)
			continue;
		if (c < 0xc2 || c > 0xf4)
			return false;
		r->utf8_need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		/* Overlong forms, surrogates and beyond U+10FFFF show in the second byte. */
		r->utf8_lo = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
		r->utf8_hi = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	}
	return true;
}

static bool close_code_ok(unsigned code)
{
	if (code >= 3000 && code <= 4999)
		return true;
	return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

static int check_close(struct iv_str payload)
{
	if (payload.len == 0)
		return 0;
	if (payload.len == 1)
		return 1002;
	if (!close_code_ok((unsigned)(uint8_t)payload.ptr[0] << 8 | (uint8_t)payload.ptr[1]))
		return 1002;
	return iv_utf8_valid((struct iv_str){payload.ptr + 2, payload.len - 2}) ? 0 : 1007;
}

/* Drops the contents, and the memory too when it had grown large. */
static void drain(struct iv_buf *b)
{
	size_t limit = b->limit;

	if (b->cap > KEEP_BYTES) {
		iv_buf_deinit(b);
		iv_buf_init(b, limit);
	} else {
		iv_buf_clear(b);
	}
}

static int give_fragment(struct iv_ws_reader *r, const struct frame *f, struct iv_str payload,
			 const struct iv_ws_events *ev, void *arg)
{
	if (f->op != IV_WS_CONT) {
		r->message_opcode = (int)f->op;
		r->utf8_need = 0;
	}
	bool text = r->message_opcode == IV_WS_TEXT;
	if (text && !utf8_feed(r, payload))
		return 1007;
	if (!iv_buf_adds(&r->message, payload))
		return 1009;
	if (!f->fin)
		return 0;
	if (text && r->utf8_need)
		return 1007;
	r->message_opcode = 0;
	ev->message(arg, text, iv_buf_str(&r->message));
	drain(&r->message);
	return 0;
}

/* The whole frame lies at `bytes`. */
static int give(struct iv_ws_reader *r, const struct frame *f, char *bytes,
		const struct iv_ws_events *ev, void *arg)
{
	struct iv_str payload = {bytes + f->header, f->payload};
	int code;

	if (f->mask)
		iv_ws_mask(bytes + f->header, f->payload, f->mask, 0);
	if (f->op >= IV_WS_CLOSE) {
		code = f->op == IV_WS_CLOSE ? check_close(payload) : 0;
		if (code == 0)
			ev->control(arg, f->op, payload);
		return code;
	}
	if (f->op == IV_WS_CONT || !f->fin)
		return give_fragment(r, f, payload, ev, arg);
	if (f->op == IV_WS_TEXT && !iv_utf8_valid(payload))
		return 1007;
	ev->message(arg, f->op == IV_WS_TEXT, payload);
	return 0;
}

/* Goes on with a frame whose beginning is in `pending`; *used says how many bytes it took. */
static int feed_pending(struct iv_ws_reader *r, const char *bytes, size_t n, size_t *used,
			const struct iv_ws_events *ev, void *arg)
{
	struct iv_buf *b = &r->pending;
	struct frame f = {0};
	size_t need;

	*used = 0;
	for (;;) {
		int code = parse(r, (const uint8_t *)b->ptr, b->len, &f, &need);

		if (code)
			return code;
		if (b->len >= need)
			break;
		size_t more = need - b->len;
		if (more > n - *used)
			more = n - *used;
		if (more == 0)
			return 0;
		if (!iv_buf_add(b, bytes + *used, more))
			return 1009;
		*used += more;
	}
	int code = give(r, &f, b->ptr, ev, arg);
	drain(b);
	return code;
}

void iv_ws_reader_init(struct iv_ws_reader *r, bool from_client, size_t message_max)
{
	size_t frame_max = message_max > CONTROL_MAX ? message_max : CONTROL_MAX;

	*r = (struct iv_ws_reader){.from_client = from_client, .message_max = message_max};
	iv_buf_init(&r->pending, frame_max + IV_WS_HEADER_MAX);
	iv_buf_init(&r->message, message_max);
}

void iv_ws_reader_deinit(struct iv_ws_reader *r)
{
	iv_buf_deinit(&r->pending);
	iv_buf_deinit(&r->message);
}

int iv_ws_reader_feed(struct iv_ws_reader *r, char *bytes, size_t n, const struct iv_ws_events *ev,
		      void *arg, const bool *stop)
{
	while (n > 0 && !*stop) {
		struct frame f = {0};
		size_t used;
		int code;

		if (r->pending.len > 0) {
			code = feed_pending(r, bytes, n, &used, ev, arg);
		} else {
			code = parse(r, (const uint8_t *)bytes, n, &f, &used);
			if (code == 0 && used <= n) {
				code = give(r, &f, bytes, ev, arg);
			} else if (code == 0) {
				used = n;
				code = iv_buf_add(&r->pending, bytes, n) ? 0 : 1009;
			}
		}
		if (code)
			return code;
		bytes += used;
		n -= used;
	}
	return 0;
}
