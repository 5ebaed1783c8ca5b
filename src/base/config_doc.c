/* What the table of settings prints: the values in use, the help, the documentation. */
#include "config_rows.h"

static bool value_text(const struct iv_config *cfg, const struct config_row *row,
		       struct iv_buf *out)
{
	const void *slot = (const char *)cfg + row->offset;
	char number[IV_DOUBLE_SIZE];

	switch (row->kind) {
	case CONFIG_STR:
	case CONFIG_ENUM:
		/* One line each, whatever a prompt holds. */
		for (const char *c = *(const char *const *)slot; *c; c++) {
			if (!(*c == '\n' ? iv_buf_adds(out, IV_S("\\n")) : iv_buf_addc(out, *c)))
				return false;
		}
		return true;
	case CONFIG_SECRET:
		return iv_buf_adds(out, iv_secret_set(*(const struct iv_secret *)slot)
						? IV_S("***")
						: IV_STR_NULL);
	case CONFIG_INT:
		return iv_buf_printf(out, "%lld", (long long)*(const int64_t *)slot);
	case CONFIG_DBL:
		iv_double_str(number, *(const double *)slot);
		return iv_buf_adds(out, iv_str(number));
	case CONFIG_BOOL:
		return iv_buf_adds(out, *(const bool *)slot ? IV_S("true") : IV_S("false"));
	case CONFIG_SECTION:
		break;
	}
	return true;
}

bool iv_config_print(const struct iv_config *cfg, struct iv_buf *out)
{
	for (size_t i = 0; i < iv_config_row_count; i++) {
		const struct config_row *row = &iv_config_rows[i];

		if (row->kind == CONFIG_SECTION)
			continue;
		if (!iv_buf_printf(out, "%s=", row->env) || !value_text(cfg, row, out) ||
		    !iv_buf_addc(out, '\n'))
			return false;
	}
	return true;
}

bool iv_config_help(struct iv_buf *out)
{
	if (!iv_buf_adds(out,
			 IV_S("Settings are environment variables. An empty one counts as unset. "
			      "A secret X may\nbe given as X_FILE, the path of a file that holds "
			      "it.\n")))
		return false;
	for (size_t i = 0; i < iv_config_row_count; i++) {
		const struct config_row *row = &iv_config_rows[i];

		if (row->kind == CONFIG_SECTION) {
			if (!iv_buf_printf(out, "\n%s\n", row->env))
				return false;
			continue;
		}
		if (!iv_buf_printf(out, "  %s%s%s\n      %s\n      ", row->env,
				   row->dflt[0] ? "=" : "", row->dflt, row->doc) ||
		    !iv_config_allowed(row, out) || !iv_buf_addc(out, '\n'))
			return false;
	}
	return true;
}

/* A cell of a table: a bar inside it would end it. */
static bool cell(struct iv_buf *out, const char *text)
{
	for (; *text; text++) {
		if ((*text == '|' && !iv_buf_addc(out, '\\')) || !iv_buf_addc(out, *text))
			return false;
	}
	return true;
}

static bool code_cell(struct iv_buf *out, const char *text)
{
	return !text[0] || (iv_buf_addc(out, '`') && cell(out, text) && iv_buf_addc(out, '`'));
}

/* Shorter than iv_config_allowed: the unit has a column of its own. */
static bool allowed_cell(const struct config_row *row, struct iv_buf *out)
{
	char lo[IV_DOUBLE_SIZE], hi[IV_DOUBLE_SIZE];
	struct iv_str rest = row->choices ? iv_str(row->choices) : IV_STR_NULL, word;
	bool first = true;

	switch (row->kind) {
	case CONFIG_INT:
	case CONFIG_DBL:
		iv_double_str(lo, row->lo);
		iv_double_str(hi, row->hi);
		return iv_buf_printf(out, "%s to %s", lo, hi);
	case CONFIG_BOOL:
		return iv_buf_adds(out, IV_S("`true`, `false`"));
	case CONFIG_ENUM:
		while (iv_str_split(&rest, ' ', &word)) {
			if (!iv_buf_printf(out, "%s`%.*s`", first ? "" : ", ", IV_FMT(word)))
				return false;
			first = false;
		}
		return true;
	case CONFIG_SECRET:
		return iv_buf_printf(out, "secret, or `%s_FILE`", row->env);
	case CONFIG_STR:
	case CONFIG_SECTION:
		break;
	}
	return true;
}

static bool markdown_row(const struct config_row *row, struct iv_buf *out)
{
	return iv_buf_adds(out, IV_S("| ")) && code_cell(out, row->env) &&
	       iv_buf_adds(out, IV_S(" | ")) && code_cell(out, row->dflt) &&
	       iv_buf_adds(out, IV_S(" | ")) && allowed_cell(row, out) &&
	       iv_buf_adds(out, IV_S(" | ")) && cell(out, row->unit) &&
	       iv_buf_adds(out, IV_S(" | ")) && cell(out, row->doc) &&
	       iv_buf_adds(out, IV_S(" |\n"));
}

bool iv_config_markdown(struct iv_buf *out)
{
	for (size_t i = 0; i < iv_config_row_count; i++) {
		const struct config_row *row = &iv_config_rows[i];
		bool ok;

		if (row->kind == CONFIG_SECTION)
			ok = iv_buf_printf(out,
					   "%s### %s\n\n| variable | default | allowed | unit | "
					   "meaning |\n| --- | --- | --- | --- | --- |\n",
					   i ? "\n" : "", row->env);
		else
			ok = markdown_row(row, out);
		if (!ok)
			return false;
	}
	return true;
}
