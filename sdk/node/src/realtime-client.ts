/** A call's socket from a server: sound and messages each way. */
import WebSocket from 'ws';
import { Emitter } from '../../core/emitter.js';
import type { ClientMessage, ServerMessage } from '../../core/messages.js';
import { RealtimeError, Session, SESSION_DEFAULTS, type Closed, type RealtimeSocket } from '../../core/session.js';
import { soundOf } from '../../core/sound.js';
import { callUrl, DEFAULT_REALTIME_URL } from '../../core/url.js';

export interface RealtimeOptions {
	/** Who talks; `start` may say it too. */
	agentId?: string;
	/** Samples a second of both sides: 16000 or 8000. */
	sampleRate?: 8000 | 16000;
	/** Only linear16 is sent; named for older callers. */
	audioFormat?: 'linear16';
	channels?: 1;
	locale?: string;
	/** The agent's sound as raw frames, a third smaller; false: base64 in `tts.chunk`. */
	binaryAudio?: boolean;
	/** Instead of the key: one socket of one call. */
	ticket?: string;
	/** Instead of the key: hex HMAC-SHA256 of `callId:ts`. */
	signature?: string;
	ts?: number;
	/** Tries to come back when the network loses the socket; 5. 0: never. */
	reconnectAttempts?: number;
	/** The first wait, in ms; each next one is twice as long, up to 8 s, and any part of it. */
	reconnectDelay?: number;
	/** Milliseconds until a socket that does not answer is given up. */
	connectTimeoutMs?: number;
	pingMs?: number;
}

export type RealtimeEvent =
	| { type: 'connected'; callId: string }
	| { type: 'transcription'; text: string; isFinal: boolean }
	| { type: 'audio'; data: Buffer }
	| { type: 'error'; error: RealtimeError }
	| { type: 'call.ended'; reason: string };

export interface RealtimeConnectionEvents {
	/** Every message of the server, as it came. */
	message: (message: ServerMessage) => void;
	event: (event: RealtimeEvent) => void;
	audio: (pcm16: Buffer) => void;
	transcription: (text: string, isFinal: boolean) => void;
	/** What the agent was about to say is void: throw away what has not been played. */
	bargein: () => void;
	/** The socket is lost; it is tried again in `delayMs`. */
	reconnecting: (wait: { attempt: number; delayMs: number; code: number }) => void;
	reconnected: () => void;
	error: (error: RealtimeError) => void;
	close: (closed: Closed) => void;
}

export class RealtimeConnection extends Emitter<RealtimeConnectionEvents> {
	/** Names this connection in your log. */
	readonly connectionId = `conn_${Math.random().toString(36).slice(2, 12)}`;
	private readonly session: Session;
	private muted = false;

	constructor(readonly callId: string, session: Session) {
		super();
		this.session = session;
		session.on('message', (message) => this.take(message));
		session.on('sound', (pcm) => this.hear(pcm));
		session.on('lost', (wait) => this.emit('reconnecting', wait));
		session.on('resumed', () => this.emit('reconnected'));
		session.on('over', (closed, error) => {
			if (error)
				this.fail(error);
			this.emit('event', { type: 'call.ended', reason: closed.endReason ?? closed.reason });
			this.emit('close', closed);
		});
	}

	get isConnected(): boolean {
		return this.session.state === 'open';
	}

	get state() {
		return this.session.state;
	}

	/** PCM16, little-endian, mono, any length. False: it was thrown away, since the socket is away or behind. */
	sendAudio(pcm16: Buffer | Uint8Array | Int16Array): boolean {
		return this.muted || this.session.sendSound(pcm16);
	}

	send(message: ClientMessage): void {
		this.session.send(message);
	}

	/** A typed turn. */
	sendText(text: string): void {
		this.send({ t: 'user.text', text });
	}

	sendDTMF(digits: string, method: 'rfc2833' | 'info' = 'rfc2833'): void {
		this.send({ t: 'dtmf.send', digits, method });
	}

	sendToolResult(id: string, result: unknown): void {
		this.send({ t: 'tool.result', id, result });
	}

	/** The agent is not heard by, and does not hear, this side, until `unhold`. */
	hold(): void {
		this.send({ t: 'pause' });
	}

	unhold(): void {
		this.send({ t: 'resume' });
	}

	/** Our sound is not sent any more; the agent goes on. */
	mute(): void {
		this.muted = true;
	}

	unmute(): void {
		this.muted = false;
	}

