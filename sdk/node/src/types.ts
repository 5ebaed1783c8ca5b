/** Names for what the document calls by operation. */
import type { components, operations } from './openapi.js';

export type Schemas = components['schemas'];
type JsonOf<T> = T extends { content: { 'application/json': infer J } } ? J : never;
/** What an operation takes. */
export type Body<Id extends keyof operations> = operations[Id] extends { requestBody?: infer B } ? JsonOf<NonNullable<B>> : never;
/** What it answers. */
export type Answer<Id extends keyof operations> = operations[Id] extends { responses: infer R }
	? R extends { 200: infer A } ? JsonOf<A> : R extends { 201: infer A } ? JsonOf<A> : R extends { 202: infer A } ? JsonOf<A> : undefined
	: never;
/** Its query. */
export type Query<Id extends keyof operations> = operations[Id] extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;

export type Agent = Schemas['agent'];
/** The agent's fields, flat, as in `{ name, prompt }`; or `{ name, config }`. */
export type AgentConfig = Body<'createAgent'>;
export type AgentPatch = Body<'updateAgent'>;
export type CallOptions = Omit<Body<'createCall'>, 'metadata'> & { metadata?: Record<string, unknown> };
export type Call = Answer<'getCall'>;
export type CallRow = Answer<'listCalls'>['data'][number];
export type CallMade = Answer<'createCall'>;
export type CallStatus = Body<'setCallStatus'>['status'];
export type TimelineEvent = Answer<'getTimeline'>['timeline'][number];
export type CallArtifacts = Answer<'getArtifacts'>;
export type TenantUsage = Answer<'getUsage'>;
export type Metrics = Answer<'getMetrics'>;
export type Webhook = Schemas['webhook'];
export type WebhookConfig = Body<'createWebhook'>;
export type Ticket = Answer<'createTicket'>;
export type Period = NonNullable<Query<'getUsage'>['period']>;
export type Campaign = Schemas['campaign'];
export type Lead = Schemas['lead'];
export type Decision = Schemas['Decision'];
export type OptimizerRule = Schemas['OptimizerRule'];
/** A row of which the document says no more. */
export type Row = Record<string, unknown>;
/** A file of leads and how far it has been read. */
export interface LeadImport extends Row {
	id: string;
	state: 'receiving' | 'running' | 'done' | 'failed';
	rows: number;
	accepted: number;
	bad: number;
}
/** A dry run: each lead with its time, or why not. */
export interface CampaignPlan extends Row {
	data: { leadId: string; wouldCallAt?: string; whyNot?: string; detail?: string }[];
	totals?: Row;
}

/** A page of a list. */
export interface Page<Row> {
	data: Row[];
	hasMore: boolean;
	nextCursor: string | null;
}
