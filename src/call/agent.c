/* The agent's field tables: what an agent may say about itself, with its defaults. */
#include "iv_agent.h"

const char *const iv_endpointing_names[] = {"invorto", "off", NULL};
const char *const iv_consent_names[] = {"off", "announce", "ask", NULL};
const char *const iv_recording_formats[] = {"wav", "opus", NULL};
const char *const iv_tool_methods[] = {"GET", "POST", "PUT", "DELETE", NULL};
static const char *const backchannels[] = {
	"uh huh", "uh-huh", "mm hmm", "mhm", "mm", "hmm", "yeah", "yes", "yep", "okay", "ok", "right",
	"sure", "i see", "got it", "aha", "ah", "oh", "huh",
};
static struct iv_str default_backchannels[IV_COUNT(backchannels)];
static struct iv_str default_prompt[] = {
	{"Are you still there?", sizeof("Are you still there?") - 1},
	{"I did not hear anything. Can I still help you?",
	 sizeof("I did not hear anything. Can I still help you?") - 1},
};

static const struct iv_field endpointing_fields[] = {
	IV_ENUM(struct iv_endpointing, provider, "provider", 0, iv_endpointing_names,
		"who decides that a turn is over: invorto's rules, or off: the recogniser alone"),
	IV_INT(struct iv_endpointing, silence_ms, "silenceMs", 0, 50, 5000,
	       "silence in ms that ends a turn whose text looks finished"),
	IV_INT(struct iv_endpointing, min_words, "minWords", 0, 0, 20,
	       "a turn of fewer words waits twice as long"),
	IV_DBL(struct iv_endpointing, confidence, "confidenceThreshold", 0, 0, 1,
	       "a transcript less certain than this waits as if unfinished"),
	IV_STR(struct iv_endpointing, wait_function, "waitFunction", 0, 0, 120,
	       "ms of silence as a function of x, how unfinished (0 to 1) the text looks: 200 + 8000*x"),
	IV_INT(struct iv_endpointing, unfinished_ms, "unfinishedMs", 0, 50, 10000,
	       "silence in ms after a comma, a conjunction, a filler word"),
	IV_INT(struct iv_endpointing, digits_ms, "digitsMs", 0, 50, 10000,
	       "silence in ms after a number"),
	IV_INT(struct iv_endpointing, max_ms, "maxMs", 0, 100, 20000,
	       "silence in ms that ends any turn"),
	IV_INT(struct iv_endpointing, finalize_ms, "finalizeMs", 0, 20, 5000,
	       "silence in ms after which the recogniser is told to finish"),
	IV_FIELDS_END,
};
static const struct iv_shape endpointing_shape = {
	.name = "Endpointing", .size = sizeof(struct iv_endpointing), .fields = endpointing_fields};

static const struct iv_field barge_in_fields[] = {
	IV_BOOL(struct iv_barge_in, enabled, "enabled", 0, "the caller may interrupt"),
	IV_INT(struct iv_barge_in, onset_ms, "onsetMs", 0, 40, 1000,
	       "speech in ms over the agent that silences it"),
	IV_INT(struct iv_barge_in, echo_guard_db, "echoGuardDb", 0, 0, 60,
	       "how many dB above the agent's echo the caller has to be"),
	IV_INT(struct iv_barge_in, min_words, "minWords", 0, 0, 20,
	       "words that make an interruption real"),
	IV_BOOL(struct iv_barge_in, resume, "resume", 0, "go on speaking after a false alarm"),
	IV_INT(struct iv_barge_in, resume_ms, "resumeMs", 0, 100, 5000,
	       "silence in ms without words after which it was a false alarm"),
	IV_STRS(struct iv_barge_in, backchannels, "backchannels", 0, 100,
		"words that never interrupt"),
	IV_FIELDS_END,
};
static const struct iv_shape barge_in_shape = {
	.name = "BargeIn", .size = sizeof(struct iv_barge_in), .fields = barge_in_fields};

static const struct iv_field idle_fields[] = {
	IV_INT(struct iv_idle, prompt_ms, "promptMs", 0, 0, 600000,
	       "silence in ms after which the agent asks whether somebody is there; 0 never"),
	IV_STRS(struct iv_idle, prompts, "prompts", 0, 5, "what it asks, once each"),
	IV_INT(struct iv_idle, hangup_ms, "hangupMs", 0, 0, 3600000,
	       "silence in ms that ends the call; 0 never"),
	IV_STR(struct iv_idle, goodbye, "goodbye", 0, 0, 500, "said before hanging up for silence"),
	IV_FIELDS_END,
};
static const struct iv_shape idle_shape = {
	.name = "Idle", .size = sizeof(struct iv_idle), .fields = idle_fields};

