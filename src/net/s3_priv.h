/* Shared by s3.c (the door, links), s3_task.c (what an operation does in which order) and s3_send.c (one request). */
#ifndef S3_PRIV_H
#define S3_PRIV_H

#include <stdlib.h>
#include "iv_buf.h"
#include "iv_fetch.h"
#include "iv_s3.h"
#include "iv_sigv4.h"

enum { S3_ANSWER_MAX = 65536, S3_SENDS = 3, S3_AGAIN_MS = 500, S3_PARTS = 10000, S3_ETAG = 128 };

struct iv_s3 {
	struct iv_net *net;
	struct iv_aws *aws;
	struct iv_s3_opts o;
	struct iv_arena settings;
	struct iv_url endpoint;  /* into settings */
	bool custom;             /* an endpoint of one's own */
	int64_t skew_ms;         /* the server's clock against ours, once it has complained */
};

/* What is asked of the server, and how it went. */
struct s3_request {
	const char *method;
	struct iv_pair query[2];
	size_t query_count;
	struct iv_str body;
	char body_hash[65];      /* "": of an empty body */
	const char *content_type; /* NULL: none */
	/* the answer */
	int status;
	char etag[S3_ETAG];
	int64_t length;          /* Content-Length, -1: none */
	struct iv_buf answer;
	struct iv_err err;
};

enum s3_state { S3_NEW, S3_KEYS, S3_READING, S3_SENDING, S3_RESTING, S3_OVER, S3_STATES };

struct iv_s3_task {
	struct iv_s3 *s3;
	enum s3_state state;
	struct iv_s3_run *run;   /* NULL: nobody waits any more */
	char bucket[64], *key, *path;
	struct iv_arena memory;  /* of the request under way */

	struct s3_request rq;
	struct iv_fetch *fetch;
	struct iv_flow keys_flow; /* waits for keys */
	struct iv_aws_run keys_run;
	struct iv_timer rest;
	int sent;                /* times this request was sent */
	bool new_keys;           /* were asked for, once */
	void (*answered)(struct iv_s3_task *t); /* the request is over, for good or ill */

	/* a file, in parts */
	const char *content_type;
	int64_t *bytes_out;
	char *part;
	size_t part_len, part_cap;
	int64_t size, at;        /* of the file; -1: not known yet */
	int fd_errno;
	char part_hash[65];
	char upload_id[1024], number[16]; /* number: of the part under way */
	char (*etags)[S3_ETAG];
	size_t parts;
	struct iv_err failed;    /* why the upload is being aborted */
	struct iv_buf list;      /* of parts, for the last request */
};

void s3_set_state(struct iv_s3_task *t, enum s3_state to);

/* s3_send.c: sends t->rq, again where that may help, then t->answered. */
void s3_send(struct iv_s3_task *t);
void s3_send_cancel(struct iv_s3_task *t);
IV_MUST_CHECK bool s3_address(struct iv_s3 *s, const char *bucket, const char *key, char *host, size_t host_size,
			      struct iv_buf *path, struct iv_err *e);
/* Text of the first <name>…</name>; "" when there is none. */
struct iv_str s3_xml_text(struct iv_str xml, const char *name);

/* s3_task.c */
struct iv_s3_task *s3_task_new(struct iv_s3 *s, struct iv_s3_name name, struct iv_err *e);
enum iv_flow_next s3_task_start(struct iv_s3_task *t, struct iv_flow *f, struct iv_s3_run *run,
				void (*begin)(struct iv_s3_task *t));
void s3_task_end(struct iv_s3_task *t, const struct iv_err *e);
void s3_put_file(struct iv_s3_task *t);

#endif
