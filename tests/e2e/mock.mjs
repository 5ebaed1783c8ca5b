// A stand-in for the daemon: serves the page as it does, and speaks enough of /realtime/voice to hold a
// conversation with it. It hears by loudness, answers with a tone, and stops when spoken over.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { WebSocketServer } from 'ws';

const WEB = new URL('../../web/pages/', import.meta.url);
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws: wss:; "
	+ "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css', svg: 'image/svg+xml' };
const STORY = Array.from({ length: 12 }, (_, i) => `This is sentence number ${i + 1} of a rather long story.`);
const tone = (i) => Int16Array.from({ length: 320 }, (_, k) => 6000 * Math.sin((i * 320 + k) / 8));

class Session {
	constructor(mock, callId) {
		Object.assign(this, { mock, callId, started: Date.now(), n: 0, turn: 0, kept: [], loud: 0, quiet: 0, frames: 0, controls: [] });
		this.pace = setInterval(() => this.tick(), 20);
	}
	now = () => Date.now() - this.started;
	send(t, body = {}, numbered = true) {
		const text = JSON.stringify({ t, ...body, ts: this.now() / 1000, timestamp: Date.now(), ...(numbered && { n: ++this.n }) });
		if (numbered)
			this.kept.push([this.n, text]);
		this.ws?.send(text);
	}
	bind(ws, after) {
		this.ws = ws;
		this.token = `token${Math.random()}`;
		this.send('connected', { callId: this.callId, resumeToken: this.token, agentName: 'Demo' }, false);
		this.kept.filter(([n]) => n > after).forEach(([, text]) => ws.send(text));
		ws.on('message', (data, binary) => (binary ? this.hear(data) : this.obey(JSON.parse(data))));
		ws.on('close', (code) => (code === 1000 ? clearInterval(this.pace) : (this.ws = null)));
	}
	speak(sentences, stamps) {
		this.turn++;
		this.say = { sentences, stamps: { ...stamps, llm_first: this.now() + 90, sentence_first: this.now() + 140, tts_first: this.now() + 230, leg_first: this.now() + 240 }, at: -12, heard: [] };
		sentences.forEach((s) => stamps.eou && this.send('llm.delta', { text: `${s} ` }));
	}
	tick() {
		if (!this.say || this.paused)
			return;
		const { say } = this, each = 40; // frames a sentence
		if (say.at >= 0 && say.at % each === 0 && say.at / each < say.sentences.length) {
			say.heard.push(say.sentences[say.at / each]);
			this.send('say', { turn: this.turn, text: say.heard.at(-1) });
			for (let i = 0; i < 15; i++) // the daemon leads by 300 ms
				this.ws?.send(tone(i));
		} else if (say.at >= 0 && say.at % each < each - 15) {
			this.ws?.send(tone(say.at));
		}
		if (++say.at >= each * say.sentences.length)
			this.over('completed', say.heard.join(' '));
	}
	over(outcome, heard) {
		this.send('turn', { turn: this.turn, outcome, heard, stamps: this.say.stamps });
		this.say = null;
	}
	hear(pcm) {
		this.mock.sizes.add(pcm.length);
		const level = Math.sqrt(new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length)).reduce((a, s) => a + s * s, 0) / (pcm.length / 2));
		const db = 20 * Math.log10(Math.max(level, 1) / 32768);
		this.loud = db > -45 ? this.loud + 1 : 0;
		this.quiet = db > -45 ? 0 : this.quiet + 1;
		if (this.loud === 4)
			this.send('stt.partial', { text: 'what time' }, this.spoke = false);
		if (this.loud === 6 && this.say && this.turn > 1) {
			this.send('control.bargein', { action: 'stop-tts' }, false);
			this.over('interrupted', this.say.heard.slice(0, -1).concat(this.say.heard.at(-1)?.slice(0, 12) ?? '').join(' '));
		}
		this.spoke ||= this.loud >= 6;
		if (this.quiet === 20 && this.spoke && !this.say)
			this.asked('what time is it', this.now() - 400, this.spoke = false);
		if (++this.frames % 12 === 0)
			this.send('emotion.window', { energy_db: db, speaking: this.loud > 0 }, false);
	}
	asked(text, vad_end) {
		this.send('stt.final', { text, confidence: 0.9, duration: 1 });
		if (/book/i.test(text))
			this.send('tool.call', { id: 'tool_1', name: 'book_table', args: { people: 2, day: 'today', time: '19:00' } });
		this.speak(/story/i.test(text) ? STORY : ['It is ten past nine.', 'Can I do anything else?'], { ...(vad_end && { vad_end, stt_final: vad_end + 180 }), eou: this.now() });
	}
	obey(m) {
		this.controls.push(m);
		if (m.t === 'ping')
			this.send('pong', {}, false);
		else if (m.t === 'user.text')
			this.asked(m.text);
		else if (m.t === 'pause' || m.t === 'resume')
			this.paused = m.t === 'pause';
		else if (m.t === 'dtmf.send' && m.digits === '#')
			this.send('error', { code: 'not_supported', message: 'there is no keypad on this leg', retryable: false });
	}
}

async function serve(mock, request, reply) {
	const path = new URL(request.url, 'http://mock').pathname;
	if (path === '/demo/ticket') {
		const ticket = { callId: `call_${Date.now()}`, ts: Math.floor(Date.now() / 1000), sig: 'f'.repeat(64), agents: mock.agents };
		return reply.writeHead(mock.ticket ? 200 : 403, { 'content-type': 'application/json' }).end(mock.ticket ? JSON.stringify(ticket) : '{}');
	}
	const name = path === '/talk' ? 'talk.html' : path.slice(1);
	const body = await readFile(new URL(name, WEB)).catch(() => null);
	reply.writeHead(body ? 200 : 404, { 'content-type': TYPES[name.split('.').pop()] ?? 'text/plain', 'content-security-policy': CSP }).end(body);
}

export async function startMock(options = {}) {
	const mock = { ticket: true, key: 'secret', agents: [{ id: 'demo', name: 'Demo' }], sizes: new Set(), sessions: new Map(), ...options };
	const server = createServer((request, reply) => serve(mock, request, reply));
	const sockets = new WebSocketServer({ server, path: '/realtime/voice', handleProtocols: (set) => set.has('invorto.v1') && 'invorto.v1' });
	sockets.on('connection', (ws, request) => {
		const query = new URL(request.url, 'http://mock').searchParams;
		const old = mock.sessions.get(query.get('callId'));
		const keyed = (request.headers['sec-websocket-protocol'] ?? '').split(/, */).includes(mock.key);
		if (query.get('resume'))
			return old?.token === query.get('resume') ? old.bind(ws, Number(query.get('after'))) : ws.close(4011, 'call_ended');
		if (!query.get('sig') && !keyed) {
			ws.send(JSON.stringify({ t: 'error', code: 'invalid_api_key', message: 'expected the API key', retryable: false }));
			return ws.close(4003, 'unauthorized');
		}
		const session = new Session(mock, query.get('callId'));
		mock.sessions.set(session.callId, session);
		mock.last = session;
		session.bind(ws, 0);
		session.speak(['Hello, I am an artificial voice.', 'How can I help?'], {});
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	mock.url = `http://127.0.0.1:${server.address().port}`;
	mock.stop = () => {
		mock.sessions.forEach((s) => clearInterval(s.pace));
		sockets.clients.forEach((ws) => ws.terminate());
		return new Promise((resolve) => server.close(resolve));
	};
	return mock;
}
