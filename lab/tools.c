/* POST /tools/book_table {people, day, time}: a restaurant that always has room. */
#include "tools.h"

#include <stdio.h>
#include <stdlib.h>
#include "brain_words.h"

#define THINKING_MS 50

struct tool {
	struct answer answer;
	struct iv_timer timer;
	int status;
	char json[320];
};

static void tick(void *arg)
{
	struct tool *t = arg;

	answer_whole(&t->answer, t->status, iv_str(t->json));
}

static void go(void *arg)
{
	struct tool *t = arg;

	iv_timer_in_ms(&t->timer, THINKING_MS);
}

static void over(void *arg)
{
	struct tool *t = arg;

	iv_timer_stop(&t->timer);
	free(t);
}

/* "19:30" as it is spoken: "seven thirty". */
static bool spoken_time(struct iv_str time, char *out, size_t size)
{
	struct iv_str part;
	int64_t hour, minute;

	if (!iv_str_split(&time, ':', &part) || !iv_str_to_i64(part, &hour) ||
	    !iv_str_to_i64(time, &minute))
		return false;
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	if (minute == 0)
		snprintf(out, size, "%s o'clock", brain_number((int)(hour + 11) % 12 + 1));
	else
		snprintf(out, size, "%s %d", brain_number((int)(hour + 11) % 12 + 1), (int)minute);
	return true;
}

static bool plain(struct iv_str day)
{
	for (size_t i = 0; i < day.len; i++)
		if (!((day.ptr[i] >= 'a' && day.ptr[i] <= 'z') || day.ptr[i] == ' '))
			return false;
	return day.len > 0 && day.len <= 20;
}

static const char *confirm(const cJSON *json, struct tool *t)
{
	const cJSON *people = cJSON_GetObjectItemCaseSensitive(json, "people");
	struct iv_str day = iv_json_str(json, "day");
	bool weekday = iv_str_ends(day, IV_S("day")) && !iv_str_eq(day, IV_S("today"));
	char time[40], count[12];

	if (!cJSON_IsNumber(people) || people->valueint < 1 || people->valueint > 20)
		return "people must be a number from 1 to 20";
	if (!plain(day))
		return "day must be a day in lower case letters";
	if (!spoken_time(iv_json_str(json, "time"), time, sizeof(time)))
		return "time must be written as HH:MM";
	snprintf(count, sizeof(count), "%d", people->valueint);
	snprintf(t->json, sizeof(t->json),
		 "{\"confirmation\":\"A table for %s %s%.*s at "
		 "%s.\",\"people\":%d,\"status\":\"booked\"}",
		 people->valueint <= 12 ? brain_number(people->valueint) : count,
		 weekday ? "on " : "", IV_FMT(day), time, people->valueint);
	return NULL;
}

void tools_book_table_route(void *arg, struct iv_http_req *rq)
{
	struct lab *lab = arg;
	struct tool *t = lab_alloc(sizeof(*t));
	cJSON *json = iv_json_parse(iv_http_body(rq), NULL);
	const char *wrong = json ? confirm(json, t) : "the body is not JSON";

	t->status = wrong ? 400 : 200;
	if (wrong)
		snprintf(t->json, sizeof(t->json), "{\"error\":\"%s\"}", wrong);
	cJSON_Delete(json);
	iv_timer_init(&t->timer, lab->loop, tick, t);
	answer_start(&t->answer, lab, rq, LAB_TOOLS, IV_STR_NULL, go, over, t);
}
