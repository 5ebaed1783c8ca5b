/* One delivery of a vendor's: believed, read, its call found, taken; all but the questions to the databases on a thread of
 * its own, because a recording is many megabytes. */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "iv_calls.h"
#include "iv_crypto.h"
#include "iv_events.h"
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_slots.h"

enum { ARENA_BYTES = 65536, TOLD_BYTES = 12 << 20, DELIVERY_MS = 60000, SIGNATURE_MAX = 1024, ENVELOPE = 64 };

const char *const delivery_words[] = {"ended", "added", "stage", "held", "again", "gone", "parked", "unknown", "ignored", NULL};

struct delivery {
	struct iv_flow flow; /* first */
	struct iv_kernel *k;
	struct delivery_run *waiter; /* NULL: nobody waits any more */
	struct delivery_out *out;
	struct delivery_in in;
	struct iv_arena arena;

	/* what the thread has while it works */
	void (*job)(struct delivery *d);
	struct iv_op work;
	bool working, ended, live;
	struct iv_err bad;
	enum iv_webhook_verdict verdict;
	char signature[SIGNATURE_MAX], path[IV_ARTIFACT_PATH];
	struct iv_str body; /* in memory, or the file's, mapped */
	void *mapped;
	int64_t wall_ms;
	struct post_call told;
	struct iv_str sound;
	struct iv_buf record; /* for take_post_call */
	char data_dir[512], tenant[130], call[130], disk[64];
	struct iv_artifact_file file;
	bool redact, unlink_file;

	/* the replay cache */
	struct iv_op ask;
	struct iv_redis_command *command;
	char seen_key[96];
	bool seen;

	struct iv_pg_run pg;
	struct iv_rows rows;
	struct iv_scope scope;
	enum delivery_result result;
};

static struct delivery *self(struct iv_flow *f)
{
	return (struct delivery *)(void *)f;
}

/* ── on a thread ── */

static void settle(struct delivery *d);

static void on_thread(void *arg)
{
	struct delivery *d = arg;

	d->job(d);
}

static void off_thread(void *arg)
{
	struct delivery *d = arg;

	d->working = false;
	if (d->ended)
		settle(d);
	else
		iv_op_done(&d->work, &d->bad);
}

static enum iv_flow_next on_a_thread(struct delivery *d, void (*job)(struct delivery *d))
{
	d->job = job;
	d->working = true;
	iv_op_begin(&d->work, &d->flow, NULL);
	iv_loop_work(d->k->s->loop, on_thread, off_thread, d);
	return iv_flow_await(&d->flow);
}

