/* What the API answered, as a table for people or as JSON lines for programs. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS_MAX = 12, CELL_SIZE = 160 };

/* A member, or a member of a member: "usage.seconds". */
static const cJSON *member(const cJSON *object, const char *path)
{
	char name[64];

	while (object && *path) {
		size_t n = strcspn(path, ".");

		if (n >= sizeof(name))
			return NULL;
		memcpy(name, path, n);
		name[n] = '\0';
		object = iv_json_get(object, name);
		path += n + (path[n] == '.');
	}
	return object;
}

/* One line, however it came: a name with a newline must not make two rows. */
static void cell(const cJSON *row, const char *path, char out[CELL_SIZE])
{
	const cJSON *v = member(row, path);

	if (cJSON_IsString(v))
		(void)iv_str_copy(out, CELL_SIZE, iv_str(v->valuestring)); /* cut: it is a table */
	else if (cJSON_IsNumber(v))
		(void)snprintf(out, CELL_SIZE, "%.10g", v->valuedouble);
	else if (cJSON_IsBool(v))
		(void)snprintf(out, CELL_SIZE, "%s", cJSON_IsTrue(v) ? "yes" : "no");
	else
		(void)snprintf(out, CELL_SIZE, "-");
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = ' ';
}

static void widen(const cJSON *row, const struct cli_column *columns, size_t *widths)
{
	char text[CELL_SIZE];

	for (size_t i = 0; columns[i].title && i < COLUMNS_MAX; i++) {
		cell(row, columns[i].member, text);
		if (strlen(text) > widths[i])
			widths[i] = strlen(text);
	}
}

static void print_row(const cJSON *row, const struct cli_column *columns, const size_t *widths)
{
	char text[CELL_SIZE];

	for (size_t i = 0; columns[i].title && i < COLUMNS_MAX; i++) {
		if (row)
			cell(row, columns[i].member, text);
		else
			(void)snprintf(text, sizeof(text), "%s", columns[i].title);
		(void)printf("%s%-*s", i ? "  " : "", columns[i + 1].title ? (int)widths[i] : 0, text);
	}
	(void)putchar('\n');
}

static void print_table(const cJSON *list, const struct cli_column *columns)
{
	size_t widths[COLUMNS_MAX] = {0};
	const cJSON *row;

	for (size_t i = 0; columns[i].title && i < COLUMNS_MAX; i++)
		widths[i] = strlen(columns[i].title);
	cJSON_ArrayForEach(row, list)
		widen(row, columns, widths);
	print_row(NULL, columns, widths);
	cJSON_ArrayForEach(row, list)
		print_row(row, columns, widths);
}

static void print_line(const cJSON *value)
{
	char *text = cJSON_PrintUnformatted(value);

	if (!text)
		abort();
	(void)puts(text);
	free(text);
}

static void print_object(const cJSON *object)
{
	char *text = cJSON_Print(object);

	if (!text)
		abort();
	(void)puts(text);
	free(text);
}

bool cli_print(struct cli *c, const struct cli_column *columns)
{
	const cJSON *list = iv_json_get(c->answer, "data"), *row;

	if (!c->answer)
		return true; /* there is nothing to say: 204 */
	if (c->json && cJSON_IsArray(list)) {
		cJSON_ArrayForEach(row, list)
			print_line(row);
	} else if (c->json) {
		print_line(c->answer);
	} else if (cJSON_IsArray(list) && columns) {
		print_table(list, columns);
		if (cJSON_IsString(iv_json_get(c->answer, "nextCursor")))
			(void)printf("there are more: --cursor %s\n", iv_json_get(c->answer, "nextCursor")->valuestring);
	} else {
		print_object(c->answer);
	}
	return true;
}
