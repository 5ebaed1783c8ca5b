/* A hook, from its proof to its answer. */
#include "telephony.h"

#include <stdio.h>
#include "iv_crypto.h"
#include "iv_id.h"
#include "iv_json.h"
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_principal.h"

/* How long an answer is kept for those who ask again: the window in which a signature is good, both ways. */
enum { SEEN_MS = 2 * IV_WEBHOOK_TOLERANCE_S * 1000 + 60000, TRY_MS = 5000, MINUTE_MS = 60000 };

enum { COUNT_OK, COUNT_AGAIN, COUNT_UNSIGNED, COUNT_BAD, COUNT_LIMITED, COUNT_FORBIDDEN };

static void count(int what)
{
	iv_metric_add(IV_M_carrier_hooks_total, what, 1);
}

/* ── one operation that may fail ── */

static enum iv_flow_next run_try(struct iv_flow *f)
{
	struct hook_try *t = IV_CONTAINER(f, struct hook_try, flow);

	return t->start(f, t->arg);
}

static void ended_try(struct iv_flow *f)
{
	struct hook_try *t = IV_CONTAINER(f, struct hook_try, flow);

	t->err = f->err;
	iv_op_done(&t->op, NULL);
}

static void cancel_try(struct iv_op *op)
{
	struct hook_try *t = IV_CONTAINER(op, struct hook_try, op);

	if (t->running)
		iv_flow_cancel(t->running, IV_ECANCELED, "the hook is over");
}

enum iv_flow_next hook_try(struct iv_api_call *c, struct hook_try *t,
			   enum iv_flow_next (*start)(struct iv_flow *f, void *arg), void *arg)
{
	static const struct iv_flow_step steps[] = {{"try", run_try}, {0}};
	static const struct iv_flow_type type = {"hook_try", steps, ended_try};

	t->start = start;
	t->arg = arg;
	t->err = (struct iv_err){0};
	iv_op_begin(&t->op, &c->flow, cancel_try);
	iv_flow_start(&t->flow, &type, c->s->loop, TRY_MS, &t->running);
	return iv_flow_await(&c->flow);
}

/* ── who may ask at all ── */

static bool from_allowed(const struct iv_telephony *t, const struct hook *h)
{
	struct iv_address a;

	if (!t->anywhere.count && !(h->row->carrier == WORD_JAMBONZ && t->jambonz_from.count))
		return true;
	if (!iv_address_parse(h->c->peer, &a))
		return false;
	return (!t->anywhere.count || iv_cidrs_have(&t->anywhere, &a)) &&
	       (h->row->carrier != WORD_JAMBONZ || !t->jambonz_from.count || iv_cidrs_have(&t->jambonz_from, &a));
}

static enum iv_flow_next guard(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct hook *h = c->state;

	h->c = c;
	h->row = hook_row_of(c->route->path);
	if (c->query) {
		h->q = *(const struct hook_query *)c->query;
		h->named_call = h->q.call;
		if (!iv_str_split(&h->named_call, '/', &h->named_tenant) || !iv_id_acceptable(h->named_call))
			h->named_call = IV_STR_NULL;
	}
	say_call_init(&h->say, c->s->cfg);
	if (!from_allowed(c->s->telephony, h)) {
		count(COUNT_FORBIDDEN);
		iv_metric_add(IV_M_telephony_blocked_ips_total, 0, 1);
		return iv_flow_fail(f, IV_EFORBIDDEN, "hooks do not come from this address");
	}
	return IV_FLOW_NEXT;
}

/* ── proof ── */

/* As the carrier was given it, whatever the proxies in between make of Host and path. */
static struct iv_str public_url(const struct hook *h, bool other_slash)
{
	const struct iv_api_call *c = h->c;
	struct iv_str base = iv_str(c->s->cfg->public_base_url), path = iv_http_path(c->http), query = iv_http_query(c->http);
	struct iv_str url = IV_STR_NULL;
	struct iv_buf b;

	while (base.len && base.ptr[base.len - 1] == '/')
		base.len--;
	iv_buf_init(&b, SAY_URL_SIZE);
	if (iv_buf_adds(&b, base) && iv_buf_adds(&b, path) && (!other_slash || iv_buf_addc(&b, '/')) &&
	    (!query.len || (iv_buf_addc(&b, '?') && iv_buf_adds(&b, query))))
		url = iv_arena_str(&h->c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return url;
}

static enum iv_webhook_verdict verify_twilio(struct hook *h, const struct iv_webhook_secrets *secrets)
{
	enum iv_webhook_verdict v = IV_WEBHOOK_WRONG;

