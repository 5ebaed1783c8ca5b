/* carrier_cmd: options of the carriers, shared by the subcommands `carriers` and `ring`. */
#ifndef LAB_CARRIER_CMD_H
#define LAB_CARRIER_CMD_H

#include "carrier.h"

int lab_carriers(int argc, char **argv);
int lab_ring(int argc, char **argv);
void carriers_defaults(struct carriers_opts *o);
/* One option with its value; *known false: it is none of the carriers'. */
bool carriers_option(struct carriers_opts *o, const char *name, const char *value, bool *known, struct iv_err *e);
/* JSON or the name of a file of it; NULL: none. */
bool carriers_rules(struct carriers *c, const char *rules, struct iv_err *e);

#endif
