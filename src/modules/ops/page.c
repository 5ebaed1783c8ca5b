/* The pages at /: the console as it was built, else the call page alone; below /docs/ the site of the documents, where
 * that was built. Their files are read at the start and served from memory under a strict policy. What the build named
 * after its content is kept for ever by browsers; the rest is asked for again each time, and mostly answered 304. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "iv_crypto.h"
#include "iv_spool.h"
#include "ops.h"

enum { FILE_BYTES = 4 << 20, DEPTH = 3 };

#define SITE "docs/"

static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
			     "connect-src 'self' ws: wss:; media-src 'self' blob: https:; worker-src 'self'; "
			     "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const struct {
	const char *suffix, *type;
} types[] = {
	{".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
	{".png", "image/png"},		       {".woff2", "font/woff2"},
};

static const char *type_of(struct iv_str name)
{
	for (size_t i = 0; i < IV_COUNT(types); i++)
		if (iv_str_ends(name, iv_str(types[i].suffix)))
			return types[i].type;
	return NULL;
}

static bool is_there(const char *path, bool folder)
{
	struct stat st;

	return stat(path, &st) == 0 && (folder ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode));
}

static bool load_file(struct iv_ops *o, const char *path, const char *name, const char *type, struct iv_err *e)
{
	struct page_file *f = &o->files[o->file_count];
	char packed[1200], hash[IV_SHA256_HEX];

	if (o->file_count == PAGE_FILES)
		return iv_fail(e, IV_EINVAL, "WEB_DIR and DOCS_DIR: more than %d files", PAGE_FILES);
	iv_buf_init(&f->bytes, FILE_BYTES + 65536);
	iv_buf_init(&f->packed, FILE_BYTES + 65536);
	o->file_count++;
	f->type = type;
	if (!iv_str_copy(f->name, sizeof(f->name), iv_str(name)))
		return iv_fail(e, IV_EINVAL, "%s: its name is longer than 127 bytes", path);
	(void)snprintf(packed, sizeof(packed), "%s.gz", path);
	if (!iv_file_read(path, FILE_BYTES, &f->bytes, e) ||
	    (is_there(packed, false) && !iv_file_read(packed, FILE_BYTES, &f->packed, e)))
		return false;
	iv_sha256_hex(iv_buf_str(&f->bytes), hash);
	(void)snprintf(f->etag, sizeof(f->etag), "\"%.32s\"", hash);
	return true;
}

/* Everything of a folder, and of the folders in it; `prefix` is what their names begin with. */
static bool load_folder(struct iv_ops *o, const char *path, const char *prefix, int depth, struct iv_err *e)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool ok = true;

	if (!dir)
		return iv_fail(e, IV_EINVAL, "%s cannot be read: %s", path, strerror(errno));
	while (ok && (entry = readdir(dir)) != NULL) {
		const char *type = type_of(iv_str(entry->d_name));
		char inside[1100], name[300];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(inside, sizeof(inside), "%s/%s", path, entry->d_name);
		(void)snprintf(name, sizeof(name), "%s%s%s", prefix, entry->d_name, type ? "" : "/");
		if (type)
			ok = load_file(o, inside, name, type, e);
		else if (depth > 1 && is_there(inside, true))
			ok = load_folder(o, inside, name, depth - 1, e);
	}
	(void)closedir(dir);
	return ok;
}

/* The first of the folders that is there. */
static bool load_first(struct iv_ops *o, const char *folders, const char *prefix, bool *found, struct iv_err *e)
{
	struct iv_str rest = iv_str(folders);

	while (rest.len) {
		const char *colon = memchr(rest.ptr, ':', rest.len);
		struct iv_str one = {rest.ptr, colon ? (size_t)(colon - rest.ptr) : rest.len};
		char path[1024];

		rest.ptr += one.len + (colon != NULL);
		rest.len -= one.len + (colon != NULL);
		*found = iv_str_copy(path, sizeof(path), one) && is_there(path, true);
		if (*found)
			return load_folder(o, path, prefix, DEPTH, e);
	}
	return true;
}

/* The site may not be there: it needs npm to be built. What of it has a page's name is the page's (/docs/api). */
bool page_load(struct iv_ops *o, struct iv_err *e)
{
	bool pages = false, site = false;

	o->files = calloc(PAGE_FILES, sizeof(*o->files));
	if (!o->files)
		abort();
	if (!load_first(o, o->d.cfg->web_dir, "", &pages, e) || !load_first(o, o->d.cfg->docs_dir, SITE, &site, e))
		return false;
	return pages ||
	       iv_fail(e, IV_EINVAL, "WEB_DIR=\"%s\": none of these folders is there", o->d.cfg->web_dir);
}

