/* A restaurant's telephone: tells the time, books a table, tells stories, hands over, says goodbye.
 */
#include "brain.h"

#include <stdio.h>
#include "brain_words.h"

/* What the conversation has come to, found by walking through its messages. */
struct talk {
	struct understood last; /* of the caller's last words */
	bool booking;		/* asked for, neither done nor given up */
	int people, minute;
	char day[20];
	int stories, unclear; /* told so far; in a row */
	struct iv_str said;   /* the agent's last words */
	const char *called;   /* the tool whose result came last */
	struct iv_str result; /* its text */
	enum { BY_NOBODY, BY_CALLER, BY_AGENT, BY_TOOL } turn;
};

static const char *const stories[] = {
	"Once upon a time, a small lighthouse stood at the edge of a quiet bay. "
	"Every evening its keeper climbed ninety nine steps to light the lamp. "
	"One winter night the lamp went out, and a heavy fog came in from the sea. "
	"Far away the keeper heard the horn of a fishing boat that had lost its way. "
	"So she took her old brass bell, stood on the rocks, and rang it until morning. "
	"When the sun came up, the boat lay safe in the harbour. "
	"Since that night the fishermen ring a bell whenever they come home. "
	"And that is the end of the story.",
	"A long time ago, a young baker lived in a village high up in the mountains. "
	"His bread was so good that people walked all day to buy a single loaf. "
	"One morning a bear came in, sat down, and pointed at the biggest loaf on the shelf. "
	"The baker was afraid, but he wrapped the bread and gave it to the bear. "
	"The next morning a basket of wild honey stood in front of his door. "
	"From that day on, the baker made honey bread, and the bear was his best customer. "
	"They say the village still has no lock on any door. "
	"And that is the end of the story.",
};

/* ── reading the conversation ── */

static struct iv_str content_of(const cJSON *message)
{
	const cJSON *content = cJSON_GetObjectItemCaseSensitive(message, "content");

	if (cJSON_IsArray(content)) /* parts: the first text counts */
		return iv_json_str(content->child, "text");
	return cJSON_IsString(content) ? iv_str(content->valuestring) : IV_STR_NULL;
}

static void forget_booking(struct talk *t)
{
	t->booking = false;
	t->people = 0;
	t->minute = -1;
	t->day[0] = '\0';
}

static bool names_a_slot(const struct understood *u)
{
	return u->people || u->minute >= 0 || u->day[0];
}

static void hear_caller(struct talk *t, struct iv_str text)
{
	struct understood u = brain_understand(text);

	if (u.intent == INTENT_BOOK && !t->booking)
		forget_booking(t);
	if (u.intent == INTENT_BOOK)
		t->booking = true;
	/* A bare "for two" counts while we are booking, and opens a booking else. */
	if (u.intent == INTENT_NONE && names_a_slot(&u))
		t->booking = true;
	if (u.intent == INTENT_CANCEL || (u.intent == INTENT_NO && !names_a_slot(&u)))
		forget_booking(t);
	if (t->booking) {
		if (u.people)
			t->people = u.people;
		if (u.minute >= 0)
			t->minute = u.minute;
		if (u.day[0])
			iv_str_copy(t->day, sizeof(t->day), iv_str(u.day));
	}
	t->unclear = u.intent == INTENT_UNCLEAR ? t->unclear + 1 : 0;
	t->last = u;
	t->turn = BY_CALLER;
	t->called = NULL;
}

static void hear_agent(struct talk *t, const cJSON *message)
{
	const cJSON *calls = cJSON_GetObjectItemCaseSensitive(message, "tool_calls");
	struct iv_str text = content_of(message);

	if (t->turn == BY_CALLER && t->last.intent == INTENT_STORY)
		t->stories++;
	if (text.len)
		t->said = text;
	for (const cJSON *c = calls ? calls->child : NULL; c; c = c->next) {
		const cJSON *name =
			cJSON_GetObjectItemCaseSensitive(iv_json_get(c, "function"), "name");

		t->called = cJSON_IsString(name) ? name->valuestring : NULL;
	}
	t->turn = BY_AGENT;
}

static void hear_tool(struct talk *t, const cJSON *message)
{
	t->result = content_of(message);
	t->turn = BY_TOOL;
	if (t->called && strcmp(t->called, "book_table") == 0)
		forget_booking(t);
}

