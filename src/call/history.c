/* What the model is told: caller's words, agent's words as far as they were heard, tools. Bounded; the
 * oldest go first, and never a tool's answer without its question. */
#include <stdlib.h>
#include "call_priv.h"

enum { FIRST_MESSAGES = 16 };

static void message_deinit(struct message *m)
{
	free(m->text);
	free(m->tool_calls);
}

static size_t message_bytes(const struct message *m)
{
	return (m->text ? strlen(m->text) : 0) + (m->tool_calls ? strlen(m->tool_calls) : 0);
}

static void drop(struct iv_call *c, size_t i)
{
	c->history_bytes -= message_bytes(&c->history[i]);
	message_deinit(&c->history[i]);
	c->history_count--;
	memmove(&c->history[i], &c->history[i + 1], (c->history_count - i) * sizeof(c->history[0]));
}

static void make_room(struct iv_call *c)
{
	while (c->history_count > 1 &&
	       (c->history_count >= HISTORY_MESSAGES || c->history_bytes > HISTORY_BYTES)) {
		drop(c, 0);
		while (c->history_count && c->history[0].role == ROLE_TOOL)
			drop(c, 0);
	}
}

uint32_t history_add(struct iv_call *c, int role, struct iv_str text)
{
	struct message *m;

	make_room(c);
	if (c->history_count == c->history_cap) {
		c->history_cap = c->history_cap ? 2 * c->history_cap : FIRST_MESSAGES;
		c->history = realloc(c->history, c->history_cap * sizeof(*c->history));
		if (!c->history)
			abort();
	}
	m = &c->history[c->history_count++];
	*m = (struct message){.id = ++c->next_message, .text = copy_text(text)};
	m->role = (__typeof__(m->role))role;
	c->history_bytes += message_bytes(m);
	return m->id;
}

struct message *history_find(struct iv_call *c, uint32_t id)
{
	for (size_t i = c->history_count; i-- > 0;)
		if (c->history[i].id == id)
			return &c->history[i];
	return NULL;
}

void history_set_text(struct iv_call *c, struct message *m, struct iv_str text)
{
	c->history_bytes -= message_bytes(m);
	free(m->text);
	m->text = copy_text(text);
	c->history_bytes += message_bytes(m);
}

void history_drop(struct iv_call *c, uint32_t id)
{
	for (size_t i = c->history_count; i-- > 0;)
		if (c->history[i].id == id) {
			drop(c, i);
			return;
		}
}

void history_drop_last_user(struct iv_call *c, struct iv_buf *text)
{
	size_t i = c->history_count;

	if (!i || c->history[i - 1].role != ROLE_USER)
		return;
	if (!iv_buf_adds(text, iv_str(c->history[i - 1].text)))
		iv_buf_clear(text);
	drop(c, i - 1);
}

void history_deinit(struct iv_call *c)
{
	while (c->history_count)
		drop(c, c->history_count - 1);
	free(c->history);
	c->history = NULL;
}

static void write_system(const struct iv_call *c, struct iv_jw *w)
{
	struct iv_buf text;

	if (!c->agent.prompt.len && !c->opts.system_prompt.len)
		return;
	iv_buf_init(&text, 65536);
	if (iv_buf_adds(&text, c->opts.system_prompt) &&
	    (!c->opts.system_prompt.len || iv_buf_addc(&text, '\n')) && iv_buf_adds(&text, c->agent.prompt)) {
		iv_jw_obj(w, NULL);
		iv_jw_cstr(w, "role", "system");
		iv_jw_str(w, "content", iv_buf_str(&text));
		iv_jw_end_obj(w);
	}
	iv_buf_deinit(&text);
}

static void write_message(const struct message *m, struct iv_jw *w)
{
	static const char *const roles[] = {[ROLE_USER] = "user",
					    [ROLE_ASSISTANT] = "assistant",
					    [ROLE_TOOL] = "tool",
					    [ROLE_NOTE] = "system"};

	if (m->role == ROLE_ASSISTANT && !m->tool_calls && !m->text[0])
		return; /* nothing of it was heard */
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "role", roles[m->role]);
	if (m->role == ROLE_TOOL)
		iv_jw_cstr(w, "tool_call_id", m->tool_id);
	if (m->tool_calls && !m->text[0])
		iv_jw_null(w, "content");
	else
		iv_jw_cstr(w, "content", m->text);
	if (m->tool_calls)
		iv_jw_raw(w, "tool_calls", iv_str(m->tool_calls));
	iv_jw_end_obj(w);
}

bool iv_call_messages(const struct iv_call *c, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_arr(&w, NULL);
	write_system(c, &w);
	for (size_t i = 0; i < c->history_count; i++)
		write_message(&c->history[i], &w);
	iv_jw_end_arr(&w);
	return iv_jw_done(&w);
}
