/* The page at /: a handful of files, read at the start, served from memory under a strict policy. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include "iv_spool.h"
#include "ops.h"

enum { FILE_BYTES = 1 << 20 };

static const struct {
	const char *suffix, *type;
} types[] = {
	{".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
	{".png", "image/png"},
};

static const char *type_of(struct iv_str name)
{
	for (size_t i = 0; i < IV_COUNT(types); i++)
		if (iv_str_ends(name, iv_str(types[i].suffix)))
			return types[i].type;
	return NULL;
}

static bool load_file(struct iv_ops *o, const char *dir, const char *name, struct iv_err *e)
{
	struct page_file *f = &o->files[o->file_count];
	const char *type = type_of(iv_str(name));
	char path[1024];

	if (!type)
		return true; /* not part of the page */
	if (o->file_count == PAGE_FILES)
		return iv_fail(e, IV_EINVAL, "WEB_DIR: more than %d files", PAGE_FILES);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	iv_buf_init(&f->bytes, FILE_BYTES + 65536);
	o->file_count++;
	f->type = type;
	if (!iv_str_copy(f->name, sizeof(f->name), iv_str(name)))
		return iv_fail(e, IV_EINVAL, "WEB_DIR: the name of %s is longer than 63 bytes", path);
	return iv_file_read(path, FILE_BYTES, &f->bytes, e);
}

bool page_load(struct iv_ops *o, struct iv_err *e)
{
	const char *path = o->d.cfg->web_dir;
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool ok = true;

	if (!dir)
		return iv_fail(e, IV_EINVAL, "WEB_DIR=\"%s\": cannot be read: %s", path, strerror(errno));
	while (ok && (entry = readdir(dir)) != NULL)
		ok = load_file(o, path, entry->d_name, e);
	(void)closedir(dir);
	return ok;
}

/* "docs" is docs.html. */
static bool is_page(struct iv_str file, struct iv_str asked)
{
	struct iv_str stem = file;

	if (iv_str_eq(file, asked))
		return true;
	if (!iv_str_ends(file, IV_S(".html")))
		return false;
	stem.len -= strlen(".html");
	return iv_str_eq(stem, asked);
}

bool iv_ops_try_page(void *ctx, struct iv_http_req *rq)
{
	struct iv_ops *o = ((struct iv_route_ctx *)ctx)->ops;
	struct iv_str path = iv_http_path(rq), name = {path.ptr + 1, path.len - 1};

	if (!name.len)
		name = IV_S("index.html");
	for (size_t i = 0; i < o->file_count; i++) {
		const struct page_file *f = &o->files[i];

		if (!is_page(iv_str(f->name), name))
			continue;
		iv_http_set_header(rq, "Content-Security-Policy",
				   IV_S("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
					"connect-src 'self' ws: wss:; worker-src 'self'; base-uri 'none'; "
					"form-action 'none'; frame-ancestors 'none'"));
		iv_http_set_header(rq, "X-Content-Type-Options", IV_S("nosniff"));
		iv_http_set_header(rq, "Referrer-Policy", IV_S("no-referrer"));
		iv_http_set_header(rq, "Cache-Control", IV_S("no-cache"));
		iv_http_reply(rq, 200, f->type, iv_buf_str(&f->bytes));
		return true;
	}
	return false;
}

void iv_ops_on_page(void *ctx, struct iv_http_req *rq)
{
	if (!iv_ops_try_page(ctx, rq))
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_ENOENT, .msg = "no such page"});
}