static void walk(struct talk *t, const cJSON *messages)
{
	char joined[1024];

	for (const cJSON *m = messages ? messages->child : NULL; m;) {
		struct iv_str role = iv_json_str(m, "role");
		size_t len = 0;

		/* One breath may come in several messages; they are one turn. */
		while (m && iv_str_eq(iv_json_str(m, "role"), IV_S("user"))) {
			struct iv_str text = content_of(m);
			size_t n = text.len < sizeof(joined) - len - 1 ? text.len
								       : sizeof(joined) - len - 1;

			if (n)
				memcpy(joined + len, text.ptr, n);
			len += n;
			if (len < sizeof(joined) - 1)
				joined[len++] = ' ';
			m = m->next;
		}
		if (len) {
			hear_caller(t, (struct iv_str){joined, len});
			continue;
		}
		if (!m)
			break;
		if (iv_str_eq(role, IV_S("assistant")))
			hear_agent(t, m);
		else if (iv_str_eq(role, IV_S("tool")))
			hear_tool(t, m);
		m = m->next;
	}
}

/* ── answering ── */

static void say(struct brain_reply *r, const char *text)
{
	iv_str_copy(r->text, sizeof(r->text), iv_str(text));
}

static bool offered(const cJSON *tools, const char *name)
{
	for (const cJSON *t = tools ? tools->child : NULL; t; t = t->next) {
		const cJSON *n =
			cJSON_GetObjectItemCaseSensitive(iv_json_get(t, "function"), "name");

		if (cJSON_IsString(n) && strcmp(n->valuestring, name) == 0)
			return true;
	}
	return false;
}

static void call_tool(struct brain_reply *r, const char *name, const char *arguments)
{
	iv_str_copy(r->tool, sizeof(r->tool), iv_str(name));
	iv_str_copy(r->arguments, sizeof(r->arguments), iv_str(arguments));
}

static void tell_time(int minute, struct brain_reply *r)
{
	static const char *const tens[] = {"", "", "twenty", "thirty", "forty", "fifty"};
	static const char *const teens[] = {"thirteen",	 "fourteen", "fifteen", "sixteen",
					    "seventeen", "eighteen", "nineteen"};
	int hour = minute / 60 % 24, m = minute % 60;
	const char *part = hour < 12   ? "in the morning"
			   : hour < 18 ? "in the afternoon"
				       : "in the evening";
	char minutes[32] = "o'clock";

	if (m >= 20)
		snprintf(minutes, sizeof(minutes), "%s%s%s", tens[m / 10], m % 10 ? " " : "",
			 m % 10 ? brain_number(m % 10) : "");
	else if (m > 12)
		snprintf(minutes, sizeof(minutes), "%s", teens[m - 13]);
	else if (m > 9)
		snprintf(minutes, sizeof(minutes), "%s", brain_number(m));
	else if (m > 0)
		snprintf(minutes, sizeof(minutes), "oh %s", brain_number(m));
	snprintf(r->text, sizeof(r->text), "It is %s %s %s. What else can I do for you?",
		 brain_number((hour + 11) % 12 + 1), minutes, part);
}

static void book(const struct talk *t, const cJSON *tools, struct brain_reply *r)
{
	char arguments[sizeof(r->arguments)];

	r->expects = GRAMMAR_BOOKING;
	if (t->people > 20) {
		say(r, "I can book for up to twenty people. For how many shall it be?");
	} else if (!t->people && t->minute < 0) {
		say(r, "Of course. For how many people, and at what time?");
	} else if (!t->people) {
		say(r, "For how many people?");
	} else if (t->minute < 0) {
		say(r, t->day[0] ? "And at what time?" : "And for what day and time?");
	} else if (!offered(tools, "book_table")) {
		say(r, "I am sorry, I was not given a way to book tables.");
		r->expects = GRAMMAR_ANY;
	} else {
		snprintf(arguments, sizeof(arguments),
			 "{\"people\":%d,\"day\":\"%s\",\"time\":\"%02d:%02d\"}", t->people,
			 t->day[0] ? t->day : "today", t->minute / 60, t->minute % 60);
		call_tool(r, "book_table", arguments);
		r->expects = GRAMMAR_ANY;
	}
}

