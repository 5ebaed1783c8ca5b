/* The people of a tenant: who they are and what they may. A person may belong to several tenants; here he is
 * let in, given another role, and let go. */
#include "iv_id.h"
#include "iv_log.h"
#include "iv_password.h"
#include "iv_access.h"
#include "iv_sql.h"
#include "iv_page.h"

enum { PASSWORD_LEAST = 12 };

static const char *const roles[] = {"analyst", "dev", "admin", NULL};

struct member {
	struct iv_str id, email, name, created_at;
	int role;
	bool disabled;
};
static const struct iv_field member_fields[] = {
	IV_STR(struct member, id, "id", IV_REQUIRED, 0, 0, "usr_…, or the identity provider's"),
	IV_STR(struct member, email, "email", IV_REQUIRED, 0, 0, "Where to reach him"),
	IV_STR(struct member, name, "name", 0, 0, 0, "What he is called"),
	IV_ENUM(struct member, role, "role", IV_REQUIRED, roles, "What he may"),
	IV_BOOL(struct member, disabled, "disabled", IV_REQUIRED, "May not sign in anywhere"),
	IV_STR(struct member, created_at, "createdAt", IV_REQUIRED, 0, 0, "Since when he belongs here"),
	IV_FIELDS_END,
};
static const struct iv_shape member_shape = {"Member", sizeof(struct member), member_fields, NULL};
static const struct iv_field list_fields[] = {IV_PAGE_OUT_ROWS(struct iv_list_alone, page, &member_shape), IV_FIELDS_END};
static const struct iv_shape list_shape = {"MemberList", sizeof(struct iv_list_alone), list_fields, NULL};

struct invited {
	struct iv_str id, email, name, password;
	int role;
};
static const struct iv_field invited_fields[] = {
	IV_STR(struct invited, email, "email", IV_REQUIRED, 3, 254, "Where to reach him"),
	IV_STR(struct invited, name, "name", 0, 1, 100, "What he is called"),
	IV_ENUM(struct invited, role, "role", IV_REQUIRED, roles, "What he may"),
	IV_STR(struct invited, id, "id", 0, 1, 128, "The subject of his tokens, when an identity provider signs him in"),
	IV_STR(struct invited, password, "password", IV_SECRET, PASSWORD_LEAST, 256,
	       "To sign in here; somebody known keeps his own"),
	IV_FIELDS_END,
};
static const struct iv_shape invited_shape = {"MemberCreate", sizeof(struct invited), invited_fields, NULL};

struct change {
	int role;
};
static const struct iv_field change_fields[] = {
	IV_ENUM(struct change, role, "role", IV_REQUIRED, roles, "What he may from now on"),
	IV_FIELDS_END,
};
static const struct iv_shape change_shape = {"MemberChange", sizeof(struct change), change_fields, NULL};

struct work {
	struct iv_rows rows;
	struct iv_page_out page;
	struct member member;
	struct iv_password_run password;
	struct iv_str id;
	char hash[IV_PASSWORD_HASH_SIZE];
};

#define TAKE(c, m, row)                                                                                          \
	(*(m) = (struct member){.id = (row)->user_id,                                                            \
				.email = (row)->email,                                                           \
				.name = (row)->name,                                                             \
				.role = iv_role_of((row)->role) - IV_ROLE_ANALYST,                               \
				.disabled = (row)->disabled,                                                     \
				.created_at = iv_time_text(c, (row)->created_at)})

/* ── list, get ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	struct iv_page_place at;

	if (!iv_page_begins(c, c->query, &at))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_member_list,
			 &(struct iv_member_list_in){at.after_us, at.after_id, at.count}, &w->rows);
}

static enum iv_flow_next show_list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	struct member *all = iv_arena_alloc(&c->arena, (w->rows.count + 1) * sizeof(*all));
	const struct iv_page_query *q = c->query;
	const struct iv_member_list_out *last;

	if (!all)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the page");
	for (size_t i = 0; i < w->rows.count; i++) {
		const struct iv_member_list_out *row = iv_member_list_at(&w->rows, i);

		TAKE(c, &all[i], row);
	}
	w->page.data.items = all;
	last = w->rows.count > (size_t)q->limit ? iv_member_list_at(&w->rows, (size_t)q->limit - 1) : NULL;
	iv_page_ends(c, q, &w->page, w->rows.count, last ? last->created_us : 0, last ? last->user_id : IV_STR_NULL);
	c->out = &w->page;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_member_get,
			 &(struct iv_member_get_in){w->id.len ? w->id : iv_api_param(c, "id")}, &w->rows);
}

static enum iv_flow_next show(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	TAKE(c, &w->member, iv_member_get_at(&w->rows, 0));
	c->out = &w->member;
	c->entity_id = w->member.id;
	return IV_FLOW_NEXT;
}

/* ── let in ── */

