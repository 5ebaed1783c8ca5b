/* carrier_jambonz_run: runs the verbs of an application on a call. */
#ifndef LAB_CARRIER_JAMBONZ_RUN_H
#define LAB_CARRIER_JAMBONZ_RUN_H

#include "carrier_jambonz.h"

void jambonz_run(struct carrier_call *call, cJSON *app); /* takes app; what ran is gone */
void jambonz_timer(void *arg);
void jambonz_over(struct carrier_call *call); /* the line has ended: nothing runs any more */
void jambonz_confirm(struct carrier_call *leg);
hook_done_fn jambonz_amd_answered, jambonz_redirect_answered;

#endif