static void after_tool(const struct talk *t, struct brain_reply *r)
{
	cJSON *json = t->result.len ? iv_json_parse(t->result, NULL) : NULL;
	struct iv_str confirmation = iv_json_str(json, "confirmation");

	if (t->called && strcmp(t->called, "end_call") == 0) {
		/* Nothing is left to say. */
	} else if (t->called && strcmp(t->called, "transfer_to_human") == 0) {
		if (iv_json_get(json, "error"))
			say(r, "I am sorry, nobody is free at the moment. What else can I do for "
			       "you?");
	} else if (confirmation.len) {
		snprintf(r->text, sizeof(r->text),
			 "Your table is booked. %.*s Is there anything else?",
			 IV_FMT(confirmation));
	} else if (iv_str_find(t->result, IV_S("error"), 0) >= 0 ||
		   iv_str_find(t->result, IV_S("cancel"), 0) >= 0) {
		say(r, "I am sorry, the booking did not work. Please try again later.");
	} else {
		say(r, "That is done. Is there anything else?");
	}
	cJSON_Delete(json);
}

static void hand_over(const cJSON *tools, struct brain_reply *r)
{
	if (offered(tools, "transfer_to_human")) {
		say(r, "I will connect you to a colleague. One moment, please.");
		call_tool(r, "transfer_to_human", "{}");
	} else {
		say(r, "I am sorry, nobody is here to take the call.");
	}
}

static void part(const cJSON *tools, struct brain_reply *r)
{
	say(r, "Thank you for calling. Goodbye.");
	if (offered(tools, "end_call"))
		call_tool(r, "end_call", "{}");
}

static void repeat(const struct talk *t, struct brain_reply *r)
{
	if (t->said.len)
		iv_str_copy(r->text, sizeof(r->text), t->said);
	else
		say(r, "I have not said anything yet. How can I help you?");
	if (t->booking)
		r->expects = GRAMMAR_BOOKING;
}

static void answer_caller(const struct talk *t, const cJSON *tools, int minute,
			  struct brain_reply *r)
{
	static const char about[] =
		"I can tell you the time, book a table, tell you a story, or connect you "
		"to a person. What would you like?";
	static const char *const fixed[] = {
		[INTENT_GREET] = "Hello. What can I do for you?",
		[INTENT_HOW] = "I am fine, thank you. What can I do for you?",
		[INTENT_THANKS] = "You are welcome. Is there anything else?",
		[INTENT_ABOUT] = about,
		[INTENT_WHO] =
			"I am an automated assistant, not a person. I can connect you to one.",
		[INTENT_STOP] = "Okay, I will wait. Tell me when I can help.",
		[INTENT_CANCEL] = "No problem. What else can I do for you?",
		[INTENT_YES] = "What would you like me to do?",
		[INTENT_NO] = "All right. Just say goodbye when you are done.",
		[INTENT_BACKCHANNEL] = "Good. What else can I do for you?",
	};

	switch (t->last.intent) {
	case INTENT_TIME:
		tell_time(minute, r);
		return;
	case INTENT_STORY:
		say(r, stories[(size_t)t->stories % IV_COUNT(stories)]);
		return;
	case INTENT_HUMAN:
		hand_over(tools, r);
		return;
	case INTENT_GOODBYE:
		part(tools, r);
		return;
	case INTENT_REPEAT:
		repeat(t, r);
		return;
	case INTENT_UNCLEAR:
		say(r, t->unclear < 2 ? "Sorry, I did not catch that. Could you say it again?"
				      : about);
		if (t->unclear > 1)
			say(r, "I still did not understand. You can ask for the time, for a table, "
			       "for a "
			       "story, or for a person.");
		r->expects = t->booking ? GRAMMAR_BOOKING : GRAMMAR_ANY;
		return;
	default:
		break;
	}
	if (t->booking && !(t->last.intent == INTENT_THANKS || t->last.intent == INTENT_STOP ||
			    t->last.intent == INTENT_ABOUT || t->last.intent == INTENT_WHO))
		book(t, tools, r);
	else if (t->last.intent != INTENT_NONE && fixed[t->last.intent])
		say(r, fixed[t->last.intent]);
	else
		say(r, "I am afraid I can not help with that. I can tell the time, book a table, "
		       "or tell "
		       "a story.");
}

void brain_answer(const cJSON *messages, const cJSON *tools, int local_minute,
		  struct brain_reply *reply)
{
	struct talk t = {.minute = -1};

	*reply = (struct brain_reply){.expects = GRAMMAR_ANY};
	walk(&t, messages);
	switch (t.turn) {
	case BY_CALLER:
		answer_caller(&t, tools, local_minute, reply);
		break;
	case BY_TOOL:
		after_tool(&t, reply);
		break;
	case BY_AGENT:
		say(reply, "Are you still there?");
		break;
	default:
		say(reply, "Hello. What can I do for you?");
		break;
	}
}
