// The two processors on the audio thread: the microphone becomes 20 ms frames of PCM16 at 16 kHz, and
// what the agent says is played through a small jitter buffer that can be emptied at once.
import { Resampler } from './resample.js';

const RATE = 16000;
const FRAME = 320; // 20 ms
const TARGET = 960; // 60 ms are gathered before the first is played
const PATIENCE = 1600; // but what has waited 100 ms is played, however little it is
const CEILING = RATE * 30; // the sender leads by less than a second; this bounds a broken one
const GAP = RATE / 4; // silence shorter than this inside speech is one nobody meant
const FADE_S = 0.005; // from sound to silence when the queue is emptied
const NOTHING = new Float32Array(0);

class Capture extends AudioWorkletProcessor {
	constructor() {
		super();
		this.resampler = new Resampler(sampleRate, RATE);
		this.frame = new Int16Array(FRAME);
		this.filled = 0;
	}

	process([input]) {
		if (input.length === 0)
			return true;
		for (const s of this.resampler.push(input[0])) {
			this.frame[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(s * 32767)));
			if (this.filled === FRAME) {
				this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
				this.frame = new Int16Array(FRAME);
				this.filled = 0;
			}
		}
		return true;
	}
}

class Player extends AudioWorkletProcessor {
	constructor() {
		super();
		this.resampler = new Resampler(RATE, sampleRate);
		this.queue = []; // blocks of PCM16
		this.at = 0; // in the first of them
		this.queued = 0; // samples in all
		this.waited = 0; // since the first of them came
		this.dry = Infinity; // samples since the queue ran out
		this.playing = false;
		this.ready = NOTHING; // at the device's rate
		this.used = 0;
		this.last = this.peak = 0;
		this.gaps = this.flushes = this.played = this.quanta = 0;
		this.port.onmessage = ({ data }) => (data === 'flush' ? this.flush() : this.push(new Int16Array(data)));
	}

	push(block) {
		if (block.length === 0 || this.queued + block.length > CEILING)
			return;
		if (!this.queued)
			this.waited = 0;
		if (this.dry < GAP)
			this.gaps++;
		this.dry = Infinity;
		this.queue.push(block);
		this.queued += block.length;
	}

	flush() {
		const n = Math.round(sampleRate * FADE_S);
		const from = this.last;
		this.queue = [];
		this.queued = this.at = this.used = 0;
		this.dry = Infinity;
		this.playing = false;
		this.resampler.reset();
		this.ready = from ? Float32Array.from({ length: n }, (_, i) => from * (1 - i / n)) : NOTHING;
		this.flushes++;
		this.report();
	}

	// The next 20 ms of the queue, silence behind its end.
	take() {
		const out = new Float32Array(FRAME);
		const n = Math.min(FRAME, this.queued);
		for (let i = 0; i < n; i++) {
			out[i] = this.queue[0][this.at++] / 32768;
			if (this.at === this.queue[0].length) {
				this.queue.shift();
				this.at = 0;
			}
		}
		this.queued -= n;
		this.played += n;
		if (n < FRAME) {
			this.playing = false;
			this.dry = 0;
		}
		return out;
	}

	gather(quantum) {
		const samples = (quantum / sampleRate) * RATE;
		this.dry += samples;
		this.waited += samples;
		this.playing = this.queued >= TARGET || (this.queued > 0 && this.waited >= PATIENCE);
	}

	process(_inputs, [[out]]) {
		if (!this.playing)
			this.gather(out.length);
		for (let i = 0; i < out.length; i++) {
			if (this.used === this.ready.length && this.playing) {
				this.ready = this.resampler.push(this.take());
				this.used = 0;
			}
			out[i] = this.used < this.ready.length ? this.ready[this.used++] : 0;
			this.peak = Math.max(this.peak, Math.abs(out[i]));
		}
		this.last = out[out.length - 1];
		if (++this.quanta % 16 === 0)
			this.report();
		return true;
	}

	report() {
		this.port.postMessage({
			playing: this.playing, peak: this.peak, gaps: this.gaps, flushes: this.flushes,
			bufferedMs: Math.round(this.queued / (RATE / 1000)),
			playedMs: Math.round(this.played / (RATE / 1000)),
		});
		this.peak = 0;
	}
}

registerProcessor('capture', Capture);
registerProcessor('player', Player);
