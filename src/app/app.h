/* The commands of the binary. */
#ifndef APP_H
#define APP_H

#include "iv_config.h"
#include "iv_migrate.h"
#include "iv_record.h"

enum { EXIT_USAGE = 64, EXIT_CONFIG = 78 };

int app_serve(const struct iv_config *cfg);
int app_replay(int argc, char **argv);
int app_migrate(const struct iv_config *cfg, enum iv_migrate_mode mode);
/* thing: "tenant", "keys", "members" or "tokens". */
int app_make_first(const struct iv_config *cfg, const char *thing, int argc, char **argv);
int app_optimise(const struct iv_config *cfg, int argc, char **argv);
int app_agent_markdown(void);
int app_agent_schema(void);

/* what_if.c: the same call with other settings. Answers of model, synthesiser and tools keep their delay
 * behind what asked for them; the caller keeps his own time. */
struct recorded {
	struct iv_event ev; /* strings point into the journal */
	int64_t delay_us;   /* behind the action that caused it; -1: keeps its own time */
	uint32_t cause;     /* ordinal of that action among its kind, from 1 */
};
struct journal {
	struct iv_record_header header;
	struct recorded *events;
	size_t count;
};
typedef void turn_seen_fn(void *arg, const struct iv_turn_report *r);
void what_if_causes(struct journal *j);
void what_if_run(const struct journal *j, const struct iv_agent *agent, iv_act_fn *act, turn_seen_fn *turn,
		 void *arg, int64_t *now_us);

#endif
