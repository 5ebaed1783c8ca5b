/* Signature Version 4 against the examples of Amazon's S3 documentation, and against requests that another
 * implementation (npm aws4) signed. */
#include "check.h"

#include "iv_crypto.h"
#include "iv_sigv4.h"

#define DAY INT64_C(1369353600000) /* 2013-05-24T00:00:00Z */

static const struct iv_sigv4_keys example = {.access_key = IV_S("AKIAIOSFODNN7EXAMPLE"),
					     .secret_key = IV_S("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
					     .region = IV_S("us-east-1")};

static struct iv_arena arena;
static struct iv_err err;
static struct iv_sigv4_signed got;

static int set_up(void **state)
{
	(void)state;
	iv_arena_init(&arena, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_arena_deinit(&arena);
	return 0;
}

static bool sign(const struct iv_sigv4_keys *keys, const struct iv_sigv4_request *rq)
{
	err = (struct iv_err){0};
	return iv_sigv4_sign(keys, rq, DAY, &arena, &got, &err);
}

static struct iv_str header(const char *name)
{
	return iv_query_value(got.headers, got.header_count, name);
}

static void get_object_of_the_documentation(void **state)
{
	const struct iv_pair range = {IV_S("Range"), IV_S("bytes=0-9")};
	const struct iv_sigv4_request rq = {.method = "GET", .host = IV_S("examplebucket.s3.amazonaws.com"),
					    .path = IV_S("/test.txt"), .headers = &range, .header_count = 1};

	(void)state;
	assert_true(sign(&example, &rq));
	check_text(got.target, "/test.txt");
	check_text(header("x-amz-date"), "20130524T000000Z");
	check_text(header("x-amz-content-sha256"),
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_text(header("authorization"),
		   "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
		   "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
		   "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
	assert_null(header("x-amz-security-token").ptr);
}

static void put_object_of_the_documentation(void **state)
{
	const struct iv_pair headers[] = {{IV_S("x-amz-storage-class"), IV_S("REDUCED_REDUNDANCY")},
					  {IV_S("Date"), IV_S("Fri, 24 May 2013 00:00:00 GMT")}};
	char hash[IV_SHA256_HEX];
	struct iv_sigv4_request rq = {.method = "PUT", .host = IV_S("examplebucket.s3.amazonaws.com"),
				      .path = IV_S("/test$file.text"), .headers = headers, .header_count = 2};

	(void)state;
	iv_sha256_hex(IV_S("Welcome to Amazon S3."), hash);
	rq.payload_hash = iv_str(hash);
	assert_true(sign(&example, &rq));
	check_text(got.target, "/test%24file.text");
	check_holds(header("authorization"),
		    "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
	check_text(header("x-amz-content-sha256"), hash);
}

static void queries_of_the_documentation(void **state)
{
	const struct iv_pair lifecycle = {IV_S("lifecycle"), IV_S("")};
	const struct iv_pair list[] = {{IV_S("prefix"), IV_S("J")}, {IV_S("max-keys"), IV_S("2")}};
	struct iv_sigv4_request rq = {.method = "GET", .host = IV_S("examplebucket.s3.amazonaws.com"),
				      .path = IV_S("/"), .query = &lifecycle, .query_count = 1};

	(void)state;
	assert_true(sign(&example, &rq));
	check_text(got.target, "/?lifecycle=");
	check_holds(header("authorization"),
		    "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
	rq.query = list;
	rq.query_count = 2;
	assert_true(sign(&example, &rq));
	check_text(got.target, "/?max-keys=2&prefix=J"); /* sorted, as it was signed */
	check_holds(header("authorization"),
		    "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void a_link_of_the_documentation(void **state)
{
	const struct iv_sigv4_request rq = {.method = "GET", .host = IV_S("examplebucket.s3.amazonaws.com"),
					    .path = IV_S("/test.txt")};
	struct iv_str target;

	(void)state;
	assert_true(iv_sigv4_presign(&example, &rq, DAY, 86400, &arena, &target, NULL));
	check_text(target, "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
			   "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
			   "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
			   "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" /* of no bytes */
#define BUCKET "bucket.s3.ap-south-1.amazonaws.com"

/* Made with npm aws4 1.13: method, host, raw path, query, payload hash, token, headers. */
static const struct {
	const char *method, *host, *path, *query, *payload, *token, *headers, *signature;
} others[] = {
	{"GET", BUCKET, "/a b/c.wav", "", "UNSIGNED-PAYLOAD", "", "",
	 "cb8f7d6330f02abf26560963ea428bd966d4e8ac21fe43765fd5ee5f8a6ff1f9"},
	{"PUT", BUCKET, "/tenant/t_1/calls/c_1/recording.wav", "",
	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "",
	 "content-type:audio/wav\nx-amz-server-side-encryption:AES256",
	 "7afd7c0f27d0d1277c98f94eaf22c26a458294f9b6db4d8a0cef58e0ad2690a0"},
	{"PUT", BUCKET, "/caf\xc3""\xa9""/\xf0""\x9f""\x98""\x80"".json", "",
	 "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "FwoGZXIvYXdzE/x+y==",
	 "content-type:application/json; charset=utf-8",
	 "165c58e573da8323f0134b551c8f75ab05d14e4f0c3c5b38aa92cfa0dd4588e4"},
	{"GET", BUCKET, "/", "list-type=2&prefix=a%2Fb&delimiter=%2F&max-keys=1000", EMPTY, "", "",
	 "71ffb40ada79e537191645c9fda99f88cf7f06f6d11d9bbeaf259eb2924bb6c0"},
	{"POST", BUCKET, "/k", "uploads", EMPTY, "", "",
	 "00b654a298eaee7502bd1913e0e8432833da3afdde3d1ac1cc16c3389619996b"},
	{"PUT", BUCKET, "/a+b:c=d,e;f@g$h&i(j)k*l'm!n~o", "partNumber=2&uploadId=x%2By%3D", "UNSIGNED-PAYLOAD",
	 "tok", "", "f1e92e1ff7dbf164d5579a8cf5ef85345df54ff9694a07f4d2cc2453ae82868e"},
	{"DELETE", BUCKET, "/k//double/", "versionId=null", EMPTY, "", "",
	 "b319173052066f26f11471f5337c1859c0df5b122731fb01f7e22f4cec048fe1"},
	{"GET", "minio.local:9000", "/bucket/k%41", "response-content-type=audio%2Fwav&a-b=1&a=2&A=3", EMPTY,
	 "", "x-amz-meta-name:two  words   here",
	 "84ff276662f7152acfa4bcba5997827c0c66d5fe39f36aca4cc9afabe4b9ebd6"},
	{"HEAD", BUCKET, "/x", "", EMPTY, "", "x-amz-acl-foo:1\nx-amz-acl:private\nif-match:\"abc\"",
	 "3124f9dcbeb6a183a4b24b76ad9e18c6d9aa61f6e5d809751e23b9c98e7145aa"},
};

static void requests_are_signed_as_another_implementation_signs_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < IV_COUNT(others); i++) {
		struct iv_sigv4_keys keys = example;
		struct iv_pair *query;
		struct iv_sigv4_request rq = {.method = others[i].method, .host = iv_str(others[i].host),
					      .path = iv_str(others[i].path),
					      .payload_hash = iv_str(others[i].payload)};
		struct iv_pair headers[8];
		struct iv_str rest = iv_str(others[i].headers), line;
		char want[100];

		keys.session_token = iv_str(others[i].token);
		keys.region = IV_S("ap-south-1");
		assert_true(iv_query_parse(iv_str(others[i].query), &arena, &query, &rq.query_count, NULL));
		rq.query = query;
		while (iv_str_split(&rest, '\n', &line)) {
			size_t colon = (size_t)iv_str_find(line, IV_S(":"), 0);

			headers[rq.header_count++] = (struct iv_pair){
				{line.ptr, colon}, {line.ptr + colon + 1, line.len - colon - 1}};
		}
		rq.headers = headers;
		if (!sign(&keys, &rq))
			fail_msg("row %zu: %s", i, err.msg);
		snprintf(want, sizeof(want), "Signature=%s", others[i].signature);
		check_holds(header("authorization"), want);
	}
}

static void the_target_is_the_request_that_was_signed(void **state)
{
	const struct iv_pair query[] = {{IV_S("uploadId"), IV_S("a+b/c=")}, {IV_S("partNumber"), IV_S("2")}};
	const struct iv_sigv4_request rq = {.method = "PUT", .host = IV_S("s3.example:9000"),
					    .path = IV_S("/b/caf\xC3\xA9 a+b:c=d%~(1).wav"), .query = query,
					    .query_count = 2, .payload_hash = IV_SIGV4_UNSIGNED};

	(void)state;
	assert_true(sign(&example, &rq));
	check_text(got.target, "/b/caf%C3%A9%20a%2Bb%3Ac%3Dd%25~%281%29.wav?partNumber=2&uploadId=a%2Bb%2Fc%3D");
	check_text(header("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
}

static void a_link_with_a_token_and_more_headers_is_signed_whole(void **state)
{
	struct iv_sigv4_keys keys = example;
	const struct iv_pair headers[] = {{IV_S("Content-Type"), IV_S("audio/wav")}};
	const struct iv_pair query[] = {{IV_S("response-content-disposition"), IV_S("attachment; filename=\"a b.wav\"")}};
	const struct iv_sigv4_request rq = {.method = "PUT", .host = IV_S("b.s3.ap-south-1.amazonaws.com"),
					    .path = IV_S("/t/1.wav"), .headers = headers, .header_count = 1,
					    .query = query, .query_count = 1};
	struct iv_str target;

	(void)state;
	keys.session_token = IV_S("FwoGZXIvYXdzE/x+y==");
	keys.region = IV_S("ap-south-1");
	assert_true(iv_sigv4_presign(&keys, &rq, DAY, 900, &arena, &target, NULL));
	check_holds(target, "X-Amz-SignedHeaders=content-type%3Bhost&");
	check_holds(target, "X-Amz-Security-Token=FwoGZXIvYXdzE%2Fx%2By%3D%3D&");
	check_holds(target, "&response-content-disposition=attachment%3B%20filename%3D%22a%20b.wav%22&X-Amz-Signature=");
	check_holds(target, "X-Amz-Signature=a49d9aedba150dafc13fdbc61cb0aca90da4350723b62159ce9fb8c7338f9f4b");
}

static void what_cannot_be_signed_is_refused(void **state)
{
	static const struct iv_pair bad_name = {IV_S("x:y"), IV_S("1")}, no_name = {IV_S(""), IV_S("1")},
				    injected = {IV_S("x-a"), IV_S("1\r\nx-b: 2")},
				    twice[] = {{IV_S("X-A"), IV_S("1")}, {IV_S("x-a"), IV_S("2")}},
				    host_again = {IV_S("Host"), IV_S("evil")}, date = {IV_S("X-Amz-Date"), IV_S("x")},
				    fine = {IV_S("x-a"), IV_S("1")};
	const struct {
		struct iv_sigv4_request rq;
		const char *why;
	} rows[] = {
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("a")}, "must start with '/'"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("")}, "must start with '/'"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/a/../b")}, "segment"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/a/.")}, "segment"},
		{{.method = "GET", .host = IV_S(""), .path = IV_S("/")}, "host"},
		{{.method = "GET", .host = IV_S("h\r\nx: y"), .path = IV_S("/")}, "host"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/"), .headers = &bad_name, .header_count = 1}, "name"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/"), .headers = &no_name, .header_count = 1}, ""},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/"), .headers = &injected, .header_count = 1},
		 "control"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/"), .headers = twice, .header_count = 2}, "twice"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/"), .headers = &host_again, .header_count = 1},
		 "twice"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/"), .headers = &date, .header_count = 1}, "twice"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/"), .headers = &fine, .header_count = 33}, "more than"},
		{{.method = "GET", .host = IV_S("h"), .path = IV_S("/"), .query = &fine, .query_count = 33}, "more than"},
	};
	struct iv_str target;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		if (sign(&example, &rows[i].rq))
			fail_msg("row %zu was signed", i);
		check_holds(iv_str(err.msg), rows[i].why);
	}
	const struct iv_sigv4_request rq = {.method = "GET", .host = IV_S("h"), .path = IV_S("/")};
	static const int64_t expires[] = {0, -1, 604801};

	for (size_t i = 0; i < IV_COUNT(expires); i++)
		assert_false(iv_sigv4_presign(&example, &rq, DAY, expires[i], &arena, &target, NULL));
	assert_true(iv_sigv4_presign(&example, &rq, DAY, 604800, &arena, &target, NULL));
	for (int missing = 0; missing < 4; missing++) {
		struct iv_sigv4_keys keys = example;

		if (missing == 0)
			keys.access_key = IV_S("");
		else if (missing == 1)
			keys.secret_key = IV_S("");
		else if (missing == 2)
			keys.region = IV_S("");
		else
			keys.access_key = IV_S("a/b");
		assert_false(sign(&keys, &rq));
	}
}

