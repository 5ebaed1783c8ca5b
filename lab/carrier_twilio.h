/* carrier_twilio: a call of Twilio, shared by what runs its TwiML and by its REST. */
#ifndef LAB_CARRIER_TWILIO_H
#define LAB_CARRIER_TWILIO_H

#include "carrier.h"

enum twilio_event { TWILIO_INITIATED = 1, TWILIO_RINGING = 2, TWILIO_ANSWERED = 4, TWILIO_COMPLETED = 8 };

struct twilio_url {
	char url[CARRIER_URL], method[8];
};

struct twilio_app {
	struct twilio_url voice, fallback, status, amd;
	char base[CARRIER_URL]; /* where the document under way came from: relative URLs go from there */
	char number_sid[CARRIER_SID];
	int events;             /* of the status callback */
	int sequence;           /* of status callbacks */
	bool machine_detection, async_amd, amd_message_end, whispering, fell_back, first_verb_over;
	cJSON *inline_doc;      /* Twiml given by REST */
	cJSON *doc;
	const cJSON *verb;
	const cJSON *noun;      /* the Stream that is open */
	int epoch;              /* what ends late belongs to an older document */
	struct iv_timer timer, amd_timer;
	void (*after)(struct carrier_call *call);
	struct carrier_media *forks[4];
	char answered_by[24], stream_sid[CARRIER_SID], conference[130], whisper[CARRIER_URL];
	char direction[24];     /* as REST says it */
	cJSON *streams;         /* that REST has started: sid → url */
};

struct twilio_app *twilio_app_new(struct carrier_call *call);
const char *twilio_rest_status(const struct carrier_call *call);
cJSON *twilio_form(const struct carrier_call *call); /* what every request about a call carries */
void twilio_set_url(struct twilio_url *u, const char *url, const char *method);
/* Relative to the document under way. */
void twilio_resolve(const struct carrier_call *call, const char *url, char *out, size_t size);
/* Fetches a document and runs it; extra (taken, may be NULL) is laid over the request. */
void twilio_fetch(struct carrier_call *call, const char *what, const char *url, const char *method, cJSON *extra);
void twilio_run(struct carrier_call *call, cJSON *doc); /* takes doc; what ran is gone, its action is not asked */
void twilio_confirm(struct carrier_call *leg);
void twilio_timer(void *arg);
void twilio_over(struct carrier_call *call);
void twilio_stream_event(struct carrier_call *call, const cJSON *noun, const char *event, const char *error);
struct carrier_media *twilio_stream(struct carrier_call *call, const cJSON *noun, bool fork, char sid[CARRIER_SID]);
void rfc2822(int64_t wall_ms, char out[40]); /* "Sat, 21 Nov 2026 16:00:00 +0000" */
void twilio_stop_fork(struct carrier_call *call, const char *stream_sid);
bool twilio_e164(struct iv_str number);

/* ── numbers the account has (carrier_numbers) */

/* The number's settings win over the lab's options. False: the call dies without any hook. */
bool numbers_route(struct carriers *c, struct iv_str number, struct twilio_app *t);
bool numbers_own(struct carriers *c, struct iv_str number);
void numbers_take_voice(struct carriers *c, struct iv_str number, const char *url);

#endif
