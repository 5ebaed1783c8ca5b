/* Lua scripts by their digest, and by their text when the server does not know them. */
#include "redis_priv.h"

#include <stdio.h>

#include "iv_crypto.h"

#define SCRIPT_PARTS_MAX 1024 /* keys and arguments of a call */

static struct iv_redis_script_call *keep_call(struct iv_script *script, const struct iv_str *keys, size_t key_count,
				     const struct iv_str *args, size_t arg_count)
{
	size_t count = key_count + arg_count, bytes = 0;
	struct iv_redis_script_call *call;
	char *at;

	for (size_t i = 0; i < count; i++)
		bytes += i < key_count ? keys[i].len : args[i - key_count].len;
	call = redis_calloc(sizeof(*call) + count * sizeof(call->parts[0]) + bytes);
	call->script = script;
	call->part_count = count;
	snprintf(call->key_count, sizeof(call->key_count), "%zu", key_count);
	at = (char *)&call->parts[count];
	for (size_t i = 0; i < count; i++) {
		struct iv_str part = i < key_count ? keys[i] : args[i - key_count];

		if (part.len)
			memcpy(at, part.ptr, part.len);
		call->parts[i] = (struct iv_str){at, part.len};
		at += part.len;
	}
	return call;
}

static size_t script_argv(const struct iv_redis_script_call *call, bool whole, struct iv_str *argv)
{
	argv[0] = whole ? IV_S("EVAL") : IV_S("EVALSHA");
	argv[1] = iv_str(whole ? call->script->source : call->script->sha1);
	argv[2] = iv_str(call->key_count);
	memcpy(argv + 3, call->parts, call->part_count * sizeof(*argv));
	return call->part_count + 3;
}

static void fill_sha1(struct iv_script *script)
{
	uint8_t digest[IV_SHA1_BYTES];

	if (script->sha1[0])
		return;
	iv_sha1(iv_str(script->source), digest);
	iv_hex(digest, sizeof(digest), script->sha1);
}

struct iv_redis_command *iv_redis_ask_script(struct iv_redis *r, struct iv_script *script, const struct iv_str *keys,
					     size_t key_count, const struct iv_str *args, size_t arg_count,
					     iv_redis_fn *fn, void *arg, struct iv_err *e)
{
	struct iv_str argv[SCRIPT_PARTS_MAX + 3];
	struct iv_redis_script_call *call;
	struct iv_redis_command *c;

	if (key_count + arg_count > SCRIPT_PARTS_MAX) {
		iv_fail(e, IV_EINVAL, "redis: at most %d keys and arguments, got %zu", SCRIPT_PARTS_MAX,
			key_count + arg_count);
		return NULL;
	}
	fill_sha1(script);
	call = keep_call(script, keys, key_count, args, arg_count);
	c = iv_redis_ask(r, argv, script_argv(call, false, argv), fn, arg, e);
	if (!c) {
		free(call);
		return NULL;
	}
	c->call = call;
	(void)iv_str_copy(c->name, sizeof(c->name), iv_str(script->name));
	return c;
}

void iv_redis_send_whole_script(struct iv_redis_command *c)
{
	struct iv_str argv[SCRIPT_PARTS_MAX + 3];
	struct iv_redis_script_call *call = c->call;
	size_t len;
	char *formatted;

	c->call = NULL;
	formatted = iv_redis_format(argv, script_argv(call, true, argv), &len);
	iv_redis_put_again(c, formatted, len);
	redisFreeCommand(formatted);
	free(call);
}
