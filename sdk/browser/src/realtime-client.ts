/** A call in a page: its socket, the microphone, the loudspeaker. */
import { Emitter } from '../../core/emitter.js';
import type { ClientMessage, ServerMessage } from '../../core/messages.js';
import { RealtimeError, Session, SESSION_DEFAULTS, type Closed, type RealtimeSocket } from '../../core/session.js';
import { soundOf } from '../../core/sound.js';
import { callUrl, DEFAULT_REALTIME_URL } from '../../core/url.js';
import { capture, player, type Capture, type PlaybackReport, type Player } from './audio.js';

export interface RealtimeClientOptions {
	/** Samples a second of both sides: 16000 or 8000. */
	sampleRate?: 8000 | 16000;
	/** Only linear16, one channel; named for older callers. */
	audioFormat?: 'linear16';
	channels?: 1;
	/** Kept for older callers: the agent decides about both. */
	enableRecording?: boolean;
	enableTranscription?: boolean;
	/** Tries to come back when the network loses the socket; 5. 0: never. */
	reconnectAttempts?: number;
	/** The first wait, in ms; each next one is twice as long, up to 8 s, and any part of it. 500. */
	reconnectDelay?: number;
	connectTimeoutMs?: number;
	pingMs?: number;
	/** Instead of a key: hex HMAC-SHA256 of `callId:ts`, made by your server. */
	signature?: string;
	ts?: number;
	locale?: string;
	/** Play what the agent says; true. False: listen to `tts` and play it yourself. */
	playback?: boolean;
	/** The agent's sound as raw frames, a third smaller; false: base64 in `tts.chunk`. */
	binaryAudio?: boolean;
	/** Added to echo cancellation, noise suppression and gain control. */
	microphone?: MediaTrackConstraints;
	/** One of yours; else one is made, and closed with the call. */
	audioContext?: AudioContext;
	/** Where `@invorto/browser-realtime/worklet.js` is served, for pages whose policy forbids blob: scripts. */
	workletUrl?: string;
}

/** What `POST /v1/realtime/tickets` answers: a page's way in without a key. */
export interface RealtimeTicket {
	callId: string;
	ticket: string;
	url?: string;
}

export interface RealtimeClientEvents {
	/** Every message of the server, as it came. */
	message: (message: ServerMessage) => void;
	connect: () => void;
	/** The socket is gone: for now, or for good. */
	disconnect: () => void;
	reconnecting: (wait: { attempt: number; delayMs: number; code: number }) => void;
	reconnect: () => void;
	/** The call is over. */
	close: (closed: Closed) => void;
	error: (error: Error) => void;
	/** 20 ms of the microphone, as they are sent. */
	audio: (pcm16: ArrayBuffer) => void;
	/** What the agent says, as it comes. */
	tts: (pcm16: ArrayBuffer) => void;
	transcription: (text: string, isFinal: boolean) => void;
	/** What has not been played is thrown away. */
	bargein: () => void;
	/** About 20 times a second. */
	playback: (report: PlaybackReport) => void;
}

export interface RealtimeStats {
	/** Milliseconds since it was connected. */
	duration: number;
	audioPacketsSent: number;
	audioPacketsReceived: number;
	transcriptionEvents: number;
	ttsEvents: number;
	errors: number;
	reconnects: number;
	roundTripMs: number | undefined;
	playback: PlaybackReport | undefined;
}

export type ConnectionState = 'disconnected' | 'connecting' | 'connected' | 'reconnecting';

const EVENTS_KEPT = 1000;
const STATES = { idle: 'disconnected', connecting: 'connecting', open: 'connected', reconnecting: 'reconnecting', closed: 'disconnected' } as const;
const HEARD_CLEARLY = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

export class RealtimeClient extends Emitter<RealtimeClientEvents> {
	private readonly rate: number;
	private session: Session | undefined;
	private context: AudioContext | undefined;
	private microphone: Capture | undefined;
	private speaker: Promise<Player | undefined> | undefined;
	private began = 0;
	private ended = 0;
	private events: { at: number; message: ServerMessage }[] = [];
	private counts = { audioPacketsSent: 0, audioPacketsReceived: 0, transcriptionEvents: 0, ttsEvents: 0, errors: 0, reconnects: 0 };
	private roundTripMs: number | undefined;
	private report: PlaybackReport | undefined;
	callId = '';

