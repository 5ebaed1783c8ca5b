// The contract suite's hands in Node: node node_runner.mjs, in a project where @invorto/server is installed.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { serve } from './lines.mjs';

const here = createRequire(join(process.cwd(), 'x.cjs'));
const { InvortoClient, RealtimeClient, verifyWebhook } = await import(pathToFileURL(here.resolve('@invorto/server').replace('/dist/cjs/', '/dist/esm/')));

let client, rt, messages = [], noted = [], bytes = 0;

const all = async (rows) => {
	const out = [];
	for await (const row of rows)
		out.push(row);
	return out;
};
const seen = (t, skip) => messages.filter((m) => m.t === t)[skip];

const rest = {
	client: ({ url, key, tenant, timeoutMs, maxRetries }) => void (client = new InvortoClient(key, url, tenant, { timeoutMs, maxRetries, retryDelayMs: 50 })),
	createAgent: ({ config }) => client.createAgent(config),
	getAgent: ({ id }) => client.getAgent(id),
	updateAgent: ({ id, change }) => client.updateAgent(id, change),
	deleteAgent: async ({ id }) => void (await client.deleteAgent(id)),
	allAgents: async ({ limit }) => (await all(client.agents.iterate({ limit }))).map((a) => a.id),
	createCall: ({ call, idempotencyKey }) => client.calls.create(call, idempotencyKey ? { idempotencyKey } : {}),
	getCall: ({ id }) => client.getCall(id),
	listCalls: ({ agentId }) => client.listCalls({ agentId }),
	timeline: async ({ id }) => (await client.getCallTimeline(id)).map((e) => e.kind),
	timelineByOnes: async ({ id }) => (await all(client.calls.iterateTimeline(id, { limit: 1 }))).map((e) => e.kind),
	watch: async ({ id }) => (await all(client.calls.watch(id))).map((e) => e.event),
	artifacts: ({ id }) => client.getCallArtifacts(id),
	setStatus: ({ id, status, metadata }) => client.updateCallStatus(id, status, metadata),
	usage: () => client.getTenantUsage(),
	metrics: () => client.getMetrics('24h'),
	health: () => client.healthCheck(),
	ticket: ({ agentId }) => client.realtime.createTicket({ agentId }),
	createWebhook: ({ webhook }) => client.createWebhook(webhook),
	testWebhook: ({ id }) => client.webhooks.test(id),
	deleteWebhook: ({ id }) => client.deleteWebhook(id),
	createCampaign: ({ campaign }) => client.campaigns.create(campaign),
	getCampaign: ({ id }) => client.campaigns.retrieve(id),
	updateCampaign: ({ id, change }) => client.campaigns.update(id, change),
	allCampaigns: async ({ limit }) => (await all(client.campaigns.iterate({ limit }))).map((c) => c.id),
	orderCampaign: ({ id, verb, reason }) => client.campaigns[verb](id, reason),
	previewCampaign: ({ id }) => client.campaigns.preview(id),
	campaignMetrics: ({ id }) => client.campaigns.metrics(id, { period: '7d' }),
	deleteCampaign: async ({ id }) => void (await client.campaigns.delete(id)),
	createLead: ({ lead }) => client.leads.create(lead),
	createLeads: ({ leads, country }) => client.leads.createMany({ leads, country }),
	updateLead: ({ id, change }) => client.leads.update(id, change),
	allLeads: async ({ limit, campaignId }) => (await all(client.leads.iterate({ limit, campaignId }))).map((l) => l.phone),
	attachLeads: ({ id, ids }) => client.campaigns.attachLeads(id, ids),
	importLeads: ({ csv, id, country }) => (id ? client.campaigns.importLeads(id, csv, { country }) : client.leads.import(csv, { country })),
	getImport: ({ id }) => client.leads.retrieveImport(id),
	deleteLead: async ({ id }) => void (await client.leads.delete(id)),
	createTemplate: ({ template }) => client.templates.create(template),
	getTemplate: ({ id }) => client.templates.retrieve(id),
	listTemplates: () => client.templates.list(),
	deployTemplate: ({ id, body, idempotencyKey }) => client.templates.deploy(id, body, { idempotencyKey }),
	deleteTemplate: async ({ id }) => void (await client.templates.delete(id)),
	takeNumber: ({ body }) => client.numbers.take(body),
	getNumber: ({ id }) => client.numbers.retrieve(id),
	updateNumber: ({ id, change }) => client.numbers.update(id, change),
	listNumbers: () => client.numbers.list(),
	attachNumber: ({ id, body }) => client.numbers.attachAgent(id, body),
	releaseNumber: async ({ id }) => void (await client.numbers.release(id)),
	verify: ({ body, headers, secret, options }) => verifyWebhook(body, headers, secret, options),
	phones: ({ numbers }) => numbers.map((n) => [client.validatePhoneNumber(n), client.formatPhoneNumber(n)]),
};

const realtime = {
	async connect({ base, key, callId, agentId, ticket, attempts, pingMs }) {
		[messages, noted, bytes] = [[], [], 0];
		rt = await new RealtimeClient(key ?? '', base).connect(callId, {
			agentId, ticket, reconnectAttempts: attempts, reconnectDelay: 200, pingMs, connectTimeoutMs: 8000,
		});
		rt.on('message', (m) => messages.push(m)).on('audio', (pcm) => (bytes += pcm.length)).on('bargein', () => noted.push('bargein'));
		rt.on('reconnecting', () => noted.push('reconnecting')).on('reconnected', () => noted.push('reconnected'));
		rt.on('close', ({ code }) => noted.push(`close ${code}`)).on('error', (e) => noted.push(`error ${e.code}`));
	},
	sendText: ({ text }) => rt.sendText(text),
	sendAudio: ({ ms }) => rt.sendAudio(Buffer.alloc(32 * ms)),
	got: ({ t, skip }) => seen(t, skip),
	numbers: () => messages.filter((m) => m.n).map((m) => m.n),
	bytes: () => bytes,
	noted: () => noted,
	state: () => rt.state,
	disconnect: () => rt.disconnect(),
};

await serve((op, args) => (rest[op] ?? realtime[op])(args));
