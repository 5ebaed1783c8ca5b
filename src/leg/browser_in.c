/* Messages of the browser: one table a type, read by the parser here and by whoever prints
 * AsyncAPI. */
#include "iv_browser.h"

#include "iv_json.h"
#include "leg_priv.h"

#define DIGITS "0123456789*#ABCDw"
#define JSON_BYTES 65536
#define PCM16_CHARS 87384 /* base64 of the scratch */
#define SEQ_MAX 9007199254740991.0

typedef struct iv_client_message message;

static const char *const methods[] = {"rfc2833", "info", NULL};
static const char *const modes[] = {"blind", "attended", NULL};

const char *const iv_client_names[] = {
	[IV_CL_START] = "start",
	[IV_CL_AUDIO] = "audio",
	[IV_CL_DTMF_SEND] = "dtmf.send",
	[IV_CL_TRANSFER] = "transfer",
	[IV_CL_TOOL_RESULT] = "tool.result",
	[IV_CL_PAUSE] = "pause",
	[IV_CL_RESUME] = "resume",
	[IV_CL_CONFIG] = "config",
	[IV_CL_PING] = "ping",
	[IV_CL_TEXT] = "user.text",
	[IV_CL_TYPES] = NULL,
};

static void without_seq(void *object)
{
	((message *)object)->seq = -1;
}

static const struct iv_field start_fields[] = {
	IV_STR(message, call_id, "callId", 0, 0, 128, "the call; needed when the URL named none"),
	IV_STR(message, agent_id, "agentId", 0, 0, 128,
	       "the agent; needed when the URL named none"),
	IV_STR(message, locale, "locale", 0, 0, 35, "BCP 47 tag, over the agent's own"),
	IV_FIELDS_END,
};
static const struct iv_field audio_fields[] = {
	IV_STR(message, pcm16, "pcm16", IV_REQUIRED, 0, PCM16_CHARS,
	       "base64 of PCM16LE mono at the socket's rate"),
	IV_INT(message, seq, "seq", 0, 0, SEQ_MAX, "counts messages; gaps are concealed"),
	IV_FIELDS_END,
};
static const struct iv_field dtmf_fields[] = {
	IV_STR(message, digits, "digits", IV_REQUIRED, 1, 64, "0-9 * # A-D, w waits half a second"),
	IV_ENUM(message, method, "method", 0, methods, "how the carrier is to send them"),
	IV_FIELDS_END,
};
static const struct iv_field transfer_fields[] = {
	IV_STR(message, to, "to", IV_REQUIRED, 1, 256, "number in E.164 or SIP URI"),
	IV_ENUM(message, mode, "mode", 0, modes, "blind hangs up on our side at once"),
	IV_FIELDS_END,
};
static const struct iv_field tool_result_fields[] = {
	IV_STR(message, id, "id", IV_REQUIRED, 1, 128, "of the tool.call that is answered"),
	IV_JSON(message, result, "result", IV_REQUIRED, JSON_BYTES, "any JSON"),
	IV_FIELDS_END,
};
static const struct iv_field clock_fields[] = {
	IV_DBL(message, timestamp, "timestamp", 0, 0, SEQ_MAX, "the sender's clock, Unix ms"),
	IV_FIELDS_END,
};
static const struct iv_field config_fields[] = {
	IV_JSON(message, config, "config", IV_REQUIRED, JSON_BYTES,
		"object, merged over the agent's settings"),
	IV_FIELDS_END,
};
static const struct iv_field text_fields[] = {
	IV_STR(message, text, "text", IV_REQUIRED, 1, 4096, "what the caller typed"),
	IV_FIELDS_END,
};

static const struct iv_shape start_shape = {"ClientStart", sizeof(message), start_fields, NULL};
static const struct iv_shape audio_shape = {"ClientAudio", sizeof(message), audio_fields,
					    without_seq};
static const struct iv_shape dtmf_shape = {"ClientDtmfSend", sizeof(message), dtmf_fields, NULL};
static const struct iv_shape transfer_shape = {"ClientTransfer", sizeof(message), transfer_fields,
					       NULL};
