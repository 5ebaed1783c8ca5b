/* What the three codecs share: their entry points, events, and writing into the scratch text. */
#ifndef LEG_PRIV_H
#define LEG_PRIV_H

#include <cjson/cJSON.h>

#include "iv_leg.h"

/* Who gets the events of one message. */
struct leg_sink {
	iv_leg_event_fn *fn;
	void *arg;
};

/* Who sends, and the clocks of what is sent. */
struct leg_out {
	iv_leg_send_fn *send;
	void *arg;
	double ts_s;
	int64_t wall_ms;
};

bool browser_receive(struct iv_leg *l, bool text, struct iv_str message, struct iv_leg_scratch *s,
		     const struct leg_sink *sink, struct iv_err *e);
void browser_audio(struct iv_leg *l, const int16_t *pcm, size_t n, struct iv_leg_scratch *s,
		   const struct leg_out *out);
void browser_clear(const struct leg_out *out);

bool jambonz_receive(struct iv_leg *l, bool text, struct iv_str message, struct iv_leg_scratch *s,
		     const struct leg_sink *sink, struct iv_err *e);
void jambonz_audio(const int16_t *pcm, size_t n, struct iv_leg_scratch *s,
		   const struct leg_out *out);
void jambonz_mark(const struct iv_mark *m, const struct leg_out *out);
void jambonz_clear(const struct iv_leg *l, uint32_t epoch, const struct leg_out *out);

bool twilio_receive(struct iv_leg *l, bool text, struct iv_str message, struct iv_leg_scratch *s,
		    const struct leg_sink *sink, struct iv_err *e);
void twilio_audio(struct iv_leg *l, const int16_t *pcm, size_t n, struct iv_leg_scratch *s,
		  const struct leg_out *out);
void twilio_mark(const struct iv_leg *l, const struct iv_mark *m, const struct leg_out *out);
void twilio_clear(const struct iv_leg *l, const struct leg_out *out);

/* The STARTED event, the first time. */
void leg_start(struct iv_leg *l, struct iv_str call_id, int rate_hz, const struct leg_sink *sink);
void leg_give_audio(struct iv_leg *l, const int16_t *pcm, size_t n, int64_t seq,
		    const struct leg_sink *sink);
/* Refuses a digit no telephone has; `field` names where it stood. */
bool leg_give_digit(struct iv_str digit, const char *field, const struct leg_sink *sink,
		    struct iv_err *e);
/* A mark that is not one of ours is ignored. */
void leg_give_mark(struct iv_str name, bool cleared, const struct leg_sink *sink);
/* NULL with e->field "text" (or the member given twice) when it is not one JSON object. */
cJSON *leg_parse_object(struct iv_str message, struct iv_err *e);

/* The browser's "t": enum iv_client_type, or -1. */
int leg_client_type(struct iv_str t);
bool leg_refuse_type(struct iv_err *e); /* names the known ones */

#define LEG_MARK_NAME 48
/* "e<epoch>-u<utterance>-<at>" or "bar-<epoch>"; returns its length. */
size_t leg_mark_name(const struct iv_mark *m, char out[LEG_MARK_NAME]);
bool leg_mark_parse(struct iv_str name, struct iv_mark *m);

/* Unchecked: the callers cut audio so that a message always fits the scratch. */
static inline char *leg_put(char *at, struct iv_str s)
{
	memcpy(at, s.ptr, s.len);
	return at + s.len;
}

static inline void leg_send_text(const struct leg_out *out, struct iv_str message)
{
	out->send(out->arg, true, message);
}

#endif
