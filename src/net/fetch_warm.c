/* Connections opened ahead of need: a HEAD of the host's root, again every 50 seconds for as long
 * as somebody asked within ten minutes. A HEAD, because CURLOPT_CONNECT_ONLY gives its connection
 * to nobody else, and because every server and proxy answers one; what it answers does not matter.
 */
#include <stdio.h>

#include "fetch_priv.h"

#define REWARM_MS 50000 /* servers commonly drop idle connections after 60 s */
#define WANTED_US (10 * 60 * INT64_C(1000000))
#define WARM_MS 5000

static void touch(struct iv_fetcher *ft, const struct iv_warm *w)
{
	static const struct iv_fetch_handlers none = {0};

	(void)iv_fetch_start(ft->net,
			     &(struct iv_fetch_opts){.method = "HEAD",
						     .url = iv_str(w->origin),
						     .connect_ms = WARM_MS,
						     .total_ms = WARM_MS,
						     .body_max = 1},
			     &none, NULL);
}

static void on_rewarm(void *arg)
{
	struct iv_fetcher *ft = arg;
	int64_t now = iv_now_us();
	bool any = false;

	for (size_t i = 0; i < IV_WARM_HOSTS; i++) {
		struct iv_warm *w = &ft->warm[i];

		if (w->origin[0] && now - w->wanted_us > WANTED_US)
			w->origin[0] = '\0';
		if (w->origin[0]) {
			touch(ft, w);
			any = true;
		}
	}
	if (any)
		iv_timer_in_ms(&ft->rewarm, REWARM_MS);
}

void iv_fetch_warm_init(struct iv_fetcher *ft)
{
	iv_timer_init(&ft->rewarm, ft->net->loop, on_rewarm, ft);
}

void iv_fetch_warm_stop(struct iv_fetcher *ft)
{
	iv_timer_stop(&ft->rewarm);
}

void iv_fetch_warm(struct iv_net *n, struct iv_str url)
{
	struct iv_fetcher *ft = n->fetcher;
	struct iv_warm *slot = &ft->warm[0];
	struct iv_url u;
	char origin[sizeof(slot->origin)];

	if (!iv_url_parse(url, &u, NULL))
		return;
	const char *brackets = memchr(u.host.ptr, ':', u.host.len) ? "[]" : "";
	snprintf(origin, sizeof(origin), "%s://%.1s%.*s%s:%d/", u.tls ? "https" : "http", brackets,
		 IV_FMT(u.host), *brackets ? brackets + 1 : "", u.port);
	for (size_t i = 0; i < IV_WARM_HOSTS; i++) {
		struct iv_warm *w = &ft->warm[i];

		if (strcmp(w->origin, origin) == 0) {
			w->wanted_us = iv_now_us();
			return;
		}
		if (!w->origin[0] || (slot->origin[0] && w->wanted_us < slot->wanted_us))
			slot = w; /* a free one, else the one wanted longest ago */
	}
	(void)iv_str_copy(slot->origin, sizeof(slot->origin), iv_str(origin));
	slot->wanted_us = iv_now_us();
	touch(ft, slot);
	if (!iv_timer_armed(&ft->rewarm))
		iv_timer_in_ms(&ft->rewarm, REWARM_MS);
}
