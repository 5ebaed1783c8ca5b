/* Keys for AWS. One flow asks whatever source there is; those who need keys wait for it. */
#include "iv_aws.h"

#include <stdlib.h>
#include "iv_arena.h"
#include "iv_buf.h"
#include "iv_fetch.h"
#include "iv_json.h"
#include "iv_log.h"
#include "iv_time.h"
#include "net_priv.h"

enum {
	ANSWER_MAX = 16384, ASK_MS = 5000, CONNECT_MS = 1000, REFRESH_BEFORE_MS = 300000, AGAIN_MS = 60000,
};

#define CONTAINER_HOST "http://169.254.170.2"

struct iv_aws {
	struct iv_net *net;
	struct iv_arena settings;
	struct iv_aws_opts o;
	struct iv_arena memory; /* of the keys that were fetched */
	struct iv_aws_keys keys;
	int64_t expires_ms;     /* Unix; 0: there are none */
	int64_t asked_ms;       /* when a refresh ahead of need was last tried */
	struct iv_list waiting; /* of struct iv_aws_run */
	struct asking *asking;
};

/* One question to a source: up to three requests. */
struct asking {
	struct iv_flow flow; /* first */
	struct iv_aws *aws;
	struct iv_op op;
	struct iv_fetch *fetch;
	struct iv_buf url, answer;
	char token[1024], role[256];
};

static void free_aws(struct iv_aws *a)
{
	iv_arena_deinit(&a->settings);
	iv_arena_deinit(&a->memory);
	free(a);
}

struct iv_aws *iv_aws_new(struct iv_net *n, const struct iv_aws_opts *o)
{
	struct iv_aws *a = net_calloc(sizeof(*a));
	const struct iv_str *from = (const struct iv_str *)(const void *)o;
	struct iv_str *to = (struct iv_str *)(void *)&a->o;

	a->net = n;
	iv_arena_init(&a->settings, 65536);
	iv_arena_init(&a->memory, 65536);
	iv_list_init(&a->waiting);
	for (size_t i = 0; i < sizeof(*o) / sizeof(*from); i++)
		to[i] = iv_arena_str(&a->settings, from[i]);
	return a;
}

void iv_aws_free(struct iv_aws *a)
{
	if (a && a->asking)
		iv_flow_cancel(&a->asking->flow, IV_ECANCELED, "nobody waits");
	if (a)
		free_aws(a);
}

static bool from_settings(const struct iv_aws *a)
{
	return a->o.access_key.len && a->o.secret_key.len;
}

static void ask(struct iv_aws *a);

bool iv_aws_keys(struct iv_aws *a, struct iv_aws_keys *keys)
{
	int64_t now = iv_wall_ms();

	if (from_settings(a)) {
		*keys = (struct iv_aws_keys){a->o.access_key, a->o.secret_key, a->o.session_token};
		return true;
	}
	if (now >= a->expires_ms)
		return false;
	if (now >= a->expires_ms - REFRESH_BEFORE_MS && !a->asking && now - a->asked_ms >= AGAIN_MS) {
		a->asked_ms = now;
		ask(a); /* these are still good: nobody waits for better ones */
	}
	*keys = a->keys;
	return true;
}

void iv_aws_refused(struct iv_aws *a)
{
	a->expires_ms = 0;
}

/* ── requests ── */

static void on_done(void *arg, const struct iv_fetch_result *r)
{
	struct asking *x = arg;
	struct iv_err e = r->err;

	x->fetch = NULL;
	iv_buf_clear(&x->answer);
	if (e.code == IV_OK && (r->status != 200 || !iv_buf_adds(&x->answer, r->body)))
		(void)iv_fail(&e, IV_EUPSTREAM, "the source of AWS keys answered %d", r->status);
	iv_op_done(&x->op, &e);
}

static void on_cancel(struct iv_op *op)
{
	struct asking *x = IV_CONTAINER(op, struct asking, op);

	if (x->fetch)
		iv_fetch_cancel(x->fetch);
	x->fetch = NULL;
}

