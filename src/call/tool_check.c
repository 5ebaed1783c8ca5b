/* What a field table cannot check of a tool. */
#include <stdio.h>
#include "iv_agent.h"
#include "iv_schema.h"

enum { HEADER_BYTES = 1024, HEADER_NAME_BYTES = 64 };

static const char *const built_in_names[] = {"end_call", "opt_out", "transfer_to_human", "collect_digits", "send_dtmf"};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool check_name(struct iv_str name, struct iv_err *e)
{
	bool ok = name.len > 0;

	for (size_t i = 0; i < name.len; i++)
		ok = ok && is_word(name.ptr[i]);
	if (!ok)
		return iv_fail_field(e, IV_EINVAL, "name", "must be letters, digits and _");
	for (size_t k = 0; k < IV_COUNT(built_in_names); k++)
		if (iv_str_eq(name, iv_str(built_in_names[k])))
			return iv_fail_field(e, IV_EINVAL, "name", "\"%s\" is a built-in tool", built_in_names[k]);
	return true;
}

/* ── the address ── */

/* The model fills the places: none of them may be where the host is. */
static bool host_is_fixed(struct iv_str url)
{
	ptrdiff_t begins = iv_str_find(url, IV_S("://"), 0);

	for (size_t i = begins < 0 ? url.len : (size_t)begins + 3; i < url.len; i++) {
		if (url.ptr[i] == '/' || url.ptr[i] == '?' || url.ptr[i] == '#')
			return true;
		if (url.ptr[i] == '{' || url.ptr[i] == '}')
			return false;
	}
	return true;
}

static bool places_close(struct iv_str url)
{
	size_t open = 0; /* 1 + where the place begins */

	for (size_t i = 0; i < url.len; i++) {
		if (url.ptr[i] == '{' && open)
			return false;
		if (url.ptr[i] == '}' && (!open || i == open))
			return false;
		open = url.ptr[i] == '{' ? i + 1 : url.ptr[i] == '}' ? 0 : open;
	}
	return !open;
}

static bool check_url(struct iv_str url, struct iv_err *e)
{
	if (url.len && url.ptr[0] != '/' && !iv_str_starts(url, IV_S("http://")) && !iv_str_starts(url, IV_S("https://")))
		return iv_fail_field(e, IV_EINVAL, "url", "must begin with https://, http:// or /");
	if (!host_is_fixed(url))
		return iv_fail_field(e, IV_EINVAL, "url", "must name its host itself: arguments go into path and query only");
	return places_close(url) || iv_fail_field(e, IV_EINVAL, "url", "must have a name between { and }");
}

/* ── headers ── */

/* Ours, or those that decide how a message is cut. */
static bool is_ours(struct iv_str name)
{
	static const char *const ours[] = {"content-type", "content-length", "accept", "x-call-id", "host", "connection",
					   "transfer-encoding", "te", "trailer", "upgrade", "expect", "keep-alive",
					   "proxy-connection"};

	for (size_t i = 0; i < IV_COUNT(ours); i++)
		if (iv_str_ieq(name, iv_str(ours[i])))
			return true;
	return false;
}

static bool is_credential(struct iv_str name)
{
	static const char *const signs[] = {"authorization", "cookie", "token", "secret", "password", "api-key", "apikey",
					    "api_key", "access-key", "secret-key", "credentials"};
	char lower[HEADER_NAME_BYTES + 1];

	for (size_t i = 0; i < name.len; i++)
		lower[i] = (char)(name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? name.ptr[i] + 32 : name.ptr[i]);
	for (size_t i = 0; i < IV_COUNT(signs); i++)
		if (iv_str_ends((struct iv_str){lower, name.len}, iv_str(signs[i])))
			return true;
	return false;
}

static const char *wrong_value(const char *value)
{
	if (strlen(value) > HEADER_BYTES)
		return "must be at most 1024 bytes";
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f)
			return "must be printable ASCII";
	if (strstr(value, "${"))
		return "is no way to name a secret: write {\"$secret\": \"NAME\"}";
	return NULL;
}

