/* Traces by the settings of OpenTelemetry's environment variables. */
#ifndef TELEMETRY_H
#define TELEMETRY_H

#include "iv_config.h"
#include "iv_exporter.h"

/* *x is NULL when no collector is named: then nothing is traced. False with *e: a setting is malformed. */
bool telemetry_open(const struct iv_config *cfg, struct iv_net *n, const char *version, struct iv_exporter **x,
		    struct iv_err *e);

#endif
