// One call over /realtime/voice: messages and sound each way, and a socket that comes back when the
// network drops it. Knows nothing of the page.

const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];
const RESUME_MS = 30000; // how long the daemon keeps a call without its socket
const PING_MS = 5000; // a ping unanswered when the next is due: the network is gone
const DIAL_MS = 6000;
const BACKLOG = 32000; // a second of sound; what waits longer is not worth hearing
// Closes after which the same call is there again; all others are somebody's decision.
const COME_BACK = new Set([1001, 1005, 1006, 1011, 4008]);

export class Call extends EventTarget {
	// where: {callId, agentId} and {ts, sig}, {key}, or {ticket: a function that gets one, good for one socket}
	constructor(where) {
		super();
		this.where = where;
		this.token = null;
		this.seen = 0; // number of the last message that must not be lost
		this.tries = 0;
		this.over = false;
		this.open();
	}

	address(ticket) {
		const { callId, agentId, ts, sig } = this.where;
		const query = new URLSearchParams({ callId, agentId, audio: 'binary', rate: '16000' });
		if (sig) {
			query.set('ts', ts);
			query.set('sig', sig);
		}
		if (ticket)
			query.set('ticket', ticket);
		if (this.token) {
			query.set('resume', this.token);
			query.set('after', this.seen);
		}
		return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/realtime/voice?${query}`;
	}

	async open() {
		let ticket;
		try {
			ticket = await this.where.ticket?.();
		} catch {
			return this.closed(1006, '');
		}
		if (this.over)
			return;
		const ws = new WebSocket(this.address(ticket), this.where.key ? ['invorto.v1', this.where.key] : ['invorto.v1']);
		this.ws = ws;
		ws.binaryType = 'arraybuffer';
		ws.onmessage = ({ data }) => (typeof data === 'string' ? this.take(data) : this.tell('sound', data));
		ws.onclose = ({ code, reason }) => this.closed(code, reason);
		this.asked = null;
		this.dialling = setTimeout(() => this.drop(), DIAL_MS);
	}

	// A socket that does not answer is not waited for.
	drop() {
		this.ws.onclose = this.ws.onmessage = null;
		this.ws.close();
		this.closed(1006, '');
	}

	tell(type, detail) {
		this.dispatchEvent(new CustomEvent(type, { detail }));
	}

	take(text) {
		const m = JSON.parse(text);
		if (m.n) {
			if (m.n <= this.seen)
				return; // came before the socket was lost
			this.seen = m.n;
		}
		if (m.t === 'connected')
			this.connected(m);
		else if (m.t === 'pong')
			this.answered();
		else if (m.t === 'end')
			this.ended = m.reason;
		this.tell('message', m);
	}

	connected(m) {
		this.token = m.resumeToken ?? null;
		this.tries = 0;
		this.lostAt = null;
		clearTimeout(this.dialling);
		clearInterval(this.pinging);
		this.pinging = setInterval(() => this.ping(), PING_MS);
		this.ping();
	}

	ping() {
		if (this.asked !== null)
			return this.drop();
		this.asked = performance.now();
		this.send({ t: 'ping', timestamp: Date.now() });
	}

	answered() {
		this.tell('roundtrip', Math.round(performance.now() - this.asked));
		this.asked = null;
	}

	get live() {
		return this.ws?.readyState === WebSocket.OPEN;
	}

	send(message) {
		if (this.live)
			this.ws.send(JSON.stringify(message));
		return this.live;
	}

	sendSound(frame) {
		if (this.live && this.ws.bufferedAmount < BACKLOG)
			this.ws.send(frame);
	}

	closed(code, reason) {
		clearInterval(this.pinging);
		clearTimeout(this.dialling);
		if (this.over)
			return;
		if (this.ended || this.hungUp || !this.token || !COME_BACK.has(code))
			return this.finish(code, reason);
		this.lostAt ??= performance.now();
		// Jitter, so that a thousand pages do not come back in the same moment.
		const wait = BACKOFF_MS[Math.min(this.tries++, BACKOFF_MS.length - 1)] * (0.75 + Math.random() / 2);
		if (performance.now() - this.lostAt + wait > RESUME_MS)
			return this.finish(code, reason);
		this.tell('lost', { wait });
		this.again = setTimeout(() => this.open(), wait);
	}

	finish(code, reason) {
		this.over = true;
		this.tell('over', { reason: this.ended ?? (this.hungUp ? 'hangup' : null), code, closeReason: reason, begun: !!this.token });
	}

	hangUp() {
		this.hungUp = true;
		clearTimeout(this.again);
		this.ws?.close(1000, 'hangup');
		this.closed(1000, 'hangup');
	}
}
