/* What the server's messages hold, for the AsyncAPI document and for the test that reads every
 * message back by its row. The slots only give each row a place of the right type; nothing live is
 * kept in them. */
#include "iv_browser.h"

struct slots {
	struct iv_str text[6];
	int64_t whole[8];
	double number[3];
	bool flag;
	int choice;
	struct iv_turn_stamps stamps;
};

#define MUST IV_REQUIRED
#define TEXT(slot, name, flags, doc) IV_STR(struct slots, text[slot], name, flags, 0, 0, doc)
#define WHOLE(slot, name, flags, doc) IV_INT(struct slots, whole[slot], name, flags, 0, 0, doc)
#define NUMBER(slot, name, flags, doc) IV_DBL(struct slots, number[slot], name, flags, 0, 0, doc)
#define FLAG(name, doc) IV_BOOL(struct slots, flag, name, MUST, doc)
#define MOMENT(member, doc) IV_INT(struct iv_turn_stamps, member, #member, 0, 0, 0, doc)

static const struct iv_field connected[] = {
	TEXT(0, "callId", MUST, "the call this socket belongs to"),
	TEXT(1, "resumeToken", 0, "takes the call up again on a new socket"),
	TEXT(2, "agentName", 0, "who speaks"),
	IV_FIELDS_END,
};
static const struct iv_field partial[] = {
	TEXT(0, "text", MUST, "what was understood so far"),
	IV_FIELDS_END,
};
static const struct iv_field final[] = {
	TEXT(0, "text", MUST, "what was understood"),
	NUMBER(0, "confidence", MUST, "0 to 1"),
	NUMBER(1, "duration", MUST, "of the utterance, in seconds"),
	IV_FIELDS_END,
};
static const struct iv_field delta[] = {
	TEXT(0, "text", MUST, "the next piece of the model's answer"),
	IV_FIELDS_END,
};
static const struct iv_field tool_call[] = {
	TEXT(0, "id", MUST, "to be named in the tool.result"),
	TEXT(1, "name", MUST, "the function"),
	IV_JSON(struct slots, text[2], "args", MUST, 0, "its arguments"),
	IV_FIELDS_END,
};
static const struct iv_field chunk[] = {
	WHOLE(0, "seq", MUST, "0, 1, ..."),
	TEXT(0, "pcm16", MUST, "base64 of PCM16LE mono at the socket's rate"),
	TEXT(1, "audio", 0, "the same again, for clients that ask for it"),
	IV_FIELDS_END,
};
static const char *const actions[] = {"stop-tts", NULL};
static const struct iv_field bargein[] = {
	IV_ENUM(struct slots, choice, "action", MUST, actions, "throw away what is not played yet"),
	IV_FIELDS_END,
};
static const struct iv_field emotion[] = {
	NUMBER(0, "energy_db", MUST, "dBFS of the last 250 ms"),
	FLAG("speaking", "somebody was speaking in them"),
	IV_FIELDS_END,
};
static const struct iv_field emotion_state[] = {
	TEXT(0, "class", MUST, "name of the state"),
	NUMBER(0, "arousal", MUST, "-1 to 1"),
	NUMBER(1, "valence", MUST, "-1 to 1"),
	NUMBER(2, "confidence", MUST, "0 to 1"),
	IV_FIELDS_END,
};
static const struct iv_field dtmf[] = {
	IV_STR(struct slots, text[0], "digit", MUST, 1, 1, "0-9 * # A-D"),
	IV_FIELDS_END,
};
static const struct iv_field end[] = {
	TEXT(0, "reason", MUST, "why the call ended"),
	IV_FIELDS_END,
};
static const struct iv_field error[] = {
	TEXT(0, "code", MUST, "stable name"),
	TEXT(1, "message", MUST, "what was expected and what was found"),
	TEXT(2, "field", 0, "dotted path of the field at fault"),
	FLAG("retryable", "the same may succeed later"),
	IV_FIELDS_END,
};
static const struct iv_field nothing[] = {
	IV_FIELDS_END,
};
static const struct iv_field say[] = {
	WHOLE(0, "turn", MUST, "1, 2, ..."),
	TEXT(0, "text", MUST, "the sentence that is spoken next"),
	IV_FIELDS_END,
};
static const struct iv_field moments[] = {
	MOMENT(vad_end, "the caller fell silent"),
	MOMENT(stt_final, "the transcript was final"),
	MOMENT(eou, "the turn was taken to be over"),
	MOMENT(llm_first, "first token"),
	MOMENT(sentence_first, "first whole sentence"),
	MOMENT(tts_first, "first sample"),
	MOMENT(leg_first, "first audio sent"),
	MOMENT(heard_first, "first sound heard, as far as the far end's clock tells"),
	IV_FIELDS_END,
};
static const struct iv_shape moments_shape = {"ServerTurnStamps", sizeof(struct iv_turn_stamps),
					      moments, NULL};
static const struct iv_field turn[] = {
	WHOLE(0, "turn", MUST, "1, 2, ..."),
	TEXT(0, "outcome", MUST, "how it ended"),
	TEXT(1, "heard", MUST, "what the caller heard of the answer"),
	IV_OBJ(struct slots, stamps, "stamps", MUST, &moments_shape,
	       "milliseconds since the call began; absent when it did not happen"),
	IV_FIELDS_END,
};

#define SHAPE(name, fields)                              \
	{                                                \
		name, sizeof(struct slots), fields, NULL \
	}

const struct iv_server_row iv_server_rows[] = {
	{"connected", SHAPE("ServerConnected", connected)},
	{"stt.partial", SHAPE("ServerSttPartial", partial)},
	{"stt.final", SHAPE("ServerSttFinal", final)},
	{"llm.delta", SHAPE("ServerLlmDelta", delta)},
	{"tool.call", SHAPE("ServerToolCall", tool_call)},
	{"tts.chunk", SHAPE("ServerTtsChunk", chunk)},
	{"control.bargein", SHAPE("ServerBargein", bargein)},
	{"emotion.window", SHAPE("ServerEmotionWindow", emotion)},
	{"emotion.state", SHAPE("ServerEmotionState", emotion_state)},
	{"dtmf", SHAPE("ServerDtmf", dtmf)},
	{"end", SHAPE("ServerEnd", end)},
	{"error", SHAPE("ServerError", error)},
	{"pong", SHAPE("ServerPong", nothing)},
	{"say", SHAPE("ServerSay", say)},
	{"turn", SHAPE("ServerTurn", turn)},
	{NULL, {NULL, 0, NULL, NULL}},
};
