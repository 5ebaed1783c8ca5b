/* Flags by rules over a recap: frustration, bad words, talking over each other. */
#include "iv_qa.h"

enum {
	SPIKE_MS = 30000, SPIKE_LOW = 3, SPIKE_MEDIUM = 4, SPIKE_HIGH = 6, LOUD_LONG_MS = 2500, EVIDENCE_MAX = 512,
	INTERRUPTED_MIN = 3, OVERLAP_MIN_MS = 3000, TOXIC_OFTEN = 3,
};

const char *const iv_qa_kinds[] = {"frustration_spike", "toxicity", "overlap_risk", NULL};
const char *const iv_qa_levels[] = {"low", "medium", "high", NULL};

struct flags {
	struct iv_qa_flag *out;
	size_t count;
};

/* Kept in the order of time; of the same time the first stays first. */
static void add_flag(struct flags *f, enum iv_qa_kind kind, enum iv_qa_level level, int64_t at_ms)
{
	size_t i = f->count;

	if (f->count == IV_QA_FLAGS_MAX)
		return;
	for (f->count++; i > 0 && f->out[i - 1].at_ms > at_ms; i--)
		f->out[i] = f->out[i - 1];
	f->out[i] = (struct iv_qa_flag){kind, level, at_ms < 0 ? 0 : at_ms};
}

/* ── frustration ── */

struct evidence {
	int64_t at_ms;
	int points;
};

static size_t add_evidence(struct evidence *list, size_t count, int64_t at_ms, int points)
{
	size_t i = count;

	if (count == EVIDENCE_MAX || at_ms < 0)
		return count;
	for (; i > 0 && list[i - 1].at_ms > at_ms; i--)
		list[i] = list[i - 1];
	list[i] = (struct evidence){at_ms, points};
	return count + 1;
}

static size_t gather(const struct iv_recap *r, struct evidence *list)
{
	const struct iv_recap_message *m = r->messages.items;
	const struct iv_recap_loud *l = r->louds.items;
	size_t n = 0;

	for (size_t i = 0; i < r->messages.count; i++)
		if (m[i].role == IV_STORY_AGENT && m[i].interrupted)
			n = add_evidence(list, n, m[i].end_ms, 1);
	for (size_t i = 0; i < r->louds.count; i++)
		n = add_evidence(list, n, l[i].from_ms, l[i].to_ms - l[i].from_ms >= LOUD_LONG_MS ? 2 : 1);
	return n;
}

/* One flag for a spike: at its beginning, with its highest level, and the next no sooner than it is over. */
static void find_frustration(const struct iv_recap *r, struct flags *f)
{
	struct evidence list[EVIDENCE_MAX];
	size_t n = gather(r, list);

	for (size_t from = 0; from < n;) {
		size_t to = from;
		int points = 0;

		for (; to < n && list[to].at_ms - list[from].at_ms <= SPIKE_MS; to++)
			points += list[to].points;
		if (points < SPIKE_LOW) {
			from++;
			continue;
		}
		add_flag(f, IV_QA_FRUSTRATION,
			 points >= SPIKE_HIGH     ? IV_QA_HIGH
			 : points >= SPIKE_MEDIUM ? IV_QA_MEDIUM
						  : IV_QA_LOW,
			 list[from].at_ms);
		from = to;
	}
}

/* ── words ── */

static bool is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static bool mentions_one(struct iv_str text, struct iv_str word)
{
	for (size_t i = 0; i + word.len <= text.len; i++) {
		struct iv_str here = {text.ptr + i, word.len};

		if ((i > 0 && is_letter((unsigned char)text.ptr[i - 1])) ||
		    (i + word.len < text.len && is_letter((unsigned char)text.ptr[i + word.len])))
			continue;
		if (iv_str_ieq(here, word))
			return true;
	}
	return false;
}

