/* invorto replay: a call's journal through the machine again, as it was or with other settings. */
#include <stdio.h>
#include <stdlib.h>
#include "app.h"
#include "iv_crypto.h"
#include "iv_replay.h"
#include "iv_spool.h"

enum { JOURNAL_BYTES = 256 << 20, ARENA_BYTES = 8 << 20, TURNS_MAX = 2000, LINE_BYTES = 1 << 20 };

struct journal {
	struct iv_record_header header;
	struct iv_str events;
};

struct turns {
	struct iv_turn_stamps_us at[TURNS_MAX];
	int number[TURNS_MAX];
	enum iv_turn_outcome outcome[TURNS_MAX];
	size_t count;
};

struct printer {
	bool quiet, actions;
	struct iv_buf line;
	struct turns *turns;
	uint8_t digest[IV_SHA256_BYTES]; /* of every action so far, chained */
};

static void keep_turn(struct turns *t, const struct iv_turn_report *r)
{
	if (t->count == TURNS_MAX)
		return;
	t->at[t->count] = r->at_us;
	t->number[t->count] = r->number;
	t->outcome[t->count++] = r->outcome;
}

static void see_action(void *arg, int64_t now_us, const struct iv_action *a, const struct iv_call *c)
{
	struct printer *p = arg;

	if (a->type == IV_ACT_TURN)
		keep_turn(p->turns, iv_call_last_turn(c));
	iv_buf_clear(&p->line);
	/* The chain is the previous digest in front of the line, so equal digests mean equal histories. */
	if (!iv_buf_add(&p->line, p->digest, sizeof(p->digest)) || !iv_action_print(&p->line, now_us, a))
		return;
	iv_sha256(iv_buf_str(&p->line), p->digest);
	if (p->quiet)
		return;
	if (p->actions)
		(void)fwrite(p->line.ptr + sizeof(p->digest), 1, p->line.len - sizeof(p->digest), stdout);
	else if (a->type == IV_ACT_NOTE)
		(void)printf("%10.3f  %-20.*s %.*s\n", (double)now_us / 1e6, IV_FMT(a->name), IV_FMT(a->text));
}

/* ── printing ── */

static void print_ms(int64_t from_us, int64_t to_us)
{
	if (from_us < 0 || to_us < 0)
		(void)printf("%9s", "-");
	else
		(void)printf("%9.1f", (double)(to_us - from_us) / 1000.0);
}

static void print_turns(const struct turns *t)
{
	(void)printf("\n turn outcome      caller done  +final     +eou   +model  +sentence  +voice    +sent   +heard  (ms)\n");
	for (size_t i = 0; i < t->count; i++) {
		const struct iv_turn_stamps_us *s = &t->at[i];

		(void)printf(" %4d %-12s", t->number[i], iv_turn_outcomes[t->outcome[i]]);
		if (s->vad_end < 0)
			(void)printf("%12s", "-");
		else
			(void)printf("%11.3fs", (double)s->vad_end / 1e6);
		print_ms(s->vad_end, s->stt_final);
		print_ms(s->vad_end, s->eou);
		print_ms(s->vad_end, s->llm_first);
		print_ms(s->vad_end, s->sentence_first);
		print_ms(s->vad_end, s->tts_first);
		print_ms(s->vad_end, s->leg_first);
		print_ms(s->vad_end, s->heard_first);
		(void)putchar('\n');
	}
}

static void print_change(const struct turns *before, const struct turns *after)
{
	size_t n = before->count < after->count ? before->count : after->count;

	(void)printf("\nwith the settings given, turn by turn (ms, negative is sooner):\n");
	for (size_t i = 0; i < n; i++) {
		const struct iv_turn_stamps_us *b = &before->at[i], *a = &after->at[i];

		if (b->eou < 0 || a->eou < 0)
			continue;
		(void)printf(" turn %d: end of turn %+.1f, first audio %+.1f, %s → %s\n", before->number[i],
			     (double)(a->eou - b->eou) / 1000.0,
			     b->leg_first < 0 || a->leg_first < 0 ? 0 : (double)(a->leg_first - b->leg_first) / 1000.0,
			     iv_turn_outcomes[before->outcome[i]], iv_turn_outcomes[after->outcome[i]]);
	}
	if (before->count != after->count)
		(void)printf(" %zu turns instead of %zu\n", after->count, before->count);
}

static void print_digest(const struct printer *p)
{
	char hex[IV_SHA256_HEX];

	(void)iv_hex(p->digest, sizeof(p->digest), hex);
	(void)printf("\nactions %s\n", hex);
}

/* ── what was asked for ── */

struct asked {
	const char *file;
	bool actions;
	int sets;       /* how many */
	struct iv_agent agent; /* the journal's, with them */
};

/* One after the other, in any order; what is none of them is refused, so that nothing is left out in silence. */
static bool read_arguments(struct asked *q, int argc, char **argv, const char **sets, struct iv_err *e)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--actions") == 0)
			q->actions = true;
		else if (strncmp(argv[i], "--set=", 6) == 0)
			sets[q->sets++] = argv[i] + 6;
		else if (strcmp(argv[i], "--set") == 0 && i + 1 == argc)
			return iv_fail(e, IV_EINVAL, "--set expects FIELD=VALUE behind it");
		else if (strcmp(argv[i], "--set") == 0)
			sets[q->sets++] = argv[++i];
		else if (argv[i][0] == '-')
			return iv_fail(e, IV_EINVAL, "%s is no option: there are --actions and --set FIELD=VALUE", argv[i]);
		else if (q->file)
			return iv_fail(e, IV_EINVAL, "one journal at a time: %s is one too many", argv[i]);
		else
			q->file = argv[i];
	}
	return q->file || iv_fail(e, IV_EINVAL, "expects a journal, DATA_DIR/journal/CALL.call");
}

