/* iv_ws_frame: RFC 6455 framing, pure. A reader is fed bytes and gives frames' payload unmasked; rules
 * (masking, reserved bits, opcodes, fragment order, control size, UTF-8, close codes) are checked here. */
#ifndef IV_WS_FRAME_H
#define IV_WS_FRAME_H

#include "iv_buf.h"

enum iv_ws_opcode { IV_WS_CONT = 0, IV_WS_TEXT = 1, IV_WS_BIN = 2, IV_WS_CLOSE = 8, IV_WS_PING = 9, IV_WS_PONG = 10 };

struct iv_ws_reader {
	bool from_client;      /* frames must be masked, or must not be */
	struct iv_buf pending; /* a frame that is not all here; empty while frames come whole */
	struct iv_buf message; /* fragments gathered so far, unmasked */
	int message_opcode;    /* 0: none open */
	size_t message_max;
	uint8_t utf8_need, utf8_lo, utf8_hi; /* a character split between two fragments */
};

struct iv_ws_events {
	void (*message)(void *arg, bool text, struct iv_str data);
	void (*control)(void *arg, enum iv_ws_opcode op, struct iv_str payload);
};

void iv_ws_reader_init(struct iv_ws_reader *r, bool from_client, size_t message_max);
void iv_ws_reader_deinit(struct iv_ws_reader *r);
/* `bytes` is unmasked in place; a message that is all in it is given in place. Returns 0, or the close
 * code the violation earns (1002, 1007, 1009), after which the reader must not be fed again. *stop may
 * be set by a callback (socket killed, close frame seen): reading stops at once. A close frame's code
 * and reason have been checked when control() gets it. */
int iv_ws_reader_feed(struct iv_ws_reader *r, char *bytes, size_t n, const struct iv_ws_events *ev,
		      void *arg, const bool *stop);

#define IV_WS_HEADER_MAX 14
/* Writes a final frame's header, returns its length; mask NULL: unmasked. */
size_t iv_ws_frame_header(char out[IV_WS_HEADER_MAX], enum iv_ws_opcode op, size_t payload,
			  const uint8_t mask[4]);
void iv_ws_mask(char *bytes, size_t n, const uint8_t mask[4], size_t offset);
/* Sec-WebSocket-Accept of a Sec-WebSocket-Key. */
void iv_ws_accept_key(struct iv_str key, char out[29]);

#endif
