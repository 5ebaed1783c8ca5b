/* iv_aws: who this process is to Amazon, and to servers that speak its protocols. Keys come from the settings,
 * from the container's credential service (ECS, EKS), or from the machine's metadata service (IMDSv2), the first
 * that is there; those that run out are fetched again five minutes before. */
#ifndef IV_AWS_H
#define IV_AWS_H

#include "iv_flow.h"
#include "iv_net.h"

struct iv_aws;

struct iv_aws_opts { /* copied; "" where there is none */
	struct iv_str access_key, secret_key, session_token; /* these count when both keys are there */
	struct iv_str container_relative_uri, container_full_uri, container_token;
	struct iv_str metadata_url; /* "http://169.254.169.254"; "": is not asked */
};

struct iv_aws *iv_aws_new(struct iv_net *n, const struct iv_aws_opts *o);
void iv_aws_free(struct iv_aws *a); /* nobody waits any more */

struct iv_aws_keys {
	struct iv_str access_key, secret_key, session_token; /* token "" when there is none */
};
/* Good keys, or false: none yet, or they have run out; then iv_aws_wait fetches them. Alive until the loop turns. */
bool iv_aws_keys(struct iv_aws *a, struct iv_aws_keys *keys);
/* The server says they have expired: what is known is forgotten, unless it comes from the settings. */
void iv_aws_refused(struct iv_aws *a);

/* Fetches keys when there are none. As many as like may wait for one question. Errors: IV_EAUTH (no source has
 * any), IV_EUPSTREAM and IV_ETIMEDOUT (the source did not answer: try again). */
struct iv_aws_run {
	struct iv_op op;
	struct iv_list node;
};
enum iv_flow_next iv_aws_wait(struct iv_aws *a, struct iv_flow *f, struct iv_aws_run *run);

#endif
