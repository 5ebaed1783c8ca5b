/* Shapes of answers that steps write themselves, for the document. Private to the module. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include <stdlib.h>
#include "iv_shape.h"

extern const struct iv_shape agent_row_shape; /* of agents.c */

extern const struct iv_shape agent_answer, agent_list_answer, agent_changed_answer, agent_deleted_answer, agent_versions_answer;
extern const struct iv_shape call_answer, call_list_answer, call_made_answer, call_changed_answer, timeline_answer, order_answer;
extern const struct iv_shape replay_answer;
extern const struct iv_shape artifacts_answer, usage_answer, metrics_answer;

/* Before the rows that name them are mounted. */
void answers_init(void);

#endif
