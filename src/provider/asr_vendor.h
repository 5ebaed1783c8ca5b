/* asr_vendor: what the recogniser's session needs to know about one protocol. Pure: builds
 * requests, reads messages; no socket, no clock. */
#ifndef ASR_VENDOR_H
#define ASR_VENDOR_H

#include "iv_buf.h"
#include "iv_json.h"

struct asr_params {
	struct iv_str base_url; /* http(s) or ws(s), a path allowed */
	struct iv_str model;
	struct iv_str language; /* empty: not said */
	int rate_hz;		/* 8000: µ-law, 16000: linear16 */
	struct iv_str call_id;	/* empty: not said */
};

enum asr_msg_kind {
	ASR_MSG_OTHER, /* well formed, nothing to do */
	ASR_MSG_TEXT,
	ASR_MSG_SPEECH,
	ASR_MSG_UTTERANCE_END,
	ASR_MSG_ERROR,
	ASR_MSG_BAD, /* not the protocol */
};

struct asr_msg {
	enum asr_msg_kind kind;
	bool is_final, end_of_turn, from_finalize;
	double end_s; /* seconds since the connection's first sample up to which this text goes */
	double confidence;
	struct iv_str text; /* points into tree */
	cJSON *tree;
};

struct asr_vendor {
	struct iv_str keep_alive, finalize, close; /* text messages */
	bool (*url)(struct iv_buf *out, const struct asr_params *p);
	/* The value of the Authorization header. */
	bool (*authorization)(struct iv_buf *out, const char *key);
	/* Always fills *m; asr_msg_deinit afterwards. */
	void (*read)(struct iv_str message, struct asr_msg *m);
};

void asr_msg_deinit(struct asr_msg *m);

extern const struct asr_vendor asr_deepgram;

#endif
