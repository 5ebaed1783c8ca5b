/* S3 and the sources of its keys, against a server that checks every signature and has bad days. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "iv_crypto.h"
#include "iv_fetch.h"
#include "iv_json.h"
#include "iv_s3.h"

enum { PART = 100000 };

static struct {
	pid_t pid;
	int input, port;
} peer;
static struct iv_loop *loop;
static struct iv_net *net;
static struct iv_aws *aws;
static struct iv_s3 *s3;
static char file[64];

/* ── the peer, the loop ── */

static int start_peer(void **state)
{
	int in[2], out[2], fd;
	char line[32] = "";
	FILE *f;

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(in) | pipe(out), 0);
	peer.pid = fork();
	if (peer.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execlp("python3", "python3", "tests/unit/net/s3_peer.py", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	peer.input = in[1];
	f = fdopen(out[0], "r");
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	peer.port = (int)strtol(line, NULL, 10);
	strcpy(file, "/tmp/iv-s3-XXXXXX");
	fd = mkstemp(file);
	assert_true(fd >= 0);
	close(fd);
	return 0;
}

static int stop_peer(void **state)
{
	(void)state;
	close(peer.input);
	waitpid(peer.pid, NULL, 0);
	unlink(file);
	return 0;
}

static struct iv_str at_peer(const char *path)
{
	static char urls[4][128];
	static size_t next;
	char *url = urls[next++ % 4];

	(void)snprintf(url, sizeof(urls[0]), "http://127.0.0.1:%d%s", peer.port, path);
	return iv_str(url);
}

static void open_s3(const struct iv_aws_opts *keys)
{
	struct iv_err e = {0};

	aws = iv_aws_new(net, keys);
	s3 = iv_s3_new(net, aws,
		       &(struct iv_s3_opts){.endpoint = at_peer(""),
					    .region = IV_S("eu-test-1"),
					    .part_bytes = PART,
					    .connect_ms = 1000,
					    .answer_ms = 2000},
		       &e);
	assert_non_null(s3);
}

static int up(void **state)
{
	struct iv_err e = {0};

	(void)state;
	loop = iv_loop_new();
	net = iv_net_new(loop, &(struct iv_net_opts){.user_agent = "test"}, &e);
	assert_non_null(net);
	open_s3(&(struct iv_aws_opts){.access_key = IV_S("AK1"), .secret_key = IV_S("secret/1+x")});
	return 0;
}

static void stop(void *arg)
{
	(void)arg;
	iv_loop_stop(loop);
}

static int down(void **state)
{
	(void)state;
	iv_s3_free(s3);
	iv_aws_free(aws);
	iv_net_close(net, stop, NULL);
	iv_loop_run(loop);
	iv_loop_free(loop);
	return 0;
}

static void reopen(const struct iv_aws_opts *keys)
{
	iv_s3_free(s3);
	iv_aws_free(aws);
	open_s3(keys);
}

/* ── one operation ── */

enum what { PUT, PUT_FILE, HEAD, DELETE, READY };

struct doing {
	struct iv_flow flow; /* first */
	struct iv_flow *running;
	enum what what;
	const char *bucket, *key, *type;
	struct iv_str bytes;
	struct iv_s3_run run;
	struct iv_aws_run ready;
	int64_t size;
	struct iv_err err;
	bool waiting, over;
};

static enum iv_flow_next do_it(struct iv_flow *f)
{
	struct doing *d = (struct doing *)(void *)f;
	struct iv_s3_name name = {iv_str(d->bucket), iv_str(d->key)};

	switch (d->what) {
	case PUT:
		return iv_s3_put(s3, f, &d->run, name, d->bytes, d->type);
	case PUT_FILE:
		return iv_s3_put_file(s3, f, &d->run, name, file, d->type, &d->size);
	case HEAD:
		return iv_s3_head(s3, f, &d->run, name, &d->size);
	case DELETE:
		return iv_s3_delete(s3, f, &d->run, name);
	case READY:
		return iv_s3_ready(s3, f, &d->ready);
	}
	return IV_FLOW_DONE;
}

static void end_it(struct iv_flow *f)
{
	struct doing *d = (struct doing *)(void *)f;

	d->err = f->err;
	d->over = true;
	if (d->waiting)
		iv_loop_stop(loop);
}

static const struct iv_flow_step steps[] = {{"do_it", do_it}, {0}};
static const struct iv_flow_type type = {"s3_test", steps, end_it};

static void start(struct doing *d)
{
	iv_flow_start(&d->flow, &type, loop, 20000, &d->running);
}

static void finish(struct doing *d)
{
	d->waiting = true;
	if (!d->over)
		iv_loop_run(loop);
	assert_true(d->over);
}

static struct doing run(struct doing d)
{
	static struct doing one;

	one = d;
	start(&one);
	finish(&one);
	return one;
}

static struct doing put(const char *bucket, const char *key, const char *text)
{
	return run((struct doing){.what = PUT, .bucket = bucket, .key = key, .bytes = iv_str(text), .type = "text/plain"});
}

static void fill_file(size_t n)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		(void)fputc((int)(i * 2654435761u >> 13 & 0xff), f);
	fclose(f);
}

