/* Guard against requests that a tenant's URL would send into our own network. Pure. */
#ifndef IV_PUBLIC_ADDR_H
#define IV_PUBLIC_ADDR_H

#include <sys/socket.h>
#include "iv_str.h"

bool iv_address_is_public(const struct sockaddr *sa);

#endif
