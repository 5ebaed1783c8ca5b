/* Settings from a table instead of the environment: defaults, every refusal, secrets. */
#include "check.h"

#include <unistd.h>

#include "iv_config.h"

#define GOOD "0123456789abcdef"

static struct iv_buf errors;
static struct iv_config cfg;

static int set_up(void **state)
{
	(void)state;
	iv_buf_init(&errors, 1 << 16);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_config_free(&cfg);
	iv_buf_deinit(&errors);
	return 0;
}

/* arg: names and values by turns, ending with NULL. */
static const char *env(void *arg, const char *name)
{
	const char *const *pairs = arg;

	for (; *pairs; pairs += 2) {
		if (strcmp(pairs[0], name) == 0)
			return pairs[1];
	}
	return NULL;
}

static bool read_config(const char **pairs)
{
	iv_config_free(&cfg);
	iv_buf_clear(&errors);
	return iv_config_read(&cfg, env, pairs, &errors);
}

static void without_an_environment_the_defaults_hold(void **state)
{
	(void)state;
	assert_true(read_config((const char *[]){NULL}));
	assert_int_equal(errors.len, 0);
	assert_int_equal(cfg.port, 8080);
	assert_string_equal(cfg.bind_address, "0.0.0.0");
	assert_string_equal(cfg.env, "development");
	assert_string_equal(cfg.public_base_url, "");
	assert_true(cfg.emotion_threshold_db == -50);
	assert_true(cfg.rate_llm_per_token == 0.0001);
	assert_false(cfg.realtime_allow_multi);
	assert_false(iv_secret_set(cfg.realtime_api_key));
	assert_string_equal(iv_secret_reveal(cfg.realtime_api_key), "");
	assert_int_equal(cfg.lead_min_ms, 200);
}

static void the_environment_has_the_last_word(void **state)
{
	(void)state;
	assert_true(read_config((const char *[]){"PORT",
						 "0",
						 "BIND_ADDRESS",
						 "::1",
						 "LOG_LEVEL",
						 "debug",
						 "REALTIME_ALLOW_MULTI",
						 "TRUE",
						 "OPENAI_TEMPERATURE",
						 "1.25",
						 "OPENAI_API_KEY",
						 "sk-1",
						 "EMOTION_STATE_ENABLED",
						 "1",
						 "OPENAI_BASE_URL",
						 "http://127.0.0.1:9/v1",
						 "TTS_PROVIDER",
						 "",
						 "DRAIN_SECONDS",
						 "",
						 "UNRELATED",
						 "x",
						 NULL}));
	assert_int_equal(cfg.port, 0);
	assert_string_equal(cfg.bind_address, "::1");
	assert_string_equal(cfg.log_level, "debug");
	assert_true(cfg.realtime_allow_multi && cfg.emotion_state);
	assert_true(cfg.openai_temperature == 1.25);
	assert_string_equal(iv_secret_reveal(cfg.openai_api_key), "sk-1");
	assert_string_equal(cfg.openai_base_url, "http://127.0.0.1:9/v1");
	assert_string_equal(cfg.tts_providers, "deepgram,elevenlabs"); /* empty is unset */
	assert_int_equal(cfg.drain_seconds, 110);
}

