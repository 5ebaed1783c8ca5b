/* Any bytes through the JSON reader. What it takes must be printable, and read again the same. */
#include <stdlib.h>

#include "iv_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iv_err e = {0};
	cJSON *json = iv_json_parse((struct iv_str){(const char *)data, size}, &e), *again;
	char *text;

	if (!json) {
		if (e.code == IV_OK || e.msg[0] == '\0')
			abort();
		return 0;
	}
	text = cJSON_PrintUnformatted(json);
	if (!text || !iv_utf8_valid(iv_str(text)))
		abort();
	again = iv_json_parse(iv_str(text), &e);
	if (!again || !cJSON_Compare(json, again, true))
		abort();
	cJSON_Delete(again);
	cJSON_free(text);
	cJSON_Delete(json);
	return 0;
}
