/** The routes, by resource. Each method is one request; `iterate` asks for page after page as it is read. */
import type { Http, RequestOptions } from './http.js';
import type { operations } from './openapi.js';
import type {
	AgentConfig, AgentPatch, Agent, Answer, Body, CallOptions, CallMade, CallRow, CallStatus, Page, Period, Query, TimelineEvent,
	WebhookConfig,
} from './types.js';

type Options = RequestOptions;

export const part = encodeURIComponent;

export class Resource {
	constructor(protected readonly http: Http) {}

	protected get<Id extends keyof operations>(_: Id, path: string, query?: object, o?: Options): Promise<Answer<Id>> {
		return this.http.json('GET', path, { ...o, query: query as Record<string, unknown> });
	}
	protected post<Id extends keyof operations>(_: Id, path: string, body?: unknown, o?: Options): Promise<Answer<Id>> {
		return this.http.json('POST', path, { ...o, body });
	}
	protected patch<Id extends keyof operations>(_: Id, path: string, body: unknown, o?: Options): Promise<Answer<Id>> {
		return this.http.json('PATCH', path, { ...o, body });
	}
	protected remove<Id extends keyof operations>(_: Id, path: string, o?: Options): Promise<Answer<Id>> {
		return this.http.json('DELETE', path, o);
	}

	/** Of a list whose rows the document does not describe. */
	protected page<Row>(path: string, query?: object, o?: Options): Promise<Page<Row>> {
		return this.http.json('GET', path, { ...o, query: query as Record<string, unknown> });
	}

	protected async *rows<Row>(page: (cursor?: string) => Promise<{ data: Row[]; hasMore?: boolean; nextCursor?: string | null }>) {
		let cursor: string | undefined;
		do {
			const { data, hasMore, nextCursor } = await page(cursor);
			yield* data;
			cursor = hasMore && nextCursor ? nextCursor : undefined;
		} while (cursor);
	}
}

