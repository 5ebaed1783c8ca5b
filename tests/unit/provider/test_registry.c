/* Names, roles and what a configuration makes of them. */
#include "far.h"

static struct iv_providers *with(const char *asr, const char *llm, const char *tts,
				 struct iv_err *e)
{
	struct iv_config other = config;
	*e = (struct iv_err){.code = IV_OK};
	other.asr_providers = asr;
	other.llm_providers = llm;
	other.tts_providers = tts;
	return iv_providers_new(net, &other, e);
}

static void unknown_names_in_the_configuration_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *asr, *llm, *tts, *field, *msg;
	} rows[] = {
		{"whisper", "openai", "deepgram", "ASR_PROVIDERS",
		 "\"whisper\" is not a configured recogniser"},
		{"deepgram", "openai, gpt", "deepgram", "LLM_PROVIDERS",
		 "\"gpt\" is not a configured model"},
		{"deepgram", "openai", "openai", "TTS_PROVIDER",
		 "\"openai\" is not a configured synthesiser"},
		{"elevenlabs", "openai", "deepgram", "ASR_PROVIDERS",
		 "\"elevenlabs\" is not a configured recogniser"},
		{"deepgram", "", "deepgram", "LLM_PROVIDERS", "must name at least one model"},
	};
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_err e;
		assert_null(with(rows[i].asr, rows[i].llm, rows[i].tts, &e));
		assert_int_equal(e.code, IV_EINVAL);
		assert_string_equal(e.field, rows[i].field);
		assert_string_equal(e.msg, rows[i].msg);
	}
}

static void a_second_server_exists_when_it_has_an_address(void **state)
{
	(void)state;
	struct iv_config other = config;
	struct iv_str names[] = {IV_S("deepgram"), IV_S("deepgram-2")};
	struct iv_strs list = {names, 2};
	struct iv_err e = {.code = IV_OK};
	assert_true(iv_providers_known(providers, IV_ASR, &list, &e));
	assert_true(iv_providers_known(providers, IV_TTS, &list, &e));
	assert_false(iv_providers_known(providers, IV_LLM, &list, &e));
	other.deepgram_2_base_url = "";
	other.asr_providers = "deepgram";
	struct iv_providers *p = iv_providers_new(net, &other, &e);
	assert_non_null(p);
	e = (struct iv_err){.code = IV_OK};
	assert_false(iv_providers_known(p, IV_ASR, &list, &e));
	assert_string_equal(e.msg, "\"deepgram-2\" is not a configured recogniser");
	assert_true(iv_providers_known(p, IV_ASR, NULL, &e));
	iv_providers_free(p);
}

static void an_address_must_be_http(void **state)
{
	(void)state;
	struct iv_config other = config;
	struct iv_err e = {.code = IV_OK};
	other.openai_base_url = "ws://x";
	assert_null(iv_providers_new(net, &other, &e));
	assert_string_equal(e.msg, "the base URL of openai must be http:// or https://");
}

static void warming_opens_connections_ahead(void **state)
{
	(void)state;
	iv_providers_warm(providers);
	for (int i = 0; i < 50 && iv_http_connections(server) == 0; i++)
		far_run_ms(20);
	assert_true(iv_http_connections(server) > 0);
	assert_int_equal(far_a.requests + far_b.requests, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(unknown_names_in_the_configuration_are_refused),
		T(a_second_server_exists_when_it_has_an_address),
		T(an_address_must_be_http),
		T(warming_opens_connections_ahead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
