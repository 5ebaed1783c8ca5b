/* iv_err: one error, as a value. The table says what a code means to HTTP, to a WebSocket, to a
 * retrying client and on the wire. A message says what was expected, where, and what was found:
 * lower case, no full stop, no secret, no phone number, no transcript. */
#ifndef IV_ERR_H
#define IV_ERR_H

#include "iv_str.h"

#define IV_ERR_TABLE(X)                                                                            \
	/* code           http  ws    retry  wire name */                                          \
	X(IV_OK,           200, 1000, false, "ok")                                                 \
	X(IV_EINVAL,       400, 1008, false, "bad_request")                                        \
	X(IV_EAUTH,        401, 4003, false, "invalid_api_key")                                    \
	X(IV_EFORBIDDEN,   403, 4003, false, "forbidden")                                          \
	X(IV_ENOENT,       404, 4004, false, "not_found")                                          \
	X(IV_EMETHOD,      405, 1008, false, "method_not_allowed")                                 \
	X(IV_ECONFLICT,    409, 4001, false, "conflict")                                           \
	X(IV_EGONE,        410, 4011, false, "call_ended")                                         \
	X(IV_ETOOBIG,      413, 1009, false, "too_large")                                          \
	X(IV_EMEDIA,       415, 1003, false, "unsupported_media_type")                             \
	X(IV_EUNPROCESSABLE, 422, 1008, false, "unprocessable")                                    \
	X(IV_EQUOTA,       429, 4009, true,  "quota_exceeded")                                     \
	X(IV_ERATE,        429, 4009, true,  "rate_limited")                                       \
	X(IV_ECANCELED,    499, 1001, false, "canceled")                                           \
	X(IV_EINTERNAL,    500, 1011, false, "internal_error")                                     \
	X(IV_EUNSUPPORTED, 501, 1008, false, "not_supported")                                      \
	X(IV_EUPSTREAM,    502, 4010, true,  "provider_unavailable")                               \
	X(IV_EDRAINING,    503, 1012, true,  "service_unavailable")                                \
	X(IV_ETIMEDOUT,    504, 1011, true,  "timeout")

enum iv_code {
#define X(code, http, ws, retry, name) code,
	IV_ERR_TABLE(X)
#undef X
};

struct iv_err {
	enum iv_code code;
	char field[64]; /* dotted path of the offending field, or "" */
	char msg[192];
};

struct iv_code_info {
	const char *name; /* wire name */
	int http_status;
	int ws_close;
	bool retryable;
};

const struct iv_code_info *iv_code_info(enum iv_code code);
/* Fill *e (the first error wins: a filled one is left alone) and return false, so that a failing
 * function ends with `return iv_fail(e, IV_EINVAL, "…")`. e may be NULL. */
bool iv_fail(struct iv_err *e, enum iv_code code, const char *fmt, ...) IV_PRINTF(3, 4);
bool iv_fail_field(struct iv_err *e, enum iv_code code, const char *field, const char *fmt, ...)
	IV_PRINTF(4, 5);

#endif
