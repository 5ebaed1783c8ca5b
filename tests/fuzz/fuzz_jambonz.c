/* The Jambonz leg: broken preambles, bytes cut anywhere. */
#include "fuzz_leg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_leg f;

	fuzz_lines(&f, IV_LEG_JAMBONZ, 8000, data, size);
	return 0;
}