static struct doing put_file(const char *bucket, const char *key)
{
	return run((struct doing){.what = PUT_FILE, .bucket = bucket, .key = key, .type = "audio/wav"});
}

/* ── asking the peer ── */

static char answer[65536];
static int answer_status;

static void on_got(void *arg, const struct iv_fetch_result *r)
{
	(void)arg;
	answer_status = r->status;
	iv_str_copy(answer, sizeof(answer), r->body);
	iv_loop_stop(loop);
}

static const char *get(struct iv_str url)
{
	static const struct iv_fetch_handlers handlers = {.done = on_got};

	iv_fetch_start(net, &(struct iv_fetch_opts){.url = url}, &handlers, NULL);
	iv_loop_run(loop);
	return answer;
}

static cJSON *seen(const char *bucket)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/_seen/%s", bucket);
	return cJSON_Parse(get(at_peer(path)));
}

static int requests(const char *bucket)
{
	cJSON *json = seen(bucket);
	int n = cJSON_GetObjectItem(json, "requests")->valueint;

	cJSON_Delete(json);
	return n;
}

static int fetches(const char *source)
{
	cJSON *json = seen("x");
	const cJSON *n = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "fetched"), source);
	int count = n ? n->valueint : 0;

	cJSON_Delete(json);
	return count;
}

static void check_stored_file(const char *bucket, const char *path, size_t n)
{
	cJSON *json = seen(bucket);
	const cJSON *object = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "objects"), path);
	char *bytes = malloc(n ? n : 1), hex[IV_SHA256_HEX];
	FILE *f = fopen(file, "r");

	assert_non_null(object);
	assert_int_equal(cJSON_GetArrayItem(object, 0)->valueint, n);
	assert_int_equal(fread(bytes, 1, n, f), n);
	fclose(f);
	iv_sha256_hex((struct iv_str){bytes, n}, hex);
	assert_string_equal(cJSON_GetArrayItem(object, 1)->valuestring, hex);
	assert_string_equal(cJSON_GetArrayItem(object, 2)->valuestring, "audio/wav");
	assert_int_equal(cJSON_GetObjectItem(json, "uploads")->valueint, 0); /* nothing half done is left */
	free(bytes);
	cJSON_Delete(json);
}

/* ── tests ── */

static void an_object_is_put_looked_at_and_deleted(void **state)
{
	struct doing d;

	(void)state;
	assert_int_equal(put("plain", "a/b c+d=é~.txt", "hello").err.code, IV_OK);
	d = run((struct doing){.what = HEAD, .bucket = "plain", .key = "a/b c+d=é~.txt"});
	assert_int_equal(d.err.code, IV_OK);
	assert_int_equal(d.size, 5);
	assert_int_equal(run((struct doing){.what = DELETE, .bucket = "plain", .key = "a/b c+d=é~.txt"}).err.code, IV_OK);
	assert_int_equal(run((struct doing){.what = HEAD, .bucket = "plain", .key = "a/b c+d=é~.txt"}).err.code, IV_ENOENT);
	assert_int_equal(run((struct doing){.what = DELETE, .bucket = "plain", .key = "a/b c+d=é~.txt"}).err.code, IV_OK);
}

static void files_go_whole_or_in_parts_by_their_size(void **state)
{
	static const size_t sizes[] = {0, 1, PART - 1, PART, PART + 1, 3 * PART, 3 * PART + 17};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(sizes); i++) {
		struct doing d;
		int before = requests("plain");
		size_t parts = (sizes[i] + PART - 1) / PART;

		fill_file(sizes[i]);
		d = put_file("plain", "f.wav");
		assert_int_equal(d.err.code, IV_OK);
		assert_int_equal(d.size, sizes[i]);
		check_stored_file("plain", "/plain/f.wav", sizes[i]);
		assert_int_equal(requests("plain") - before, parts <= 1 ? 1 : parts + 2);
	}
}

