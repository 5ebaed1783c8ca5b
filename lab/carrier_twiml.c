/* TwiML: expat builds the tree, a table says what may stand where. */
#include "carrier_twiml.h"

#include <expat.h>
#include <stdlib.h>

#define DEPTH_MAX 6

struct element {
	const char *name, *parents, *attributes; /* lists parted by blanks */
	bool text;                               /* may hold text */
};

static const struct element elements[] = {
	{"Response", "", "", false},
	{"Say", "Response Gather", "voice language loop", true},
	{"Play", "Response Gather", "loop digits", true},
	{"Pause", "Response Gather", "length", false},
	{"Gather", "Response",
	 "action method input timeout numDigits finishOnKey actionOnEmptyResult language speechTimeout hints"
	 " partialResultCallback partialResultCallbackMethod profanityFilter speechModel enhanced bargeIn",
	 false},
	{"Redirect", "Response", "method", true},
	{"Reject", "Response", "reason", false},
	{"Hangup", "Response", "", false},
	{"Leave", "Response", "", false},
	{"Connect", "Response", "action method", false},
	{"Start", "Response", "action method", false},
	{"Stop", "Response", "", false},
	{"Stream", "Connect Start Stop", "url name track statusCallback statusCallbackMethod", false},
	{"Parameter", "Stream", "name value", false},
	{"Dial", "Response",
	 "action method timeout timeLimit callerId answerOnBridge record recordingStatusCallback"
	 " recordingStatusCallbackMethod recordingStatusCallbackEvent trim ringTone sequential referUrl referMethod"
	 " hangupOnStar",
	 true},
	{"Number", "Dial",
	 "sendDigits url method byoc statusCallback statusCallbackMethod statusCallbackEvent machineDetection"
	 " amdStatusCallback amdStatusCallbackMethod machineDetectionTimeout machineDetectionSpeechThreshold"
	 " machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout",
	 true},
	{"Sip", "Dial",
	 "username password url method statusCallback statusCallbackMethod statusCallbackEvent machineDetection"
	 " amdStatusCallback amdStatusCallbackMethod",
	 true},
	{"Client", "Dial", "url method statusCallback statusCallbackMethod statusCallbackEvent", true},
	{"Conference", "Dial",
	 "muted beep startConferenceOnEnter endConferenceOnExit participantLabel waitUrl waitMethod maxParticipants record"
	 " region coach trim statusCallback statusCallbackEvent statusCallbackMethod recordingStatusCallback"
	 " recordingStatusCallbackMethod eventCallbackUrl",
	 true},
};

struct reading {
	XML_Parser parser;
	cJSON *root, *stack[DEPTH_MAX];
	int depth;
	struct iv_err *e;
	bool failed;
};

const char *twiml_name(const cJSON *node)
{
	return cJSON_GetObjectItemCaseSensitive(node, "name")->valuestring;
}

const char *twiml_text(const cJSON *node)
{
	return cJSON_GetObjectItemCaseSensitive(node, "text")->valuestring;
}

const char *twiml_attribute(const cJSON *node, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(node, "attributes"), name);

	return v ? v->valuestring : "";
}

const cJSON *twiml_children(const cJSON *node)
{
	return cJSON_GetObjectItemCaseSensitive(node, "children")->child;
}

static bool listed(const char *list, const char *word)
{
	struct iv_str rest = iv_str(list), one;

	while (iv_str_split(&rest, ' ', &one))
		if (iv_str_eq(one, iv_str(word)))
			return true;
	return false;
}

static const struct element *find_element(const char *name)
{
	for (size_t i = 0; i < IV_COUNT(elements); i++)
		if (strcmp(elements[i].name, name) == 0)
			return &elements[i];
	return NULL;
}

static void fail(struct reading *r)
{
	r->failed = true;
	XML_StopParser(r->parser, XML_FALSE);
}

static bool fits(struct reading *r, const char *name, const XML_Char **attributes)
{
	const struct element *el = find_element(name);
	const char *parent = r->depth > 0 ? twiml_name(r->stack[r->depth - 1]) : "";

	if (!el || (r->depth == 0) != (el->parents[0] == '\0'))
		return iv_fail(r->e, IV_EINVAL, "12200: <%.40s> is no element that may stand here", name);
	if (r->depth > 0 && !listed(el->parents, parent))
		return iv_fail(r->e, IV_EINVAL, "12200: <%.40s> may not stand in <%.40s>", name, parent);
	for (size_t i = 0; attributes[i]; i += 2)
		if (!listed(el->attributes, attributes[i]))
			return iv_fail(r->e, IV_EINVAL, "12200: <%.40s> has no attribute %.40s", name, attributes[i]);
	return true;
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *r = arg;
	cJSON *node, *set;

	if (r->depth == DEPTH_MAX || !fits(r, name, attributes)) {
		iv_fail(r->e, IV_EINVAL, "12200: nested too deep");
		fail(r);
		return;
	}
	node = cJSON_CreateObject();
	cJSON_AddStringToObject(node, "name", name);
	set = cJSON_AddObjectToObject(node, "attributes");
	for (size_t i = 0; attributes[i]; i += 2)
		cJSON_AddStringToObject(set, attributes[i], attributes[i + 1]);
	cJSON_AddStringToObject(node, "text", "");
	cJSON_AddArrayToObject(node, "children");
	if (r->depth == 0)
		r->root = node;
	else
		cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(r->stack[r->depth - 1], "children"), node);
	r->stack[r->depth++] = node;
}

