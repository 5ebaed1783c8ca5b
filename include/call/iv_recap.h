/* iv_recap: a call in a few kilobytes, for whoever has to say what came of it: written when its journal is read at
 * the end, read by the process that asks a model about it, which need not be the one that had the call. Of a very long
 * conversation the middle is left out; the call's record has all of it. */
#ifndef IV_RECAP_H
#define IV_RECAP_H

#include "iv_story.h"

enum { IV_RECAP_HEAD = 128 << 10, IV_RECAP_TAIL = 384 << 10 }; /* bytes of text that are kept of a conversation */

struct iv_recap_message {
	int role;                 /* index of iv_story_roles */
	struct iv_str text;
	int64_t start_ms, end_ms; /* since the call's start; -1: not known */
	bool interrupted;
	struct iv_strs masked;    /* kinds of what was taken out (iv_redact_kind_names) */
};

struct iv_recap_tool {
	struct iv_str name, args, result; /* as in iv_story_tool: cut; args is JSON all the same, if need be a text */
	int64_t start_ms, end_ms, http_status;
	bool blocking, ok, cancelled;
};

struct iv_recap_loud {
	int64_t from_ms, to_ms;
	double above_db;
};

struct iv_recap {
	bool redacted;                        /* personal data is masked in all of it */
	struct iv_str reason, transferred_to; /* how it ended; "" */
	struct iv_recap_transfer {            /* the last one, also when nobody took it; to "": none */
		struct iv_str to, status;
		bool attended;
		int64_t seconds;
	} transfer;
	int64_t duration_ms;
	struct iv_objs messages;              /* struct iv_recap_message */
	int64_t left_out, left_out_at;        /* messages that are not here, and before which of them they were */
	struct iv_objs tools;                 /* struct iv_recap_tool */
	struct iv_objs louds;                 /* struct iv_recap_loud */
	struct iv_recap_kpis {
		double asr_first_partial_ms, eou_ms, llm_first_token_ms, tts_first_chunk_ms; /* medians; 0: none */
	} kpis;
	struct iv_recap_media {
		double mos, late_pct, jitter_ms_p95;      /* 0: not measured */
	} media;
	struct iv_recap_emotion {
		bool enabled;
		double lively, arousal;
	} emotion;
};

extern const struct iv_shape iv_recap_shape;

struct iv_recap_opts {
	struct iv_str reason;
	int64_t duration_ms;
	bool redact;
};
/* Strings are the story's or the arena's, lists the arena's; false when it is full. */
IV_MUST_CHECK bool iv_recap_of(const struct iv_story *s, const struct iv_recap_opts *o, struct iv_arena *arena,
			       struct iv_recap *out);

#endif