static enum iv_flow_next request(struct asking *x, const char *method, const struct iv_header *header)
{
	static const struct iv_fetch_handlers handlers = {.done = on_done};

	iv_op_begin(&x->op, &x->flow, on_cancel);
	x->fetch = iv_fetch_start(x->aws->net,
				  &(struct iv_fetch_opts){.method = method,
							  .url = iv_buf_str(&x->url),
							  .headers = header,
							  .header_count = header && header->value.len ? 1 : 0,
							  .connect_ms = CONNECT_MS,
							  .total_ms = ASK_MS,
							  .body_max = ANSWER_MAX},
				  &handlers, x);
	return iv_flow_await(&x->flow);
}

static struct asking *self(struct iv_flow *f)
{
	return (struct asking *)(void *)f;
}

static bool set_url(struct asking *x, struct iv_str base, const char *path, struct iv_str rest)
{
	iv_buf_clear(&x->url);
	return iv_buf_adds(&x->url, base) && iv_buf_adds(&x->url, iv_str(path)) && iv_buf_adds(&x->url, rest);
}

/* ── the container's service: one request ── */

/* The token must not go to whoever a variable names: TLS, this machine, or the services' own addresses. */
static bool may_have_token(struct iv_str url)
{
	static const char *const hosts[] = {"127.0.0.1", "::1", "localhost", "169.254.170.2", "169.254.170.23",
					    "fd00:ec2::23"};
	struct iv_url u;

	if (!iv_url_parse(url, &u, NULL))
		return false;
	for (size_t i = 0; i < IV_COUNT(hosts); i++)
		if (iv_str_ieq(u.host, iv_str(hosts[i])))
			return true;
	return u.tls;
}

static enum iv_flow_next ask_container(struct iv_flow *f)
{
	struct asking *x = self(f);
	const struct iv_aws_opts *o = &x->aws->o;
	struct iv_header token = {IV_S("Authorization"), o->container_token};
	bool ok = o->container_relative_uri.len
			  ? set_url(x, IV_S(CONTAINER_HOST), "", o->container_relative_uri)
			  : set_url(x, o->container_full_uri, "", IV_S(""));

	if (!ok || !may_have_token(iv_buf_str(&x->url)))
		return iv_flow_fail(f, IV_EAUTH,
				    "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, this machine, "
				    "or the service's own address");
	return request(x, "GET", &token);
}

/* ── the machine's service: token, role, keys ── */

static enum iv_flow_next ask_token(struct iv_flow *f)
{
	struct iv_header ttl = {IV_S("X-aws-ec2-metadata-token-ttl-seconds"), IV_S("21600")};
	struct asking *x = self(f);

	if (!set_url(x, x->aws->o.metadata_url, "/latest/api/token", IV_S("")))
		return iv_flow_fail(f, IV_EAUTH, "AWS_EC2_METADATA_SERVICE_ENDPOINT is too long");
	return request(x, "PUT", &ttl);
}

static enum iv_flow_next ask_role(struct iv_flow *f)
{
	struct asking *x = self(f);
	struct iv_header token = {IV_S("X-aws-ec2-metadata-token"), {x->token, 0}};

	if (!iv_str_copy(x->token, sizeof(x->token), iv_str_trim(iv_buf_str(&x->answer))) ||
	    !set_url(x, x->aws->o.metadata_url, "/latest/meta-data/iam/security-credentials/", IV_S("")))
		return iv_flow_fail(f, IV_EUPSTREAM, "the metadata service gave a token that is too long");
	token.value.len = strlen(x->token);
	return request(x, "GET", &token);
}

static enum iv_flow_next ask_role_keys(struct iv_flow *f)
{
	struct asking *x = self(f);
	struct iv_header token = {IV_S("X-aws-ec2-metadata-token"), iv_str(x->token)};
	struct iv_str roles = iv_buf_str(&x->answer), role;

