/* Two channels into one WAV file. */
#include "stereo.h"

#include <errno.h>
#include "iv_wav.h"

static bool put_header(struct stereo *s)
{
	uint8_t header[IV_WAV_HEADER];

	iv_wav_header(header, s->rate_hz, 2, s->frames * 4);
	return fseek(s->file, 0, SEEK_SET) == 0 && fwrite(header, sizeof(header), 1, s->file) == 1;
}

bool stereo_open(struct stereo *s, const char *path, int rate_hz, struct iv_err *e)
{
	*s = (struct stereo){.file = fopen(path, "wb"), .rate_hz = rate_hz};
	if (s->file && put_header(s))
		return true;
	iv_fail_field(e, IV_EINVAL, "--out", "%.80s: %s", path, strerror(errno));
	if (s->file)
		fclose(s->file);
	s->file = NULL;
	return false;
}

void stereo_write(struct stereo *s, const int16_t *left, const int16_t *right, size_t n)
{
	if (!s->file)
		return;
	for (size_t i = 0; i < n; i++) {
		uint16_t l = (uint16_t)left[i], r = (uint16_t)right[i];
		uint8_t bytes[4] = {(uint8_t)l, (uint8_t)(l >> 8), (uint8_t)r, (uint8_t)(r >> 8)};

		/* A full disk shows in stereo_close. */
		if (fwrite(bytes, sizeof(bytes), 1, s->file) == 1)
			s->frames++;
	}
}

bool stereo_close(struct stereo *s)
{
	if (!s->file)
		return true;
	bool failed = ferror(s->file) != 0;
	bool ok = put_header(s) && !failed;
	ok = fclose(s->file) == 0 && ok;
	s->file = NULL;
	return ok;
}
