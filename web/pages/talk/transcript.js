// The conversation as it is read: what the caller says while it is being understood, what the agent says
// sentence by sentence, what of it was not heard, and under each answer where its time went.
import { waterfall } from './waterfall.js';

function make(tag, className, text = '') {
	const el = document.createElement(tag);
	el.className = className;
	el.textContent = text;
	return el;
}

const plain = (text) => text.replace(/\s+/g, ' ').trim();

// Length of what two texts begin with together.
function shared(a, b) {
	let n = 0;
	while (n < a.length && n < b.length && a[n] === b[n])
		n++;
	return n;
}

const AHEAD = 120; // letters; more would push what is being said out of sight

function glimpse(text) {
	return text.length > AHEAD ? `${text.slice(0, text.lastIndexOf(' ', AHEAD))} …` : text;
}

export class Transcript {
	constructor(root, scroller) {
		this.root = root;
		this.scroller = scroller;
		this.atEnd = true;
		scroller.addEventListener('scroll', () => {
			this.atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
		});
		new ResizeObserver(() => this.change(() => {})).observe(scroller); // the dock below grows and shrinks
		this.clear();
	}

	clear() {
		this.root.replaceChildren();
		this.atEnd = true;
		this.turns = new Map(); // number → the agent's entry
		this.you = this.agent = null; // entries still being written
		this.name = 'Agent';
	}

	// Keeps the end in sight, unless somebody scrolled back to read.
	change(work) {
		work();
		if (this.atEnd)
			this.scroller.scrollTop = this.scroller.scrollHeight;
	}

	add(className, who) {
		const el = make('article', `entry ${className}`);
		const words = make('p', 'words');
		el.append(make('h2', 'who', who), words);
		this.root.append(el);
		return { el, words, turn: null, sentences: [], written: '' };
	}

	note(text) {
		this.change(() => this.root.append(make('p', 'note', text)));
	}

	// ── the caller ──

	caller() {
		this.takeBack();
		if (!this.you) {
			this.you = this.add('you', 'You');
			this.you.partial = make('span', 'partial');
			this.you.partial.setAttribute('aria-hidden', 'true'); // only what is final is read out
			this.you.words.append(this.you.partial);
		}
		return this.you;
	}

	partial(text) {
		this.change(() => (this.caller().partial.textContent = text));
	}

	final(text) {
		this.change(() => {
			const you = this.caller();
			you.partial.textContent = '';
			you.partial.before(make('span', 'final', `${text} `));
		});
	}

	closeCaller() {
		const left = this.you?.partial.textContent;
		if (left) // the turn was over before the recogniser had finished
			this.final(left);
		this.you?.partial.remove();
		this.you = null;
	}

	// The call is over: nothing more will be understood or said.
	close() {
		this.closeCaller();
		this.takeBack();
		this.agent?.ahead.remove();
		this.you = this.agent = null;
	}

	// ── the agent ──

	// An answer of which nothing was said yet, while the caller goes on: it will not be said.
	takeBack() {
		if (!this.agent || this.agent.turn !== null || this.agent.tools)
			return;
		this.agent.el.remove();
		this.agent = null;
	}

	answer(turn = null) {
		let entry = this.turns.get(turn);
		if (entry)
			return entry;
		entry = this.agent;
		if (!entry || entry.closed || (turn !== null && entry.turn !== null)) {
			entry = this.add('agent', this.name);
			entry.ahead = make('span', 'ahead');
			entry.ahead.setAttribute('aria-hidden', 'true');
			entry.words.append(entry.ahead);
			this.agent = entry;
		}
		if (turn !== null) {
			entry.turn = turn;
			this.turns.set(turn, entry);
		}
		return entry;
	}

	// What the model has written and nobody has heard yet stands in grey.
	delta(text) {
		this.change(() => {
			const entry = this.answer();
			entry.written += text;
			entry.ahead.textContent = glimpse(entry.written);
		});
	}

	say(turn, text) {
		this.change(() => {
			this.closeCaller();
			const entry = this.answer(turn);
			const sentence = make('span', 'sentence', `${plain(text)} `);
			const written = plain(entry.written);
			const at = written.indexOf(plain(text));
			entry.written = at < 0 ? '' : written.slice(at + plain(text).length);
			entry.ahead.textContent = glimpse(entry.written);
			entry.ahead.before(sentence);
			entry.sentences.push(sentence);
		});
	}

	tool({ name, args }) {
		this.change(() => {
			this.closeCaller();
			const entry = this.answer();
			const chip = make('p', 'tool');
			const shown = Object.entries(args ?? {}).map(([k, v]) => `${k}: ${typeof v === 'string' ? v : JSON.stringify(v)}`);
			chip.append(make('code', '', name), ` ${shown.join(' · ')}`);
			entry.words.before(chip);
			entry.tools = true;
		});
	}

	turn({ turn, outcome, heard, stamps }) {
		this.change(() => {
			const entry = this.answer(turn);
			entry.closed = true;
			entry.ahead.remove();
			if (outcome === 'interrupted')
				this.strike(entry, plain(heard));
			if (outcome === 'failed')
				entry.el.append(make('p', 'outcome', 'this answer failed'));
			const chart = waterfall(stamps);
			if (chart)
				this.chart(entry, chart);
			if (!entry.sentences.length && !entry.tools && !chart)
				entry.el.remove();
		});
	}

	// The newest waterfall is open, those before it fold into their strip.
	chart(entry, chart) {
		for (const old of this.root.querySelectorAll('.waterfall[open]'))
			old.open = false;
		chart.open = true;
		chart.setAttribute('aria-live', 'off');
		entry.el.append(chart);
	}

	strike(entry, heard) {
		for (const sentence of entry.sentences) {
			const text = plain(sentence.textContent);
			const n = shared(text, heard);
			heard = n === text.length ? heard.slice(n).trimStart() : '';
			if (n === text.length)
				continue;
			sentence.replaceChildren(text.slice(0, n), make('s', 'unheard', text.slice(n)), ' ');
		}
		entry.el.classList.add('cut');
		entry.words.append(make('span', 'outcome', 'interrupted'));
	}
}
