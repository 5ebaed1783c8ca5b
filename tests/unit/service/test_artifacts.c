/* What calls leave on the disk: recordings put right, muted and made Opus, the files of an account, the disk's name, and
 * the links to all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../scratch.h"
#include "../../../src/service/artifacts_priv.h"
#include "iv_crypto.h"
#include "iv_opus.h"
#include "iv_spool.h"
#include "iv_wav.h"

enum { RATE = 8000, SECONDS = 4 };

static char dir[64];

static int begin(void **state)
{
	(void)state;
	SCRATCH(dir, "iv_artifacts");
	return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

static const char *at(const char *name)
{
	static char path[16][IV_ARTIFACT_PATH];
	static int turn;

	turn = (turn + 1) % 16;
	(void)snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static struct iv_buf content(const char *path)
{
	struct iv_buf b;

	iv_buf_init(&b, 16 << 20);
	assert_true(iv_file_read(path, 8 << 20, &b, NULL));
	return b;
}

static bool there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Stereo, loud everywhere; as a crash leaves it when `sizes` is 0. */
static void make_wav(const char *path, int64_t frames, size_t torn, uint32_t sizes)
{
	static int16_t pcm[2 * RATE * SECONDS];
	uint8_t head[IV_WAV_HEADER];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	for (int64_t i = 0; i < frames; i++) {
		pcm[2 * i] = (int16_t)(8000 * sin((double)i * 2 * M_PI * 440 / RATE));
		pcm[2 * i + 1] = 1000;
	}
	iv_wav_header(head, RATE, 2, sizes);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, head, sizeof(head)), sizeof(head));
	assert_int_equal(write(fd, pcm, (size_t)frames * 4 + torn), frames * 4 + (int64_t)torn);
	assert_int_equal(close(fd), 0);
}

static int64_t loud_frames(struct iv_str wav, int64_t from, int64_t to)
{
	int64_t n = 0;

	for (int64_t i = from; i < to; i++)
		n += wav.ptr[IV_WAV_HEADER + 4 * i + 2] != 0 || wav.ptr[IV_WAV_HEADER + 4 * i + 3] != 0;
	return n;
}

/* ── recordings ── */

static void a_recording_cut_by_a_crash_gets_its_sizes(void **state)
{
	const char *path = at("a.wav");
	int64_t bytes, ms;
	struct iv_err e = {0};
	struct iv_wav w;
	struct iv_buf b;

	(void)state;
	make_wav(path, RATE * 3, 3, 0);
	assert_int_equal(sound_put_right(path, NULL, 0, &bytes, &ms, &e), 1);
	assert_int_equal(ms, 3000);
	assert_int_equal(bytes, IV_WAV_HEADER + RATE * 3 * 4);
	b = content(path);
	assert_true(iv_wav_parse((struct iv_str){b.ptr, (size_t)bytes}, &w, &e));
	assert_int_equal(w.channels, 2);
	assert_int_equal(w.rate_hz, RATE);
	assert_int_equal(loud_frames(iv_buf_str(&b), 0, RATE * 3), RATE * 3);
	iv_buf_deinit(&b);
}

static void spans_become_silence_and_nothing_else_does(void **state)
{
	static const struct sound_mute mutes[] = {{-300, 250}, {1000, 1500}, {2900, 9000}, {20000, 30000}};
	const char *path = at("b.wav");
	int64_t bytes, ms;
	struct iv_err e = {0};
	struct iv_buf b;

	(void)state;
	make_wav(path, RATE * 3, 0, RATE * 3 * 4);
	assert_int_equal(sound_put_right(path, mutes, IV_COUNT(mutes), &bytes, &ms, &e), 1);
	b = content(path);
	assert_int_equal(b.len, IV_WAV_HEADER + RATE * 3 * 4); /* as long as before */
	assert_int_equal(loud_frames(iv_buf_str(&b), 0, 2000), 0);
	assert_int_equal(loud_frames(iv_buf_str(&b), 2000, 8000), 6000);
	assert_int_equal(loud_frames(iv_buf_str(&b), 8000, 12000), 0);
	assert_int_equal(loud_frames(iv_buf_str(&b), 12000, 23200), 11200);
	assert_int_equal(loud_frames(iv_buf_str(&b), 23200, 24000), 0);
	iv_buf_deinit(&b);
}

