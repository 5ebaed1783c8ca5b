/* One request, and what is said when it is refused. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_id.h"
#include "iv_loop.h"

enum { CONNECT_MS = 5000, ANSWER_MS = 60000, UPLOAD_MS = 3600000, LINE_MAX_BYTES = 1 << 20, COME_BACK = 5 };

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct cli *c = arg;

	return iv_buf_add(&c->body, data, size * n) ? size * n : 0;
}

static struct curl_slist *add(struct curl_slist *list, const char *name, const char *value)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "%s: %s", name, value);
	list = curl_slist_append(list, line);
	if (!list)
		abort();
	return list;
}

static struct curl_slist *begin(struct cli *c, const char *method, const char *path)
{
	struct curl_slist *headers = NULL;
	char url[2048], once[IV_ID_SIZE], bearer[600];

	(void)snprintf(url, sizeof(url), "%s%s", c->url, path);
	curl_easy_reset(c->curl);
	curl_easy_setopt(c->curl, CURLOPT_URL, url);
	curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
	curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->curl, CURLOPT_USERAGENT, "invorto-cli");
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, c);
	if (c->key[0]) {
		(void)snprintf(bearer, sizeof(bearer), "Bearer %s", c->key);
		headers = add(headers, "Authorization", bearer);
	}
	if (strcmp(method, "POST") == 0) { /* whoever presses the key twice does not call twice by the network's fault */
		iv_id_new("cli", iv_wall_ms(), once);
		headers = add(headers, "Idempotency-Key", once);
	}
	return headers;
}

/* A problem document: what is wrong, and with which fields. */
static bool refused(struct cli *c)
{
	struct iv_str code = iv_json_str(c->answer, "code"), detail = iv_json_str(c->answer, "detail");
	const cJSON *e, *errors = iv_json_get(c->answer, "errors");

	if (!detail.len)
		detail = iv_json_str(c->answer, "title");
	(void)fprintf(stderr, "invorto: %ld %.*s: %.*s\n", c->status, IV_FMT(code), IV_FMT(detail));
	cJSON_ArrayForEach(e, errors)
	{
		struct iv_str at = iv_json_str(e, "pointer"), why = iv_json_str(e, "detail");

		(void)fprintf(stderr, "  %.*s %.*s\n", IV_FMT(at), IV_FMT(why));
	}
	c->exit = c->status == 429 || c->status == 503 ? CLI_LATER : CLI_REFUSED;
	return false;
}

static bool finish(struct cli *c, struct curl_slist *headers)
{
	struct iv_err e = {0};
	CURLcode code;

	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
	iv_buf_clear(&c->body);
	cJSON_Delete(c->answer);
	c->answer = NULL;
	code = curl_easy_perform(c->curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK) {
		(void)fprintf(stderr, "invorto: %s: %s\n", c->url, curl_easy_strerror(code));
		c->exit = CLI_UNREACHABLE;
		return false;
	}
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &c->status);
	if (c->body.len)
		c->answer = iv_json_parse(iv_buf_str(&c->body), &e);
	return c->status / 100 == 2 || refused(c);
}

bool cli_ask(struct cli *c, const char *method, const char *path, cJSON *body)
{
	struct curl_slist *headers = begin(c, method, path);
	char *text = body ? cJSON_PrintUnformatted(body) : NULL;
	bool ok;

	cJSON_Delete(body);
	if (text) {
		headers = add(headers, "Content-Type", "application/json");
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, text);
	} else if (strcmp(method, "POST") == 0) {
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, "");
		headers = add(headers, "Content-Type", "application/json");
	}
	ok = finish(c, headers);
	free(text);
	return ok;
}

bool cli_send_file(struct cli *c, const char *path, const char *type, const char *file)
{
	struct curl_slist *headers;
	FILE *f = fopen(file, "re");
	bool ok;

	if (!f)
		return cli_bad(c, "cannot read", file);
	headers = add(begin(c, "POST", path), "Content-Type", type);
	curl_easy_setopt(c->curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, "POST");
	curl_easy_setopt(c->curl, CURLOPT_READDATA, f); /* as long as it is: chunked */
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, (long)UPLOAD_MS);
	ok = finish(c, headers);
	(void)fclose(f);
	return ok;
}

