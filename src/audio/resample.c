/* Rate changes. By two in either direction: a half-band filter of 31 taps, of which every other one
 * but the middle is zero, so one branch is a delay and the other 16 multiplications in 16-bit
 * arithmetic. Made minimax for 8 kHz speech: flat to 3.4 kHz within 0.1 dB, images and aliases
 * beyond 4.6 kHz (at the higher rate of 16 kHz) are 45 dB down. Anything else is speexdsp's at
 * quality 3. */
#include "iv_resample.h"

#include <speex/speex_resampler.h>
#include <stdlib.h>
#include <string.h>

#define TAPS IV_HALFBAND_TAPS
#define PAST (TAPS - 1)	      /* samples the filter branch looks back */
#define CENTRE (TAPS / 2 - 1) /* samples the delay branch looks back when halving */
#define BLOCK 160
#define LANES 8
#define SPEEX_QUALITY 3

/* Q14; the sum is 1. */
static const int16_t taps[TAPS] = {-180,  257,	 -436, 701,   -1108, 1798, -3298, 10458,
				   10458, -3298, 1798, -1108, 701,   -436, 257,	  -180};

enum method { COPY, DOUBLE, HALVE, SPEEX };

static enum method method_of(const struct iv_resampler *r)
{
	if (r->from_hz == r->to_hz)
		return COPY;
	if (r->to_hz == 2 * r->from_hz)
		return DOUBLE;
	return r->from_hz == 2 * r->to_hz ? HALVE : SPEEX;
}

static bool known_rate(int hz)
{
	static const int rates[] = {8000, 16000, 22050, 24000, 44100, 48000};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		if (rates[i] == hz)
			return true;
	return false;
}

bool iv_resampler_init(struct iv_resampler *r, int from_hz, int to_hz)
{
	int rc = 0;

	memset(r, 0, sizeof(*r));
	r->from_hz = from_hz;
	r->to_hz = to_hz;
	if (!known_rate(from_hz) || !known_rate(to_hz))
		return false;
	if (method_of(r) != SPEEX)
		return true;
	r->speex = speex_resampler_init(1, (spx_uint32_t)from_hz, (spx_uint32_t)to_hz,
					SPEEX_QUALITY, &rc);
	if (!r->speex)
		abort(); /* fixed size: out of memory is the only reason */
	return true;
}

void iv_resampler_deinit(struct iv_resampler *r)
{
	if (r->speex)
		speex_resampler_destroy(r->speex);
	r->speex = NULL;
}

void iv_resampler_reset(struct iv_resampler *r)
{
	memset(r->history, 0, sizeof(r->history));
	r->phase = 0;
	if (r->speex)
		speex_resampler_reset_mem(r->speex);
}

size_t iv_resampler_bound(const struct iv_resampler *r, size_t n)
{
	switch (method_of(r)) {
	case COPY:
		return n;
	case DOUBLE:
		return 2 * n;
	case HALVE:
		return (n + 1) / 2;
	case SPEEX:
		break;
	}
	return (size_t)((uint64_t)n * (uint64_t)r->to_hz / (uint64_t)r->from_hz) + 2;
}

/* Filters up to a block: `line` is PAST samples, then n, then LANES to read past the end. Q14; the
 * taps' magnitudes add up to 2.3, so 32 bits hold any input. Eight sums at once suit the
 * vectoriser. */
static void filter(const int16_t *restrict line, size_t n, int32_t *restrict sum)
{
	for (size_t i = 0; i < n; i += LANES) {
		int32_t acc[LANES] = {0};

		for (size_t k = 0; k < TAPS; k++)
			for (size_t lane = 0; lane < LANES; lane++)
				acc[lane] += taps[k] * line[i + k + lane];
		memcpy(sum + i, acc, sizeof(acc));
	}
}

