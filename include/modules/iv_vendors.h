/* iv_vendors: what is rented of vendors, over REST: templates and the agents made of them, numbers and their pool, and the
 * older platform's seven functions (but the one that ElevenLabs calls) at /functions/v1/voice-NAME and /api/voice/NAME. */
#ifndef IV_VENDORS_H
#define IV_VENDORS_H

#include "iv_api.h"

void iv_vendors_mount(struct iv_api *a);

#endif
