// The same two routes in Fastify with pg and ioredis: key by its digest (cached as ours is), sliding-window limit in
// Redis, the tenant set in the transaction, an Idempotency-free create. DATABASE_URL, REDIS_URL, PORT.
import { createHash, randomUUID } from "node:crypto";
import Fastify from "fastify";
import Redis from "ioredis";
import pg from "pg";

const host = new URL(process.env.DATABASE_URL.replace("@/", "@localhost/")).searchParams.get("host");
const db = new URL(process.env.DATABASE_URL.replace("@/", "@localhost/"));
const pool = new pg.Pool({ host, user: db.username, database: db.pathname.slice(1), max: 8 });
const redis = new Redis(process.env.REDIS_URL.replace(/^unix:\/\//, ""), { enableAutoPipelining: true });
const keys = new Map();
const app = Fastify({ logger: false });

const limit = `local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], 60000) end return n`;
redis.defineCommand("rate", { numberOfKeys: 1, lua: limit });

async function inTenant(tenant, statement) {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query({ name: "scope", text: "select set_config('app.tenant_id', $1, true)", values: [tenant] });
    const answer = await client.query(statement);
    await client.query("commit");
    return answer;
  } catch (e) {
    await client.query("rollback");
    throw e;
  } finally {
    client.release();
  }
}

app.addHook("preHandler", async (request, reply) => {
  const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const hash = createHash("sha256").update(token).digest("hex");
  let key = keys.get(hash);
  if (!key || key.until < Date.now()) {
    const { rows } = await pool.query({ name: "key", text: "select key_id, tenant_id, role, rate_per_minute from lookup.api_key($1)", values: [hash] });
    if (!rows.length) return reply.code(401).send({ code: "invalid_api_key" });
    key = { ...rows[0], until: Date.now() + 30000 };
    keys.set(hash, key);
  }
  request.key = key;
  const used = await redis.rate("peer:" + key.key_id);
  reply.header("RateLimit", `"default";r=${(key.rate_per_minute ?? 60) - used};t=60`);
  if (used > (key.rate_per_minute ?? 60)) return reply.code(429).send({ code: "rate_limited" });
});

const agentSql = `select id, version, name, description, status, use_case, provider, template_id, config, created_at, updated_at,
 calls_ended as calls, round(calls_cost_inr / greatest(calls_ended, 1), 4)::text as cost
 from voice_agents where tenant_id = current_tenant() and id = $1 and deleted_at is null`;

app.get("/v1/agents/:id", async (request, reply) => {
  const { rows } = await inTenant(request.key.tenant_id, { name: "agent", text: agentSql, values: [request.params.id] });
  if (!rows.length) return reply.code(404).send({ code: "not_found" });
  const r = rows[0];
  return { id: r.id, version: r.version, name: r.name, status: r.status, provider: r.provider, config: r.config,
    createdAt: r.created_at, updatedAt: r.updated_at, stats: { totalCalls: Number(r.calls), averageCost: Number(r.cost) } };
});

const body = { type: "object", required: ["agentId", "to"], additionalProperties: false, properties: { agentId: { type: "string" },
  to: { type: "string", pattern: "^\\+[1-9][0-9]{2,14}$" }, from: { type: "string" }, metadata: { type: "object" } } };
const callSql = "select * from create_call(current_tenant(), $1, $2, 'outbound', $3, null, $4, false, '{}')";

app.post("/v1/calls", { schema: { body } }, async (request, reply) => {
  const { agentId, to, metadata } = request.body;
  const id = "call_" + randomUUID();
  const { rows } = await inTenant(request.key.tenant_id, { name: "call", text: callSql, values: [id, agentId, to, metadata ?? {}] });
  if (rows[0].refusal) return reply.code(429).send({ code: "quota_exceeded" });
  return reply.code(201).send({ id, status: "created", agentId, direction: "outbound", to, metadata: metadata ?? {}, test: false });
});

await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
console.log("ready");