static const struct iv_field consent_fields[] = {
	IV_ENUM(struct iv_consent, mode, "mode", 0, iv_consent_names,
		"off, announce the prompt, or ask and wait for a yes"),
	IV_STR(struct iv_consent, prompt, "prompt", 0, 0, 500, "what is announced or asked"),
	IV_STR(struct iv_consent, declined, "declined", 0, 0, 500, "said before hanging up on a no"),
	IV_FIELDS_END,
};
static const struct iv_shape consent_shape = {
	.name = "Consent", .size = sizeof(struct iv_consent), .fields = consent_fields};

static const struct iv_field keypad_fields[] = {
	IV_INT(struct iv_keypad, gap_ms, "gapMs", 0, 200, 20000,
	       "digits further apart than this are separate entries"),
	IV_INT(struct iv_keypad, max_digits, "maxDigits", 0, 1, 64, "digits of one entry"),
	IV_STR(struct iv_keypad, finish, "finish", 0, 0, 1, "the key that ends an entry"),
	IV_FIELDS_END,
};
static const struct iv_shape keypad_shape = {
	.name = "Keypad", .size = sizeof(struct iv_keypad), .fields = keypad_fields};

static const struct iv_field analysis_fields[] = {
	IV_BOOL(struct iv_analysis, enabled, "enabled", 0,
		"after the call the model is asked what came of it; else only what the call itself knows is told"),
	IV_STR(struct iv_analysis, prompt, "prompt", 0, 0, 4096,
	       "what the model is told about these calls, beside the house's own words"),
	IV_STR(struct iv_analysis, rubric, "rubric", 0, 0, 4096,
	       "what a successful call is; the call is scored by it (successEvaluation)"),
	IV_JSON(struct iv_analysis, structured_schema, "structuredSchema", 0, 16384,
		"JSON Schema of what is to be taken out of the conversation (structuredData)"),
	IV_FIELDS_END,
};
static const struct iv_shape analysis_shape = {
	.name = "Analysis", .size = sizeof(struct iv_analysis), .fields = analysis_fields};

static void tool_defaults(void *object)
{
	struct iv_tool *t = object;

	t->parameters = IV_S("{\"type\":\"object\",\"properties\":{}}");
	t->method = 1;
	t->blocking = true;
}

static const struct iv_field tool_fields[] = {
	IV_STR(struct iv_tool, name, "name", IV_REQUIRED, 1, 63, "letters, digits and _"),
	IV_STR(struct iv_tool, description, "description", 0, 0, 1024, "what the model is told"),
	IV_ROW(IV_F_JSON, struct iv_tool, parameters, "parameters", "inputSchema", 0, 0, 8192, NULL, NULL,
	       "JSON Schema of the arguments"),
	IV_JSON(struct iv_tool, output_schema, "outputSchema", 0, 8192,
		"JSON Schema of its answer; one that does not fit fails"),
	IV_ROW(IV_F_STR, struct iv_tool, url, "url", "endpoint", 0, 0, 1024, NULL, NULL,
	       "called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it"),
	IV_ENUM(struct iv_tool, method, "method", 0, iv_tool_methods, "HTTP method"),
	IV_JSON(struct iv_tool, headers, "headers", 0, 4096,
		"sent along, at most 16; whoever reads the agent or the call's record sees them: {\"$secret\": NAME} instead of "
		"a credential"),
	IV_INT(struct iv_tool, timeout_ms, "timeoutMs", 0, 0, 30000,
	       "time it has in ms; 0: the configured default"),
	IV_BOOL(struct iv_tool, blocking, "blocking", 0, "wait for the result before answering"),
	IV_STR(struct iv_tool, filler, "filler", 0, 0, 200, "said when it takes long"),
	IV_FIELDS_END,
};
const struct iv_shape iv_tool_shape = {.name = "Tool",
				       .size = sizeof(struct iv_tool),
				       .fields = tool_fields,
				       .defaults = tool_defaults};

const char *const iv_transfer_modes[] = {"blind", "attended", NULL};
const char *const iv_voicemail_actions[] = {"hangup", "message", "continue", NULL};

