/* iv_s3: objects in S3 and in servers that speak like it. Everything is signed (Signature Version 4); a clock
 * that is off by more than the server allows is put right by the server's own, keys that ran out are fetched
 * again, what fails on the way is sent again twice. Files above part_bytes go in parts; memory holds one part
 * at a time. Each call is one operation of a flow.
 *
 * Errors: IV_ENOENT (no such bucket or object), IV_EFORBIDDEN, IV_EAUTH (no keys), IV_EINVAL (a name the
 * protocol cannot carry), IV_EINTERNAL (the local file), IV_EUPSTREAM and IV_ETIMEDOUT (try again later). */
#ifndef IV_S3_H
#define IV_S3_H

#include "iv_arena.h"
#include "iv_aws.h"

struct iv_s3;

struct iv_s3_opts { /* copied */
	struct iv_str endpoint; /* "https://minio.example:9000"; "": Amazon's of the region */
	struct iv_str region;
	bool path_style;        /* ENDPOINT/BUCKET/KEY; else BUCKET.ENDPOINT/KEY. Always so with an endpoint of one's own
				 * that is an address, and for buckets with a dot */
	size_t part_bytes;      /* at least 5 MiB, but in tests */
	int64_t send_per_s;     /* bytes a second of one upload, at most: live calls share the line; 0: no limit */
	int connect_ms, answer_ms; /* to be connected; from the last byte sent to the answer */
};

/* IV_EINVAL: the endpoint is no URL of http or https. */
struct iv_s3 *iv_s3_new(struct iv_net *n, struct iv_aws *aws, const struct iv_s3_opts *o, struct iv_err *e);
void iv_s3_free(struct iv_s3 *s); /* nothing is under way */

struct iv_s3_run {
	struct iv_op op;
	struct iv_s3_task *task; /* NULL when nothing is under way */
};

struct iv_s3_name {
	struct iv_str bucket, key; /* copied */
};

/* A whole local file, read by a worker as it is sent. bytes_sent (may be NULL) tells what it held. */
enum iv_flow_next iv_s3_put_file(struct iv_s3 *s, struct iv_flow *f, struct iv_s3_run *run, struct iv_s3_name name,
				 const char *path, const char *content_type, int64_t *bytes_sent);
/* `bytes` stay where they are until the operation is over, or behind the turn of a cancel. */
enum iv_flow_next iv_s3_put(struct iv_s3 *s, struct iv_flow *f, struct iv_s3_run *run, struct iv_s3_name name,
			    struct iv_str bytes, const char *content_type);
enum iv_flow_next iv_s3_head(struct iv_s3 *s, struct iv_flow *f, struct iv_s3_run *run, struct iv_s3_name name,
			     int64_t *bytes);
/* What is not there is deleted already. */
enum iv_flow_next iv_s3_delete(struct iv_s3 *s, struct iv_flow *f, struct iv_s3_run *run, struct iv_s3_name name);

/* A link for whoever has it, good for `seconds` (and no longer than the keys that signed it). download_as: the name
 * a browser saves it under, "" for none. In the arena. IV_EDRAINING: no keys at the moment; iv_s3_ready gets them. */
IV_MUST_CHECK bool iv_s3_link(struct iv_s3 *s, struct iv_s3_name name, int64_t seconds, struct iv_str download_as,
			      struct iv_arena *arena, struct iv_str *url, struct iv_err *e);
enum iv_flow_next iv_s3_ready(struct iv_s3 *s, struct iv_flow *f, struct iv_aws_run *run);

#endif
