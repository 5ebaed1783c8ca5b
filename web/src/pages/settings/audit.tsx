import { Link, useSearchParams } from 'wouter';
import type { Schemas } from '../../api/client';
import { may } from '../../session';
import { Card, Empty, Field, Got, Page } from '../../ui/parts';
import { useRows } from '../../ui/more';
import { exactly, when } from '../../ui/words';

type Row = Schemas['AuditEntry'];
const words = (action: string) => action.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

export default function Audit() {
	const [query, setQuery] = useSearchParams();
	const filters = { action: query.get('action') ?? '', actorId: query.get('actorId') ?? '', entityId: query.get('entityId') ?? '' };
	const rows = useRows<Row>(may('admin') ? '/v1/audit' : null, filters);
	if (!may('admin'))
		return <Page title="Audit"><div className="card"><Empty title="The audit is the admins’">It says who changed what in your tenant.</Empty></div></Page>;
	const put = (name: string, value: string) => setQuery((q) => { const n = new URLSearchParams(q); if (value) n.set(name, value); else n.delete(name); return n; }, { replace: true });
	const filtered = Object.values(filters).some(Boolean);
	const all = [...new Set(rows.rows.map((r) => r.action))].sort();
	if (filters.action && !all.includes(filters.action))
		all.push(filters.action);
	return (
		<Page title="Audit" lead="Who changed what, the latest first.">
			<div className="fields filters">
				<Field label="What was done">{(p) => <select {...p} value={filters.action} onChange={(e) => put('action', e.target.value)}><option value="">Anything</option>{all.map((a) => <option key={a} value={a}>{words(a)}</option>)}</select>}</Field>
				<Field label="By (id)">{(p) => <input {...p} type="search" defaultValue={filters.actorId} key={filters.actorId} onBlur={(e) => put('actorId', e.target.value.trim())} onKeyDown={(e) => e.key === 'Enter' && put('actorId', e.currentTarget.value.trim())} placeholder="usr_… or key_…" />}</Field>
				<Field label="To (id)">{(p) => <input {...p} type="search" defaultValue={filters.entityId} key={filters.entityId} onBlur={(e) => put('entityId', e.target.value.trim())} onKeyDown={(e) => e.key === 'Enter' && put('entityId', e.currentTarget.value.trim())} />}</Field>
			</div>
			<Got of={rows}>{() => (
				<Card flush label="Audit">
					{rows.rows.length === 0 ? <Empty title={filtered ? 'Nothing is like this' : 'Nothing was changed yet'} action={filtered ? <button type="button" onClick={() => setQuery({})}>Show all</button> : undefined}>{filtered ? undefined : 'Changes of agents, keys, people, limits, and orders to live calls stand here.'}</Empty> : (
						<div className="table"><table className="folds"><thead><tr><th>When</th><th>Who</th><th>Did</th><th>To</th><th>From</th></tr></thead><tbody>{rows.rows.map((r) => (
							<tr key={r.id}>
								<td className="nowrap soft" title={exactly(r.at)}>{when(r.at)}</td>
								<td>{r.actorId ? <button type="button" className="quiet small" onClick={() => put('actorId', r.actorId!)}>{r.actorKind} {r.actorId.slice(0, 10)}…</button> : r.actorKind}</td>
								<td>{words(r.action)}</td>
								<td className="mono">{r.entityId && (/call/i.test(r.action) ? <Link href={`/calls/${encodeURIComponent(r.entityId)}`}>{r.entityId}</Link> : r.entityId)}</td>
								<td className="soft small">{r.ip}</td>
							</tr>
						))}</tbody></table></div>
					)}
					{rows.button}
				</Card>
			)}</Got>
		</Page>
	);
}