static void trim_text(cJSON *node)
{
	struct iv_str s = iv_str_trim(iv_str(twiml_text(node)));
	char *copy = strndup(s.ptr, s.len);

	if (!copy)
		abort();
	cJSON_SetValuestring(cJSON_GetObjectItemCaseSensitive(node, "text"), copy);
	free(copy);
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
	struct reading *r = arg;
	cJSON *node = r->stack[--r->depth];

	trim_text(node);
	if (twiml_text(node)[0] && !find_element(name)->text) {
		iv_fail(r->e, IV_EINVAL, "12200: <%.40s> holds no text", name);
		fail(r);
	}
}

static void XMLCALL on_text(void *arg, const XML_Char *s, int len)
{
	struct reading *r = arg;
	cJSON *text;
	size_t had;

	if (r->depth == 0)
		return;
	text = cJSON_GetObjectItemCaseSensitive(r->stack[r->depth - 1], "text");
	had = strlen(text->valuestring);
	char *more = realloc(text->valuestring, had + (size_t)len + 1);
	if (!more)
		abort();
	memcpy(more + had, s, (size_t)len);
	more[had + (size_t)len] = '\0';
	text->valuestring = more;
}

/* Entities of a document's own have no place in TwiML. */
static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *sysid, const XML_Char *pubid, int internal)
{
	struct reading *r = arg;

	(void)name;
	(void)sysid;
	(void)pubid;
	(void)internal;
	iv_fail(r->e, IV_EINVAL, "12100: a document type is not taken");
	fail(r);
}

static bool check_node(const cJSON *node, bool whisper, struct iv_err *e)
{
	const char *name = twiml_name(node), *url = twiml_attribute(node, "url");
	int numbers = 0;

	if (whisper && !listed("Response Say Play Pause Gather Hangup Redirect", name))
		return iv_fail(e, IV_EINVAL, "13201: <%s> may not stand in the document of a dialled leg", name);
	if (strcmp(name, "Stream") == 0 && url[0] && strncmp(url, "wss:", 4) != 0 && strncmp(url, "ws:", 3) != 0)
		return iv_fail(e, IV_EINVAL, "31923: the url of <Stream> must be wss");
	if (strcmp(name, "Stream") == 0 && strchr(url, '?'))
		return iv_fail(e, IV_EINVAL, "31920: the url of <Stream> may have no query");
	if (strcmp(name, "Parameter") == 0 &&
	    strlen(twiml_attribute(node, "name")) + strlen(twiml_attribute(node, "value")) >= 500)
		return iv_fail(e, IV_EINVAL, "12200: name and value of <Parameter> must have less than 500 characters");
	for (const cJSON *c = twiml_children(node); c; c = c->next) {
		numbers += strcmp(twiml_name(c), "Number") == 0;
		if (!check_node(c, whisper, e))
			return false;
	}
	return numbers <= 10 || iv_fail(e, IV_EINVAL, "12200: <Dial> takes at most 10 numbers");
}

cJSON *twiml_read(struct iv_str text, bool whisper, struct iv_err *e)
{
	struct reading r = {.parser = XML_ParserCreate(NULL), .e = e};
	bool ok;

	if (!r.parser)
		abort();
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	ok = text.len <= TWIML_BYTES_MAX || iv_fail(e, IV_ETOOBIG, "11750: the document has more than 64 KiB");
	if (ok && XML_Parse(r.parser, text.ptr, (int)text.len, 1) != XML_STATUS_OK)
		ok = r.failed ? false
			      : iv_fail(e, IV_EINVAL, "12100: %s in line %lu", XML_ErrorString(XML_GetErrorCode(r.parser)),
					(unsigned long)XML_GetCurrentLineNumber(r.parser));
	ok = ok && !r.failed && check_node(r.root, whisper, e);
	XML_ParserFree(r.parser);
	if (ok)
		return r.root;
	cJSON_Delete(r.root);
	return NULL;
}
