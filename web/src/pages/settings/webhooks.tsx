import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { type Schemas, api, changed, encode, useGet } from '../../api/client';
import { may } from '../../session';
import { Ask, Card, Dialog, Empty, Figures, Got, Page, Pairs, Secret, Segments, Status, attempt, toast } from '../../ui/parts';
import { SchemaDialog } from '../../ui/schema-dialog';
import { useRows } from '../../ui/more';
import { ago, count, exactly, ms, when } from '../../ui/words';

type Hook = Schemas['webhook'];
type Delivery = Schemas['webhookDelivery'] & { attempts?: { attempt: number; at: string; durationMs?: number; status?: number; error?: string; response?: string }[] };

function OnceShown({ secret, close }: { secret: string | null; close: () => void }) {
	return (
		<Dialog title="The secret that signs" open={!!secret} onClose={close}>
			<p>Keep it where your server reads it. It is not shown again.</p>
			<Secret text={secret ?? ''} what="Secret" />
			<div className="row end"><button type="button" className="main-act" onClick={close}>I have it</button></div>
		</Dialog>
	);
}

function state(h: Hook) {
	return !h.enabled ? <Status of="disabled" /> : h.failingSince ? <span className="badge wait">failing</span> : <span className="badge good">on</span>;
}

function All() {
	const hooks = useGet<{ data: Hook[] }>('/v1/webhooks');
	const summary = useGet<Schemas['webhookSummary']>('/webhooks/metrics/summary', { refreshInterval: 20000 });
	const dead = useRows<Schemas['webhookDeadLetter']>('/webhooks/dlq/items', {});
	const [open, setOpen] = useState(false);
	const [secret, setSecret] = useState<string | null>(null);
	const [, go] = useLocation();
	const queue = summary.data?.queue as { due?: number; waiting?: number; sending?: number; dead?: number } | undefined;
	const days = (summary.data?.days ?? []) as { date?: string; day?: string; delivered?: number; dead?: number; failed?: number }[];
	return (
		<Page title="Webhooks" lead={<>What happens here, told to your servers: signed, retried, in a log. <a href="/docs/api">Events and their fields</a></>} actions={may('dev') && <button type="button" className="main-act" onClick={() => setOpen(true)}>New endpoint</button>}>
			{queue && <Figures items={[['Being sent', count(queue.sending)], ['Due now', count(queue.due)], ['Waiting for another try', count(queue.waiting)], ['Given up', count(queue.dead)]]} />}
			<Got of={hooks}>{({ data }) => (
				<Card flush label="Endpoints">{data.length === 0
					? <Empty title="No endpoint yet" action={may('dev') ? <button type="button" className="main-act" onClick={() => setOpen(true)}>New endpoint</button> : undefined}>Say which address of yours is told about calls, and check the signature of what comes.</Empty>
					: (
						<div className="table"><table className="folds">
							<thead><tr><th>Endpoint</th><th>Events</th><th>State</th><th>Since</th></tr></thead>
							<tbody>{data.map((h) => (
								<tr key={h.id} className="goes" onClick={(e) => !(e.target as HTMLElement).closest('a') && go(`/settings/webhooks/${encode(h.id!)}`)}>
									<td><Link href={`/settings/webhooks/${encode(h.id!)}`} className="mono">{h.url}</Link>{h.description && <div className="soft small">{h.description}</div>}</td>
									<td className="soft small">{h.events?.includes('*') ? 'all' : h.events?.join(', ')}</td><td>{state(h)}</td><td className="soft nowrap">{ago(h.createdAt)}</td>
								</tr>
							))}</tbody>
						</table></div>
					)}</Card>
			)}</Got>
			{dead.rows.length > 0 && (
				<Card flush title="Given up" actions={may('admin') && <Ask label="Forget them all" className="small" title="Forget all that was given up?" act={async () => { await api.DELETE('/webhooks/dlq/clear'); await changed('/webhooks/dlq', '/webhooks/metrics'); }}>They are not sent any more, and cannot be brought back.</Ask>}>
					<div className="table"><table className="folds"><thead><tr><th>Event</th><th>Where</th><th>Why</th><th>When</th><th><span className="hidden">Do</span></th></tr></thead><tbody>{dead.rows.map((d) => (
						<tr key={d.id}><td><code>{d.type}</code></td><td className="mono">{d.url}</td><td className="small">{d.lastError || d.lastStatus}</td><td className="nowrap soft">{when(d.doneAt)}</td><td>{may('dev') && <button type="button" className="small" onClick={() => attempt(async () => { await api.POST('/webhooks/dlq/retry/{id}', { params: { path: { id: d.id! } } }); await changed('/webhooks/dlq', '/webhooks/metrics'); }, 'It is sent again.')}>Send again</button>}</td></tr>
					))}</tbody></table></div>
					{dead.button}
				</Card>
			)}
			{days.length > 0 && <Card title="Days"><div className="table"><table><thead><tr>{Object.keys(days[0]).map((k) => <th key={k}>{k}</th>)}</tr></thead><tbody>{days.map((d, i) => <tr key={i}>{Object.values(d).map((v, k) => <td key={k} className="num">{String(v)}</td>)}</tr>)}</tbody></table></div></Card>}
			<SchemaDialog title="New endpoint" schema="webhookBodyInput" open={open} onClose={() => setOpen(false)} done="Make it" without={['enabled']} act={async (body) => {
				const { data } = await api.POST('/v1/webhooks', { body: body as never });
				await changed('/v1/webhooks');
				setSecret((data as { secret?: string }).secret ?? null);
			}} />
			<OnceShown secret={secret} close={() => setSecret(null)} />
		</Page>
	);
}

