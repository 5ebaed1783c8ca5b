/* The verbs of Jambonz and their properties, as a table. */
#include "carrier_verbs.h"

#include <stdio.h>
#include <stdlib.h>

#define DEPTH_MAX 8

/* "*" is required. Types: s text, n number, b boolean, a array, o object (null and arrays are objects to this
 * server), #kind another row, [kind an array of them, =a/b one of. */
struct spec {
	const char *name, *properties;
	bool verb;
};

static const struct spec specs[] = {
	{"answer", "", true},
	{"sip:decline", "*status:n reason:s headers:o", true},
	{"sip:request", "*method:s body:s headers:o actionHook:os", true},
	{"sip:refer", "*referTo:s referredBy:s referredByDisplayName:s headers:o actionHook:os eventHook:os", true},
	{"config",
	 "synthesizer:#synthesizer recognizer:#recognizer bargeIn:#bargeIn ttsStream:#ttsStream record:#recordOptions"
	 " listen:#listenOptions stream:#listenOptions transcribe:#transcribeOptions amd:#amd fillerNoise:#fillerNoise"
	 " notifyEvents:b notifySttLatency:b reset:as onHoldMusic:s actionHookDelayAction:o sipRequestWithinDialogHook:os"
	 " boostAudioSignal:ns vad:#vad referHook:os earlyMedia:b autoStreamTts:b disableTtsCache:b trackTtsPlayout:b"
	 " noiseIsolation:o turnTaking:o",
	 true},
	{"dub", "*action:=addTrack/removeTrack/silenceTrack/playOnTrack/sayOnTrack *track:s play:s say:os loop:b gain:ns",
	 true},
	{"leave", "", true},
	{"hangup", "headers:o", true},
	{"play", "*url:as loop:ns earlyMedia:b seekOffset:ns timeoutSecs:ns actionHook:os", true},
	{"say",
	 "text:as instructions:s stream:b loop:ns synthesizer:#synthesizer earlyMedia:b disableTtsCache:b"
	 " closeStreamOnEmpty:b",
	 true},
	{"gather",
	 "actionHook:os finishOnKey:s input:a numDigits:n minDigits:n maxDigits:n interDigitTimeout:n partialResultHook:os"
	 " speechTimeout:n listenDuringPrompt:b dtmfBargein:b bargein:b minBargeinWordCount:n timeout:n recognizer:#recognizer"
	 " play:#play say:#say fillerNoise:#fillerNoise actionHookDelayAction:o",
	 true},
	{"conference",
	 "*name:s beep:b memberTag:s speakOnlyTo:s startConferenceOnEnter:b endConferenceOnExit:b endConferenceDuration:n"
	 " maxParticipants:n joinMuted:b actionHook:os waitHook:os statusEvents:a statusHook:os enterHook:os record:#record"
	 " listen:#listen distributeDtmf:b",
	 true},
	{"dial",
	 "*target:[target actionHook:os onHoldHook:os answerOnBridge:b callerId:s callerName:s confirmHook:os referHook:os"
	 " dialMusic:s dtmfCapture:o dtmfHook:os headers:o anchorMedia:b exitMediaPath:b boostAudioSignal:ns listen:#listen"
	 " stream:#listen timeLimit:n timeout:n proxy:s transcribe:o amd:#amd dub:[dub tag:o"
	 " forwardPAI:b srtpEncryption:=sdes/dtls",
	 true},
	{"dtmf", "*dtmf:s duration:n", true},
	{"listen",
	 "*url:s actionHook:os auth:#auth finishOnKey:s maxLength:n metadata:o mixType:=mono/stereo/mixed passDtmf:b playBeep:b"
	 " disableBidirectionalAudio:b bidirectionalAudio:#bidirectionalAudio sampleRate:n timeout:n transcribe:o"
	 " wsAuth:#auth earlyMedia:b channel:n",
	 true},
	{"pause", "*length:n", true},
	{"redirect", "*actionHook:os statusHook:os", true},
	{"tag", "*data:o", true},
	{"listenOptions", 
	 "*enable:b url:s sampleRate:n wsAuth:#auth mixType:=mono/stereo/mixed metadata:o maxLength:n passDtmf:b playBeep:b"
	 " disableBidirectionalAudio:b bidirectionalAudio:#bidirectionalAudio timeout:n",
	 false},
	{"target",
	 "*type:=phone/sip/user/teams confirmHook:os method:=GET/POST headers:o from:#dialFrom name:s number:s sipUri:s"
	 " auth:#auth vmail:b tenant:s trunk:s overrideTo:s proxy:s",
	 false},
	{"dialFrom", "user:s host:s", false},
	{"auth", "*username:s *password:s", false},
	{"bidirectionalAudio", "enabled:b streaming:b sampleRate:n", false},
	{"amd", "*actionHook:os thresholdWordCount:n digitCount:n timers:#amdTimers recognizer:#recognizer", false},
	{"amdTimers", "noSpeechTimeoutMs:n decisionTimeoutMs:n toneTimeoutMs:n greetingCompletionTimeoutMs:n", false},
	{"fillerNoise", "*enable:b url:s startDelaySecs:n", false},
	{"ttsStream", "*enable:b synthesizer:#synthesizer", false},
	{"transcribeOptions", "*enable:b transcriptionHook:s recognizer:#recognizer", false},
	{"record", "*path:s", false},
	{"recordOptions",
	 "*action:=startCallRecording/stopCallRecording/pauseCallRecording/resumeCallRecording type:=cloud/siprec recordingID:s"
	 " siprecServerURL:as headers:o",
	 false},
	{"bargeIn",
	 "*enable:b sticky:b actionHook:os partialResultHook:os input:a finishOnKey:s numDigits:n minDigits:n maxDigits:n"
	 " interDigitTimeout:n dtmfBargein:b minBargeinWordCount:n",
	 false},
	{"vad", "enable:b voiceMs:n silenceMs:n strategy:s mode:n vendor:=webrtc/silero threshold:n speechPadMs:n", false},
	{"synthesizer",
	 "*vendor:s label:s language:s voice:os fallbackVendor:s fallbackLabel:s fallbackLanguage:s fallbackVoice:os"
	 " engine:=standard/neural/generative/long-form gender:=MALE/FEMALE/NEUTRAL options:o",
	 false},
	{"recognizer",
	 "*vendor:s label:s language:s fallbackVendor:s fallbackLabel:s fallbackLanguage:s vad:#vad autogeneratePrompt:b hints:a"
	 " hintsBoost:n altLanguages:a profanityFilter:b interim:b singleUtterance:b dualChannel:b"
	 " separateRecognitionPerChannel:b punctuation:b enhancedModel:b words:b diarization:b diarizationMinSpeakers:n"
	 " diarizationMaxSpeakers:n interactionType:s naicsCode:n identifyChannels:b vocabularyName:s vocabularyFilterName:s"
	 " filterMethod:=remove/mask/tag model:s outputFormat:=simple/detailed profanityOption:=masked/removed/raw requestSnr:b"
	 " initialSpeechTimeoutMs:n azureServiceEndpoint:s azureSttEndpointId:s asrDtmfTerminationDigit:s asrTimeout:n"
	 " fastRecognitionTimeout:n minConfidence:n nuanceOptions:o deepgramOptions:o ibmOptions:o nvidiaOptions:o"
	 " sonioxOptions:o cobaltOptions:o awsOptions:o azureOptions:o assemblyAiOptions:o googleOptions:o customOptions:o"
	 " verbioOptions:o speechmaticsOptions:o openaiOptions:o houndifyOptions:o gladiaOptions:o elevenlabsOptions:o",
	 false},
};

