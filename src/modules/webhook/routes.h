/* What the routes of webhooks share: shapes, steps, small things. Steps are tables of their files, rows stand in
 * routes.c. */
#ifndef WEBHOOK_ROUTES_H
#define WEBHOOK_ROUTES_H

#include "iv_page.h"
#include "iv_sql.h"
#include "iv_webhook.h"

/* Room for any of these steps' own struct. */
enum { WEBHOOK_STATE_BYTES = 1536 };

/* ── routes.c */
struct webhook_page_query {
	struct iv_page_query page;
	int state; /* of a delivery */
};
extern const struct iv_shape webhook_page_query_shape, webhook_log_query_shape;

/* Where the page that was asked for begins. False: told. */
IV_MUST_CHECK bool webhook_page_from(struct iv_api_call *c, struct iv_page_place *p);
/* Room for the rows that are shown: as many as p->data.count then says. NULL: c->flow.err. */
IV_MUST_CHECK void *webhook_page_room(struct iv_api_call *c, struct iv_page_out *p, size_t read, size_t item_size);
/* An address that may be posted to: told at `pointer` when it is none. */
void webhook_check_url(struct iv_api_call *c, const char *pointer, struct iv_str url);
void webhook_check_headers(struct iv_api_call *c, const char *pointer, struct iv_str json);

/* ── endpoints.c */
extern const struct iv_shape webhook_body_shape, webhook_shape, webhook_made_shape, webhook_list_shape,
	webhook_test_shape;
extern const struct iv_flow_step webhook_create_steps[], webhook_list_steps[], webhook_get_steps[],
	webhook_change_steps[], webhook_delete_steps[], webhook_rotate_steps[], webhook_test_steps[];

/* ── log.c */
extern const struct iv_shape webhook_deliveries_shape, webhook_replay_shape, webhook_dead_shape,
	webhook_dead_stats_shape, webhook_cleared_shape, webhook_summary_shape, webhook_dead_query_shape,
	webhook_retried_shape;
extern const struct iv_flow_step webhook_log_steps[], webhook_replay_steps[], webhook_dead_steps[],
	webhook_dead_retry_steps[], webhook_dead_clear_steps[], webhook_dead_stats_steps[], webhook_summary_steps[];

/* ── send.c */
extern const struct iv_shape webhook_send_shape, webhook_sent_shape, webhook_batch_shape, webhook_batch_sent_shape,
	webhook_verify_shape, webhook_verdict_shape;
extern const struct iv_flow_step webhook_send_steps[], webhook_batch_steps[], webhook_verify_steps[];

#endif
