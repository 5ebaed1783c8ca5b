/* Chunks, replay and pace, with made-up time. At 16 kHz every sample carries its own position, so
 * what comes out tells where it came from. */
#include "golden.h"
#include "../../../src/provider/asr_uplink.h"

#define MS16 16 /* samples per millisecond */

static struct ring_pool pool; /* given back by the last test */

static void add_ms(struct asr_uplink *u, int ms)
{
	size_t n = (size_t)ms * MS16;
	int16_t *pcm = malloc(n * sizeof(*pcm));
	for (size_t i = 0; i < n; i++)
		pcm[i] = (int16_t)((u->ring.head + i) & 0x7fff);
	uplink_add(u, pcm, n);
	free(pcm);
}

static uint64_t first_sample(const struct uplink_part *part)
{
	return (uint64_t)(part->bytes[0] | part->bytes[1] << 8);
}

/* Takes all that may go now; checks that it is one run from *position on. */
static void drain(struct asr_uplink *u, int64_t now_us, uint64_t *position)
{
	struct uplink_part part;
	while ((part = uplink_next(u, now_us)).kind == UPLINK_AUDIO) {
		assert_int_equal(first_sample(&part), *position & 0x7fff);
		*position += part.n / 2;
	}
}

static void audio_goes_in_whole_chunks(void **state)
{
	(void)state;
	struct asr_uplink u;
	uint64_t at = 0;
	uplink_init(&u, &pool, 16000, 80, 5000);
	uplink_restart(&u, 0);
	add_ms(&u, 79);
	assert_int_equal(uplink_next(&u, 0).kind, UPLINK_NOTHING);
	add_ms(&u, 1);
	struct uplink_part part = uplink_next(&u, 0);
	assert_int_equal(part.kind, UPLINK_AUDIO);
	assert_int_equal(part.n, 2 * 80 * MS16);
	at = 80 * MS16;
	add_ms(&u, 1000);
	drain(&u, 0, &at); /* live audio has no pace: twelve chunks of the thousand */
	assert_int_equal(at, (80 + 960) * MS16);
	uplink_deinit(&u);
}

static void telephone_audio_is_ulaw(void **state)
{
	(void)state;
	static const int16_t pcm[4] = {0, -32124, 32124, 0};
	static const uint8_t g711[4] = {0xff, 0x00, 0x80, 0xff};
	int16_t block[160];
	struct asr_uplink u;
	uplink_init(&u, &pool, 8000, 20, 1000);
	uplink_restart(&u, 0);
	for (size_t i = 0; i < 160; i++)
		block[i] = pcm[i % 4];
	uplink_add(&u, block, 160);
	struct uplink_part part = uplink_next(&u, 0);
	assert_int_equal(part.n, 160);
	for (size_t i = 0; i < 160; i++)
		assert_int_equal(part.bytes[i], g711[i % 4]);
	uplink_deinit(&u);
}

static void finalize_goes_behind_the_incomplete_chunk(void **state)
{
	(void)state;
	struct asr_uplink u;
	uplink_init(&u, &pool, 16000, 80, 5000);
	uplink_restart(&u, 0);
	add_ms(&u, 100);
	uplink_finalize(&u);
	add_ms(&u, 80);
	assert_int_equal(uplink_next(&u, 0).n, 2 * 80 * MS16);
	assert_int_equal(uplink_next(&u, 0).n, 2 * 20 * MS16);
	assert_int_equal(uplink_next(&u, 0).kind, UPLINK_FINALIZE);
	assert_int_equal(uplink_next(&u, 0).n, 2 * 80 * MS16);
	assert_int_equal(uplink_next(&u, 0).kind, UPLINK_NOTHING);
	uplink_deinit(&u);
}

static void finalize_with_nothing_waiting_sends_no_empty_frame(void **state)
{
	(void)state;
	struct asr_uplink u;
	uplink_init(&u, &pool, 16000, 80, 5000);
	uplink_restart(&u, 0);
	add_ms(&u, 80);
	assert_int_equal(uplink_next(&u, 0).kind, UPLINK_AUDIO);
	uplink_finalize(&u);
	assert_int_equal(uplink_next(&u, 0).kind, UPLINK_FINALIZE);
	assert_int_equal(uplink_next(&u, 0).kind, UPLINK_NOTHING);
	assert_int_equal(uplink_rest(&u).kind, UPLINK_NOTHING);
	uplink_deinit(&u);
}

