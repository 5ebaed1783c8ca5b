/* iv_auth: who may open a socket. Pure but for the clock it is given; signatures are good once. */
#ifndef IV_AUTH_H
#define IV_AUTH_H

#include "iv_config.h"
#include "iv_err.h"

struct iv_auth;

struct iv_auth *iv_auth_new(const struct iv_config *cfg);
void iv_auth_free(struct iv_auth *a);

/* What a handshake (or Twilio's start message) brought; empty where it brought nothing. */
struct iv_credentials {
	struct iv_str call_id;
	struct iv_str subprotocols;  /* Sec-WebSocket-Protocol as sent */
	struct iv_str authorization; /* Authorization as sent */
	struct iv_str api_key;       /* query parameter */
	struct iv_str ts, sig;
	struct iv_str tenant_id, nonce; /* what a carrier's address was signed with beside callId and ts; or none */
	struct iv_str ticket;        /* query parameter; looked at by iv_auth_guest alone */
	struct iv_str peer;          /* address of the client; the same */
	struct iv_str origin, host;
};

enum iv_auth_method { IV_AUTH_KEY, IV_AUTH_SIGNATURE, IV_AUTH_TENANT_KEY, IV_AUTH_TOKEN, IV_AUTH_TICKET };

/* Checks key, bearer, query key, then signature. IV_EAUTH says which proof was missing or wrong, never
 * its value. */
IV_MUST_CHECK bool iv_auth_socket(struct iv_auth *a, const struct iv_credentials *c, int64_t wall_ms,
				  enum iv_auth_method *method, struct iv_err *e);
/* An Origin must be PUBLIC_BASE_URL's when both are there. Carriers send one with scheme and port of
 * their own making: they are held to the host name alone. */
IV_MUST_CHECK bool iv_auth_origin(const struct iv_auth *a, const struct iv_credentials *c, bool carrier,
				  struct iv_err *e);
/* Which subprotocol to echo: invorto.v1 or a carrier's when offered; a key when it is all there is (a
 * browser insists on hearing one back); else none. */
struct iv_str iv_auth_subprotocol(const struct iv_credentials *c);
bool iv_auth_is_jambonz(struct iv_str subprotocols);
/* A signature for a link of ours: hex HMAC-SHA256 of callId:ts. False when no secret is configured. */
IV_MUST_CHECK bool iv_auth_sign(const struct iv_auth *a, struct iv_str call_id, int64_t ts_s, char out[65]);
/* The same of callId:ts:tenantId:nonce: the address names its tenant, and two made within a second differ. Empty
 * tenant and nonce: as iv_auth_sign. */
IV_MUST_CHECK bool iv_auth_sign_call(const struct iv_auth *a, struct iv_str call_id, int64_t ts_s,
				     struct iv_str tenant_id, struct iv_str nonce, char out[65]);

#endif
