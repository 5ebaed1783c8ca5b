/* The inside of ops. */
#ifndef OPS_H
#define OPS_H

#include "iv_gateway.h"
#include "iv_ops.h"

enum { PAGE_FILES = 512 };

struct page_file {
	char name[128]; /* "talk/app.js" */
	const char *type;
	struct iv_buf bytes, packed; /* packed: by gzip, or empty */
	char etag[40];
};

struct iv_ops {
	struct iv_ops_deps d;
	struct page_file *files;
	size_t file_count;
};

IV_MUST_CHECK bool ops_process_metrics(struct iv_buf *out); /* process_…: appended */
IV_MUST_CHECK bool page_load(struct iv_ops *o, struct iv_err *e);
void page_free(struct iv_ops *o);

#endif
