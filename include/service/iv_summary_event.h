/* iv_summary_event: agent.summary, everything there is to say of a call once it is over (version
 * agent.summary.v1.4). The largest of the events; a type of iv_webhook_event.h like the others. */
#ifndef IV_SUMMARY_EVENT_H
#define IV_SUMMARY_EVENT_H

#include "iv_webhook_event.h"

struct iv_summary_cost {
	struct iv_str type, provider, currency;
	double units, cost_inr;
};

struct iv_summary_message {
	struct iv_str role, message, time, end_time; /* times: ISO */
	double seconds_from_start, duration;
	bool is_filtered;
	struct iv_strs detected_threats;
};

struct iv_summary_tool_call {
	struct iv_str name, args, result_summary, started_at, ended_at; /* args: JSON */
	bool blocking, ok;
	int64_t latency_ms, http_status;
};

struct iv_event_agent_summary {
	struct iv_webhook_head head;
	struct iv_str started_at, ended_at;
	struct iv_summary_destination {
		struct iv_str type, to, mode, status;
		int64_t duration_sec;
	} destination;
	int64_t duration_sec;
	struct iv_summary_carrier {
		struct iv_str trunk, sip_final, ani, dnis;
		int64_t q850;
	} carrier;
	struct iv_summary_media {
		double avg_mos, pkt_loss_pct, jitter_ms_p95;
	} media;
	struct iv_summary_kpis {
		double asr_first_partial_ms, eou_ms, llm_first_token_ms, tts_first_chunk_ms;
	} kpis;
	struct iv_summary_usage {
		double asr_min, cost_inr, transport_minutes, transport_cost_inr;
		int64_t tts_chars, llm_in, llm_out;
		struct iv_objs costs; /* struct iv_summary_cost */
	} usage;
	struct iv_summary_text {
		struct iv_str outcome, next_step, notes;
		bool success;
		struct iv_str reason;
	} summary;
	struct iv_summary_emotion {
		bool enabled;
		struct iv_str dominant;
		double valence, arousal;
	} emotion;
	struct iv_summary_artifacts {
		struct iv_str recording, transcript, metrics, sip_pcap, rtp_pcap, bundle_zip; /* links */
	} artifacts;
	struct iv_summary_artifact {
		struct iv_objs messages; /* struct iv_summary_message */
	} artifact;
	struct iv_str agent_config; /* JSON, without secrets */
	struct iv_summary_analysis {
		struct iv_str summary, structured_data; /* structured_data: JSON */
		struct iv_summary_success {
			struct iv_str rubric, score;
		} success_evaluation;
	} analysis;
	struct iv_objs tool_calls; /* struct iv_summary_tool_call */
};

extern const struct iv_shape iv_shape_agent_summary;

#endif
