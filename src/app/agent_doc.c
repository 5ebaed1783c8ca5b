/* What an agent may say, printed from its field table: a table for the documents, or JSON Schema. */
#include <stdio.h>
#include <stdlib.h>
#include "app.h"
#include "iv_agent.h"

enum { DOC_BYTES = 1 << 20, PATH_BYTES = 128 };

static const char *const kind_names[] = {
	[IV_F_STR] = "text", [IV_F_INT] = "integer", [IV_F_DBL] = "number", [IV_F_BOOL] = "true or false",
	[IV_F_ENUM] = "one of", [IV_F_OBJ] = "object", [IV_F_STRS] = "list of texts",
	[IV_F_OBJS] = "list of objects", [IV_F_JSON] = "JSON",
};

static void print_default(const struct iv_field *f, const char *object)
{
	const char *at = object + f->offset;

	switch (f->kind) {
	case IV_F_STR:
		(void)printf("%.*s", IV_FMT(*(const struct iv_str *)(const void *)at));
		break;
	case IV_F_INT:
		(void)printf("%lld", (long long)*(const int64_t *)(const void *)at);
		break;
	case IV_F_DBL:
		(void)printf("%g", *(const double *)(const void *)at);
		break;
	case IV_F_BOOL:
		(void)printf("%s", *(const bool *)(const void *)at ? "true" : "false");
		break;
	case IV_F_ENUM:
		(void)printf("%s", f->names[*(const int *)(const void *)at]);
		break;
	default:
		break;
	}
}

static void print_kind(const struct iv_field *f)
{
	(void)printf("%s", kind_names[f->kind]);
	if (f->kind == IV_F_ENUM)
		for (size_t i = 0; f->names[i]; i++)
			(void)printf("%s `%s`", i ? "," : "", f->names[i]);
	else if ((f->kind == IV_F_INT || f->kind == IV_F_DBL) && (f->min != 0 || f->max != 0))
		(void)printf(" from %g to %.9g", f->min, f->max);
	else if (f->max > 0 && f->kind == IV_F_STR)
		(void)printf(", at most %g bytes", f->max);
	else if (f->max > 0 && (f->kind == IV_F_STRS || f->kind == IV_F_OBJS))
		(void)printf(", at most %g", f->max);
}

void doc_fields(const struct iv_shape *shape, const char *object, const char *prefix)
{
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		char path[PATH_BYTES];

		(void)snprintf(path, sizeof(path), "%s%s", prefix, f->name);
		(void)printf("| `%s`%s | ", path, f->flags & IV_REQUIRED ? " (required)" : "");
		print_kind(f);
		(void)printf(" | ");
		if (object) {
			print_default(f, object);
			(void)printf(" | ");
		}
		(void)printf("%s |\n", f->doc ? f->doc : "");
		if (f->kind == IV_F_OBJ) {
			(void)snprintf(path, sizeof(path), "%s%s.", prefix, f->name);
			doc_fields(f->shape, object ? object + f->offset : NULL, path);
		} else if (f->kind == IV_F_OBJS) {
			char *item = object ? calloc(1, f->shape->size) : NULL;

			if (object && !item)
				abort();
			if (item && f->shape->defaults)
				f->shape->defaults(item);
			(void)snprintf(path, sizeof(path), "%s%s[].", prefix, f->name);
			doc_fields(f->shape, item, path);
			free(item);
		}
	}
}

int app_agent_markdown(void)
{
	static struct iv_agent defaults;

	iv_agent_shape.defaults(&defaults);
	(void)printf("| field | type | default | meaning |\n| --- | --- | --- | --- |\n");
	doc_fields(&iv_agent_shape, (const char *)&defaults, "");
	return EXIT_SUCCESS;
}

int app_agent_schema(void)
{
	struct iv_buf out;
	struct iv_jw w;
	bool ok;

	iv_buf_init(&out, DOC_BYTES);
	iv_jw_init(&w, &out);
	iv_shape_schema(&iv_agent_shape, NULL, &w);
	ok = iv_jw_done(&w) && printf("%.*s\n", IV_FMT(iv_buf_str(&out))) > 0;
	iv_buf_deinit(&out);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
