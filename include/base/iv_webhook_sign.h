/* iv_webhook_sign: what proves who sent a webhook: ours (Standard Webhooks, and two headers of older
 * receivers) and those of the carriers we listen to. Pure functions over the raw bytes of a body, which is
 * to be checked before it is parsed. Wherever secrets are asked for there are two, the second while one
 * replaces the other: empty ones are passed over, and never match. */
#ifndef IV_WEBHOOK_SIGN_H
#define IV_WEBHOOK_SIGN_H

#include "iv_arena.h"
#include "iv_query.h"

struct iv_webhook_secrets {
	struct iv_str current, previous;
};

/* ── ours, outgoing */
#define IV_WEBHOOK_SECRET_SIZE 56
/* "whsec_" and 32 random bytes in base64. */
void iv_webhook_secret_make(char out[IV_WEBHOOK_SECRET_SIZE]);
/* May it be an endpoint's secret? "whsec_" and base64 of 24 to 64 bytes. */
bool iv_webhook_secret_check(struct iv_str secret);

/* Values of the headers, without their names. */
struct iv_webhook_headers {
	char timestamp[24];  /* webhook-timestamp: seconds */
	char standard[320];  /* webhook-signature: "v1,<base64>", one per secret that is whsec_; "v1a,<base64>"; else "" */
	char body[80];       /* X-Signature, X-Webhook-Signature: "sha256=<hex>" of the body, by the current */
	char stamped[176];   /* X-Webhook-Signature-V2: "t=<seconds>,v1=<hex>", one v1 per secret */
};

/* `id` stays the same over all attempts, the time is the attempt's. Standard Webhooks' key is what is behind
 * whsec_, decoded; that of the other two is the secret's text. Without a secret they are empty. */
void iv_webhook_sign(const struct iv_webhook_secrets *secrets, struct iv_str id, int64_t wall_s,
		     struct iv_str body, struct iv_webhook_headers *out);

/* The asymmetric half of Standard Webhooks, for receivers that hold no secret: "v1a,<base64>" for each of two signing keys
 * behind what `out` has, ed25519 over the same bytes. A signing key is any text of 32 bytes and more that nobody can guess;
 * what receivers get is its public half: "whpk_<base64>". */
#define IV_WEBHOOK_PUBLIC_SIZE 50
void iv_webhook_sign_public(const struct iv_webhook_secrets *keys, struct iv_str id, struct iv_str body,
			    struct iv_webhook_headers *out);
IV_MUST_CHECK bool iv_webhook_public_key(struct iv_str key, char out[IV_WEBHOOK_PUBLIC_SIZE]);

/* ── incoming */
#define IV_WEBHOOK_VERDICTS(X)                      \
	X(IV_WEBHOOK_OK, "ok")                      \
	X(IV_WEBHOOK_MISSING, "missing")            \
	X(IV_WEBHOOK_MALFORMED, "malformed")        \
	X(IV_WEBHOOK_STALE, "too_old")              \
	X(IV_WEBHOOK_EARLY, "in_the_future")        \
	X(IV_WEBHOOK_WRONG, "wrong_signature")

enum iv_webhook_verdict {
#define X(verdict, name) verdict,
	IV_WEBHOOK_VERDICTS(X)
#undef X
};
const char *iv_webhook_verdict_name(enum iv_webhook_verdict v); /* a metric's label */

#define IV_WEBHOOK_TOLERANCE_S 300 /* usual: so far may clocks be apart, either way */

/* Standard Webhooks: header values as received. Secrets that are not whsec_ are passed over. */
enum iv_webhook_verdict iv_webhook_verify_standard(const struct iv_webhook_secrets *secrets, struct iv_str id,
						   struct iv_str timestamp, struct iv_str signature,
						   struct iv_str body, int64_t wall_s, int64_t tolerance_s);
/* "sha256=<hex>" over the body: no time in it, so whoever accepts it must know replays by id. */
enum iv_webhook_verdict iv_webhook_verify_body(const struct iv_webhook_secrets *secrets, struct iv_str header,
					       struct iv_str body);
/* The same without the name in front: "<hex>", as x-jambonz-signature has it. */
enum iv_webhook_verdict iv_webhook_verify_hex(const struct iv_webhook_secrets *secrets, struct iv_str header,
					      struct iv_str body);
/* "t=<seconds>,<scheme>=<hex>[,<scheme>=<hex>]" over "t.body": our V2 and Jambonz-Signature with "v1",
 * ElevenLabs-Signature with "v0". Exactly one t. */
enum iv_webhook_verdict iv_webhook_verify_stamped(const struct iv_webhook_secrets *secrets, const char *scheme,
						  struct iv_str header, struct iv_str body, int64_t wall_s,
						  int64_t tolerance_s);

/* X-Twilio-Signature over the URL as Twilio was given it (scheme and query, no fragment, no user) and the
 * form's decoded pairs; JSON bodies and sockets have none. Twilio is of two minds about a port, and about
 * a slash at the end of a socket's URL: either is taken. The scheme has no time: know replays by their id.
 * The arena holds the sorted pairs; when it is full the verdict is IV_WEBHOOK_MALFORMED. */
enum iv_webhook_verdict iv_twilio_verify(const struct iv_webhook_secrets *tokens, struct iv_str url,
					 const struct iv_pair *pairs, size_t count, struct iv_str header,
					 struct iv_arena *arena);
/* A JSON body is signed through its digest: "bodySHA256" in the URL's query must be that of the body, and
 * the URL without pairs pass iv_twilio_verify. */
enum iv_webhook_verdict iv_twilio_verify_json(const struct iv_webhook_secrets *tokens, struct iv_str url,
					      struct iv_str body, struct iv_str header, struct iv_arena *arena);

/* A media socket of Twilio's: its X-Twilio-Signature over PUBLIC_BASE_URL with ws instead of http and `path` (as the
 * request has it, without query), by TWILIO_AUTH_TOKEN or the one before it. True when neither is set: there is nothing
 * to check it by. */
struct iv_config;
IV_MUST_CHECK bool iv_twilio_upgrade_ok(const struct iv_config *cfg, struct iv_str path, struct iv_str signature);

#endif
