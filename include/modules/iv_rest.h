/* iv_rest: the resources of the REST API. Each file of src/modules/api holds the rows of one. */
#ifndef IV_REST_H
#define IV_REST_H

#include "iv_api.h"

void iv_rest_mount(struct iv_api *a);

#endif
