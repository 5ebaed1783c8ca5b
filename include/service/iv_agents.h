/* iv_agents: the agents this process knows, one JSON file each. A call takes its own copy. */
#ifndef IV_AGENTS_H
#define IV_AGENTS_H

#include "iv_agent.h"
#include "iv_config.h"

struct iv_agents;

/* Reads every NAME.json of the directory (blocks: start-up). One bad file fails the start, with file,
 * field and rule in *e. */
struct iv_agents *iv_agents_load(const struct iv_config *cfg, struct iv_err *e);
void iv_agents_free(struct iv_agents *a);
const struct iv_agent *iv_agents_get(const struct iv_agents *a, struct iv_str id); /* NULL: unknown */
size_t iv_agents_count(const struct iv_agents *a);
const struct iv_agent *iv_agents_at(const struct iv_agents *a, size_t i);

#endif