static void a_server_that_is_busy_is_asked_again(void **state)
{
	(void)state;
	fill_file(2 * PART);
	assert_int_equal(put_file("flaky", "f.wav").err.code, IV_OK);
	check_stored_file("flaky", "/flaky/f.wav", 2 * PART);
}

static void a_body_that_was_cut_off_is_sent_again(void **state)
{
	(void)state;
	fill_file(PART - 5);
	assert_int_equal(put_file("cut", "f.wav").err.code, IV_OK);
	check_stored_file("cut", "/cut/f.wav", PART - 5);
	assert_int_equal(requests("cut"), 3);
}

static void a_server_that_is_down_is_given_up_after_three_times(void **state)
{
	struct doing d = put("down", "k", "x");

	(void)state;
	assert_int_equal(d.err.code, IV_EUPSTREAM);
	assert_non_null(strstr(d.err.msg, "500"));
	assert_non_null(strstr(d.err.msg, "InternalError"));
	assert_int_equal(requests("down"), 3);
}

static void an_upload_that_fails_is_taken_back(void **state)
{
	struct doing d;
	cJSON *json;

	(void)state;
	fill_file(2 * PART);
	d = put_file("lying", "f.wav");
	assert_int_equal(d.err.code, IV_EUPSTREAM);
	json = seen("lying");
	assert_int_equal(cJSON_GetObjectItem(json, "uploads")->valueint, 0);
	assert_null(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "objects"), "/lying/f.wav"));
	cJSON_Delete(json);
}

static void a_clock_that_is_off_is_put_right_once_for_all(void **state)
{
	struct doing d;

	(void)state;
	assert_int_equal(put("skewed", "k", "x").err.code, IV_OK);
	assert_int_equal(requests("skewed"), 2);
	assert_int_equal(put("skewed", "k2", "x").err.code, IV_OK);
	assert_int_equal(requests("skewed"), 3);
	reopen(&(struct iv_aws_opts){.access_key = IV_S("AK1"), .secret_key = IV_S("secret/1+x")});
	d = run((struct doing){.what = HEAD, .bucket = "skewed", .key = "k"}); /* no body says why */
	assert_int_equal(d.err.code, IV_OK);
	assert_int_equal(d.size, 1);
}

static void what_the_server_forbids_is_said_and_not_repeated(void **state)
{
	struct doing d = put("closed", "k", "x");

	(void)state;
	assert_int_equal(d.err.code, IV_EFORBIDDEN);
	assert_non_null(strstr(d.err.msg, "AccessDenied"));
	assert_int_equal(requests("closed"), 1);
	assert_int_equal(put("gone", "k", "x").err.code, IV_ENOENT);
	assert_int_equal(run((struct doing){.what = DELETE, .bucket = "gone", .key = "k"}).err.code, IV_ENOENT);
	reopen(&(struct iv_aws_opts){.access_key = IV_S("AK1"), .secret_key = IV_S("wrong")});
	d = put("plain", "k", "x");
	assert_int_equal(d.err.code, IV_EFORBIDDEN);
	assert_non_null(strstr(d.err.msg, "SignatureDoesNotMatch"));
	assert_null(strstr(d.err.msg, "wrong"));
}

static void nobody_at_the_other_end_is_try_again(void **state)
{
	struct iv_err e = {0};

	(void)state;
	iv_s3_free(s3);
	s3 = iv_s3_new(net, aws,
		       &(struct iv_s3_opts){.endpoint = IV_S("http://127.0.0.1:1"),
					    .region = IV_S("eu-test-1"),
					    .part_bytes = PART,
					    .connect_ms = 300,
					    .answer_ms = 300},
		       &e);
	assert_int_equal(put("plain", "k", "x").err.code, IV_EUPSTREAM);
}

static void a_file_that_is_not_there_or_changes_is_told(void **state)
{
	struct doing d;

	(void)state;
	unlink(file);
	d = put_file("plain", "f.wav");
	assert_int_equal(d.err.code, IV_ENOENT);
	fill_file(5 * PART);
	d = (struct doing){.what = PUT_FILE, .bucket = "slow", .key = "f.wav", .type = "audio/wav"};
	start(&d);
	while (requests("slow") < 2)
		;
	fill_file(2 * PART);
	finish(&d);
	assert_int_equal(d.err.code, IV_EINTERNAL);
}

static void names_the_protocol_cannot_carry_are_refused(void **state)
{
	char long_key[1200];

	(void)state;
	memset(long_key, 'k', sizeof(long_key));
	long_key[sizeof(long_key) - 1] = '\0';
	assert_int_equal(put("plain", "", "x").err.code, IV_EINVAL);
	assert_int_equal(put("", "k", "x").err.code, IV_EINVAL);
	assert_int_equal(put("plain", long_key, "x").err.code, IV_EINVAL);
	assert_int_equal(put("plain", "a/../b", "x").err.code, IV_EINVAL);
}

