/* Keys towards the far end that the carrier presses while the conversation goes on: Jambonz, by its API. One key after the
 * other; when one could not be pressed the rest goes the long way, out of the media and back (line.c). */
#include <stdlib.h>
#include "iv_carrier.h"
#include "iv_log.h"
#include "session.h"

enum { ARENA_BYTES = 16384, PRESS_MS = 60000, GAP_MS = 250, DIGITS_MAX = 256 };

struct keys {
	struct iv_flow flow; /* first */
	struct iv_list node;
	struct iv_gateway *g;
	struct iv_flow *running;
	struct iv_timer gap;
	struct iv_arena arena;
	struct iv_carrier_run run;
	char name[IV_CALL_NAME_SIZE], carrier_id[CALL_ID_SIZE];
	char digits[DIGITS_MAX]; /* not pressed yet */
};

static void next_key(void *arg);

static struct session *session_of(const struct keys *k)
{
	struct session *s = iv_map_get(k->g->sessions, iv_str(k->name));

	return s && s->state == SESSION_LIVE ? s : NULL;
}

static void over(struct keys *k)
{
	iv_timer_stop(&k->gap);
	iv_list_remove(&k->node);
	iv_arena_deinit(&k->arena);
	iv_free_later(k->g->d.loop, k);
}

static enum iv_flow_next press(struct iv_flow *f)
{
	struct keys *k = (struct keys *)(void *)f;

	return iv_carrier_dtmf(k->g->d.carriers, f, &k->run, &k->arena, IV_JAMBONZ, iv_str(k->carrier_id),
			       (struct iv_str){k->digits, 1});
}

/* Refused, it was not pressed; in doubt it may have been, and is not pressed again. */
static void pressed(struct iv_flow *f)
{
	struct keys *k = (struct keys *)(void *)f;
	struct session *s = session_of(k);
	bool refused = f->err.code == IV_ECONFLICT;

	if (f->err.code != IV_OK)
		iv_info("line.key_not_pressed", IV_LV("call", iv_str(k->name)), IV_LS("code", iv_code_info(f->err.code)->name));
	if (!refused)
		memmove(k->digits, k->digits + 1, sizeof(k->digits) - 1);
	if (!s || f->err.code == IV_ECANCELED) {
		over(k);
	} else if (f->err.code != IV_OK) {
		if (k->digits[0])
			line_press(s, iv_str(k->digits));
		over(k);
	} else if (k->digits[0]) {
		iv_timer_in_ms(&k->gap, GAP_MS);
	} else {
		over(k);
	}
}

static void next_key(void *arg)
{
	static const struct iv_flow_step steps[] = {{"press", press}, {0}};
	static const struct iv_flow_type type = {"keys", steps, pressed};
	struct keys *k = arg;

	if (!session_of(k)) { /* it has ended, or is elsewhere */
		over(k);
		return;
	}
	iv_arena_reset(&k->arena);
	iv_flow_start(&k->flow, &type, k->g->d.loop, PRESS_MS, &k->running);
}

bool keys_press(struct session *s, struct iv_str digits)
{
	struct iv_gateway *g = s->g;
	char name[IV_CALL_NAME_SIZE];
	struct keys *k = NULL;
	size_t left;

	if (s->leg.kind != IV_LEG_JAMBONZ || !s->carrier_id[0] || !g->d.carriers ||
	    !iv_carriers_has(g->d.carriers, IV_JAMBONZ) || s->state != SESSION_LIVE)
		return false;
	(void)iv_call_name(iv_str(s->tenant_id), iv_str(s->call_id), name);
	IV_LIST_EACH(node, &g->pressing) {
		struct keys *other = IV_CONTAINER(node, struct keys, node);

		if (strcmp(other->name, name) == 0)
			k = other;
	}
	left = k ? strlen(k->digits) : 0;
	if (left + digits.len >= DIGITS_MAX)
		return false;
	if (k) { /* behind those before */
		memcpy(k->digits + left, digits.ptr, digits.len);
		k->digits[left + digits.len] = '\0';
		return true;
	}
	k = calloc(1, sizeof(*k));
	if (!k)
		abort();
	k->g = g;
	memcpy(k->name, name, sizeof(name));
	memcpy(k->carrier_id, s->carrier_id, sizeof(k->carrier_id));
	memcpy(k->digits, digits.ptr, digits.len);
	iv_arena_init(&k->arena, ARENA_BYTES);
	iv_timer_init(&k->gap, g->d.loop, next_key, k);
	iv_list_append(&g->pressing, &k->node);
	iv_timer_in_ms(&k->gap, 0); /* not within a step */
	return true;
}

void keys_close(struct iv_gateway *g)
{
	IV_LIST_EACH(node, &g->pressing) {
		struct keys *k = IV_CONTAINER(node, struct keys, node);

		if (k->running)
			iv_flow_cancel(k->running, IV_ECANCELED, "the process ends");
		else
			over(k);
	}
}