static void tell_near(struct iv_str path)
{
	struct iv_buf nearest, names;

	iv_buf_init(&nearest, 256);
	iv_buf_init(&names, 4096);
	iv_shape_near(&iv_agent_shape, path, &nearest, &names);
	if (nearest.len)
		(void)fprintf(stderr, "invorto replay: did you mean %.*s?\n", IV_FMT(iv_buf_str(&nearest)));
	(void)fprintf(stderr, "invorto replay: allowed there: %.*s\n", IV_FMT(iv_buf_str(&names)));
	iv_buf_deinit(&nearest);
	iv_buf_deinit(&names);
}

/* As the API takes them: each by its own rule, then all of them together. *unknown: a field that is none. */
static bool apply_sets(struct asked *q, const char *const *sets, struct iv_arena *arena, struct iv_str *unknown,
		       struct iv_err *e)
{
	for (int i = 0; i < q->sets; i++) {
		struct iv_str rest = iv_str(sets[i]), path;

		if (!iv_str_split(&rest, '=', &path) || !rest.ptr || !path.len)
			return iv_fail(e, IV_EINVAL, "--set expects FIELD=VALUE, got \"%s\"", sets[i]);
		if (!iv_shape_set(&iv_agent_shape, path, rest, &q->agent, arena, e)) {
			if (strcmp(e->msg, "is not a known field") == 0)
				*unknown = path;
			return false;
		}
	}
	return iv_agent_check(&q->agent, e);
}

static void tell_call(const struct journal *j, const struct iv_replay_end *end)
{
	(void)printf("call %.*s, agent %.*s, %zu events%s\n", IV_FMT(j->header.call_id), IV_FMT(j->header.agent.id),
		     end->events, end->torn ? " (the last record is torn: the process died writing it)" : "");
}

static bool run_changed(const struct journal *j, struct printer *p, struct turns *before, const struct iv_agent *changed,
			struct iv_err *e)
{
	static struct turns after;
	const struct iv_replay_watch watch = {.action = see_action, .arg = p};
	struct iv_replay_end end;

	p->quiet = false;
	p->turns = &after;
	memset(p->digest, 0, sizeof(p->digest));
	if (!iv_replay_changed(&j->header, j->events, changed, &watch, &end, e))
		return false;
	print_turns(&after);
	print_change(before, &after);
	return true;
}

static bool run(const struct journal *j, const struct asked *q, struct iv_err *e)
{
	static struct turns before;
	struct printer p = {.quiet = true, .actions = q->actions, .turns = &before};
	const struct iv_replay_watch watch = {.action = see_action, .arg = &p};
	struct iv_replay_end end;
	bool ok;

	iv_buf_init(&p.line, LINE_BYTES);
	/* Its first line tells how it ends, so it is read to the end before anything is printed. */
	ok = iv_replay_exactly(&j->header, j->events, &watch, &end, e);
	if (ok)
		tell_call(j, &end);
	if (ok && q->sets) {
		ok = run_changed(j, &p, &before, &q->agent, e);
	} else if (ok) {
		p.quiet = false;
		before.count = 0;
		memset(p.digest, 0, sizeof(p.digest));
		ok = iv_replay_exactly(&j->header, j->events, &watch, &end, e);
		print_turns(&before);
	}
	if (ok)
		print_digest(&p);
	iv_buf_deinit(&p.line);
	return ok;
}

static bool read_journal(const struct asked *q, struct iv_buf *file, struct iv_arena *arena, struct journal *j,
			 struct iv_err *e)
{
	ptrdiff_t head;

	if (!iv_file_read(q->file, JOURNAL_BYTES, file, e))
		return false;
	head = iv_record_read_header(iv_buf_str(file), &j->header, arena, e);
	if (head >= 0)
		j->events = (struct iv_str){file->ptr + head, file->len - (size_t)head};
	return head >= 0;
}

int app_replay(int argc, char **argv)
{
	const char **sets = calloc((size_t)argc + 1, sizeof(*sets));
	struct iv_str unknown = IV_STR_NULL;
	struct asked q = {0};
	struct iv_buf file;
	struct iv_arena arena;
	struct journal j = {0};
	struct iv_err e = {0};
	bool ok;

	if (!sets)
		abort();
	iv_buf_init(&file, JOURNAL_BYTES + 65536);
	iv_arena_init(&arena, ARENA_BYTES);
	ok = read_arguments(&q, argc, argv, sets, &e);
	if (ok && !read_journal(&q, &file, &arena, &j, &e)) {
		(void)fprintf(stderr, "invorto replay: %s: %s\n", q.file, e.msg);
		ok = false;
	} else {
		q.agent = j.header.agent;
		ok = ok && apply_sets(&q, sets, &arena, &unknown, &e) && run(&j, &q, &e);
		if (!ok)
			(void)fprintf(stderr, "invorto replay: %s%s%s\n", e.field, e.field[0] ? " " : "", e.msg);
		if (unknown.len)
			tell_near(unknown);
	}
	iv_arena_deinit(&arena);
	iv_buf_deinit(&file);
	free(sets);
	return ok ? EXIT_SUCCESS : EXIT_USAGE;
}
