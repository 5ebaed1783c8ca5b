/* iv_shape: a field table is written once and read many times: it parses, validates, binds, prints and
 * describes (JSON Schema) a struct. Unknown names and wrong types are refused with path and rule. */
#ifndef IV_SHAPE_H
#define IV_SHAPE_H

#include "iv_arena.h"
#include "iv_json.h"

enum iv_field_kind {
	IV_F_END,
	IV_F_STR,   /* struct iv_str, bytes in the arena; min/max are byte lengths, max 0: no row limit */
	IV_F_INT,   /* int64_t; min/max bound it, both 0: unbounded (never beyond 2^53) */
	IV_F_DBL,   /* double; min/max bound it, both 0: unbounded */
	IV_F_BOOL,  /* bool */
	IV_F_ENUM,  /* int, index into `names` */
	IV_F_OBJ,   /* nested struct described by `shape` */
	IV_F_STRS,  /* struct iv_strs: array of strings; max = item count, each item 1..4096 bytes */
	IV_F_OBJS,  /* struct iv_objs: array of structs of `shape`; max = item count */
	IV_F_JSON,  /* struct iv_str: the member's JSON text, printed compactly; max = bytes */
};

enum iv_field_flag {
	IV_REQUIRED = 1,
	IV_SECRET = 2,   /* accepted, never printed */
	IV_READONLY = 4, /* printed, refused in input */
	IV_NULLABLE = 8, /* said of an answer that its steps write themselves: null where there is none */
};

struct iv_strs {
	struct iv_str *items;
	size_t count;
};

struct iv_objs {
	void *items; /* array of shape->size structs */
	size_t count;
};

struct iv_field {
	enum iv_field_kind kind;
	const char *name;      /* canonical wire name, camelCase */
	const char *alias;     /* a second accepted name, or NULL */
	size_t offset;
	unsigned flags;
	double min, max;
	const char *const *names;      /* IV_F_ENUM: NULL-terminated */
	const struct iv_shape *shape;  /* IV_F_OBJ, IV_F_OBJS */
	const char *doc;
};

struct iv_shape {
	const char *name;
	size_t size;
	const struct iv_field *fields; /* at most 128, ends with IV_F_END; no shape contains itself */
	/* Fills a fresh (zeroed) struct before reading; may be NULL. Nested shapes' own run first. */
	void (*defaults)(void *object);
};

/* Rows. `f` is the member; the wire name is given apart because ours are snake_case in C. */
#define IV_ROW(k, t, f, n, al, fl, lo, hi, nm, sh, d)                                              \
	{ .kind = k, .name = n, .alias = al, .offset = offsetof(t, f), .flags = fl, .min = lo,     \
	  .max = hi, .names = nm, .shape = sh, .doc = d }
#define IV_STR(t, f, n, fl, lo, hi, d)  IV_ROW(IV_F_STR, t, f, n, NULL, fl, lo, hi, NULL, NULL, d)
#define IV_INT(t, f, n, fl, lo, hi, d)  IV_ROW(IV_F_INT, t, f, n, NULL, fl, lo, hi, NULL, NULL, d)
#define IV_DBL(t, f, n, fl, lo, hi, d)  IV_ROW(IV_F_DBL, t, f, n, NULL, fl, lo, hi, NULL, NULL, d)
#define IV_BOOL(t, f, n, fl, d)         IV_ROW(IV_F_BOOL, t, f, n, NULL, fl, 0, 0, NULL, NULL, d)
#define IV_ENUM(t, f, n, fl, nm, d)     IV_ROW(IV_F_ENUM, t, f, n, NULL, fl, 0, 0, nm, NULL, d)
#define IV_OBJ(t, f, n, fl, sh, d)      IV_ROW(IV_F_OBJ, t, f, n, NULL, fl, 0, 0, NULL, sh, d)
#define IV_STRS(t, f, n, fl, hi, d)     IV_ROW(IV_F_STRS, t, f, n, NULL, fl, 0, hi, NULL, NULL, d)
#define IV_OBJS(t, f, n, fl, hi, sh, d) IV_ROW(IV_F_OBJS, t, f, n, NULL, fl, 0, hi, NULL, sh, d)
#define IV_JSON(t, f, n, fl, hi, d)     IV_ROW(IV_F_JSON, t, f, n, NULL, fl, 0, hi, NULL, NULL, d)
#define IV_FIELDS_END { .kind = IV_F_END }

