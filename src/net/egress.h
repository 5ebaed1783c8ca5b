/* What public_only means: public addresses, and networks named by the operator. */
#ifndef IV_EGRESS_PRIV_H
#define IV_EGRESS_PRIV_H

#include <sys/socket.h>
#include "net_priv.h"

/* "10.0.0.0/8, ::1": NULL with *e when one of them is no network. */
struct iv_egress *iv_egress_new(const char *networks, struct iv_err *e);
void iv_egress_free(struct iv_egress *g);
bool iv_egress_allows(const struct iv_egress *g, const struct sockaddr *sa);

#endif