function Deliveries({ id }: { id: string }) {
	const [only, setOnly] = useState<'' | 'delivered' | 'pending' | 'dead'>('');
	const log = useRows<Delivery>(`/v1/webhooks/${encode(id)}/deliveries`, {}, 5000);
	const [shown, setShown] = useState<string | null>(null);
	const rows = log.rows.filter((d) => !only || d.state === only);
	return (
		<Card flush title="Log" actions={<Segments label="Show" options={[['', 'All'], ['delivered', 'Delivered'], ['pending', 'Waiting'], ['dead', 'Given up']] as const} value={only} onChange={setOnly} />}>
			<Got of={log}>{() => rows.length === 0
				? <Empty title={log.rows.length ? 'None like this' : 'Nothing was sent yet'}>{log.rows.length ? undefined : 'Send a test, or make a call: what is sent stands here with every try.'}</Empty>
				: (
					<>
						<ul className="list">{rows.map((d) => (
							<li key={d.id}>
								<div className="grow"><code>{d.type}</code> {d.callId && <Link className="small" href={`/calls/${encode(d.callId)}`}>{d.callId}</Link>}<br /><span className="soft small" title={exactly(d.createdAt)}>{ago(d.createdAt)} · {d.attempt} {d.attempt === 1 ? 'try' : 'tries'}{d.lastStatus ? `, answered ${d.lastStatus}` : ''}{d.lastError ? `, ${d.lastError}` : ''}{d.state === 'pending' && d.nextAt ? `, next ${when(d.nextAt)}` : ''}</span></div>
								<Status of={d.state ?? ''} />
								{!!d.attempts?.length && <button type="button" className="small" aria-expanded={shown === d.id} onClick={() => setShown(shown === d.id ? null : d.id!)}>Tries</button>}
								{may('dev') && <button type="button" className="small" onClick={() => attempt(async () => { await api.POST('/v1/webhooks/deliveries/{id}/replay', { params: { path: { id: d.id! } } }); await log.mutate(); }, 'It is sent again.')}>Send again</button>}
								{shown === d.id && <div className="table" style={{ flexBasis: '100%' }}><table><thead><tr><th>Try</th><th>At</th><th className="right">Took</th><th>Answer</th></tr></thead><tbody>{d.attempts!.map((a) => <tr key={a.attempt}><td>{a.attempt}</td><td className="nowrap">{exactly(a.at)}</td><td className="right num">{ms(a.durationMs)}</td><td className="mono">{[a.status || '', a.error, a.response].filter(Boolean).join(' · ')}</td></tr>)}</tbody></table></div>}
							</li>
						))}</ul>
						{log.button}
					</>
				)}</Got>
		</Card>
	);
}