static void a_bad_value_is_named_with_what_is_allowed(void **state)
{
	static const struct {
		const char *name, *value, *line;
	} rows[] = {
		{"PORT", "abc", "PORT=\"abc\": expected an integer from 0 to 65535 (port)\n"},
		{"PORT", "65536", "PORT=\"65536\": expected an integer from 0 to 65535 (port)\n"},
		{"PORT", "-1", "PORT=\"-1\": expected an integer from 0 to 65535 (port)\n"},
		{"PORT", "80.5", "PORT=\"80.5\": expected an integer from 0 to 65535 (port)\n"},
		{"PORT", " 80", "PORT=\" 80\": expected an integer from 0 to 65535 (port)\n"},
		{"PORT", "99999999999999999999",
		 "PORT=\"99999999999999999999\": expected an integer from 0 to 65535 (port)\n"},
		{"EMOTION_THRESHOLD_DB", "1",
		 "EMOTION_THRESHOLD_DB=\"1\": expected a number from -120 to 0 (dBFS)\n"},
		{"OPENAI_TEMPERATURE", "nan",
		 "OPENAI_TEMPERATURE=\"nan\": expected a number from 0 to 2\n"},
		{"REALTIME_ALLOW_MULTI", "maybe",
		 "REALTIME_ALLOW_MULTI=\"maybe\": expected true or false\n"},
		{"LOG_LEVEL", "INFO",
		 "LOG_LEVEL=\"INFO\": expected one of debug, info, warn, error\n"},
		{"INVORTO_ENV", "prod\n",
		 "INVORTO_ENV=\"prod?\": expected one of development, production\n"},
		{"OPENAI_BASE_URL", "user:pass@host",
		 "OPENAI_BASE_URL: expected a URL with http://, https://, ws:// or wss://\n"},
		{"SYSTEM_PROMPT", "\xFF",
		 "SYSTEM_PROMPT: expected up to 16384 bytes of UTF-8 (text)\n"},
		{"OPENAI_API_KEY", "two words",
		 "OPENAI_API_KEY: expected up to 4096 visible ASCII characters\n"},
		{"PLAYOUT_LEAD_MIN_MS", "400",
		 "PLAYOUT_LEAD_MIN_MS=\"400\": expected less than PLAYOUT_LEAD_MAX_MS=\"400\"\n"},
		{"REALTIME_SEND_HARD_BYTES", "262144",
		 "REALTIME_SEND_SOFT_BYTES=\"262144\": expected less than "
		 "REALTIME_SEND_HARD_BYTES=\"262144\"\n"},
		{"OPENAI_API_KEY_FILE", "/nowhere/at/all",
		 "OPENAI_API_KEY_FILE=\"/nowhere/at/all\": cannot be read: No such file or "
		 "directory\n"},
		{"OPENAI_API_KEY_FILE", "/dev/null",
		 "OPENAI_API_KEY_FILE=\"/dev/null\": is empty\n"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		assert_false(read_config((const char *[]){rows[i].name, rows[i].value, NULL}));
		check_text(iv_buf_str(&errors), rows[i].line);
		assert_null(cfg.storage);
	}
}

static void all_problems_are_reported_together(void **state)
{
	(void)state;
	assert_false(read_config(
		(const char *[]){"RATE_ASR_PER_MIN", "x", "PORT", "y", "LOG_LEVEL", "z", NULL}));
	check_text(iv_buf_str(&errors),
		   "PORT=\"y\": expected an integer from 0 to 65535 (port)\n"
		   "LOG_LEVEL=\"z\": expected one of debug, info, warn, error\n"
		   "RATE_ASR_PER_MIN=\"x\": expected a number from 0 to 1000000 (INR)\n");
}

static void production_wants_secrets_of_its_own(void **state)
{
	static const struct {
		const char *key, *errors;
	} rows[] = {
		{GOOD, ""},
		{NULL,
		 "REALTIME_API_KEY: expected a secret of its own in production, it is empty\n"},
		{"changeme",
		 "REALTIME_API_KEY: expected a secret of its own in production, it is a "
		 "well-known one\n"},
		{"Dev_Webhook_Secret",
		 "REALTIME_API_KEY: expected a secret of its own in production, "
		 "it is a well-known one\n"},
		{"secret", "REALTIME_API_KEY: expected a secret of its own in production, it is a "
			   "well-known one\n"},
		{"0123456789abcde",
		 "REALTIME_API_KEY: expected at least 16 characters in production, it has 15\n"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		bool ok = read_config((const char *[]){
			"INVORTO_ENV", "production", "REALTIME_WS_SECRET", GOOD,
			rows[i].key ? "REALTIME_API_KEY" : NULL, rows[i].key, NULL});

		assert_int_equal(ok, rows[i].errors[0] == '\0');
		check_text(iv_buf_str(&errors), rows[i].errors);
	}
	assert_false(read_config((const char *[]){"INVORTO_ENV", "production", NULL}));
	check_holds(iv_buf_str(&errors), "REALTIME_API_KEY: ");
	check_holds(iv_buf_str(&errors), "REALTIME_WS_SECRET: ");
	assert_true(read_config((const char *[]){"REALTIME_API_KEY", "secret", NULL}));
	assert_false(read_config((const char *[]){"INVORTO_ENV", "production", "WEBHOOK_SECRET", "dev_webhook_secret", NULL}));
	check_holds(iv_buf_str(&errors), "WEBHOOK_SECRET: expected a secret of its own in production, it is a well-known");
	assert_false(read_config((const char *[]){"TENANT_WEBHOOK_URL", "https://example.com/", NULL}));
	check_holds(iv_buf_str(&errors), "WEBHOOK_SECRET: is required beside TENANT_WEBHOOK_URL");
}

static void a_secret_may_lie_in_a_file(void **state)
{
	char path[] = "/tmp/iv_config_XXXXXX", big[6000];
	int fd = mkstemp(path);
	bool ok;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "from-a-file\n", 12), 12);
	ok = read_config((const char *[]){"OPENAI_API_KEY_FILE", path, NULL});
	assert_true(ok);
	assert_string_equal(iv_secret_reveal(cfg.openai_api_key), "from-a-file");
	assert_false(read_config(
		(const char *[]){"OPENAI_API_KEY_FILE", path, "OPENAI_API_KEY", "x", NULL}));
	check_text(iv_buf_str(&errors),
		   "OPENAI_API_KEY: expected either it or OPENAI_API_KEY_FILE, both are set\n");
	memset(big, 'x', sizeof(big));
	assert_int_equal(write(fd, big, sizeof(big)), sizeof(big));
	assert_false(read_config((const char *[]){"OPENAI_API_KEY_FILE", path, NULL}));
	check_text(iv_buf_str(&errors),
		   "OPENAI_API_KEY: expected up to 4096 visible ASCII characters\n");
	close(fd);
	unlink(path);
	/* Only secrets have the twin. */
	assert_true(read_config((const char *[]){"PORT_FILE", "/nowhere", NULL}));
}

static void a_full_report_still_fails(void **state)
{
	struct iv_buf none;

	(void)state;
	iv_config_free(&cfg);
	iv_buf_init(&none, 0);
	assert_false(iv_config_read(&cfg, env, (const char *[]){"PORT", "x", NULL}, &none));
	iv_buf_deinit(&none);
}

int main(void)
{
#define CONFIG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CONFIG_TEST(without_an_environment_the_defaults_hold),
		CONFIG_TEST(the_environment_has_the_last_word),
		CONFIG_TEST(a_bad_value_is_named_with_what_is_allowed),
		CONFIG_TEST(all_problems_are_reported_together),
		CONFIG_TEST(production_wants_secrets_of_its_own),
		CONFIG_TEST(a_secret_may_lie_in_a_file),
		CONFIG_TEST(a_full_report_still_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
