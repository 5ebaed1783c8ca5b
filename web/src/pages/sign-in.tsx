import { type FormEvent, useEffect, useState } from 'react';
import { Field, Segments } from '../ui/parts';
import { signInWithKey, signInWithPassword, signedOutWhy } from '../session';

const WORDS: Record<string, [string, string]> = {
	invalid_api_key_person: ['E-mail or password is not right.', 'Both are case-sensitive. An admin of your tenant can set a new password.'],
	invalid_api_key_key: ['That key is not known here.', 'It begins with iv_live_ or iv_test_, and may have been revoked. An admin can make another under API keys.'],
	rate_limited: ['Too many tries.', 'Wait a minute, then try again.'],
	forbidden: ['You may not sign in from here.', 'Your tenant holds sign-ins to certain networks, or you belong to no tenant.'],
	not_supported: ['This gateway has no sign-in by password.', 'Use an API key, or set JWT_SECRET where it runs.'],
};

export function SignIn() {
	const [by, setBy] = useState<'person' | 'key'>('person');
	const [email, setEmail] = useState('');
	const [secret, setSecret] = useState('');
	const [stay, setStay] = useState(false);
	const [busy, setBusy] = useState(false);
	const [wrong, setWrong] = useState<[string, string] | null>(null);
	useEffect(() => void (document.title = 'Sign in · invorto'), []);

	const go = async (event: FormEvent) => {
		event.preventDefault();
		setBusy(true);
		setWrong(null);
		try {
			await (by === 'key' ? signInWithKey(secret.trim(), stay) : signInWithPassword(email.trim(), secret, stay));
		} catch (e) {
			const { code, message, status } = e as { code?: string; message: string; status?: number };
			setWrong(WORDS[`${code}_${by}`] ?? WORDS[code ?? ''] ?? (status ? [message, ''] : ['The gateway cannot be reached.', 'Check the network, then try again.']));
			setBusy(false);
		}
	};
	return (
		<main className="door">
			<form className="card" onSubmit={go}>
				<p className="brand"><img src="/favicon.svg" alt="" width="28" height="28" />invorto</p>
				<h1>Sign in</h1>
				{signedOutWhy && !wrong && <div className="notice">{signedOutWhy}</div>}
				<Segments label="Sign in with" options={[['person', 'E-mail and password'], ['key', 'API key']]} value={by} onChange={(v) => { setBy(v); setSecret(''); setWrong(null); }} />
				{by === 'person' && <Field label="E-mail">{(p) => <input {...p} type="email" autoComplete="username" required value={email} onChange={(e) => setEmail(e.target.value)} />}</Field>}
				{by === 'person'
					? <Field label="Password">{(p) => <input {...p} type="password" autoComplete="current-password" required value={secret} onChange={(e) => setSecret(e.target.value)} />}</Field>
					: <Field label="API key" hint="It is sent to this gateway and to nobody else.">{(p) => <input {...p} type="password" autoComplete="off" spellCheck={false} required value={secret} onChange={(e) => setSecret(e.target.value)} />}</Field>}
				<div className="check"><input id="stay" type="checkbox" checked={stay} onChange={(e) => setStay(e.target.checked)} /><label htmlFor="stay">Stay signed in on this computer<span className="soft small">Else until this tab is closed</span></label></div>
				{wrong && <div className="notice bad" role="alert"><strong>{wrong[0]}</strong>{wrong[1] && <span>{wrong[1]}</span>}</div>}
				<button className="main-act" disabled={busy}>{busy ? 'Signing in' : 'Sign in'}</button>
				<p className="small soft">Only want to hear an agent? <a href="/talk">Talk to one</a>. Developing? <a href="/docs">Read the documents</a> and <a href="/docs/api">the API</a>.</p>
			</form>
		</main>
	);
}
