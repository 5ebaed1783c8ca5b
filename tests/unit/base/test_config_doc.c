/* What the settings' table prints. */
#include "check.h"

#include "iv_config.h"

static struct iv_buf out;

static int set_up(void **state)
{
	(void)state;
	iv_buf_init(&out, 1 << 17);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_buf_deinit(&out);
	return 0;
}

static const char *env(void *arg, const char *name)
{
	(void)arg;
	if (strcmp(name, "OPENAI_API_KEY") == 0)
		return "sk-hidden";
	if (strcmp(name, "SYSTEM_PROMPT") == 0)
		return "one\ntwo";
	return NULL;
}

static size_t count(struct iv_str text, const char *part)
{
	size_t n = 0;
	ptrdiff_t at = -1;

	while ((at = iv_str_find(text, iv_str(part), (size_t)(at + 1))) >= 0)
		n++;
	return n;
}

static void values_are_printed_and_secrets_are_not(void **state)
{
	struct iv_config cfg;
	struct iv_str text;

	(void)state;
	assert_true(iv_config_read(&cfg, env, NULL, &out));
	assert_true(iv_config_print(&cfg, &out));
	text = iv_buf_str(&out);
	assert_true(iv_str_starts(
		text, IV_S("INVORTO_ENV=development\nBIND_ADDRESS=0.0.0.0\nPORT=8080\n")));
	check_holds(text, "\nOPENAI_API_KEY=***\n");
	check_holds(text, "\nELEVENLABS_API_KEY=\n");
	check_holds(text, "\nSYSTEM_PROMPT=one\\ntwo\n");
	check_holds(text, "\nEMOTION_THRESHOLD_DB=-50\n");
	check_holds(text, "\nREALTIME_ALLOW_MULTI=false\n");
	check_holds(text, "\nRATE_LLM_PER_TOKEN=0.0001\n");
	check_holds_not(text, "sk-hidden");
	iv_config_free(&cfg);
}

static void the_help_names_value_meaning_and_bounds(void **state)
{
	(void)state;
	assert_true(iv_config_help(&out));
	check_holds(iv_buf_str(&out), "\nHTTP server\n  HTTP_MAX_CONNECTIONS=12000\n"
				      "      Open server connections; one more is answered 503\n"
				      "      an integer from 16 to 1000000 (sockets)\n");
	check_holds(iv_buf_str(&out), "X_FILE");
}

static void each_section_is_one_table(void **state)
{
	static const char *const sections[] = {
#define CFG_SECTION(title) title,
#include "iv_config.def"
	};
	const int n = (int)IV_COUNT(sections);
	struct iv_str text, rest, line;

	(void)state;
	assert_true(iv_config_markdown(&out));
	text = iv_buf_str(&out);
	assert_true(iv_str_starts(
		text, IV_S("### Process\n\n| variable | default | allowed | unit | meaning |\n"
			   "| --- | --- | --- | --- | --- |\n"
			   "| `INVORTO_ENV` | `development` | `development`, `production` |  |")));
	assert_int_equal(count(text, "### "), n);
	assert_int_equal(count(text, "| variable |"), n);
	check_holds(text, "\n| `PORT` | `8080` | 0 to 65535 | port | Port for everything");
	check_holds(text,
		    "\n| `OPENAI_API_KEY` |  | secret, or `OPENAI_API_KEY_FILE` | token | Key of "
		    "openai |\n");
	check_holds(text, "\n| `REALTIME_ALLOW_MULTI` | `false` | `true`, `false` |  |");
	rest = text;
	while (iv_str_split(&rest, '\n', &line)) {
		if (line.len && line.ptr[0] == '|')
			assert_int_equal(count(line, "|"), 6);
	}
}

static void a_full_buffer_is_said(void **state)
{
	struct iv_buf small;

	(void)state;
	iv_buf_init(&small, 500);
	assert_false(iv_config_help(&small));
	iv_buf_clear(&small);
	assert_false(iv_config_markdown(&small));
	iv_buf_deinit(&small);
}

int main(void)
{
#define DOC_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		DOC_TEST(values_are_printed_and_secrets_are_not),
		DOC_TEST(the_help_names_value_meaning_and_bounds),
		DOC_TEST(each_section_is_one_table),
		DOC_TEST(a_full_buffer_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
