import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { asProblem, changed, encode, fetchJson, withQuery } from '../../api/client';
import { may } from '../../session';
import { Ask, Card, Empty, Field, Page, attempt } from '../../ui/parts';
import { useRows } from '../../ui/more';
import { Offered } from '../../ui/offered';
import { exactly, when } from '../../ui/words';

interface Entry { id: string; phone: string; source: string; reason?: string; callId?: string; createdBy?: string; createdAt: string; expiresAt?: string }
interface Verdict { phone: string; allowed: boolean; barred?: string; why: string; region?: string; consent?: string; registryAsOf?: string }

function CheckOne() {
	const [phone, setPhone] = useState('');
	const [kind, setKind] = useState('marketing');
	const [said, setSaid] = useState<Verdict | null>(null);
	const [wrong, setWrong] = useState('');
	const go = async (e: FormEvent) => {
		e.preventDefault();
		setSaid(null);
		setWrong('');
		try {
			setSaid(await fetchJson<Verdict>(withQuery('/v1/dnc/check', { phone: phone.trim(), kind })));
		} catch (x) {
			const p = asProblem(x);
			setWrong(p.fields[0]?.detail ?? p.message);
		}
	};
	return (
		<Card title="May this number be called?">
			<form className="row" onSubmit={go}>
				<div className="grow"><Field label="Number" wrong={wrong}>{(p) => <input {...p} type="tel" placeholder="+91…" value={phone} onChange={(e) => setPhone(e.target.value)} />}</Field></div>
				<Field label="What for">{(p) => <select {...p} value={kind} onChange={(e) => setKind(e.target.value)}><option>marketing</option><option>informational</option><option>collection</option></select>}</Field>
				<button disabled={!phone.trim()}>Ask</button>
			</form>
			{said && <div className={`notice ${said.allowed ? 'good' : 'bad'}`} role="status"><strong>{said.allowed ? 'It may be called, at lawful hours' : 'It may not be called'}</strong><span>{said.why}{said.region && ` · ${said.region}`}{said.consent && ` · consent ${said.consent}`}</span></div>}
		</Card>
	);
}

export default function Dnc() {
	const list = useRows<Entry>('/v1/dnc');
	const [numbers, setNumbers] = useState('');
	const [reason, setReason] = useState('');
	const add = (e: FormEvent) => {
		e.preventDefault();
		const phones = numbers.split(/[\n,;]+/).map((n) => n.trim()).filter(Boolean);
		attempt(async () => {
			await fetchJson('/v1/dnc', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ phones, ...(reason && { reason }) }) });
			setNumbers('');
			await changed('/v1/dnc');
		}, `${phones.length} ${phones.length === 1 ? 'number is' : 'numbers are'} not called any more.`);
	};
	return (
		<Page title="Do not call" lead="Whom no campaign and no call of yours may reach. Who opts out in a call is put here by itself.">
			<Offered of={list} what="Lists of numbers not to call">{() => (
				<>
					<div className="cols">
						<CheckOne />
						{may('dev') && <Card title="Add numbers">
							<form className="stack" onSubmit={add}>
								<Field label="Numbers" hint="With their country code, one a line">{(p) => <textarea {...p} className="mono" value={numbers} onChange={(e) => setNumbers(e.target.value)} />}</Field>
								<Field label="Why">{(p) => <input {...p} value={reason} maxLength={200} onChange={(e) => setReason(e.target.value)} />}</Field>
								<div className="row end"><button className="main-act" disabled={!numbers.trim()}>Add</button></div>
							</form>
						</Card>}
					</div>
					<Card flush label="The list">
						{list.rows.length === 0 ? <Empty title="Nobody is on the list">Add numbers above, or let callers opt out: they come here.</Empty> : (
							<div className="table"><table className="folds"><thead><tr><th>Number</th><th>From</th><th>Why</th><th>Since</th><th><span className="hidden">Do</span></th></tr></thead><tbody>{list.rows.map((e) => (
								<tr key={e.id}><td className="mono">{e.phone}</td><td>{e.source.replace('_', ' ')}{e.callId && <> <Link className="small" href={`/calls/${encode(e.callId)}`}>the call</Link></>}</td><td className="soft">{e.reason}</td><td className="soft nowrap" title={exactly(e.createdAt)}>{when(e.createdAt)}{e.expiresAt && ` until ${when(e.expiresAt)}`}</td>
									<td className="right">{may('admin') && <Ask label="Remove" className="small" title={`May ${e.phone} be called again?`} act={async () => { await fetchJson(`/v1/dnc/${encode(e.id)}`, { method: 'DELETE' }); await changed('/v1/dnc'); }}>Only when the person asked for it. It stands in the audit.</Ask>}</td></tr>
							))}</tbody></table></div>
						)}
						{list.button}
					</Card>
				</>
			)}</Offered>
		</Page>
	);
}
