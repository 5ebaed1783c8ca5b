import { useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { encode, fetchJson, useGet, withQuery } from '../api/client';
import type { Agent, Call, Page as PageOf } from '../api/shapes';
import { Empty, Field, Got, Page, Status, attempt } from '../ui/parts';
import { count, exactly, inr, lasted, when } from '../ui/words';
import { whoIs } from './overview';

const STATUSES = ['in-progress', 'ringing', 'queued', 'completed', 'failed', 'no-answer', 'busy', 'canceled'];
const PAGE = 50;

export function CallRows({ calls, nameOf }: { calls: Call[]; nameOf: (id?: string) => string }) {
	const [, go] = useLocation();
	return (
		<div className="table"><table className="folds">
			<thead><tr><th>Who</th><th>Agent</th><th>Status</th><th>Outcome</th><th className="right">Lasted</th><th className="right">Cost</th><th>Started</th></tr></thead>
			<tbody>{calls.map((c) => (
				<tr key={c.id} className="goes" onClick={(e) => !(e.target as HTMLElement).closest('a') && go(`/calls/${encode(c.id)}`)}>
					<td><Link href={`/calls/${encode(c.id)}`}>{whoIs(c)}</Link> <span className="soft small">{c.direction}{c.test ? ', test' : ''}</span></td>
					<td>{nameOf(c.agentId)}</td><td><Status of={c.status} /></td><td className="soft">{c.outcome?.replace(/[-_]/g, ' ')}</td>
					<td className="right num" data-label="Lasted">{lasted(c.durationSec)}</td><td className="right num" data-label="Cost">{inr(c.costInr)}</td><td className="nowrap soft" title={exactly(c.startedAt)}>{when(c.startedAt)}</td>
				</tr>
			))}</tbody>
		</table></div>
	);
}

export function useAgentNames() {
	const agents = useGet<PageOf<Agent>>('/v1/agents?limit=100');
	return { agents: agents.data?.data ?? [], nameOf: (id?: string) => agents.data?.data.find((a) => a.id === id)?.name ?? id ?? '–' };
}

export default function Calls() {
	const [query, setQuery] = useSearchParams();
	const [more, setMore] = useState<Call[]>([]);
	const [cursor, setCursor] = useState<string | null | undefined>();
	const { agents, nameOf } = useAgentNames();
	const filters = { status: query.get('status') ?? '', agentId: query.get('agentId') ?? '', direction: query.get('direction') ?? '', from: query.get('from') ?? '' };
	const asked = { ...filters, from: filters.from && new Date(`${filters.from}T00:00`).toISOString() };
	const first = useGet<PageOf<Call>>(withQuery('/v1/calls', { limit: PAGE, ...asked }), { refreshInterval: more.length ? 0 : 15000, keepPreviousData: true });
	const put = (name: string, value: string) => {
		setMore([]);
		setCursor(undefined);
		setQuery((q) => { const n = new URLSearchParams(q); if (value) n.set(name, value); else n.delete(name); return n; }, { replace: true });
	};
	const filtered = Object.values(filters).some(Boolean);
	const next = cursor === undefined ? first.data?.nextCursor : cursor;
	return (
		<Page title="Calls" lead={first.data?.pagination ? `${count(first.data.pagination.total)} ${first.data.pagination.total === 1 ? 'call' : 'calls'}${filtered ? ' like this' : ''}` : 'Every call, the latest first.'}>
			<div className="fields filters">
				<Field label="Status">{(p) => <select {...p} value={filters.status} onChange={(e) => put('status', e.target.value)}><option value="">Any</option>{STATUSES.map((s) => <option key={s}>{s}</option>)}</select>}</Field>
				<Field label="Agent">{(p) => <select {...p} value={filters.agentId} onChange={(e) => put('agentId', e.target.value)}><option value="">Any</option>{agents.map((a) => <option key={a.id} value={a.id}>{a.name}</option>)}</select>}</Field>
				<Field label="Direction">{(p) => <select {...p} value={filters.direction} onChange={(e) => put('direction', e.target.value)}><option value="">Any</option><option>inbound</option><option>outbound</option><option>web</option></select>}</Field>
				<Field label="Since">{(p) => <input {...p} type="date" value={filters.from} onChange={(e) => put('from', e.target.value)} />}</Field>
			</div>
			<Got of={first} rows={6}>{(page) => (
				<section className="card flush" aria-label="Calls">
					{page.data.length === 0
						? filtered ? <Empty title="No call is like this" action={<button type="button" onClick={() => setQuery({})}>Show all calls</button>}>Choose less, or another time.</Empty>
							: <Empty title="No calls yet" action={<Link className="button" href="/agents">Try an agent</Link>}>Each call stands here with its transcript, recording, times and costs.</Empty>
						: <CallRows calls={[...page.data, ...more]} nameOf={nameOf} />}
					{next && <div className="more"><button type="button" onClick={() => attempt(async () => {
						const page2 = await fetchJson<PageOf<Call>>(withQuery('/v1/calls', { limit: PAGE, ...asked, cursor: next }));
						setMore((had) => [...had, ...page2.data]);
						setCursor(page2.hasMore ? page2.nextCursor : null);
					})}>Older calls</button></div>}
				</section>
			)}</Got>
		</Page>
	);
}
