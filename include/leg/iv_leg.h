/* iv_leg: wire codecs of the three legs, pure: messages in → events, orders → messages out.
 *
 *   browser  binary PCM16LE mono 16 kHz (or ?rate=8000) and JSON {"t":…}: iv_browser.h
 *   jambonz  first text frame = lenient preamble, then binary L16LE at the rate we asked for; text
 *            {"event":"dtmf"}, {"type":"mark"}; out: binary, mark, killAudio
 *   twilio   text JSON only: connected, start, media (base64 µ-law 8 kHz), dtmf, mark, stop;
 *            out: media, mark, clear. media is scanned, never parsed into a tree.
 *
 * A leg speaks samples at rate_hz on both sides. What the carrier forgives is forgiven here (odd sizes,
 * coalesced frames, broken preamble); what is malformed is refused with the field's name. */
#ifndef IV_LEG_H
#define IV_LEG_H

#include "iv_buf.h"
#include "iv_err.h"

enum iv_leg_kind { IV_LEG_BROWSER, IV_LEG_JAMBONZ, IV_LEG_TWILIO };
extern const char *const iv_leg_names[]; /* "browser", "jambonz", "twilio", NULL */

/* What a kind can do; the call machine paces by it. */
struct iv_leg_caps {
	int block_ms;       /* audio is sent in blocks of this size */
	bool pad_last;      /* the last block of an utterance is filled with zeros */
	bool flush_block;   /* a block of zeros behind a mark pushes it through (jambonz) */
	bool marks;         /* the far end tells what it has played */
	bool marks_trusted; /* … and can be believed without the clock (twilio) */
	int clear_hold_ms;  /* after a clear nothing may be sent until it is acknowledged, or so long */
};
const struct iv_leg_caps *iv_leg_caps(enum iv_leg_kind kind);

/* The position of a mark: epoch counts clears, utterance and sample say what was sent before it. */
struct iv_mark {
	uint32_t epoch;
	uint32_t utterance;
	int64_t at; /* samples since the call began; -1: the clear's own mark ("bar") */
};

enum iv_leg_event_type {
	/* Once; before it no audio is given. Browser: with the first "start" or audio, whichever comes
	 * first; "start" is then given as CONTROL too. */
	IV_LEG_STARTED,
	IV_LEG_AUDIO,
	IV_LEG_DTMF,
	IV_LEG_MARKED,
	IV_LEG_CONTROL, /* browser only: ev->text is the JSON text, already one object with a known "t" */
	IV_LEG_STOPPED,
};

struct iv_leg_param {
	struct iv_str name, value;
};

struct iv_leg_event {
	enum iv_leg_event_type type;
	const int16_t *pcm; /* AUDIO; valid in the callback */
	size_t samples;
	int64_t seq;        /* AUDIO: the sender's sequence number, -1 when it has none */
	char digit;         /* DTMF: 0-9 * # A-D */
	struct iv_mark mark;
	bool cleared;       /* MARKED: given back by a clear, not played */
	struct iv_str text; /* CONTROL */
	/* STARTED */
	struct iv_str call_id;    /* the carrier's (callSid), or empty */
	int rate_hz;              /* of the far end's words; jambonz: 0 when unreadable */
	struct iv_leg_param params[8]; /* twilio: customParameters */
	size_t param_count;
};

typedef void iv_leg_event_fn(void *arg, const struct iv_leg_event *ev);
typedef void iv_leg_send_fn(void *arg, bool text, struct iv_str message);

#define IV_LEG_TAIL_SAMPLES 320 /* 20 ms at 16 kHz */

struct iv_leg {
	enum iv_leg_kind kind;
	int rate_hz;
	bool started, stopped;
	bool binary_out;      /* browser: raw frames instead of tts.chunk */
	bool legacy_audio;    /* browser: repeat pcm16 as audio */
	uint8_t half;         /* jambonz: an odd byte carried over */
	bool has_half;
	char stream_sid[64];  /* twilio */
	uint32_t chunk_seq;   /* browser: tts.chunk's seq, from 0 */
	int64_t audio_seq;    /* browser: last seq of {"t":"audio"}, -1 */
	size_t tail_samples;  /* browser: the end of the last {"t":"audio"}, to conceal gaps with */
	int16_t tail[IV_LEG_TAIL_SAMPLES];
};

void iv_leg_init(struct iv_leg *l, enum iv_leg_kind kind, int rate_hz);

/* Largest audio message accepted, in samples (a second and a half; more is refused). Jambonz's
 * backlogs may be longer: they are given in pieces. */
#define IV_LEG_SCRATCH_SAMPLES 32768
struct iv_leg_scratch {
	int16_t pcm[IV_LEG_SCRATCH_SAMPLES];
	char text[65536];
};

/* One WebSocket message, which must not lie in the scratch. False: malformed, e->field names what;
 * the leg stays usable. Events come inside the call, so the leg may not be freed in them. */
IV_MUST_CHECK bool iv_leg_receive(struct iv_leg *l, bool text, struct iv_str message,
				  struct iv_leg_scratch *s, iv_leg_event_fn *fn, void *arg,
				  struct iv_err *e);

/* Orders. Each calls `send` once or more, or not at all when there is nothing to say (a browser has
 * no marks, Twilio has no stream before its start). A message is valid inside the call; pcm must not
 * lie in the scratch. `ts_s` is seconds since the call began, `wall_ms` Unix time: browser messages
 * carry both. */
void iv_leg_audio(struct iv_leg *l, const int16_t *pcm, size_t n, double ts_s, int64_t wall_ms,
		  struct iv_leg_scratch *s, iv_leg_send_fn *send, void *arg);
void iv_leg_mark(struct iv_leg *l, const struct iv_mark *m, iv_leg_send_fn *send, void *arg);
/* Throw away what the far end has buffered. epoch is the new one. */
void iv_leg_clear(struct iv_leg *l, uint32_t epoch, double ts_s, int64_t wall_ms,
		  iv_leg_send_fn *send, void *arg);

#endif
