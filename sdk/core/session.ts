/**
 * One call over one socket after the other: it is opened, watched with pings, and when the network loses it, opened
 * again with the resume token, so that nothing the server numbered is missed and nothing comes twice.
 */
import { Emitter } from './emitter.js';
import type { ClientMessage, ServerMessage } from './messages.js';

export interface RealtimeSocket {
	binaryType: string;
	readonly readyState: number;
	readonly bufferedAmount: number;
	onopen: ((event: never) => void) | null;
	onmessage: ((event: never) => void) | null;
	onclose: ((event: never) => void) | null;
	onerror: ((event: never) => void) | null;
	send(data: string | ArrayBuffer | ArrayBufferView): void;
	close(code?: number, reason?: string): void;
}

export interface Resume {
	resume: string;
	after: number;
}

export interface SessionOptions {
	/** Opens a socket; with `resume`, that of a call which goes on. */
	open: (resume: Resume | undefined) => RealtimeSocket;
	/** Tries to come back in a row before the call is given up; 0: never. */
	attempts: number;
	/** The first wait; each next one is twice as long, up to `maxDelayMs`, and any part of it (full jitter). */
	delayMs: number;
	maxDelayMs: number;
	/** May a first socket that never opened be tried again? Not where it costs a ticket. */
	redial: boolean;
	dialTimeoutMs: number;
	pingMs: number;
}

export const SESSION_DEFAULTS = { attempts: 5, delayMs: 500, maxDelayMs: 8000, redial: true, dialTimeoutMs: 10000, pingMs: 5000 };

export interface Closed {
	/** Close code of the last socket (docs/realtime.md). */
	code: number;
	/** The close's own words, or those of the error that came before it. */
	reason: string;
	/** Why the call ended, where the server said so: hangup, transfer, idle, … */
	endReason?: string;
}

export interface SessionEvents {
	ready: (message: Extract<ServerMessage, { t: 'connected' }>) => void;
	resumed: (message: Extract<ServerMessage, { t: 'connected' }>) => void;
	lost: (wait: { attempt: number; delayMs: number; code: number }) => void;
	message: (message: ServerMessage) => void;
	/** Sound of the agent: PCM16, little-endian, mono. */
	sound: (pcm: ArrayBuffer) => void;
	roundTrip: (ms: number) => void;
	over: (closed: Closed, error: RealtimeError | undefined) => void;
}

/** A socket that was refused, lost for good, or used when it was not open. */
export class RealtimeError extends Error {
	constructor(
		message: string,
		/** The server's word: invalid_api_key, not_found, quota_exceeded, …; ours: not_connected, connection_lost. */
		readonly code: string,
		/** Close code, 0 when there was none. */
		readonly closeCode = 0,
		readonly retryable = false,
	) {
		super(message);
		this.name = 'RealtimeError';
	}
}

export type SessionState = 'idle' | 'connecting' | 'open' | 'reconnecting' | 'closed';

/** Closes behind which the call is still there; all others are somebody's decision. */
const COME_BACK = new Set([1001, 1005, 1006, 1011, 4008]);
const OPEN = 1;
const WAITING_MESSAGES = 64; // sent while there is no socket
const BACKLOG_BYTES = 32000; // a second of sound; what waits longer is not worth hearing

type ServerError = Extract<ServerMessage, { t: 'error' }>;

export class Session extends Emitter<SessionEvents> {
	state: SessionState = 'idle';
	private readonly options: SessionOptions;
	private socket: RealtimeSocket | undefined;
	private token: string | undefined;
	private seen = 0;
	private tries = 0;
	private opened = false;
	private waiting: string[] = [];
	private asked = 0;
	private lastError: ServerError | undefined;
	private endReason: string | undefined;
	private dialling: ReturnType<typeof setTimeout> | undefined;
	private pinging: ReturnType<typeof setInterval> | undefined;
	private again: ReturnType<typeof setTimeout> | undefined;

	constructor(options: Partial<SessionOptions> & Pick<SessionOptions, 'open'>) {
		super();
		this.options = { ...SESSION_DEFAULTS, ...options };
	}

	connect(): void {
		if (this.state !== 'idle')
			throw new RealtimeError('a session is connected once; make another', 'already_connected');
		this.set('connecting');
		this.dial();
	}

	/** While the socket is being won back, messages wait (the last 64); before and after they are refused. */
	send(message: ClientMessage): void {
		const text = JSON.stringify(message);
		if (this.state === 'open' && this.socket?.readyState === OPEN)
			this.socket.send(text);
		else if (this.token && (this.state === 'reconnecting' || this.state === 'open')) {
			this.waiting.push(text);
			if (this.waiting.length > WAITING_MESSAGES)
				this.waiting.shift();
		} else
			throw new RealtimeError('the call is not connected', 'not_connected');
	}

	/** False: it was thrown away, since the socket is away or behind. */
	sendSound(pcm: ArrayBuffer | ArrayBufferView): boolean {
		if (this.state === 'idle' || this.state === 'connecting' || this.state === 'closed')
			throw new RealtimeError('the call is not connected', 'not_connected');
		if (this.state !== 'open' || this.socket?.readyState !== OPEN || this.socket.bufferedAmount > BACKLOG_BYTES)
			return false;
		this.socket.send(pcm);
		return true;
	}

