// Whoever wants to be forgotten: ordered here, carried out by the gateway, told with a report.
import { type FormEvent, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { type Schemas, asProblem, changed, encode, fetchJson } from '../../api/client';
import { may } from '../../session';
import { Card, Dialog, Empty, Field, Page, Status, toast } from '../../ui/parts';
import { useRows } from '../../ui/more';
import { Offered } from '../../ui/offered';
import { count, exactly, when } from '../../ui/words';

type Erasure = Schemas['Erasure'];
type Kind = 'phone' | 'callId' | 'leadId';

const WAYS: Record<Kind, { what: string; label: string; like: string; hint: string; goes: string; missing: string }> = {
	phone: { what: 'Whoever has a number', label: 'Number', like: '+91…', hint: 'With its country code: all calls with it, and leads', goes: 'all calls with this number, and leads that have it', missing: 'Nothing is known of this number.' },
	callId: { what: 'One call', label: 'Call (id)', like: 'call_…', hint: 'Its page says it, by “Id”', goes: 'this call', missing: 'There is no such call. Open it under Calls and copy its id.' },
	leadId: { what: 'A lead', label: 'Lead (id)', like: 'lead_…', hint: 'The lead, and all calls to it', goes: 'this lead, and all calls to it', missing: 'There is no such lead. Erase by its number instead.' },
};

function Order() {
	const [kind, setKind] = useState<Kind>('phone');
	const [subject, setSubject] = useState('');
	const [wrong, setWrong] = useState('');
	const [asking, setAsking] = useState(false);
	const [busy, setBusy] = useState(false);
	const way = WAYS[kind], whom = subject.trim();
	const ask = (e: FormEvent) => {
		e.preventDefault();
		setWrong('');
		setAsking(true);
	};
	const go = async () => {
		setBusy(true);
		try {
			await fetchJson('/v1/erasures', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ [kind]: whom }) });
			setSubject('');
			toast('It has begun. Its report stands in the list.');
			await changed('/v1/erasures');
		} catch (x) {
			const p = asProblem(x);
			setWrong(p.status === 404 ? way.missing : p.fields[0] ? `It ${p.fields[0].detail}` : p.message);
		}
		setBusy(false);
		setAsking(false);
	};
	return (
		<Card title="Forget somebody">
			<form className="stack" onSubmit={ask}>
				<div className="fields">
					<Field label="What is to go">{(p) => <select {...p} value={kind} onChange={(e) => { setKind(e.target.value as Kind); setWrong(''); }}>{Object.entries(WAYS).map(([k, w]) => <option key={k} value={k}>{w.what}</option>)}</select>}</Field>
					<Field label={way.label} hint={way.hint} wrong={wrong}>{(p) => <input {...p} type={kind === 'phone' ? 'tel' : 'text'} autoComplete="off" placeholder={way.like} value={subject} maxLength={128} onChange={(e) => setSubject(e.target.value)} />}</Field>
				</div>
				<div className="row end"><button className="danger" disabled={!whom}>Erase</button></div>
			</form>
			<Dialog title={`Erase what is kept of ${whom}?`} open={asking} onClose={() => setAsking(false)}>
				<p>Of {way.goes}: recordings, transcripts, timelines, events, names and numbers. Calls that are live go when they are over. What they cost stays, and so does this order, in the audit.</p>
				<p><strong>It begins at once and cannot be undone.</strong></p>
				<div className="row end">
					<button type="button" onClick={() => setAsking(false)} autoFocus>Keep it as it is</button>
					<button type="button" className="main-act danger" disabled={busy} onClick={go}>Erase</button>
				</div>
			</Dialog>
		</Card>
	);
}

const PARTS: [string, string, string][] = [['calls', 'call', 'calls'], ['files', 'file', 'files'], ['timelineEntries', 'timeline entry', 'timeline entries'], ['documents', 'document', 'documents'], ['events', 'event', 'events'], ['leads', 'lead', 'leads']];

