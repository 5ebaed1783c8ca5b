/* All tables of this module. */
#include "iv_access.h"

void iv_access_mount(struct iv_api *a)
{
	iv_api_mount(a, iv_health_rows);
	iv_api_mount(a, iv_auth_rows);
	iv_api_mount(a, iv_tenant_rows);
	iv_api_mount(a, iv_member_rows);
	iv_api_mount(a, iv_key_rows);
	iv_api_mount(a, iv_audit_rows);
}
