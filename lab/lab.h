/* lab: what the provider services share. */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include "iv_http.h"
#include "iv_loop.h"

enum lab_service { LAB_LISTEN, LAB_SPEAK, LAB_ELEVENLABS, LAB_CHAT, LAB_TOOLS, LAB_SERVICES };
extern const char *const lab_service_names[LAB_SERVICES]; /* as in fault rules and statistics */

/* Load mode: no speech engines, answers after set times. All in milliseconds. */
struct lab_load {
	bool on;
	int asr_ms;   /* last loud frame to the final result */
	int ttft_ms;  /* request to the first token */
	int token_ms; /* between tokens */
	int tts_ms;   /* request to the first audio */
	int reply_ms; /* audio in an answer */
};

struct lab {
	struct iv_loop *loop;
	struct lab_load load;
	struct faults *faults;
	struct stats *stats;
	struct workers *workers;   /* NULL in load mode */
	struct clips *clips;	   /* NULL in load mode */
	struct expected *expected; /* what each call was asked last */
};

#define LAB_CALL_ID_SIZE 129

void *lab_alloc(size_t n); /* zeroed; never NULL */

int lab_providers(int argc, char **argv);

#endif