	if (!iv_str_split(&roles, '\n', &role) || !iv_str_copy(x->role, sizeof(x->role), iv_str_trim(role)) || !x->role[0])
		return iv_flow_fail(f, IV_EAUTH, "the machine has no role at AWS");
	if (!set_url(x, x->aws->o.metadata_url, "/latest/meta-data/iam/security-credentials/", iv_str(x->role)))
		return iv_flow_fail(f, IV_EUPSTREAM, "the machine's role has too long a name");
	return request(x, "GET", &token);
}

/* ── both ── */

static enum iv_flow_next take_keys(struct iv_flow *f)
{
	struct asking *x = self(f);
	struct iv_aws *a = x->aws;
	cJSON *json = iv_json_parse(iv_buf_str(&x->answer), NULL);
	struct iv_str access = iv_json_str(json, "AccessKeyId"), secret = iv_json_str(json, "SecretAccessKey");
	int64_t expires;

	if (!access.len || !secret.len || !iv_time_parse(iv_json_str(json, "Expiration"), &expires)) {
		cJSON_Delete(json);
		return iv_flow_fail(f, IV_EUPSTREAM,
				    "the source of AWS keys answered without AccessKeyId, SecretAccessKey or Expiration");
	}
	iv_arena_reset(&a->memory);
	a->keys = (struct iv_aws_keys){iv_arena_str(&a->memory, access), iv_arena_str(&a->memory, secret),
				       iv_arena_str(&a->memory, iv_json_str(json, "Token"))};
	a->expires_ms = a->keys.access_key.ptr && a->keys.secret_key.ptr ? expires : 0;
	cJSON_Delete(json);
	return IV_FLOW_DONE;
}

static void end_asking(struct iv_flow *f)
{
	struct asking *x = self(f);
	struct iv_aws *a = x->aws;
	struct iv_err e = f->err;

	a->asking = NULL;
	if (e.code != IV_OK && e.code != IV_ECANCELED)
		iv_warn("aws.keys_failed", IV_LS("code", iv_code_info(e.code)->name), IV_LS("rule", e.msg));
	iv_buf_deinit(&x->url);
	iv_buf_deinit(&x->answer);
	iv_free_later(iv_net_loop(a->net), x);
	while (!iv_list_empty(&a->waiting)) {
		struct iv_aws_run *run = IV_CONTAINER(a->waiting.next, struct iv_aws_run, node);

		iv_list_remove(&run->node);
		iv_op_done(&run->op, &e);
	}
}

static const struct iv_flow_step container_steps[] = {{"container", ask_container}, {"take", take_keys}, {0}};
static const struct iv_flow_step machine_steps[] = {
	{"token", ask_token}, {"role", ask_role}, {"role_keys", ask_role_keys}, {"take", take_keys}, {0}};
static const struct iv_flow_type container_flow = {"aws_container", container_steps, end_asking};
static const struct iv_flow_type machine_flow = {"aws_machine", machine_steps, end_asking};

static void ask(struct iv_aws *a)
{
	bool container = a->o.container_relative_uri.len || a->o.container_full_uri.len;
	struct asking *x = net_calloc(sizeof(*x));

	x->aws = a;
	iv_buf_init(&x->url, 4096);
	iv_buf_init(&x->answer, ANSWER_MAX);
	a->asking = x;
	iv_flow_start(&x->flow, container ? &container_flow : &machine_flow, iv_net_loop(a->net), 3 * ASK_MS, NULL);
}

static void stop_waiting(struct iv_op *op)
{
	iv_list_remove(&IV_CONTAINER(op, struct iv_aws_run, op)->node);
}

enum iv_flow_next iv_aws_wait(struct iv_aws *a, struct iv_flow *f, struct iv_aws_run *run)
{
	struct iv_aws_keys keys;

	if (iv_aws_keys(a, &keys))
		return IV_FLOW_NEXT;
	if (!a->o.container_relative_uri.len && !a->o.container_full_uri.len && !a->o.metadata_url.len)
		return iv_flow_fail(f, IV_EAUTH,
				    "there are no AWS keys: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, "
				    "and no role is offered");
	iv_op_begin(&run->op, f, stop_waiting);
	iv_list_append(&a->waiting, &run->node);
	if (!a->asking)
		ask(a);
	return iv_flow_await(f);
}