static void what_is_no_recording_is_told(void **state)
{
	const char *path = at("c.wav");
	int64_t bytes, ms;
	struct iv_err e = {0};

	(void)state;
	assert_int_equal(sound_put_right(at("none.wav"), NULL, 0, &bytes, &ms, &e), 0);
	assert_int_equal(e.code, IV_OK);
	assert_true(file_write(path, IV_S("RIFF"), &e));
	assert_int_equal(sound_put_right(path, NULL, 0, &bytes, &ms, &e), -1);
	assert_int_equal(e.code, IV_EINVAL);
	assert_true(file_write(path, IV_S("this is a text that is longer than the header of a recording"), &e));
	e = (struct iv_err){0};
	assert_int_equal(sound_put_right(path, NULL, 0, &bytes, &ms, &e), -1);
	assert_int_equal(e.code, IV_EINVAL);
}

static void a_recording_becomes_opus_whole_or_not_at_all(void **state)
{
	const char *wav = at("d.wav"), *opus = at("d.opus");
	struct iv_job job = {0};
	int64_t bytes = 0, ms = 0, again = 0;
	char sha[65], told[65];
	struct iv_err e = {0};
	struct iv_buf b;

	(void)state;
	make_wav(wav, RATE * 3 + 123, 3, 0); /* its size is told by the file, not by the header */
	atomic_store(&job.stop, true);
	assert_false(sound_to_opus(&job, wav, opus, &bytes, &ms, sha, &e));
	assert_int_equal(e.code, IV_ECANCELED);
	assert_false(there(opus) || there(at("d.opus.part")));
	atomic_store(&job.stop, false);
	e = (struct iv_err){0};
	assert_true(sound_to_opus(&job, wav, opus, &bytes, &ms, sha, &e));
	assert_false(there(at("d.opus.part")));
	assert_true(there(wav)); /* somebody else's to remove */
	b = content(opus);
	assert_int_equal(b.len, bytes);
	assert_int_equal(ms, (RATE * 3 + 123) * 1000 / RATE);
	assert_int_equal(iv_opus_duration_ms(iv_buf_str(&b)), ms);
	assert_true(b.len * 4 < RATE * 3 * 4);
	iv_sha256_hex(iv_buf_str(&b), told);
	assert_string_equal(sha, told);
	assert_true(file_digest(&job, opus, &again, told, &e));
	assert_string_equal(sha, told);
	assert_int_equal(again, bytes);
	iv_buf_deinit(&b);

	e = (struct iv_err){0};
	assert_false(sound_to_opus(&job, at("none.wav"), opus, &bytes, &ms, sha, &e));
	assert_int_equal(e.code, IV_ENOENT);
	assert_false(file_digest(&job, at("none.wav"), &bytes, sha, &e));
	atomic_store(&job.stop, true);
	e = (struct iv_err){0};
	assert_false(file_digest(&job, opus, &bytes, sha, &e));
	assert_int_equal(e.code, IV_ECANCELED);
}

/* ── the files of a call ── */

static void note(struct iv_story *s, const char *kind, const char *text)
{
	iv_story_action(s, 1000000, &(struct iv_action){.type = IV_ACT_NOTE, .name = iv_str(kind), .text = iv_str(text)}, NULL);
}

static void on_line(void *arg, enum iv_story_file file, struct iv_str line)
{
	struct iv_account *a = arg;

	assert_true(iv_buf_adds(&a->told[file], line));
}

static void account_begin(struct iv_account *a, bool redact, int recording_format)
{
	*a = (struct iv_account){.redact = redact};
	a->header.agent.recording_format = (uint8_t)recording_format;
	for (int i = 0; i < IV_STORY_FILES; i++)
		iv_buf_init(&a->told[i], 1 << 20);
	iv_buf_init(&a->timeline, 4096);
	assert_true(iv_buf_adds(&a->timeline,
				IV_S("[{\"seq\":1,\"kind\":\"call.started\",\"payload\":{\"callId\":\"call_1\"},\"at\":\"2026-01-01T00:00:00Z\"},"
				     "{\"seq\":2,\"kind\":\"turn.user\",\"payload\":{\"text\":\"My card is 4111 1111 1111 1111\","
				     "\"startMs\":1000},\"at\":\"2026-01-01T00:00:01Z\"}]")));
	a->story = iv_story_new(&(struct iv_story_opts){.call_id = IV_S("call_1"),
							.agent = &a->header.agent,
							.opts = &a->header.opts,
							.redact = redact,
							.line = on_line,
							.arg = a});
	note(a->story, "turn.user", "{\"text\":\"My card is 4111 1111 1111 1111\",\"startMs\":1000,\"endMs\":2000,\"confidence\":0.9}");
	note(a->story, "turn.user", "{\"text\":\"Did you get that\",\"startMs\":2500,\"endMs\":3000,\"confidence\":0.9}");
	note(a->story, "turn.user", "{\"text\":\"Typed: 4111 1111 1111 1111\",\"startMs\":-1,\"endMs\":-1}");
	note(a->story, "turn.user", "{\"text\":\"Bye\",\"startMs\":3100,\"endMs\":3200,\"confidence\":0.9}");
}

