/* iv_config: every setting, made from config.def and from nothing else. Read once at start from the
 * environment; the same table prints the help, the documentation and the example file. */
#ifndef IV_CONFIG_H
#define IV_CONFIG_H

#include "iv_buf.h"
#include "iv_err.h"

/* A secret prints as *** wherever it is printed; only iv_secret_reveal gives the bytes. */
struct iv_secret {
	const char *hidden; /* "" when unset */
};

static inline const char *iv_secret_reveal(struct iv_secret s)
{
	return s.hidden;
}

static inline bool iv_secret_set(struct iv_secret s)
{
	return s.hidden && s.hidden[0] != '\0';
}

struct iv_config {
#define CFG_STR(field, env, dflt, unit, doc) const char *field;
#define CFG_SECRET(field, env, unit, doc) struct iv_secret field;
#define CFG_INT(field, env, dflt, lo, hi, unit, doc) int64_t field;
#define CFG_DBL(field, env, dflt, lo, hi, unit, doc) double field;
#define CFG_BOOL(field, env, dflt, doc) bool field;
#define CFG_ENUM(field, env, dflt, choices, doc) const char *field;
#include "iv_config.def"
	char *storage; /* owned: the strings above point into it */
};

typedef const char *iv_env_fn(void *arg, const char *name); /* NULL when unset */

/* Reads and checks everything. On failure *errors holds one line per problem: variable, value (never a
 * secret's), what is allowed. `env` is getenv in the daemon and a table in tests. For each secret X the
 * variable X_FILE names a file that holds it. */
IV_MUST_CHECK bool iv_config_read(struct iv_config *cfg, iv_env_fn *env, void *arg, struct iv_buf *errors);
void iv_config_free(struct iv_config *cfg);
/* "NAME=value" lines, secrets masked. */
IV_MUST_CHECK bool iv_config_print(const struct iv_config *cfg, struct iv_buf *out);
IV_MUST_CHECK bool iv_config_help(struct iv_buf *out);     /* for a terminal */
IV_MUST_CHECK bool iv_config_markdown(struct iv_buf *out); /* the table of the README */

#endif
