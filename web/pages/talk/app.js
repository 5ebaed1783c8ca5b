// The page: who presses what, and what is shown of it. Sound is audio.js, the socket is call.js.
import { capture, openAudio, openMicrophone, player } from './audio.js';
import { Call } from './call.js';
import { Transcript } from './transcript.js';
import { endWords, errorWords, microphoneWords } from './words.js';

const $ = (id) => document.getElementById(id);
const transcript = new Transcript($('log'), $('scroller'));
const FLOOR_DB = -60;
const LINGER_MS = 1000;

let phase = 'idle'; // idle, opening, live, lost, over
let call = null;
let context = null, speaker = null, microphone = null;
let skipMicrophone = () => {};
let muted = false, speaking = false, voice = false, thinking = false;
let waitingText = []; // typed before there was a call
let began = 0, ticking = 0, roundtrip = null, sound = null;

// ── what is shown ──

function stateWords() {
	if (phase === 'opening')
		return 'Connecting';
	if (phase === 'lost')
		return 'Reconnecting';
	if (phase === 'over')
		return 'Ended';
	if (phase === 'idle')
		return 'Ready';
	if (muted)
		return 'Muted: the agent waits';
	if (speaking)
		return 'Speaking';
	if (voice)
		return 'Hears you';
	return thinking ? 'Thinking' : 'Listening';
}

function show() {
	const words = stateWords();
	const mood = phase !== 'live' ? phase : muted ? 'muted' : speaking ? 'speaking' : voice ? 'hearing' : thinking ? 'thinking' : 'listening';
	document.body.dataset.phase = phase;
	document.body.dataset.mood = mood;
	for (const id of ['state', 'status'])
		if ($(id).textContent !== words)
			$(id).textContent = words;
}

function enter(next) {
	const had = phase;
	phase = next;
	const inCall = phase === 'live' || phase === 'lost';
	const started = phase !== 'idle' && !(phase === 'opening' && had === 'idle');
	$('start').hidden = started;
	$('call').hidden = !started;
	$('controls').hidden = !started;
	$('talk').disabled = phase === 'opening';
	$('talk').textContent = phase === 'opening' ? 'Connecting' : 'Talk';
	$('text').placeholder = inCall ? 'Type to the agent' : phase === 'opening' ? 'Or go on without a microphone' : 'Or type here';
	for (const id of ['mute', 'keypad', 'hangup'])
		$(id).hidden = !inCall;
	$('again').hidden = phase !== 'over';
	show();
}

function complain(words) {
	$('alert').textContent = words;
}

function showLevel(db, now) {
	const share = Math.max(0, Math.min(1, (db - FLOOR_DB) / -FLOOR_DB));
	$('level').style.clipPath = `inset(0 ${100 - 100 * share}% 0 0)`;
	const words = db <= -99 ? '– dBFS' : `${Math.round(db)} dBFS`.replace('-', '−');
	$('db').textContent = words;
	$('meter').setAttribute('aria-valuenow', Math.round(Math.max(FLOOR_DB, db)));
	$('meter').setAttribute('aria-valuetext', `${words}, ${now ? 'speaking' : 'quiet'}`);
	$('lamp').classList.toggle('on', now);
	if (!speaking)
		$('orb').style.setProperty('--level', share.toFixed(2));
}

function showNetwork() {
	const parts = [];
	if (roundtrip !== null)
		parts.push(`round trip ${roundtrip} ms`);
	if (sound) {
		parts.push(`buffer ${sound.bufferedMs} ms`, `${sound.gaps} ${sound.gaps === 1 ? 'gap' : 'gaps'}`);
	}
	$('network').textContent = parts.join(' · ');
}

