/* invorto tenant, keys, members, tokens: what somebody must make before anybody has a key to ask the API with. What is
 * made is printed as lines of an environment file, a key once. */
#include <stdio.h>
#include <stdlib.h>
#include "app.h"
#include "iv_api_key.h"
#include "iv_id.h"
#include "iv_jwt.h"
#include "iv_loop.h"
#include "iv_password.h"
#include "iv_principal.h"
#include "iv_seed.h"
#include "iv_spool.h"

struct wish {
	const char *name, *slug, *tenant, *role, *key, *email, *password_file, *user, *seconds;
	bool test, platform;
};

struct option {
	const char *name;
	const char **value; /* NULL: a flag */
	bool *flag;
};

static bool is_role(const char *role)
{
	return strcmp(role, "admin") == 0 || strcmp(role, "dev") == 0 || strcmp(role, "analyst") == 0;
}

static bool read_options(const struct option *options, int argc, char **argv, struct iv_err *e)
{
	for (int i = 0; i < argc; i++) {
		const struct option *o = options;

		while (o->name && strcmp(o->name, argv[i]) != 0)
			o++;
		if (!o->name)
			return iv_fail(e, IV_EINVAL, "unknown option %s", argv[i]);
		if (!o->value) {
			*o->flag = true;
			continue;
		}
		if (++i == argc)
			return iv_fail(e, IV_EINVAL, "%s needs a value", o->name);
		*o->value = argv[i];
	}
	return true;
}

/* "Acme Ltd." to "acme-ltd". */
static void make_slug(const char *name, char out[64])
{
	size_t n = 0;

	for (; *name && n < 62; name++) {
		char c = *name >= 'A' && *name <= 'Z' ? (char)(*name + ('a' - 'A')) : *name;

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n && out[n - 1] == '-')
		n--;
	out[n] = '\0';
}

static bool make_key(const char *url, const char *tenant, const struct wish *w, struct iv_err *e)
{
	char key[IV_API_KEY_SIZE], hash[IV_SHA256_HEX], shown[IV_API_KEY_SHOWN + 1], id[IV_ID_SIZE];

	if (!is_role(w->role))
		return iv_fail(e, IV_EINVAL, "--role must be admin, dev or analyst");
	iv_api_key_make(!w->test, key);
	iv_api_key_hash(iv_str(key), hash);
	(void)iv_str_copy(shown, sizeof(shown), iv_api_key_shown(iv_str(key)));
	iv_id_new("key", iv_wall_ms(), id);
	if (!iv_seed_key(url,
			 &(struct iv_seed_key){.tenant = tenant,
					       .id = id,
					       .name = w->name ? w->name : "command line",
					       .prefix = shown,
					       .hash = hash,
					       .role = w->role,
					       .live = !w->test},
			 e))
		return false;
	(void)printf("INVORTO_API_KEY=%s\n", key);
	return true;
}

static bool create_tenant(const char *url, const struct wish *w, struct iv_err *e)
{
	char id[IV_ID_SIZE], slug[64];

	if (!w->name)
		return iv_fail(e, IV_EINVAL, "--name is required");
	make_slug(w->slug ? w->slug : w->name, slug);
	if (!slug[0])
		return iv_fail(e, IV_EINVAL, "--slug is required: a name of letters and digits");
	iv_id_new("tnt", iv_wall_ms(), id);
	if (!iv_seed_tenant(url, id, slug, w->name, e))
		return false;
	(void)printf("INVORTO_TENANT_ID=%s\n", id);
	return !w->key || make_key(url, id, &(struct wish){.role = w->key}, e);
}

static bool find_tenant(const char *url, const struct wish *w, char id[IV_SEED_ID], struct iv_err *e)
{
	if (!w->tenant || !iv_str_copy(id, IV_SEED_ID, iv_str(w->tenant)))
		return iv_fail(e, IV_EINVAL, "--tenant is required: an id or a slug");
	return iv_seed_find_tenant(url, id, e);
}

static bool create_key(const char *url, const struct wish *w, struct iv_err *e)
{
	char tenant[IV_SEED_ID];

	return find_tenant(url, w, tenant, e) && make_key(url, tenant, w, e);
}

/* A password is read from a file: arguments are seen by everybody on the machine. */
static bool read_password(const char *path, char hash[IV_PASSWORD_HASH_SIZE], struct iv_err *e)
{
	struct iv_buf file;
	struct iv_str password;
	bool ok;

	iv_buf_init(&file, IV_PASSWORD_MAX + 65536);
	ok = iv_file_read(path, IV_PASSWORD_MAX, &file, e);
	password = iv_buf_str(&file);
	while (password.len && (password.ptr[password.len - 1] == '\n' || password.ptr[password.len - 1] == '\r'))
		password.len--;
	if (ok && password.len < 12)
		ok = iv_fail(e, IV_EINVAL, "--password-file: expected at least 12 characters");
	if (ok && !iv_password_hash(password, hash))
		ok = iv_fail(e, IV_EINTERNAL, "no memory to hash the password");
	iv_buf_deinit(&file);
	return ok;
}

