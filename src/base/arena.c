/* Memory freed in one step. Release builds carve from blocks that double; debug builds give every
 * allocation its own malloc, so that ASan sees an overrun of one byte. */
#include "iv_arena.h"

#include <stdalign.h>
#include <stdlib.h>

#define FIRST_BLOCK 2048
#define LARGEST_BLOCK (256 * 1024)

struct iv_arena_block {
	struct iv_arena_block *next;
	size_t cap, len;
	alignas(max_align_t) char bytes[];
};

void iv_arena_init(struct iv_arena *a, size_t limit_bytes)
{
	*a = (struct iv_arena){.limit = limit_bytes};
}

static void free_blocks(struct iv_arena_block *block)
{
	while (block) {
		struct iv_arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void iv_arena_deinit(struct iv_arena *a)
{
	free_blocks(a->blocks);
	*a = (struct iv_arena){.limit = a->limit};
}

void iv_arena_reset(struct iv_arena *a)
{
	/* The newest block is the largest: a steady user settles on one block and no malloc. */
	if (a->blocks && !IV_DEBUG) {
		free_blocks(a->blocks->next);
		a->blocks->next = NULL;
		a->blocks->len = 0;
	} else {
		free_blocks(a->blocks);
		a->blocks = NULL;
	}
	a->used = 0;
}

static struct iv_arena_block *add_block(struct iv_arena *a, size_t need)
{
	size_t cap = need;
	struct iv_arena_block *block;

	if (!IV_DEBUG) {
		size_t usual = a->blocks ? a->blocks->cap * 2 : FIRST_BLOCK;

		if (usual > LARGEST_BLOCK)
			usual = LARGEST_BLOCK;
		if (cap < usual)
			cap = usual;
	}
	block = malloc(sizeof(*block) + cap);
	if (!block)
		return NULL;
	block->next = a->blocks;
	block->cap = cap;
	block->len = 0;
	a->blocks = block;
	return block;
}

void *iv_arena_alloc(struct iv_arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	struct iv_arena_block *block = a->blocks;
	size_t whole;
	void *p;

	if (n == 0)
		n = 1;
	if (n > SIZE_MAX - align)
		return NULL;
	whole = (n + align - 1) & ~(align - 1);
	if (a->used > a->limit || whole > a->limit - a->used)
		return NULL;
	if (IV_DEBUG)
		block = add_block(a, n);
	else if (!block || block->cap - block->len < whole)
		block = add_block(a, whole);
	if (!block)
		return NULL;
	p = block->bytes + block->len;
	block->len += IV_DEBUG ? n : whole;
	a->used += whole;
	return memset(p, 0, n);
}

struct iv_str iv_arena_str(struct iv_arena *a, struct iv_str s)
{
	char *copy;

	if (s.len == SIZE_MAX)
		return IV_STR_NULL;
	copy = iv_arena_alloc(a, s.len + 1);
	if (!copy)
		return IV_STR_NULL;
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	return (struct iv_str){copy, s.len};
}
