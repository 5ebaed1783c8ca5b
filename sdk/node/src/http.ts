/** One request: its deadline, and its tries. A POST carries an Idempotency-Key, the same in each try, so that its work is
 * done once however often it is asked. */
import { randomUUID } from 'node:crypto';
import { ConnectionError, errorOf, InvortoError, type Problem, TimeoutError } from './errors.js';

export interface HttpOptions {
	baseUrl: string;
	apiKey: string;
	tenantId?: string | undefined;
	/** Milliseconds that one try may take. */
	timeoutMs: number;
	/** Tries behind the first. */
	maxRetries: number;
	/** The first wait between two tries; each next one is twice as long, up to 8 s, and any part of it. */
	retryDelayMs: number;
	/** A Retry-After beyond this is not waited for: the error is thrown, with `retryAfter`. */
	maxRetryAfterMs: number;
	fetch: typeof fetch;
}

export interface RequestOptions {
	query?: Record<string, unknown> | undefined;
	/** An object is sent as JSON, bytes as they are. */
	body?: unknown;
	contentType?: string;
	/** Of a POST; made when absent. Give your own to repeat a request across restarts of your program. */
	idempotencyKey?: string;
	timeoutMs?: number;
	maxRetries?: number;
	signal?: AbortSignal;
	headers?: Record<string, string>;
}

const MAX_DELAY_MS = 8000;

export class Http {
	constructor(readonly options: HttpOptions) {}

	async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
		const response = await this.send(method, path, options);
		const text = await response.text();
		return (text ? JSON.parse(text) : undefined) as T;
	}

	async text(method: string, path: string, options: RequestOptions = {}): Promise<string> {
		return (await this.send(method, path, options)).text();
	}

	/** An answer with status 2xx; everything else is thrown. */
	async send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
		const url = this.url(path, options.query);
		const headers = this.headers(method, options);
		const retries = options.maxRetries ?? this.options.maxRetries;
		const body = options.body === undefined || isBytes(options.body) ? options.body : JSON.stringify(options.body);

		for (let tried = 0; ; tried++) {
			let failure: InvortoError;
			try {
				const response = await this.once(method, url, headers, body as RequestInit['body'], options);
				if (response.ok)
					return response;
				failure = await refusal(response);
				// What was deleted by the try before is not there any more.
				if (tried > 0 && method === 'DELETE' && response.status === 404)
					return new Response(null, { status: 204 });
			} catch (error) {
				if (!(error instanceof ConnectionError))
					throw error; // the caller's own abort
				failure = error;
			}
			const wait = this.delay(failure, tried);
			if (tried >= retries || wait === undefined)
				throw failure;
			await pause(wait, options.signal);
		}
	}

	private url(path: string, query: Record<string, unknown> = {}): URL {
		const url = new URL(this.options.baseUrl.replace(/\/+$/, '') + path);
		for (const [name, value] of Object.entries(query))
			if (value !== undefined && value !== null)
				url.searchParams.set(name, value instanceof Date ? value.toISOString() : String(value));
		return url;
	}

	private headers(method: string, options: RequestOptions): Record<string, string> {
		const { apiKey, tenantId } = this.options;
		return {
			Accept: 'application/json, application/problem+json;q=0.9, */*;q=0.1',
			...(apiKey ? { Authorization: `Bearer ${apiKey}` } : {}),
			...(tenantId ? { 'X-Tenant-Id': tenantId } : {}),
			...(options.body === undefined ? {} : { 'Content-Type': options.contentType ?? 'application/json' }),
			...(method === 'POST' ? { 'Idempotency-Key': options.idempotencyKey ?? randomUUID() } : {}),
			...options.headers,
		};
	}

	private async once(method: string, url: URL, headers: Record<string, string>, body: RequestInit['body'], options: RequestOptions) {
		const timeoutMs = options.timeoutMs ?? this.options.timeoutMs;
		const late = AbortSignal.timeout(timeoutMs);
		try {
			return await this.options.fetch(url, {
				method, headers, body: body ?? null, redirect: 'error',
				signal: options.signal ? AbortSignal.any([options.signal, late]) : late,
			});
		} catch (cause) {
			if (options.signal?.aborted)
				throw options.signal.reason;
			if (late.aborted)
				throw new TimeoutError({ code: 'timeout', status: 0, detail: `${method} ${url.pathname}: no answer within ${timeoutMs} ms` },
					undefined, { cause });
			const why = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause);
			throw new ConnectionError({ code: 'connection_failed', status: 0, detail: `${method} ${url.pathname}: ${why}` }, undefined, { cause });
		}
	}

	/** Milliseconds until the next try; undefined: another one would end the same. */
	private delay(failure: InvortoError, tried: number): number | undefined {
		const { status, retryAfter } = failure;
		// A 409 that names a time is the same request, still running.
		if (!(status === 0 || status === 408 || status === 429 || status >= 500 || (status === 409 && retryAfter !== undefined)))
			return undefined;
		if (failure.code === 'quota_exceeded' && retryAfter === undefined)
			return undefined;
		const own = Math.random() * Math.min(MAX_DELAY_MS, this.options.retryDelayMs * 2 ** tried);
		if (retryAfter === undefined)
			return own;
		return retryAfter * 1000 > this.options.maxRetryAfterMs ? undefined : Math.max(own, retryAfter * 1000);
	}
}

function isBytes(body: unknown): boolean {
	return body instanceof Uint8Array || body instanceof ArrayBuffer || body instanceof Blob;
}

async function refusal(response: Response): Promise<InvortoError> {
	let problem: Partial<Problem> = {};
	try {
		problem = (await response.json()) as Partial<Problem>;
	} catch {
		// Something between us and the server spoke.
	}
	return errorOf(
		{
			...problem,
			status: response.status,
			code: problem.code ?? `http_${response.status}`,
			requestId: problem.requestId ?? response.headers.get('x-request-id') ?? undefined,
			title: problem.title ?? response.statusText,
		},
		seconds(response.headers.get('retry-after')),
	);
}

function seconds(header: string | null): number | undefined {
	if (!header)
		return undefined;
	const n = Number(header);
	if (Number.isFinite(n))
		return Math.max(0, n);
	const at = Date.parse(header);
	return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		const abort = () => {
			clearTimeout(timer);
			reject(signal?.reason);
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener('abort', abort);
			resolve();
		}, ms);
		signal?.addEventListener('abort', abort, { once: true });
	});
}
