// The REST API, typed by its own document. What goes wrong is a Problem, with words to show.
import createClient from 'openapi-fetch';
import useSWR, { type SWRConfiguration, mutate } from 'swr';
import { credential, session, signOut } from '../session';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

export class Problem extends Error {
	constructor(
		readonly status: number, readonly code: string, message: string, readonly fields: { pointer?: string; parameter?: string; detail: string }[] = [],
		readonly requestId?: string, readonly retryAfter?: number,
	) {
		super(message);
	}
}

async function problemOf(reply: Response): Promise<Problem> {
	const body = (await reply.json().catch(() => null)) as Partial<Schemas['Problem']> | null;
	const after = Number(reply.headers.get('retry-after')) || undefined;
	return new Problem(reply.status, body?.code ?? 'unknown', body?.detail ?? body?.title ?? `The answer was ${reply.status}.`, body?.errors, body?.requestId, after);
}

export async function send(input: Request | string, init?: RequestInit): Promise<Response> {
	const request = new Request(input, init);
	const secret = await credential();
	if (!secret)
		throw new Problem(401, 'signed_out', 'You are signed out.');
	request.headers.set('authorization', `Bearer ${secret}`);
	let reply: Response;
	try {
		reply = await fetch(request);
	} catch (e) {
		if (request.signal.aborted)
			throw e;
		throw new Problem(0, 'unreachable', 'The gateway cannot be reached from here.');
	}
	if (reply.status === 401) {
		await signOut(session()?.kind === 'key' ? 'That key is good no more.' : 'Your sign-in has ended. Sign in again to go on.');
		throw new Problem(401, 'signed_out', 'You are signed out.');
	}
	return reply;
}

// Body and headers of an answer; a refusal is thrown.
export async function fetchJson<T>(path: string, init?: RequestInit): Promise<T> {
	const reply = await send(path, init);
	if (!reply.ok)
		throw await problemOf(reply);
	return reply.status === 204 ? (undefined as T) : reply.json();
}

export const api = createClient<paths>({
	baseUrl: location.origin,
	fetch: async (request) => {
		const reply = await send(request);
		if (!reply.ok)
			throw await problemOf(reply);
		return reply;
	},
});

type Query = Record<string, string | number | boolean | undefined | null>;

export function withQuery(path: string, query?: Query) {
	const q = new URLSearchParams();
	for (const [k, v] of Object.entries(query ?? {}))
		if (v !== undefined && v !== null && v !== '')
			q.set(k, String(v));
	return q.size ? `${path}?${q}` : path;
}

// Something to show, asked for once by however many parts of the page; null: nothing yet.
export function useGet<T>(path: string | null, config?: SWRConfiguration<T, Problem>) {
	return useSWR<T, Problem>(path, (p: string) => fetchJson<T>(p), {
		revalidateOnFocus: false, keepPreviousData: false, shouldRetryOnError: (e: unknown) => e instanceof Problem && (e.status === 0 || e.status >= 500 || e.status === 429),
		onErrorRetry: (e, _key, _config, again, { retryCount }) => void (retryCount < 8 && setTimeout(() => again({ retryCount }), (e.retryAfter ?? Math.min(30, 2 ** retryCount)) * 1000)),
		...config,
	});
}

// What begins with one of these has changed: who shows it asks again.
export const changed = (...prefixes: string[]) => mutate((key) => typeof key === 'string' && prefixes.some((p) => key === p || key.startsWith(`${p}/`) || key.startsWith(`${p}?`)));

export const asProblem = (e: unknown) => (e instanceof Problem ? e : new Problem(0, 'unknown', e instanceof Error ? e.message : String(e)));

export const encode = encodeURIComponent;
