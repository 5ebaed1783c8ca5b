/* What a recogniser says: each line of the input is a message. */
#include <stdlib.h>
#include "../../src/provider/asr_vendor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iv_str rest = {(const char *)data, size}, line;
	while (iv_str_split(&rest, '\n', &line)) {
		struct asr_msg m;
		asr_deepgram.read(line, &m);
		if (!(m.end_s >= 0 && m.end_s < 200000) ||
		    !(m.confidence >= 0 && m.confidence <= 1))
			abort();
		if (m.text.len > 0 && (m.kind != ASR_MSG_TEXT || !iv_utf8_valid(m.text)))
			abort();
		if (m.end_of_turn && !m.is_final)
			abort();
		asr_msg_deinit(&m);
	}
	return 0;
}
