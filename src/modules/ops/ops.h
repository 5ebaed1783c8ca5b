/* The inside of ops. */
#ifndef OPS_H
#define OPS_H

#include "iv_gateway.h"
#include "iv_ops.h"

enum { PAGE_FILES = 32 };

struct page_file {
	char name[64];
	const char *type;
	struct iv_buf bytes;
};

struct iv_ops {
	struct iv_ops_deps d;
	struct page_file files[PAGE_FILES];
	size_t file_count;
};

IV_MUST_CHECK bool page_load(struct iv_ops *o, struct iv_err *e);

#endif
