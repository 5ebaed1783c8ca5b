/* Twilio: hooks, status callbacks, and how a call of it begins. */
#include "carrier.h"

static void changed(struct carrier_call *call)
{
	(void)call;
}

static void drop(struct carrier_call *call)
{
	(void)call;
}

static void confirm(struct carrier_call *leg)
{
	dial_leg_ready(leg, true);
}

bool twilio_inbound(struct carrier_call *call, struct iv_err *e)
{
	(void)call;
	return iv_fail(e, IV_EUNSUPPORTED, "twilio is not here yet");
}

const struct carrier_ops carrier_twilio_ops = {"twilio", changed, drop, confirm};
