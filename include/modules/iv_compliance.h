/* iv_compliance: the REST rows about whether somebody may be called: the lists of those who may not, what people
 * agreed to, the hours of the law, who wants to be forgotten. What is true of it is the schema's (docs/calling-rules.md). */
#ifndef IV_COMPLIANCE_H
#define IV_COMPLIANCE_H

#include "iv_api.h"

extern const struct iv_api_route iv_dnc_rows[];          /* /v1/dnc, /v1/opt-outs */
extern const struct iv_api_route iv_dnc_import_rows[];   /* /v1/dnc/import */
extern const struct iv_api_route iv_consent_rows[];      /* /v1/consents */
extern const struct iv_api_route iv_erasure_rows[];      /* /v1/erasures */
extern const struct iv_api_route iv_calling_rule_rows[]; /* /v1/calling-rules */

/* All of them. */
void iv_compliance_mount(struct iv_api *a);

#endif
