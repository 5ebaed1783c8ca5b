/* The numbers of a call into the process's series. */
#include "iv_metrics.h"
#include "session.h"

enum { LATE_US = 10000 };

static void observe(enum iv_metric m, int64_t from_us, int64_t to_us)
{
	if (from_us >= 0 && to_us >= from_us)
		iv_metric_observe(m, 0, (double)(to_us - from_us) / 1000.0);
}

void stats_turn(const struct iv_turn_report *r)
{
	const struct iv_turn_stamps_us *at = &r->at_us;

	iv_metric_add(IV_M_turns_total, (int)r->outcome, 1);
	if (at->eou < 0)
		return; /* an opening or a prompt: nobody waited for it */
	observe(IV_M_asr_first_partial_ms, at->speech_start, at->stt_first);
	observe(IV_M_eou_ms, at->vad_end, at->eou);
	observe(IV_M_llm_first_token_ms, at->eou, at->llm_first);
	observe(IV_M_tts_first_chunk_ms, at->sentence_first, at->tts_first);
	observe(IV_M_turn_latency_ms, at->vad_end, at->heard_first);
}

static int reason_label(const char *reason)
{
	static const char *const reasons[] = {"hangup", "agent_ended", "transfer", "max_duration", "silence",
					      "error", "drain", "lost", "provider", "voicemail"};

	for (size_t i = 0; i < IV_COUNT(reasons); i++)
		if (strcmp(reason, reasons[i]) == 0)
			return (int)i;
	return 0;
}

void stats_end(struct session *s, const char *reason)
{
	struct iv_usage u;

	iv_call_usage(s->call, &u);
	iv_metric_add(IV_M_calls_ended_total, reason_label(reason), 1);
	iv_metric_observe(IV_M_cost_per_call_inr, 0, u.cost_inr);
}

void stats_sent(struct session *s)
{
	iv_metric_add(IV_M_frames_out_total, (int)s->leg.kind, 1);
	if (s->slot_us) {
		int64_t late = iv_now_us() - s->slot_us;

		iv_metric_observe(IV_M_frame_lateness_ms, 0, (double)late / 1000.0);
		if (late > LATE_US)
			iv_metric_add(IV_M_frames_late_total, (int)s->leg.kind, 1);
	}
}
