/* iv_webhook_event: what the outside is told. One row for each type of event: its name, the older names of
 * the same thing, its shape. Emitting, subscribing, the document and the tests read the same rows. An event
 * goes out under an older name by the schema's own hand (older_name), for those who subscribe to that.
 *
 * An event is a struct that begins with struct iv_webhook_head; it is printed once, and those bytes are what
 * is stored, signed and sent, however often. Who emits writes it in the transaction that caused it
 * (enqueue_event, end_call's `events`), with a dedup that is the same when the cause is written again.
 * What is not measured is 0 where it is a number, and left out where it is a text.
 * Phone numbers and what was said are redacted by who fills the struct. */
#ifndef IV_WEBHOOK_EVENT_H
#define IV_WEBHOOK_EVENT_H

#include "iv_shape.h"

/* Every payload begins so. iv_webhook_head_init fills what follows from the type. */
struct iv_webhook_head {
	struct iv_str type, schema_version, event_id, call_id, tenant_id, timestamp;
	int64_t seq; /* order within the call, as its emitter counts; 0: it does not say */
};

struct iv_webhook_carrier {
	struct iv_str trunk, sip_call_id;
};

struct iv_event_call_started {
	struct iv_webhook_head head;
	struct iv_str started_at, direction, agent_id, from, to;
	struct iv_webhook_carrier carrier;
};

struct iv_event_asr_final {
	struct iv_webhook_head head;
	struct iv_str text, language, provider;
	double confidence, start_sec, end_sec;
	int64_t turn;
};

struct iv_event_tool_call {
	struct iv_webhook_head head;
	struct iv_str name, tool_call_id, outcome, reason, args, result_summary; /* args: JSON */
	bool ok, blocking;
	int64_t latency_ms, http_status, turn;
};

struct iv_event_call_ended {
	struct iv_webhook_head head;
	struct iv_str started_at, ended_at, direction, agent_id, status, reason, outcome, sip_final;
	int64_t duration_sec, q850;
	double cost_inr;
	struct iv_webhook_mos {
		double avg_mos;
	} media;
};

struct iv_event_usage {
	struct iv_webhook_head head;
	struct iv_str period; /* "call", "2026-11-21", "2026-11" */
	struct iv_webhook_totals {
		double asr_min, cost_inr, cost_usd;
		int64_t tts_chars, llm_in, llm_out, tool_calls;
	} totals;
	struct iv_str costs; /* JSON, line by line */
	bool at_risk; /* 80 % of a cap is used */
};

struct iv_event_alert {
	struct iv_webhook_head head;
	struct iv_str kind, period;
	double percent, used, cap;
};

struct iv_event_qa_flag {
	struct iv_str kind, level, ts; /* frustration_spike, toxicity, overlap_risk; low, medium, high */
};

struct iv_event_qa_flags {
	struct iv_webhook_head head;
	struct iv_objs flags;
};

struct iv_event_webhook_test {
	struct iv_webhook_head head;
	struct iv_str endpoint_id, message;
};

struct iv_event_endpoint_disabled {
	struct iv_webhook_head head;
	struct iv_str endpoint_id, url, reason, disabled_at, failing_since;
};

struct iv_webhook_type {
	const char *name, *version;  /* "call.ended", "call.ended.v1" */
	const char *const *older;    /* names, ends with NULL */
	const struct iv_shape *shape;
	const char *doc;             /* one line */
};

/* In the order of a call's life; ends with name NULL. */
extern const struct iv_webhook_type iv_webhook_types[];
/* By today's name; NULL: there is none. */
const struct iv_webhook_type *iv_webhook_type(struct iv_str name);
/* What an endpoint may subscribe to: today's names, the older ones, "*" for all of today's. */
bool iv_webhook_subscribable(struct iv_str name);

/* Strings are not copied: they live as long as the head is used. Times are iv_time_iso's. */
void iv_webhook_head_init(struct iv_webhook_head *h, const struct iv_webhook_type *type, struct iv_str event_id,
			  struct iv_str tenant_id, struct iv_str call_id, struct iv_str timestamp);
/* The payload as it is stored, signed and sent; false when `out` is full. */
IV_MUST_CHECK bool iv_webhook_print(const struct iv_webhook_type *type, const void *event, struct iv_buf *out);

#endif
