/* WAVE files: what is accepted lies inside the file and has sane numbers. */
#include <stdlib.h>

#include "iv_wav.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct iv_str file = {(const char *)data, size};
	struct iv_err e = {0};
	struct iv_wav w;

	if (!iv_wav_parse(file, &w, &e)) {
		if (e.code == IV_OK || !e.field[0] || !e.msg[0])
			abort();
		return 0;
	}
	if (w.rate_hz < 8000 || w.rate_hz > 48000 || w.channels < 1 || w.channels > 8)
		abort();
	if (w.data < data || w.data > data + size)
		abort();
	if (w.samples > (size_t)(data + size - w.data) / (2 * (size_t)w.channels))
		abort();
	return 0;
}
