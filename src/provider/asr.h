/* asr: what the two halves of the recogniser's session share: the machine (asr.c) and the way up
 * (asr_send.c). */
#ifndef ASR_H
#define ASR_H

#include "asr_uplink.h"
#include "asr_vendor.h"
#include "iv_ws.h"
#include "role.h"

#define ASR_QUEUE_MAX \
	((size_t)64 * 1024) /* bytes unsent in the socket; the rest stays in the ring */

enum asr_state {
	ASR_IDLE,
	ASR_CONNECTING,
	ASR_READY,
	ASR_RETRYING,
	ASR_FAILED,
	ASR_CLOSED,
	ASR_STATES
};

enum asr_fault {
	FAULT_PASSING, /* the same provider gets a second chance */
	FAULT_LASTING, /* it would only happen again */
	FAULT_STALLED, /* time is lost already: the same again only when there is no other */
};

struct iv_asr {
	struct iv_providers *p;
	struct role_walk walk;
	const struct asr_vendor *vendor;
	struct iv_asr_events ev;
	void *arg;
	enum asr_state state; /* changed by set_state in asr.c only */
	const char *reason;   /* why the last connection ended */
	char *model, *language, *call_id;
	int rate_hz;
	struct iv_ws *ws;
	struct asr_uplink up;
	bool retried;	  /* the provider had its second chance */
	bool spoke;	  /* this connection brought a message */
	bool turn_open;	  /* text was given since the last end of turn */
	int bad_messages; /* in a row */
	int64_t ready_us, audio_us;
	int64_t loud_samples; /* sent at speech level since the last message */
	struct iv_timer wait; /* for the socket, or before a retry */
	struct iv_timer pace, keep_alive, stall;
};

/* The connection is over. Calls back: `a` may be closed afterwards. */
void asr_lose(struct iv_asr *a, const char *reason, enum asr_fault fault);

/* Sends what may be sent. Never calls back. */
void asr_pump(struct iv_asr *a);
void asr_on_pace(void *a);
void asr_on_keep_alive(void *a);
void asr_on_stall(void *a);

#endif