function Whom({ of: e }: { of: Erasure }) {
	if (e.kind === 'retention')
		return <>Calls older than {e.subject} days</>;
	if (e.kind === 'tenant')
		return <>The whole tenant</>;
	if (e.kind === 'call')
		return <Link href={`/calls/${encode(e.subject)}`} className="mono">{e.subject}</Link>;
	return <span className="mono">{e.subject}</span>;
}

// What went, what waits, and what is to be done where it does not go on.
function Report({ of: e }: { of: Erasure }) {
	const said = (e.report ?? {}) as Record<string, number | undefined>;
	const gone = PARTS.filter(([k]) => said[k]).map(([k, one, more]) => `${count(said[k])} ${said[k] === 1 ? one : more}`);
	if (e.state === 'done')
		return <>{gone.length ? `${gone.join(', ')} went` : 'Nothing was kept of it'}</>;
	const waits = [said.callsLive && `${count(said.callsLive)} ${said.callsLive === 1 ? 'call is live and goes when it is' : 'calls are live and go when they are'} over`, said.filesWaiting && `${count(said.filesWaiting)} ${said.filesWaiting === 1 ? 'file waits' : 'files wait'} for the object store`].filter(Boolean);
	const late = Date.now() > new Date(e.dueAt).getTime();
	return (
		<>
			{gone.length > 0 && <>{gone.join(', ')} so far. </>}
			{waits.length > 0 && <>{waits.join('; ')}. </>}
			{e.state === 'failed' ? `${e.requestedBy ? 'Order it again above. ' : ''}The gateway’s log says why it stopped, under the word erasure.`
				: late ? <strong>Late: it was due {when(e.dueAt)}. Ask whoever runs the gateway whether its object store can be reached.</strong> : `Due ${when(e.dueAt)}`}
		</>
	);
}

export default function Erasures() {
	const [goesOn, setGoesOn] = useState(false);
	const list = useRows<Erasure>(may('admin') ? '/v1/erasures' : null, {}, goesOn ? 2000 : 0);
	const some = list.rows.some((e) => e.state === 'queued' || e.state === 'running');
	useEffect(() => setGoesOn(some), [some]);
	if (!may('admin'))
		return <Page title="Erasures"><div className="card"><Empty title="Erasures are the admins’">Ask an admin of your tenant when somebody wants to be forgotten: it cannot be undone.</Empty></div></Page>;
	return (
		<Page title="Erasures" lead={<>Whoever wants to be forgotten, and what went. What is merely old goes by itself: <Link href="/settings/limits">retention</Link>.</>}>
			<Offered of={list} what="Erasures">{() => (
				<>
					<Order />
					<Card flush label="Erasures">
						{list.rows.length === 0 ? <Empty title="Nobody was to be forgotten yet">Order it above with a number, a call or a lead. It begins at once, and its report stands here.</Empty> : (
							<div className="table"><table className="folds"><thead><tr><th>Who or what</th><th>State</th><th>Report</th><th>Ordered</th><th>By</th></tr></thead><tbody>{list.rows.map((e) => (
								<tr key={e.id}>
									<td><Whom of={e} /></td>
									<td><Status of={e.state} /></td>
									<td className="wide"><Report of={e} /></td>
									<td className="soft nowrap" title={`${exactly(e.createdAt)}${e.finishedAt ? `, done ${exactly(e.finishedAt)}` : ''}`}>{when(e.createdAt)}</td>
									<td className="soft small">{e.requestedBy ? <Link href={`/settings/audit?entityId=${encode(e.id)}`} title={e.requestedBy}>{e.requestedBy.slice(0, 10)}…</Link> : 'the retention'}</td>
								</tr>
							))}</tbody></table></div>
						)}
						{list.button}
					</Card>
				</>
			)}</Offered>
		</Page>
	);
}
