/** What goes wrong, by kind. `code` is the server's stable word (docs/rest.md), or one of ours where it never answered. */

export interface FieldError {
	/** JSON pointer into the body; empty: the whole of it. */
	pointer?: string;
	/** Name of the query parameter. */
	parameter?: string;
	detail: string;
}

export interface Problem {
	code: string;
	status: number;
	detail?: string;
	title?: string;
	requestId?: string;
	errors?: FieldError[];
}

export class InvortoError extends Error {
	readonly code: string;
	/** HTTP status; 0 when there was no answer. */
	readonly status: number;
	/** Names the request in the server's log. */
	readonly requestId: string | undefined;
	/** Every wrong field. */
	readonly errors: FieldError[];
	/** Seconds after which it is worth trying again, where the server said so. */
	readonly retryAfter: number | undefined;

	constructor(problem: Problem, retryAfter?: number, options?: ErrorOptions) {
		const fields = (problem.errors ?? []).map((e) => `${e.pointer ?? e.parameter ?? ''} ${e.detail}`.trim());
		super([problem.detail ?? problem.title ?? problem.code, ...fields].join('; '), options);
		this.name = new.target.name;
		this.code = problem.code;
		this.status = problem.status;
		this.requestId = problem.requestId;
		this.errors = problem.errors ?? [];
		this.retryAfter = retryAfter;
	}
}

/** 400, 415, 422: something of the request is wrong; `errors` says what. */
export class ValidationError extends InvortoError {}
/** 401: no key, or one that is not known. */
export class AuthenticationError extends InvortoError {}
/** 403: the key may not do this. */
export class PermissionError extends InvortoError {}
/** 404 */
export class NotFoundError extends InvortoError {}
/** 409: it contradicts what is there. */
export class ConflictError extends InvortoError {}
/** 429: too many requests, or a cap is reached (code `quota_exceeded`). */
export class RateLimitError extends InvortoError {}
/** 5xx */
export class ServerError extends InvortoError {}
/** There was no answer: the network, or the address. */
export class ConnectionError extends InvortoError {}
/** There was no answer in time. */
export class TimeoutError extends ConnectionError {}
/** A delivery is not ours, or too old. */
export class WebhookVerificationError extends Error {
	override name = 'WebhookVerificationError';
}

export function errorOf(problem: Problem, retryAfter: number | undefined): InvortoError {
	const kinds: Record<number, typeof InvortoError> = {
		400: ValidationError, 413: ValidationError, 415: ValidationError, 422: ValidationError, 401: AuthenticationError,
		403: PermissionError, 404: NotFoundError, 409: ConflictError, 410: ConflictError, 429: RateLimitError,
	};
	const kind = kinds[problem.status] ?? (problem.status >= 500 ? ServerError : InvortoError);
	return new kind(problem, retryAfter);
}
