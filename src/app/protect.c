/* Task protection of ECS; see protect.h. */
#include <stdio.h>
#include <stdlib.h>
#include "iv_fetch.h"
#include "iv_log.h"
#include "iv_loop.h"
#include "protect.h"

enum {
	LOOK_MS = 5000,
	AGAIN_MS = 30000,        /* behind a request that failed */
	EXPIRES_MIN = 60,
	RENEW_MS = 20 * 60000,   /* three chances before it expires */
	QUIET_MS = 60000,        /* without a call for so long: not for each gap between two */
	REQUEST_MS = 5000,
};

enum state { OFF, ASKING_ON, ON, ASKING_OFF };

struct protect {
	struct protect_deps d;
	struct iv_timer look;
	struct iv_fetch *fetch;
	enum state state;
	int64_t asked_us, live_us; /* of the last that went well; when a call was last seen */
	char url[512];
};

static int64_t since_ms(int64_t us)
{
	return (iv_now_us() - us) / 1000;
}

static void on_done(void *arg, const struct iv_fetch_result *r)
{
	struct protect *p = arg;
	bool on = p->state == ASKING_ON, ok = r->err.code == IV_OK;

	p->fetch = NULL;
	/* Unknown is as it was asked before: off may leave us protected a while, on asks again. */
	p->state = ok == on ? ON : OFF;
	p->asked_us = ok ? iv_now_us() : p->asked_us;
	if (ok)
		iv_info("task.protection", IV_LI("enabled", on));
	else
		iv_warn("task.protection_failed", IV_LI("enabled", on), IV_LI("status", r->status), IV_LS("rule", r->err.msg));
	iv_timer_in_ms(&p->look, ok ? LOOK_MS : AGAIN_MS);
}

static void ask(struct protect *p, bool on)
{
	static const struct iv_header headers[] = {{{"Content-Type", 12}, {"application/json", 16}}};
	static const struct iv_fetch_handlers handlers = {.done = on_done};
	char body[80];

	if (on)
		(void)snprintf(body, sizeof(body), "{\"ProtectionEnabled\":true,\"ExpiresInMinutes\":%d}", EXPIRES_MIN);
	else
		(void)snprintf(body, sizeof(body), "{\"ProtectionEnabled\":false}");
	p->state = on ? ASKING_ON : ASKING_OFF;
	p->fetch = iv_fetch_start(p->d.net,
				  &(struct iv_fetch_opts){.method = "PUT",
							  .url = iv_str(p->url),
							  .headers = headers,
							  .header_count = IV_COUNT(headers),
							  .body = iv_str(body),
							  .total_ms = REQUEST_MS},
				  &handlers, p);
}

static void on_look(void *arg)
{
	struct protect *p = arg;
	bool live = p->d.live(p->d.arg) > 0;

	if (live)
		p->live_us = iv_now_us();
	if (live && (p->state == OFF || since_ms(p->asked_us) >= RENEW_MS))
		ask(p, true);
	else if (p->state == ON && since_ms(p->live_us) >= QUIET_MS)
		ask(p, false);
	else
		iv_timer_in_ms(&p->look, LOOK_MS);
}

struct protect *protect_new(const struct protect_deps *d)
{
	struct protect *p;

	if (!d->agent_uri[0])
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->d = *d;
	(void)snprintf(p->url, sizeof(p->url), "%s/task-protection/v1/state", d->agent_uri);
	iv_timer_init(&p->look, d->loop, on_look, p);
	iv_timer_in_ms(&p->look, 0);
	return p;
}

void protect_free(struct protect *p)
{
	if (!p)
		return;
	iv_timer_stop(&p->look);
	if (p->fetch)
		iv_fetch_cancel(p->fetch);
	free(p);
}
