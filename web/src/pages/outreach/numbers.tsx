import { useState } from 'react';
import { changed, encode, fetchJson } from '../../api/client';
import { may } from '../../session';
import { Ask, Card, Empty, Page, Status, attempt } from '../../ui/parts';
import { SchemaDialog } from '../../ui/schema-dialog';
import { useRows } from '../../ui/more';
import { Offered, pick } from '../../ui/offered';
import { useAgentNames } from '../calls';

type Number_ = Record<string, unknown> & { id: string };
const post = (path: string, body: object) => fetchJson(path, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }, body: JSON.stringify(body) });

export default function Numbers() {
	const numbers = useRows<Number_>('/v1/numbers');
	const { agents } = useAgentNames();
	const [open, setOpen] = useState(false);
	const take = may('admin') && <button type="button" className="main-act" onClick={() => setOpen(true)}>Take a number</button>;
	return (
		<Page title="Numbers" lead="What people see when an agent calls, and where they reach one." actions={take}>
			<Offered of={numbers} what="Numbers">{() => (
				<Card flush label="Numbers">
					{numbers.rows.length === 0 ? <Empty title="No number yet" action={take}>Take one from the pool of this gateway, then say which agent answers it.</Empty> : (
						<div className="table"><table className="folds"><thead><tr><th>Number</th><th>Carrier</th><th>Agent</th><th>State</th><th><span className="hidden">Do</span></th></tr></thead><tbody>{numbers.rows.map((n) => {
							const phone = pick(n, 'phone_number', 'phoneNumber') ?? n.id, agent = pick(n, 'voiceAgentId', 'voice_agent_id', 'agentId', 'agent_id') ?? '';
							return (
								<tr key={n.id}>
									<td><strong className="mono">{phone}</strong><div className="soft small">{pick(n, 'friendly_name', 'friendlyName')}</div></td>
									<td>{String(n.provider ?? '')}</td>
									<td><label className="hidden" htmlFor={n.id}>Agent of {phone}</label><select id={n.id} value={agent} disabled={!may('dev')} onChange={(e) => attempt(async () => { await post(`/v1/numbers/${encode(n.id)}/agent`, { agentId: e.target.value }); await changed('/v1/numbers'); }, 'Its calls are answered by another agent now.')}>{!agent && <option value="">Nobody</option>}{agents.map((a) => <option key={a.id} value={a.id}>{a.name}</option>)}</select></td>
									<td><Status of={pick(n, 'provider_status', 'providerStatus') ?? (pick<boolean>(n, 'is_active', 'isActive') === false ? 'disabled' : 'active')} /></td>
									<td className="right">{may('admin') && <Ask label="Give back" className="small" title={`Give ${phone} back?`} act={async () => { await fetchJson(`/v1/numbers/${encode(n.id)}`, { method: 'DELETE' }); await changed('/v1/numbers'); }}>Calls to it are not answered any more, and campaigns cannot call from it.</Ask>}</td>
								</tr>
							);
						})}</tbody></table></div>
					)}
					{numbers.button}
				</Card>
			)}</Offered>
			<SchemaDialog title="Take a number" operation="takeNumber" open={open} onClose={() => setOpen(false)} done="Take it" act={async (body) => { await post('/v1/numbers', body); await changed('/v1/numbers'); }}>
				<p className="soft">Name a free number of the pool. Operators of the gateway put numbers into it.</p>
			</SchemaDialog>
		</Page>
	);
}
