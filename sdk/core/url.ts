/** Where a call's socket is. */
export const DEFAULT_REALTIME_URL = 'wss://api.invortoai.com/realtime/voice';
const VOICE = '/realtime/voice';

/** The socket's base from that of the REST API: `https://host/x` is `wss://host/x/realtime/voice`. */
export function realtimeBase(http: string): string {
	return `${http.replace(/^http/, 'ws').replace(/\/+$/, '')}${VOICE}`;
}

/**
 * `base` may be a bare host (`ws://127.0.0.1:8080`: /realtime/voice is added), the whole address
 * (`…/realtime/voice`), or an alias that takes the call as its last part (`…/v1/realtime`).
 */
export function callUrl(base: string, callId: string, query: Record<string, string | number | undefined>): string {
	const url = new URL(base.replace(/^http/, 'ws'));
	if (url.protocol !== 'ws:' && url.protocol !== 'wss:')
		throw new TypeError(`the realtime address must begin with ws:, wss:, http: or https:, got ${url.protocol}`);
	const path = url.pathname.replace(/\/+$/, '');
	const all: Record<string, string | number | undefined> = { ...query };
	if (path === '' || path.endsWith(VOICE)) {
		url.pathname = path || VOICE;
		url.searchParams.set('callId', callId);
	} else {
		url.pathname = `${path}/${encodeURIComponent(callId)}`;
	}
	for (const [name, value] of Object.entries(all))
		if (value !== undefined && value !== '')
			url.searchParams.set(name, String(value));
	return url.href;
}
