/* iv_json: writing JSON into a buffer without a tree, and reading small JSON safely.
 * The reader is cJSON behind checks it lacks: whole input consumed, valid UTF-8, no NUL, no duplicate
 * keys, depth and size bounded. Never on the media path. */
#ifndef IV_JSON_H
#define IV_JSON_H

#include <cjson/cJSON.h>
#include "iv_buf.h"
#include "iv_err.h"

/* A writer remembers whether a comma is due and whether anything failed, so a whole object is written
 * without checks and asked once at the end. */
struct iv_jw {
	struct iv_buf *out;
	bool comma, failed;
};

void iv_jw_init(struct iv_jw *w, struct iv_buf *out);
void iv_jw_obj(struct iv_jw *w, const char *key);  /* key NULL inside arrays and at the top */
void iv_jw_arr(struct iv_jw *w, const char *key);
void iv_jw_end_obj(struct iv_jw *w);
void iv_jw_end_arr(struct iv_jw *w);
void iv_jw_str(struct iv_jw *w, const char *key, struct iv_str value); /* invalid UTF-8 becomes U+FFFD */
void iv_jw_cstr(struct iv_jw *w, const char *key, const char *value); /* NULL: null */
void iv_jw_i64(struct iv_jw *w, const char *key, int64_t value);
/* Rounded to at most so many decimals, without trailing zeros (12.50 prints 12.5); decimals < 0: as many
 * as it takes to read the same value back. NaN and inf print null. */
void iv_jw_num(struct iv_jw *w, const char *key, double value, int decimals);
void iv_jw_bool(struct iv_jw *w, const char *key, bool value);
void iv_jw_null(struct iv_jw *w, const char *key);
void iv_jw_raw(struct iv_jw *w, const char *key, struct iv_str json); /* already JSON; empty: null */
IV_MUST_CHECK bool iv_jw_done(const struct iv_jw *w); /* false: the buffer's ceiling was hit */

#define IV_JSON_MAX_BYTES 10485760 /* callers have lower limits of their own */

/* NULL with *e filled when the text is not one JSON value. The caller owns the tree (cJSON_Delete). */
IV_MUST_CHECK cJSON *iv_json_parse(struct iv_str text, struct iv_err *e);
/* Member by exact name; IV_STR_NULL / NULL when absent or of another type. */
struct iv_str iv_json_str(const cJSON *obj, const char *key);
const cJSON *iv_json_get(const cJSON *obj, const char *key);

#endif
