/** Is a delivery ours, unchanged and fresh? Over the raw bytes, before they are parsed. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookVerificationError } from './errors.js';
import type { webhooks } from './openapi.js';

type Posted<T> = T extends { post: { requestBody: { content: { 'application/json': infer B } } } } ? B : never;
/** What is posted for an event: `WebhookPayload<'call.ended'>`. */
export type WebhookPayload<Name extends keyof webhooks = keyof webhooks> = Posted<webhooks[Name]>;

export interface VerifyOptions {
	/** How far its time may be from ours; 300. */
	toleranceSeconds?: number;
	/** Accept `X-Signature` where it stands alone: it has no time, so an old delivery could be sent again. */
	allowUntimed?: boolean;
	/** Now, in Unix seconds; for tests. */
	now?: number;
}

type Headers_ = Headers | Record<string, string | string[] | undefined>;

function header(headers: Headers_, name: string): string {
	if (typeof (headers as Headers).get === 'function')
		return (headers as Headers).get(name) ?? '';
	for (const [key, value] of Object.entries(headers as Record<string, string | string[] | undefined>))
		if (key.toLowerCase() === name)
			return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
	return '';
}

function mac(key: Buffer | string, ...parts: (Buffer | string)[]): Buffer {
	const hmac = createHmac('sha256', key);
	for (const part of parts)
		hmac.update(part);
	return hmac.digest();
}

function equal(expected: Buffer, given: string, encoding: 'base64' | 'hex'): boolean {
	const bytes = Buffer.from(given, encoding);
	return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

function checkTime(text: string, options: VerifyOptions): void {
	const at = /^\d{1,15}$/.test(text) ? Number(text) : NaN, now = options.now ?? Date.now() / 1000;
	if (!(Math.abs(now - at) <= (options.toleranceSeconds ?? 300)))
		throw new WebhookVerificationError('the delivery is too old, or its time is not ours');
}

/** Standard Webhooks 1.0: `v1,BASE64` of "id.timestamp.body"; several, while one secret replaces another. */
function standard(body: Buffer, headers: Headers_, secrets: string[], options: VerifyOptions): boolean {
	const id = header(headers, 'webhook-id'), at = header(headers, 'webhook-timestamp');
	if (!id)
		return false;
	checkTime(at, options);
	const given = header(headers, 'webhook-signature').split(' ').filter((s) => s.startsWith('v1,')).map((s) => s.slice(3));
	return secrets.some((secret) => {
		const expected = mac(Buffer.from(secret.replace(/^whsec_/, ''), 'base64'), `${id}.${at}.`, body);
		return given.some((g) => equal(expected, g, 'base64'));
	});
}

/** `t=SECONDS,v1=HEX[,v1=HEX]` of "t.body". */
function stamped(body: Buffer, value: string, secrets: string[], options: VerifyOptions): boolean {
	const parts = value.split(',').map((p) => p.trim().split('=', 2) as [string, string]);
	const at = parts.find(([name]) => name === 't')?.[1] ?? '';
	checkTime(at, options);
	return secrets.some((secret) => {
		const expected = mac(secret, `${at}.`, body);
		return parts.some(([name, hex]) => name === 'v1' && equal(expected, hex ?? '', 'hex'));
	});
}

/**
 * The event of a delivery, or a WebhookVerificationError. `secret` is what `webhooks.create` showed (whsec_…), or several.
 * Tell duplicates by the `webhook-id` header.
 */
export function verifyWebhook<Event = WebhookPayload>(
	rawBody: string | Uint8Array, headers: Headers_, secret: string | string[], options: VerifyOptions = {},
): Event {
	const body = typeof rawBody === 'string' ? Buffer.from(rawBody) : Buffer.from(rawBody);
	const secrets = (Array.isArray(secret) ? secret : [secret]).filter(Boolean);
	const v2 = header(headers, 'x-webhook-signature-v2');
	const plain = (header(headers, 'x-signature') || header(headers, 'x-webhook-signature')).replace(/^sha256=/, '');
	let good = false;

	if (!secrets.length)
		throw new WebhookVerificationError('a secret is needed');
	if (header(headers, 'webhook-signature'))
		good = standard(body, headers, secrets, options);
	else if (v2)
		good = stamped(body, v2, secrets, options);
	else if (plain && options.allowUntimed)
		good = secrets.some((s) => equal(mac(s, body), plain, 'hex'));
	else
		throw new WebhookVerificationError('the delivery has no signature');
	if (!good)
		throw new WebhookVerificationError('the signature is not ours');
	return JSON.parse(body.toString('utf8')) as Event;
}
