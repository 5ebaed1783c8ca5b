/* The Twilio leg, from the beginning and behind a good start; what the scanner takes must be JSON
 * that the reader of trees takes too. */
#include "fuzz_leg.h"
#include "iv_json.h"

#define START "{\"event\":\"start\",\"start\":{\"streamSid\":\"MZ1\",\"callSid\":\"CA1\"}}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *arg, const struct iv_leg_event *ev)
{
	(void)ev;
	(void)arg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_leg f;
	struct iv_str message = {(const char *)data, size};
	struct iv_err e = {0};

	fuzz_lines(&f, IV_LEG_TWILIO, 8000, data, size);
	iv_leg_init(&f.leg, IV_LEG_TWILIO, 8000);
	fuzz_must(iv_leg_receive(&f.leg, true, IV_S(START), &f.scratch, ignore, &f, &e));
	if (iv_leg_receive(&f.leg, true, message, &f.scratch, ignore, &f, &e)) {
		cJSON *tree = iv_json_parse(message, NULL);

		fuzz_must(tree != NULL);
		cJSON_Delete(tree);
	}
	return 0;
}