static void memory_is_a_limit(void **state)
{
	const struct iv_pair query[] = {{IV_S("a"), IV_S("1")}, {IV_S("b"), IV_S("2")}};
	const struct iv_sigv4_request rq = {.method = "GET", .host = IV_S("h"), .path = IV_S("/x"), .query = query,
					    .query_count = 2, .headers = query, .header_count = 2};

	(void)state;
	for (size_t limit = 0; limit < 1200; limit += 16) {
		struct iv_arena small;
		struct iv_err e = {0};

		iv_arena_init(&small, limit);
		if (!iv_sigv4_sign(&example, &rq, DAY, &small, &got, &e))
			assert_int_equal(e.code, IV_ETOOBIG);
		iv_arena_deinit(&small);
	}
}

int main(void)
{
#define SIGN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		SIGN_TEST(get_object_of_the_documentation),
		SIGN_TEST(put_object_of_the_documentation),
		SIGN_TEST(queries_of_the_documentation),
		SIGN_TEST(a_link_of_the_documentation),
		SIGN_TEST(requests_are_signed_as_another_implementation_signs_them),
		SIGN_TEST(the_target_is_the_request_that_was_signed),
		SIGN_TEST(a_link_with_a_token_and_more_headers_is_signed_whole),
		SIGN_TEST(what_cannot_be_signed_is_refused),
		SIGN_TEST(memory_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
