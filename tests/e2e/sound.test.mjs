// The page's arithmetic, without a browser: rates of sound, and the waterfall's numbers.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Resampler } from '../../web/pages/talk/resample.js';
import { stagesOf } from '../../web/pages/talk/waterfall.js';

function sine(hz, rate, seconds) {
	return Float32Array.from({ length: rate * seconds }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));
}

// Fed in the browser's blocks of 128.
function resample(input, from, to) {
	const r = new Resampler(from, to), out = [];
	for (let i = 0; i < input.length; i += 128)
		out.push(...r.push(input.subarray(i, i + 128)));
	return out;
}

const db = (x) => 10 * Math.log10(x.reduce((a, s) => a + s * s, 0) / x.length / 0.5);

for (const rate of [44100, 48000, 96000])
	test(`speech passes from ${rate} Hz to 16 kHz unchanged, what is above it does not fold back`, () => {
		const spoken = resample(sine(1000, rate, 1), rate, 16000);
		assert.ok(Math.abs(spoken.length - 16000) < 40, `${spoken.length} samples`);
		spoken.slice(100, 15000).forEach((s, i) => assert.ok(Math.abs(s - Math.sin((2 * Math.PI * (i + 100)) / 16)) < 0.004));
		assert.ok(db(resample(sine(10000, rate, 0.5), rate, 16000).slice(200)) < -60);
		assert.ok(db(resample(sine(6000, rate, 0.5), rate, 16000).slice(200)) > -0.5);
	});

test('from 16 kHz up to the loudspeaker nothing is added', () => {
	const out = resample(sine(3000, 16000, 1), 16000, 48000);
	out.slice(300, 40000).forEach((s, i) => assert.ok(Math.abs(s - Math.sin((2 * Math.PI * (i + 300)) / 16)) < 0.004));
});

test('every stage of a turn begins where the one before it ended', () => {
	const w = stagesOf({ vad_end: 1000, stt_final: 1180, eou: 1400, llm_first: 1500, sentence_first: 1540, tts_first: 1640, leg_first: 1650 });
	assert.deepEqual(w.stages.map((s) => [s.name, s.at, s.ms]), [['stt_final', 0, 180], ['eou', 180, 220], ['llm_first', 400, 100],
		['sentence_first', 500, 40], ['tts_first', 540, 100], ['leg_first', 640, 10]]);
	assert.equal(w.total, 650);
});

test('words that were final before the caller had finished took no time', () => {
	const w = stagesOf({ vad_end: 1000, stt_final: 900, eou: 1200, llm_first: 1300, leg_first: 1500 });
	assert.deepEqual(w.stages.map((s) => s.ms), [0, 200, 100, 200]);
	assert.equal(w.total, 500);
});

test('a typed turn counts from the end of turn, a greeting from its sentence, a silent one not at all', () => {
	assert.equal(stagesOf({ stt_final: 10, eou: 10, llm_first: 60, leg_first: 100 }).total, 90);
	assert.equal(stagesOf({ sentence_first: 5, tts_first: 90, leg_first: 95 }).total, 90);
	assert.equal(stagesOf({ vad_end: 5, eou: 90 }), null);
});