static const struct iv_field transfer_fields[] = {
	IV_ENUM(struct iv_transfer, mode, "mode", 0, iv_transfer_modes,
		"blind: connected as soon as somebody answers; attended: the whisper first"),
	IV_STR(struct iv_transfer, whisper, "whisper", 0, 0, 500, "attended: said to who answers, before the two are connected"),
	IV_INT(struct iv_transfer, ring_ms, "ringMs", 0, 5000, 120000, "how long it may ring there"),
	IV_STR(struct iv_transfer, failed, "failed", 0, 1, 500,
	       "said to the caller when nobody took it; the conversation goes on"),
	IV_FIELDS_END,
};
static const struct iv_shape transfer_shape = {"Transfer", sizeof(struct iv_transfer), transfer_fields, NULL};

static const struct iv_field voicemail_fields[] = {
	IV_ENUM(struct iv_voicemail, action, "action", 0, iv_voicemail_actions,
		"hangup, leave the message after the tone, or go on as if a person had answered"),
	IV_STR(struct iv_voicemail, message, "message", 0, 0, 1000, "left after the tone"),
	IV_FIELDS_END,
};
static const struct iv_shape voicemail_shape = {"Voicemail", sizeof(struct iv_voicemail), voicemail_fields, NULL};

static void agent_defaults(void *object)
{
	struct iv_agent *a = object;

	for (size_t i = 0; i < IV_COUNT(backchannels); i++)
		default_backchannels[i] = iv_str(backchannels[i]);
	a->locale = IV_S("en-IN");
	a->disclosure = IV_S("You are speaking with an automated assistant.");
	a->interruptible = true;
	a->consent.declined = IV_S("I understand. Goodbye.");
	a->temperature = -1;
	a->endpointing = (struct iv_endpointing){.silence_ms = 220,
						 .min_words = 2,
						 .confidence = 0.65,
						 .unfinished_ms = 1200,
						 .digits_ms = 800,
						 .max_ms = 3000,
						 .finalize_ms = 120};
	a->barge_in = (struct iv_barge_in){
		.enabled = true,
		.onset_ms = 100,
		.echo_guard_db = 6,
		.min_words = 1,
		.resume = true,
		.resume_ms = 500,
		.backchannels = {default_backchannels, IV_COUNT(default_backchannels)}};
	a->idle = (struct iv_idle){.prompt_ms = 10000,
				   .prompts = {default_prompt, IV_COUNT(default_prompt)},
				   .hangup_ms = 45000,
				   .goodbye = IV_S("I will hang up now. Goodbye.")};
	a->keypad = (struct iv_keypad){.gap_ms = 1500, .max_digits = 32, .finish = IV_S("#")};
	a->tool_budget_ms = 800;
	a->filler = IV_S("One moment, please.");
	a->opt_out_text = IV_S("I understand. You will not be called again. Goodbye.");
	a->apology = IV_S("I am sorry, I am having trouble at the moment.");
	a->transfer = (struct iv_transfer){
		.ring_ms = 30000,
		.failed = IV_S("I am sorry, nobody can take your call right now. What else can I do for you?")};
	a->max_duration_ms = 1800000;
	a->max_duration_text = IV_S("We have reached the end of the time for this call. Goodbye.");
	a->emotion = true;
	a->analysis.enabled = true;
	a->metadata = IV_S("{}");
}

