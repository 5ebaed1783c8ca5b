/* Actions as canonical lines: equal lines, equal behaviour. */
#include "iv_record.h"

const char *const iv_action_names[IV_ACT_TYPES] = {
	[IV_ACT_ASR_OPEN] = "asr.open",
	[IV_ACT_ASR_FLUSH] = "asr.flush",
	[IV_ACT_ASR_FINALIZE] = "asr.finalize",
	[IV_ACT_ASR_CLOSE] = "asr.close",
	[IV_ACT_LLM_ASK] = "llm.ask",
	[IV_ACT_LLM_CANCEL] = "llm.cancel",
	[IV_ACT_TTS_SAY] = "tts.say",
	[IV_ACT_TTS_CANCEL] = "tts.cancel",
	[IV_ACT_LEG_SEND] = "leg.send",
	[IV_ACT_LEG_MARK] = "leg.mark",
	[IV_ACT_LEG_CLEAR] = "leg.clear",
	[IV_ACT_KEEP_FROM] = "keep.from",
	[IV_ACT_CUT_FROM] = "cut.from",
	[IV_ACT_TOOL_CALL] = "tool.call",
	[IV_ACT_TOOL_CANCEL] = "tool.cancel",
	[IV_ACT_STT] = "stt",
	[IV_ACT_DELTA] = "delta",
	[IV_ACT_SAY] = "say",
	[IV_ACT_EMOTION] = "emotion",
	[IV_ACT_TURN] = "turn",
	[IV_ACT_DTMF_IN] = "dtmf.in",
	[IV_ACT_DTMF_OUT] = "dtmf.out",
	[IV_ACT_TRANSFER] = "transfer",
	[IV_ACT_NOTE] = "note",
	[IV_ACT_END] = "end",
};

bool iv_action_print(struct iv_buf *out, int64_t now_us, const struct iv_action *a)
{
	bool ok = iv_buf_printf(out, "%10.6f %s", (double)now_us / 1e6, iv_action_names[a->type]);

	if (a->gen)
		ok = ok && iv_buf_printf(out, " gen=%u", a->gen);
	if (a->utt)
		ok = ok && iv_buf_printf(out, " utt=%u", a->utt);
	if (a->type == IV_ACT_LEG_SEND)
		ok = ok && iv_buf_printf(out, " at=%lld n=%lld pad=%lld", (long long)a->at,
					 (long long)a->samples, (long long)a->pad);
	if (a->type == IV_ACT_KEEP_FROM || a->type == IV_ACT_CUT_FROM)
		ok = ok && iv_buf_printf(out, " at=%lld", (long long)a->at);
	if (a->type == IV_ACT_LEG_MARK)
		ok = ok && iv_buf_printf(out, " e%u-u%u-%lld", a->mark.epoch, a->mark.utterance,
					 (long long)a->mark.at);
	if (a->type == IV_ACT_EMOTION || a->type == IV_ACT_LEG_CLEAR)
		ok = ok && iv_buf_printf(out, " %.1f", a->value);
	if (a->a)
		ok = ok && iv_buf_printf(out, " a=%lld", (long long)a->a);
	if (a->flag)
		ok = ok && iv_buf_printf(out, " flag");
	if (a->id.len)
		ok = ok && iv_buf_printf(out, " id=%.*s", IV_FMT(a->id));
	if (a->name.len)
		ok = ok && iv_buf_printf(out, " %.*s", IV_FMT(a->name));
	if (a->text.len)
		ok = ok && iv_buf_printf(out, " \"%.*s\"", IV_FMT(a->text));
	return ok && iv_buf_addc(out, '\n');
}