function showClock() {
	const s = Math.floor((Date.now() - began) / 1000);
	$('clock').textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

// ── messages ──

const take = {
	connected({ agentName }) {
		if (phase === 'opening') {
			began = Date.now();
			ticking = setInterval(() => (showClock(), showNetwork()), 250);
			showClock();
		}
		if (agentName)
			transcript.name = $('with').textContent = agentName;
		enter('live');
		complain('');
		for (const text of waitingText.splice(0))
			sendText(text);
	},
	'stt.partial'({ text }) {
		thinking = false;
		transcript.partial(text);
	},
	'stt.final'({ text }) {
		thinking = true;
		transcript.final(text);
	},
	'llm.delta'({ text }) {
		thinking = true;
		transcript.delta(text);
	},
	say({ turn, text }) {
		thinking = false;
		transcript.say(turn, text);
	},
	'tool.call'(m) {
		thinking = true;
		transcript.tool(m);
	},
	turn(m) {
		thinking = m.outcome === 'tool';
		transcript.turn(m);
	},
	'control.bargein'() {
		speaker?.flush();
	},
	'emotion.window'({ energy_db, speaking: now }) {
		voice = now;
		showLevel(energy_db, now);
	},
	dtmf: ({ digit }) => transcript.note(`Key ${digit}`),
	error: (m) => complain(errorWords(m)),
};

function onReport(report) {
	sound = report;
	Object.assign($('network').dataset, { buffered: report.bufferedMs, played: report.playedMs, flushes: report.flushes });
	speaking = report.playing;
	if (speaking)
		$('orb').style.setProperty('--level', Math.min(1, report.peak * 1.4).toFixed(2));
	show();
}

function listen(to) {
	to.addEventListener('message', ({ detail }) => {
		if (call !== to || !Object.hasOwn(take, detail.t))
			return;
		take[detail.t](detail);
		show();
	});
	to.addEventListener('sound', ({ detail }) => call === to && speaker?.play(detail));
	to.addEventListener('roundtrip', ({ detail }) => (roundtrip = detail));
	to.addEventListener('lost', () => enter('lost'));
	to.addEventListener('over', ({ detail }) => call === to && over(detail));
}

// ── beginning and end ──

function randomId() {
	return `call_${Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, '0')).join('')}`;
}

async function ticket() {
	const reply = await fetch('/demo/ticket', { cache: 'no-store' });
	return reply.ok ? reply.json() : null;
}

function offerAgents(agents) {
	const chosen = sessionStorage.getItem('invorto.agent');
	$('agent').replaceChildren(...agents.map(({ id, name }) => new Option(name || id, id, false, id === chosen)));
	$('picker').hidden = agents.length < 2;
	$('hint').hidden = !agents.some(({ id }) => id === 'demo');
}

function askForKey() {
	$('keys').hidden = false;
	$('picker').hidden = true;
	$('key').value = sessionStorage.getItem('invorto.key') ?? '';
}

// Who is called and what opens the door; null when a key has to be typed first.
async function destination() {
	const t = await ticket();
	if (t) {
		if (!$('agent').options.length)
			offerAgents(t.agents);
		return { callId: t.callId, ts: t.ts, sig: t.sig, agentId: $('agent').value || t.agents[0]?.id || 'demo' };
	}
	if ($('keys').hidden)
		askForKey();
	const key = $('key').value.trim();
	if (!/^[\w!#$%&'*+.^`|~-]*$/.test(key))
		throw new Error('The key has characters that cannot be sent.');
	sessionStorage.setItem('invorto.key', key);
	return key && { callId: randomId(), agentId: $('agentid').value.trim() || 'demo', key };
}

// The microphone, or null when there is none, it is refused, or the caller starts typing instead.
async function obtainMicrophone() {
	let skipped = false;
	const skip = new Promise((resolve) => {
		skipMicrophone = () => resolve((skipped = true) && null);
	});
	const asked = openMicrophone();
	asked.then((stream) => skipped && stream.getTracks().forEach((track) => track.stop()), () => {});
	try {
		return await Promise.race([asked, skip]);
	} catch (e) {
		transcript.note(microphoneWords(e));
		return null;
	}
}

// What is already here of the agent's last words may be played to its end.
function silence(linger_ms = 0) {
	const closing = context;
	microphone?.stop();
	microphone = speaker = context = null;
	speaking = voice = thinking = muted = false;
	setTimeout(() => closing?.close(), linger_ms);
}

function fail(words) {
	waitingText = [];
	silence();
	enter(phase === 'opening' && call === null ? 'idle' : 'over');
	complain(words);
}

async function begin(byVoice) {
	const opening = openAudio(); // at once: only a press may start sound
	opening.catch(() => {});
	complain('');
	transcript.clear();
	call = roundtrip = sound = null;
	$('mute').setAttribute('aria-pressed', false);
	$('with').textContent = 'Agent';
	enter('opening');
	try {
		const where = await destination();
		const ours = context = await opening.catch(() => null);
		if (!where) {
			silence();
			enter('idle');
			$('key').focus();
			return complain('Calls from here need an API key.');
		}
		speaker = ours && player(ours, (report) => context === ours && onReport(report));
		if (!context)
			transcript.note('There is no sound in this browser; you can read along.');
		const stream = byVoice && context ? await obtainMicrophone() : null;
		$('levels').hidden = $('mute').disabled = !stream;
		call = new Call(where);
		listen(call);
		if (stream)
			microphone = capture(context, stream, (frame) => !muted && call.sendSound(frame));
	} catch (e) {
		fail(e.message);
	}
}

function over({ reason, code, begun }) {
	clearInterval(ticking);
	showNetwork();
	silence(reason === 'hangup' ? 0 : LINGER_MS);
	const words = endWords({ reason, code, begun });
	if (code === 4003)
		sessionStorage.removeItem('invorto.key');
	if (!begun) {
		enter('idle');
		if (!$('alert').textContent) // the error message before it says more
			complain(`${words}.`);
		return $('talk').focus();
	}
	transcript.close();
	transcript.note(`${words}.`);
	togglePad(false);
	showLevel(-100, false);
	enter('over');
	$('again').focus();
}

// ── typing, keys, buttons ──

function sendText(text) {
	if (!call.send({ t: 'user.text', text }))
		complain('That was not sent: the connection is away. Try again in a moment.');
	return call.live;
}

function onTyping(event) {
	event.preventDefault();
	const text = $('text').value.trim();
	if (!text)
		return;
	if (phase === 'live') {
		complain('');
		if (!sendText(text))
			return;
	} else if (phase === 'lost') {
		return complain('The connection is away; it comes back by itself.');
	} else {
		waitingText.push(text);
		if (phase === 'opening')
			skipMicrophone();
		else
			begin(false);
	}
	$('text').value = '';
}

function setMuted(on) {
	muted = on;
	microphone?.mute(on); // the frames stop here, and the browser's own lamp goes out
	call.send({ t: on ? 'pause' : 'resume', timestamp: Date.now() });
	$('mute').setAttribute('aria-pressed', on);
	voice = false;
	showLevel(-100, false);
	show();
}

function togglePad(open) {
	$('pad').hidden = !open;
	$('keypad').setAttribute('aria-expanded', open);
	if (open)
		$('pad').firstChild.focus();
}

function press(digit) {
	complain('');
	call?.send({ t: 'dtmf.send', digits: digit, method: 'rfc2833' });
}

function buildPad() {
	for (const digit of '123456789*0#') {
		const key = document.createElement('button');
		key.type = 'button';
		key.textContent = digit;
		key.setAttribute('aria-label', { '*': 'star', '#': 'hash' }[digit] ?? digit);
		key.onclick = () => press(digit);
		$('pad').append(key);
	}
	$('pad').onkeydown = (event) => {
		if (event.key === 'Escape') {
			togglePad(false);
			$('keypad').focus();
		} else if (/^[0-9*#]$/.test(event.key)) {
			press(event.key);
		}
	};
}

function start() {
	buildPad();
	$('begin').onsubmit = (event) => {
		event.preventDefault();
		begin(true);
	};
	$('typing').onsubmit = onTyping;
	$('again').onclick = () => begin(true);
	$('hangup').onclick = () => call.hangUp();
	$('mute').onclick = () => setMuted(!muted);
	$('keypad').onclick = () => togglePad($('pad').hidden);
	$('agent').onchange = () => sessionStorage.setItem('invorto.agent', $('agent').value);
	addEventListener('pagehide', () => call?.hangUp());
	enter('idle');
	ticket().then((t) => (t ? offerAgents(t.agents) : askForKey()), () => complain('The service could not be reached.'));
}

start();
