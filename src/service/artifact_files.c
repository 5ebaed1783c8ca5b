/* The files of a call and what they are called. Transcript and numbers are made whole here, from the journal: what was
 * written while the call lived may lack its end. */
#include "artifacts_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "iv_crypto.h"
#include "iv_redact.h"

enum { TRANSCRIPT_MAX = 16 << 20, TIMELINE_BYTES = 32 << 20, AROUND_MS = 300 };

const struct artifact_kind artifact_kinds[] = {
	{"recording", "wav", "recordings", "wav", "audio/wav"},
	{"recording", "ogg", "recordings", "opus", "audio/ogg"},
	{"recording", "wav1", "recordings", "part1.wav", "audio/wav"}, /* what a process recorded that gave the call away */
	{"recording", "wav2", "recordings", "part2.wav", "audio/wav"},
	{"recording", "wav3", "recordings", "part3.wav", "audio/wav"},
	{"recording", "mp3", "recordings", "hosted.mp3", "audio/mpeg"}, /* by a vendor that had the call */
	{"recording_upload", "wav", "recordings", "upload.wav", "audio/wav"},
	{"recording_upload", "ogg", "recordings", "upload.ogg", "audio/ogg"},
	{"recording_upload", "mp3", "recordings", "upload.mp3", "audio/mpeg"},
	{"transcript", "json", "transcripts", "json", "application/json"},
	{"transcript_jsonl", "jsonl", "transcripts", "jsonl", "application/x-ndjson"},
	{"timeline", "ndjson", "transcripts", "timeline.ndjson", "application/x-ndjson"},
	{"metrics", "ndjson", "metrics", "ndjson", "application/x-ndjson"},
	{"journal", "call", "journal", "call", "application/octet-stream"},
	{0},
};

const struct artifact_kind *artifact_kind(struct iv_str kind, struct iv_str format)
{
	for (const struct artifact_kind *k = artifact_kinds; k->kind; k++)
		if (iv_str_eq(kind, iv_str(k->kind)) && iv_str_eq(format, iv_str(k->format)))
			return k;
	return NULL;
}

const char *iv_artifact_content_type(struct iv_str kind, struct iv_str format)
{
	const struct artifact_kind *k = artifact_kind(kind, format);

	return k ? k->content_type : "application/octet-stream";
}

bool iv_artifact_path(const struct iv_artifact_place *p, const char *folder, const char *ending, char out[IV_ARTIFACT_PATH])
{
	int n = snprintf(out, IV_ARTIFACT_PATH, "%s/%s/%s%s%s.%s", p->data_dir, folder, p->tenant_id,
			 p->tenant_id[0] ? "/" : "", p->call_id, ending);

	return n > 0 && n < IV_ARTIFACT_PATH;
}

/* ── writing ── */

bool file_parents(const char *path)
{
	char copy[IV_ARTIFACT_PATH + 8];

	if (!iv_str_copy(copy, sizeof(copy), iv_str(path)))
		return false;
	for (char *p = copy + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			return false;
		*p = '/';
	}
	return true;
}

