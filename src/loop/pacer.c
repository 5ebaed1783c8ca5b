/* The pacing tick: slots of 1 ms on the monotonic clock, twenty of them a round, a member in one of
 * the twenty. One timerfd armed for the next slot that has members; libuv's own timers are too
 * coarse (whole milliseconds of epoll timeout, late by up to two). */
#include "loop_priv.h"

#include <sys/timerfd.h>
#include <unistd.h>

static int64_t slot_of(int64_t us)
{
	return us / IV_SLOT_US;
}

/* The next slot after `slot` whose phase has members. There is at least one member. */
static int64_t next_slot(const struct iv_loop *l, int64_t slot)
{
	do {
		slot++;
	} while (l->phase_members[slot % IV_PACER_PHASES] == 0);
	return slot;
}

/* Setting the time also takes back the readiness of the last expiry, so the fd is never read. */
static void set_alarm(struct iv_loop *l)
{
	struct itimerspec at = {0};

	if (l->pacer_members > 0) {
		int64_t us = next_slot(l, l->slot) * IV_SLOT_US;
		at.it_value.tv_sec = us / 1000000;
		at.it_value.tv_nsec = us % 1000000 * 1000;
	}
	if (timerfd_settime(l->pacer_fd, TFD_TIMER_ABSTIME, &at, NULL) != 0)
		abort();
}

static void run_phase(struct iv_loop *l, int64_t slot)
{
	struct iv_list *phase = &l->phases[slot % IV_PACER_PHASES], due;
	int64_t slot_us = slot * IV_SLOT_US;

	if (iv_list_empty(phase))
		return;
	if (l->lag_hook)
		l->lag_hook(l->lag_arg, iv_now_us() - slot_us);
	/* Any member may leave or join during any tick: those still to be called wait on a list of
	 * their own, and go back before they are called. */
	due = *phase;
	due.next->prev = due.prev->next = &due;
	iv_list_init(phase);
	while (!iv_list_empty(&due)) {
		struct iv_pacer_member *m = IV_CONTAINER(due.next, struct iv_pacer_member, node);

		iv_list_remove(&m->node);
		iv_list_append(phase, &m->node);
		if (slot_us > m->joined_us)
			m->tick(m->arg, slot_us);
	}
}

void iv_pacer_catch_up(struct iv_loop *l)
{
	int64_t now, slot = l->slot + 1;

	if (l->pacer_members == 0 || l->ticking)
		return;
	now = slot_of(iv_now_us());
	if (now < slot)
		return;
	if (slot <= now - IV_PACER_PHASES) /* a stall: nobody is called twice for it */
		slot = now - IV_PACER_PHASES + 1;
	l->slot = now;
	l->ticking = true;
	for (; slot <= now; slot++)
		run_phase(l, slot);
	l->ticking = false;
}

static void on_alarm(uv_poll_t *h, int status, int events)
{
	struct iv_loop *l = h->data;

	(void)status;
	(void)events;
	iv_pacer_catch_up(l); /* may find that everything has run already */
	if (l->pacer_members > 0)
		set_alarm(l);
}

void iv_loop_pacer_init(struct iv_loop *l)
{
	for (int i = 0; i < IV_PACER_PHASES; i++)
		iv_list_init(&l->phases[i]);
	l->pacer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->pacer_fd < 0 || uv_poll_init(&l->uv, &l->pacer, l->pacer_fd) != 0)
		abort();
	l->pacer.data = l;
}

static void on_pacer_closed(uv_handle_t *h)
{
	struct iv_loop *l = h->data;

	close(l->pacer_fd);
}

void iv_loop_pacer_close(struct iv_loop *l)
{
	uv_close((uv_handle_t *)&l->pacer, on_pacer_closed);
}

void iv_pacer_join(struct iv_loop *l, struct iv_pacer_member *m, void (*tick)(void *, int64_t),
		   void *arg)
{
	int best = 0;

	for (int i = 1; i < IV_PACER_PHASES; i++)
		if (l->phase_members[i] < l->phase_members[best])
			best = i;
	m->tick = tick;
	m->arg = arg;
	m->phase = best;
	m->joined_us = iv_now_us();
	iv_list_append(&l->phases[best], &m->node);
	l->phase_members[best]++;
	if (l->pacer_members++ == 0) {
		l->slot = slot_of(m->joined_us);
		uv_poll_start(&l->pacer, UV_READABLE, on_alarm);
	}
	set_alarm(l);
}

void iv_pacer_leave(struct iv_loop *l, struct iv_pacer_member *m)
{
	if (m->phase < 0)
		return;
	iv_list_remove(&m->node);
	l->phase_members[m->phase]--;
	m->phase = -1;
	if (--l->pacer_members == 0) {
		uv_poll_stop(&l->pacer);
		set_alarm(l);
	}
}

void iv_pacer_set_lag_hook(struct iv_loop *l, void (*fn)(void *arg, int64_t late_us), void *arg)
{
	l->lag_hook = fn;
	l->lag_arg = arg;
}