static void account_end(struct iv_account *a)
{
	for (int i = 0; i < IV_STORY_FILES; i++)
		iv_buf_deinit(&a->told[i]);
	iv_buf_deinit(&a->timeline);
	iv_story_free(a->story);
}

static bool holds(const char *path, const char *text)
{
	struct iv_buf b = content(path);
	bool yes = iv_str_find(iv_buf_str(&b), iv_str(text), 0) >= 0;

	iv_buf_deinit(&b);
	return yes;
}

static void a_call_s_files_are_made_and_its_cards_are_nowhere(void **state)
{
	const struct iv_artifact_place place = {dir, "tnt_1", "call_1"};
	struct iv_artifact_file out[IV_ARTIFACT_FILES];
	struct iv_account a;
	struct iv_err e = {0};
	struct iv_buf b;

	(void)state;
	account_begin(&a, true, 1);
	assert_int_equal(mkdir(at("recordings"), 0700) + mkdir(at("recordings/tnt_1"), 0700), 0);
	make_wav(at("recordings/tnt_1/call_1.wav"), RATE * 4, 0, 0);
	assert_int_equal(iv_artifacts_make(&place, &a, out, &e), 4); /* no turn was answered: there are no numbers */
	assert_int_equal(e.code, IV_OK);
	assert_string_equal(out[0].kind, "transcript");
	assert_string_equal(out[1].kind, "transcript_jsonl");
	assert_string_equal(out[2].kind, "timeline");
	assert_string_equal(out[3].kind, "recording");
	assert_string_equal(out[3].format, "ogg"); /* to become */
	assert_string_equal(out[3].path, at("recordings/tnt_1/call_1.wav"));
	assert_int_equal(out[3].duration_ms, 4000);
	assert_int_equal(strlen(out[0].sha256), 64);
	assert_false(holds(out[0].path, "4111") || holds(out[1].path, "4111") || holds(out[2].path, "4111"));
	b = content(out[2].path);
	assert_true(iv_str_eq(iv_buf_str(&b),
			      IV_S("{\"seq\":1,\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"call.started\","
				   "\"payload\":{\"callId\":\"call_1\"}}\n"
				   "{\"seq\":2,\"at\":\"2026-01-01T00:00:01Z\",\"kind\":\"turn.user\","
				   "\"payload\":{\"text\":\"My card is [CARD]\",\"startMs\":1000}}\n")));
	iv_buf_deinit(&b);
	assert_true(holds(out[0].path, "Did you get that") && holds(out[1].path, "[CARD]"));
	b = content(out[3].path);
	assert_int_equal(loud_frames(iv_buf_str(&b), 0, 5600), 5600);
	assert_int_equal(loud_frames(iv_buf_str(&b), 5600, 18400), 0); /* 300 ms around the turn */
	assert_int_equal(loud_frames(iv_buf_str(&b), 18400, 32000), 13600);
	iv_buf_deinit(&b);
	account_end(&a);
}

static void who_wants_no_masking_has_none(void **state)
{
	const struct iv_artifact_place place = {dir, "", "call_2"};
	struct iv_artifact_file out[IV_ARTIFACT_FILES];
	struct iv_account a;
	struct iv_err e = {0};
	struct iv_buf b;

	(void)state;
	account_begin(&a, false, 0);
	assert_true(mkdir(at("recordings"), 0700) == 0 || there(at("recordings")));
	make_wav(at("recordings/call_2.wav"), RATE * 4, 0, 0);
	assert_int_equal(iv_artifacts_make(&place, &a, out, &e), 4);
	assert_string_equal(out[3].format, "wav");
	assert_true(holds(out[0].path, "4111") && holds(out[2].path, "\"payload\":{\"text\":\"My card is 4111"));
	b = content(out[3].path);
	assert_int_equal(loud_frames(iv_buf_str(&b), 0, RATE * 4), RATE * 4);
	iv_buf_deinit(&b);
	account_end(&a);
}

