/* iv_convai: ElevenLabs' agents over REST: agents it hosts for us, Twilio numbers it may dial from, calls of ours that its
 * agent is put on, conversations as it remembers them. Its outbound call is iv_carrier.h's.
 *
 * Each is one operation: `return iv_convai_…(…)` in a step. What it is given lives until the operation is over. Facts:
 * an agent always speaks and hears ulaw_8000, or a registered call would be static; importing a number makes it ring
 * there, whatever it was told before (iv_twilio_numbers.h puts ours back). */
#ifndef IV_CONVAI_H
#define IV_CONVAI_H

#include "iv_vendor.h"

/* Texts may hold {{variables}}: each call must bring a value for all of them. */
struct iv_convai_agent {
	struct iv_str name, prompt, first_message, language, voice_id, tts_model;
	struct iv_str tag;          /* ours, by which iv_convai_find_agent knows it again */
	int64_t max_duration_s;     /* 0: its own default */
};

/* Answered by agent_id in *made, "" unless done. */
enum iv_flow_next iv_convai_create_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					 struct iv_arena *arena, const struct iv_convai_agent *agent, struct iv_str *made,
					 struct iv_vendor_answer *a);
enum iv_flow_next iv_convai_update_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					 struct iv_arena *arena, struct iv_str agent_id,
					 const struct iv_convai_agent *agent, struct iv_vendor_answer *a);
enum iv_flow_next iv_convai_get_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				      struct iv_arena *arena, struct iv_str agent_id, struct iv_vendor_answer *a);
enum iv_flow_next iv_convai_delete_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					 struct iv_arena *arena, struct iv_str agent_id, struct iv_vendor_answer *a);
/* After an unknown creation: the agent with that tag among those of that name; *found "" when there is none. */
enum iv_flow_next iv_convai_find_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				       struct iv_arena *arena, struct iv_str name, struct iv_str tag,
				       struct iv_str *found, struct iv_vendor_answer *a);

/* A number of our Twilio account is given to ElevenLabs with the account's credentials. */
enum iv_flow_next iv_convai_import_number(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					  struct iv_arena *arena, struct iv_str number, struct iv_str label,
					  struct iv_str *made, struct iv_vendor_answer *a);
/* The id under which it has the number; "" when it has not. */
enum iv_flow_next iv_convai_find_number(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					struct iv_arena *arena, struct iv_str number, struct iv_str *found,
					struct iv_vendor_answer *a);
enum iv_flow_next iv_convai_get_number(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				       struct iv_arena *arena, struct iv_str number_id, struct iv_vendor_answer *a);
/* Who answers there; agent_id "": nobody. */
enum iv_flow_next iv_convai_attach(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				   struct iv_arena *arena, struct iv_str number_id, struct iv_str agent_id,
				   struct iv_vendor_answer *a);
enum iv_flow_next iv_convai_delete_number(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					  struct iv_arena *arena, struct iv_str number_id, struct iv_vendor_answer *a);

/* A call on a Twilio line of ours is answered by its agent: a->body is the document to answer Twilio with. Asked once,
 * REGISTER_CALL_MS long: Twilio waits. */
struct iv_convai_call {
	struct iv_str agent_id, from, to, tenant_id, call_id;
	bool outbound;
	struct iv_str variables;    /* a JSON object of texts; "": none. call_id is added */
};
enum iv_flow_next iv_convai_register(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				     struct iv_arena *arena, const struct iv_convai_call *call, struct iv_vendor_answer *a);

/* Conversations as JSON: a->body. `query` as its API has it ("page_size=100&call_start_after_unix=…"), or "". */
enum iv_flow_next iv_convai_conversations(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					  struct iv_arena *arena, struct iv_str query, struct iv_vendor_answer *a);
/* Of one: 9 MiB at most. a->body is what *body holds, which becomes the caller's when it is done: it is handed over as it
 * was received, never copied. */
enum iv_flow_next iv_convai_conversation(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					 struct iv_arena *arena, struct iv_str id, struct iv_buf *body,
					 struct iv_vendor_answer *a);
/* The same of its sound: an mp3, CONVERSATION_AUDIO_BYTES at most. */
enum iv_flow_next iv_convai_audio(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				  struct iv_arena *arena, struct iv_str id, struct iv_buf *body, struct iv_vendor_answer *a);

#endif
