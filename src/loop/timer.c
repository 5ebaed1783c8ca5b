/* Timers by absolute deadline: a binary heap over one uv_timer. Absolute, because repeating
 * relative timers drift by the lateness of every callback. */
#include "loop_priv.h"

static void place(struct iv_loop *l, size_t i, struct iv_timer *t)
{
	l->heap[i] = t;
	t->heap_index = i;
}

static void sift_up(struct iv_loop *l, size_t i, struct iv_timer *t)
{
	while (i > 1 && l->heap[i / 2]->deadline_us > t->deadline_us) {
		place(l, i, l->heap[i / 2]);
		i /= 2;
	}
	place(l, i, t);
}

static void sift_down(struct iv_loop *l, size_t i, struct iv_timer *t)
{
	for (;;) {
		size_t child = 2 * i;

		if (child > l->timer_count)
			break;
		if (child < l->timer_count &&
		    l->heap[child + 1]->deadline_us < l->heap[child]->deadline_us)
			child++;
		if (l->heap[child]->deadline_us >= t->deadline_us)
			break;
		place(l, i, l->heap[child]);
		i = child;
	}
	place(l, i, t);
}

static void reseat(struct iv_loop *l, size_t i, struct iv_timer *t)
{
	if (i > 1 && l->heap[i / 2]->deadline_us > t->deadline_us)
		sift_up(l, i, t);
	else
		sift_down(l, i, t);
}

static void heap_remove(struct iv_loop *l, struct iv_timer *t)
{
	size_t i = t->heap_index;
	struct iv_timer *last = l->heap[l->timer_count--];

	t->heap_index = 0;
	if (last != t)
		reseat(l, i, last);
}

static void on_uv_timer(uv_timer_t *h);

/* The uv timer may be early (a stopped timer left it behind): it looks again when it fires. */
static void arm(struct iv_loop *l, uint64_t at_least_ms)
{
	if (l->closing || l->firing)
		return;
	if (l->timer_count == 0) {
		uv_timer_stop(&l->timer);
		l->armed_us = INT64_MAX;
		return;
	}
	int64_t due = l->heap[1]->deadline_us;
	if (due >= l->armed_us)
		return;
	int64_t wait_us = due - iv_now_us();
	/* libuv counts from its cached time, which is old inside a long callback. */
	uv_update_time(&l->uv);
	uint64_t wait_ms = wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0;
	uv_timer_start(&l->timer, on_uv_timer, wait_ms > at_least_ms ? wait_ms : at_least_ms, 0);
	l->armed_us = due;
}

static void on_uv_timer(uv_timer_t *h)
{
	struct iv_loop *l = h->data;
	int64_t now = iv_now_us();

	l->armed_us = INT64_MAX;
	l->firing = true;
	/* Bounded: a timer that arms itself in the past must not keep us here. */
	for (size_t left = l->timer_count; left > 0 && l->timer_count > 0; left--) {
		struct iv_timer *t = l->heap[1];

		if (t->deadline_us > now)
			break;
		heap_remove(l, t);
		t->fn(t->arg);
	}
	l->firing = false;
	arm(l, 1); /* libuv runs a timer of 0 ms started inside a timer at once, for ever */
}

void iv_loop_timers_init(struct iv_loop *l)
{
	uv_timer_init(&l->uv, &l->timer);
	l->timer.data = l;
	l->armed_us = INT64_MAX;
}

void iv_loop_timers_close(struct iv_loop *l)
{
	uv_close((uv_handle_t *)&l->timer, NULL);
}

void iv_timer_init(struct iv_timer *t, struct iv_loop *l, void (*fn)(void *arg), void *arg)
{
	*t = (struct iv_timer){.loop = l, .fn = fn, .arg = arg};
}

void iv_timer_at(struct iv_timer *t, int64_t deadline_us)
{
	struct iv_loop *l = t->loop;

	t->deadline_us = deadline_us;
	if (t->heap_index) {
		reseat(l, t->heap_index, t);
	} else {
		if (l->timer_count + 2 > l->heap_cap) {
			l->heap_cap = l->heap_cap ? 2 * l->heap_cap : 64;
			l->heap = loop_realloc(l->heap, l->heap_cap * sizeof(struct iv_timer *));
		}
		sift_up(l, ++l->timer_count, t);
	}
	arm(l, 0);
}

void iv_timer_in_ms(struct iv_timer *t, int64_t ms)
{
	iv_timer_at(t, iv_now_us() + ms * 1000);
}

void iv_timer_stop(struct iv_timer *t)
{
	if (!t->heap_index)
		return;
	heap_remove(t->loop, t);
	if (t->loop->timer_count == 0)
		arm(t->loop, 0);
}

bool iv_timer_armed(const struct iv_timer *t)
{
	return t->heap_index != 0;
}
