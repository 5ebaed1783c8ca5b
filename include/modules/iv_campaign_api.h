/* iv_campaign_api: campaigns, leads, segments, files of leads and reports, as resources of the REST API. */
#ifndef IV_CAMPAIGN_API_H
#define IV_CAMPAIGN_API_H

#include "iv_api.h"

/* The files of leads that this process reads. */
struct iv_imports;
struct iv_imports *iv_imports_new(struct iv_services *s);
/* Ends what is under way: each tells the rows that are in, once its lease is over. Before the pools close. */
void iv_imports_free(struct iv_imports *m);

/* After s->imports is set. */
void iv_campaign_api_mount(struct iv_api *a);

#endif