	/* Some proxies take a slash at the end away. */
	for (int slash = 0; slash < 2 && v == IV_WEBHOOK_WRONG; slash++) {
		struct iv_str url = public_url(h, slash == 1);

		v = h->q.body_sha256.len
			    ? iv_twilio_verify_json(secrets, url, h->c->body, h->signature, &h->c->arena)
			    : iv_twilio_verify(secrets, url, h->pairs, h->pair_count, h->signature, &h->c->arena);
	}
	return v;
}

static enum iv_webhook_verdict verify_jambonz(struct hook *h, const struct iv_webhook_secrets *secrets)
{
	struct iv_str seed = iv_api_header(h->c, "x-jambonz-signature");

	if (h->signature.len || !seed.len)
		return iv_webhook_verify_stamped(secrets, "v1", h->signature, h->c->body, iv_wall_ms() / 1000,
						 IV_WEBHOOK_TOLERANCE_S);
	h->signature = iv_arena_str(&h->c->arena, seed);
	if (iv_str_starts(seed, IV_S("sha256=")))
		return iv_webhook_verify_body(secrets, seed, h->c->body);
	return iv_webhook_verify_hex(secrets, seed, h->c->body);
}

static bool shows_token(const struct iv_telephony *t, const struct iv_api_call *c)
{
	struct iv_str shown = iv_api_header(c, "x-telephony-token");

	return t->token.len && shown.len && iv_secret_equal(shown, t->token);
}

static void judge_signature(struct hook *h)
{
	struct iv_api_call *c = h->c;
	const struct iv_telephony *t = c->s->telephony;
	const struct iv_webhook_secrets *secrets = &t->secrets[h->row->carrier];
	bool any = secrets->current.len || secrets->previous.len;

	h->signature = iv_arena_str(&c->arena, iv_api_header(c, h->row->carrier == WORD_TWILIO ? "x-twilio-signature"
												 : "jambonz-signature"));
	if (!any) {
		h->trusted = t->believes_unsigned;
		h->verdict = IV_WEBHOOK_MISSING;
		h->signature = IV_STR_NULL;
		if (h->trusted)
			count(COUNT_UNSIGNED);
		return;
	}
	h->verdict = h->row->carrier == WORD_TWILIO ? verify_twilio(h, secrets) : verify_jambonz(h, secrets);
	h->trusted = h->verdict == IV_WEBHOOK_OK;
	if (h->trusted)
		count(COUNT_OK);
}

/* What is not proved is counted, so that nobody tries for long; what is proved never is. */
static enum iv_flow_next verify(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;
	char key[80];

	if (h->row->carrier == WORD_TWILIO && !h->q.body_sha256.len && !h->row->generic &&
	    !iv_query_parse(c->body, &c->arena, &h->pairs, &h->pair_count, &f->err))
		return IV_FLOW_DONE;
	h->trusted = shows_token(c->s->telephony, c);
	if (!h->trusted && !h->row->generic)
		judge_signature(h);
	if (h->trusted || h->row->generic)
		return IV_FLOW_NEXT;
	h->policy = (struct iv_rate_policy){"hooks", c->s->cfg->hooks_per_minute, MINUTE_MS};
	(void)snprintf(key, sizeof(key), "hook:%.*s", IV_FMT(c->peer));
	return iv_rate_take(c->s->rate, f, &h->rate, &h->policy, iv_str(key), &h->allowance);
}

static enum iv_flow_next credential(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;
	const struct iv_offer offer = {.authorization = iv_api_header(c, "authorization"),
				       .api_key = iv_api_header(c, "x-api-key"),
				       .tenant_id = iv_api_header(c, "x-tenant-id"),
				       .peer = c->peer};

	if (h->trusted || !h->row->generic)
		return IV_FLOW_NEXT;
	return iv_auth_principal(c->s->auth, f, &h->auth, &offer, &c->arena, &c->who);
}

static enum iv_flow_next judged(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;

	if (h->trusted)
		return IV_FLOW_NEXT;
	if (h->row->generic) {
		h->tenant_id = c->who.tenant_id;
		return c->who.role >= IV_ROLE_DEV && c->who.tenant_id.len
			       ? IV_FLOW_NEXT : iv_flow_fail(f, IV_EFORBIDDEN, "needs the role dev in a tenant");
	}
	if (!h->allowance.allowed) {
		count(COUNT_LIMITED);
		iv_metric_add(IV_M_telephony_blocked_ips_total, 0, 1);
		iv_api_retry_after(c, h->allowance.reset_s);
		return iv_flow_fail(f, IV_ERATE, "too many requests without a right signature");
	}
	count(COUNT_BAD);
	iv_info("hook.not_believed", IV_LS("carrier", word_carriers[h->row->carrier]),
		IV_LS("why", iv_webhook_verdict_name(h->verdict)), IV_LS("request_id", c->request_id));
	return iv_flow_fail(f, IV_EAUTH, "the signature is %s", iv_webhook_verdict_name(h->verdict));
}

/* ── what was answered before is answered again: the second asks because he did not hear the first ── */

static enum iv_flow_next start_seen(struct iv_flow *f, void *arg)
{
	struct hook *h = arg;