bool file_write(const char *path, struct iv_str bytes, struct iv_err *e)
{
	char part[IV_ARTIFACT_PATH + 8];
	int fd = -1;
	bool ok;

	(void)snprintf(part, sizeof(part), "%s.part", path);
	ok = file_parents(part) && (fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) >= 0;
	for (size_t at = 0; ok && at < bytes.len;) {
		ssize_t n = write(fd, bytes.ptr + at, bytes.len - at);

		if (n < 0 && errno == EINTR)
			continue;
		ok = n > 0;
		at += ok ? (size_t)n : 0;
	}
	ok = ok && fsync(fd) == 0 && rename(part, path) == 0;
	if (!ok)
		(void)iv_fail(e, IV_EINTERNAL, "cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd); /* synced above, or given up */
	if (!ok)
		(void)unlink(part); /* may never have been there */
	return ok;
}

struct making {
	const struct iv_artifact_place *place;
	struct iv_artifact_file *out;
	size_t count;
	struct iv_err *e;
};

static struct iv_artifact_file *begin_file(struct making *m, const char *kind, const char *format)
{
	const struct artifact_kind *k = artifact_kind(iv_str(kind), iv_str(format));
	struct iv_artifact_file *f = &m->out[m->count];

	*f = (struct iv_artifact_file){.kind = k->kind, .format = k->format, .duration_ms = -1};
	if (iv_artifact_path(m->place, k->folder, k->ending, f->path))
		return f;
	(void)iv_fail(m->e, IV_EINVAL, "the path of a %s is too long", kind);
	return NULL;
}

static void add_text(struct making *m, const char *kind, const char *format, struct iv_str text)
{
	struct iv_artifact_file *f = text.len ? begin_file(m, kind, format) : NULL;

	if (!f || !file_write(f->path, text, m->e))
		return;
	f->bytes = (int64_t)text.len;
	iv_sha256_hex(text, f->sha256);
	m->count++;
}

/* ── the timeline, a line for each entry ── */

static bool put_entry(struct iv_buf *out, const cJSON *entry, bool redact)
{
	static const struct iv_redact how = {.mode = IV_REDACT_MASK};
	const cJSON *seq = iv_json_get(entry, "seq");
	char *payload = redact ? NULL : cJSON_PrintUnformatted(iv_json_get(entry, "payload"));
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_i64(&w, "seq", cJSON_IsNumber(seq) ? (int64_t)seq->valuedouble : 0);
	iv_jw_str(&w, "at", iv_json_str(entry, "at"));
	iv_jw_str(&w, "kind", iv_json_str(entry, "kind"));
	if (redact)
		iv_redact_value(&how, iv_json_get(entry, "payload"), "payload", &w, NULL);
	else
		iv_jw_raw(&w, "payload", payload ? iv_str(payload) : IV_S("{}"));
	iv_jw_end_obj(&w);
	cJSON_free(payload);
	return iv_jw_done(&w) && iv_buf_addc(out, '\n');
}

static void add_timeline(struct making *m, const struct iv_account *a)
{
	cJSON *entries = cJSON_ParseWithLength(a->timeline.ptr, a->timeline.len); /* our own */
	const cJSON *entry;
	struct iv_buf text;
	bool ok = true;

	iv_buf_init(&text, TIMELINE_BYTES);
	cJSON_ArrayForEach(entry, entries)
		ok = ok && put_entry(&text, entry, a->redact);
	if (ok)
		add_text(m, "timeline", "ndjson", iv_buf_str(&text));
	else
		(void)iv_fail(m->e, IV_ETOOBIG, "the timeline is more than %d bytes", TIMELINE_BYTES);
	iv_buf_deinit(&text);
	cJSON_Delete(entries);
}

/* ── the recording ── */

static bool holds_card(struct iv_str text)
{
	static const struct iv_redact cards = {.kinds = 1u << IV_REDACT_CARD};
	struct iv_redact_counts counts = {0};
	struct iv_buf out;

	iv_buf_init(&out, 2 * IV_STORY_LINE);
	if (!iv_redact_text(&cards, text, &out, &counts))
		counts.found[IV_REDACT_CARD] = 1; /* too long to be looked through: rather a silence too many */
	iv_buf_deinit(&out);
	return counts.found[IV_REDACT_CARD] > 0;
}

/* On the recording's own clock, which begins where this process took the call. To be freed. */
static struct sound_mute *find_mutes(const struct iv_account *a, size_t *count)
{
	const struct iv_story_turn *turns;
	size_t n = iv_story_turns(a->story, &turns);
	struct sound_mute *mutes = calloc(n + 1, sizeof(*mutes));

	if (!mutes)
		abort();
	*count = 0;
	for (size_t i = 0; a->redact && i < n; i++)
		if (turns[i].start_ms >= 0 && turns[i].end_ms >= 0 && holds_card(turns[i].text))
			mutes[(*count)++] = (struct sound_mute){turns[i].start_ms - AROUND_MS - a->moved_ms,
							turns[i].end_ms + AROUND_MS - a->moved_ms};
	return mutes;
}

bool iv_artifacts_part(const struct iv_account *a, const char *path, int64_t *bytes, int64_t *duration_ms, struct iv_err *e)
{
	size_t count;
	struct sound_mute *mutes = find_mutes(a, &count);
	bool whole = sound_put_right(path, mutes, count, bytes, duration_ms, e) == 1;

	free(mutes);
	return whole;
}

static void add_recording(struct making *m, const struct iv_account *a)
{
	struct iv_artifact_file *f = begin_file(m, "recording", "wav");

	if (!f || !iv_artifacts_part(a, f->path, &f->bytes, &f->duration_ms, m->e))
		return;
	if (a->header.agent.recording_format == 1)
		f->format = "ogg"; /* what it is to become; the path says what it is */
	m->count++;
}

size_t iv_artifacts_make(const struct iv_artifact_place *p, struct iv_account *a,
			 struct iv_artifact_file out[IV_ARTIFACT_FILES], struct iv_err *e)
{
	struct making m = {.place = p, .out = out, .e = e};
	struct iv_buf transcript;

	iv_buf_init(&transcript, TRANSCRIPT_MAX);
	if (iv_story_transcript(a->story, &transcript))
		add_text(&m, "transcript", "json", iv_buf_str(&transcript));
	else
		(void)iv_fail(e, IV_ETOOBIG, "the transcript is more than %d bytes", TRANSCRIPT_MAX);
	iv_buf_deinit(&transcript);
	add_text(&m, "transcript_jsonl", "jsonl", iv_buf_str(&a->told[IV_STORY_TRANSCRIPT]));
	add_timeline(&m, a);
	add_text(&m, "metrics", "ndjson", iv_buf_str(&a->told[IV_STORY_METRICS]));
	add_recording(&m, a);
	return m.count;
}

/* ── what somebody brings ── */

static bool is_mp3(struct iv_str b)
{
	const uint8_t *p = (const uint8_t *)b.ptr;

	/* A tag, or a frame's head: eleven ones, MPEG 1 or 2, layer 3. */
	return iv_str_starts(b, IV_S("ID3")) ||
	       (b.len > 4 && p[0] == 0xff && (p[1] & 0xe6) == 0xe2 && (p[1] & 0x18) != 0x08 && (p[2] & 0xf0) != 0xf0);
}

const char *iv_artifact_sound(struct iv_str b)
{
	if (b.len >= 44 && iv_str_starts(b, IV_S("RIFF")) && memcmp(b.ptr + 8, "WAVE", 4) == 0)
		return "wav";
	if (b.len >= 27 && iv_str_starts(b, IV_S("OggS")))
		return "ogg";
	return is_mp3(b) ? "mp3" : NULL;
}

bool iv_artifact_brought(const struct iv_artifact_place *p, const char *format, struct iv_artifact_file *out,
			 struct iv_err *e)
{
	const struct artifact_kind *k = artifact_kind(IV_S("recording_upload"), iv_str(format));
	uint8_t random[8];
	char hex[2 * sizeof(random) + 1], ending[40];

	*out = (struct iv_artifact_file){.kind = k->kind, .format = k->format, .duration_ms = -1};
	iv_random(random, sizeof(random));
	(void)iv_hex(random, sizeof(random), hex);
	(void)snprintf(ending, sizeof(ending), "upload-%s.%s", hex, format);
	if (!iv_artifact_path(p, k->folder, ending, out->path))
		return iv_fail(e, IV_EINVAL, "the path of a recording is too long");
	return true;
}

struct iv_str iv_artifact_object(const struct iv_artifacts *a, struct iv_str tenant_id, struct iv_str call_id,
				 struct iv_str kind, struct iv_str format, struct iv_arena *arena)
{
	const struct artifact_kind *k = artifact_kind(kind, format);
	char key[400], url[500];

	if (!k || !artifact_bucket(a, k)[0] || !artifact_key(k, tenant_id, call_id, key))
		return IV_S("");
	(void)snprintf(url, sizeof(url), "s3://%s/%s", artifact_bucket(a, k), key);
	return iv_arena_str(arena, iv_str(url));
}