static bool looks_like_email(struct iv_str s)
{
	ptrdiff_t at = iv_str_find(s, IV_S("@"), 0);

	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
			return false;
	return at > 0 && (size_t)at + 1 < s.len && iv_str_find(s, IV_S("@"), (size_t)at + 1) < 0;
}

static enum iv_flow_next hash_password(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct invited *in = c->in;

	if (!looks_like_email(in->email))
		iv_api_bad(c, "/email", "must be an e-mail address");
	if (in->id.len && !iv_id_acceptable(in->id))
		iv_api_bad(c, "/id", "must be of A-Z a-z 0-9 . _ : -");
	if (iv_api_any_bad(c) || !in->password.len)
		return iv_api_refuse_if_bad(c);
	return iv_auth_password_hash(c->s->auth, f, &w->password, in->password, w->hash);
}

static enum iv_flow_next enroll(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct invited *in = c->in;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_person_enroll,
			 &(struct iv_person_enroll_in){.id = in->id,
						       .email = in->email,
						       .name = in->name,
						       .password_hash = w->hash[0] ? iv_str(w->hash) : IV_STR_NULL,
						       .role = iv_str(roles[in->role])},
			 &w->rows);
}

static enum iv_flow_next enrolled(struct iv_flow *f)
{
	struct work *w = iv_api_self(f)->state;

	w->id = iv_person_enroll_at(&w->rows, 0)->user_id;
	return get(f);
}

/* ── another role, let go: the last admin stays ── */

static enum iv_flow_next change(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct change *in = c->in;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_member_role,
			 &(struct iv_member_role_in){iv_api_param(c, "id"), iv_str(roles[in->role])}, &w->rows);
}

static enum iv_flow_next let_go(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_member_remove,
			 &(struct iv_member_remove_in){iv_api_param(c, "id")}, &w->rows);
}

/* He is there: if nothing was done, he is the last admin. */
static enum iv_flow_next check_done(struct iv_flow *f)
{
	struct work *w = iv_api_self(f)->state;

	if (!w->rows.count)
		return iv_flow_fail(f, IV_ECONFLICT, "the tenant's last admin stays one");
	return IV_FLOW_NEXT;
}

static const struct iv_flow_step list_steps[] = {{"list", list}, {"show_list", show_list}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"show", show}, {0}};
static const struct iv_flow_step create_steps[] = {
	{"hash_password", hash_password}, {"enroll", enroll}, {"enrolled", enrolled}, {"show", show}, {0},
};
static const struct iv_flow_step change_steps[] = {
	{"find", get}, {"change", change}, {"check_done", check_done}, {"get", get}, {"show", show}, {0},
};
static const struct iv_flow_step remove_steps[] = {
	{"find", get}, {"let_go", let_go}, {"check_done", check_done}, {0},
};
static const enum iv_code last_admin[] = {IV_ECONFLICT, IV_OK};

const struct iv_api_route iv_member_rows[] = {
	{.method = "GET", .path = "/v1/members", .id = "listMembers", .tag = "Members", .role = IV_ROLE_ADMIN,
	 .query = &iv_page_query_shape, .out = &list_shape, .status = 200, .state_size = sizeof(struct work), .steps = list_steps,
	 .doc = "The people of the tenant"},
	{.method = "POST", .path = "/v1/members", .id = "addMember", .tag = "Members", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_AUDIT, .in = &invited_shape, .out = &member_shape, .status = 201, .state_size = sizeof(struct work),
	 .steps = create_steps, .doc = "Lets somebody in, or gives a member another role"},
	{.method = "GET", .path = "/v1/members/:id", .id = "getMember", .tag = "Members", .role = IV_ROLE_ADMIN,
	 .out = &member_shape, .status = 200, .state_size = sizeof(struct work), .steps = get_steps, .doc = "One of them"},
	{.method = "PATCH", .path = "/v1/members/:id", .id = "updateMember", .tag = "Members", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_AUDIT, .in = &change_shape, .out = &member_shape, .status = 200, .state_size = sizeof(struct work),
	 .steps = change_steps, .errors = last_admin, .doc = "Gives a member another role"},
	{.method = "DELETE", .path = "/v1/members/:id", .id = "removeMember", .tag = "Members", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_AUDIT, .status = 204, .state_size = sizeof(struct work), .steps = remove_steps, .errors = last_admin,
	 .doc = "Lets a member go; his sign-ins elsewhere stay"},
	{0},
};
