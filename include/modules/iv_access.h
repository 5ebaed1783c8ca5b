/* iv_access: the REST rows about who may: sign-ins, keys, people, the tenant's own rules, and what this
 * process leans on. One table per resource. */
#ifndef IV_ACCESS_H
#define IV_ACCESS_H

#include "iv_api.h"

extern const struct iv_api_route iv_auth_rows[];   /* /api/auth, /v1/me, /v1/realtime/tickets */
extern const struct iv_api_route iv_key_rows[];
extern const struct iv_api_route iv_audit_rows[];    /* /v1/api-keys */
extern const struct iv_api_route iv_tenant_rows[]; /* /v1/tenant */
extern const struct iv_api_route iv_member_rows[]; /* /v1/members */
extern const struct iv_api_route iv_health_rows[]; /* /health/detailed */

/* All of them. */
void iv_access_mount(struct iv_api *a);

#endif
