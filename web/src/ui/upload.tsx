// A file of leads on its way: how much has gone, how much was read, and what was wrong in it, by line.
import { useRef, useState } from 'react';
import { asProblem, changed, encode, fetchJson, Problem, withQuery } from '../api/client';
import { credential } from '../session';
import { Card, Check, Field, Status, Trouble } from './parts';
import { bytes, count } from './words';

export interface Import {
	id: string; state: string; reason?: string; bytes: number; readBytes: number; rows: number; accepted: number; updated: number; attached: number; bad: number; dnc: number;
	duplicates: { inFile: number; inTenant: number; inCampaign: number; inOtherCampaign: number }; errors?: { line: number; column?: string; field?: number; kind: string; reason: string }[];
}

async function send(path: string, file: File, onProgress: (share: number) => void): Promise<Import> {
	const secret = await credential();
	return new Promise((resolve, reject) => {
		const rq = new XMLHttpRequest(); // fetch does not tell how much has gone
		rq.open('POST', path);
		rq.setRequestHeader('authorization', `Bearer ${secret}`);
		rq.setRequestHeader('content-type', /\.tsv$/i.test(file.name) ? 'text/tab-separated-values' : 'text/csv');
		rq.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
		rq.onerror = () => reject(new Problem(0, 'unreachable', 'The file did not arrive: the connection broke.'));
		rq.onload = () => {
			let body: Import & Partial<Problem> & { detail?: string; errors?: [] } | null = null;
			try {
				body = JSON.parse(rq.responseText);
			} catch { /* said below */ }
			if (rq.status < 300 && body)
				resolve(body);
			else
				reject(new Problem(rq.status, body?.code ?? 'unknown', body?.detail ?? `The answer was ${rq.status}.`, (body?.errors as never) ?? []));
		};
		rq.send(file);
	});
}

export function Upload({ campaign }: { campaign: string }) {
	const [country, setCountry] = useState('IN');
	const [again, setAgain] = useState(false);
	const [sent, setSent] = useState<number | null>(null);
	const [told, setTold] = useState<Import | null>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	const file = useRef<HTMLInputElement>(null);
	const go = async () => {
		const chosen = file.current?.files?.[0];
		if (!chosen)
			return;
		setProblem(null);
		setTold(null);
		setSent(0);
		try {
			let now = await send(withQuery(`/v1/campaigns/${encode(campaign)}/leads/import`, { country, again: again || undefined }), chosen, setSent);
			setTold(now);
			setSent(null);
			while (/receiving|running|queued/.test(now.state)) {
				await new Promise((r) => setTimeout(r, 1000));
				now = await fetchJson<Import>(`/v1/imports/${encode(now.id)}`);
				setTold(now);
			}
			await changed(`/v1/campaigns/${encode(campaign)}`, '/v1/leads', '/v1/campaigns');
		} catch (e) {
			setProblem(asProblem(e));
			setSent(null);
		}
	};
	const save = async () => {
		const secret = await credential();
		const reply = await fetch(`/v1/imports/${encode(told!.id)}/errors`, { headers: { authorization: `Bearer ${secret}` } });
		const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(await reply.blob()), download: `${told!.id}-errors.csv` });
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 1000);
	};
	const wrong = told?.errors ?? [];
	const twice = told ? told.duplicates.inFile + told.duplicates.inTenant + told.duplicates.inCampaign + told.duplicates.inOtherCampaign : 0;
	return (
		<Card title="Leads from a file">
			<p className="soft small">CSV with a line of names above: <code>phone</code> is needed; <code>first_name</code>, <code>last_name</code>, <code>email</code>, <code>company</code>, <code>timezone</code>, <code>tags</code> are known; any other column is a variable of that name.</p>
			<div className="fields">
				<Field label="File">{(p) => <input {...p} ref={file} type="file" accept=".csv,.tsv,text/csv" />}</Field>
				<Field label="Country" hint="Of numbers without a country code">{(p) => <input {...p} value={country} maxLength={2} onChange={(e) => setCountry(e.target.value.toUpperCase())} />}</Field>
			</div>
			<Check label="Read it even if it was read within a day" checked={again} onChange={setAgain} />
			<div className="row"><button type="button" className="main-act" disabled={sent !== null || (!!told && /receiving|running|queued/.test(told.state))} onClick={go}>Upload</button></div>
			{sent !== null && <Field label={`Sending: ${Math.round(sent * 100)} %`}>{(p) => <progress {...p} value={sent} max={1} />}</Field>}
			{told && (
				<div className="stack" role="status">
					<div className="row"><Status of={told.state} />{told.reason && <span>{told.reason}</span>}</div>
					{/receiving|running|queued/.test(told.state) && <Field label={`Read: ${bytes(told.readBytes)} of ${bytes(told.bytes)}`}>{(p) => <progress {...p} value={told.readBytes} max={Math.max(1, told.bytes)} />}</Field>}
					<p><strong>{count(told.accepted)}</strong> of {count(told.rows)} rows taken{told.updated > 0 && `, ${count(told.updated)} updated`}{told.attached > 0 && `, ${count(told.attached)} known ones attached`}. {twice > 0 && `${count(twice)} were there twice. `}{told.dnc > 0 && `${count(told.dnc)} may not be called. `}{told.bad > 0 && `${count(told.bad)} could not be read.`}</p>
				</div>
			)}
			{wrong.length > 0 && (
				<div className="stack">
					<div className="row spread"><h3>What was wrong</h3><button type="button" className="small" onClick={save}>All as CSV</button></div>
					<div className="table scroller" tabIndex={0} role="region" aria-label="Rows that were not taken"><table><thead><tr><th className="right">Line</th><th>Column</th><th>Why</th></tr></thead><tbody>{wrong.map((e, i) => <tr key={i}><td className="right num">{e.line}</td><td>{e.column ?? e.field}</td><td>{e.reason} <span className="soft small">{e.kind}</span></td></tr>)}</tbody></table></div>
				</div>
			)}
			{problem && <Trouble problem={problem} />}
		</Card>
	);
}
