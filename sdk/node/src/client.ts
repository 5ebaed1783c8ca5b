/** The platform from a server: its resources, and the flat methods of the first SDK. */
import { Http, type RequestOptions } from './http.js';
import { realtimeBase } from '../../core/url.js';
import { Campaigns, Decisions, Leads, Numbers, OptimizerRules, Templates } from './campaigns.js';
import { formatPhoneNumber, validatePhoneNumber } from './phone.js';
import { RealtimeClient, type RealtimeConnection, type RealtimeOptions } from './realtime-client.js';
import { Agents, ApiKeys, Calls, Members, RealtimeOrders, Secrets, TenantResource, Tools, Webhooks } from './resources.js';
import type {
	AgentConfig, AgentPatch, Agent, Answer, CallArtifacts, CallMade, CallOptions, CallRow, CallStatus, Page, Period, Query, TimelineEvent,
	WebhookConfig,
} from './types.js';

export const DEFAULT_BASE_URL = 'https://api.invortoai.com';

export interface ClientOptions {
	/** Milliseconds that one try may take; 30,000. */
	timeoutMs?: number;
	/** Tries behind the first, of what may be tried again; 3. */
	maxRetries?: number;
	retryDelayMs?: number;
	maxRetryAfterMs?: number;
	fetch?: typeof fetch;
}

export interface ListAgentsOptions extends Query<'listAgents'> {
	/** Kept for older callers: the server has no such order, and these are not sent. */
	search?: string;
	sortBy?: string;
	sortOrder?: 'asc' | 'desc';
}

const AT_ONCE = 5; // requests of createMultiple…

export class InvortoClient {
	readonly agents: Agents;
	readonly calls: Calls;
	readonly webhooks: Webhooks;
	readonly realtime: RealtimeOrders;
	readonly tenant: TenantResource;
	readonly apiKeys: ApiKeys;
	readonly members: Members;
	readonly secrets: Secrets;
	readonly tools: Tools;
	readonly campaigns: Campaigns;
	readonly leads: Leads;
	readonly templates: Templates;
	readonly numbers: Numbers;
	readonly decisions: Decisions;
	readonly optimizerRules: OptimizerRules;
	readonly baseUrl: string;
	private readonly http: Http;

	/** Without `baseUrl`: INVORTO_BASE_URL, else the service. `tenantId` chooses among several tenants of a key. */
	constructor(private readonly apiKey: string, baseUrl?: string, tenantId?: string, options: ClientOptions = {}) {
		this.baseUrl = (baseUrl || process.env.INVORTO_BASE_URL || DEFAULT_BASE_URL).replace(/\/+$/, '').replace(/\/v1$/, '');
		this.http = new Http({
			baseUrl: this.baseUrl, apiKey, tenantId,
			timeoutMs: options.timeoutMs ?? 30000,
			maxRetries: options.maxRetries ?? 3,
			retryDelayMs: options.retryDelayMs ?? 500,
			maxRetryAfterMs: options.maxRetryAfterMs ?? 60000,
			fetch: options.fetch ?? fetch,
		});
		this.agents = new Agents(this.http);
		this.calls = new Calls(this.http);
		this.webhooks = new Webhooks(this.http);
		this.realtime = new RealtimeOrders(this.http);
		this.tenant = new TenantResource(this.http);
		this.apiKeys = new ApiKeys(this.http);
		this.members = new Members(this.http);
		this.secrets = new Secrets(this.http);
		this.tools = new Tools(this.http);
		this.campaigns = new Campaigns(this.http);
		this.leads = new Leads(this.http);
		this.templates = new Templates(this.http);
		this.numbers = new Numbers(this.http);
		this.decisions = new Decisions(this.http);
		this.optimizerRules = new OptimizerRules(this.http);
	}

	/** Any route, with the same deadline, tries and errors. */
	request<T = unknown>(method: string, path: string, options?: RequestOptions): Promise<T> {
		return this.http.json<T>(method, path, options);
	}

	// ── agents