/* Rounds and narrows. Clipping is rare, so it is looked for once a block. */
static void narrow(const int32_t *restrict sum, size_t n, int shift, int16_t *restrict out)
{
	uint32_t outside = 0;

	for (size_t i = 0; i < n; i++) {
		int32_t v = (sum[i] + (1 << (shift - 1))) >> shift;

		outside |= (uint32_t)(v + 32768) >> 16;
		out[i] = (int16_t)v;
	}
	for (size_t i = 0; outside != 0 && i < n; i++) {
		int32_t v = (sum[i] + (1 << (shift - 1))) >> shift;

		out[i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
	}
}

/* history: the last PAST inputs, oldest first. */
static void double_block(struct iv_resampler *r, const int16_t *in, size_t n, int16_t *restrict out)
{
	int16_t line[PAST + BLOCK + LANES], between[BLOCK];
	int32_t sum[BLOCK + LANES];

	memcpy(line, r->history, PAST * sizeof(*line));
	memcpy(line + PAST, in, n * sizeof(*line));
	memset(line + PAST + n, 0, LANES * sizeof(*line));
	filter(line, n, sum);
	narrow(sum, n, 14, between);
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = between[i];
		out[2 * i + 1] = line[i + TAPS / 2];
	}
	memcpy(r->history, line + n, PAST * sizeof(*line));
}

/* history: the last PAST odd inputs, from [TAPS] the last CENTRE even ones, and at the end the even
 * input still without its odd neighbour (phase 1). in: n pairs. */
static void halve_block(struct iv_resampler *r, const int16_t *restrict in, size_t n,
			int16_t *restrict out)
{
	int16_t odd[PAST + BLOCK + LANES], even[CENTRE + BLOCK];
	int32_t sum[BLOCK + LANES];

	memcpy(odd, r->history, PAST * sizeof(*odd));
	memcpy(even, r->history + TAPS, CENTRE * sizeof(*even));
	for (size_t i = 0; i < n; i++) {
		even[CENTRE + i] = in[2 * i];
		odd[PAST + i] = in[2 * i + 1];
	}
	memset(odd + PAST + n, 0, LANES * sizeof(*odd));
	filter(odd, n, sum);
	for (size_t i = 0; i < n; i++)
		sum[i] += even[i] * (1 << 14);
	narrow(sum, n, 15, out);
	memcpy(r->history, odd + n, PAST * sizeof(*odd));
	memcpy(r->history + TAPS, even + n, CENTRE * sizeof(*even));
}

static size_t doubled(struct iv_resampler *r, const int16_t *in, size_t n, int16_t *out)
{
	for (size_t done = 0; done < n; done += BLOCK)
		double_block(r, in + done, n - done < BLOCK ? n - done : BLOCK, out + 2 * done);
	return 2 * n;
}

static size_t halved(struct iv_resampler *r, const int16_t *in, size_t n, int16_t *out)
{
	int16_t *pending = &r->history[2 * TAPS - 1];
	size_t made = 0, pairs;

	if (r->phase == 1 && n > 0) {
		int16_t pair[2] = {*pending, in[0]};

		halve_block(r, pair, 1, out);
		made = 1;
		in++;
		n--;
		r->phase = 0;
	}
	pairs = n / 2;
	for (size_t done = 0; done < pairs; done += BLOCK)
		halve_block(r, in + 2 * done, pairs - done < BLOCK ? pairs - done : BLOCK,
			    out + made + done);
	if (n % 2 == 1) {
		*pending = in[n - 1];
		r->phase = 1;
	}
	return made + pairs;
}

static size_t converted(struct iv_resampler *r, const int16_t *in, size_t n, int16_t *out)
{
	size_t used = 0, made = 0, bound = iv_resampler_bound(r, n);

	while (used < n && made < bound) {
		spx_uint32_t take = (spx_uint32_t)(n - used), give = (spx_uint32_t)(bound - made);

		speex_resampler_process_int(r->speex, 0, in + used, &take, out + made, &give);
		if (take == 0 && give == 0)
			break;
		used += take;
		made += give;
	}
	return made;
}

size_t iv_resample(struct iv_resampler *r, const int16_t *in, size_t n, int16_t *out)
{
	if (n == 0)
		return 0;
	switch (method_of(r)) {
	case COPY:
		memcpy(out, in, n * sizeof(*in));
		return n;
	case DOUBLE:
		return doubled(r, in, n, out);
	case HALVE:
		return halved(r, in, n, out);
	case SPEEX:
		break;
	}
	return converted(r, in, n, out);
}
