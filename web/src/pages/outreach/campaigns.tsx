import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { changed, encode, fetchJson, useGet, withQuery } from '../../api/client';
import { may } from '../../session';
import { Ask, Card, Empty, Field, Figures, Page, Pairs, Status, attempt } from '../../ui/parts';
import { SchemaDialog } from '../../ui/schema-dialog';
import { useRows } from '../../ui/more';
import { Offered, pick } from '../../ui/offered';
import { Upload } from '../../ui/upload';
import { ago, count, exactly, inr, lasted, share, usd, when } from '../../ui/words';
import { useAgentNames } from '../calls';
import { DecisionList } from './decisions';

interface Campaign extends Record<string, unknown> {
	id: string; name: string; description?: string; status: string; statusReason?: string; agentId?: string; phoneNumberId?: string; kind?: string; totalContacts?: number; completedCalls?: number; successfulCalls?: number;
	startedAt?: string; completedAt?: string; scheduledAt?: string; createdAt: string; updatedAt: string; timezone?: string; maxConcurrentCalls?: number; callsPerSecond?: number; maxCallsPerDay?: number; maxAttempts?: number; consentRequired?: boolean;
}
interface Plan { totals?: Record<string, unknown>; data: { leadId: string; wouldCallAt?: string; whyNot?: string; detail?: string }[]; hasMore: boolean; nextAfter?: string }
interface Lead { id: string; name?: string; phone?: string; state: string; stateReason?: string; attempts: number; nextAt?: string; lastCallId?: string; lastOutcome?: string }

const json = (method: string, body: object): RequestInit => ({ method, headers: { 'content-type': 'application/json', ...(method === 'POST' && { 'idempotency-key': crypto.randomUUID() }) }, body: JSON.stringify(body) });
const READONLY = ['id', 'status', 'statusReason', 'startedAt', 'completedAt', 'totalContacts', 'completedCalls', 'successfulCalls', 'createdAt', 'updatedAt'];

const CALLED = { agentId: 'Agent', phoneNumberId: 'Number to call from' };

function useChoices() {
	const { agents } = useAgentNames();
	const numbers = useGet<{ data: Record<string, unknown>[] }>('/v1/numbers');
	const phoneOf = (n: Record<string, unknown>) => String(pick(n, 'phone_number', 'phoneNumber') ?? n.id);
	const all = numbers.data?.data ?? [];
	return {
		choices: { agentId: agents.map((a): [string, string] => [a.id, a.name]), phoneNumberId: all.map((n): [string, string] => [String(n.id), phoneOf(n)]) },
		numberOf: (id?: string) => (id ? phoneOf(all.find((n) => n.id === id) ?? { id }) : 'any active one'),
	};
}

function New({ open, close }: { open: boolean; close: () => void }) {
	const [, go] = useLocation();
	const { choices } = useChoices();
	return (
		<SchemaDialog title="New campaign" names={CALLED} choices={choices} operation="createCampaign" open={open} onClose={close} done="Make it" wide without={READONLY} initial={{ kind: 'marketing', maxConcurrentCalls: 1 }} act={async (body) => {
			const made = await fetchJson<Campaign>('/v1/campaigns', json('POST', body));
			await changed('/v1/campaigns');
			go(`/voice-agents/campaigns/${encode(made.id)}`);
		}}><p className="soft">It calls nobody until it is started. Leads and a dry run come next.</p></SchemaDialog>
	);
}

function All() {
	const list = useRows<Campaign>('/v1/campaigns', {}, 10000);
	const { nameOf } = useAgentNames();
	const [open, setOpen] = useState(false);
	const [, go] = useLocation();
	const button = may('dev') && <button type="button" className="main-act" onClick={() => setOpen(true)}>New campaign</button>;
	return (
		<Page title="Campaigns" lead="Calls to many, within the law and your hours." actions={button}>
			<Offered of={list} what="Campaigns">{() => (
				<Card flush label="Campaigns">
					{list.rows.length === 0 ? <Empty title="No campaign yet" action={button}>A campaign is an agent, a number, a list of people, and hours. A dry run shows who would be called when, before anybody is.</Empty> : (
						<div className="table"><table className="folds"><thead><tr><th>Campaign</th><th>Agent</th><th>Status</th><th>Done</th><th>Changed</th></tr></thead><tbody>{list.rows.map((c) => (
							<tr key={c.id} className="goes" onClick={(e) => !(e.target as HTMLElement).closest('a') && go(`/voice-agents/campaigns/${encode(c.id)}`)}>
								<td><Link href={`/voice-agents/campaigns/${encode(c.id)}`}>{c.name}</Link>{c.description && <div className="soft small">{c.description}</div>}</td><td>{nameOf(c.agentId)}</td><td><Status of={c.status} /></td>
								<td className="num">{count(c.completedCalls ?? 0)} of {count(c.totalContacts ?? 0)}</td><td className="soft nowrap">{ago(c.updatedAt)}</td>
							</tr>
						))}</tbody></table></div>
					)}
					{list.button}
				</Card>
			)}</Offered>
			<New open={open} close={() => setOpen(false)} />
		</Page>
	);
}

