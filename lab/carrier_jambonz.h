/* carrier_jambonz: an application of Jambonz on a call, shared by what runs its verbs and by its REST. */
#ifndef LAB_CARRIER_JAMBONZ_H
#define LAB_CARRIER_JAMBONZ_H

#include "carrier.h"

/* "url" or {url, method, username, password}; what is not given comes from the application. */
struct jambonz_hook {
	char url[CARRIER_URL], method[8], user[64], password[64];
};

struct jambonz_app {
	struct jambonz_hook call_hook, status_hook;
	char application[CARRIER_SID];
	cJSON *app, *verb;  /* what runs, and what of it now */
	cJSON *customer;    /* from `tag` */
	cJSON *amd;
	cJSON *pending;     /* replaces the app when the verb under way has ended */
	struct iv_timer timer, amd_timer;
	void (*after)(struct carrier_call *call); /* what ends when the timer does */
	struct hook *steering; /* an answer to it may replace the app */
	int64_t verb_began_ms;
	char conference[130];
	bool muted, paused, listening, ending, confirming, refused;
	bool greeted; /* whoever asked knows of the machine; its greeting goes on */
	cJSON *confirm; /* a B leg: the hook that is asked before it is bridged */
	char dialled_digits[40];
};

void jambonz_hook_read(const struct carrier_call *call, const cJSON *hook, struct jambonz_hook *out);
struct jambonz_app *jambonz_app_new(struct carrier_call *call);
/* Posts a hook about the call with `extra` (taken, may be NULL) in its body. */
struct hook *jambonz_post(struct carrier_call *call, const struct jambonz_hook *to, const char *what, cJSON *extra,
			  bool first, int64_t delay_ms, hook_done_fn *done);
cJSON *jambonz_body(const struct carrier_call *call);
/* Replaces what runs; the verb under way ends first (§5.3 of how listen behaves: its actionHook is still asked, and
 * verbs in that answer win). Takes app. */
void jambonz_replace(struct carrier_call *call, cJSON *app);
/* The hook is asked, its answer replaces what runs. */
void jambonz_redirect(struct carrier_call *call, const cJSON *call_hook);

#endif
