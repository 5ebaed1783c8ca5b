// What the suite may do in the page.
import { RealtimeClient } from '@invorto/browser-realtime';

let rt, noted, bytes, frames, peak;
const reset = () => {
	[noted, bytes, frames, peak] = [[], 0, [], 0];
};

function listen() {
	rt.on('tts', (pcm) => (bytes += pcm.byteLength)).on('bargein', () => noted.push('bargein'));
	rt.on('reconnecting', () => noted.push('reconnecting')).on('reconnect', () => noted.push('reconnected'));
	rt.on('close', ({ code }) => noted.push(`close ${code}`)).on('error', (e) => noted.push(`error ${e.code ?? e.name}`));
	rt.on('audio', (pcm) => {
		frames.push(pcm.byteLength);
		for (const s of new Int16Array(pcm))
			peak = Math.max(peak, Math.abs(s));
	});
}

const messages = (t) => rt.getEvents().map((e) => e.message).filter((m) => m.t === t);

window.ops = {
	async connect({ base, key, callId, agentId, ticket, ticketUrl, attempts, pingMs }) {
		reset();
		rt = new RealtimeClient(base ?? undefined, { reconnectAttempts: attempts, reconnectDelay: 200, pingMs, connectTimeoutMs: 8000 });
		listen();
		if (ticketUrl)
			await rt.connectWithTicket({ callId, ticket, url: ticketUrl });
		else
			await rt.connect(callId, agentId, ticket ?? key);
	},
	sendText: ({ text }) => rt.sendText(text),
	sendAudio: ({ ms }) => rt.sendAudio(new ArrayBuffer(32 * ms)),
	got: ({ t, skip }) => messages(t)[skip],
	numbers: () => rt.getEvents().map((e) => e.message.n).filter(Boolean),
	bytes: () => bytes,
	noted: () => noted,
	state: () => ({ connected: 'open', disconnected: 'closed' })[rt.getConnectionState()] ?? rt.getConnectionState(),
	stats: () => rt.getStats(),
	microphone: () => rt.startAudioCapture(),
	silence: () => rt.stopAudioCapture(),
	frames: () => ({ sizes: [...new Set(frames)], count: frames.length, peak }),
	disconnect: () => rt.disconnect(),
	quickstart: ({ code }) => {
		const script = document.createElement('script');
		script.type = 'module';
		script.textContent = code;
		document.body.append(script);
	},
	printed: () => window.printed ?? [],
};
document.title = 'ready';
