/* iv_limits: how many calls there are at once, for people: GET /telephony/limits, GET /v1/slots. */
#ifndef IV_LIMITS_H
#define IV_LIMITS_H

#include "iv_api.h"

const struct iv_api_route *iv_telephony_limit_routes(void);

#endif
