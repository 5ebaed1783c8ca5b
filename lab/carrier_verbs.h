/* carrier_verbs: reads what a Jambonz hook answers, as strictly as Jambonz does: an unknown property or a wrong type
 * anywhere and the whole application is refused. Pure. */
#ifndef LAB_CARRIER_VERBS_H
#define LAB_CARRIER_VERBS_H

#include "iv_json.h"

/* A fresh array of {"verb":…,…} (the form {"say":{…}} and the name "stream" are gone), or NULL with e->msg in the
 * words of the server. The caller owns it. */
IV_MUST_CHECK cJSON *verbs_read(const cJSON *app, struct iv_err *e);

#endif
