/** The two processors on the audio thread: the microphone becomes 20 ms frames of PCM16, and what the agent says is played
 * through a small jitter buffer that can be emptied at once. */
import { Resampler } from './resample.js';

declare const sampleRate: number;
declare class AudioWorkletProcessor {
	readonly port: MessagePort;
	constructor(options?: { processorOptions: { rate: number } });
}
declare function registerProcessor(name: string, processor: unknown): void;

const TARGET_MS = 60; // gathered before the first is played
const PATIENCE_MS = 100; // but what has waited so long is played, however little it is
const CEILING_S = 30; // the server leads by less than a second; this bounds a broken one
const GAP_MS = 250; // silence shorter than this inside speech is one nobody meant
const FADE_S = 0.005; // from sound to silence when the queue is emptied

interface Options {
	processorOptions: { rate: number };
}

class Capture extends AudioWorkletProcessor {
	private readonly resampler: Resampler;
	private readonly length: number;
	private frame: Int16Array;
	private filled = 0;

	constructor(options: Options) {
		super(options);
		const { rate } = options.processorOptions;
		this.resampler = new Resampler(sampleRate, rate);
		this.length = rate / 50;
		this.frame = new Int16Array(this.length);
	}

	process([input]: Float32Array[][]): boolean {
		if (!input?.[0])
			return true;
		for (const s of this.resampler.push(input[0])) {
			this.frame[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(s * 32767)));
			if (this.filled === this.length) {
				this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
				this.frame = new Int16Array(this.length);
				this.filled = 0;
			}
		}
		return true;
	}
}

class Player extends AudioWorkletProcessor {
	private readonly rate: number;
	private readonly resampler: Resampler;
	private queue: Int16Array[] = [];
	private at = 0; // in the first of them
	private queued = 0; // samples in all
	private waited = 0; // since the first of them came
	private dry = Infinity; // samples since the queue ran out
	private playing = false;
	private ready: Float32Array = new Float32Array(0); // at the device's rate
	private used = 0;
	private last = 0;
	private peak = 0;
	private gaps = 0;
	private flushes = 0;
	private played = 0;
	private quanta = 0;

	constructor(options: Options) {
		super(options);
		this.rate = options.processorOptions.rate;
		this.resampler = new Resampler(this.rate, sampleRate);
		this.port.onmessage = ({ data }: { data: unknown }) => {
			if (data === 'flush')
				this.flush();
			else
				this.push(new Int16Array(data as ArrayBuffer));
		};
	}

	private push(block: Int16Array): void {
		if (block.length === 0 || this.queued + block.length > CEILING_S * this.rate)
			return;
		if (!this.queued)
			this.waited = 0;
		if (this.dry < (GAP_MS * this.rate) / 1000)
			this.gaps++;
		this.dry = Infinity;
		this.queue.push(block);
		this.queued += block.length;
	}

	private flush(): void {
		const n = Math.round(sampleRate * FADE_S), from = this.last;
		this.queue = [];
		this.queued = this.at = this.used = 0;
		this.dry = Infinity;
		this.playing = false;
		this.resampler.reset();
		this.ready = from ? Float32Array.from({ length: n }, (_, i) => from * (1 - i / n)) : new Float32Array(0);
		this.flushes++;
		this.report();
	}

	/** The next 20 ms of the queue, silence behind its end. */
	private take(): Float32Array {
		const out = new Float32Array(this.rate / 50), n = Math.min(out.length, this.queued);
		for (let i = 0; i < n; i++) {
			const first = this.queue[0]!;
			out[i] = first[this.at++]! / 32768;
			if (this.at === first.length) {
				this.queue.shift();
				this.at = 0;
			}
		}
		this.queued -= n;
		this.played += n;
		if (n < out.length) {
			this.playing = false;
			this.dry = 0;
		}
		return out;
	}

	private gather(quantum: number): void {
		const samples = (quantum / sampleRate) * this.rate;
		this.dry += samples;
		this.waited += samples;
		this.playing = this.queued >= (TARGET_MS * this.rate) / 1000 ||
			(this.queued > 0 && this.waited >= (PATIENCE_MS * this.rate) / 1000);
	}

	process(_inputs: Float32Array[][], [outputs]: Float32Array[][]): boolean {
		const out = outputs![0]!;
		if (!this.playing)
			this.gather(out.length);
		for (let i = 0; i < out.length; i++) {
			if (this.used === this.ready.length && this.playing) {
				this.ready = this.resampler.push(this.take());
				this.used = 0;
			}
			out[i] = this.used < this.ready.length ? this.ready[this.used++]! : 0;
			this.peak = Math.max(this.peak, Math.abs(out[i]!));
		}
		this.last = out[out.length - 1]!;
		if (++this.quanta % 16 === 0)
			this.report();
		return true;
	}

	private report(): void {
		this.port.postMessage({
			playing: this.playing, peak: this.peak, gaps: this.gaps, flushes: this.flushes,
			bufferedMs: Math.round((this.queued * 1000) / this.rate), playedMs: Math.round((this.played * 1000) / this.rate),
		});
		this.peak = 0;
	}
}

registerProcessor('invorto-capture', Capture);
registerProcessor('invorto-player', Player);
