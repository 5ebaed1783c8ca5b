/* The media socket of a carrier's call: one of the lab's callers, led by what the verb said. */
#include "carrier.h"

#include <stdio.h>
#include <stdlib.h>
#include "voice.h"

#define SCRIPT_WAIT_MS 20
#define KEY_MAX 8192

/* ── what people say, made once for all who say the same */

struct spoken {
	struct scripts *all;
	struct script script;
	int rate_hz;
	bool ready;
	struct iv_err err;
	struct spoken *next; /* waits to be made */
};

struct scripts {
	struct iv_loop *loop;
	struct iv_map *known; /* "8000|tone:300|…" → struct spoken */
	struct spoken *queue, *working;
};

struct scripts *scripts_new(struct iv_loop *loop)
{
	struct scripts *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->loop = loop;
	s->known = iv_map_new();
	return s;
}

static void free_spoken(void *arg, struct iv_str key, void *value)
{
	struct spoken *sp = value;

	(void)arg;
	(void)key;
	script_free(&sp->script);
	free(sp);
}

void scripts_free(struct scripts *s)
{
	if (!s)
		return;
	iv_map_each(s->known, free_spoken, NULL);
	iv_map_free(s->known);
	free(s);
}

bool scripts_idle(const struct scripts *s)
{
	return !s->working;
}

static void work(void *arg)
{
	struct spoken *sp = arg;

	/* What cannot be said is found out by whoever wanted to say it: err. */
	if (!voice_prepare(&sp->script, sp->rate_hz, &sp->err))
		script_free(&sp->script);
}

static void begin_next(struct scripts *s);

static void worked(void *arg)
{
	struct spoken *sp = arg;
	struct scripts *s = sp->all;

	sp->ready = true;
	s->working = NULL;
	begin_next(s);
}

static void begin_next(struct scripts *s)
{
	if (s->working || !s->queue)
		return;
	s->working = s->queue;
	s->queue = s->queue->next;
	iv_loop_work(s->loop, work, worked, s->working);
}

static struct spoken *script_get(struct scripts *s, const struct carrier_plan *plan, int rate_hz)
{
	struct iv_buf key;
	bool speaks = plan->does == PLAN_SPEAKS, ok;

	iv_buf_init(&key, KEY_MAX);
	ok = iv_buf_printf(&key, "%d", rate_hz);
	for (size_t i = 0; ok && speaks && i < plan->say.count; i++)
		ok = iv_buf_addc(&key, '\n') && iv_buf_adds(&key, plan->say.items[i]);
	struct spoken *sp = iv_map_get(s->known, iv_buf_str(&key));
	if (sp) {
		iv_buf_deinit(&key);
		return sp;
	}
	sp = calloc(1, sizeof(*sp));
	if (!sp)
		abort();
	sp->all = s;
	sp->rate_hz = rate_hz;
	if (!ok)
		iv_fail(&sp->err, IV_ETOOBIG, "say must have less than %d bytes in all", KEY_MAX);
	for (size_t i = 0; ok && speaks && i < plan->say.count; i++) {
		char step[STEP_WORDS_MAX + 64];

		iv_str_copy(step, sizeof(step), plan->say.items[i]);
		ok = script_add(&sp->script, step, &sp->err);
	}
	iv_map_put(s->known, iv_buf_str(&key), sp);
	iv_buf_deinit(&key);
	struct spoken **tail = &s->queue;
	while (*tail)
		tail = &(*tail)->next;
	*tail = sp;
	begin_next(s);
	return sp;
}

void scripts_want(struct scripts *s, const struct carrier_plan *plan)
{
	script_get(s, plan, 8000);
}

/* ── a socket */

struct carrier_media {
	struct carrier_call *call;
	struct spoken *spoken;
	char url[CARRIER_URL], host[300];
	struct leg_carried carried;
	char *target, *headers, *first, stream_sid[CARRIER_SID];
	struct caller_opts opts;
	struct caller caller;
	struct sockaddr_storage address;
	uv_getaddrinfo_t lookup;
	struct iv_timer timer;
	int64_t began_us;
	bool fork, dialled, ending, opened, looking;
	const char *why;
	char failed[160];
	void (*on_open)(struct carrier_call *call, void *arg);
	media_done_fn *done;
	void *arg;
	struct script quiet;
};

