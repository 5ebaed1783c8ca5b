/* The command line of `invorto-lab call`: what is refused, and with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "call.h"

#define ARGS_MAX 12

/* Runs the command with stderr kept; returns its exit status. */
static int run(const char *const *args, char *said, size_t size)
{
	char storage[ARGS_MAX][64], *argv[ARGS_MAX + 2];
	int argc = 0;

	snprintf(storage[0], sizeof(storage[0]), "call");
	for (argv[argc] = storage[argc]; args[argc]; argv[argc] = storage[argc]) {
		argc++;
		assert_true(argc < ARGS_MAX);
		snprintf(storage[argc], sizeof(storage[argc]), "%s", args[argc - 1]);
	}
	argv[++argc] = NULL;
	FILE *keep = tmpfile();
	assert_non_null(keep);
	fflush(stderr);
	int before = dup(STDERR_FILENO);
	dup2(fileno(keep), STDERR_FILENO);
	int status = lab_call(argc, argv);
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(keep);
	size_t n = fread(said, 1, size - 1, keep);
	said[n] = '\0';
	fclose(keep);
	return status;
}

static void what_is_wrong_is_said_with_option_and_rule(void **state)
{
	static const struct {
		const char *args[ARGS_MAX];
		int status;
		const char *says;
	} rows[] = {
		{{NULL}, 2, "--leg browser, jambonz or twilio is required"},
		{{"--leg", "sip"}, 2, "--leg must be browser, jambonz or twilio, got \"sip\""},
		{{"--leg"}, 2, "got \"--leg\""},
		{{"--legs", "sip"}, 2, "got \"--legs\""},
		{{"--leg", "twilio"}, 2, "need --secret or REALTIME_WS_SECRET"},
		{{"--leg", "browser"}, 2, "needs --key or REALTIME_API_KEY"},
		{{"--leg", "browser", "--key", "a b"}, 2, "--key must have no blanks"},
		{{"--leg", "twilio", "--secret", "s", "--rate", "16000"}, 2, "--rate must be 8000"},
		{{"--leg", "jambonz", "--rate", "11025"}, 2, "--rate must be 8000 or 16000"},
		{{"--leg", "jambonz", "--rate", "fast"}, 2, "got \"fast\""},
		{{"--leg", "jambonz", "--agent", "a b"}, 2, "--agent must be 1 to 128 of"},
		{{"--leg", "jambonz", "--say", "hello"}, 2, "--say must be FILE.wav"},
		{{"--leg", "jambonz", "wait:x"}, 2, "wait must be milliseconds"},
		{{"--leg", "jambonz", "--secret", "s", "text-typed:a"}, 2, "no keyboard"},
		{{"--leg", "jambonz", "--preamble", "odd"}, 2, "plain, broken or minimal"},
		{{"--leg", "jambonz", "--silence", "loud"}, 2, "--silence must be line or zero"},
		{{"--leg", "jambonz", "--messy", "-1"}, 2, "--messy must be a whole number"},
		{{"--leg", "jambonz", "--calls", "0"}, 2, "from 1 to 20000"},
		{{"--leg", "jambonz", "--ramp", "0"}, 2, "--ramp must be a number"},
		{{"--leg", "jambonz", "--secret", "s", "--echo"}, 2, "--echo needs --calls"},
		{{"--leg", "jambonz", "--secret", "s", "--calls", "2", "wait:1"},
		 2,
		 "--say is for one"},
		{{"--leg", "jambonz", "--secret", "s", "--url", "ftp://x"},
		 1,
		 "must start with http"},
		{{"--leg", "jambonz", "--secret", "s", "--url", "wss://x"},
		 1,
		 "--url must be ws://"},
		{{"--leg", "jambonz", "--secret", "s", "none.wav"}, 1, "none.wav: No such file"},
	};
	char said[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = run(rows[i].args, said, sizeof(said));

		if (status != rows[i].status || !strstr(said, rows[i].says))
			fail_msg("row %zu: status %d, \"%s\" lacks \"%s\"", i, status, said,
				 rows[i].says);
		/* one line */
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	}
}

static void a_wav_file_that_is_none_is_named(void **state)
{
	char path[] = "lab-call-XXXXXX.wav", said[1024];
	int fd = mkstemps(path, 4);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "not a wave file at all, but long enough for one", 47), 47);
	close(fd);
	const char *const args[] = {"--leg", "twilio", "--secret", "s", path, NULL};
	int status = run(args, said, sizeof(said));
	unlink(path);
	assert_int_equal(status, 1);
	assert_non_null(strstr(said, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_said_with_option_and_rule),
		cmocka_unit_test(a_wav_file_that_is_none_is_named),
	};

	unsetenv("REALTIME_API_KEY");
	unsetenv("REALTIME_WS_SECRET");
	unsetenv("INVORTO_URL");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
