/* All tables of this module. */
#include "iv_compliance.h"

void iv_compliance_mount(struct iv_api *a)
{
	iv_api_mount(a, iv_dnc_rows);
	iv_api_mount(a, iv_dnc_import_rows);
	iv_api_mount(a, iv_consent_rows);
	iv_api_mount(a, iv_erasure_rows);
	iv_api_mount(a, iv_calling_rule_rows);
}
