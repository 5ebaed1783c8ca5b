/** Changes the rate of a stream of samples: a windowed sinc, so that nothing above half of the lower rate folds back into
 * speech. Fed in blocks of any size; keeps what the next block needs. */

const HALF = 16; // zero crossings each side
const STEPS = 256; // table entries per zero crossing

const table = new Float32Array(HALF * STEPS + 2);
for (let i = 0; i <= HALF * STEPS; i++) {
	const x = i / STEPS;
	const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
	const w = Math.PI * (1 + x / HALF); // Blackman, its middle at x = 0
	table[i] = sinc * (0.42 - 0.5 * Math.cos(w) + 0.08 * Math.cos(2 * w));
}

export class Resampler {
	private readonly step: number;
	private readonly cut: number;
	private readonly reach: number;
	private kept = new Float32Array(0);
	private pos = 0; // of the next output, in kept

	constructor(from: number, to: number) {
		this.step = from / to;
		this.cut = Math.min(1, to / from) * 0.94; // room for the filter's slope
		this.reach = Math.ceil(HALF / this.cut);
		this.reset();
	}

	reset(): void {
		this.kept = new Float32Array(this.reach); // silence before the first sample
		this.pos = this.reach;
	}

	push(input: Float32Array): Float32Array {
		if (this.step === 1)
			return input;
		const x = new Float32Array(this.kept.length + input.length);
		x.set(this.kept);
		x.set(input, this.kept.length);

		const last = x.length - this.reach - 1;
		const n = last < this.pos ? 0 : Math.floor((last - this.pos) / this.step) + 1;
		const out = new Float32Array(n);
		for (let k = 0; k < n; k++)
			out[k] = this.at(x, this.pos + k * this.step);

		const next = this.pos + n * this.step, drop = Math.max(0, Math.floor(next) - this.reach);
		this.kept = x.slice(drop);
		this.pos = next - drop;
		return out;
	}

	private at(x: Float32Array, pos: number): number {
		const { cut, reach } = this;
		const from = Math.max(0, Math.ceil(pos - reach + 1e-9)), to = Math.min(x.length - 1, Math.floor(pos + reach - 1e-9));
		let sum = 0;
		for (let i = from; i <= to; i++) {
			const t = Math.abs(i - pos) * cut * STEPS, j = t | 0;
			if (j < HALF * STEPS)
				sum += x[i]! * (table[j]! + (table[j + 1]! - table[j]!) * (t - j));
		}
		return sum * cut;
	}
}
