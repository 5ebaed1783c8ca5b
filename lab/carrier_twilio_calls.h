/* carrier_twilio_calls: what the handlers of a call share: its document, and what they say of a call that is not there
 * or does not talk. */
#ifndef LAB_CARRIER_TWILIO_CALLS_H
#define LAB_CARRIER_TWILIO_CALLS_H

#include "carrier_twilio_rest.h"

cJSON *twilio_document(const struct carrier_call *call); /* as GET tells it; the caller's */
struct carrier_call *twilio_call_of(struct twilio_rq *t); /* of the path; NULL: refused with 404 */
void twilio_not_in_progress(struct twilio_rq *t); /* refuses */
bool twilio_is(struct iv_str value, const char *word); /* whatever the case of its letters */

#endif