	return iv_redis_cmd(h->c->s->redis, f, &h->redis, &h->c->arena,
			    (const struct iv_str[]){IV_S("GET"), iv_str(h->seen_key)}, 2, &h->seen);
}

static enum iv_flow_next ask_seen(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_str url = public_url(h, false);
	struct iv_sha256 *sum;
	char hex[IV_SHA256_HEX];

	if (!h->signature.len)
		return IV_FLOW_NEXT;
	/* Jambonz signs the body alone: the address is part of what was asked. */
	sum = iv_sha256_begin();
	iv_sha256_add(sum, url);
	iv_sha256_add(sum, IV_S("\n"));
	iv_sha256_add(sum, h->signature);
	iv_sha256_end_hex(sum, hex);
	(void)snprintf(h->seen_key, sizeof(h->seen_key), "hook:answer:%s", hex);
	return hook_try(h->c, &h->attempt, start_seen, h);
}

static enum iv_flow_next seen(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	if (!h->seen_key[0] || h->attempt.err.code != IV_OK || h->seen.kind != IV_REPLY_TEXT)
		return IV_FLOW_NEXT;
	count(COUNT_AGAIN);
	return hook_say_again(h, h->seen.s);
}

/* ── what it says ── */

static enum iv_flow_next read_hook(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;
	bool twilio = h->row->carrier == WORD_TWILIO, needs_id = !h->row->generic || h->row->kind == HOOK_CALL;
	struct iv_str body = h->row->generic && !c->body.len ? IV_S("{}") : c->body;

	if (twilio ? !word_read_twilio(h->pairs, h->pair_count, &c->arena, &h->is, &f->err)
		   : !word_read_jambonz(body, needs_id, &c->arena, &h->is, &f->err))
		return IV_FLOW_DONE;
	iv_api_trace_from(c, h->q.traceparent.len ? h->q.traceparent : h->is.tag_trace);
	(void)iv_span_traceparent(c->span, h->say.traceparent);
	h->status = word_status(h->row->carrier, h->is.status);
	h->final = h->status.ptr && word_is_final(h->status);
	h->say.attempt = (int)h->q.attempt;
	return IV_FLOW_NEXT;
}

/* The answer is kept when there is one, and the signature that asked for it. */
static enum iv_flow_next remember(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	char ttl[24];

	if (h->seen_key[0] && !h->c->status && h->c->json.len) {
		(void)snprintf(ttl, sizeof(ttl), "%d", SEEN_MS);
		/* Lost with Redis: then it is worked out again, to the same end. */
		(void)iv_redis_send(h->c->s->redis,
				    (const struct iv_str[]){IV_S("SET"), iv_str(h->seen_key), iv_buf_str(&h->c->json),
							    IV_S("PX"), iv_str(ttl)},
				    5);
	}
	return IV_FLOW_DONE;
}

const struct iv_flow_step hook_steps[] = {
	{"guard", guard},
	{"verify", verify},
	{"credential", credential},
	{"judged", judged},
	{"ask_seen", ask_seen},
	{"seen", seen},
	{"read_hook", read_hook},
	{"find", hook_find},
	{"found", hook_found},
	{"take", hook_take},
	{"taken", hook_taken},
	{"recall", hook_recall},
	{"recalled", hook_recalled},
	{"ask", hook_ask},
	{"wait", hook_wait},
	{"ask_again", hook_ask_again},
	{"told", hook_told},
	{"orphaned", hook_orphaned},
	{"over", hook_over},
	{"over_told", hook_over_told},
	{"slots", hook_slots},
	{"granted", hook_granted},
	{"hosted", hook_hosted},
	{"register", hook_register},
	{"registered", hook_registered},
	{"close", hook_close},
	{"closed", hook_closed},
	{"say", hook_say},
	{"remember", remember},
	{0},
};
