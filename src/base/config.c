/* Reading the settings: every row from the environment or its default, all problems reported
 * together. An empty variable counts as unset, as the shell's ${X:-} leaves it. */
#include "iv_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "config_rows.h"

#define VALUE_MAX 16384 /* bytes of one variable */
#define SECRET_MAX 4096 /* bytes of a secret's file */
#define STORAGE_MAX (256 * 1024)
#define SECRET_LEAST 16 /* characters, in production */
#define JWT_SECRET_LEAST 32 /* bytes, always: shorter ones are guessed off line */
#define SHOWN 40	/* characters of a bad value that an error repeats */

#define ROW(k, f, e, d, l, h, u, c, t)            \
	{.kind = k,                               \
	 .offset = offsetof(struct iv_config, f), \
	 .env = e,                                \
	 .dflt = d,                               \
	 .lo = l,                                 \
	 .hi = h,                                 \
	 .unit = u,                               \
	 .choices = c,                            \
	 .doc = t},
const struct config_row iv_config_rows[] = {
#define CFG_STR(f, env, dflt, unit, doc) ROW(CONFIG_STR, f, env, dflt, 0, 0, unit, "", doc)
#define CFG_SECRET(f, env, unit, doc) ROW(CONFIG_SECRET, f, env, "", 0, 0, unit, "", doc)
#define CFG_INT(f, env, dflt, lo, hi, unit, doc) \
	ROW(CONFIG_INT, f, env, #dflt, lo, hi, unit, "", doc)
#define CFG_DBL(f, env, dflt, lo, hi, unit, doc) \
	ROW(CONFIG_DBL, f, env, #dflt, lo, hi, unit, "", doc)
#define CFG_BOOL(f, env, dflt, doc) ROW(CONFIG_BOOL, f, env, #dflt, 0, 0, "", "", doc)
#define CFG_ENUM(f, env, dflt, choices, doc) ROW(CONFIG_ENUM, f, env, dflt, 0, 0, "", choices, doc)
#define CFG_SECTION(title) {.kind = CONFIG_SECTION, .env = title},
#include "iv_config.def"
};
#undef ROW

#define ROWS IV_COUNT(iv_config_rows)
const size_t iv_config_row_count = ROWS;

struct reading {
	struct iv_config *cfg;
	iv_env_fn *env;
	void *arg;
	struct iv_buf *errors;
	bool failed;
	struct iv_buf storage; /* texts, each with its NUL */
	size_t at[ROWS];       /* where a row's text lies, plus one; 0: its default */
};

static void *slot(struct iv_config *cfg, const struct config_row *row)
{
	return (char *)cfg + row->offset;
}

bool iv_config_allowed(const struct config_row *row, struct iv_buf *out)
{
	char lo[IV_DOUBLE_SIZE], hi[IV_DOUBLE_SIZE];
	struct iv_str rest = iv_str(row->choices), word;
	bool first = true;

	switch (row->kind) {
	case CONFIG_INT:
	case CONFIG_DBL:
		iv_double_str(lo, row->lo);
		iv_double_str(hi, row->hi);
		return iv_buf_printf(out, "%s from %s to %s%s%s%s",
				     row->kind == CONFIG_INT ? "an integer" : "a number", lo, hi,
				     row->unit[0] ? " (" : "", row->unit, row->unit[0] ? ")" : "");
	case CONFIG_BOOL:
		return iv_buf_adds(out, IV_S("true or false"));
	case CONFIG_ENUM:
		while (iv_str_split(&rest, ' ', &word)) {
			if (!iv_buf_printf(out, "%s%.*s", first ? "one of " : ", ", IV_FMT(word)))
				return false;
			first = false;
		}
		return true;
	case CONFIG_STR:
		if (strcmp(row->unit, "URL") == 0)
			return iv_buf_adds(out,
					   IV_S("a URL with http://, https://, ws:// or wss://"));
		return iv_buf_printf(out, "up to %d bytes of UTF-8 (%s)", VALUE_MAX, row->unit);
	case CONFIG_SECRET:
		return iv_buf_printf(out, "up to %d visible ASCII characters", SECRET_MAX);
	case CONFIG_SECTION:
		break;
	}
	return true;
}

static void problem(struct reading *r, const char *fmt, ...) IV_PRINTF(2, 3);

static void problem(struct reading *r, const char *fmt, ...)
{
	va_list ap;
	bool fits;

	va_start(ap, fmt);
	fits = iv_buf_vprintf(r->errors, fmt, ap) && iv_buf_addc(r->errors, '\n');
	va_end(ap);
	(void)fits; /* a full report still fails the start */
	r->failed = true;
}

/* NAME="value": expected …; the value is left out where it may hold a credential. */
static void unexpected(struct reading *r, const struct config_row *row, struct iv_str value)
{
	char memory[256], shown[SHOWN + 1];
	struct iv_buf allowed = {memory, 0, sizeof(memory) - 1, sizeof(memory) - 1};
	bool hidden = row->kind == CONFIG_SECRET || row->kind == CONFIG_STR;
	bool whole = iv_str_copy(shown, sizeof(shown), value);

	for (char *c = shown; *c; c++) {
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7E)
			*c = '?';
	}
	if (!iv_config_allowed(row, &allowed))
		iv_buf_clear(&allowed);
	if (hidden)
		problem(r, "%s: expected %.*s", row->env, IV_FMT(iv_buf_str(&allowed)));
	else
		problem(r, "%s=\"%s%s\": expected %.*s", row->env, shown, whole ? "" : "...",
			IV_FMT(iv_buf_str(&allowed)));
}

static void store(struct reading *r, const struct config_row *row, struct iv_str text)
{
	size_t at = r->storage.len;

	if (iv_buf_adds(&r->storage, text) && iv_buf_addc(&r->storage, '\0'))
		r->at[row - iv_config_rows] = at + 1;
	else
		problem(r, "%s: the settings are more than %d bytes together", row->env,
			STORAGE_MAX);
}

static bool is_url(struct iv_str s)
{
	return iv_str_starts(s, IV_S("http://")) || iv_str_starts(s, IV_S("https://")) ||
	       iv_str_starts(s, IV_S("ws://")) || iv_str_starts(s, IV_S("wss://"));
}

static bool is_visible(struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < 0x21 || s.ptr[i] > 0x7E)
			return false;
	}
	return true;
}