/* A large body stands in a file: the system brings in the pages that are looked at, and takes them away again. */
static bool map_body(struct delivery *d)
{
	int fd = open(d->path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		(void)iv_fail(&d->bad, IV_EINTERNAL, "a delivery cannot be read: %s", strerror(errno));
	else if (st.st_size == 0)
		d->body = IV_S("");
	else if ((d->mapped = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
		d->mapped = NULL, (void)iv_fail(&d->bad, IV_EINTERNAL, "a delivery cannot be mapped: %s", strerror(errno));
	else
		d->body = (struct iv_str){d->mapped, (size_t)st.st_size};
	if (fd >= 0)
		(void)close(fd); /* what is mapped stays */
	return d->bad.code == IV_OK;
}

/* As its webhook would have told it. */
static void wrap(struct delivery *d)
{
	struct iv_str bare = iv_buf_str(&d->in.body);
	struct iv_buf out;

	iv_buf_init(&out, bare.len + ENVELOPE);
	if (!iv_buf_reserve(&out, bare.len + ENVELOPE) ||
	    !iv_buf_adds(&out, IV_S("{\"type\":\"post_call_transcription\",\"data\":")) || !iv_buf_adds(&out, bare) ||
	    !iv_buf_addc(&out, '}'))
		(void)iv_fail(&d->bad, IV_EINTERNAL, "no memory for a conversation");
	iv_buf_deinit(&d->in.body);
	d->in.body = out;
}

/* The signature over the bytes as they came; only then are they read. */
static void believe(struct delivery *d)
{
	const struct iv_webhook_secrets *secrets = &d->k->secrets;
	struct iv_str signature = iv_str(d->signature);
	int64_t wall_s = d->wall_ms / 1000;

	d->verdict = IV_WEBHOOK_OK;
	if (d->in.bare)
		wrap(d);
	d->body = iv_buf_str(&d->in.body);
	if (d->path[0] && !map_body(d))
		return;
	if (d->in.check) {
		d->verdict = iv_webhook_verify_stamped(secrets, "v0", signature, d->body, wall_s,
						       d->k->cfg->elevenlabs_webhook_window);
		if (d->verdict == IV_WEBHOOK_OK && post_call_is_ahead(signature, wall_s))
			d->verdict = IV_WEBHOOK_EARLY;
	}
}

static enum iv_flow_next verify(struct iv_flow *f)
{
	struct delivery *d = self(f);

	d->wall_ms = iv_wall_ms();
	return on_a_thread(d, believe);
}

static enum iv_flow_next verified(struct iv_flow *f)
{
	struct delivery *d = self(f);

	if (d->verdict == IV_WEBHOOK_OK)
		return IV_FLOW_NEXT;
	return iv_flow_fail(f, IV_EAUTH, "the signature is %s", iv_webhook_verdict_name(d->verdict));
}

/* ── taken before? A hint that saves the work: what is true is in the books. ── */

static void on_seen(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct delivery *d = arg;

	(void)err; /* without Redis the books say it */
	d->command = NULL;
	d->seen = reply && reply->kind == IV_REPLY_TEXT;
	iv_op_done(&d->ask, NULL);
}

static void stop_asking(struct iv_op *op)
{
	struct delivery *d = IV_CONTAINER(op, struct delivery, ask);

	if (d->command)
		iv_redis_forget(d->command);
	d->command = NULL;
}

static enum iv_flow_next ask_seen(struct iv_flow *f)
{
	struct delivery *d = self(f);
	uint8_t digest[IV_SHA256_BYTES];
	char hex[IV_SHA256_HEX];

	if (!d->in.check)
		return IV_FLOW_NEXT;
	iv_sha256(iv_str(d->signature), digest);
	(void)iv_hex(digest, sizeof(digest), hex);
	(void)snprintf(d->seen_key, sizeof(d->seen_key), "postcall:%s", hex);
	d->command = iv_redis_ask(d->k->s->redis, (const struct iv_str[]){IV_S("GET"), iv_str(d->seen_key)}, 2, on_seen, d,
				  NULL);
	if (!d->command)
		return IV_FLOW_NEXT;
	iv_op_begin(&d->ask, f, stop_asking);
	return iv_flow_await(f);
}

static void remember(const struct delivery *d)
{
	char ttl[24];

	if (!d->seen_key[0])
		return;
	(void)snprintf(ttl, sizeof(ttl), "%lld", (long long)(d->k->cfg->elevenlabs_webhook_window * 1000 + 120000));
	(void)iv_redis_send(d->k->s->redis,
			    (const struct iv_str[]){IV_S("SET"), iv_str(d->seen_key), iv_str(delivery_words[d->result]),
						    IV_S("PX"), iv_str(ttl)},
			    5);
}

/* ── reading, and whose it is ── */

static void read_it(struct delivery *d)
{
	bool ok = post_call_read(d->body, &d->told, &d->sound, &d->bad); /* bad tells */

	if (ok && d->told.kind == POST_CALL_AUDIO && !d->sound.len && !d->in.sound.len)
		(void)iv_fail_field(&d->bad, IV_EINVAL, "data.full_audio", "is not there");
	if (d->in.bare && !checks_is_over(iv_json_str(d->told.data, "status"))) {
		d->live = true;
		d->bad = (struct iv_err){0}; /* what makes no sense is no end either */
	}
}

static enum iv_flow_next read_body(struct iv_flow *f)
{
	struct delivery *d = self(f);

	if (d->seen) {
		d->result = DELIVERY_AGAIN;
		return IV_FLOW_DONE;
	}
	return on_a_thread(d, read_it);
}

static enum iv_flow_next find(struct iv_flow *f)
{
	struct delivery *d = self(f);

	if (d->live || d->told.kind == POST_CALL_OTHER) {
		d->result = DELIVERY_IGNORED;
		return IV_FLOW_DONE;
	}
	struct iv_hosted_call_in in = {
		.conversation = d->told.conversation, .sid = d->told.call_sid, .named = d->told.named,
		.redact = d->k->cfg->redact};

	return iv_pg_one(d->k->s->pg, f, &d->pg, &(struct iv_scope){0}, &d->arena, &iv_sql_hosted_call, &in, &d->rows);
}

/* Nobody's (yet), or two tenants': kept aside. A recording is not, it can be asked for. */
static enum iv_flow_next found(struct iv_flow *f)
{
	struct delivery *d = self(f);
	const struct iv_hosted_call_out *c = d->rows.count == 1 ? iv_hosted_call_at(&d->rows, 0) : NULL;

	if (c) {
		d->redact = c->redact;
		d->scope.tenant_id = c->tenant_id;
		if (!iv_str_copy(d->tenant, sizeof(d->tenant), c->tenant_id) ||
		    !iv_str_copy(d->call, sizeof(d->call), c->call_id))
			return iv_flow_fail(f, IV_EINTERNAL, "an id is longer than ids are");
		return IV_FLOW_NEXT;
	}
	d->result = d->in.park ? DELIVERY_PARKED : DELIVERY_UNKNOWN;
	if (!d->in.park)
		return IV_FLOW_NEXT;
	struct iv_post_call_park_in in = {.type = d->told.type,
					  .conversation = d->told.conversation,
					  .payload = d->sound.ptr ? IV_STR_NULL : d->body,
					  .sid = d->told.call_sid,
					  .named = d->told.named,
					  .agent_ref = d->told.agent_ref};

	return iv_pg_one(d->k->s->worker, f, &d->pg, &(struct iv_scope){0}, &d->arena, &iv_sql_post_call_park, &in, NULL);
}

/* ── taking ── */

static void make(struct delivery *d)
{
	const struct iv_artifact_place place = {d->data_dir, d->tenant, d->call};

	if (d->told.kind != POST_CALL_AUDIO) {
		if (!post_call_tell(&d->told, d->redact, d->in.how, d->wall_ms, &d->record))
			(void)iv_fail(&d->bad, IV_ETOOBIG, "what was told of the call is too long");
		return;
	}
	if (d->in.sound.len ? !iv_artifact_from_bytes(&place, iv_buf_str(&d->in.sound), &d->file, &d->bad)
			    : !iv_artifact_from_base64(&place, d->sound, &d->file, &d->bad))
		return;
	d->unlink_file = true; /* until its row is there */
	if (!post_call_tell_file(&d->told, d->in.how,
				 &(struct post_call_file){.disk = iv_str(d->disk),
							  .path = iv_str(d->file.path),
							  .format = iv_str(d->file.format),
							  .sha256 = iv_str(d->file.sha256),
							  .bytes = d->file.bytes},
				 &d->record))
		(void)iv_fail(&d->bad, IV_ETOOBIG, "the recording's row is too long");
}

static enum iv_flow_next prepare(struct iv_flow *f)
{
	struct delivery *d = self(f);
	const struct iv_services *s = d->k->s;

	if (!d->call[0])
		return IV_FLOW_DONE;
	(void)iv_str_copy(d->data_dir, sizeof(d->data_dir), iv_str(d->k->cfg->data_dir)); /* journals are written there */
	if (s->artifacts)
		(void)iv_str_copy(d->disk, sizeof(d->disk), iv_str(iv_artifacts_disk(s->artifacts)));
	return on_a_thread(d, make);
}

/* Who did not tell us of the conversation in time does not send its recording either, or it came too early. Said before the
 * rest is taken: nobody comes back to what was. */
static enum iv_flow_next want_sound(struct iv_flow *f)
{
	struct delivery *d = self(f);
	const struct iv_post_call_park_in in = {.type = IV_S("post_call_audio"),
						.conversation = d->told.conversation,
						.agent_ref = d->told.agent_ref};
	bool late = strcmp(d->in.how, "webhook") != 0 && d->k->cfg->conversation_audio;

	if (!late || d->told.kind != POST_CALL_ENDED || !cJSON_IsTrue(iv_json_get(d->told.data, "has_audio")))
		return IV_FLOW_NEXT;
	return iv_pg_one(d->k->s->worker, f, &d->pg, &(struct iv_scope){0}, &d->arena, &iv_sql_post_call_park, &in, NULL);
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct delivery *d = self(f);
	struct iv_post_call_take_in in = {.call = iv_str(d->call), .told = iv_buf_str(&d->record)};

	d->scope.tenant_id = iv_str(d->tenant);
	d->rows = (struct iv_rows){0};
	return iv_pg_one(d->k->s->pg, f, &d->pg, &d->scope, &d->arena, &iv_sql_post_call_take, &in, &d->rows);
}

static enum iv_slot_end slot_end(struct iv_str status)
{
	return iv_str_eq(status, IV_S("completed"))   ? IV_SLOT_COMPLETED
	       : iv_str_eq(status, IV_S("busy"))      ? IV_SLOT_BUSY
	       : iv_str_eq(status, IV_S("no-answer")) ? IV_SLOT_NO_ANSWER
	       : iv_str_eq(status, IV_S("canceled"))  ? IV_SLOT_CANCELED
						      : IV_SLOT_FAILED;
}

static enum iv_flow_next taken(struct iv_flow *f)
{
	struct delivery *d = self(f);
	const struct iv_services *s = d->k->s;
	const struct iv_post_call_take_out *o = iv_post_call_take_at(&d->rows, 0);
	char name[IV_CALL_NAME_SIZE];

	(void)f;
	for (d->result = 0; d->result < DELIVERY_RESULTS - 1; d->result++)
		if (iv_str_eq(o->result, iv_str(delivery_words[d->result])))
			break;
	d->unlink_file = d->unlink_file && d->result != DELIVERY_ADDED;
	if (d->told.kind == POST_CALL_AUDIO && d->result == DELIVERY_ADDED && s->artifacts)
		iv_artifacts_wake(s->artifacts);
	if (d->result == DELIVERY_ENDED) {
		iv_slots_drop(s->slots, iv_str(d->tenant), iv_str(d->call), slot_end(o->status));
		if (s->events)
			iv_events_publish(s->events, iv_str(d->tenant),
					  iv_call_name(iv_str(d->tenant), iv_str(d->call), name), IV_S("call.ended"), IV_S("{}"));
	}
	iv_info("post_call.taken", IV_LV("call_id", iv_str(d->call)), IV_LV("tenant_id", iv_str(d->tenant)),
		IV_LV("type", d->told.type), IV_LS("how", d->in.how), IV_LS("result", delivery_words[d->result]));
	return IV_FLOW_NEXT;
}

/* ── the end ── */

/* What is large is let go on the thread too: to give tens of megabytes back takes a while. */
static void let_go(void *arg)
{
	struct delivery *d = arg;

	if (d->mapped)
		(void)munmap(d->mapped, d->body.len);
	if (d->path[0])
		(void)unlink(d->path);
	if (d->unlink_file)
		(void)unlink(d->file.path); /* another's row tells of this recording already */
	post_call_free(&d->told);
	iv_buf_deinit(&d->in.body);
	iv_buf_deinit(&d->in.sound);
	iv_buf_deinit(&d->record);
}

static void free_delivery(void *arg)
{
	struct delivery *d = arg;
	struct iv_kernel *k = d->k;

	iv_arena_deinit(&d->arena);
	iv_free_later(k->s->loop, d);
	k->busy--;
	kernel_rest(k);
}

/* The flow is over and the thread has let go. A recording of which the books may or may not know stays. */
static void settle(struct delivery *d)
{
	struct iv_err err = d->flow.err;

	if (d->live) {
		d->unlink_file = false;
	} else if (err.code == IV_OK) {
		remember(d);
		iv_metric_add(IV_M_post_call_total, (int)d->result, 1);
	} else {
		iv_metric_add(IV_M_post_call_total, DELIVERY_RESULTS, 1);
		d->unlink_file = false;
	}
	if (d->waiter) {
		d->out->result = d->result;
		d->out->verdict = d->verdict;
		d->out->live = d->live;
		if (d->in.bare && d->result == DELIVERY_UNKNOWN) {
			d->out->body = d->in.body;
			d->in.body = (struct iv_buf){0};
		}
		d->waiter->d = NULL;
		iv_op_done(&d->waiter->op, &err);
	}
	iv_loop_work(d->k->s->loop, let_go, free_delivery, d);
}

static void ended(struct iv_flow *f)
{
	struct delivery *d = self(f);

	d->ended = true;
	if (!d->working)
		settle(d);
}

static const struct iv_flow_step steps[] = {
	{"verify", verify}, {"verified", verified}, {"ask_seen", ask_seen}, {"read", read_body}, {"find", find},
	{"found", found},   {"prepare", prepare},   {"want_sound", want_sound}, {"take", take}, {"taken", taken}, {0},
};
static const struct iv_flow_type type = {"kernel.delivery", steps, ended};

static void stop_waiting(struct iv_op *op)
{
	struct delivery_run *run = IV_CONTAINER(op, struct delivery_run, op);

	if (run->d)
		run->d->waiter = NULL;
	run->d = NULL;
}

enum iv_flow_next delivery_start(struct iv_kernel *k, struct iv_flow *f, struct delivery_run *run,
				 const struct delivery_in *in, struct delivery_out *out)
{
	struct delivery *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->k = k;
	d->in = *in;
	d->waiter = run;
	d->out = out;
	run->d = d;
	iv_arena_init(&d->arena, ARENA_BYTES);
	iv_buf_init(&d->record, TOLD_BYTES);
	if (in->path.len && !iv_str_copy(d->path, sizeof(d->path), in->path))
		abort(); /* ours, and made to fit */
	if (!iv_str_copy(d->signature, sizeof(d->signature), in->signature))
		d->signature[0] = '\0'; /* longer than any signature: none */
	k->busy++;
	iv_op_begin(&run->op, f, stop_waiting);
	iv_flow_start(&d->flow, &type, k->s->loop, DELIVERY_MS, NULL);
	return iv_flow_await(f);
}