	/** `baseUrl`: a host (`ws://127.0.0.1:8080`), the whole address (`…/realtime/voice`), or the alias (`…/v1/realtime`). */
	constructor(private readonly baseUrl: string = DEFAULT_REALTIME_URL, private readonly options: RealtimeClientOptions = {}) {
		super();
		this.rate = options.sampleRate ?? 16000;
	}

	/** `apiKey` may be a ticket (wst_…). Resolves when the server said `connected`; what fails is told by `error` too. */
	connect(callId: string, agentId?: string, apiKey?: string): Promise<void> {
		const ticket = apiKey?.startsWith('wst_') ? apiKey : undefined;
		return this.open(this.baseUrl, callId, agentId, ticket ? undefined : apiKey, ticket);
	}

	/** With what your server got from `POST /v1/realtime/tickets`. */
	connectWithTicket(ticket: RealtimeTicket, agentId?: string): Promise<void> {
		const base = ticket.url ? ticket.url.replace(/\?.*$/, '') : this.baseUrl;
		const said = ticket.url ? (new URL(ticket.url).searchParams.get('agentId') ?? undefined) : undefined;
		return this.open(base, ticket.callId, agentId ?? said, undefined, ticket.ticket);
	}

	private open(base: string, callId: string, agentId: string | undefined, key: string | undefined, ticket: string | undefined): Promise<void> {
		const { options } = this;
		if (this.session && this.session.state !== 'closed')
			return Promise.reject(new RealtimeError('a call is connected already', 'already_connected'));
		this.callId = callId;
		this.began = this.ended = 0;
		const session = new Session({
			attempts: options.reconnectAttempts ?? SESSION_DEFAULTS.attempts,
			delayMs: options.reconnectDelay ?? SESSION_DEFAULTS.delayMs,
			dialTimeoutMs: options.connectTimeoutMs ?? SESSION_DEFAULTS.dialTimeoutMs,
			pingMs: options.pingMs ?? SESSION_DEFAULTS.pingMs,
			redial: !ticket && !options.signature,
			open: (resume) => {
				const proof = resume ?? { ticket, sig: options.signature, ts: options.ts };
				const url = callUrl(base, callId, {
					agentId, rate: this.rate, audio: options.binaryAudio === false ? undefined : 'binary', ...proof,
				});
				return new WebSocket(url, key ? ['invorto.v1', key] : ['invorto.v1']) as unknown as RealtimeSocket;
			},
		});
		this.session = session;
		session.on('message', (message) => this.take(message));
		session.on('sound', (pcm) => this.hear(pcm));
		session.on('roundTrip', (ms) => (this.roundTripMs = ms));
		session.on('lost', (wait) => {
			if (session.state === 'reconnecting')
				this.emit('disconnect');
			this.emit('reconnecting', wait);
		});
		session.on('resumed', () => {
			this.counts.reconnects++;
			this.emit('reconnect');
		});
		if (options.playback !== false)
			this.speaker = this.startPlayer();
		const done = new Promise<void>((resolve, reject) => {
			session.on('ready', () => {
				this.began = performance.now();
				if (options.locale)
					session.send({ t: 'start', callId, ...(agentId ? { agentId } : {}), locale: options.locale });
				this.emit('connect');
				resolve();
			});
			session.on('over', (closed, error) => {
				if (error)
					this.fail(error);
				this.over(closed);
				reject(error ?? new RealtimeError(closed.reason, 'closed', closed.code));
			});
		});
		done.catch(() => undefined); // told by `error`: who does not wait for it is not punished
		session.connect();
		return done;
	}

	private over(closed: Closed): void {
		const spoken = this.began > 0;
		this.ended = performance.now();
		this.stopAudioCapture();
		const { speaker, context } = this;
		this.speaker = this.context = undefined;
		// What is still to be heard of a goodbye is played; the context is closed behind it.
		void speaker?.then(async (s) => {
			await new Promise((resolve) => setTimeout(resolve, Math.min(this.report?.bufferedMs ?? 0, 5000)));
			s?.stop();
			if (!this.options.audioContext)
				await context?.close();
		});
		if (spoken)
			this.emit('disconnect');
		this.emit('close', closed);
	}

	// ── sound