static bool to_bool(struct iv_str s, bool *out)
{
	static const char *const words[] = {"false", "true", "0", "1", "no", "yes", "off", "on"};

	for (size_t i = 0; i < IV_COUNT(words); i++) {
		if (iv_str_ieq(s, iv_str(words[i]))) {
			*out = i % 2;
			return true;
		}
	}
	return false;
}

static bool is_choice(const struct config_row *row, struct iv_str s)
{
	struct iv_str rest = iv_str(row->choices), word;

	while (iv_str_split(&rest, ' ', &word)) {
		if (iv_str_eq(word, s))
			return true;
	}
	return false;
}

static void take(struct reading *r, const struct config_row *row, struct iv_str s)
{
	bool ok = false, flag;
	double number;
	int64_t integer;

	switch (row->kind) {
	case CONFIG_INT:
		ok = iv_str_to_i64(s, &integer) && (double)integer >= row->lo &&
		     (double)integer <= row->hi;
		if (ok)
			*(int64_t *)slot(r->cfg, row) = integer;
		break;
	case CONFIG_DBL:
		ok = iv_str_to_double(s, &number) && number >= row->lo && number <= row->hi;
		if (ok)
			*(double *)slot(r->cfg, row) = number;
		break;
	case CONFIG_BOOL:
		ok = to_bool(s, &flag);
		if (ok)
			*(bool *)slot(r->cfg, row) = flag;
		break;
	case CONFIG_ENUM:
		ok = is_choice(row, s);
		break;
	case CONFIG_STR:
		ok = s.len <= VALUE_MAX && iv_utf8_valid(s) &&
		     (s.len == 0 || strcmp(row->unit, "URL") != 0 || is_url(s));
		break;
	case CONFIG_SECRET:
		ok = s.len <= SECRET_MAX && is_visible(s);
		break;
	case CONFIG_SECTION:
		return;
	}
	if (!ok)
		unexpected(r, row, s);
	else if (row->kind == CONFIG_ENUM || row->kind == CONFIG_STR || row->kind == CONFIG_SECRET)
		store(r, row, s);
}

static const char *look_up(struct reading *r, const char *name)
{
	const char *value = r->env(r->arg, name);

	return value && value[0] ? value : NULL;
}