/* Reads json into *object. Fields that are absent keep their defaults; null is no value of any field but
 * IV_F_JSON. Texts are copied into the arena, the tree may go afterwards. e->field is the dotted path
 * ("endpointing.silenceMs"), e->msg the rule ("must be an integer from 50 to 5000, got \"x\""). */
IV_MUST_CHECK bool iv_shape_read(const struct iv_shape *shape, const cJSON *json, void *object,
				 struct iv_arena *arena, struct iv_err *e);
/* The same over an object that already holds values: only what is present changes (PATCH, config), and
 * nothing when it fails. Arrays are replaced as a whole. */
IV_MUST_CHECK bool iv_shape_merge(const struct iv_shape *shape, const cJSON *json, void *object,
				  struct iv_arena *arena, struct iv_err *e);
/* One wrong field: its JSON pointer into what was read ("/config/endpointing/silenceMs", "" is the whole;
 * an alias or an unknown name as it was spelt, cut when very long) and the rule. Both die on return. */
typedef void iv_shape_bad_fn(void *arg, const char *pointer, const char *rule);
#define IV_SHAPE_BAD_MAX 32 /* so many are named, then reading ends */
/* iv_shape_read and iv_shape_merge that go on behind a wrong field and name them all, required ones that
 * are missing too. *e (may be NULL) is the first, in the form of iv_shape_read; memory that runs out ends
 * the reading and is told only there (IV_ETOOBIG). After false the object of a read must not be used. */
IV_MUST_CHECK bool iv_shape_read_all(const struct iv_shape *shape, const cJSON *json, void *object,
				     struct iv_arena *arena, iv_shape_bad_fn *bad, void *arg, struct iv_err *e);
IV_MUST_CHECK bool iv_shape_merge_all(const struct iv_shape *shape, const cJSON *json, void *object,
				      struct iv_arena *arena, iv_shape_bad_fn *bad, void *arg, struct iv_err *e);
/* Sets one field by dotted path from text: "endpointing.silenceMs", "180". snake_case path parts are
 * accepted as well ("endpointing.silence_ms"). Strings of a list are parted by commas; objects
 * of a list and JSON fields are given as JSON. */
IV_MUST_CHECK bool iv_shape_set(const struct iv_shape *shape, struct iv_str path, struct iv_str value,
				void *object, struct iv_arena *arena, struct iv_err *e);
/* For a path that iv_shape_set does not know: the field that may have been meant, as a dotted path ("" when none is near),
 * and the names that stand where the path leaves the table, parted by ", ". What finds no room is left out. */
void iv_shape_near(const struct iv_shape *shape, struct iv_str path, struct iv_buf *nearest, struct iv_buf *names);
/* Prints in table order; secrets, strings never set (ptr NULL) and enums outside their names are left out. */
void iv_shape_write(const struct iv_shape *shape, const void *object, const char *key, struct iv_jw *w);
/* One member of an object, secret or not. */
void iv_shape_write_field(const struct iv_field *field, const void *object, struct iv_jw *w);
/* JSON Schema 2020-12 of the object, without "$schema", to be embedded. */
void iv_shape_schema(const struct iv_shape *shape, const char *key, struct iv_jw *w);

/* One side of a conversation: a request has no read-only fields, an answer no secrets and no aliases, and
 * of a PATCH nothing is required. */
enum iv_side { IV_SIDE_ANY, IV_SIDE_REQUEST, IV_SIDE_PATCH, IV_SIDE_ANSWER };
#define IV_SHAPE_NAME 80
/* What the shape is called on that side: "Agent", and "AgentInput" and "AgentPatch" where they differ. */
void iv_shape_side_name(const struct iv_shape *shape, enum iv_side side, char out[IV_SHAPE_NAME]);
/* The schema of one side; shapes inside it are references: `refs`, then their side's name. */
void iv_shape_side_schema(const struct iv_shape *shape, enum iv_side side, const char *refs, const char *key,
			  struct iv_jw *w);

/* The schema of one field alone. */
void iv_shape_field_schema(const struct iv_field *field, const char *key, struct iv_jw *w);

#endif
