/* Plays the transcripts of tests/golden/leg. A transcript begins with "leg <kind> <rate> [binary]
 * [legacy]"; then
 *
 *   < text        a text message arrives         <b hex    a binary one
 *   ! order       audio <sample> …, zeros <n>, mark <epoch> <utterance> <at>, clear <epoch>
 *   = event       what the leg tells              > text, >b hex    what it sends
 *   x field       the message is refused because of this field
 *   # why
 *
 * What follows a "<" or "!" up to the next one is exactly what must come of it. */
#include "leg_probe.h"

#include <dirent.h>

#define FOLDER "tests/golden/leg"
#define TS_S 1.5
#define WALL_MS 1700000000000

struct play {
	const char *name;
	struct probe *p;
	char want[1 << 16];
	size_t len, steps;
};

static void settle(struct play *g)
{
	if (strcmp(g->p->lines, g->want) != 0)
		fail_msg("%s, step %zu: want\n%sgot\n%s", g->name, g->steps, g->want, g->p->lines);
	probe_clear(g->p);
	g->want[0] = '\0';
	g->len = 0;
	g->steps++;
}

static void expect(struct play *g, struct iv_str line)
{
	assert_true(g->len + line.len + 2 < sizeof(g->want));
	memcpy(g->want + g->len, line.ptr, line.len);
	memcpy(g->want + g->len + line.len, "\n", 2);
	g->len += line.len + 1;
}

static size_t read_hex(struct iv_str hex, char *out)
{
	size_t n = 0;

	assert_true(hex.len % 2 == 0);
	for (size_t i = 0; i < hex.len; i += 2) {
		const char pair[3] = {hex.ptr[i], hex.ptr[i + 1], '\0'};

		out[n++] = (char)strtoul(pair, NULL, 16);
	}
	return n;
}

static void arrive(struct play *g, bool text, struct iv_str message)
{
	char bytes[8192];

	if (!text) {
		size_t n = read_hex(message, bytes);

		message = (struct iv_str){bytes, n};
	}
	if (!probe_receive(g->p, text, message))
		probe_note(g->p, "x %s\n", g->p->e.field);
}

static int64_t next_number(struct iv_str *rest)
{
	struct iv_str field;
	int64_t v = 0;

	assert_true(iv_str_split(rest, ' ', &field));
	assert_true(iv_str_to_i64(field, &v));
	return v;
}

static void order(struct play *g, struct iv_str rest)
{
	int16_t pcm[4096] = {0};
	size_t n = 0;
	struct iv_str what;
	struct probe *p = g->p;

	assert_true(iv_str_split(&rest, ' ', &what));
	if (iv_str_eq(what, IV_S("mark"))) {
		struct iv_mark m = {(uint32_t)next_number(&rest), 0, 0};

		m.utterance = (uint32_t)next_number(&rest);
		m.at = next_number(&rest);
		iv_leg_mark(&p->leg, &m, probe_send, p);
	} else if (iv_str_eq(what, IV_S("clear"))) {
		iv_leg_clear(&p->leg, (uint32_t)next_number(&rest), TS_S, WALL_MS, probe_send, p);
	} else {
		if (iv_str_eq(what, IV_S("zeros")))
			n = (size_t)next_number(&rest);
		while (rest.len > 0)
			pcm[n++] = (int16_t)next_number(&rest);
		iv_leg_audio(&p->leg, pcm, n, TS_S, WALL_MS, &p->scratch, probe_send, p);
	}
}

static void begin(struct play *g, struct iv_str rest)
{
	struct iv_str word;
	int kind = 0;

	assert_null(g->p);
	assert_true(iv_str_split(&rest, ' ', &word));
	while (iv_leg_names[kind] && !iv_str_eq(word, iv_str(iv_leg_names[kind])))
		kind++;
	assert_non_null(iv_leg_names[kind]);
	g->p = probe_new((enum iv_leg_kind)kind, (int)next_number(&rest));
	while (iv_str_split(&rest, ' ', &word)) {
		g->p->leg.binary_out |= iv_str_eq(word, IV_S("binary"));
		g->p->leg.legacy_audio |= iv_str_eq(word, IV_S("legacy"));
	}
}

static struct iv_str behind(struct iv_str line, size_t n)
{
	n = n < line.len ? n : line.len;
	return (struct iv_str){line.ptr + n, line.len - n};
}

static void play_line(struct play *g, struct iv_str line)
{
	if (line.len == 0 || line.ptr[0] == '#')
		return;
	if (iv_str_starts(line, IV_S("leg "))) {
		begin(g, behind(line, 4));
		return;
	}
	assert_non_null(g->p);
	if (line.ptr[0] == '<' || line.ptr[0] == '!')
		settle(g);
	if (iv_str_starts(line, IV_S("<b")))
		arrive(g, false, behind(line, 3));
	else if (line.ptr[0] == '<')
		arrive(g, true, behind(line, 2));
	else if (line.ptr[0] == '!')
		order(g, behind(line, 2));
	else
		expect(g, line);
}

static void play_file(const char *name)
{
	static char text[1 << 18];
	static struct play g;
	char path[300];
	struct iv_str rest = {text, 0}, line;
	FILE *f;

	g = (struct play){.name = name};
	snprintf(path, sizeof(path), FOLDER "/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	rest.len = fread(text, 1, sizeof(text), f);
	fclose(f);
	assert_true(rest.len > 0 && rest.len < sizeof(text));
	while (iv_str_split(&rest, '\n', &line))
		play_line(&g, line);
	settle(&g);
	assert_true(g.steps > 5);
	free(g.p);
}

static void every_transcript_plays(void **state)
{
	DIR *dir = opendir(FOLDER);
	struct dirent *entry;
	int files = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (iv_str_ends(iv_str(entry->d_name), IV_S(".txt"))) {
			play_file(entry->d_name);
			files++;
		}
	closedir(dir);
	assert_true(files >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_transcript_plays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