export class Agents extends Resource {
	create(config: AgentConfig, o?: Options) {
		return this.post('createAgent', '/v1/agents', config, o);
	}
	list(query: Query<'listAgents'> = {}, o?: Options): Promise<Answer<'listAgents'> & Page<Agent>> {
		return this.get('listAgents', '/v1/agents', query, o);
	}
	iterate(query: Query<'listAgents'> = {}): AsyncGenerator<Agent, void> {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	retrieve(id: string, o?: Options) {
		return this.get('getAgent', `/v1/agents/${part(id)}`, undefined, o);
	}
	update(id: string, change: AgentPatch, o?: Options) {
		return this.patch('updateAgent', `/v1/agents/${part(id)}`, change, o);
	}
	delete(id: string, o?: Options) {
		return this.remove('deleteAgent', `/v1/agents/${part(id)}`, o);
	}
	versions(id: string, query: Query<'listAgentVersions'> = {}, o?: Options) {
		return this.get('listAgentVersions', `/v1/agents/${part(id)}/versions`, query, o);
	}
}

export class Calls extends Resource {
	/** Rings once, however often it had to be asked. */
	create(call: CallOptions, o?: Options): Promise<CallMade> {
		return this.post('createCall', '/v1/calls', call, o);
	}
	list(query: Query<'listCalls'> = {}, o?: Options): Promise<Answer<'listCalls'> & Page<CallRow>> {
		return this.get('listCalls', '/v1/calls', query, o);
	}
	iterate(query: Query<'listCalls'> = {}): AsyncGenerator<CallRow, void> {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	retrieve(id: string, o?: Options) {
		return this.get('getCall', `/v1/calls/${part(id)}`, undefined, o);
	}
	setStatus(id: string, status: CallStatus, metadata?: Record<string, unknown>, o?: Options) {
		return this.patch('setCallStatus', `/v1/calls/${part(id)}/status`, { status, metadata }, o);
	}
	timeline(id: string, query: Query<'getTimeline'> = {}, o?: Options) {
		return this.get('getTimeline', `/v1/calls/${part(id)}/timeline`, query, o);
	}
	iterateTimeline(id: string, query: Query<'getTimeline'> = {}): AsyncGenerator<TimelineEvent, void> {
		return this.rows(async (cursor) => {
			const page = await this.timeline(id, { ...query, ...(cursor ? { after: Number(cursor) } : {}) });
			return { data: page.timeline, hasMore: page.hasMore, nextCursor: String(page.nextAfter) };
		});
	}
	artifacts(id: string, o?: Options) {
		return this.get('getArtifacts', `/v1/calls/${part(id)}/artifacts`, undefined, o);
	}
	/** What happens in a call, as it happens, until it is over; a lost connection is taken up where it broke. */
	async *watch(id: string, o: Options = {}): AsyncGenerator<{ id: string; event: string; data: Record<string, unknown> }, void> {
		let last = '', broken = 0;
		for (;;) {
			try {
				const response = await this.http.send('GET', `/v1/calls/${part(id)}/live`, {
					timeoutMs: 24 * 3600e3, ...o, headers: { Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) },
				});
				for await (const event of serverSentEvents(response)) {
					last = event.id || last;
					broken = 0;
					yield { ...event, data: JSON.parse(event.data) as Record<string, unknown> };
				}
				return;
			} catch (error) {
				if (!(error instanceof TypeError) || ++broken > 5)
					throw error; // TypeError: the stream broke off
			}
		}
	}
	hangup(id: string, body: Body<'hangUpCall'> = {}, o?: Options) {
		return this.post('hangUpCall', `/v1/calls/${part(id)}/hangup`, body, o);
	}
	transfer(id: string, body: Body<'transferCall'>, o?: Options) {
		return this.post('transferCall', `/v1/calls/${part(id)}/transfer`, body, o);
	}
	say(id: string, body: Body<'sayInCall'>, o?: Options) {
		return this.post('sayInCall', `/v1/calls/${part(id)}/say`, body, o);
	}
	sendDigits(id: string, body: Body<'sendDigits'>, o?: Options) {
		return this.post('sendDigits', `/v1/calls/${part(id)}/dtmf`, body, o);
	}
	mute(id: string, muted: boolean, o?: Options) {
		return this.post('muteCall', `/v1/calls/${part(id)}/mute`, { muted }, o);
	}
	hold(id: string, held: boolean, o?: Options) {
		return this.post('holdCall', `/v1/calls/${part(id)}/hold`, { held }, o);
	}
	record(id: string, action: 'start' | 'stop' | 'pause' | 'resume', o?: Options): Promise<unknown> {
		return this.http.json('POST', `/v1/calls/${part(id)}/recording`, { ...o, body: { action } });
	}
	/** A recording made elsewhere: WAV, Ogg or MP3. */
	uploadRecording(id: string, sound: Uint8Array, contentType: 'audio/wav' | 'audio/ogg' | 'audio/mpeg', o?: Options): Promise<unknown> {
		return this.http.json('POST', `/v1/calls/${part(id)}/recording`, { ...o, body: sound, contentType });
	}
}

export class Webhooks extends Resource {
	/** The answer shows the secret, once. */
	create(webhook: WebhookConfig, o?: Options) {
		return this.post('createWebhook', '/v1/webhooks', webhook, o);
	}
	list(query: Query<'listWebhooks'> = {}, o?: Options) {
		return this.get('listWebhooks', '/v1/webhooks', query, o);
	}
	iterate(query: Query<'listWebhooks'> = {}) {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	retrieve(id: string, o?: Options) {
		return this.get('getWebhook', `/v1/webhooks/${part(id)}`, undefined, o);
	}
	update(id: string, change: Body<'updateWebhook'>, o?: Options) {
		return this.patch('updateWebhook', `/v1/webhooks/${part(id)}`, change, o);
	}
	delete(id: string, o?: Options) {
		return this.remove('deleteWebhook', `/v1/webhooks/${part(id)}`, o);
	}
	rotateSecret(id: string, o?: Options) {
		return this.post('rotateWebhookSecret', `/v1/webhooks/${part(id)}/rotate`, undefined, o);
	}
	test(id: string, o?: Options) {
		return this.post('testWebhook', `/v1/webhooks/${part(id)}/test`, undefined, o);
	}
	deliveries(id: string, query: Query<'listWebhookDeliveries'> = {}, o?: Options) {
		return this.get('listWebhookDeliveries', `/v1/webhooks/${part(id)}/deliveries`, query, o);
	}
	replay(deliveryId: string, o?: Options) {
		return this.post('replayWebhookDelivery', `/v1/webhooks/deliveries/${part(deliveryId)}/replay`, undefined, o);
	}
}

export class RealtimeOrders extends Resource {
	/** Lets one browser socket in without showing it a key: hand `url` to the page. */
	createTicket(body: Body<'createTicket'> = {}, o?: Options) {
		return this.post('createTicket', '/v1/realtime/tickets', body, o);
	}
	connections(o?: Options): Promise<Record<string, unknown>> {
		return this.http.json('GET', '/v1/realtime/connections', o);
	}
	stats(callId: string, o?: Options): Promise<Record<string, unknown>> {
		return this.http.json('GET', `/v1/realtime/${part(callId)}/stats`, o);
	}
	end(callId: string, body: Body<'endRealtime'> = {}, o?: Options): Promise<unknown> {
		return this.http.json('POST', `/v1/realtime/${part(callId)}/end`, { ...o, body });
	}
}

export class TenantResource extends Resource {
	retrieve(o?: Options) {
		return this.get('getTenant', '/v1/tenant', undefined, o);
	}
	update(change: Body<'updateTenant'>, o?: Options) {
		return this.patch('updateTenant', '/v1/tenant', change, o);
	}
	usage(period?: Period, id = 'me', o?: Options) {
		return this.get('getUsage', `/v1/tenants/${part(id)}/usage`, { period }, o);
	}
	/** Each line of the bill, as CSV. */
	exportUsage(query: Query<'exportUsage'> = {}, id = 'me', o?: Options): Promise<string> {
		return this.http.text('GET', `/v1/tenants/${part(id)}/usage/export`, { ...o, query: query as Record<string, unknown> });
	}
	metrics(period?: Period, o?: Options) {
		return this.get('getMetrics', '/v1/metrics', { period }, o);
	}
}

export class ApiKeys extends Resource {
	/** The answer shows the key, once. */
	create(key: Body<'createApiKey'>, o?: Options) {
		return this.post('createApiKey', '/v1/api-keys', key, o);
	}
	list(query: Query<'listApiKeys'> = {}, o?: Options) {
		return this.get('listApiKeys', '/v1/api-keys', query, o);
	}
	iterate(query: Query<'listApiKeys'> = {}) {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	rotate(id: string, body: Body<'rotateApiKey'> = {}, o?: Options) {
		return this.post('rotateApiKey', `/v1/api-keys/${part(id)}/rotate`, body, o);
	}
	revoke(id: string, o?: Options) {
		return this.remove('revokeApiKey', `/v1/api-keys/${part(id)}`, o);
	}
}

export class Members extends Resource {
	add(member: Body<'addMember'>, o?: Options) {
		return this.post('addMember', '/v1/members', member, o);
	}
	list(query: Query<'listMembers'> = {}, o?: Options) {
		return this.get('listMembers', '/v1/members', query, o);
	}
	iterate(query: Query<'listMembers'> = {}) {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	update(id: string, change: Body<'updateMember'>, o?: Options) {
		return this.patch('updateMember', `/v1/members/${part(id)}`, change, o);
	}
	delete(id: string, o?: Options) {
		return this.remove('removeMember', `/v1/members/${part(id)}`, o);
	}
}

export class Secrets extends Resource {
	put(secret: Body<'putSecret'>, o?: Options): Promise<Answer<'putSecret'>> {
		return this.http.json('PUT', '/v1/secrets', { ...o, body: secret });
	}
	list(o?: Options) {
		return this.get('listSecrets', '/v1/secrets', undefined, o);
	}
	delete(name: string, o?: Options) {
		return this.remove('deleteSecret', `/v1/secrets/${part(name)}`, o);
	}
}

export class Tools extends Resource {
	register(tool: Body<'registerTool'>, o?: Options) {
		return this.post('registerTool', '/v1/tools', tool, o);
	}
	list(query: Query<'listTools'> = {}, o?: Options): Promise<Page<Record<string, unknown>>> {
		return this.http.json('GET', '/v1/tools', { ...o, query: query as Record<string, unknown> });
	}
	retrieve(name: string, o?: Options) {
		return this.get('getTool', `/v1/tools/${part(name)}`, undefined, o);
	}
	invoke(name: string, body: Body<'invokeTool'>, o?: Options) {
		return this.post('invokeTool', `/v1/tools/${part(name)}/invoke`, body, o);
	}
	delete(name: string, o?: Options) {
		return this.remove('deleteTool', `/v1/tools/${part(name)}`, o);
	}
}

async function* serverSentEvents(response: Response) {
	const decoder = new TextDecoder();
	let text = '', event = { id: '', event: '', data: '' };
	for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
		text += decoder.decode(bytes, { stream: true });
		const lines = text.split('\n');
		text = lines.pop() ?? '';
		for (const line of lines) {
			const [, name, value] = /^(\w+): ?(.*)$/.exec(line.replace(/\r$/, '')) ?? [];
			if (name === 'id' || name === 'event' || name === 'data')
				event[name] = value ?? '';
			else if (line.trim() === '' && event.data) {
				yield event;
				event = { id: '', event: '', data: '' };
			}
		}
	}
}
