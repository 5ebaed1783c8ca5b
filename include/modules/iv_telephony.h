/* iv_telephony: what carriers ask of us while they hold a call (Jambonz, Twilio, and the first platform's generic
 * hooks), and the routes that order something of a call in progress. Calls are placed by iv_dial, their media arrives
 * at the gateway; a hook says which call it is and carries out what the gateway decides (iv_line.h).
 *
 * A hook is believed by its signature over the raw body (and, of Twilio, over our public address), never by where it
 * comes from alone; it may come twice, late, or never. */
#ifndef IV_TELEPHONY_H
#define IV_TELEPHONY_H

#include "iv_api.h"

struct iv_telephony;

/* NULL with *e: a list of addresses is none; or in production a carrier is configured without the secret that its
 * hooks are signed with, or with one that everybody knows. Sets s->telephony. */
struct iv_telephony *iv_telephony_new(struct iv_services *s, struct iv_err *e);
void iv_telephony_free(struct iv_telephony *t); /* after iv_api_free */
/* From now on calls that begin are answered 503: another instance takes them. */
void iv_telephony_drain(struct iv_telephony *t);

/* The rows of iv_api: hooks under /telephony/jambonz and /telephony/twilio, orders and reports. */
void iv_telephony_mount(struct iv_api *a);

#endif