static void cancelling_works_at_every_moment(void **state)
{
	(void)state;
	fill_file(3 * PART);
	for (int turns = 0; turns < 60; turns++) {
		struct doing d = {.what = PUT_FILE, .bucket = "plain", .key = "c.wav", .type = "audio/wav"};

		start(&d);
		for (int i = 0; i < turns && !d.over; i++)
			(void)uv_run(iv_loop_uv(loop), UV_RUN_ONCE);
		if (d.running)
			iv_flow_cancel(d.running, IV_ECANCELED, "enough");
		assert_true(d.over);
	}
	/* down() finds no handle and ASan no byte. */
}

static void a_link_opens_one_object_for_a_while(void **state)
{
	struct iv_arena arena;
	struct iv_str url;
	struct iv_err e = {0};
	char text[4096];

	(void)state;
	iv_arena_init(&arena, 65536);
	assert_int_equal(put("plain", "dir/my file+1.wav", "sound").err.code, IV_OK);
	assert_true(iv_s3_link(s3, (struct iv_s3_name){IV_S("plain"), IV_S("dir/my file+1.wav")}, 3600, IV_S("call\"1.wav"), &arena,
			       &url, &e));
	assert_string_equal(get(url), "sound");
	assert_int_equal(answer_status, 200);
	assert_true(iv_str_copy(text, sizeof(text), url));
	memcpy(strstr(text, "file") + 1, "1", 1); /* another object */
	(void)get(iv_str(text));
	assert_int_equal(answer_status, 403);
	assert_false(iv_s3_link(s3, (struct iv_s3_name){IV_S("plain"), IV_S("k")}, 700000, IV_S(""), &arena, &url, &e));
	iv_arena_deinit(&arena);
}

static void amazon_s_own_names_are_made_of_region_and_bucket(void **state)
{
	struct iv_arena arena;
	struct iv_str url;
	struct iv_err e = {0};
	struct iv_s3 *amazon = iv_s3_new(net, aws, &(struct iv_s3_opts){.region = IV_S("ap-south-1")}, &e);

	(void)state;
	iv_arena_init(&arena, 65536);
	assert_non_null(amazon);
	assert_true(iv_s3_link(amazon, (struct iv_s3_name){IV_S("recordings"), IV_S("a/b.wav")}, 60, IV_S(""), &arena, &url, &e));
	assert_true(iv_str_starts(url, IV_S("https://recordings.s3.ap-south-1.amazonaws.com/a/b.wav?")));
	assert_true(iv_s3_link(amazon, (struct iv_s3_name){IV_S("rec.ordings"), IV_S("a.wav")}, 60, IV_S(""), &arena, &url, &e));
	assert_true(iv_str_starts(url, IV_S("https://s3.ap-south-1.amazonaws.com/rec.ordings/a.wav?")));
	iv_s3_free(amazon);
	assert_null(iv_s3_new(net, aws, &(struct iv_s3_opts){.endpoint = IV_S("ftp://x"), .region = IV_S("r")}, &e));
	assert_string_equal(e.field, "endpoint");
	assert_null(iv_s3_new(net, aws, &(struct iv_s3_opts){.endpoint = IV_S("http://x/path"), .region = IV_S("r")}, &e));
	iv_arena_deinit(&arena);
}

static void a_container_s_keys_are_used_with_their_token(void **state)
{
	(void)state;
	reopen(&(struct iv_aws_opts){.container_full_uri = at_peer("/_container/x"), .container_token = IV_S("let me in")});
	assert_int_equal(put("plain", "k", "x").err.code, IV_OK);
	assert_int_equal(put("plain", "k", "x").err.code, IV_OK);
	assert_int_equal(fetches("_container"), 1); /* asked once */
	reopen(&(struct iv_aws_opts){.container_full_uri = at_peer("/_container/x"), .container_token = IV_S("wrong")});
	assert_int_equal(put("plain", "k", "x").err.code, IV_EUPSTREAM);
	reopen(&(struct iv_aws_opts){.container_full_uri = IV_S("http://198.51.100.7/x"), .container_token = IV_S("let me in")});
	assert_int_equal(put("plain", "k", "x").err.code, IV_EAUTH); /* the token goes to no stranger */
}

static void a_machine_s_role_is_asked_for_with_a_token(void **state)
{
	(void)state;
	reopen(&(struct iv_aws_opts){.metadata_url = at_peer("/_machine")});
	assert_int_equal(put("plain", "k", "x").err.code, IV_OK);
	assert_int_equal(fetches("_machine"), 3);
}