void page_free(struct iv_ops *o)
{
	for (size_t i = 0; i < o->file_count; i++) {
		iv_buf_deinit(&o->files[i].bytes);
		iv_buf_deinit(&o->files[i].packed);
	}
	free(o->files);
}

/* "talk" is talk.html, "docs/" is docs/index.html. */
static bool is_page(struct iv_str file, struct iv_str asked)
{
	struct iv_str stem = file;

	if (iv_str_eq(file, asked))
		return true;
	if (!iv_str_ends(file, IV_S(".html")))
		return false;
	stem.len -= strlen(".html");
	if (iv_str_ends(stem, IV_S("/index")))
		stem.len -= strlen("index");
	return iv_str_eq(stem, asked);
}

static const struct page_file *find(const struct iv_ops *o, struct iv_str name)
{
	for (size_t i = 0; i < o->file_count; i++)
		if (is_page(iv_str(o->files[i].name), name))
			return &o->files[i];
	return NULL;
}

/* Somebody who goes to an address of the console, such as /calls/call_1: the console finds out what that is. */
static bool is_visit(const struct iv_http_req *rq, struct iv_str path)
{
	size_t at = path.len;

	while (at && path.ptr[at - 1] != '/')
		at--;
	return iv_str_find(iv_http_header(rq, "accept"), IV_S("text/html"), 0) >= 0 &&
	       !memchr(path.ptr + at, '.', path.len - at);
}

static bool is_named_after_content(struct iv_str name)
{
	return iv_str_starts(name, IV_S("assets/")) || iv_str_starts(name, IV_S(SITE "assets/"));
}

static void reply(struct iv_http_req *rq, const struct page_file *f, int status)
{
	bool packs = f->packed.len && iv_http_takes_gzip(rq);

	iv_http_set_header(rq, "Content-Security-Policy", iv_str(policy));
	iv_http_set_header(rq, "X-Content-Type-Options", IV_S("nosniff"));
	iv_http_set_header(rq, "Referrer-Policy", IV_S("no-referrer"));
	iv_http_set_header(rq, "Permissions-Policy", IV_S("microphone=(self), camera=(), geolocation=()"));
	iv_http_set_header(rq, "Vary", IV_S("Accept, Accept-Encoding"));
	iv_http_set_header(rq, "ETag", iv_str(f->etag));
	if (is_named_after_content(iv_str(f->name)))
		iv_http_set_header(rq, "Cache-Control", IV_S("public, max-age=31536000, immutable"));
	else
		iv_http_set_header(rq, "Cache-Control", IV_S("no-cache"));
	if (status == 200 && iv_str_find(iv_http_header(rq, "if-none-match"), iv_str(f->etag), 0) >= 0) {
		iv_http_reply(rq, 304, f->type, IV_STR_NULL);
		return;
	}
	if (packs)
		iv_http_set_header(rq, "Content-Encoding", IV_S("gzip"));
	iv_http_reply(rq, status, f->type, iv_buf_str(packs ? &f->packed : &f->bytes));
}

/* Pages of the site name each other from its root, so it has one address; without it there is the API's page. */
static void go_to_site(const struct iv_ops *o, struct iv_http_req *rq)
{
	iv_http_set_header(rq, "Location", find(o, IV_S(SITE)) ? IV_S("/" SITE) : IV_S("/" SITE "api"));
	iv_http_set_header(rq, "Cache-Control", IV_S("no-cache"));
	iv_http_reply(rq, 302, "text/plain", IV_STR_NULL);
}

/* What is no file below /docs/: its page that says so, to who wants to read. */
static bool try_missing(const struct iv_ops *o, struct iv_http_req *rq, struct iv_str path)
{
	const struct page_file *f = find(o, IV_S(SITE "404.html"));

	if (!f || !is_visit(rq, path))
		return false;
	reply(rq, f, 404);
	return true;
}

bool iv_ops_try_page(void *ctx, struct iv_http_req *rq)
{
	const struct iv_ops *o = ((struct iv_route_ctx *)ctx)->ops;
	struct iv_str path = iv_http_path(rq), name = {path.ptr + 1, path.len - 1};
	const struct page_file *console = find(o, IV_S("index.html")), *f;

	f = name.len ? find(o, name) : console ? console : find(o, IV_S("talk.html"));
	if (f) {
		reply(rq, f, 200);
		return true;
	}
	if (iv_str_eq(name, IV_S("docs")) || iv_str_eq(name, IV_S(SITE))) {
		go_to_site(o, rq);
		return true;
	}
	if (iv_str_starts(name, IV_S(SITE)))
		return try_missing(o, rq, path);
	if (!console || !is_visit(rq, path))
		return false;
	reply(rq, console, 200);
	return true;
}

void iv_ops_on_page(void *ctx, struct iv_http_req *rq)
{
	if (!iv_ops_try_page(ctx, rq))
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_ENOENT, .msg = "no such page"});
}