	private audio(): AudioContext {
		this.context ??= this.options.audioContext ?? new AudioContext({ latencyHint: 'interactive' });
		return this.context;
	}

	private async startPlayer(): Promise<Player | undefined> {
		try {
			return await player(this.audio(), this.rate, (report) => {
				this.report = report;
				this.emit('playback', report);
			}, this.options.workletUrl);
		} catch (error) {
			this.fail(error instanceof Error ? error : new Error(String(error)));
			return undefined;
		}
	}

	/** Asks for the microphone and sends each 20 ms of it. Call it while a press is handled: browsers stay silent otherwise. */
	async startAudioCapture(): Promise<void> {
		if (this.microphone)
			return;
		const context = this.audio();
		void context.resume();
		this.microphone = await capture(context, this.rate, { ...HEARD_CLEARLY, ...this.options.microphone }, (pcm) => {
			if (this.session?.state !== 'open')
				return;
			this.emit('audio', pcm);
			this.sendAudio(pcm);
		}, this.options.workletUrl);
	}

	stopAudioCapture(): void {
		this.microphone?.stop();
		this.microphone = undefined;
	}

	/** The microphone is silent until it is unmuted. */
	mute(muted = true): void {
		this.microphone?.mute(muted);
	}

	/** PCM16, little-endian, mono, at `sampleRate`. False: it was thrown away, since the socket is away or behind. */
	sendAudio(pcm16: ArrayBuffer | ArrayBufferView): boolean {
		const sent = this.connected().sendSound(pcm16);
		if (sent)
			this.counts.audioPacketsSent++;
		return sent;
	}

	// ── messages

	sendMessage(message: ClientMessage): void {
		this.connected().send(message);
	}

	/** A typed turn. */
	sendText(text: string): void {
		this.sendMessage({ t: 'user.text', text });
	}

	sendToolResult(id: string, result: unknown): void {
		this.sendMessage({ t: 'tool.result', id, result });
	}

	sendDTMF(digits: string, method: 'rfc2833' | 'info' = 'rfc2833'): void {
		this.sendMessage({ t: 'dtmf.send', digits, method });
	}

	sendTransfer(to: string, blind = true): void {
		this.sendMessage({ t: 'transfer', to, mode: blind ? 'blind' : 'attended' });
	}

	// ── the end

	/** Hangs up; resolves when it is over. */
	async endCall(): Promise<void> {
		this.session?.close('hangup');
	}

	disconnect(): void {
		this.session?.close();
	}

	// ── what is known

	getStats(): RealtimeStats {
		const until = this.ended || performance.now();
		return {
			...this.counts, duration: this.began ? Math.round(until - this.began) : 0, roundTripMs: this.roundTripMs, playback: this.report,
		};
	}

	/** The last 1,000 messages. */
	getEvents(): readonly { at: number; message: ServerMessage }[] {
		return this.events;
	}

	getConnectionState(): ConnectionState {
		return STATES[this.session?.state ?? 'idle'];
	}

	private connected(): Session {
		if (!this.session)
			throw new RealtimeError('the call is not connected', 'not_connected');
		return this.session;
	}

	private take(message: ServerMessage): void {
		if (message.t === 'tts.chunk') {
			const pcm = soundOf(message.pcm16);
			if (pcm)
				this.hear(pcm);
		} else {
			this.events.push({ at: Date.now(), message });
			if (this.events.length > EVENTS_KEPT)
				this.events.shift();
		}
		if (message.t === 'control.bargein')
			void this.speaker?.then((s) => s?.flush());
		this.emit('message', message);
		if (message.t === 'stt.partial' || message.t === 'stt.final') {
			this.counts.transcriptionEvents++;
			this.emit('transcription', message.text, message.t === 'stt.final');
		} else if (message.t === 'control.bargein')
			this.emit('bargein');
		else if (message.t === 'error')
			this.fail(new RealtimeError(message.message, message.code, 0, message.retryable));
	}

	private hear(pcm: ArrayBuffer): void {
		this.counts.audioPacketsReceived++;
		this.counts.ttsEvents++;
		this.emit('tts', this.speaker ? pcm.slice(0) : pcm);
		void this.speaker?.then((s) => s?.play(pcm));
	}

	private fail(error: Error): void {
		this.counts.errors++;
		this.emit('error', error);
	}
}
