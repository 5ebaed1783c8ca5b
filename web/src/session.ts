// Who is signed in. A person has a short token and a refresh token that is good once; a key is itself. It lives in
// this tab, or, when asked to, in this browser: the tabs then share it, and one of them renews it for all.
import { useSyncExternalStore } from 'react';
import type { components } from './api/schema';

type SignIn = components['schemas']['SignIn'];
export type Me = components['schemas']['Me'];

export type Session =
	| { kind: 'key'; key: string; me: Me }
	| { kind: 'person'; token: string; refresh: string; until: number; me: Me; email: string; tenants: SignIn['tenants']; tenantId?: string };

const NAME = 'invorto.session';
const EARLY_MS = 30_000; // a token is renewed so long before its end
const listeners = new Set<() => void>();

function read(): Session | null {
	const text = localStorage.getItem(NAME) ?? sessionStorage.getItem(NAME);
	try {
		return text ? (JSON.parse(text) as Session) : null;
	} catch {
		return null;
	}
}

let current = read();
export let signedOutWhy = '';

function tell() {
	for (const listener of listeners)
		listener();
}

export function keep(session: Session | null, stay?: boolean) {
	const inBrowser = stay ?? localStorage.getItem(NAME) !== null;
	localStorage.removeItem(NAME);
	sessionStorage.removeItem(NAME);
	if (session)
		(inBrowser ? localStorage : sessionStorage).setItem(NAME, JSON.stringify(session));
	current = session;
	tell();
}

addEventListener('storage', ({ key }) => {
	if (key !== NAME && key !== null)
		return;
	current = read();
	tell();
});

export function useSession() {
	return useSyncExternalStore((f) => (listeners.add(f), () => listeners.delete(f)), () => current);
}

export const session = () => current;

const RANKS = ['analyst', 'dev', 'admin', 'platform'];
export function may(role: 'analyst' | 'dev' | 'admin') {
	return !!current && RANKS.indexOf(current.me.role) >= RANKS.indexOf(role);
}

async function ask(path: string, init: RequestInit) {
	const reply = await fetch(path, { ...init, headers: { 'content-type': 'application/json', ...init.headers } });
	const body = reply.status === 204 ? null : await reply.json().catch(() => null);
	if (!reply.ok)
		throw Object.assign(new Error(body?.detail ?? body?.title ?? `The answer was ${reply.status}.`), { status: reply.status, code: body?.code, retryAfter: reply.headers.get('retry-after') });
	return body;
}

const whoIs = (credential: string): Promise<Me> => ask('/v1/me', { headers: { authorization: `Bearer ${credential}` } });

export async function signInWithKey(key: string, stay: boolean) {
	keep({ kind: 'key', key, me: await whoIs(key) }, stay);
	signedOutWhy = '';
}

async function fromSignIn(s: SignIn, me?: Me): Promise<Session> {
	return { kind: 'person', token: s.token, refresh: s.refreshToken, until: Date.parse(s.expiresAt), me: me ?? (await whoIs(s.token)), email: s.user.email, tenants: s.tenants, tenantId: s.tenantId };
}

export async function signInWithPassword(email: string, password: string, stay: boolean, tenantId?: string) {
	keep(await fromSignIn(await ask('/api/auth/login', { method: 'POST', body: JSON.stringify({ email, password, ...(tenantId && { tenantId }) }) })), stay);
	signedOutWhy = '';
}

export async function signOut(why = '') {
	const was = current;
	signedOutWhy = why;
	keep(null);
	if (was?.kind === 'person')
		await ask('/api/auth/logout', { method: 'POST', body: JSON.stringify({ refreshToken: was.refresh }) }).catch(() => {});
}

let renewing: Promise<void> | null = null;

async function renewOnce() {
	const work = async () => {
		const was = (current = read()); // another tab may have renewed it meanwhile
		if (was?.kind !== 'person' || was.until - Date.now() > EARLY_MS)
			return;
		try {
			const s: SignIn = await ask('/api/auth/refresh', { method: 'POST', body: JSON.stringify({ refreshToken: was.refresh }) });
			keep(await fromSignIn(s, was.me));
		} catch (e) {
			const status = (e as { status?: number }).status;
			if (status === 401 || status === 403)
				await signOut('Your sign-in has ended. Sign in again to go on.');
			else
				throw e;
		}
	};
	return navigator.locks ? navigator.locks.request(NAME, work) : work();
}

// The credential to send, renewed when its end is near; null when nobody is signed in.
export async function credential(): Promise<string | null> {
	if (current?.kind === 'person' && current.until - Date.now() < EARLY_MS)
		await (renewing ??= renewOnce().finally(() => (renewing = null)));
	return current ? (current.kind === 'key' ? current.key : current.token) : null;
}
