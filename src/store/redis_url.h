/* Where a Redis is, taken apart from its URL. */
#ifndef IV_STORE_REDIS_URL_H
#define IV_STORE_REDIS_URL_H

#include "iv_err.h"

struct iv_redis_target {
	bool tls, local;         /* local: a unix socket */
	char host[254];          /* without brackets */
	int port;
	char path[108];          /* sun_path */
	char user[128], password[512]; /* decoded; "" is none */
	int db;
	char shown[300];         /* for logs: no user, no password */
};

/* redis://, rediss://, unix://; with user information percent-encoded. *e names the part that is wrong and
 * never shows it: a password may stand in the wrong place. */
IV_MUST_CHECK bool iv_redis_url_parse(struct iv_str url, struct iv_redis_target *t, struct iv_err *e);

#endif