static void keys_the_server_calls_expired_are_fetched_again(void **state)
{
	(void)state;
	reopen(&(struct iv_aws_opts){.container_full_uri = at_peer("/_shortlived/x"), .container_token = IV_S("t")});
	assert_int_equal(put("rotated", "k", "x").err.code, IV_OK);
	assert_int_equal(fetches("_shortlived"), 2);
}

static void keys_about_to_end_are_renewed_ahead(void **state)
{
	(void)state;
	reopen(&(struct iv_aws_opts){.container_full_uri = at_peer("/_ending/x"), .container_token = IV_S("t")});
	assert_int_equal(put("plain", "k", "x").err.code, IV_OK);
	for (int i = 0; i < 50 && fetches("_ending") < 2; i++)
		(void)uv_run(iv_loop_uv(loop), UV_RUN_NOWAIT);
	assert_int_equal(fetches("_ending"), 2);
	assert_int_equal(put("rotated", "k", "x").err.code, IV_OK); /* with the new ones */
}

static void no_keys_anywhere_is_said(void **state)
{
	struct iv_arena arena;
	struct iv_str url;
	struct iv_err e = {0};
	struct doing d;

	(void)state;
	iv_arena_init(&arena, 65536);
	reopen(&(struct iv_aws_opts){.access_key = IV_S("AK1")});
	d = put("plain", "k", "x");
	assert_int_equal(d.err.code, IV_EAUTH);
	assert_non_null(strstr(d.err.msg, "AWS_ACCESS_KEY_ID"));
	assert_false(iv_s3_link(s3, (struct iv_s3_name){IV_S("plain"), IV_S("k")}, 60, IV_S(""), &arena, &url, &e));
	assert_int_equal(e.code, IV_EDRAINING);
	reopen(&(struct iv_aws_opts){.container_full_uri = at_peer("/_broken/x"), .container_token = IV_S("t")});
	assert_int_equal(put("plain", "k", "x").err.code, IV_EUPSTREAM);
	reopen(&(struct iv_aws_opts){.metadata_url = at_peer("/_machine")});
	assert_int_equal(run((struct doing){.what = READY}).err.code, IV_OK);
	assert_true(iv_s3_link(s3, (struct iv_s3_name){IV_S("plain"), IV_S("k")}, 60, IV_S(""), &arena, &url, &e));
	iv_arena_deinit(&arena);
}

static void many_may_wait_for_the_same_keys(void **state)
{
	struct doing d[5];
	int before = fetches("_machine");

	(void)state;
	reopen(&(struct iv_aws_opts){.metadata_url = at_peer("/_machine")});
	for (int i = 0; i < 5; i++) {
		d[i] = (struct doing){.what = PUT, .bucket = "plain", .key = "k", .bytes = IV_S("x")};
		start(&d[i]);
	}
	iv_flow_cancel(d[2].running, IV_ECANCELED, "enough");
	for (int i = 0; i < 5; i++) {
		finish(&d[i]);
		assert_int_equal(d[i].err.code, i == 2 ? IV_ECANCELED : IV_OK);
	}
	assert_int_equal(fetches("_machine") - before, 3);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, up, down)
	const struct CMUnitTest tests[] = {
		T(an_object_is_put_looked_at_and_deleted),
		T(files_go_whole_or_in_parts_by_their_size),
		T(a_server_that_is_busy_is_asked_again),
		T(a_body_that_was_cut_off_is_sent_again),
		T(a_server_that_is_down_is_given_up_after_three_times),
		T(an_upload_that_fails_is_taken_back),
		T(a_clock_that_is_off_is_put_right_once_for_all),
		T(what_the_server_forbids_is_said_and_not_repeated),
		T(nobody_at_the_other_end_is_try_again),
		T(a_file_that_is_not_there_or_changes_is_told),
		T(names_the_protocol_cannot_carry_are_refused),
		T(cancelling_works_at_every_moment),
		T(a_link_opens_one_object_for_a_while),
		T(amazon_s_own_names_are_made_of_region_and_bucket),
		T(a_container_s_keys_are_used_with_their_token),
		T(a_machine_s_role_is_asked_for_with_a_token),
		T(keys_the_server_calls_expired_are_fetched_again),
		T(keys_about_to_end_are_renewed_ahead),
		T(no_keys_anywhere_is_said),
		T(many_may_wait_for_the_same_keys),
	};

	return cmocka_run_group_tests(tests, start_peer, stop_peer);
}