static const struct iv_field agent_fields[] = {
	IV_STR(struct iv_agent, id, "id", 0, 0, 128, "name of the agent in addresses"),
	IV_STR(struct iv_agent, name, "name", IV_REQUIRED, 1, 80, "shown to people"),
	IV_STR(struct iv_agent, locale, "locale", 0, 2, 16, "language of the call"),
	IV_ROW(IV_F_STR, struct iv_agent, prompt, "prompt", "systemPrompt", 0, 0, 16384, NULL, NULL,
	       "what the model is told to be"),
	IV_STR(struct iv_agent, disclosure, "disclosure", 0, 0, 500,
	       "says that this is an automated voice; spoken first, never interrupted"),
	IV_BOOL(struct iv_agent, disclosure_waived, "disclosureWaived", 0,
		"somebody took the responsibility for not saying so"),
	IV_ROW(IV_F_STR, struct iv_agent, greeting, "greeting", "firstMessage", 0, 0, 1000, NULL, NULL,
	       "the agent's first words"),
	IV_BOOL(struct iv_agent, interruptible, "interruptible", 0,
		"the caller may speak over greeting and answers"),
	IV_OBJ(struct iv_agent, consent, "consent", 0, &consent_shape, "recording consent"),
	IV_STRS(struct iv_agent, asr, "asr", 0, 5, "recognisers in order"),
	IV_STRS(struct iv_agent, llm, "llm", 0, 5, "models' servers in order"),
	IV_STRS(struct iv_agent, tts, "tts", 0, 5, "synthesisers in order"),
	IV_STR(struct iv_agent, model, "model", 0, 0, 120, "model of the first server"),
	IV_STR(struct iv_agent, voice, "voice", 0, 0, 120, "voice at deepgram"),
	IV_STR(struct iv_agent, voice_elevenlabs, "voiceElevenlabs", 0, 0, 120, "voice at elevenlabs"),
	IV_STR(struct iv_agent, asr_model, "asrModel", 0, 0, 120, "recognition model"),
	IV_DBL(struct iv_agent, temperature, "temperature", 0, -1, 2, "of the model; -1: configured"),
	IV_INT(struct iv_agent, max_tokens, "maxTokens", 0, 0, 16384, "of an answer; 0: configured"),
	IV_OBJ(struct iv_agent, endpointing, "endpointing", 0, &endpointing_shape, "when a turn ends"),
	IV_OBJ(struct iv_agent, barge_in, "bargeIn", 0, &barge_in_shape, "interruptions"),
	IV_OBJ(struct iv_agent, idle, "idle", 0, &idle_shape, "silence"),
	IV_OBJ(struct iv_agent, keypad, "keypad", 0, &keypad_shape, "dialled digits"),
	IV_OBJS(struct iv_agent, tools, "tools", 0, 32, &iv_tool_shape, "functions the model may call"),
	IV_INT(struct iv_agent, tool_budget_ms, "toolBudgetMs", 0, 0, 30000,
	       "a tool that takes longer gets its filler spoken"),
	IV_STR(struct iv_agent, filler, "filler", 0, 0, 200, "said while a tool takes long"),
	IV_STR(struct iv_agent, apology, "apology", 0, 1, 500, "said when no provider answers"),
	IV_STRS(struct iv_agent, end_call_phrases, "endCallPhrases", 0, 20,
		"the agent saying one of them ends the call once it was heard"),
	IV_STR(struct iv_agent, opt_out_digit, "optOutDigit", 0, 0, 1,
	       "a key that says \"do not call me again\": 9; empty: none does"),
	IV_STR(struct iv_agent, opt_out_text, "optOutText", 0, 0, 500, "said when it was pressed; then the call ends"),
	IV_STR(struct iv_agent, transfer_to, "transferTo", 0, 0, 120, "where a human is"),
	IV_OBJ(struct iv_agent, transfer, "transfer", 0, &transfer_shape, "how a caller is handed over on a telephone line"),
	IV_OBJ(struct iv_agent, voicemail, "voicemail", 0, &voicemail_shape, "when a machine answers a call we placed"),
	IV_INT(struct iv_agent, max_duration_ms, "maxDurationMs", 0, 1000, 43200000,
	       "longest call in ms"),
	IV_STR(struct iv_agent, max_duration_text, "maxDurationText", 0, 0, 500,
	       "said when it is reached"),
	IV_BOOL(struct iv_agent, emotion, "emotion", 0, "send emotion.window"),
	IV_BOOL(struct iv_agent, record, "record", 0, "write a stereo recording"),
	IV_ENUM(struct iv_agent, recording_format, "recordingFormat", 0, iv_recording_formats,
		"wav, or opus: made of it after the call, a fifth of the size at 8 kHz, a tenth at 16 kHz"),
	IV_OBJ(struct iv_agent, analysis, "analysis", 0, &analysis_shape, "what is made of a call once it is over"),
	IV_BOOL(struct iv_agent, echo, "echo", 0,
		"sends the caller's sound straight back and uses no provider: to test a line"),
	IV_JSON(struct iv_agent, metadata, "metadata", 0, 16384, "kept and returned"),
	IV_FIELDS_END,
};
const struct iv_shape iv_agent_shape = {.name = "Agent",
					.size = sizeof(struct iv_agent),
					.fields = agent_fields,
					.defaults = agent_defaults};