static const struct iv_shape tool_result_shape = {"ClientToolResult", sizeof(message),
						  tool_result_fields, NULL};
static const struct iv_shape pause_shape = {"ClientPause", sizeof(message), clock_fields, NULL};
static const struct iv_shape resume_shape = {"ClientResume", sizeof(message), clock_fields, NULL};
static const struct iv_shape config_shape = {"ClientConfig", sizeof(message), config_fields, NULL};
static const struct iv_shape ping_shape = {"ClientPing", sizeof(message), clock_fields, NULL};
static const struct iv_shape text_shape = {"ClientText", sizeof(message), text_fields, NULL};

const struct iv_shape *const iv_client_shapes[IV_CL_TYPES] = {
	[IV_CL_START] = &start_shape,
	[IV_CL_AUDIO] = &audio_shape,
	[IV_CL_DTMF_SEND] = &dtmf_shape,
	[IV_CL_TRANSFER] = &transfer_shape,
	[IV_CL_TOOL_RESULT] = &tool_result_shape,
	[IV_CL_PAUSE] = &pause_shape,
	[IV_CL_RESUME] = &resume_shape,
	[IV_CL_CONFIG] = &config_shape,
	[IV_CL_PING] = &ping_shape,
	[IV_CL_TEXT] = &text_shape,
};

int leg_client_type(struct iv_str t)
{
	for (int i = 0; i < IV_CL_TYPES; i++)
		if (iv_str_eq(t, iv_str(iv_client_names[i])))
			return i;
	return -1;
}

bool leg_refuse_type(struct iv_err *e)
{
	char known[160];
	struct iv_buf list = {known, 0, sizeof(known) - 1, sizeof(known) - 1};
	bool fits = true;

	for (size_t i = 0; iv_client_names[i] && fits; i++)
		fits = iv_buf_printf(&list, "%s%s", i ? ", " : "", iv_client_names[i]);
	return iv_fail_field(e, IV_EINVAL, "t", "must be one of %.*s", (int)list.len, known);
}

static const struct iv_field *find_field(const struct iv_shape *shape, const char *name)
{
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* Old SDKs send members we never had, and null for what they leave out; both are as good as absent.
 */
static void keep_known(cJSON *tree, const struct iv_shape *shape)
{
	cJSON *item = tree->child;

	while (item) {
		cJSON *next = item->next;
		const struct iv_field *f = find_field(shape, item->string);

		if (!f || (cJSON_IsNull(item) && f->kind != IV_F_JSON))
			cJSON_Delete(cJSON_DetachItemViaPointer(tree, item));
		item = next;
	}
}

static bool only_digits(struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '\0' || !strchr(DIGITS, s.ptr[i]))
			return false;
	return true;
}

/* What a row cannot say. */
static bool check(const struct iv_client_message *m, struct iv_err *e)
{
	if (m->type == IV_CL_DTMF_SEND && !only_digits(m->digits))
		return iv_fail_field(e, IV_EINVAL, "digits", "must hold only 0-9 * # A-D w");
	if (m->type == IV_CL_CONFIG && !iv_str_starts(m->config, IV_S("{")))
		return iv_fail_field(e, IV_EINVAL, "config", "must be an object");
	return true;
}

bool iv_client_parse(struct iv_str json, struct iv_client_message *m, struct iv_arena *arena,
		     struct iv_err *e)
{
	cJSON *tree = leg_parse_object(json, e);
	int type;
	bool ok;

	*m = (struct iv_client_message){.seq = -1};
	if (!tree)
		return false;
	type = leg_client_type(iv_json_str(tree, "t"));
	if (type < 0) {
		ok = leg_refuse_type(e);
	} else {
		keep_known(tree, iv_client_shapes[type]);
		ok = iv_shape_read(iv_client_shapes[type], tree, m, arena, e);
		m->type = (enum iv_client_type)type;
		ok = ok && check(m, e);
	}
	cJSON_Delete(tree);
	return ok;
}
