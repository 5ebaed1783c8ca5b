/* The commands of the binary. */
#ifndef APP_H
#define APP_H

#include "iv_config.h"
#include "iv_migrate.h"
#include "iv_shape.h"

enum { EXIT_USAGE = 64, EXIT_CONFIG = 78 };

int app_serve(const struct iv_config *cfg);
int app_replay(int argc, char **argv);
int app_migrate(const struct iv_config *cfg, enum iv_migrate_mode mode);
/* thing: "tenant", "keys", "members" or "tokens". */
int app_make_first(const struct iv_config *cfg, const char *thing, int argc, char **argv);
int app_optimise(const struct iv_config *cfg, int argc, char **argv);
int app_agent_markdown(void);
int app_agent_schema(void);
int app_errors_markdown(void);
int app_events_markdown(void);
/* Rows of a table of the documents, a field each; `object` has the defaults: NULL, then there is no column of them. */
void doc_fields(const struct iv_shape *shape, const char *object, const char *prefix);

#endif
