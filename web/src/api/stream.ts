// Server-sent events with a credential, which EventSource cannot carry; comes back by itself where it was.
import { createParser } from 'eventsource-parser';
import { asProblem, send } from './client';

const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];

export interface StreamHandlers {
	onEvent(name: string, data: string, id?: string): void;
	onState(state: 'open' | 'lost' | 'refused', why?: string): void;
}

// Until the answer is closed by the server's own last event (onEvent returns nothing; the caller stops) or by stop().
export function stream(path: string, { onEvent, onState }: StreamHandlers) {
	const off = new AbortController();
	let last = '', tries = 0;

	const once = async () => {
		const reply = await send(path, { signal: off.signal, headers: { accept: 'text/event-stream', ...(last && { 'last-event-id': last }) } });
		if (!reply.ok || !reply.body) {
			const body = await reply.json().catch(() => null);
			throw Object.assign(new Error(body?.detail ?? `The answer was ${reply.status}.`), { final: reply.status < 500 && reply.status !== 429 });
		}
		tries = 0;
		onState('open');
		const parser = createParser({
			onEvent: ({ event, data, id }) => {
				if (id)
					last = id;
				if (!off.signal.aborted)
					onEvent(event ?? 'message', data, id);
			},
		});
		const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
		for (let part = await reader.read(); !part.done; part = await reader.read())
			parser.feed(part.value);
	};
	(async () => {
		while (!off.signal.aborted) {
			try {
				await once();
			} catch (e) {
				if (off.signal.aborted)
					return;
				if ((e as { final?: boolean }).final || asProblem(e).status === 401)
					return onState('refused', (e as Error).message);
			}
			if (off.signal.aborted)
				return;
			onState('lost');
			const wait = BACKOFF_MS[Math.min(tries++, BACKOFF_MS.length - 1)] * (0.75 + Math.random() / 2);
			await new Promise((resolve) => setTimeout(resolve, wait));
		}
	})();
	return () => off.abort();
}