static void a_new_connection_repeats_from_the_last_final_text(void **state)
{
	(void)state;
	struct asr_uplink u;
	uint64_t at = 0;
	uplink_init(&u, &pool, 16000, 80, 5000);
	uplink_restart(&u, 0);
	add_ms(&u, 2000);
	drain(&u, 0, &at);
	uplink_heard(&u, 1.25);
	uplink_restart(&u, 3000000);
	at = 1250 * MS16;
	drain(&u, 3000000, &at);
	/* 500 ms at once: six whole chunks. */
	assert_int_equal(at, (1250 + 480) * MS16);
	drain(&u, 3000000 + 1000000, &at);
	assert_int_equal(at, (1250 + 720) * MS16);
	uplink_deinit(&u);
}

static void times_of_the_second_connection_count_from_its_own_start(void **state)
{
	(void)state;
	struct asr_uplink u;
	uint64_t at = 0;
	uplink_init(&u, &pool, 16000, 80, 5000);
	uplink_restart(&u, 0);
	add_ms(&u, 1600);
	drain(&u, 0, &at);
	uplink_heard(&u, 1.0);
	uplink_restart(&u, 0);
	at = 1000 * MS16;
	drain(&u, 60000000, &at);
	uplink_heard(&u, 0.5); /* 1.5 s since the beginning */
	assert_int_equal(u.heard, 1500 * MS16);
	uplink_heard(&u, 0.25); /* never backwards */
	assert_int_equal(u.heard, 1500 * MS16);
	uplink_heard(&u, 1e5); /* nor beyond what was sent */
	assert_int_equal(u.heard, u.sent);
	uplink_deinit(&u);
}

/* Ten seconds of ring while live audio goes on coming: the sum sent never exceeds the allowance,
 * and in the end nothing is missing. */
static void replay_keeps_the_pace_and_catches_up(void **state)
{
	(void)state;
	struct asr_uplink u;
	uint64_t at = 0;
	bool caught_up = false;
	uplink_init(&u, &pool, 16000, 80, 10000);
	add_ms(&u, 8000);
	uplink_restart(&u, 0);
	for (int ms = 0; ms <= 40000; ms += 20) {
		drain(&u, (int64_t)ms * 1000, &at);
		if (u.catching_up)
			assert_true(at <= (uint64_t)(500 + ms * 1.25) * MS16);
		caught_up = caught_up || !u.catching_up;
		/* 8 s behind, half a second for free, a quarter won per second: 30 s. */
		if (ms < 28000)
			assert_false(caught_up);
		add_ms(&u, 20);
	}
	assert_true(caught_up);
	drain(&u, 41000000, &at);
	assert_true(u.ring.head - at < 80 * MS16);
	uplink_deinit(&u);
}

static void the_pace_says_when_to_come_back(void **state)
{
	(void)state;
	struct asr_uplink u;
	uint64_t at = 0;
	uplink_init(&u, &pool, 16000, 80, 5000);
	add_ms(&u, 2000);
	uplink_restart(&u, 1000000);
	drain(&u, 1000000, &at);
	struct uplink_part part = uplink_next(&u, 1000000);
	/* The seventh chunk ends at 560 ms: 60 ms over the burst, at 1.25 that is 48 ms later. */
	assert_in_range(part.due_us, 1048000, 1048001);
	assert_int_equal(uplink_next(&u, part.due_us - 2).kind, UPLINK_NOTHING);
	assert_int_equal(uplink_next(&u, part.due_us).kind, UPLINK_AUDIO);
	uplink_deinit(&u);
}

static void more_than_the_ring_is_forgotten_oldest_first(void **state)
{
	(void)state;
	struct asr_uplink u;
	uint64_t at = 0;
	uplink_init(&u, &pool, 16000, 80, 1000);
	add_ms(&u, 3500);
	uplink_restart(&u, 0);
	at = 2500 * MS16;
	drain(&u, 60000000, &at);
	assert_int_equal(at, (2500 + 960) * MS16);
	uplink_deinit(&u);
}

