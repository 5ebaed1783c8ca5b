/* What somebody may have meant who named a field that is not there. */
#include "iv_shape.h"

enum { WORD_MAX = 48, DEPTH_MAX = 8, FAR = 1000 };

/* Case and underscores are no difference: "silence_ms" is silenceMs. Cut when longer than any name. */
static size_t plain(struct iv_str s, char out[WORD_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < WORD_MAX; i++)
		if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
			out[n++] = (char)(s.ptr[i] + ('a' - 'A'));
		else if (s.ptr[i] != '_' && s.ptr[i] != '-')
			out[n++] = s.ptr[i];
	return n;
}

/* Letters to be put in, left out or changed; FAR when they are more than a third of a word of that length. */
static int apart(struct iv_str one, struct iv_str other, size_t of)
{
	char a[WORD_MAX], b[WORD_MAX];
	size_t n = plain(one, a), m = plain(other, b);
	int row[WORD_MAX + 1];

	for (size_t j = 0; j <= m; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		int diagonal = row[0];

		row[0] = (int)i;
		for (size_t j = 1; j <= m; j++) {
			int change = diagonal + (a[i - 1] != b[j - 1]), least = row[j] < row[j - 1] ? row[j] : row[j - 1];

			diagonal = row[j];
			row[j] = change < least + 1 ? change : least + 1;
		}
	}
	return row[m] <= (int)of / 3 ? row[m] : FAR;
}

struct search {
	struct iv_str path, last; /* as it was given; its last word */
	int best;
	struct iv_buf *nearest;
	struct iv_str group[DEPTH_MAX];
};

static void join(struct search *s, size_t depth, struct iv_str name, struct iv_buf *out)
{
	bool ok = true;

	iv_buf_clear(out);
	for (size_t i = 0; i < depth; i++)
		ok = ok && iv_buf_adds(out, s->group[i]) && iv_buf_addc(out, '.');
	(void)(ok && iv_buf_adds(out, name)); /* no room: part of it */
}

/* The whole path, or the right word in the wrong group, which is one further off. */
static void look(struct search *s, const struct iv_shape *shape, size_t depth)
{
	char memory[256];
	struct iv_buf full = {memory, 0, sizeof(memory), sizeof(memory)};

	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		struct iv_str name = iv_str(f->name);
		int whole, word;

		if (f->flags & IV_READONLY)
			continue;
		if (f->kind == IV_F_OBJ && depth < DEPTH_MAX) {
			s->group[depth] = name;
			look(s, f->shape, depth + 1);
			continue;
		}
		join(s, depth, name, &full);
		whole = apart(s->path, iv_buf_str(&full), name.len);
		word = apart(s->last, name, name.len) + 1;
		if (whole < s->best || word < s->best) {
			s->best = whole < word ? whole : word;
			iv_buf_clear(s->nearest);
			(void)!iv_buf_adds(s->nearest, iv_buf_str(&full)); /* no room: none is near */
		}
	}
}

static const struct iv_field *group_named(const struct iv_shape *shape, struct iv_str word)
{
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++)
		if (f->kind == IV_F_OBJ && apart(word, iv_str(f->name), 0) == 0)
			return f;
	return NULL;
}

void iv_shape_near(const struct iv_shape *shape, struct iv_str path, struct iv_buf *nearest, struct iv_buf *names)
{
	struct search s = {.path = path, .last = path, .best = FAR, .nearest = nearest};
	struct iv_str rest = path, word;
	const struct iv_field *group;
	bool ok = true;

	iv_buf_clear(nearest);
	iv_buf_clear(names);
	while (iv_str_split(&rest, '.', &word))
		s.last = word;
	look(&s, shape, 0);
	for (rest = path; iv_str_split(&rest, '.', &word) && (group = group_named(shape, word));)
		shape = group->shape;
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++)
		if (!(f->flags & IV_READONLY))
			ok = ok && (!names->len || iv_buf_adds(names, IV_S(", "))) && iv_buf_adds(names, iv_str(f->name));
	(void)ok; /* no room: the first of them */
}