static const struct spec *find_spec(const char *name)
{
	for (size_t i = 0; i < IV_COUNT(specs); i++)
		if (strcmp(specs[i].name, name) == 0)
			return &specs[i];
	return NULL;
}

/* "*name:types" → its parts. */
struct property {
	struct iv_str name, types;
	bool required;
};

static bool next_property(struct iv_str *rest, struct property *p)
{
	struct iv_str one;

	do {
		if (!iv_str_split(rest, ' ', &one))
			return false;
	} while (one.len == 0);
	p->required = one.ptr[0] == '*';
	if (p->required)
		one = (struct iv_str){one.ptr + 1, one.len - 1};
	/* the first colon ends the name: none of them has one */
	size_t colon = (size_t)iv_str_find(one, IV_S(":"), 0);
	p->name = (struct iv_str){one.ptr, colon};
	p->types = (struct iv_str){one.ptr + colon + 1, one.len - colon - 1};
	return true;
}

static bool is_type(char type, const cJSON *v)
{
	switch (type) {
	case 's':
		return cJSON_IsString(v);
	case 'n':
		return cJSON_IsNumber(v);
	case 'b':
		return cJSON_IsBool(v);
	case 'a':
		return cJSON_IsArray(v);
	default:
		return cJSON_IsObject(v) || cJSON_IsArray(v) || cJSON_IsNull(v);
	}
}

static bool check(const char *name, const cJSON *data, int depth, struct iv_err *e);

static bool check_enum(struct iv_str names, const cJSON *v, struct iv_err *e)
{
	struct iv_str all = names, one;

	while (cJSON_IsString(v) && iv_str_split(&names, '/', &one))
		if (iv_str_eq(one, iv_str(v->valuestring)))
			return true;
	return iv_fail(e, IV_EINVAL, "invalid value %.40s must be one of %.*s", cJSON_IsString(v) ? v->valuestring : "?",
		       IV_FMT(all));
}

