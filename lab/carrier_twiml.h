/* carrier_twiml: reads TwiML with an XML parser and checks what Twilio would: known elements, where they may stand,
 * their attributes. What Twilio only warns about is refused here, so that a test sees it. Pure. */
#ifndef LAB_CARRIER_TWIML_H
#define LAB_CARRIER_TWIML_H

#include "iv_json.h"

#define TWIML_BYTES_MAX 65536

/* {"name":"Response","attributes":{},"text":"","children":[…]}, or NULL with e->msg beginning with Twilio's error
 * code ("12100: …"). `whisper`: the document of a Number's url, where only some verbs may stand. */
IV_MUST_CHECK cJSON *twiml_read(struct iv_str text, bool whisper, struct iv_err *e);

/* Of a node; "" when there is none. */
const char *twiml_name(const cJSON *node);
const char *twiml_text(const cJSON *node);
const char *twiml_attribute(const cJSON *node, const char *name);
const cJSON *twiml_children(const cJSON *node); /* the first */

#endif