static void an_unanswered_finalize_is_asked_again(void **state)
{
	(void)state;
	static const struct {
		bool answered;
		double heard_s;
		bool again;
	} rows[] = {{false, 0, true}, {true, 0, false}, {false, 0.08, false}, {false, 0.05, true}};
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct asr_uplink u;
		bool again = false;
		struct uplink_part part;
		uplink_init(&u, &pool, 16000, 80, 5000);
		uplink_restart(&u, 0);
		add_ms(&u, 80);
		uplink_finalize(&u);
		assert_int_equal(uplink_next(&u, 0).kind, UPLINK_AUDIO);
		assert_int_equal(uplink_next(&u, 0).kind, UPLINK_FINALIZE);
		uplink_heard(&u, rows[i].heard_s);
		if (rows[i].answered)
			uplink_answered(&u);
		uplink_restart(&u, 0);
		while ((part = uplink_next(&u, 60000000)).kind != UPLINK_NOTHING)
			again = again || part.kind == UPLINK_FINALIZE;
		assert_int_equal(again, rows[i].again);
		uplink_deinit(&u);
	}
}

static void the_rest_is_what_makes_no_chunk(void **state)
{
	(void)state;
	struct asr_uplink u;
	uplink_init(&u, &pool, 16000, 80, 5000);
	uplink_restart(&u, 0);
	add_ms(&u, 30);
	assert_int_equal(uplink_rest(&u).n, 2 * 30 * MS16);
	assert_int_equal(uplink_rest(&u).kind, UPLINK_NOTHING);
	uplink_deinit(&u);
}

static void silence_is_let_go_and_a_word_stays_until_its_final(void **state)
{
	(void)state;
	struct asr_uplink u;
	int16_t quiet[80 * MS16] = {0}, word[80 * MS16];
	for (size_t i = 0; i < IV_COUNT(word); i++)
		word[i] = i % 2 ? 900 : -900;
	uplink_init(&u, &pool, 16000, 80, 5000);
	uplink_restart(&u, 0);
	for (int i = 0; i < 40; i++) {
		uplink_add(&u, quiet, IV_COUNT(quiet));
		(void)uplink_next(&u, 0);
	}
	assert_true(u.ring.head - ring_tail(&u.ring) <= 560 * MS16);
	uint64_t begun = u.ring.head;
	for (int i = 0; i < 40; i++) {
		uplink_add(&u, i < 10 ? word : quiet, IV_COUNT(word));
		(void)uplink_next(&u, 0);
	}
	assert_true(ring_tail(&u.ring) <= begun);
	uplink_heard(&u, (double)(begun + 800 * MS16) / 16000);
	uplink_add(&u, quiet, IV_COUNT(quiet));
	assert_true(ring_tail(&u.ring) > begun + 800 * MS16);
	uplink_deinit(&u);
}

static int empty_pool(void **state)
{
	(void)state;
	ring_pool_deinit(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_let_go_and_a_word_stays_until_its_final),
		cmocka_unit_test(audio_goes_in_whole_chunks),
		cmocka_unit_test(telephone_audio_is_ulaw),
		cmocka_unit_test(finalize_goes_behind_the_incomplete_chunk),
		cmocka_unit_test(finalize_with_nothing_waiting_sends_no_empty_frame),
		cmocka_unit_test(a_new_connection_repeats_from_the_last_final_text),
		cmocka_unit_test(times_of_the_second_connection_count_from_its_own_start),
		cmocka_unit_test(replay_keeps_the_pace_and_catches_up),
		cmocka_unit_test(the_pace_says_when_to_come_back),
		cmocka_unit_test(more_than_the_ring_is_forgotten_oldest_first),
		cmocka_unit_test(an_unanswered_finalize_is_asked_again),
		cmocka_unit_test(the_rest_is_what_makes_no_chunk),
	};
	return cmocka_run_group_tests(tests, NULL, empty_pool);
}