char *cli_path(const char *format, const char *word)
{
	char *escaped = curl_easy_escape(NULL, word, 0), *path;
	size_t size;

	if (!escaped)
		abort();
	size = strlen(format) + strlen(escaped) + 1;
	path = malloc(size);
	if (!path)
		abort();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* every caller's format is a literal with one %s */
	(void)snprintf(path, size, format, escaped);
#pragma GCC diagnostic pop
	curl_free(escaped);
	return path;
}

/* ── server-sent events ── */

struct following {
	struct cli *c;
	cli_event_fn *take;
	struct iv_buf line, event, data;
	char last[128];
	bool stopped, too_long;
	int got; /* since it was opened */
};

static void on_line(struct following *f, struct iv_str line)
{
	struct iv_str value = line, name;

	if (!line.len) {
		if (f->data.len && !f->stopped)
			f->stopped = !f->take(f->c, iv_buf_str(&f->event), iv_buf_str(&f->data));
		f->got += f->data.len > 0;
		iv_buf_clear(&f->event);
		iv_buf_clear(&f->data);
		return;
	}
	if (line.ptr[0] == ':' || !iv_str_split(&value, ':', &name))
		return;
	if (value.len && value.ptr[0] == ' ')
		value = (struct iv_str){value.ptr + 1, value.len - 1};
	if (iv_str_eq(name, IV_S("id")))
		(void)iv_str_copy(f->last, sizeof(f->last), value); /* too long: not asked for again */
	else if (iv_str_eq(name, IV_S("event")))
		f->too_long = !iv_buf_adds(&f->event, value) || f->too_long;
	else if (iv_str_eq(name, IV_S("data")))
		f->too_long = !iv_buf_adds(&f->data, value) || f->too_long;
}

static size_t on_stream(char *bytes, size_t size, size_t n, void *arg)
{
	struct following *f = arg;
	long status = 0;

	curl_easy_getinfo(f->c->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status / 100 != 2)
		return on_body(bytes, size, n, f->c);
	for (size_t i = 0; i < n * size && !f->stopped; i++) {
		if (bytes[i] == '\n') {
			on_line(f, iv_buf_str(&f->line));
			iv_buf_clear(&f->line);
		} else if (bytes[i] != '\r' && !iv_buf_add(&f->line, bytes + i, 1)) {
			return 0;
		}
	}
	return f->stopped || f->too_long ? 0 : n * size;
}

/* False: the stream is over, or cannot be had. */
static bool listen_once(struct following *f, const char *path)
{
	struct cli *c = f->c;
	struct curl_slist *headers = add(begin(c, "GET", path), "Accept", "text/event-stream");
	CURLcode code;

	if (f->last[0])
		headers = add(headers, "Last-Event-ID", f->last);
	f->got = 0;
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, 0L);
	curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_TIME, 60L); /* four of its comments */
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_stream);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
	iv_buf_clear(&c->body);
	code = curl_easy_perform(c->curl);
	curl_slist_free_all(headers);
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &c->status);
	if (f->stopped)
		return false;
	if (c->status && c->status / 100 != 2) {
		struct iv_err e = {0};

		cJSON_Delete(c->answer);
		c->answer = c->body.len ? iv_json_parse(iv_buf_str(&c->body), &e) : NULL;
		return refused(c);
	}
	if (code == CURLE_OK)
		return false;
	(void)fprintf(stderr, "invorto: %s: %s\n", c->url, curl_easy_strerror(code));
	return true;
}

bool cli_follow(struct cli *c, const char *path, cli_event_fn *take)
{
	struct following f = {.c = c, .take = take};
	int misses = 0;

	iv_buf_init(&f.line, LINE_MAX_BYTES);
	iv_buf_init(&f.event, 256);
	iv_buf_init(&f.data, LINE_MAX_BYTES);
	while (listen_once(&f, path)) {
		misses = f.got ? 0 : misses + 1;
		if (misses == COME_BACK) {
			c->exit = CLI_UNREACHABLE;
			break;
		}
		(void)nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
	}
	iv_buf_deinit(&f.line);
	iv_buf_deinit(&f.event);
	iv_buf_deinit(&f.data);
	return c->exit == EXIT_SUCCESS;
}
