/* Any journal through the machine: it must not crash, and its invariants hold after every event. The first
 * byte chooses the leg; the start event is ours, because there is one and it is the owner's. */
#include <stdlib.h>

#include "iv_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct judge {
	struct iv_call *call;
	uint32_t gen, utt;
	bool ended;
};

static void on_act(void *arg, const struct iv_action *a)
{
	struct judge *j = arg;

	if (j->ended)
		abort();
	if (a->type == IV_ACT_LLM_ASK)
		j->gen = a->gen;
	if (a->type == IV_ACT_TTS_SAY)
		j->utt = a->utt;
	if (a->type == IV_ACT_LEG_SEND && a->at + a->samples > iv_call_audio_end(j->call))
		abort();
	j->ended = a->type == IV_ACT_END;
}

static struct iv_agent *fixed_agent(void)
{
	static struct iv_agent agent;
	static struct iv_tool tools[2];

	if (agent.name.len)
		return &agent;
	iv_tool_shape.defaults(&tools[0]);
	iv_tool_shape.defaults(&tools[1]);
	tools[0].name = IV_S("book");
	tools[1].name = IV_S("notify");
	tools[1].blocking = false;
	iv_agent_shape.defaults(&agent);
	agent.name = IV_S("t");
	agent.greeting = IV_S("Hello.");
	agent.transfer_to = IV_S("+1");
	agent.tools = (struct iv_objs){tools, 2};
	agent.endpointing = (struct iv_endpointing){.silence_ms = 220, .min_words = 2, .confidence = 0.65,
		.unfinished_ms = 1200, .digits_ms = 800, .max_ms = 3000, .finalize_ms = 120};
	return &agent;
}

/* Numbers a fuzzer cannot guess are brought near those that are in use. */
static void steer(struct judge *j, struct iv_event *ev, int64_t *last_us)
{
	const int64_t minute = 60000000;

	if (ev->now_us > *last_us + minute)
		ev->now_us = *last_us + minute;
	*last_us = ev->now_us;
	if (ev->gen < 4)
		ev->gen = j->gen - (ev->gen & 1);
	if (ev->utt < 4)
		ev->utt = j->utt - (ev->utt & 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iv_str in = {(const char *)data + 1, size ? size - 1 : 0};
	struct iv_call_opts opts;
	struct judge j = {0};
	struct iv_buf messages;
	struct iv_event ev = {.type = IV_EV_START, .rate_hz = 16000};
	int64_t read_us = 0, last_us = 0;
	ptrdiff_t n;

	if (!size)
		return 0;
	iv_call_opts_shape.defaults(&opts);
	j.call = iv_call_new(fixed_agent(), &opts, on_act, &j);
	ev.leg = (enum iv_leg_kind)(data[0] % 3);
	iv_call_step(j.call, &ev);
	while ((n = iv_record_read(in, &ev, &read_us)) > 0) {
		in.ptr += n;
		in.len -= (size_t)n;
		if (ev.type == IV_EV_START)
			continue;
		steer(&j, &ev, &last_us);
		iv_call_step(j.call, &ev);
		iv_call_check(j.call);
	}
	iv_buf_init(&messages, 64u << 20);
	if (!iv_call_messages(j.call, &messages))
		abort();
	iv_buf_deinit(&messages);
	iv_call_free(j.call);
	return 0;
}