static bool check_value(const char *name, const struct property *p, const cJSON *v, int depth, struct iv_err *e)
{
	char kind[32];

	if (p->types.ptr[0] == '=')
		return check_enum((struct iv_str){p->types.ptr + 1, p->types.len - 1}, v, e);
	if (p->types.ptr[0] == '#' || p->types.ptr[0] == '[') {
		iv_str_copy(kind, sizeof(kind), (struct iv_str){p->types.ptr + 1, p->types.len - 1});
		if (p->types.ptr[0] == '#')
			return check(kind, v, depth + 1, e);
		if (!cJSON_IsArray(v))
			return iv_fail(e, IV_EINVAL, "%s: property %.*s is not an array", name, IV_FMT(p->name));
		for (const cJSON *i = v->child; i; i = i->next)
			if (!check(kind, i, depth + 1, e))
				return false;
		return true;
	}
	for (size_t i = 0; i < p->types.len; i++)
		if (is_type(p->types.ptr[i], v))
			return true;
	return iv_fail(e, IV_EINVAL, "%s: property %.*s has invalid data type", name, IV_FMT(p->name));
}

static bool find_property(const struct spec *s, const char *key, struct property *p)
{
	struct iv_str rest = iv_str(s->properties);

	while (next_property(&rest, p))
		if (iv_str_eq(p->name, iv_str(key)))
			return true;
	if (!s->verb || strcmp(key, "id") != 0)
		return false;
	*p = (struct property){IV_S("id"), IV_S("s"), false};
	return true;
}

static bool check(const char *name, const cJSON *data, int depth, struct iv_err *e)
{
	const struct spec *s = find_spec(name);
	struct property p;
	struct iv_str rest;

	if (!s || (depth == 0 && !s->verb))
		return iv_fail(e, IV_EINVAL, "invalid instruction: %.40s", name);
	if (depth > DEPTH_MAX)
		return iv_fail(e, IV_EINVAL, "%s: nested too deep", name);
	for (const cJSON *v = data ? data->child : NULL; v; v = v->next) {
		if (!v->string)
			return iv_fail(e, IV_EINVAL, "%s: unknown property 0", name);
		if (strcmp(v->string, "_") == 0)
			continue;
		if (!find_property(s, v->string, &p))
			return iv_fail(e, IV_EINVAL, "%s: unknown property %.40s", name, v->string);
		if (!check_value(name, &p, v, depth, e))
			return false;
	}
	rest = iv_str(s->properties);
	while (next_property(&rest, &p)) {
		char key[40];

		iv_str_copy(key, sizeof(key), p.name);
		if (p.required && !cJSON_GetObjectItemCaseSensitive(data, key))
			return iv_fail(e, IV_EINVAL, "%s: missing value for %s", name, key);
	}
	return true;
}

/* {"verb":"say","text":"x"} and {"say":{"text":"x"}} become the first of them; NULL: neither. */
static cJSON *straighten(const cJSON *item)
{
	const cJSON *verb = cJSON_GetObjectItemCaseSensitive(item, "verb");
	const cJSON *data = item->child;
	const char *name = cJSON_IsString(verb) ? verb->valuestring : data && !data->next ? data->string : NULL;

	if (!name || (!cJSON_IsString(verb) && !cJSON_IsObject(data)))
		return NULL;
	cJSON *out = cJSON_CreateObject();
	cJSON_AddStringToObject(out, "verb", strcmp(name, "stream") == 0 ? "listen" : name);
	for (const cJSON *v = cJSON_IsString(verb) ? item->child : data->child; v; v = v->next)
		if (v != verb)
			cJSON_AddItemToObject(out, v->string, cJSON_Duplicate(v, true));
	return out;
}

static bool check_verb(const cJSON *verb, struct iv_err *e)
{
	cJSON *data = cJSON_Duplicate(verb, true);
	bool ok;

	cJSON_DeleteItemFromObjectCaseSensitive(data, "verb");
	ok = check(cJSON_GetObjectItemCaseSensitive(verb, "verb")->valuestring, data, 0, e);
	cJSON_Delete(data);
	return ok;
}

cJSON *verbs_read(const cJSON *app, struct iv_err *e)
{
	cJSON *out;

	if (!cJSON_IsArray(app)) {
		iv_fail(e, IV_EINVAL, "malformed jambonz payload: must be array");
		return NULL;
	}
	out = cJSON_CreateArray();
	for (const cJSON *item = app->child; item; item = item->next) {
		cJSON *verb = cJSON_IsObject(item) ? straighten(item) : NULL;

		if (!verb)
			iv_fail(e, IV_EINVAL, "malformed jambonz payload: missing verb property");
		if (!verb || !cJSON_AddItemToArray(out, verb) || !check_verb(verb, e)) {
			cJSON_Delete(out);
			return NULL;
		}
	}
	return out;
}