bool iv_qa_mentions(struct iv_str text, struct iv_str words)
{
	struct iv_str word;

	while (iv_str_split(&words, ',', &word)) {
		word = iv_str_trim(word);
		if (word.len && mentions_one(text, word))
			return true;
	}
	return false;
}

static void find_toxicity(const struct iv_recap *r, struct iv_str words, struct flags *f)
{
	const struct iv_recap_message *m = r->messages.items;
	int by_caller = 0;

	for (size_t i = 0; i < r->messages.count; i++) {
		if (!iv_qa_mentions(m[i].text, words))
			continue;
		by_caller += m[i].role == IV_STORY_USER;
		add_flag(f, IV_QA_TOXICITY,
			 m[i].role == IV_STORY_AGENT || by_caller >= TOXIC_OFTEN ? IV_QA_HIGH : IV_QA_MEDIUM,
			 m[i].start_ms);
	}
}

/* ── both at once ── */

static int64_t common_ms(const struct iv_recap_message *a, const struct iv_recap_message *b)
{
	int64_t from = a->start_ms > b->start_ms ? a->start_ms : b->start_ms;
	int64_t to = a->end_ms < b->end_ms ? a->end_ms : b->end_ms;

	return a->start_ms < 0 || b->start_ms < 0 || to <= from ? 0 : to - from;
}

struct overlaps {
	int64_t answers, interrupted, spoken_ms, over_ms, first_ms;
};

static void note_first(struct overlaps *o, int64_t at_ms)
{
	if (at_ms >= 0 && (o->first_ms < 0 || at_ms < o->first_ms))
		o->first_ms = at_ms;
}

static struct overlaps find_overlaps(const struct iv_recap *r)
{
	const struct iv_recap_message *m = r->messages.items;
	struct overlaps o = {.first_ms = -1};

	for (size_t i = 0; i < r->messages.count; i++) {
		if (m[i].role == IV_STORY_AGENT) {
			o.answers++;
			o.interrupted += m[i].interrupted;
			if (m[i].interrupted)
				note_first(&o, m[i].end_ms);
			continue;
		}
		if (m[i].start_ms >= 0 && m[i].end_ms > m[i].start_ms)
			o.spoken_ms += m[i].end_ms - m[i].start_ms;
		/* The list is nearly in the order of time: who may have spoken meanwhile is near. */
		for (size_t k = i > 3 ? i - 3 : 0; k < r->messages.count && k < i + 4; k++) {
			int64_t over = m[k].role == IV_STORY_AGENT ? common_ms(&m[i], &m[k]) : 0;

			o.over_ms += over;
			if (over)
				note_first(&o, m[i].start_ms);
		}
	}
	return o;
}

static int level_of(int64_t part, int64_t whole, const int percent[3])
{
	int level = -1;

	for (int i = 0; i < 3 && whole > 0; i++)
		if (part * 100 >= whole * percent[i])
			level = i;
	return level;
}

static void find_overlap_risk(const struct iv_recap *r, struct flags *f)
{
	static const int of_answers[] = {25, 40, 60}, of_speech[] = {10, 20, 35};
	struct overlaps o = find_overlaps(r);
	int level = o.interrupted >= INTERRUPTED_MIN ? level_of(o.interrupted, o.answers, of_answers) : -1;
	int by_time = o.over_ms >= OVERLAP_MIN_MS ? level_of(o.over_ms, o.spoken_ms, of_speech) : -1;

	level = by_time > level ? by_time : level;
	if (level >= 0)
		add_flag(f, IV_QA_OVERLAP, (enum iv_qa_level)level, o.first_ms);
}

size_t iv_qa_flags(const struct iv_recap *r, struct iv_str words, struct iv_qa_flag out[IV_QA_FLAGS_MAX])
{
	struct flags f = {.out = out};

	find_frustration(r, &f);
	find_overlap_risk(r, &f);
	find_toxicity(r, words, &f); /* last: of many bad words some are left out, of the others none */
	return f.count;
}