	/** Ends the call: only a close with 1000 does. */
	close(reason = 'client disconnecting'): void {
		if (this.state === 'closed')
			return;
		clearTimeout(this.again);
		if (this.state === 'reconnecting')
			this.sayGoodbye(reason);
		const socket = this.socket;
		this.forget();
		socket?.close(1000, reason);
		this.finish(1000, reason);
	}

	/** Without a socket the call would wait for us: one more is opened to tell it. */
	private sayGoodbye(reason: string): void {
		if (!this.token || this.socket)
			return;
		try {
			const socket = this.options.open({ resume: this.token, after: this.seen });
			socket.onerror = () => undefined;
			socket.onmessage = () => socket.close(1000, reason);
			setTimeout(() => socket.close(1000, reason), this.options.dialTimeoutMs);
		} catch {
			// It ends by itself when its patience is over.
		}
	}

	private set(state: SessionState): void {
		this.state = state;
	}

	private dial(): void {
		const resume = this.token ? { resume: this.token, after: this.seen } : undefined;
		let socket: RealtimeSocket;
		this.opened = false;
		try {
			socket = this.options.open(resume);
		} catch (error) {
			this.lastError = undefined;
			this.finish(0, error instanceof Error ? error.message : String(error));
			return;
		}
		this.socket = socket;
		socket.binaryType = 'arraybuffer';
		socket.onopen = () => {
			this.opened = true;
		};
		socket.onmessage = ({ data }: { data: unknown }) => {
			if (typeof data === 'string')
				this.take(data);
			else
				this.emit('sound', data as ArrayBuffer);
		};
		socket.onerror = () => undefined; // its close tells
		socket.onclose = ({ code, reason }: { code: number; reason: string }) => this.closed(code, reason);
		this.dialling = setTimeout(() => this.drop(), this.options.dialTimeoutMs);
	}

	/** A socket that does not answer is not waited for. */
	private drop(): void {
		const socket = this.socket;
		this.forget();
		socket?.close();
		this.closed(1006, 'no answer');
	}

	private forget(): void {
		clearTimeout(this.dialling);
		clearInterval(this.pinging);
		if (this.socket) {
			this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
			this.socket.onerror = () => undefined;
		}
		this.socket = undefined;
	}

	private take(text: string): void {
		let message: ServerMessage;
		try {
			message = JSON.parse(text) as ServerMessage;
		} catch {
			return; // the server sends no such thing; something between us did
		}
		const n = (message as { n?: number }).n;
		if (typeof n === 'number') {
			if (n <= this.seen)
				return; // came before the socket was lost
			this.seen = n;
		}
		if (message.t === 'pong')
			this.answered();
		else if (message.t === 'error')
			this.lastError = message;
		else if (message.t === 'end')
			this.endReason = message.reason;
		if (message.t === 'connected')
			this.connected(message);
		this.emit('message', message);
	}

	private connected(message: Extract<ServerMessage, { t: 'connected' }>): void {
		const first = this.state === 'connecting', back = this.state === 'reconnecting';
		this.token = message.resumeToken ?? this.token;
		this.tries = 0;
		this.lastError = undefined;
		clearTimeout(this.dialling);
		clearInterval(this.pinging);
		this.asked = 0;
		this.pinging = setInterval(() => this.ping(), this.options.pingMs);
		this.set('open');
		if (back) {
			for (const text of this.waiting.splice(0))
				this.socket?.send(text);
			this.emit('resumed', message);
		} else if (first) {
			this.emit('ready', message);
		}
	}

	private ping(): void {
		if (this.asked)
			return this.drop();
		this.asked = Date.now();
		this.socket?.send(JSON.stringify({ t: 'ping', timestamp: this.asked }));
	}

	private answered(): void {
		if (this.asked)
			this.emit('roundTrip', Date.now() - this.asked);
		this.asked = 0;
	}

	private closed(code: number, reason: string): void {
		const back = this.token !== undefined && COME_BACK.has(code) && !this.endReason;
		const redial = this.token === undefined && !this.opened && !this.lastError && this.options.redial && code === 1006;
		this.forget();
		if (this.state === 'closed')
			return;
		if (!(back || redial) || this.tries >= this.options.attempts)
			return this.finish(code, reason);
		const delayMs = Math.random() * Math.min(this.options.maxDelayMs, this.options.delayMs * 2 ** this.tries);
		this.tries++;
		if (back)
			this.set('reconnecting');
		this.emit('lost', { attempt: this.tries, delayMs, code });
		if ((this.state as SessionState) !== 'closed')
			this.again = setTimeout(() => this.dial(), delayMs);
	}

	private finish(code: number, reason: string): void {
		const error = this.lastError, ended = this.endReason !== undefined || code === 1000;
		this.forget();
		if (this.state === 'closed')
			return;
		this.set('closed');
		this.waiting = [];
		const why = error?.message ?? (reason || (code === 1006 ? 'the connection was lost' : `closed with code ${code}`));
		const failure = ended
			? undefined
			: new RealtimeError(why, error?.code ?? (code === 1006 ? 'connection_lost' : 'closed'), code, error?.retryable ?? code === 1006);
		this.emit('over', { code, reason: why, endReason: this.endReason }, failure);
	}
}