/* {"$secret": "NAME", "prefix": "Bearer "}: the value comes when the tool is called. */
static const char *wrong_secret(const cJSON *m)
{
	struct iv_str name = iv_json_str(m, "$secret");
	const cJSON *prefix = iv_json_get(m, "prefix");

	for (const cJSON *x = m->child; x; x = x->next)
		if (strcmp(x->string, "$secret") != 0 && strcmp(x->string, "prefix") != 0)
			return "must be a string, or {\"$secret\": NAME} and perhaps \"prefix\"";
	if (!name.len || name.len > HEADER_NAME_BYTES)
		return "must name a secret of 1 to 64 bytes";
	for (size_t i = 0; i < name.len; i++)
		if (!is_word(name.ptr[i]) && name.ptr[i] != '-' && name.ptr[i] != '.')
			return "must name a secret by letters, digits, _ . and -";
	if (prefix && (!cJSON_IsString(prefix) || strlen(prefix->valuestring) > HEADER_NAME_BYTES))
		return "must have a prefix of at most 64 bytes";
	return prefix ? wrong_value(prefix->valuestring) : NULL;
}

static const char *wrong_header(const cJSON *m)
{
	struct iv_str name = iv_str(m->string);

	if (!name.len || name.len > HEADER_NAME_BYTES)
		return "must have a name of 1 to 64 bytes";
	for (size_t i = 0; i < name.len; i++)
		if (!is_word(name.ptr[i]) && name.ptr[i] != '-')
			return "must have a name of letters, digits, - and _";
	if (is_ours(name))
		return "is set by us";
	if (cJSON_IsObject(m))
		return wrong_secret(m);
	if (!cJSON_IsString(m))
		return "must be a string";
	if (wrong_value(m->valuestring))
		return wrong_value(m->valuestring);
	return is_credential(name) ? "would hold a credential: put it into /v1/secrets and write {\"$secret\": \"NAME\"}" : NULL;
}

static bool check_headers(struct iv_str text, struct iv_err *e)
{
	cJSON *headers = text.ptr ? iv_json_parse(text, NULL) : NULL;
	bool ok = true;
	char field[96];

	if (!text.ptr)
		return true;
	if (!cJSON_IsObject(headers))
		ok = iv_fail_field(e, IV_EINVAL, "headers", "must be an object of strings");
	else if (cJSON_GetArraySize(headers) > IV_TOOL_HEADERS_MAX)
		ok = iv_fail_field(e, IV_EINVAL, "headers", "must have at most %d members", IV_TOOL_HEADERS_MAX);
	for (const cJSON *m = ok ? headers->child : NULL; m && ok; m = m->next) {
		const char *why = wrong_header(m);

		(void)snprintf(field, sizeof(field), "headers.%s", m->string); /* a very long name is shown cut */
		ok = !why || iv_fail_field(e, IV_EINVAL, field, "%s", why);
	}
	cJSON_Delete(headers);
	return ok;
}

/* ── what it answers ── */

static bool check_output(struct iv_str text, struct iv_err *e)
{
	struct iv_err why = {0};
	cJSON *schema = text.ptr ? iv_json_parse(text, &why) : NULL;
	bool ok = !text.ptr || (cJSON_IsObject(schema) && iv_schema_ok(schema, &why));

	cJSON_Delete(schema);
	return ok || iv_fail_field(e, IV_EINVAL, "outputSchema", "%s%s%s", why.field, why.field[0] ? " " : "",
				   why.msg[0] ? why.msg : "must be a JSON Schema object");
}

bool iv_tool_check(const struct iv_tool *t, struct iv_err *e)
{
	if (!check_name(t->name, e))
		return false;
	if (t->parameters.len && t->parameters.ptr[0] != '{')
		return iv_fail_field(e, IV_EINVAL, "parameters", "must be a JSON Schema object");
	return check_url(t->url, e) && check_headers(t->headers, e) && check_output(t->output_schema, e);
}