function One({ id }: { id: string }) {
	const hook = useGet<Hook>(`/v1/webhooks/${encode(id)}`);
	const [edit, setEdit] = useState(false);
	const [secret, setSecret] = useState<string | null>(null);
	const [, go] = useLocation();
	const h = hook.data;
	const path = { params: { path: { id } } };
	return (
		<Page title="Endpoint" crumb={['/settings/webhooks', 'Webhooks']} lead={h && <span className="mono">{h.url}</span>} actions={h && may('dev') && <>
			<button type="button" className="main-act" onClick={() => attempt(async () => {
				const { data } = await api.POST('/v1/webhooks/{id}/test', path);
				const t = data as { delivered?: boolean; ok?: boolean; status?: number; error?: string; durationMs?: number };
				toast(`${t.delivered ?? t.ok ? 'It was taken' : 'It was not taken'}${t.status ? `: answered ${t.status}` : ''}${t.error ? `: ${t.error}` : ''}${t.durationMs !== undefined ? ` in ${t.durationMs} ms` : ''}.`, !(t.delivered ?? t.ok ?? (t.status ?? 500) < 300));
				await changed(`/v1/webhooks/${encode(id)}`);
			})}>Send a test</button>
			<button type="button" onClick={() => setEdit(true)}>Change</button>
		</>}>
			<Got of={hook}>{(h) => (
				<>
					{h.disabledReason && <div className="notice wait"><strong>Nothing is sent: {h.disabledReason}</strong><span>Put it right at the other end, then turn it on under Change.</span></div>}
					<div className="split">
						<Deliveries id={id} />
						<Card title="About it">
							<Pairs items={[['State', state(h)], ['What for', h.description], ['Events', h.events?.includes('*') ? 'all of today’s names' : h.events?.join(', ')], ['Headers', Array.isArray(h.headers) ? (h.headers as string[]).join(', ') : undefined], ['Retries', h.schedule], ['At once', h.maxConcurrency], ['Failing since', h.failingSince && when(h.failingSince)], ['Old secret until', h.previousSecretUntil && when(h.previousSecretUntil)], ['Made', when(h.createdAt)]]} />
							{may('dev') && <div className="row">
								<Ask label="New secret" danger={false} title="Make a new secret?" act={async () => { const { data } = await api.POST('/v1/webhooks/{id}/rotate', path); setSecret((data as { secret?: string }).secret ?? null); await hook.mutate(); }}>For a day both secrets sign, so that nothing is lost while you change it.</Ask>
								<Ask label="Remove" title="Remove this endpoint?" act={async () => { await api.DELETE('/v1/webhooks/{id}', path); await changed('/v1/webhooks'); go('/settings/webhooks'); }}>What waits for it is not sent any more.</Ask>
							</div>}
						</Card>
					</div>
				</>
			)}</Got>
			{h && <SchemaDialog title="Change the endpoint" schema="webhookBodyPatch" open={edit} onClose={() => setEdit(false)} done="Save" initial={{ url: h.url, events: h.events, description: h.description, schedule: h.schedule, maxConcurrency: h.maxConcurrency, enabled: h.enabled }} without={['secret']} act={async (body) => { await api.PATCH('/v1/webhooks/{id}', { ...path, body: body as never }); await changed('/v1/webhooks'); }} />}
			<OnceShown secret={secret} close={() => setSecret(null)} />
		</Page>
	);
}

export default function Webhooks({ id }: { id?: string }) {
	return id ? <One key={id} id={id} /> : <All />;
}
