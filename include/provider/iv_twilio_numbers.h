/* iv_twilio_numbers: the numbers of the operator's Twilio account: which there are, which may be bought, where one rings.
 *
 * A number that belongs to a trunk or an application rings there, whatever its voice URL says: pointing it at us takes
 * both away, and is only believed when it reads so afterwards. */
#ifndef IV_TWILIO_NUMBERS_H
#define IV_TWILIO_NUMBERS_H

#include "iv_vendor.h"

struct iv_twilio_number {
	struct iv_str sid, number, name, voice_url, status_url, trunk, application, country;
	bool voice, sms;
};

/* Where a number of ours rings: our hooks, as JSON-free texts from PUBLIC_BASE_URL. False: there is none. */
IV_MUST_CHECK bool iv_twilio_hooks(const struct iv_config *cfg, struct iv_arena *arena, struct iv_str *voice_url,
				   struct iv_str *status_url);
/* Does it ring there? */
bool iv_twilio_rings_at(const struct iv_twilio_number *n, struct iv_str voice_url);

enum { IV_TWILIO_FOUND_MAX = 50 };
struct iv_twilio_found {
	struct iv_twilio_number items[IV_TWILIO_FOUND_MAX];
	size_t count;
};

/* May be bought. kind: "Local", "TollFree", "Mobile", …; area and contains "": any. */
enum iv_flow_next iv_twilio_search(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				   struct iv_arena *arena, struct iv_str country, struct iv_str kind, struct iv_str area,
				   struct iv_str contains, struct iv_twilio_found *found, struct iv_vendor_answer *a);
/* Ours, all of them or the one of that number ("": all): the first IV_TWILIO_FOUND_MAX. */
enum iv_flow_next iv_twilio_list(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				 struct iv_arena *arena, struct iv_str number, struct iv_twilio_found *found,
				 struct iv_vendor_answer *a);
enum iv_flow_next iv_twilio_get(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				struct iv_arena *arena, struct iv_str sid, struct iv_twilio_number *n,
				struct iv_vendor_answer *a);
/* Costs money: asked once. It rings at our hooks at once. */
enum iv_flow_next iv_twilio_buy(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				struct iv_arena *arena, struct iv_str number, struct iv_twilio_number *n,
				struct iv_vendor_answer *a);
/* Our hooks are set, trunk and application taken away. What it says of itself is no proof: get it afterwards. */
enum iv_flow_next iv_twilio_point(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				  struct iv_arena *arena, struct iv_str sid, struct iv_vendor_answer *a);
/* Given back: the number is lost for good. */
enum iv_flow_next iv_twilio_release(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				    struct iv_arena *arena, struct iv_str sid, struct iv_vendor_answer *a);

#endif
