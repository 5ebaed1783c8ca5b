/* invorto replay: a call's journal through the machine again, as it was or with other settings. */
#include <stdio.h>
#include <stdlib.h>
#include "app.h"
#include "iv_crypto.h"
#include "iv_spool.h"

enum { JOURNAL_BYTES = 256 << 20, ARENA_BYTES = 8 << 20, TURNS_MAX = 2000, LINE_BYTES = 1 << 20 };

struct turns {
	struct iv_turn_stamps_us at[TURNS_MAX];
	int number[TURNS_MAX];
	enum iv_turn_outcome outcome[TURNS_MAX];
	size_t count;
};

struct printer {
	bool quiet, actions;
	const struct iv_call *call;
	int64_t now_us;
	struct iv_buf line;
	struct turns *turns;
	uint8_t digest[IV_SHA256_BYTES]; /* of every action so far, chained */
};

static void print_action(void *arg, const struct iv_action *a)
{
	struct printer *p = arg;

	iv_buf_clear(&p->line);
	/* The chain is the previous digest in front of the line, so equal digests mean equal histories. */
	if (!iv_buf_add(&p->line, p->digest, sizeof(p->digest)) || !iv_action_print(&p->line, p->now_us, a))
		return;
	iv_sha256(iv_buf_str(&p->line), p->digest);
	if (p->quiet)
		return;
	if (p->actions)
		(void)fwrite(p->line.ptr + sizeof(p->digest), 1, p->line.len - sizeof(p->digest), stdout);
	else if (a->type == IV_ACT_NOTE)
		(void)printf("%10.3f  %-20.*s %.*s\n", (double)p->now_us / 1e6, IV_FMT(a->name), IV_FMT(a->text));
}

static void keep_turn(void *arg, const struct iv_turn_report *r)
{
	struct printer *p = arg;
	struct turns *t = p->turns;

	if (t->count == TURNS_MAX)
		return;
	t->at[t->count] = r->at_us;
	t->number[t->count] = r->number;
	t->outcome[t->count++] = r->outcome;
}

/* ── reading ── */

static bool read_events(struct journal *j, struct iv_str bytes, bool *torn)
{
	size_t cap = 0;
	int64_t last_us = 0;

	while (bytes.len) {
		ptrdiff_t n;

		if (j->count == cap) {
			cap = cap ? 2 * cap : 4096;
			j->events = realloc(j->events, cap * sizeof(j->events[0]));
			if (!j->events)
				abort();
		}
		j->events[j->count] = (struct recorded){.delay_us = -1};
		n = iv_record_read(bytes, &j->events[j->count].ev, &last_us);
		if (n < 0)
			return false;
		*torn = n == 0;
		if (*torn)
			return true;
		j->count++;
		bytes.ptr += n;
		bytes.len -= (size_t)n;
	}
	return true;
}

/* ── stepping ── */

struct exact {
	struct printer *p;
	struct iv_call *call;
};

static void act_exact(void *arg, const struct iv_action *a)
{
	struct exact *x = arg;

	print_action(x->p, a);
	if (a->type == IV_ACT_TURN)
		keep_turn(x->p, iv_call_last_turn(x->call));
}

static void run_exact(const struct journal *j, struct printer *p)
{
	struct exact x = {.p = p};

	x.call = iv_call_new(&j->header.agent, &j->header.opts, act_exact, &x);
	for (size_t i = 0; i < j->count; i++) {
		p->now_us = j->events[i].ev.now_us;
		iv_call_step(x.call, &j->events[i].ev);
	}
	iv_call_free(x.call);
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

static bool apply_sets(struct iv_agent *agent, int argc, char **argv, struct iv_arena *arena, struct iv_err *e)
{
	for (int i = 0; i + 1 < argc; i++) {
		struct iv_str rest, path;

		if (strcmp(argv[i], "--set") != 0)
			continue;
		rest = iv_str(argv[++i]);
		if (!iv_str_split(&rest, '=', &path) || !rest.ptr)
			return iv_fail(e, IV_EINVAL, "--set expects FIELD=VALUE, got \"%s\"", argv[i]);
		if (!iv_shape_set(&iv_agent_shape, path, rest, agent, arena, e))
			return false;
	}
	return iv_agent_check(agent, e);
}

static int run(struct journal *j, bool sets, bool actions, int argc, char **argv, struct iv_arena *arena)
{
	static struct turns before, after;
	struct iv_err e = {0};
	struct printer p = {.quiet = sets, .actions = actions, .turns = &before};

	iv_buf_init(&p.line, LINE_BYTES);
	run_exact(j, &p);
	if (sets) {
		struct iv_agent changed = j->header.agent;

		if (!apply_sets(&changed, argc, argv, arena, &e)) {
			(void)fprintf(stderr, "invorto replay: %s %s\n", e.field, e.msg);
			iv_buf_deinit(&p.line);
			return EXIT_USAGE;
		}
		p.quiet = false;
		p.turns = &after;
		memset(p.digest, 0, sizeof(p.digest));
		what_if_causes(j);
		what_if_run(j, &changed, print_action, keep_turn, &p, &p.now_us);
		print_turns(&after);
		print_change(&before, &after);
	} else {
		print_turns(&before);
	}
	print_digest(&p);
	iv_buf_deinit(&p.line);
	return EXIT_SUCCESS;
}

int app_replay(int argc, char **argv)
{
	struct iv_buf file;
	struct iv_arena arena;
	struct journal j = {0};
	struct iv_err e = {0};
	bool sets = false, actions = false, torn = false;
	ptrdiff_t head;
	int status = EXIT_USAGE;

	for (int i = 1; i < argc; i++) {
		sets = sets || strcmp(argv[i], "--set") == 0;
		actions = actions || strcmp(argv[i], "--actions") == 0;
	}
	iv_buf_init(&file, JOURNAL_BYTES + 65536);
	iv_arena_init(&arena, ARENA_BYTES);
	if (argc < 1)
		(void)fprintf(stderr, "invorto replay: expects a journal, DATA_DIR/journal/CALL.call\n");
	else if (!iv_file_read(argv[0], JOURNAL_BYTES, &file, &e) ||
		 (head = iv_record_read_header(iv_buf_str(&file), &j.header, &arena, &e)) < 0)
		(void)fprintf(stderr, "invorto replay: %s: %s\n", argv[0], e.msg);
	else if (!read_events(&j, (struct iv_str){file.ptr + head, file.len - (size_t)head}, &torn))
		(void)fprintf(stderr, "invorto replay: %s: not a record after %zu events\n", argv[0], j.count);
	else {
		(void)printf("call %.*s, agent %.*s, %zu events%s\n", IV_FMT(j.header.call_id), IV_FMT(j.header.agent.id),
			     j.count, torn ? " (the last record is torn: the process died writing it)" : "");
		status = run(&j, sets, actions, argc, argv, &arena);
	}
	free(j.events);
	iv_arena_deinit(&arena);
	iv_buf_deinit(&file);
	return status;
}
