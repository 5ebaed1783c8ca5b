/* tools: what the demo agent's tools reach. */
#ifndef LAB_TOOLS_H
#define LAB_TOOLS_H

#include "answer.h"

void tools_book_table_route(void *lab, struct iv_http_req *rq);

#endif
