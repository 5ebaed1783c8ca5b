import { useState } from 'react';
import { type Schemas, api, changed } from '../../api/client';
import { may, session } from '../../session';
import { Ask, Card, Dialog, Empty, Got, Page, Secret } from '../../ui/parts';
import { SchemaDialog } from '../../ui/schema-dialog';
import { useRows } from '../../ui/more';
import { ago, exactly, when } from '../../ui/words';

type Key = Schemas['ApiKey'];

export default function Keys() {
	const keys = useRows<Key>(may('admin') ? '/v1/api-keys' : null);
	const [open, setOpen] = useState(false);
	const [made, setMade] = useState<string | null>(null);
	if (!may('admin'))
		return <Page title="API keys"><div className="card"><Empty title="Keys are the admins’">Ask an admin of your tenant for a key, or to make you one.</Empty></div></Page>;
	const good = (k: Key) => !k.revokedAt && !(k.expiresAt && Date.parse(k.expiresAt) < Date.now());
	const me = session()?.me.keyId;
	return (
		<Page title="API keys" lead="For programs. A key is shown once, when it is made." actions={<button type="button" className="main-act" onClick={() => setOpen(true)}>New key</button>}>
			<Got of={keys}>{() => (
				<Card flush label="Keys">
					{keys.rows.length === 0 ? <Empty title="No key yet" action={<button type="button" className="main-act" onClick={() => setOpen(true)}>New key</button>}>A program of yours asks this gateway with a key.</Empty> : (
						<div className="table"><table className="folds">
							<thead><tr><th>Name</th><th>Key</th><th>May</th><th>Last used</th><th>State</th><th><span className="hidden">Do</span></th></tr></thead>
							<tbody>{keys.rows.map((k) => (
								<tr key={k.id}>
									<td><strong>{k.name}</strong>{k.id === me && <span className="soft small"> (the one you use)</span>}<div className="soft small">by {k.createdBy ?? '–'}, {ago(k.createdAt)}</div></td>
									<td className="nowrap"><code>{k.prefix}…</code>{!k.live && <> <span className="badge">test</span></>}</td>
									<td>{k.role}<div className="soft small">{k.scopes.length ? k.scopes.join(', ') : 'all the role may'}{k.ratePerMinute > 0 && `, ${k.ratePerMinute} a minute`}</div></td>
									<td className="soft nowrap" title={exactly(k.lastUsedAt)}>{k.lastUsedAt ? ago(k.lastUsedAt) : 'never'}</td>
									<td className="nowrap">{good(k) ? <span className="badge good">good{k.expiresAt && ` until ${when(k.expiresAt)}`}</span> : <span className="badge">{k.revokedAt ? `revoked ${when(k.revokedAt)}` : 'run out'}</span>}</td>
									<td className="right">{good(k) && <div className="row end">
										<Ask label="Replace" className="small" danger={false} title={`Replace “${k.name}”?`} act={async () => { const { data } = await api.POST('/v1/api-keys/{id}/rotate', { params: { path: { id: k.id } }, body: {} }); setMade(data!.key); await changed('/v1/api-keys'); }}>A new key with the same rights is made. The old one stays good for a day, so that you can change it where it is used.</Ask>
										<Ask label="Revoke" className="small" title={`Revoke “${k.name}”?`} act={async () => { await api.DELETE('/v1/api-keys/{id}', { params: { path: { id: k.id } } }); await changed('/v1/api-keys'); }}>Whatever uses it is refused within a moment.{k.id === me ? ' It is the key you are signed in with: you will be signed out.' : ''}</Ask>
									</div>}</td>
								</tr>
							))}</tbody>
						</table></div>
					)}
					{keys.button}
				</Card>
			)}</Got>
			<SchemaDialog title="New key" schema="ApiKeyCreate" open={open} onClose={() => setOpen(false)} done="Make it" initial={{ role: 'dev' }} act={async (body) => {
				const { data } = await api.POST('/v1/api-keys', { body: body as never });
				setMade(data!.key);
				await changed('/v1/api-keys');
			}} />
			<Dialog title="Your new key" open={!!made} onClose={() => setMade(null)}>
				<p>Keep it where your program reads it. It is not shown again.</p>
				<Secret text={made ?? ''} what="API key" />
				<div className="row end"><button type="button" className="main-act" onClick={() => setMade(null)}>I have it</button></div>
			</Dialog>
		</Page>
	);
}
