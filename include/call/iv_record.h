/* iv_record: events and actions as bytes. The journal of a call is a header and its events; a replay
 * reads them back and steps them through the machine. Actions are written only to be compared. */
#ifndef IV_RECORD_H
#define IV_RECORD_H

#include "iv_call.h"

#define IV_RECORD_MAGIC "INVORTO-CALL-1\n"
/* Largest record; longer texts are refused by the machine's limits before. */
#define IV_RECORD_MAX 262144

/* Header: magic, then one line of JSON: call id, started (Unix ms), version, context, traceparent, opts, agent snapshot. */
struct iv_record_header {
	struct iv_str call_id, version;
	struct iv_str context; /* a JSON object: whose call it is and whence; not the machine's business. May be "" */
	struct iv_str traceparent; /* in whose trace it goes on elsewhere; "": none */
	int64_t started_ms;
	struct iv_agent agent;
	struct iv_call_opts opts;
};
IV_MUST_CHECK bool iv_record_write_header(struct iv_buf *out, const struct iv_record_header *h);
/* Returns the bytes used, or -1 with *e. */
ptrdiff_t iv_record_read_header(struct iv_str in, struct iv_record_header *h, struct iv_arena *arena,
				struct iv_err *e);

/* One event: varint length, varint µs since the event before, type, fields. `last_us` is state kept by
 * the caller, 0 at the start. Fields a type was given later stand at its end: an older journal ends
 * before them and reads as if they were 0. */
IV_MUST_CHECK bool iv_record_write(struct iv_buf *out, const struct iv_event *ev, int64_t *last_us);
/* Returns the bytes used, 0 when `in` ends inside a record (a crash's torn tail), -1 when it is not a
 * record. ev's strings point into `in`. */
ptrdiff_t iv_record_read(struct iv_str in, struct iv_event *ev, int64_t *last_us);

/* An action as canonical text, one line. */
IV_MUST_CHECK bool iv_action_print(struct iv_buf *out, int64_t now_us, const struct iv_action *a);

#endif
