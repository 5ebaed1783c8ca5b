/* iv_log: one JSON object a line. A line knows its call: whoever enters a call or a request pushes the
 * context, everything below it carries it. Text is formatted at once into a ring that the app drains
 * without blocking; when the ring is full lines are dropped and counted, audio never waits.
 * Never log: keys, tokens, phone numbers, what was said. */
#ifndef IV_LOG_H
#define IV_LOG_H

#include "iv_buf.h"

enum iv_log_level { IV_DEBUG_LEVEL, IV_INFO, IV_WARN, IV_ERROR };

/* Fields: IV_LS("state", "speaking"), IV_LI("ms", 12). */
struct iv_log_field {
	const char *key;
	const char *str; /* NULL: the number counts */
	size_t str_len;
	int64_t num;
};

#define IV_LS(k, s) ((struct iv_log_field){(k), (s), strlen(s), 0})
#define IV_LV(k, v) ((struct iv_log_field){(k), (v).ptr ? (v).ptr : "", (v).len, 0})
#define IV_LI(k, n) ((struct iv_log_field){(k), NULL, 0, (int64_t)(n)})

struct iv_log_context {
	const char *call_id; /* or NULL */
	const char *request_id;
	const char *trace_id; /* or NULL, or "" */
	int turn; /* 0: none */
	struct iv_log_context *outer;
};

/* Push at the door, pop on the way out; nests. The struct is the caller's, on its stack. */
void iv_log_push(struct iv_log_context *ctx);
void iv_log_pop(struct iv_log_context *ctx);

/* `event` is a stable dotted name ("call.started"), not prose. */
void iv_log_write(enum iv_log_level level, const char *event, const struct iv_log_field *fields, size_t n);
#define IV_LOG(level, event, ...)                                                                  \
	do {                                                                                       \
		if ((level) >= iv_log_level())                                                     \
			iv_log_write((level), (event), (const struct iv_log_field[]){__VA_ARGS__}, \
				     sizeof((const struct iv_log_field[]){__VA_ARGS__}) /          \
					     sizeof(struct iv_log_field));                         \
	} while (0)
#define iv_debug(event, ...) IV_LOG(IV_DEBUG_LEVEL, event, __VA_ARGS__)
#define iv_info(event, ...) IV_LOG(IV_INFO, event, __VA_ARGS__)
#define iv_warn(event, ...) IV_LOG(IV_WARN, event, __VA_ARGS__)
#define iv_error(event, ...) IV_LOG(IV_ERROR, event, __VA_ARGS__)

enum iv_log_level iv_log_level(void);
void iv_log_set_level(enum iv_log_level level);
/* The sink gets whole lines with their newline and returns how many bytes it took (a full pipe takes
 * fewer). Default: write(2) to stderr. */
void iv_log_set_sink(size_t (*sink)(void *arg, const char *lines, size_t n), void *arg);
/* Offers what is waiting to the sink; the app calls it once per turn of the loop and at exit. */
void iv_log_flush(void);
uint64_t iv_log_dropped(void);

#endif