const ORDERS: Record<string, [string, string, string][]> = {
	draft: [['start', 'Start', 'Its leads are called from now on, at their lawful hours.'], ['schedule', 'Schedule', 'It starts by itself at its time.']],
	scheduled: [['start', 'Start now', 'Its leads are called from now on, at their lawful hours.'], ['cancel', 'Cancel', 'It ends for good. Its leads are free for others.']],
	running: [['pause', 'Pause', 'No new calls within a second. Those that talk go on.'], ['cancel', 'Cancel', 'It ends for good. Its leads are free for others.']],
	paused: [['resume', 'Resume', 'It goes on where it was.'], ['cancel', 'Cancel', 'It ends for good. Its leads are free for others.']],
};

function DryRun({ id }: { id: string }) {
	const leads = useRows<Lead>('/v1/leads', { campaignId: id }, 15000); // asked for once with the list below
	const whoOf = (lead: string) => leads.rows.find((l) => l.id === lead);
	const [at, setAt] = useState('');
	const [plan, setPlan] = useState<Plan | null>(null);
	const [busy, setBusy] = useState(false);
	const ask = async (after?: string) => {
		setBusy(true);
		await attempt(async () => {
			const next = await fetchJson<Plan>(withQuery(`/v1/campaigns/${encode(id)}/preview`, { at: at && new Date(at).toISOString(), after, limit: 50 }));
			setPlan((had) => (after && had ? { ...next, totals: had.totals, data: [...had.data, ...next.data] } : next));
		});
		setBusy(false);
	};
	const t = plan?.totals;
	const why = (pick<Record<string, number>>(t, 'why_not', 'whyNot') ?? {});
	return (
		<Card title="Dry run">
			<p className="soft small">Who would be called when, and who not and why. Nobody is called.</p>
			<div className="row"><div className="grow broad"><Field label="As if it were" hint="Now, when left open">{(p) => <input {...p} type="datetime-local" value={at} onChange={(e) => setAt(e.target.value)} />}</Field></div><button type="button" disabled={busy} onClick={() => ask()}>{busy ? 'Asking' : 'Show the plan'}</button></div>
			{t && <Figures items={[['Leads', count(pick<number>(t, 'leads'))], ['Would be called', count(pick<number>(t, 'would_call', 'wouldCall'))], ['First', when(pick(t, 'first_at', 'firstAt'))], ['Last', when(pick(t, 'last_at', 'lastAt'))], ['Takes about', lasted(pick<number>(t, 'duration_s', 'durationS'))]]} />}
			{Object.keys(why).length > 0 && <div className="row">{Object.entries(why).map(([w, n]) => <span key={w} className="badge wait">{w.replace(/_/g, ' ')}: {count(n)}</span>)}</div>}
			{plan && (plan.data.length === 0 ? <Empty title="Nobody is in it">Upload leads, or give it a segment.</Empty> : (
				<div className="table scroller" tabIndex={0} role="region" aria-label="The plan"><table><thead><tr><th>Lead</th><th>When</th><th>Why not</th></tr></thead><tbody>{plan.data.map((r) => <tr key={r.leadId}><td>{whoOf(r.leadId) ? <>{whoOf(r.leadId)!.name} <span className="soft small mono">{whoOf(r.leadId)!.phone}</span></> : <span className="mono">{r.leadId}</span>}</td><td className="nowrap">{r.wouldCallAt ? exactly(r.wouldCallAt) : '–'}</td><td>{r.whyNot?.replace(/_/g, ' ')} <span className="soft small">{r.detail}</span></td></tr>)}</tbody></table></div>
			))}
			{plan?.hasMore && <div><button type="button" disabled={busy} onClick={() => ask(plan.nextAfter)}>Show more</button></div>}
		</Card>
	);
}

function Leads({ id }: { id: string }) {
	const leads = useRows<Lead>('/v1/leads', { campaignId: id }, 15000);
	if (leads.error && !leads.data)
		return null;
	return (
		<Card flush title="Leads">
			{leads.rows.length === 0 ? <Empty title="Nobody yet">Upload a file; or give the campaign a segment of the leads you have.</Empty> : (
				<div className="table"><table className="folds"><thead><tr><th>Who</th><th>State</th><th className="right">Calls</th><th>Next</th><th>Last</th></tr></thead><tbody>{leads.rows.map((l) => (
					<tr key={l.id}><td>{l.name || l.id}<div className="soft small mono">{l.phone}</div></td><td><Status of={l.state} /> <span className="soft small">{l.stateReason?.replace(/_/g, ' ')}</span></td><td className="right num" data-label="Calls">{l.attempts}</td><td className="soft nowrap">{l.nextAt ? when(l.nextAt) : ''}</td><td>{l.lastCallId ? <Link href={`/calls/${encode(l.lastCallId)}`}>{l.lastOutcome?.replace(/[-_]/g, ' ') ?? 'the call'}</Link> : ''}</td></tr>
				))}</tbody></table></div>
			)}
			{leads.button}
		</Card>
	);
}