static char *keep(struct iv_str s)
{
	char *p = malloc(s.len + 1);

	if (!p)
		abort();
	if (s.len > 0)
		memcpy(p, s.ptr, s.len);
	p[s.len] = '\0';
	return p;
}

static int64_t wall_of(int64_t us)
{
	return us ? iv_wall_ms() - (iv_now_us() - us) / 1000 : 0;
}

static cJSON *describe(const struct carrier_media *m, bool over)
{
	const struct caller *k = &m->caller;
	int64_t per_ms = m->opts.leg.rate_hz / 1000, audible = 0;
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "url", m->url);
	if (m->stream_sid[0])
		cJSON_AddStringToObject(d, "stream_sid", m->stream_sid);
	cJSON_AddBoolToObject(d, "fork", m->fork);
	cJSON_AddBoolToObject(d, "opened", m->opened);
	cJSON_AddBoolToObject(d, "open", m->opened && !over);
	cJSON_AddNumberToObject(d, "began_at", (double)wall_of(m->began_us));
	cJSON_AddNumberToObject(d, "rate_hz", m->opts.leg.rate_hz);
	for (size_t i = 0; i < k->turns.count; i++)
		audible += k->turns.items[i].agent_heard_ms;
	cJSON_AddNumberToObject(d, "sent_ms", (double)(k->frames * FAR_FRAME_MS));
	cJSON_AddNumberToObject(d, "received_ms", (double)(k->far.received / per_ms));
	cJSON_AddNumberToObject(d, "heard_ms", (double)(k->far.heard / per_ms));
	cJSON_AddNumberToObject(d, "audible_ms", (double)audible);
	cJSON_AddNumberToObject(d, "first_heard_at", (double)wall_of(k->first_heard_us));
	cJSON_AddNumberToObject(d, "last_heard_at", (double)wall_of(k->last_heard_us));
	cJSON_AddNumberToObject(d, "gaps", k->far.gaps);
	cJSON_AddNumberToObject(d, "longest_gap_ms", (double)(k->far.longest_gap / per_ms));
	cJSON_AddNumberToObject(d, "clears", (double)k->clears);
	cJSON_AddNumberToObject(d, "marks", (double)k->marks_echoed);
	cJSON_AddNumberToObject(d, "bad_messages", (double)k->bad);
	if (over) {
		cJSON_AddNumberToObject(d, "ended_at", (double)iv_wall_ms());
		cJSON_AddNumberToObject(d, "close_code", k->close_code);
		cJSON_AddStringToObject(d, "ended_by",
					!m->opened ? "nobody" : m->ending ? "carrier" : k->by_us ? "person" : "daemon");
		cJSON_AddStringToObject(d, "why", m->failed[0] ? m->failed : k->end_reason);
	}
	return d;
}

void media_write(const struct carrier_call *call, struct iv_jw *w)
{
	cJSON *all = cJSON_Duplicate(call->media_log, true);

	if (call->media && call->media->dialled)
		cJSON_AddItemToArray(all, describe(call->media, false));
	char *text = cJSON_PrintUnformatted(all);
	iv_jw_raw(w, "media", iv_str(text));
	free(text);
	cJSON_Delete(all);
}

int64_t media_heard_ms(const struct carrier_call *call)
{
	double ms = 0;

	for (const cJSON *i = call->media_log->child; i; i = i->next)
		ms += cJSON_GetObjectItem(i, "heard_ms")->valuedouble;
	if (call->media && call->media->dialled)
		ms += (double)(call->media->caller.far.heard / (call->media->opts.leg.rate_hz / 1000));
	return (int64_t)ms;
}

