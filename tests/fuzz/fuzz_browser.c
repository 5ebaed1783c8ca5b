/* The browser's leg and the parser of its control messages. */
#include "fuzz_leg.h"
#include "iv_browser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse_control(struct iv_str text)
{
	struct iv_client_message m;
	struct iv_arena arena;
	struct iv_err e = {0};

	iv_arena_init(&arena, 1 << 18);
	if (iv_client_parse(text, &m, &arena, &e))
		fuzz_must(m.type < IV_CL_TYPES && m.seq >= -1);
	else
		fuzz_must(e.code != IV_OK && e.msg[0]);
	iv_arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_leg f;

	f.control = parse_control;
	fuzz_lines(&f, IV_LEG_BROWSER, size % 2 ? 8000 : 16000, data, size);
	parse_control((struct iv_str){(const char *)data, size});
	return 0;
}
