/* peer: a stand-in for the daemon: accepts the three legs, greets with a tone, answers 300 ms after the
 * caller has stopped, falls silent when the caller speaks over it; or echoes every frame. Built on the
 * daemon's own codecs, so that the lab's halves and the daemon's check each other. */
#ifndef TEST_LAB_PEER_H
#define TEST_LAB_PEER_H

#include "iv_http.h"
#include "iv_leg.h"
#include "iv_ws.h"

#define PEER_SECRET "peer-secret"
#define PEER_KEY "peer-key"

struct peer_opts {
	bool echo;
	int greeting_ms, answer_ms; /* lengths of the tones */
	int answers;                /* hangs up behind this many; 0: never */
};

/* What one connection has seen, kept after it is gone. */
struct peer_seen {
	enum iv_leg_kind kind;
	bool authentic, malformed;
	bool browser_started;
	int rate_hz;
	int64_t samples, messages;
	int64_t sent_samples, clears;
	int answers, marks_played, marks_cleared;
	char digits[16];
	char typed[64];
	char first_bad[128];
};

struct peer;

struct peer *peer_new(struct iv_net *net, const struct peer_opts *opts);
int peer_port(const struct peer *p);
const struct peer_seen *peer_seen(const struct peer *p, enum iv_leg_kind kind); /* the last of its kind */
int peer_live(const struct peer *p);
void peer_close(struct peer *p, void (*done)(void *arg), void *arg); /* sockets are gone by then */
void peer_free(struct peer *p);

#endif
