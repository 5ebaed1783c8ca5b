/* A story from a journal: the machine is stepped through it and listened to, as it was while the call lived. */
#include <stdlib.h>
#include "iv_record.h"
#include "iv_story.h"

enum { HANGING_MS = 20 };

struct listener {
	struct iv_story *story;
	struct iv_call *call;
	int64_t now_us;
};

static void on_action(void *arg, const struct iv_action *a)
{
	struct listener *l = arg;

	iv_story_action(l->story, l->now_us, a, l->call);
}

static void step(struct listener *l, const struct iv_event *ev)
{
	l->now_us = ev->now_us;
	iv_story_event(l->story, ev);
	iv_call_step(l->call, ev);
}

static bool step_all(struct listener *l, struct iv_str bytes, struct iv_err *e)
{
	int64_t last_us = 0;

	while (bytes.len) {
		struct iv_event ev;
		ptrdiff_t n = iv_record_read(bytes, &ev, &last_us);

		if (n < 0)
			return iv_fail(e, IV_EINVAL, "the journal holds something that is no record");
		if (n == 0)
			return true; /* torn: the process died writing it */
		step(l, &ev);
		bytes.ptr += n;
		bytes.len -= (size_t)n;
	}
	return true;
}

static void finish(struct listener *l, struct iv_story_end *end)
{
	*end = (struct iv_story_end){.crashed = !iv_call_ended(l->call)};
	if (end->crashed)
		step(l, &(struct iv_event){.type = IV_EV_LEG_GONE,
					   .now_us = l->now_us + HANGING_MS * 1000,
					   .text = IV_S("crashed")});
	/* A journal without so much as its START has no machine to end. */
	(void)iv_str_copy(end->reason, sizeof(end->reason),
			  iv_str(iv_call_ended(l->call) ? iv_call_end_reason(l->call) : "crashed"));
	end->duration_ms = l->now_us / 1000;
	iv_call_usage(l->call, &end->usage);
}

bool iv_story_from_journal(struct iv_str journal, struct iv_arena *arena, bool redact, iv_story_line_fn *line,
			   void *arg, struct iv_story **story, struct iv_story_end *end, struct iv_err *e)
{
	struct iv_record_header *h = iv_arena_alloc(arena, sizeof(*h)); /* the story keeps looking at the agent */
	struct listener l = {0};
	ptrdiff_t head;
	bool ok;

	if (!h)
		return iv_fail(e, IV_ETOOBIG, "the journal's header does not fit its memory");
	head = iv_record_read_header(journal, h, arena, e);
	if (head < 0)
		return false;
	l.story = iv_story_new(&(struct iv_story_opts){.call_id = h->call_id,
						       .started_ms = h->started_ms,
						       .agent = &h->agent,
						       .opts = &h->opts,
						       .redact = redact,
						       .line = line,
						       .arg = arg});
	l.call = iv_call_new(&h->agent, &h->opts, on_action, &l);
	ok = step_all(&l, (struct iv_str){journal.ptr + head, journal.len - (size_t)head}, e);
	if (ok)
		finish(&l, end);
	iv_call_free(l.call);
	if (!ok) {
		iv_story_free(l.story);
		return false;
	}
	*story = l.story;
	return true;
}
