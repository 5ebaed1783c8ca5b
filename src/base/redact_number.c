/* Numbers in a text. Groups joined by hyphens or points belong together; what is found may begin and end only at
 * a blank, so that no piece of a longer id is taken for something. */
#include "redact_run.h"

static bool take_part(const struct redact_scan *s, const struct run *r, size_t a, size_t b, enum redact_label label,
		      struct part *p)
{
	*p = (struct part){.plus = r->plus && a == 0, .whole = a == 0 && b + 1 == r->count, .first = a == 0, .round = true};
	for (size_t i = a; i <= b; i++) {
		const struct group *g = &r->groups[i];
		size_t n = g->to - g->from;

		if (p->count + n > GROUP_DIGITS_MAX)
			return false;
		memcpy(p->digits + p->count, s->text + g->from, n);
		p->count += n;
		p->sizes[p->groups++] = (char)(n < 10 ? '0' + n : 'A' + n - 10);
		if (i > a)
			p->joint = joint_mix(p->joint, g->joint);
		p->open = p->open || g->open;
		p->round = p->round && n >= 3 && memcmp(s->text + g->to - 2, "00", 2) == 0;
	}
	p->label = a == 0 ? label : LABEL_NONE;
	p->other = (a == 0 && (label == LABEL_OTHER || r->piece)) || (r->unit && b + 1 == r->count);
	return true;
}

/* May a part end behind group i, and another begin there? */
static bool parted(const struct run *r, size_t i)
{
	return i + 1 == r->count || r->groups[i + 1].joint == JOINT_BLANK;
}

static bool find(struct redact_scan *s, const struct run *r, enum redact_label label, bool strict,
		 struct redact_hit *h)
{
	struct part p;
	enum iv_redact_kind kind;

	for (size_t a = 0; a < r->count; a++) {
		if (a && r->groups[a].joint != JOINT_BLANK)
			continue;
		for (size_t b = r->count; b-- > a;) {
			size_t from = r->groups[a].from, to = r->groups[b].to;

			if (!parted(r, b) || !take_part(s, r, a, b, label, &p) || !redact_judge(s, &p, strict, &kind))
				continue;
			from -= (r->groups[a].open && b > a) || p.plus; /* a bracket around all is not its own */
			return hit(h, kind, from, to);
		}
	}
	return false;
}

size_t redact_number(struct redact_scan *s, size_t i, struct redact_hit *h)
{
	struct run r;
	enum redact_label label;

	if (!redact_read_run(s, i, &r))
		return r.end;
	if (redact_is_amount(s, i)) /* only the number that the sign belongs to */
		return redact_amount_end(s, r.groups[0].to);
	label = redact_label_before(s, i);
	if (find(s, &r, label, true, h) || find(s, &r, label, false, h))
		return h->to;
	return r.end;
}