/* A step that has begun is over when its socket goes: nobody says the same again. */
static size_t words_over(const struct carrier_media *m)
{
	return m->caller.talk.at + (m->caller.talk.going ? 1 : 0);
}

static void finish(void *arg)
{
	struct carrier_media *m = arg;
	struct carrier_call *call = m->call;
	struct media_end end = {.opened = m->opened, .by_us = m->ending, .code = m->caller.close_code,
				.why = m->failed[0] ? m->failed : m->caller.end_reason};
	cJSON *said = cJSON_CreateObject();

	end.by_person = m->dialled && m->opened && m->caller.by_us && !m->ending;
	cJSON_AddItemToArray(call->media_log, describe(m, true));
	cJSON_AddStringToObject(said, "text", end.why);
	cJSON_AddNumberToObject(said, "code", end.code);
	if (call->media == m) {
		if (m->dialled)
			call->script_at = words_over(m);
		call->media = NULL;
	}
	call_tell(call, end.opened ? "media closed" : "media failed", said);
	m->done(call, m->arg, &end);
	if (m->dialled)
		caller_deinit(&m->caller);
	free(m->target);
	free(m->headers);
	free(m->first);
	free(m);
	call_release(call);
}

static void fail(struct carrier_media *m, const char *why)
{
	(void)iv_str_copy(m->failed, sizeof(m->failed), iv_str(why)); /* shown cut */
	m->timer.fn = finish;
	iv_timer_in_ms(&m->timer, 0);
}

static void on_caller_done(void *arg)
{
	struct carrier_media *m = arg;

	m->timer.fn = finish; /* not from inside the wire */
	iv_timer_in_ms(&m->timer, 0);
}

static void on_said(void *arg, int64_t at_ms, const char *line)
{
	struct carrier_media *m = arg;

	call_note(m->call, "media", "%.2f %s", (double)at_ms / 1000, line);
}

static void on_open(void *arg)
{
	struct carrier_media *m = arg;

	m->opened = true;
	call_note(m->call, "media open", "%s", m->url);
	if (m->on_open)
		m->on_open(m->call, m->arg);
}

static void dial(struct carrier_media *m)
{
	struct iv_err e = {0};

	m->opts.address = (const struct sockaddr *)&m->address;
	m->opts.script = m->fork ? &m->quiet : &m->spoken->script;
	if (m->ending)
		fail(m, m->why);
	else if (!caller_start(&m->caller, &m->opts, &m->call->c->wire, &m->call->c->scratch, on_caller_done, m, &e))
		fail(m, e.msg);
	else
		m->dialled = true;
}

static void on_found(uv_getaddrinfo_t *req, int status, struct addrinfo *res)
{
	struct carrier_media *m = req->data;

	m->looking = false;
	if (status == 0)
		memcpy(&m->address, res->ai_addr, res->ai_addrlen);
	uv_freeaddrinfo(res);
	if (status == 0)
		dial(m);
	else
		fail(m, uv_strerror(status));
}

static void look_up(struct carrier_media *m, const struct iv_url *u)
{
	char name[256], port[8];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET};

	snprintf(name, sizeof(name), "%.*s", IV_FMT(u->host));
	snprintf(port, sizeof(port), "%d", u->port);
	if (uv_ip4_addr(name, u->port, (struct sockaddr_in *)&m->address) == 0) {
		dial(m);
		return;
	}
	m->lookup.data = m;
	m->looking = true;
	int rc = uv_getaddrinfo(iv_loop_uv(m->call->c->loop), &m->lookup, on_found, name, port, &hints);
	if (rc < 0) {
		m->looking = false;
		fail(m, uv_strerror(rc));
	}
}

