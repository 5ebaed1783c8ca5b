/* leg: the far end's half of the three protocols: what a page, mod_audio_fork and Twilio put on the wire,
 * and what they make of the daemon's answers. Written from the carriers' facts, never from the
 * daemon's codecs, so that each checks the other. */
#ifndef LAB_LEG_H
#define LAB_LEG_H

#include "far_end.h"
#include "iv_buf.h"
#include "iv_json.h"
#include "wire.h"

enum leg_preamble { PREAMBLE_PLAIN, PREAMBLE_BROKEN, PREAMBLE_MINIMAL };

/* What the verb of a carrier's call brings instead of the lab's own options: where the socket leads and what is
 * said on it first. */
struct leg_carried {
	struct iv_str target;
	struct iv_str headers; /* of the handshake: whole lines, each with its CRLF */
	struct iv_str first;   /* jambonz: the text frame; twilio: customParameters, an object as JSON */
	const char *account_sid, *call_sid, *stream_sid; /* twilio */
};

struct leg_opts {
	enum far_kind kind;
	int rate_hz;
	const char *agent, *key, *secret;
	const char *twilio_token; /* twilio: signs the handshake, as Twilio does it; NULL or "": it is not signed */
	enum leg_preamble preamble; /* jambonz */
	bool drachtio;              /* jambonz: the older subprotocol name */
	bool binary;                /* browser: ask for audio as binary frames */
	const struct leg_carried *carried; /* jambonz, twilio; NULL: signed with `secret` */
};

/* Shared by all legs of a run. leg_out() has the headroom in front that wire_send needs. */
#define LEG_PCM_MAX 262144
#define LEG_OUT_MAX 65536
struct leg_scratch {
	int16_t pcm[LEG_PCM_MAX];
	uint8_t bytes[2 * LEG_PCM_MAX];
	char frame[IV_WS_HEADER_MAX + LEG_OUT_MAX];
};

struct leg {
	const struct leg_ops *ops;
	const struct leg_opts *opts;
	struct leg_scratch *scratch;
	struct wire *wire;
	char call_id[40]; /* ours: the daemon's callId */
	char sid[40];     /* the carrier's: streamSid, callSid */
	char account[40], call_sid[40]; /* twilio */
	uint64_t sequence, chunk; /* twilio */
	uint64_t sent_samples;
};

enum leg_event_type {
	LEG_AUDIO,       /* pcm, samples; jambonz: text = the bytes as they came, an odd one too */
	LEG_MARK,        /* name */
	LEG_CLEAR,       /* name: the message's own word for it */
	LEG_CLEAR_MARKS,
	LEG_HANG_UP,     /* name: reason */
	LEG_TEXT,        /* name: kind of message, text: what it says; for printing */
	LEG_OTHER,       /* name: known, of no consequence here */
	LEG_BAD,         /* name: what is wrong with the message */
};

struct leg_event {
	enum leg_event_type type;
	const int16_t *pcm;
	size_t samples;
	struct iv_str name, text;
};

typedef void leg_event_fn(void *arg, const struct leg_event *ev);

struct leg_ops {
	const char *name;
	/* The handshake: fills *rq from `target`, `host` (with port), opts and call id. */
	void (*request)(struct leg *l, const char *host, struct iv_buf *target, struct wire_request *rq);
	void (*opened)(struct leg *l); /* what is said before the first frame */
	/* n samples of the caller; n is a frame except when --messy makes it otherwise. */
	bool (*audio)(struct leg *l, const int16_t *pcm, size_t n);
	void (*dtmf)(struct leg *l, char digit);
	void (*typed)(struct leg *l, struct iv_str text); /* NULL where there is no keyboard */
	void (*mark_heard)(struct leg *l, struct iv_str name, bool cleared); /* NULL: no marks */
	void (*hang_up)(struct leg *l);
	void (*receive)(struct leg *l, bool text, struct iv_str message, leg_event_fn *fn, void *arg);
};

extern const struct leg_ops leg_browser, leg_jambonz, leg_twilio;

/* Chooses the ops, makes call id and sid. */
void leg_init(struct leg *l, const struct leg_opts *opts, struct leg_scratch *scratch, struct wire *wire);
const char *leg_name(enum far_kind kind);

/* ── for the legs' own use */
static inline char *leg_out(struct leg *l)
{
	return l->scratch->frame + IV_WS_HEADER_MAX;
}
bool leg_send_text(struct leg *l, const struct iv_buf *b);
bool leg_printf(struct leg *l, const char *fmt, ...) IV_PRINTF(2, 3);
/* ts and sig of the daemon's URL token, signed at this moment. */
void leg_sign(const struct leg *l, char ts[24], char sig[65]);
/* The value of the first "key":"…" in flat JSON, still escaped; IV_STR_NULL when absent. Fast, for
 * messages that carry audio; everything else is parsed properly. */
struct iv_str leg_scan(struct iv_str json, struct iv_str quoted_key);
void leg_give(leg_event_fn *fn, void *arg, enum leg_event_type type, struct iv_str name,
	      struct iv_str text);
/* L16LE bytes to samples in the scratch; gives LEG_AUDIO with both. */
void leg_give_pcm(struct leg *l, struct iv_str bytes, leg_event_fn *fn, void *arg);

#endif