function Numbers({ id }: { id: string }) {
	const m = useGet<Record<string, unknown>>(`/v1/campaigns/${encode(id)}/metrics`, { refreshInterval: 15000 });
	if (!m.data)
		return null;
	const all = pick<Record<string, unknown>>(m.data, 'metrics') ?? m.data;
	const n = (...names: string[]) => pick<number>(all, ...names);
	const outcomes = pick<Record<string, number>>(all, 'by_outcome', 'byOutcome') ?? {};
	return (
		<Card title="How it goes" actions={Object.entries(outcomes).map(([o, k]) => <span key={o} className="badge">{o.replace(/[-_]/g, " ")}: {count(k)}</span>)}>
			<Figures items={[['Calls', count(n('total'))], ['Reached', share(n('connect_rate', 'connectRate')), count(n('connected'))], ['Qualified', share(n('qualification_rate', 'qualificationRate')), count(n('qualified'))], ['Failed', share(n('failure_rate', 'failureRate'))], ['On average', lasted(n('average_seconds', 'averageSeconds'))], ['Cost', inr(n('cost_inr', 'costInr')), usd(n('cost_usd', 'costUsd'))]]} />
		</Card>
	);
}

function One({ id }: { id: string }) {
	const campaign = useGet<Campaign>(`/v1/campaigns/${encode(id)}`, { refreshInterval: 5000 });
	const { nameOf } = useAgentNames();
	const { choices, numberOf } = useChoices();
	const [edit, setEdit] = useState(false);
	const c = campaign.data;
	const order = async (verb: string) => {
		await fetchJson(`/v1/campaigns/${encode(id)}/${verb}`, json('POST', {}));
		await changed('/v1/campaigns');
	};
	return (
		<Page title={c?.name ?? 'Campaign'} crumb={['/voice-agents/campaigns', 'Campaigns']} lead={c?.description} actions={c && <>
			<Status of={c.status} />
			{may('dev') && (ORDERS[c.status] ?? []).map(([verb, words, what]) => <Ask key={verb} label={words} danger={verb === 'cancel'} className={verb === 'start' || verb === 'resume' ? 'main-act' : ''} title={`${words}: ${c.name}?`} act={() => order(verb)}>{what}</Ask>)}
			{may('dev') && <button type="button" onClick={() => setEdit(true)}>Change</button>}
		</>}>
			<Offered of={campaign} what="Campaigns">{(c) => (
				<>
					{c.statusReason && <div className={`notice ${c.status === 'failed' ? 'bad' : 'wait'}`}><strong>{c.status}: {c.statusReason.replace(/_/g, ' ')}</strong></div>}
					<div className="stack tight">
						<div className="row spread small"><span>{count(c.completedCalls ?? 0)} calls, {count(c.successfulCalls ?? 0)} with somebody</span><span>{count(c.totalContacts ?? 0)} leads</span></div>
						<div className="meterline" aria-hidden="true"><span style={{ width: `${Math.min(100, ((c.completedCalls ?? 0) / Math.max(1, c.totalContacts ?? 0)) * 100)}%` }} /></div>
					</div>
					<Numbers id={id} />
					<div className="split">
						<div className="stack"><DryRun id={id} />{may('dev') && <Upload campaign={id} />}<DecisionList campaign={id} /><Leads id={id} /></div>
						<Card title="About it">
							<Pairs items={[['Agent', c.agentId ? <Link key="a" href={`/agents/${encode(c.agentId)}`}>{nameOf(c.agentId)}</Link> : 'none yet'], ['Number', numberOf(c.phoneNumberId)], ['Kind', c.kind], ['At once', c.maxConcurrentCalls], ['Calls a second', c.callsPerSecond], ['Calls a day', c.maxCallsPerDay], ['Tries', c.maxAttempts], ['Zone', c.timezone], ['Consent needed', c.consentRequired === undefined ? undefined : c.consentRequired ? 'yes' : 'no'], ['Starts', c.scheduledAt && exactly(c.scheduledAt)], ['Started', c.startedAt && exactly(c.startedAt)], ['Ended', c.completedAt && exactly(c.completedAt)]]} />
							{!!(c.schedule ?? c.segment) && <details><summary>Hours and segment</summary><pre className="json">{JSON.stringify({ schedule: c.schedule, segment: c.segment, retryDelays: c.retryDelays }, null, 2)}</pre></details>}
							<Link className="button" href="/settings/dnc">Do not call</Link>
						</Card>
					</div>
				</>
			)}</Offered>
			{c && edit && <SchemaDialog title="Change the campaign" names={CALLED} choices={choices} operation="updateCampaign" open onClose={() => setEdit(false)} done="Save" wide without={READONLY} initial={Object.fromEntries(Object.entries(c).filter(([k, v]) => !READONLY.includes(k) && v !== null))} act={async (body) => { await fetchJson(`/v1/campaigns/${encode(id)}`, json('PATCH', { ...(!body.agentId && { agentId: '' }), ...body })); await changed('/v1/campaigns'); }} />}
		</Page>
	);
}

export default function Campaigns({ id }: { id?: string }) {
	return id ? <One key={id} id={id} /> : <All />;
}
