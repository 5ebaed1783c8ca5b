/* The story of a call in words, for whoever watches. */
#include "carrier.h"

#include <stdio.h>

static const char *text_of(const cJSON *d, const char *key)
{
	const cJSON *v = cJSON_GetObjectItem(d, key);

	return cJSON_IsString(v) ? v->valuestring : "";
}

static int number_of(const cJSON *d, const char *key)
{
	const cJSON *v = cJSON_GetObjectItem(d, key);

	return cJSON_IsNumber(v) ? v->valueint : 0;
}

void call_print(const struct carrier_call *call, const char *what, const cJSON *d)
{
	int64_t at_ms = (iv_now_us() - call->began_us) / 1000;
	struct iv_str answer = iv_str(text_of(d, "answer"));
	int shown = answer.len > 300 ? 300 : (int)answer.len;

	printf("%7.2f %.10s  ", (double)at_ms / 1000, call->sid);
	if (strcmp(what, "hook") == 0) {
		printf("%s%s%s → ", text_of(d, "hook"), text_of(d, "label")[0] ? " " : "", text_of(d, "label"));
		if (number_of(d, "status"))
			printf("%d in %d ms%s%.*s", number_of(d, "status"), number_of(d, "took_ms"), shown ? " " : "", shown,
			       answer.ptr);
		else
			printf("no answer: %s", text_of(d, "error"));
	} else if (strcmp(what, "line") == 0) {
		printf("line: %s %d%s%s", text_of(d, "state"), number_of(d, "sip"), text_of(d, "why")[0] ? ", " : "",
		       text_of(d, "why"));
	} else if (strcmp(what, "verb") == 0) {
		printf("runs %s", text_of(d, "verb"));
	} else {
		printf("%s: %s", what, text_of(d, "text"));
	}
	printf("\n");
	fflush(stdout);
}