static void a_disk_that_takes_nothing_is_told_and_what_can_be_had_is(void **state)
{
	const struct iv_artifact_place place = {dir, "tnt_3", "call_3"};
	struct iv_artifact_file out[IV_ARTIFACT_FILES];
	struct iv_account a;
	struct iv_err e = {0};

	(void)state;
	account_begin(&a, true, 0);
	assert_true(mkdir(at("transcripts"), 0700) == 0 || there(at("transcripts")));
	assert_true(file_write(at("transcripts/tnt_3"), IV_S("in the way"), &e));
	assert_true(mkdir(at("recordings"), 0700) == 0 || there(at("recordings")));
	assert_int_equal(mkdir(at("recordings/tnt_3"), 0700), 0);
	make_wav(at("recordings/tnt_3/call_3.wav"), RATE * 4, 0, 0);
	assert_int_equal(iv_artifacts_make(&place, &a, out, &e), 1);
	assert_string_equal(out[0].kind, "recording");
	assert_int_equal(e.code, IV_EINTERNAL);
	account_end(&a);
}

/* ── the disk ── */

static void a_disk_has_one_name_for_ever(void **state)
{
	struct disk first, second;
	struct iv_err e = {0};
	struct stat st;

	(void)state;
	assert_true(disk_open(dir, &first, &e));
	assert_int_equal(strncmp(first.id, "dsk_", 4), 0);
	assert_int_equal(stat(at("disk.id"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(disk_open(dir, &second, &e));
	assert_string_equal(first.id, second.id);
	assert_memory_equal(first.key, second.key, DISK_KEY);
	for (size_t i = 0; i < 5; i++) {
		static const char *const bad[] = {"", "dsk_1\n", "dsk_1\nnot base64!\n", "dsk_1\nAAAA\n",
						  "../../etc\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"};

		assert_true(file_write(at("disk.id"), iv_str(bad[i]), &e));
		e = (struct iv_err){0};
		assert_false(disk_open(dir, &second, &e));
		assert_int_equal(e.code, IV_EINVAL);
	}
}

/* ── links ── */

static struct iv_str part_of(struct iv_str url, const char *from, char until)
{
	ptrdiff_t a = iv_str_find(url, iv_str(from), 0);
	struct iv_str rest;

	assert_true(a >= 0);
	rest = (struct iv_str){url.ptr + a + strlen(from), url.len - (size_t)a - strlen(from)};
	for (size_t i = 0; i < rest.len; i++)
		if (rest.ptr[i] == until)
			return (struct iv_str){rest.ptr, i};
	return rest;
}

static void a_link_is_good_for_what_it_names_and_for_its_time(void **state)
{
	struct iv_config cfg = {.public_base_url = "https://voice.example/", .link_seconds = 60};
	struct iv_artifacts a = {.cfg = &cfg, .disk = {.id = "dsk_1", .key = {1, 2, 3}}}, other = a;
	struct iv_artifact_row row = {.id = IV_S("art_1"), .call_id = IV_S("call_1"), .kind = IV_S("recording"),
				      .format = IV_S("wav"), .state = IV_S("local"), .disk = IV_S("dsk_1"),
				      .local_path = IV_S("/data/recordings/t/call_1.wav")};
	struct iv_str url, exp, sig, tnt = IV_S("tnt/ 1");
	struct iv_err e = {0};
	struct iv_arena arena;
	int64_t until;
	char late[24];

	(void)state;
	iv_arena_init(&arena, 65536);
	assert_true(iv_artifact_link(&a, tnt, &row, &arena, &url, &until, &e));
	assert_true(iv_str_starts(url, IV_S("https://voice.example/v1/artifacts/art_1/content?exp=")));
	assert_true(iv_str_find(url, IV_S("&t=tnt%2F%201&"), 0) > 0);
	assert_in_range(until - iv_wall_ms(), 58000, 60000);
	exp = part_of(url, "exp=", '&');
	sig = part_of(url, "sig=", '&');
	assert_int_equal(sig.len, 64);
	assert_true(iv_artifact_link_good(&a, row.id, tnt, exp, sig, &e));
	assert_false(iv_artifact_link_good(&a, IV_S("art_2"), tnt, exp, sig, &e));
	assert_int_equal(e.code, IV_EFORBIDDEN);
	assert_false(iv_artifact_link_good(&a, row.id, IV_S("tnt_2"), exp, sig, &e));
	(void)snprintf(late, sizeof(late), "%lld", (long long)(iv_wall_ms() / 1000 + 3600));
	assert_false(iv_artifact_link_good(&a, row.id, tnt, iv_str(late), sig, &e));
	assert_false(iv_artifact_link_good(&a, row.id, tnt, IV_S(""), sig, &e));
	assert_false(iv_artifact_link_good(&a, row.id, tnt, exp, IV_S(""), &e));
	assert_false(iv_artifact_link_good(&a, row.id, IV_S(""), exp, sig, &e));
	other.disk.key[0] = 9;
	assert_false(iv_artifact_link_good(&other, row.id, tnt, exp, sig, &e));

	cfg.link_seconds = -5;
	e = (struct iv_err){0};
	assert_true(iv_artifact_link(&a, tnt, &row, &arena, &url, &until, &e));
	assert_false(iv_artifact_link_good(&a, row.id, tnt, part_of(url, "exp=", '&'), part_of(url, "sig=", '&'), &e));
	assert_non_null(strstr(e.msg, "expired"));
	iv_arena_deinit(&arena);
}

static void with_a_shared_secret_each_instance_knows_a_link(void **state)
{
	struct iv_config cfg = {.link_seconds = 60, .told_link_seconds = 86400};
	struct iv_artifacts a = {.cfg = &cfg, .disk = {.id = "dsk_1", .key = {1, 2, 3}}}, other = a;
	struct iv_str url, exp, sig, id = IV_S("art_1"), tnt = IV_S("t");
	struct iv_err e = {0};
	struct iv_arena arena;
	int64_t until_s;

	(void)state;
	other.disk.key[0] = 9;
	iv_arena_init(&arena, 65536);
	assert_true(iv_artifact_told_link(&a, tnt, id, &arena, &url, &e));
	exp = part_of(url, "exp=", '&');
	assert_true(iv_str_to_i64(exp, &until_s));
	assert_in_range(until_s - iv_wall_ms() / 1000, 86390, 86400);
	assert_true(iv_artifact_link_good(&a, id, tnt, exp, part_of(url, "sig=", '&'), &e));
	assert_false(iv_artifact_link_good(&other, id, tnt, exp, part_of(url, "sig=", '&'), &e));
	cfg.realtime_ws_secret = (struct iv_secret){"shared by all of them"};
	assert_true(iv_artifact_told_link(&a, tnt, id, &arena, &url, &e));
	sig = part_of(url, "sig=", '&');
	assert_true(iv_artifact_link_good(&other, id, tnt, part_of(url, "exp=", '&'), sig, &e));
	cfg.realtime_ws_secret = (struct iv_secret){"another"};
	assert_false(iv_artifact_link_good(&other, id, tnt, part_of(url, "exp=", '&'), sig, &e));
	iv_arena_deinit(&arena);
}

/* ── recordings that are brought ── */

static void sound_is_known_by_its_first_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *format;
	} rows[] = {
		{"RIFF....WAVEfmt ................................data....", 52, "wav"},
		{"RIFF....AVI fmt ................................data....", 52, NULL},
		{"RIFF....WAVE", 12, NULL},
		{"OggS.......................", 27, "ogg"},
		{"OggS", 4, NULL},
		{"ID3\x04\x00", 5, "mp3"},
		{"\xff\xfb\x90\x64..", 6, "mp3"},
		{"\xff\xf3\x90\x64..", 6, "mp3"},
		{"\xff\xff\xff\xff..", 6, NULL},
		{"\xff\xf1\x50\x80..", 6, NULL}, /* AAC */
		{"", 0, NULL},
		{"{\"action\":\"pause\"}", 18, NULL},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		const char *got = iv_artifact_sound((struct iv_str){rows[i].bytes, rows[i].len});

		if (got != rows[i].format && (!got || !rows[i].format || strcmp(got, rows[i].format) != 0))
			fail_msg("row %zu: %s", i, got ? got : "none");
	}
}

static void a_recording_that_is_brought_stands_beside_ours(void **state)
{
	const struct iv_artifact_place place = {dir, "t", "c"};
	struct iv_artifact_file first, second;
	struct iv_err e = {0};

	(void)state;
	assert_true(iv_artifact_brought(&place, "ogg", &first, &e));
	assert_true(iv_artifact_brought(&place, "ogg", &second, &e));
	assert_string_not_equal(first.path, second.path); /* the first may be on its way */
	assert_string_equal(first.kind, "recording_upload");
	assert_true(iv_str_starts(iv_str(first.path), iv_str(at("recordings/t/c.upload-"))));
	assert_string_equal(first.format, "ogg");
	assert_true(iv_str_ends(iv_str(first.path), IV_S(".ogg")));
	assert_int_equal(access(first.path, F_OK), -1); /* who brings it writes it */
}

static void what_is_not_here_has_no_link(void **state)
{
	struct iv_config cfg = {.link_seconds = 60};
	struct iv_artifacts a = {.cfg = &cfg, .disk = {.id = "dsk_1"}};
	struct iv_artifact_row row = {.id = IV_S("art_1"), .call_id = IV_S("call_1"), .kind = IV_S("recording"),
				      .format = IV_S("wav"), .state = IV_S("local"), .disk = IV_S("dsk_2"),
				      .local_path = IV_S("/data/recordings/t/call_1.wav")};
	struct iv_err e = {0};
	struct iv_arena arena;
	struct iv_str url;
	int64_t until;

	(void)state;
	iv_arena_init(&arena, 65536);
	assert_false(iv_artifact_link(&a, IV_S("t"), &row, &arena, &url, &until, &e));
	assert_int_equal(e.code, IV_ENOENT);
	row.state = IV_S("deleted");
	e = (struct iv_err){0};
	assert_false(iv_artifact_link(&a, IV_S("t"), &row, &arena, &url, &until, &e));
	assert_int_equal(e.code, IV_EGONE);
	row.state = IV_S("stored"); /* and this process knows no store */
	row.object_key = IV_S("recordings/t/call_1.wav");
	e = (struct iv_err){0};
	assert_false(iv_artifact_link(&a, IV_S("t"), &row, &arena, &url, &until, &e));
	assert_int_equal(e.code, IV_ENOENT);
	iv_arena_deinit(&arena);
}

static void names_have_a_place_each(void **state)
{
	const struct iv_artifact_place place = {"/data", "t", "c"};
	static const char data[800] = {[0 ... 798] = 'x'};
	char path[IV_ARTIFACT_PATH];

	(void)state;
	assert_true(iv_artifact_path(&place, "recordings", "wav", path));
	assert_string_equal(path, "/data/recordings/t/c.wav");
	assert_false(iv_artifact_path(&(struct iv_artifact_place){data, "t", "c"}, "recordings", "wav", path));
	assert_string_equal(artifact_kind(IV_S("recording"), IV_S("ogg"))->ending, "opus");
	assert_null(artifact_kind(IV_S("recording"), IV_S("flac")));
	for (const struct artifact_kind *k = artifact_kinds; k->kind; k++)
		for (const struct artifact_kind *o = artifact_kinds; o < k; o++)
			assert_false(strcmp(k->folder, o->folder) == 0 && strcmp(k->ending, o->ending) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
		T(a_recording_cut_by_a_crash_gets_its_sizes),
		T(spans_become_silence_and_nothing_else_does),
		T(what_is_no_recording_is_told),
		T(a_recording_becomes_opus_whole_or_not_at_all),
		T(a_call_s_files_are_made_and_its_cards_are_nowhere),
		T(who_wants_no_masking_has_none),
		T(a_disk_that_takes_nothing_is_told_and_what_can_be_had_is),
		T(a_disk_has_one_name_for_ever),
		T(a_link_is_good_for_what_it_names_and_for_its_time),
		T(with_a_shared_secret_each_instance_knows_a_link),
		T(sound_is_known_by_its_first_bytes),
		T(a_recording_that_is_brought_stands_beside_ours),
		T(what_is_not_here_has_no_link),
		cmocka_unit_test(names_have_a_place_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
