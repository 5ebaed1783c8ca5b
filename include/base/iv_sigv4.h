/* iv_sigv4: AWS Signature Version 4 for S3 and what speaks like it: signed headers, and links that are good
 * for a while. Path and query are given raw; the target to send comes out, encoded the way it was signed,
 * since every other encoding is another request. Pure: credentials and the time come from outside. */
#ifndef IV_SIGV4_H
#define IV_SIGV4_H

#include "iv_arena.h"
#include "iv_err.h"
#include "iv_query.h"

#define IV_SIGV4_PAIRS_MAX 32
#define IV_SIGV4_EXPIRES_MAX_S 604800 /* seven days, AWS's limit */
#define IV_SIGV4_UNSIGNED IV_S("UNSIGNED-PAYLOAD")

struct iv_sigv4_keys {
	struct iv_str access_key, secret_key;
	struct iv_str session_token; /* of temporary credentials; else empty */
	struct iv_str region;        /* "ap-south-1" */
	struct iv_str service;       /* empty: "s3" */
};

struct iv_sigv4_request {
	const char *method;
	struct iv_str host; /* as the Host header will have it, with its port unless it is the scheme's */
	struct iv_str path; /* "/bucket/a key.wav", not encoded; no segment "." or "..", which clients resolve */
	const struct iv_pair *query; /* not encoded, in any order */
	size_t query_count;
	const struct iv_pair *headers; /* further ones to be signed, to be sent as given here */
	size_t header_count;
	struct iv_str payload_hash; /* hex SHA-256 or IV_SIGV4_UNSIGNED; empty: of an empty body */
};

struct iv_sigv4_signed {
	struct iv_str target;      /* path and query as they must be sent */
	struct iv_pair headers[4]; /* to be sent beside the request's: authorization, x-amz-date … */
	size_t header_count;
};

/* All texts lie in the arena. False with *e: a bad host, path, header or credential, too many of them, or no
 * memory. */
IV_MUST_CHECK bool iv_sigv4_sign(const struct iv_sigv4_keys *keys, const struct iv_sigv4_request *rq,
				 int64_t wall_ms, struct iv_arena *arena, struct iv_sigv4_signed *out,
				 struct iv_err *e);
/* Path and query of a link that needs no header but Host and those of the request; the payload stays
 * unsigned. expires_s is 1 to IV_SIGV4_EXPIRES_MAX_S. */
IV_MUST_CHECK bool iv_sigv4_presign(const struct iv_sigv4_keys *keys, const struct iv_sigv4_request *rq,
				    int64_t wall_ms, int64_t expires_s, struct iv_arena *arena,
				    struct iv_str *target, struct iv_err *e);

#endif
