/* Loudness and zero crossings of a frame. Written for the vectoriser: signs become bytes, bytes
 * become bits, and the carry of one addition hands each sample the sign of the last loud one before
 * it. */
#include "iv_level.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define LOUD 8
#define BLOCK 64

static uint64_t sum_of_squares(const int16_t *pcm, size_t n)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += (uint32_t)(pcm[i] * pcm[i]);
	return total;
}

/* Eight bytes of 0 or 1 to eight bits, the first byte lowest. */
static uint64_t pack_bits(const uint8_t *bytes)
{
	uint64_t eight;

	memcpy(&eight, bytes, sizeof(eight));
	return (eight * UINT64_C(0x0102040810204080)) >> 56;
}

struct sign {
	bool known; /* a loud sample was seen */
	bool negative;
};

static unsigned count_changes(uint64_t up, uint64_t down, struct sign *last)
{
	uint64_t loud = up | down, sum, before;
	bool carry;

	if (loud == 0)
		return 0;
	if (!last->known)
		last->negative = (loud & -loud & down) != 0;
	last->known = true;
	/* Addends ~up and down: a negative sample makes a carry, a quiet one passes it on, a
	 * positive one ends it. So the carry into each bit is the sign before that sample. */
	carry = __builtin_add_overflow(~up, down, &sum);
	carry |= __builtin_add_overflow(sum, (uint64_t)last->negative, &sum);
	before = sum ^ ~up ^ down;
	last->negative = carry;
	return (unsigned)__builtin_popcountll((up & before) | (down & ~before));
}

static unsigned block_changes(const int16_t *pcm, struct sign *last)
{
	uint8_t is_up[BLOCK], is_down[BLOCK];
	uint64_t up = 0, down = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		is_up[i] = pcm[i] >= LOUD;
		is_down[i] = pcm[i] <= -LOUD;
	}
	for (size_t i = 0; i < BLOCK; i += 8) {
		up |= pack_bits(is_up + i) << i;
		down |= pack_bits(is_down + i) << i;
	}
	return count_changes(up, down, last);
}

static uint16_t count_crossings(const int16_t *pcm, size_t n)
{
	int16_t rest[BLOCK] = {0};
	struct sign last = {false, false};
	size_t whole = n - n % BLOCK, crossings = 0;

	for (size_t i = 0; i < whole; i += BLOCK)
		crossings += block_changes(pcm + i, &last);
	if (whole < n) {
		memcpy(rest, pcm + whole, (n - whole) * sizeof(*pcm));
		crossings += block_changes(rest, &last);
	}
	return crossings < UINT16_MAX ? (uint16_t)crossings : UINT16_MAX;
}

struct iv_level iv_level_measure(const int16_t *pcm, size_t n)
{
	struct iv_level level = {IV_LEVEL_FLOOR_DDB, 0};
	uint64_t energy = sum_of_squares(pcm, n);
	double full_scale;

	if (energy == 0)
		return level;
	full_scale = (double)n * 32768.0 * 32768.0;
	level.rms_ddb = (int16_t)lrint(100.0 * log10((double)energy / full_scale));
	if (level.rms_ddb < IV_LEVEL_FLOOR_DDB)
		level.rms_ddb = IV_LEVEL_FLOOR_DDB;
	level.crossings = count_crossings(pcm, n);
	return level;
}