static bool add_member(const char *url, const struct wish *w, struct iv_err *e)
{
	char tenant[IV_SEED_ID], id[IV_ID_SIZE], known[IV_SEED_ID], hash[IV_PASSWORD_HASH_SIZE] = "";

	if (!w->email || !strchr(w->email, '@'))
		return iv_fail(e, IV_EINVAL, "--email is required");
	if (!is_role(w->role))
		return iv_fail(e, IV_EINVAL, "--role must be admin, dev or analyst");
	if (!find_tenant(url, w, tenant, e) || (w->password_file && !read_password(w->password_file, hash, e)))
		return false;
	iv_id_new("usr", iv_wall_ms(), id);
	if (!iv_seed_person(url,
			    &(struct iv_seed_person){.tenant = tenant,
						     .id = id,
						     .email = w->email,
						     .name = w->name,
						     .password_hash = hash[0] ? hash : NULL,
						     .role = w->role,
						     .platform_admin = w->platform},
			    known, e))
		return false;
	(void)printf("INVORTO_USER_ID=%s\n", known);
	return true;
}

/* Needs no database: whoever has the secret may sign. */
static bool create_token(const struct iv_config *cfg, const struct wish *w, struct iv_err *e)
{
	struct iv_str secret = iv_str(iv_secret_reveal(cfg->jwt_secret));
	int64_t seconds = cfg->access_token_s, now_s = iv_wall_ms() / 1000;
	struct iv_jwt_keys *keys;
	struct iv_buf claims, token;
	bool ok;

	if (!secret.len)
		return iv_fail(e, IV_EINVAL, "set JWT_SECRET: tokens are signed with it");
	if (!w->user)
		return iv_fail(e, IV_EINVAL, "--user is required: a person's id");
	if (w->seconds && (!iv_str_to_i64(iv_str(w->seconds), &seconds) || seconds < 1 || seconds > 31536000))
		return iv_fail(e, IV_EINVAL, "--seconds must be 1 to 31536000");
	keys = iv_jwt_keys_new();
	iv_buf_init(&claims, 4096);
	iv_buf_init(&token, IV_JWT_TOKEN_MAX);
	ok = iv_jwt_keys_add_secret(keys, IV_S(""), secret, e) &&
	     (iv_auth_claims(cfg, iv_str(w->user), iv_str(w->tenant), IV_S("command-line"), now_s, seconds, &claims) ||
	      iv_fail(e, IV_EINVAL, "--user and --tenant do not fit a token")) &&
	     iv_jwt_sign(keys, IV_S(""), "JWT", iv_buf_str(&claims), &token, e);
	if (ok)
		(void)printf("INVORTO_JWT=%.*s\n", IV_FMT(iv_buf_str(&token)));
	iv_buf_deinit(&claims);
	iv_buf_deinit(&token);
	iv_jwt_keys_free(keys);
	return ok;
}

int app_make_first(const struct iv_config *cfg, const char *thing, int argc, char **argv)
{
	struct wish w = {.role = "admin"};
	const struct option options[] = {
		{"--name", &w.name, NULL},     {"--slug", &w.slug, NULL},   {"--key", &w.key, NULL},
		{"--tenant", &w.tenant, NULL}, {"--role", &w.role, NULL},   {"--email", &w.email, NULL},
		{"--test", NULL, &w.test},     {"--platform", NULL, &w.platform},
		{"--password-file", &w.password_file, NULL}, {"--user", &w.user, NULL}, {"--seconds", &w.seconds, NULL}, {0},
	};
	bool (*make)(const char *url, const struct wish *w, struct iv_err *e) =
		strcmp(thing, "tenant") == 0 ? create_tenant : strcmp(thing, "keys") == 0 ? create_key : add_member;
	struct iv_err e = {0};
	bool ok = read_options(options, argc, argv, &e);

	if (ok && strcmp(thing, "tokens") == 0)
		ok = create_token(cfg, &w, &e);
	else if (ok && !iv_secret_set(cfg->database_owner_url))
		ok = iv_fail(&e, IV_EINVAL, "set DATABASE_OWNER_URL: this is the owner's to do");
	else if (ok)
		ok = make(iv_secret_reveal(cfg->database_owner_url), &w, &e);
	if (ok)
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "invorto %s: %s%s%s\n", thing, e.field, e.field[0] ? ": " : "", e.msg);
	return e.code == IV_EINVAL ? EXIT_USAGE : EXIT_FAILURE;
}