	createAgent(config: AgentConfig): Promise<Agent> {
		return this.agents.create(config);
	}
	getAgent(id: string): Promise<Answer<'getAgent'>> {
		return this.agents.retrieve(id);
	}
	listAgents({ search: _, sortBy: __, sortOrder: ___, ...query }: ListAgentsOptions = {}): Promise<Answer<'listAgents'> & Page<Agent>> {
		return this.agents.list(query);
	}
	updateAgent(id: string, change: AgentPatch): Promise<Answer<'updateAgent'>> {
		return this.agents.update(id, change);
	}
	deleteAgent(id: string): Promise<Answer<'deleteAgent'>> {
		return this.agents.delete(id);
	}
	createMultipleAgents(configs: AgentConfig[]): Promise<Agent[]> {
		return together(configs, (config) => this.createAgent(config));
	}

	// ── calls

	createCall(call: CallOptions): Promise<CallMade> {
		return this.calls.create(call);
	}
	getCall(id: string): Promise<Answer<'getCall'>> {
		return this.calls.retrieve(id);
	}
	listCalls(query: Query<'listCalls'> = {}): Promise<Answer<'listCalls'> & Page<CallRow>> {
		return this.calls.list(query);
	}
	async updateCallStatus(id: string, status: CallStatus, metadata?: Record<string, unknown>): Promise<Answer<'getCall'>> {
		return (await this.calls.setStatus(id, status, metadata)).call;
	}
	/** Every entry, page after page. */
	async getCallTimeline(id: string): Promise<TimelineEvent[]> {
		const all: TimelineEvent[] = [];
		for await (const entry of this.calls.iterateTimeline(id))
			all.push(entry);
		return all;
	}
	getCallArtifacts(id: string): Promise<CallArtifacts> {
		return this.calls.artifacts(id);
	}
	createMultipleCalls(calls: CallOptions[]): Promise<CallMade[]> {
		return together(calls, (call) => this.createCall(call));
	}
	getCallAnalytics(id: string): Promise<Record<string, unknown>> {
		return this.realtime.stats(id);
	}

	/** Opens the call's socket; resolves when it is connected. REALTIME_WS_URL of the environment comes before the base. */
	connectToCall(callId: string, options: RealtimeOptions = {}): Promise<RealtimeConnection> {
		return new RealtimeClient(this.apiKey, realtimeBase(this.baseUrl)).connect(callId, options);
	}

	// ── webhooks

	createWebhook(webhook: WebhookConfig): Promise<Answer<'createWebhook'>> {
		return this.webhooks.create(webhook);
	}
	listWebhooks(query: Query<'listWebhooks'> = {}): Promise<Answer<'listWebhooks'>> {
		return this.webhooks.list(query);
	}
	async deleteWebhook(id: string): Promise<void> {
		await this.webhooks.delete(id);
	}

	// ── the rest

	getTenantUsage(id = 'me', period: Period = '24h'): Promise<Answer<'getUsage'>> {
		return this.tenant.usage(period, id);
	}
	getMetrics(period?: Period): Promise<Answer<'getMetrics'>> {
		return this.tenant.metrics(period);
	}
	healthCheck(): Promise<Record<string, unknown>> {
		return this.request('GET', '/health');
	}
	validatePhoneNumber(number: string): boolean {
		return validatePhoneNumber(number);
	}
	formatPhoneNumber(number: string, countryCode = '+91'): string {
		return formatPhoneNumber(number, countryCode);
	}
}

/** All of them, a few at a time, in their order; the first failure is thrown once those under way are done. */
async function together<In, Out>(items: In[], work: (item: In) => Promise<Out>): Promise<Out[]> {
	const out = new Array<Out>(items.length), queue = items.entries();
	let failed: { error: unknown } | undefined;
	await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, async () => {
		for (const [i, item] of queue) {
			if (failed)
				return;
			try {
				out[i] = await work(item);
			} catch (error) {
				failed ??= { error };
			}
		}
	}));
	if (failed)
		throw failed.error;
	return out;
}