	transfer(to: string, blind = true): void {
		this.send({ t: 'transfer', to, mode: blind ? 'blind' : 'attended' });
	}

	onAudio(listener: (pcm16: Buffer) => void): this {
		return this.on('audio', listener);
	}

	onEvent(listener: (event: RealtimeEvent) => void): this {
		return this.on('event', listener);
	}

	/** Hangs up. */
	endCall(): void {
		this.session.close('hangup');
	}

	disconnect(): void {
		this.session.close();
	}

	/** The next message that fits; `within` ms, else a RealtimeError. */
	waitFor<T extends ServerMessage['t']>(
		type: T, where: (message: Extract<ServerMessage, { t: T }>) => boolean = () => true, within = 30000,
	): Promise<Extract<ServerMessage, { t: T }>> {
		return new Promise((resolve, reject) => {
			const end = (settle: () => void) => {
				clearTimeout(timer);
				this.off('message', look).off('close', over);
				settle();
			};
			const look = (message: ServerMessage) => {
				const fits = message as Extract<ServerMessage, { t: T }>;
				if (message.t === type && where(fits))
					end(() => resolve(fits));
			};
			const over = ({ reason, code }: Closed) => end(() => reject(new RealtimeError(`${reason} before ${type} came`, 'closed', code)));
			const timer = setTimeout(() => end(() => reject(new RealtimeError(`no ${type} within ${within} ms`, 'timeout'))), within);
			this.on('message', look).on('close', over);
		});
	}

	private take(message: ServerMessage): void {
		if (message.t === 'tts.chunk') {
			const pcm = soundOf(message.pcm16);
			if (pcm)
				this.hear(pcm);
		}
		this.emit('message', message);
		if (message.t === 'connected')
			this.emit('event', { type: 'connected', callId: message.callId });
		else if (message.t === 'stt.partial' || message.t === 'stt.final') {
			const isFinal = message.t === 'stt.final';
			this.emit('transcription', message.text, isFinal);
			this.emit('event', { type: 'transcription', text: message.text, isFinal });
		} else if (message.t === 'control.bargein')
			this.emit('bargein');
		else if (message.t === 'error')
			this.fail(new RealtimeError(message.message, message.code, 0, message.retryable));
	}

	private hear(pcm: ArrayBuffer): void {
		const data = Buffer.from(pcm);
		this.emit('audio', data);
		this.emit('event', { type: 'audio', data });
	}

	private fail(error: RealtimeError): void {
		this.emit('error', error);
		this.emit('event', { type: 'error', error });
	}
}

export class RealtimeClient {
	/** `baseUrl`: see callUrl; REALTIME_WS_URL of the environment comes before it. */
	constructor(private readonly apiKey: string, private readonly baseUrl: string = DEFAULT_REALTIME_URL) {}

	/** Resolves once the server said `connected`. */
	connect(callId: string, options: RealtimeOptions = {}): Promise<RealtimeConnection> {
		const base = process.env.REALTIME_WS_URL || this.baseUrl;
		const session = new Session({
			attempts: options.reconnectAttempts ?? SESSION_DEFAULTS.attempts,
			delayMs: options.reconnectDelay ?? SESSION_DEFAULTS.delayMs,
			dialTimeoutMs: options.connectTimeoutMs ?? SESSION_DEFAULTS.dialTimeoutMs,
			pingMs: options.pingMs ?? SESSION_DEFAULTS.pingMs,
			redial: !options.ticket && !options.signature,
			open: (resume) => {
				const url = callUrl(base, callId, {
					agentId: options.agentId,
					rate: options.sampleRate ?? 16000,
					audio: options.binaryAudio === false ? undefined : 'binary',
					...(resume ?? { ticket: options.ticket, sig: options.signature, ts: options.ts }),
				});
				const headers = this.apiKey ? { Authorization: `Bearer ${this.apiKey}` } : {};
				return new WebSocket(url, ['invorto.v1'], { headers, perMessageDeflate: false }) as unknown as RealtimeSocket;
			},
		});
		const connection = new RealtimeConnection(callId, session);
		return new Promise((resolve, reject) => {
			session.on('ready', () => {
				if (options.locale)
					connection.send({ t: 'start', callId, agentId: options.agentId, locale: options.locale });
				resolve(connection);
			});
			session.on('over', (closed, error) => reject(error ?? new RealtimeError(closed.reason, 'closed', closed.code)));
			session.connect();
		});
	}
}
