/* Passwords are hashed in a thread, one at a time: each takes 32 MiB and a tenth of a second, and the
 * threads are also those that write journals. */
#include <stdlib.h>
#include "auth_priv.h"
#include "iv_password.h"

enum { WAITING_MAX = 16 };

struct auth_password {
	struct iv_list node;
	struct auth_door *door;
	struct iv_password_run *run; /* NULL: nobody waits any more */
	bool *matches;               /* of a check */
	char *out;                   /* of a hash */
	/* the thread's */
	bool checks, good;
	size_t password_len;
	char password[IV_PASSWORD_MAX], hash[IV_PASSWORD_HASH_SIZE];
};

static void start_next(struct auth_door *d);

static void in_thread(void *arg)
{
	struct auth_password *j = arg;
	struct iv_str password = {j->password, j->password_len};

	if (j->checks)
		j->good = iv_password_matches(password, iv_str(j->hash));
	else
		j->good = iv_password_hash(password, j->hash);
}

static void done(void *arg)
{
	struct auth_password *j = arg;
	struct auth_door *d = j->door;
	struct iv_err e = {0};

	d->password_busy = false;
	d->password_count--;
	iv_list_remove(&j->node);
	if (j->run && j->checks)
		*j->matches = j->good;
	else if (j->run && j->good)
		(void)iv_str_copy(j->out, IV_PASSWORD_HASH_SIZE, iv_str(j->hash)); /* of that size */
	if (!j->checks && !j->good)
		(void)iv_fail(&e, IV_EINTERNAL, "the password could not be hashed");
	if (j->run)
		iv_op_done(&j->run->op, &e);
	explicit_bzero(j, sizeof(*j));
	iv_free_later(d->s->loop, j);
	start_next(d);
}

/* Those that nobody waits for any more are passed over. */
static void start_next(struct auth_door *d)
{
	if (d->password_busy || iv_list_empty(&d->passwords))
		return;
	d->password_busy = true;
	iv_loop_work(d->s->loop, in_thread, done, IV_CONTAINER(d->passwords.next, struct auth_password, node));
}

static bool in_the_thread(const struct auth_password *j)
{
	return j->door->password_busy && j->door->passwords.next == &j->node;
}

static void cancel(struct iv_op *op)
{
	struct auth_password *j = IV_CONTAINER(op, struct iv_password_run, op)->job;

	j->run = NULL;
	if (in_the_thread(j))
		return; /* done() frees it */
	iv_list_remove(&j->node);
	j->door->password_count--;
	explicit_bzero(j->password, sizeof(j->password));
	free(j);
}

static enum iv_flow_next begin(struct iv_auth *a, struct iv_flow *f, struct iv_password_run *run, struct iv_str password,
			       struct auth_password *j)
{
	struct auth_door *d = a->door;

	if (password.len > IV_PASSWORD_MAX || d->password_count >= WAITING_MAX) {
		free(j);
		return password.len > IV_PASSWORD_MAX ? iv_flow_fail(f, IV_EINVAL, "the password is too long")
						      : iv_flow_fail(f, IV_EDRAINING, "too many sign-ins at once");
	}
	memcpy(j->password, password.ptr ? password.ptr : "", password.len);
	j->password_len = password.len;
	j->door = d;
	j->run = run;
	run->job = j;
	iv_list_append(&d->passwords, &j->node);
	d->password_count++;
	iv_op_begin(&run->op, f, cancel);
	start_next(d);
	return iv_flow_await(f);
}

static struct auth_password *new_job(void)
{
	struct auth_password *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	return j;
}

enum iv_flow_next iv_auth_password_check(struct iv_auth *a, struct iv_flow *f, struct iv_password_run *run,
					 struct iv_str password, struct iv_str hash, bool *matches)
{
	struct auth_password *j = new_job();

	j->checks = true;
	j->matches = matches;
	*matches = false;
	(void)iv_str_copy(j->hash, sizeof(j->hash), hash); /* one that is longer is none of ours */
	return begin(a, f, run, password, j);
}

enum iv_flow_next iv_auth_password_hash(struct iv_auth *a, struct iv_flow *f, struct iv_password_run *run,
					struct iv_str password, char *out)
{
	struct auth_password *j = new_job();

	j->out = out;
	return begin(a, f, run, password, j);
}

void auth_passwords_cancel(struct auth_door *d)
{
	static const struct iv_err stopping = {.code = IV_ECANCELED, .msg = "the process stops"};

	IV_LIST_EACH(node, &d->passwords) {
		struct auth_password *j = IV_CONTAINER(node, struct auth_password, node);
		struct iv_password_run *run = j->run;

		j->run = NULL;
		if (run)
			iv_op_done(&run->op, &stopping);
		if (in_the_thread(j))
			continue;
		iv_list_remove(&j->node);
		d->password_count--;
		explicit_bzero(j->password, sizeof(j->password));
		free(j);
	}
}
