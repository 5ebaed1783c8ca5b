/* iv_provider: the paid streams. Each role (hear, think, speak) takes an ordered list of provider names
 * and walks it: a breaker per provider, a deadline for the first useful byte, hand-over to the next,
 * `failed` when the list is out. Vendors are pure tables of functions (build the request, read a
 * message); the role's own machine does sockets, deadlines and retries.
 *
 * Every callback must be given. They never run from inside the function that starts a stream, and
 * never after close or cancel.
 * `reason` texts are one of a fixed set (refused, timeout, stalled, garbage, rate_limited, unauthorized,
 * server_error, cut), never the provider's words. */
#ifndef IV_PROVIDER_H
#define IV_PROVIDER_H

#include "iv_config.h"
#include "iv_net.h"
#include "iv_arena.h"
#include "iv_shape.h"
#include "iv_span.h"

struct iv_providers;

/* cfg outlives it. NULL: a configured name is unknown, or a base URL is not one; e says which. */
struct iv_providers *iv_providers_new(struct iv_net *n, const struct iv_config *cfg, struct iv_err *e);
void iv_providers_free(struct iv_providers *p); /* after the last stream has ended */
/* Opens and keeps connections to the configured hosts ahead of need. */
void iv_providers_warm(struct iv_providers *p);
/* Names in `list` that this build and configuration know; false with the unknown name in e. */
enum iv_provider_role { IV_ASR, IV_LLM, IV_TTS };
IV_MUST_CHECK bool iv_providers_known(const struct iv_providers *p, enum iv_provider_role role,
				      const struct iv_strs *list, struct iv_err *e);

/* ── hear */
struct iv_asr;
struct iv_asr_events {
	void (*ready)(void *arg, const char *provider);
	void (*speech)(void *arg);
	void (*text)(void *arg, bool final, struct iv_str text, double confidence, bool end_of_turn);
	void (*end_of_turn)(void *arg);
	/* Also a reconnect to the same; ready follows when it is there. */
	void (*switched)(void *arg, const char *provider, const char *reason);
	void (*failed)(void *arg, const char *reason); /* the list is out; call iv_asr_close */
};
struct iv_asr_opts {
	const struct iv_strs *list; /* NULL or empty: the configured one */
	struct iv_str model, language; /* empty: configured */
	int rate_hz;  /* of the samples given: 8000 (sent as µ-law) or 16000 (sent as linear16) */
	struct iv_str call_id; /* sent as Deepgram's `tag`, so that an operator finds the call there */
	struct iv_span *span;  /* on behalf of which; held. Each one that is asked becomes a child of it. NULL: none */
};
struct iv_asr *iv_asr_open(struct iv_providers *p, const struct iv_asr_opts *o,
			   const struct iv_asr_events *ev, void *arg);
/* Any number of samples; sent upstream in chunks of ASR_UPLINK_MS; kept in a ring of ASR_REPLAY_MS so
 * that a socket that dies mid-sentence loses no word. While no audio comes the stream is kept alive. */
void iv_asr_send(struct iv_asr *a, const int16_t *pcm, size_t n);
void iv_asr_flush(struct iv_asr *a);    /* what is in the chunk goes now: the caller paused */
void iv_asr_finalize(struct iv_asr *a); /* what is still in the chunk goes first */
void iv_asr_close(struct iv_asr *a);    /* flushes, CloseStream; a is dead */

/* ── think */
struct iv_llm;
struct iv_llm_events {
	void (*delta)(void *arg, struct iv_str text);
	void (*tool)(void *arg, struct iv_str id, struct iv_str name, struct iv_str args_json);
	void (*done)(void *arg, int64_t tokens_in, int64_t tokens_out); /* last, dead afterwards */
	void (*switched)(void *arg, const char *provider, const char *reason); /* nothing had been given yet */
	void (*failed)(void *arg, const char *reason);                  /* last, dead afterwards */
};
struct iv_llm_opts {
	const struct iv_strs *list;
	struct iv_str model;       /* for the first of the list; others use their own */
	double temperature;        /* < 0: configured */
	int64_t max_tokens;        /* 0: configured */
	struct iv_str messages_json, tools_json; /* arrays; tools may be "[]" */
	struct iv_str call_id;     /* sent as `user` (an opaque id, never a number or a name) */
	struct iv_str response_json; /* value of response_format: what the answer shall look like; "": text */
	struct iv_span *span;      /* as iv_asr_opts has it */
	int64_t first_ms;          /* time for the first token; 0: configured */
	bool aside;                /* nobody is on the line: only providers whose breaker is closed are asked, and
	                            * what comes of it is not held against them */
};
struct iv_llm *iv_llm_ask(struct iv_providers *p, const struct iv_llm_opts *o,
			  const struct iv_llm_events *ev, void *arg);
void iv_llm_cancel(struct iv_llm *l); /* the stream is closed at the provider */
const char *iv_llm_provider(const struct iv_llm *l); /* who is asked, or has answered; also inside done */

/* ── speak */
struct iv_tts;
struct iv_tts_events {
	void (*audio)(void *arg, const int16_t *pcm, size_t n);
	void (*done)(void *arg);                                        /* last, dead afterwards */
	/* Nothing had been given yet, or it had by the one that broke off before this began. */
	void (*switched)(void *arg, const char *provider, const char *reason);
	void (*failed)(void *arg, const char *reason); /* last; also when a sentence was cut in the middle */
};
/* A sentence that broke off, so that its rest is asked of somebody else. Zero: a sentence begins. */
struct iv_tts_broken {
	uint32_t asked;     /* who had their chance at it, as a set */
	bool others;        /* somebody of the list did not */
	const char *reason;
};
struct iv_tts_opts {
	const struct iv_strs *list;
	struct iv_str voice_deepgram, voice_elevenlabs; /* empty: configured */
	struct iv_str text;
	int rate_hz; /* of the samples wanted: 8000 (fetched as µ-law) or 16000 */
	struct iv_str call_id;
	struct iv_span *span; /* as iv_asr_opts has it */
	struct iv_tts_broken rest_of; /* those asked already come last, in the list's order */
};
struct iv_tts *iv_tts_say(struct iv_providers *p, const struct iv_tts_opts *o,
			  const struct iv_tts_events *ev, void *arg);
void iv_tts_cancel(struct iv_tts *t);
/* For the rest_of of what is asked next: inside failed, or before a cancel. */
struct iv_tts_broken iv_tts_broken(const struct iv_tts *t);

#endif
