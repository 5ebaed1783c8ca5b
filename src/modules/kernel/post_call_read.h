/* What a vendor tells after a call, read and told in our words. Pure, and for worker threads: blocks for as long as it
 * takes to read some megabytes. */
#ifndef POST_CALL_READ_H
#define POST_CALL_READ_H

#include "iv_json.h"

enum post_call_kind {
	POST_CALL_ENDED,  /* how it went, with its transcript */
	POST_CALL_AUDIO,  /* its recording */
	POST_CALL_FAILED, /* nobody answered, or it could not be placed */
	POST_CALL_STAGE,  /* it is not over; the older payload alone says so */
	POST_CALL_OTHER,  /* nothing we know: taken, and let go */
};

struct post_call {
	enum post_call_kind kind;
	cJSON *doc; /* without the recording */
	const cJSON *data;
	/* In doc; "" when it does not say. type: "post_call_transcription" and so on; of the older payload
	 * "post_call_transcription" too when it is over, for it tells the same once more. */
	struct iv_str type, conversation, call_sid, agent_ref;
	struct iv_str named;  /* tenant/call, as we have named it to the vendor; else what was sent as call_id */
	struct iv_str status; /* in our words */
	bool older;           /* the first product's payload, without an envelope */
};

/* Reads a body. A recording is left where it is: *sound is its base64 in the body (ptr NULL: none, whatever it says it
 * is), with its slashes as they were written. False with *e: it is not what it says it is. */
IV_MUST_CHECK bool post_call_read(struct iv_str body, struct post_call *p, struct iv_str *sound, struct iv_err *e);
void post_call_free(struct post_call *p);

/* Appends the argument of take_post_call: what goes into the call's record, masked when `redact`. how: "webhook",
 * "parked" or "asked". False: it does not fit. */
IV_MUST_CHECK bool post_call_tell(const struct post_call *p, bool redact, const char *how, int64_t now_ms,
				  struct iv_buf *out);
/* The same of a recording that lies at `path` on this disk. */
struct post_call_file {
	struct iv_str disk, path, format, sha256;
	int64_t bytes;
};
IV_MUST_CHECK bool post_call_tell_file(const struct post_call *p, const char *how, const struct post_call_file *file,
				       struct iv_buf *out);

/* The time of an "ElevenLabs-Signature: t=…,v0=…" must not be further ahead than this; how far back is a setting. */
enum { POST_CALL_SKEW_S = 60 };
IV_MUST_CHECK bool post_call_is_ahead(struct iv_str signature, int64_t wall_s);

#endif
