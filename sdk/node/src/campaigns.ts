/** Campaigns and whom they call, templates and numbers, what the optimiser decides and by which rules. */
import type { RequestOptions } from './http.js';
import { part, Resource } from './resources.js';
import type { Answer, Body, Campaign, CampaignPlan, Decision, Lead, LeadImport, OptimizerRule, Page, Query, Row } from './types.js';

type Options = RequestOptions;
/** A file of leads: CSV as a text or as bytes. */
export type LeadFile = string | Uint8Array;

export class Campaigns extends Resource {
	/** A draft: it calls nobody. */
	create(campaign: Body<'createCampaign'>, o?: Options): Promise<Campaign> {
		return this.post('createCampaign', '/v1/campaigns', campaign, o);
	}
	list(query: Query<'listCampaigns'> = {}, o?: Options): Promise<Page<Campaign>> {
		return this.page('/v1/campaigns', query, o);
	}
	iterate(query: Query<'listCampaigns'> = {}): AsyncGenerator<Campaign, void> {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	retrieve(id: string, o?: Options): Promise<Campaign> {
		return this.http.json('GET', at(id), o);
	}
	update(id: string, change: Body<'updateCampaign'>, o?: Options): Promise<Campaign> {
		return this.http.json('PATCH', at(id), { ...o, body: change });
	}
	delete(id: string, o?: Options) {
		return this.remove('deleteCampaign', at(id), o);
	}
	schedule(id: string, reason?: string, o?: Options) {
		return this.order(id, 'schedule', reason, o);
	}
	/** Takes its leads in and calls, within its hours and the law's. */
	start(id: string, reason?: string, o?: Options) {
		return this.order(id, 'start', reason, o);
	}
	pause(id: string, reason?: string, o?: Options) {
		return this.order(id, 'pause', reason, o);
	}
	resume(id: string, reason?: string, o?: Options) {
		return this.order(id, 'resume', reason, o);
	}
	/** For good. */
	cancel(id: string, reason?: string, o?: Options) {
		return this.order(id, 'cancel', reason, o);
	}
	private order(id: string, verb: string, reason?: string, o?: Options): Promise<Row> {
		return this.http.json('POST', `${at(id)}/${verb}`, { ...o, body: reason === undefined ? {} : { reason } });
	}
	/** Who would be called when, or why not; the first page has `totals`. Nothing is changed. */
	preview(id: string, query: Query<'previewCampaign'> = {}, o?: Options): Promise<CampaignPlan> {
		return this.http.json('GET', `${at(id)}/preview`, { ...o, query: query as Row });
	}
	metrics(id: string, query: Query<'getCampaignMetrics'> = {}, o?: Options): Promise<Row> {
		return this.http.json('GET', `${at(id)}/metrics`, { ...o, query: query as Row });
	}
	/** Its calls, as CSV. */
	exportCalls(id: string, query: Query<'exportCampaignCalls'> = {}, o?: Options): Promise<string> {
		return this.http.text('GET', `${at(id)}/calls/export`, { ...o, query: query as Row });
	}
	/** Leads that are there, put into it. */
	attachLeads(id: string, ids: string[], o?: Options): Promise<Row> {
		return this.http.json('POST', `${at(id)}/leads`, { ...o, body: { ids } });
	}
	importLeads(id: string, csv: LeadFile, query: Query<'importCampaignLeads'> = {}, o?: Options): Promise<LeadImport> {
		return this.http.json('POST', `${at(id)}/leads/import`, { ...o, ...file(csv), query: query as Row });
	}
	decisions(id: string, query: Query<'listCampaignDecisions'> = {}, o?: Options): Promise<Page<Row>> {
		return this.page(`${at(id)}/decisions`, query, o);
	}
}

export class Leads extends Resource {
	create(lead: Body<'createLead'>, o?: Options): Promise<Lead> {
		return this.post('createLead', '/v1/leads', lead, o);
	}
	/** What became of each, in their order. */
	createMany(leads: Body<'createLeads'>, o?: Options): Promise<Row> {
		return this.http.json('POST', '/v1/leads/batch', { ...o, body: leads });
	}
	list(query: Query<'listLeads'> = {}, o?: Options): Promise<Page<Lead>> {
		return this.page('/v1/leads', query, o);
	}
	iterate(query: Query<'listLeads'> = {}): AsyncGenerator<Lead, void> {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	retrieve(id: string, o?: Options): Promise<Lead> {
		return this.http.json('GET', `/v1/leads/${part(id)}`, o);
	}
	update(id: string, change: Body<'updateLead'>, o?: Options): Promise<Lead> {
		return this.http.json('PATCH', `/v1/leads/${part(id)}`, { ...o, body: change });
	}
	delete(id: string, o?: Options) {
		return this.remove('deleteLead', `/v1/leads/${part(id)}`, o);
	}
	import(csv: LeadFile, query: Query<'importLeads'> = {}, o?: Options): Promise<LeadImport> {
		return this.http.json('POST', '/v1/leads/import', { ...o, ...file(csv), query: query as Row });
	}
	retrieveImport(id: string, o?: Options): Promise<LeadImport> {
		return this.http.json('GET', `/v1/imports/${part(id)}`, o);
	}
	/** The rows that were left out and why, as CSV. */
	importErrors(id: string, o?: Options): Promise<string> {
		return this.http.text('GET', `/v1/imports/${part(id)}/errors`, o);
	}
}

export class Templates extends Resource {
	create(template: Body<'createTemplate'>, o?: Options): Promise<Row> {
		return this.http.json('POST', '/v1/templates', { ...o, body: template });
	}
	list(query: Query<'listTemplates'> = {}, o?: Options): Promise<Page<Row>> {
		return this.page('/v1/templates', query, o);
	}
	iterate(query: Query<'listTemplates'> = {}): AsyncGenerator<Row, void> {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	retrieve(id: string, o?: Options): Promise<Row> {
		return this.http.json('GET', `/v1/templates/${part(id)}`, o);
	}
	update(id: string, change: Body<'updateTemplate'>, o?: Options): Promise<Row> {
		return this.http.json('PATCH', `/v1/templates/${part(id)}`, { ...o, body: change });
	}
	delete(id: string, o?: Options): Promise<unknown> {
		return this.http.json('DELETE', `/v1/templates/${part(id)}`, o);
	}
	/** An agent of it. With the same `idempotencyKey` it is the same agent. */
	deploy(id: string, body: Body<'deployTemplate'> = {}, o?: Options): Promise<Row> {
		return this.http.json('POST', `/v1/templates/${part(id)}/deploy`, { ...o, body });
	}
}

export class Numbers extends Resource {
	/** One of the pool, taken. */
	take(body: Body<'takeNumber'>, o?: Options): Promise<Row> {
		return this.http.json('POST', '/v1/numbers', { ...o, body });
	}
	list(query: Query<'listNumbers'> = {}, o?: Options): Promise<Page<Row>> {
		return this.page('/v1/numbers', query, o);
	}
	iterate(query: Query<'listNumbers'> = {}): AsyncGenerator<Row, void> {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	retrieve(id: string, o?: Options): Promise<Row> {
		return this.http.json('GET', `/v1/numbers/${part(id)}`, o);
	}
	update(id: string, change: Body<'updateNumber'>, o?: Options): Promise<Row> {
		return this.http.json('PATCH', `/v1/numbers/${part(id)}`, { ...o, body: change });
	}
	/** Who answers there. */
	attachAgent(id: string, body: Body<'attachAgent'>, o?: Options): Promise<Row> {
		return this.http.json('POST', `/v1/numbers/${part(id)}/agent`, { ...o, body });
	}
	/** Back to the pool. */
	release(id: string, o?: Options): Promise<unknown> {
		return this.http.json('DELETE', `/v1/numbers/${part(id)}`, o);
	}
}

export class Decisions extends Resource {
	list(query: Query<'listDecisions'> = {}, o?: Options): Promise<Answer<'listDecisions'>> {
		return this.get('listDecisions', '/v1/decisions', query, o);
	}
	accept(id: string, o?: Options): Promise<Decision> {
		return this.post('acceptDecision', `/v1/decisions/${part(id)}/accept`, undefined, o);
	}
	reject(id: string, o?: Options): Promise<Decision> {
		return this.post('rejectDecision', `/v1/decisions/${part(id)}/reject`, undefined, o);
	}
}

export class OptimizerRules extends Resource {
	/** With the name of one of everybody's: in its place, and as it is where nothing is said. */
	create(rule: Body<'createOptimizerRule'>, o?: Options): Promise<OptimizerRule> {
		return this.post('createOptimizerRule', '/v1/optimizer-rules', rule, o);
	}
	list(query: Query<'listOptimizerRules'> = {}, o?: Options): Promise<Answer<'listOptimizerRules'>> {
		return this.get('listOptimizerRules', '/v1/optimizer-rules', query, o);
	}
	iterate(query: Query<'listOptimizerRules'> = {}): AsyncGenerator<OptimizerRule, void> {
		return this.rows((cursor) => this.list({ ...query, ...(cursor ? { cursor } : {}) }));
	}
	retrieve(id: string, o?: Options): Promise<OptimizerRule> {
		return this.get('getOptimizerRule', `/v1/optimizer-rules/${part(id)}`, undefined, o);
	}
	update(id: string, change: Body<'updateOptimizerRule'>, o?: Options): Promise<OptimizerRule> {
		return this.patch('updateOptimizerRule', `/v1/optimizer-rules/${part(id)}`, change, o);
	}
	delete(id: string, o?: Options) {
		return this.remove('deleteOptimizerRule', `/v1/optimizer-rules/${part(id)}`, o);
	}
}

function at(campaign: string): string {
	return `/v1/campaigns/${part(campaign)}`;
}

function file(csv: LeadFile): RequestOptions {
	return { body: typeof csv === 'string' ? new TextEncoder().encode(csv) : csv, contentType: 'text/csv' };
}
