/* iv_qa: what in a call a person should look at, by rules. Nothing here listens or understands: barge-ins, loudness,
 * words of a list. Pure.
 *
 *   frustration_spike  within 30 s: the caller interrupts (1 point), is much louder than usual for a second (1) or
 *                      for 2.5 s (2). 3 points are low, 4 medium, 6 high.
 *   toxicity           a word or phrase of the list: by the caller medium, three times high; by the agent high.
 *   overlap_risk       both at once: three answers and a quarter of all (low), 40 % (medium), 60 % (high) interrupted;
 *                      or 3 s and a tenth (low), a fifth (medium), 35 % (high) of the caller's speech over the agent's. */
#ifndef IV_QA_H
#define IV_QA_H

#include "iv_recap.h"

enum iv_qa_kind { IV_QA_FRUSTRATION, IV_QA_TOXICITY, IV_QA_OVERLAP, IV_QA_KINDS };
enum iv_qa_level { IV_QA_LOW, IV_QA_MEDIUM, IV_QA_HIGH };
extern const char *const iv_qa_kinds[];  /* "frustration_spike", … */
extern const char *const iv_qa_levels[]; /* "low", "medium", "high" */

struct iv_qa_flag {
	enum iv_qa_kind kind;
	enum iv_qa_level level;
	int64_t at_ms; /* since the call's start */
};

#define IV_QA_FLAGS_MAX 32
/* words: lower case, parted by commas; a phrase may have blanks. The flags in the order of time; at most
 * IV_QA_FLAGS_MAX. */
size_t iv_qa_flags(const struct iv_recap *r, struct iv_str words, struct iv_qa_flag out[IV_QA_FLAGS_MAX]);
/* Does the text hold a word of the list, as a word? ASCII letters compare without case. */
bool iv_qa_mentions(struct iv_str text, struct iv_str words);

#endif
