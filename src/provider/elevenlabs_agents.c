/* ElevenLabs' agents: the operations. */
#include "elevenlabs_write.h"
#include "vendor.h"

enum { CONVERSATION_BYTES = 9 << 20 }; /* an hour's words with all that is measured beside them */

typedef struct iv_vendor_answer answer;

static struct vendor_question question(const char *method, enum vendor_care care)
{
	return (struct vendor_question){.which = IV_ELEVENLABS, .care = care, .rq = {.method = method}};
}

/* ── agents ── */

enum iv_flow_next iv_convai_create_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					 struct iv_arena *arena, const struct iv_convai_agent *agent, struct iv_str *made,
					 answer *a)
{
	struct vendor_question q = question("POST", VENDOR_ONCE);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	*made = IV_S("");
	if (!p)
		return IV_FLOW_NEXT;
	q.read = elevenlabs_read_agent_id;
	q.out = made;
	return vendor_ask(c, f, run, arena, &q,
			  elevenlabs_url(p, "agents/create", IV_STR_NULL, &q.rq) && elevenlabs_write_agent(agent, &q.rq), a);
}

enum iv_flow_next iv_convai_update_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					 struct iv_arena *arena, struct iv_str agent_id,
					 const struct iv_convai_agent *agent, answer *a)
{
	struct vendor_question q = question("PATCH", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	return !p ? IV_FLOW_NEXT
		  : vendor_ask(c, f, run, arena, &q,
			       elevenlabs_url(p, "agents", agent_id, &q.rq) && elevenlabs_write_agent(agent, &q.rq), a);
}

static enum iv_flow_next plain(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run, struct iv_arena *arena,
			       const char *method, const char *path, struct iv_str id, answer *a)
{
	struct vendor_question q = question(method, VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	return !p ? IV_FLOW_NEXT : vendor_ask(c, f, run, arena, &q, elevenlabs_url(p, path, id, &q.rq), a);
}

enum iv_flow_next iv_convai_get_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				      struct iv_arena *arena, struct iv_str agent_id, answer *a)
{
	return plain(c, f, run, arena, "GET", "agents", agent_id, a);
}

enum iv_flow_next iv_convai_delete_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					 struct iv_arena *arena, struct iv_str agent_id, answer *a)
{
	return plain(c, f, run, arena, "DELETE", "agents", agent_id, a);
}

enum iv_flow_next iv_convai_find_agent(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				       struct iv_arena *arena, struct iv_str name, struct iv_str tag,
				       struct iv_str *found, answer *a)
{
	struct vendor_question q = question("GET", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);
	struct iv_str *wanted = iv_arena_alloc(arena, sizeof(*wanted));
	bool ok;

	*found = IV_S("");
	if (!p)
		return IV_FLOW_NEXT;
	if (wanted)
		*wanted = tag;
	q.read = elevenlabs_read_tagged;
	q.out = found;
	q.wanted = wanted;
	ok = wanted && elevenlabs_url(p, "agents", IV_STR_NULL, &q.rq) &&
	     iv_buf_adds(&q.rq.url, IV_S("?page_size=100&search=")) && iv_url_encode(&q.rq.url, name);
	return vendor_ask(c, f, run, arena, &q, ok, a);
}

/* ── numbers ── */

enum iv_flow_next iv_convai_import_number(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					  struct iv_arena *arena, struct iv_str number, struct iv_str label,
					  struct iv_str *made, answer *a)
{
	struct vendor_question q = question("POST", VENDOR_ONCE);
	const struct carrier_place *p;
	struct carrier_link twilio;

	*made = IV_S("");
	p = vendor_begin(c, &q, a);
	if (!p)
		return IV_FLOW_NEXT;
	q.read = elevenlabs_read_number_id;
	q.out = made;
	/* Without Twilio's credentials there is nothing to give: told as not_configured, beforehand, by who asks. */
	return vendor_ask(c, f, run, arena, &q,
			  carrier_link(c, IV_TWILIO, &twilio) && elevenlabs_url(p, "phone-numbers", IV_STR_NULL, &q.rq) &&
				  elevenlabs_write_import(twilio.place, number, label, &q.rq),
			  a);
}