static void when_ready(void *arg)
{
	struct carrier_media *m = arg;
	struct hook_target to;
	struct iv_url u;

	if (m->ending) {
		fail(m, m->why);
		return;
	}
	if (!m->spoken->ready) {
		iv_timer_in_ms(&m->timer, SCRIPT_WAIT_MS);
		return;
	}
	if (m->spoken->err.code != IV_OK) {
		fail(m, m->spoken->err.msg);
		return;
	}
	hook_aim(m->call->c, m->url, &to);
	struct iv_err e = {0};
	if (!iv_url_parse(iv_str(to.url), &u, &e)) {
		fail(m, e.msg);
		return;
	}
	if (u.tls) {
		fail(m, "the lab has no TLS: --via says where wss goes in the clear");
		return;
	}
	free(m->target);
	m->target = keep(u.target);
	m->carried.target = iv_str(m->target);
	look_up(m, &u);
}

static void set_opts(struct carrier_media *m, const struct media_spec *spec)
{
	struct carrier_call *call = m->call;
	bool jambonz = call->kind == CARRIER_JAMBONZ;

	m->carried = (struct leg_carried){.headers = iv_str(m->headers), .first = iv_str(m->first), .account_sid = call->account,
					  .call_sid = call->sid, .stream_sid = m->stream_sid};
	m->opts = (struct caller_opts){.host = m->host, .stay = true, .tell = on_said, .tell_arg = m, .on_open = on_open,
				       .max_s = 86400, .seed = (uint64_t)call->began_us};
	m->opts.leg = (struct leg_opts){.kind = jambonz ? FAR_JAMBONZ : FAR_TWILIO, .rate_hz = spec->rate_hz, .agent = "",
					.secret = "", .key = "", .drachtio = spec->drachtio, .carried = &m->carried};
	m->opts.echo = call->plan.does == PLAN_ECHOES && !spec->fork;
	m->opts.silence_zero = call->plan.does == PLAN_SILENT;
	m->opts.mute = call->plan.media == PLAN_MEDIA_MUTE;
	m->opts.no_keys = spec->no_keys;
	m->opts.unheard = spec->unheard;
	m->opts.first_step = spec->fork ? 0 : call->script_at;
}

struct carrier_media *media_open(struct carrier_call *call, const struct media_spec *spec,
				 void (*opened)(struct carrier_call *call, void *arg), media_done_fn *done, void *arg)
{
	struct carrier_media *m = calloc(1, sizeof(*m));
	struct iv_url u;

	if (!m)
		abort();
	call_hold(call);
	m->call = call;
	m->fork = spec->fork;
	m->on_open = opened;
	m->done = done;
	m->arg = arg;
	m->began_us = iv_now_us();
	snprintf(m->url, sizeof(m->url), "%s", spec->url);
	if (iv_url_parse(iv_str(m->url), &u, NULL))
		snprintf(m->host, sizeof(m->host), "%.*s", (int)strcspn(u.host.ptr, "/?#"), u.host.ptr);
	m->headers = keep(spec->headers);
	m->first = keep(spec->first);
	snprintf(m->stream_sid, sizeof(m->stream_sid), "%s", spec->stream_sid ? spec->stream_sid : "");
	set_opts(m, spec);
	m->spoken = script_get(call->c->scripts, &call->plan, spec->rate_hz);
	iv_timer_init(&m->timer, call->c->loop, when_ready, m);
	if (!spec->fork)
		call->media = m;
	if (call->plan.media == PLAN_MEDIA_REFUSED)
		fail(m, "refused, as the plan wants it");
	else if (call->plan.media == PLAN_MEDIA_NEVER)
		call_note(call, "media never opens", "%s", m->url);
	else
		iv_timer_in_ms(&m->timer, 0);
	return m;
}

void media_close(struct carrier_media *m, const char *why)
{
	if (m->ending)
		return;
	m->ending = true;
	m->why = why;
	if (m->dialled && !m->fork)
		m->call->script_at = words_over(m); /* another socket may be open before this one has closed */
	if (m->dialled)
		caller_hang_up(&m->caller, why);
	else if (!m->looking && m->timer.fn != finish)
		fail(m, why);
}

void media_pause(struct carrier_media *m, bool paused)
{
	m->opts.mute = paused || m->call->plan.media == PLAN_MEDIA_MUTE;
}

const char *media_stream_sid(const struct carrier_media *m)
{
	return m->stream_sid;
}
