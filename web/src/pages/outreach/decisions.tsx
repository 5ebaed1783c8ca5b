import { useSearchParams } from 'wouter';
import { Link } from 'wouter';
import { changed, encode, fetchJson } from '../../api/client';
import { may } from '../../session';
import { Ask, Card, Empty, Field, Page, Status, attempt } from '../../ui/parts';
import { useRows } from '../../ui/more';
import { Offered } from '../../ui/offered';
import { ago, exactly } from '../../ui/words';

interface Decision { id: string; campaignId: string; decision: string; status: string; reason: string; action: string; metadata: Record<string, unknown>; decidedBy?: string; decidedAt?: string; createdAt: string }

export function DecisionList({ campaign, status }: { campaign?: string; status?: string }) {
	const list = useRows<Decision>('/v1/decisions', { campaignId: campaign, status: status || undefined }, 15000);
	const settle = (d: Decision, verb: 'accept' | 'reject') => attempt(async () => {
		await fetchJson(`/v1/decisions/${encode(d.id)}/${verb}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
		await changed('/v1/decisions', '/v1/campaigns');
	}, verb === 'accept' ? 'It is being done.' : 'It is left as it is.');
	return (
		<Offered of={list} what="Decisions">{() => (
			<Card flush title={campaign ? 'Decisions' : undefined} label="Decisions">
				{list.rows.length === 0 ? <Empty title={status ? 'None like this' : 'Nothing to decide'}>When the calls of a campaign show that something should change, it is proposed here with its numbers, for you to accept or reject.</Empty> : (
					<ul className="list">{list.rows.map((d) => (
						<li key={d.id}>
							<div className="grow stack tight" style={{ flexBasis: 320 }}>
								<div className="row"><strong>{d.decision.replace(/[_.]/g, ' ')}</strong><Status of={d.status} />{!campaign && <Link className="small" href={`/voice-agents/campaigns/${encode(d.campaignId)}`}>the campaign</Link>}<span className="soft small" title={exactly(d.createdAt)}>{ago(d.createdAt)}</span></div>
								<p>{d.reason}</p>
								<p className="soft small">{d.action.replace(/_/g, ' ')}{d.decidedBy && ` · by ${d.decidedBy}, ${ago(d.decidedAt)}`}</p>
								<details className="small"><summary>The numbers</summary><pre className="json">{JSON.stringify(d.metadata, null, 2)}</pre></details>
							</div>
							{d.status === 'proposed' && may('dev') && <div className="row"><Ask label="Accept" danger={false} title={`${d.decision.replace(/[_.]/g, ' ')}?`} act={() => settle(d, 'accept')}>{d.reason}</Ask><button type="button" onClick={() => settle(d, 'reject')}>Reject</button></div>}
						</li>
					))}</ul>
				)}
				{list.button}
			</Card>
		)}</Offered>
	);
}

export default function Decisions() {
	const [query, setQuery] = useSearchParams();
	const status = query.get('status') ?? '';
	return (
		<Page title="Decisions" lead="What the calls of your campaigns say should change.">
			<div className="fields filters"><Field label="Status">{(p) => <select {...p} value={status} onChange={(e) => setQuery(e.target.value ? { status: e.target.value } : {}, { replace: true })}><option value="">Any</option>{['proposed', 'approved', 'executed', 'failed', 'rejected'].map((s) => <option key={s}>{s}</option>)}</select>}</Field></div>
			<DecisionList status={status} />
		</Page>
	);
}