enum iv_flow_next iv_convai_find_number(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					struct iv_arena *arena, struct iv_str number, struct iv_str *found,
					answer *a)
{
	struct vendor_question q = question("GET", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);
	struct iv_str *wanted = iv_arena_alloc(arena, sizeof(*wanted));

	*found = IV_S("");
	if (!p)
		return IV_FLOW_NEXT;
	if (wanted)
		*wanted = number;
	q.read = elevenlabs_read_numbered;
	q.out = found;
	q.wanted = wanted;
	return vendor_ask(c, f, run, arena, &q, wanted && elevenlabs_url(p, "phone-numbers", IV_STR_NULL, &q.rq), a);
}

enum iv_flow_next iv_convai_get_number(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				       struct iv_arena *arena, struct iv_str number_id, answer *a)
{
	return plain(c, f, run, arena, "GET", "phone-numbers", number_id, a);
}

enum iv_flow_next iv_convai_attach(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				   struct iv_arena *arena, struct iv_str number_id, struct iv_str agent_id,
				   answer *a)
{
	struct vendor_question q = question("PATCH", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	return !p ? IV_FLOW_NEXT
		  : vendor_ask(c, f, run, arena, &q,
			       elevenlabs_url(p, "phone-numbers", number_id, &q.rq) && elevenlabs_write_attach(agent_id, &q.rq),
			       a);
}

enum iv_flow_next iv_convai_delete_number(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					  struct iv_arena *arena, struct iv_str number_id, answer *a)
{
	return plain(c, f, run, arena, "DELETE", "phone-numbers", number_id, a);
}

/* ── calls and conversations ── */

enum iv_flow_next iv_convai_register(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				     struct iv_arena *arena, const struct iv_convai_call *call, answer *a)
{
	struct vendor_question q = question("POST", VENDOR_NEVER);
	const struct carrier_place *p = vendor_begin(c, &q, a);
	struct carrier_link link;

	if (!p || !carrier_link(c, IV_ELEVENLABS, &link))
		return IV_FLOW_NEXT;
	q.total_ms = (int)link.cfg->register_call_ms;
	return vendor_ask(c, f, run, arena, &q,
			  elevenlabs_url(p, "twilio/register-call", IV_STR_NULL, &q.rq) &&
				  elevenlabs_write_register(call, &q.rq),
			  a);
}

enum iv_flow_next iv_convai_conversations(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					  struct iv_arena *arena, struct iv_str query, answer *a)
{
	struct vendor_question q = question("GET", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	return !p ? IV_FLOW_NEXT
		  : vendor_ask(c, f, run, arena, &q,
			       elevenlabs_url(p, "conversations", IV_STR_NULL, &q.rq) &&
				       (!query.len || (iv_buf_addc(&q.rq.url, '?') && iv_buf_adds(&q.rq.url, query))),
			       a);
}

enum iv_flow_next iv_convai_conversation(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
					 struct iv_arena *arena, struct iv_str id, struct iv_buf *body, answer *a)
{
	struct vendor_question q = question("GET", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	q.body_max = CONVERSATION_BYTES;
	q.whole = body;
	return !p ? IV_FLOW_NEXT : vendor_ask(c, f, run, arena, &q, elevenlabs_url(p, "conversations", id, &q.rq), a);
}

enum iv_flow_next iv_convai_audio(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				  struct iv_arena *arena, struct iv_str id, struct iv_buf *body, answer *a)
{
	struct vendor_question q = question("GET", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);
	struct carrier_link link;

	if (!p || !carrier_link(c, IV_ELEVENLABS, &link))
		return IV_FLOW_NEXT;
	q.whole = body;
	q.body_max = (size_t)link.cfg->conversation_audio_bytes;
	return vendor_ask(c, f, run, arena, &q,
			  elevenlabs_url(p, "conversations", id, &q.rq) && iv_buf_adds(&q.rq.url, IV_S("/audio")), a);
}
