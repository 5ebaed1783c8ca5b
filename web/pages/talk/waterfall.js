// Where the time of a turn went: one bar a stage, each beginning where the one before it ended.

const STAGES = [
	['stt_final', 'Words final', 'the recogniser was sure of the words'],
	['eou', 'End of turn', 'the agent decided that you were done'],
	['llm_first', 'Model', 'the first token of the answer'],
	['sentence_first', 'Sentence', 'the first whole sentence'],
	['tts_first', 'Voice', 'the first sample of speech'],
	['leg_first', 'Sent', 'the first sound on its way to you'],
];

// From {vad_end, stt_final, …} in ms to {from, total, stages: [{name, at, ms}]}, null when nothing was
// heard. A stamp earlier than the one before it (words final while you still spoke) took no time.
export function stagesOf(stamps) {
	const first = ['vad_end', 'eou', 'llm_first', 'sentence_first'].find((name) => stamps[name] !== undefined);
	if (!first || stamps.leg_first === undefined)
		return null;
	const start = stamps[first];
	let at = 0;
	const stages = [];
	for (const [name, label, meaning] of STAGES) {
		if (stamps[name] === undefined || name === first || (first !== 'vad_end' && name === 'stt_final'))
			continue;
		const end = Math.max(at, stamps[name] - start);
		stages.push({ name, label, meaning, at, ms: end - at });
		at = end;
	}
	return { from: first, total: at, stages };
}

function make(tag, className, text = '') {
	const el = document.createElement(tag);
	el.className = className;
	el.textContent = text;
	return el;
}

const TITLES = { vad_end: 'Answered in', eou: 'Answered in', llm_first: 'First sound in', sentence_first: 'First sound in' };
const ZEROES = { vad_end: 'You were done', eou: 'You sent it' };

function row(className, label, track, ms) {
	const li = make('li', `stage ${className}`);
	li.append(make('span', 'label', label), track, make('span', 'ms', `${ms} ms`));
	return li;
}

// A <details> with a strip in its summary and a row for each stage; null when there is nothing to show.
export function waterfall(stamps) {
	const { from, total, stages } = stagesOf(stamps) ?? {};
	if (!stages)
		return null;
	const scale = 100 / Math.max(1, total);
	const details = make('details', 'waterfall');
	const summary = make('summary', '');
	const strip = make('span', 'strip');
	const rows = make('ol', 'stages');

	strip.setAttribute('aria-hidden', 'true');
	if (ZEROES[from])
		rows.append(row('zero', ZEROES[from], make('span', 'track'), 0));
	for (const { name, label, meaning, at, ms } of stages) {
		const part = make('span', `bar ${name}`);
		part.style.flexGrow = ms;
		strip.append(part);

		const track = make('span', 'track');
		const bar = make('span', `bar ${name}`);
		bar.style.left = `min(${at * scale}%, 100% - 2px)`;
		bar.style.width = `${ms * scale}%`;
		track.append(bar);
		rows.append(row('', label, track, ms));
		rows.lastChild.title = meaning;
	}
	summary.append(`${TITLES[from]} `, make('b', 'total', `${total} ms`), strip);
	details.append(summary, rows);
	details.dataset.total = total;
	return details;
}
