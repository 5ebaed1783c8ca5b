/* iv_config.def as an array, for the reader and for the two printers of documentation. */
#ifndef BASE_CONFIG_ROWS_H
#define BASE_CONFIG_ROWS_H

#include "iv_config.h"

enum config_kind {
	CONFIG_SECTION, /* env is its title */
	CONFIG_STR,
	CONFIG_SECRET,
	CONFIG_INT,
	CONFIG_DBL,
	CONFIG_BOOL,
	CONFIG_ENUM,
};

struct config_row {
	enum config_kind kind;
	size_t offset;
	const char *env, *dflt;
	double lo, hi;
	const char *unit, *choices, *doc;
};

extern const struct config_row iv_config_rows[];
extern const size_t iv_config_row_count;

/* "an integer from 0 to 65535 (port)": what errors expect and documents allow. */
IV_MUST_CHECK bool iv_config_allowed(const struct config_row *row, struct iv_buf *out);

#endif
