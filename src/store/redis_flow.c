/* Commands as operations of flows. */
#include "redis_priv.h"

static void on_run_done(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct iv_redis_run *run = arg;

	(void)reply; /* it is in the flow's arena */
	run->command = NULL;
	iv_op_done(&run->op, err);
}

static void on_run_cancelled(struct iv_op *op)
{
	struct iv_redis_run *run = IV_CONTAINER(op, struct iv_redis_run, op);

	if (run->command)
		iv_redis_forget(run->command);
	run->command = NULL;
}

static enum iv_flow_next await(struct iv_flow *f, struct iv_redis_run *run, struct iv_redis_command *c,
			       struct iv_arena *arena, struct iv_reply *reply, const struct iv_err *e)
{
	run->command = c;
	if (!c)
		return iv_flow_fail(f, e->code, "%s", e->msg);
	c->arena = arena;
	c->into = reply;
	c->wants_reply = reply != NULL;
	iv_op_begin(&run->op, f, on_run_cancelled);
	return iv_flow_await(f);
}

enum iv_flow_next iv_redis_cmd(struct iv_redis *r, struct iv_flow *f, struct iv_redis_run *run, struct iv_arena *arena,
			       const struct iv_str *argv, size_t argc, struct iv_reply *reply)
{
	struct iv_err e = {0};
	struct iv_redis_command *c = iv_redis_ask(r, argv, argc, on_run_done, run, &e);

	return await(f, run, c, arena, reply, &e);
}

enum iv_flow_next iv_redis_script(struct iv_redis *r, struct iv_flow *f, struct iv_redis_run *run,
				  struct iv_arena *arena, struct iv_script *script, const struct iv_str *keys,
				  size_t key_count, const struct iv_str *args, size_t arg_count, struct iv_reply *reply)
{
	struct iv_err e = {0};
	struct iv_redis_command *c =
		iv_redis_ask_script(r, script, keys, key_count, args, arg_count, on_run_done, run, &e);

	return await(f, run, c, arena, reply, &e);
}
