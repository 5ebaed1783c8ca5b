/* What webhook_event.c and summary_event.c share: the rows every payload begins with. */
#ifndef WEBHOOK_EVENT_H
#define WEBHOOK_EVENT_H

#include "iv_webhook_event.h"

#define WEBHOOK_HEAD(t)                                                                                         \
	IV_STR(t, head.type, "type", IV_REQUIRED, 1, 64, "Name of the event"),                                  \
		IV_STR(t, head.schema_version, "schemaVersion", IV_REQUIRED, 1, 64, "Version of this shape"),   \
		IV_STR(t, head.event_id, "eventId", IV_REQUIRED, 1, 128, "The same on every try: tell duplicates by it"), \
		IV_STR(t, head.call_id, "callId", 0, 0, 128, "The call; left out when it is about none"),       \
		IV_STR(t, head.tenant_id, "tenantId", IV_REQUIRED, 1, 128, "Whose it is"),                      \
		IV_STR(t, head.timestamp, "timestamp", 0, 0, 32, "When it happened, ISO"),                      \
		IV_INT(t, head.seq, "seq", 0, 0, 0, "Order within the call; 0: not told")

#endif
