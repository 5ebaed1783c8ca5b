/* iv_span: one span of a trace: who it is, from when to when, what is known of it. Fixed in size; what does not fit is
 * left out and counted. Made and finished by iv_trace.h; filled by these, which do nothing when there is no span (NULL),
 * when it is not recorded, and when it is finished. Pure: times are given.
 *
 * Never of what was said, of telephone numbers, of keys; what callers and agents say only by iv_span_content, which
 * writes while TRACES_CONTENT is on. */
#ifndef IV_SPAN_H
#define IV_SPAN_H

#include "iv_buf.h"
#include "iv_trace_context.h"

enum {
	IV_SPAN_ATTRS = 28,
	IV_SPAN_EVENTS = 16,
	IV_SPAN_TEXT = 768,       /* bytes of all copied values together */
	IV_SPAN_VALUE = 200,      /* bytes of one; a longer one is cut */
	IV_SPAN_NAME = 96,
	IV_SPAN_CONTENTS = 2,
	IV_SPAN_CONTENT = 16384,  /* bytes of one; a longer one is left out */
};

enum iv_span_kind { IV_SPAN_INTERNAL = 1, IV_SPAN_SERVER, IV_SPAN_CLIENT, IV_SPAN_PRODUCER, IV_SPAN_CONSUMER };
enum iv_span_status { IV_SPAN_UNSET, IV_SPAN_OK, IV_SPAN_ERROR };

struct iv_span_attr {
	const char *key;
	enum { IV_ATTR_TEXT, IV_ATTR_INT, IV_ATTR_NUM, IV_ATTR_BOOL } type;
	uint32_t len; /* of a text */
	union {
		const char *text; /* lives in the span, or forever */
		int64_t i;
		double num;
		bool yes;
	} v;
};

struct iv_span_event {
	const char *name;
	int64_t at_us;
};

struct iv_span {
	struct iv_span *next; /* of whoever has it */
	int refs;
	bool recorded, finished, remote_parent, has_parent, content_allowed;
	uint8_t trace_id[16], id[8], parent_id[8], flags;
	char *state; /* tracestate; NULL: none */
	enum iv_span_kind kind;
	enum iv_span_status status;
	int64_t start_us, end_us; /* monotonic */
	int64_t wall_us;          /* to be added to make them Unix time; one for the whole trace */
	uint32_t attr_count, attrs_dropped, event_count, events_dropped, text_len;
	char name[IV_SPAN_NAME];
	struct iv_span_attr attrs[IV_SPAN_ATTRS];
	struct iv_span_event events[IV_SPAN_EVENTS];
	char text[IV_SPAN_TEXT];
	/* An event with JSON texts of any length, from the heap. */
	const char *content_name, *content_key[IV_SPAN_CONTENTS];
	char *content[IV_SPAN_CONTENTS];
	int64_t content_at_us;
};

/* Keys and names live forever: literals. A key that is set again has its new value. */
void iv_span_name(struct iv_span *s, const char *fmt, ...) IV_PRINTF(2, 3);
void iv_span_set(struct iv_span *s, const char *key, struct iv_str value);       /* copied; empty: not set */
void iv_span_set_word(struct iv_span *s, const char *key, const char *word);     /* a literal; NULL: not set */
void iv_span_set_int(struct iv_span *s, const char *key, int64_t value);
void iv_span_set_num(struct iv_span *s, const char *key, double value);
void iv_span_set_bool(struct iv_span *s, const char *key, bool value);
void iv_span_event(struct iv_span *s, const char *name, int64_t at_us);          /* at_us < 0: did not happen */
void iv_span_error(struct iv_span *s, const char *type);                         /* error.type and the status */
void iv_span_content(struct iv_span *s, const char *event, int64_t at_us, const char *key, struct iv_str json);
void iv_span_reset(struct iv_span *s); /* frees what it holds, and makes it zero */

static inline bool iv_span_records(const struct iv_span *s)
{
	return s && s->recorded && !s->finished;
}

/* traceparent of what is done on behalf of this span; "" without one. */
const char *iv_span_traceparent(const struct iv_span *s, char out[IV_TRACEPARENT_SIZE]);
const char *iv_span_trace_id(const struct iv_span *s, char out[IV_TRACE_ID_SIZE]);

#endif