/* Reads at most size bytes; -1 with errno. */
static ssize_t read_file(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;
	int failed;

	if (fd < 0)
		return -1;
	while (len < size) {
		n = read(fd, out + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	failed = n < 0 ? errno : 0;
	close(fd);
	errno = failed;
	return failed ? -1 : (ssize_t)len;
}

static void take_secret_file(struct reading *r, const struct config_row *row, const char *path)
{
	char text[SECRET_MAX + 2]; /* one more than allowed, and its newline */
	ssize_t n = read_file(path, text, sizeof(text));
	struct iv_str s;

	if (n < 0) {
		problem(r, "%s_FILE=\"%.200s\": cannot be read: %s", row->env, path,
			strerror(errno));
		return;
	}
	s = iv_str_trim((struct iv_str){text, (size_t)n});
	if (s.len == 0)
		problem(r, "%s_FILE=\"%.200s\": is empty", row->env, path);
	else
		take(r, row, s);
	explicit_bzero(text, sizeof(text));
}

static void read_row(struct reading *r, const struct config_row *row)
{
	const char *value = look_up(r, row->env), *path = NULL;
	char name[64];

	take(r, row, iv_str(row->dflt));
	if (row->kind == CONFIG_SECRET && iv_str_copy(name, sizeof(name) - 5, iv_str(row->env))) {
		memcpy(name + strlen(name), "_FILE", 6);
		path = look_up(r, name);
	}
	if (value && path)
		problem(r, "%s: expected either it or %s, both are set", row->env, name);
	else if (path)
		take_secret_file(r, row, path);
	else if (value)
		take(r, row, iv_str(value));
}

/* The texts lie still only when all are read. */
static void point_to_texts(struct reading *r)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct config_row *row = &iv_config_rows[i];
		const char *text = r->at[i] ? r->storage.ptr + r->at[i] - 1 : "";

		if (row->kind == CONFIG_STR || row->kind == CONFIG_ENUM)
			*(const char **)slot(r->cfg, row) = text;
		else if (row->kind == CONFIG_SECRET)
			((struct iv_secret *)slot(r->cfg, row))->hidden = text;
	}
	r->cfg->storage = r->storage.ptr;
}

static void check_production(struct reading *r, const char *name, struct iv_secret secret)
{
	static const char *const well_known[] = {"dev_webhook_secret", "changeme", "secret"};
	struct iv_str s = iv_str(iv_secret_reveal(secret));

	if (s.len == 0) {
		problem(r, "%s: expected a secret of its own in production, it is empty", name);
		return;
	}
	for (size_t i = 0; i < IV_COUNT(well_known); i++) {
		if (iv_str_ieq(s, iv_str(well_known[i]))) {
			problem(r,
				"%s: expected a secret of its own in production, it is a "
				"well-known one",
				name);
			return;
		}
	}
	if (s.len < SECRET_LEAST)
		problem(r, "%s: expected at least %d characters in production, it has %zu", name,
			SECRET_LEAST, s.len);
}

/* Rules between settings. */
static void check_together(struct reading *r)
{
	const struct iv_config *cfg = r->cfg;

	if (cfg->lead_min_ms >= cfg->lead_max_ms)
		problem(r,
			"PLAYOUT_LEAD_MIN_MS=\"%lld\": expected less than "
			"PLAYOUT_LEAD_MAX_MS=\"%lld\"",
			(long long)cfg->lead_min_ms, (long long)cfg->lead_max_ms);
	if (cfg->send_soft_bytes >= cfg->send_hard_bytes)
		problem(r,
			"REALTIME_SEND_SOFT_BYTES=\"%lld\": expected less than "
			"REALTIME_SEND_HARD_BYTES=\"%lld\"",
			(long long)cfg->send_soft_bytes, (long long)cfg->send_hard_bytes);
	if (iv_secret_set(cfg->jwt_secret) && strlen(iv_secret_reveal(cfg->jwt_secret)) < JWT_SECRET_LEAST)
		problem(r, "JWT_SECRET: expected at least %d bytes (RFC 7518), it has %zu", JWT_SECRET_LEAST,
			strlen(iv_secret_reveal(cfg->jwt_secret)));
	if (cfg->tenant_webhook_url[0] && !iv_secret_set(cfg->webhook_secret))
		problem(r, "WEBHOOK_SECRET: is required beside TENANT_WEBHOOK_URL");
	if (strcmp(cfg->env, "production") == 0) {
		if (iv_secret_set(cfg->webhook_secret))
			check_production(r, "WEBHOOK_SECRET", cfg->webhook_secret);
		if (iv_secret_set(cfg->database_url))
			check_production(r, "JWT_SECRET", cfg->jwt_secret);
		check_production(r, "REALTIME_API_KEY", cfg->realtime_api_key);
		check_production(r, "REALTIME_WS_SECRET", cfg->realtime_ws_secret);
	}
}

bool iv_config_read(struct iv_config *cfg, iv_env_fn *env, void *arg, struct iv_buf *errors)
{
	struct reading r = {.cfg = cfg, .env = env, .arg = arg, .errors = errors};

	*cfg = (struct iv_config){0};
	iv_buf_init(&r.storage, STORAGE_MAX);
	/* All at once: growing later would leave copies of secrets behind in freed memory. */
	if (!iv_buf_reserve(&r.storage, STORAGE_MAX))
		abort();
	for (size_t i = 0; i < ROWS; i++) {
		if (iv_config_rows[i].kind != CONFIG_SECTION)
			read_row(&r, &iv_config_rows[i]);
	}
	point_to_texts(&r);
	check_together(&r);
	if (r.failed)
		iv_config_free(cfg);
	return !r.failed;
}

void iv_config_free(struct iv_config *cfg)
{
	if (cfg->storage)
		explicit_bzero(cfg->storage, STORAGE_MAX);
	free(cfg->storage);
	*cfg = (struct iv_config){0};
}
