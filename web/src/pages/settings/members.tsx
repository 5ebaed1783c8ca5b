import { useState } from 'react';
import { type Schemas, api, changed } from '../../api/client';
import { may, session } from '../../session';
import { Ask, Card, Empty, Got, Page, attempt } from '../../ui/parts';
import { SchemaDialog } from '../../ui/schema-dialog';
import { useRows } from '../../ui/more';
import { ago } from '../../ui/words';

type Member = Schemas['Member'];
const ROLES: Record<string, string> = { analyst: 'reads', dev: 'builds and calls', admin: 'manages keys, people, limits' };

export default function Members() {
	const members = useRows<Member>(may('admin') ? '/v1/members' : null);
	const [open, setOpen] = useState(false);
	const [password, setPassword] = useState<Member | null>(null);
	if (!may('admin'))
		return <Page title="Members"><div className="card"><Empty title="Members are the admins’">An admin of your tenant adds people and says what they may.</Empty></div></Page>;
	const change = (m: Member, body: object, done: string) => attempt(async () => {
		await api.PATCH('/v1/members/{id}', { params: { path: { id: m.id } }, body: body as never });
		await changed('/v1/members');
	}, done);
	const me = session()?.me.userId;
	return (
		<Page title="Members" lead="People who sign in here, and what they may." actions={<button type="button" className="main-act" onClick={() => setOpen(true)}>Add somebody</button>}>
			<Got of={members}>{() => (
				<Card flush label="Members">
					{members.rows.length === 0 ? <Empty title="Nobody yet" action={<button type="button" className="main-act" onClick={() => setOpen(true)}>Add somebody</button>}>People sign in with e-mail and password, or by your identity provider.</Empty> : (
						<div className="table"><table className="folds"><thead><tr><th>Who</th><th>Role</th><th>Since</th><th><span className="hidden">Do</span></th></tr></thead><tbody>{members.rows.map((m) => (
							<tr key={m.id}>
								<td><strong>{m.name || m.email}</strong>{m.name && <div className="soft small">{m.email}</div>}{m.disabled && <> <span className="badge bad">barred</span></>}{m.id === me && <span className="soft small"> (you)</span>}</td>
								<td><label className="hidden" htmlFor={m.id}>Role of {m.email}</label><select id={m.id} value={m.role} style={{ width: 'auto' }} onChange={(e) => change(m, { role: e.target.value }, 'The role is changed.')}>{Object.entries(ROLES).map(([r, does]) => <option key={r} value={r}>{r}: {does}</option>)}</select></td>
								<td className="soft nowrap">{ago(m.createdAt)}</td>
								<td className="right"><div className="row end"><button type="button" className="small" onClick={() => setPassword(m)}>Password</button><Ask label="Remove" className="small" title={`Remove ${m.email}?`} act={async () => { await api.DELETE('/v1/members/{id}', { params: { path: { id: m.id } } }); await changed('/v1/members'); }}>They may do nothing here any more, within a moment.</Ask></div></td>
							</tr>
						))}</tbody></table></div>
					)}
					{members.button}
				</Card>
			)}</Got>
			<SchemaDialog title="Add somebody" schema="MemberCreateInput" open={open} onClose={() => setOpen(false)} done="Add" without={['id']} initial={{ role: 'analyst' }} act={async (body) => { await api.POST('/v1/members', { body: body as never }); await changed('/v1/members'); }} />
			{password && <SchemaDialog title={`A new password for ${password.email}`} schema="MemberChange" only={['password']} open onClose={() => setPassword(null)} done="Set it" act={async (body) => { await api.PATCH('/v1/members/{id}', { params: { path: { id: password.id } }, body: body as never }); }} />}
		</Page>
	);
}
