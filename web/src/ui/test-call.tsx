// A call with an agent from this page: microphone or typing, through the realtime socket, let in by a ticket.
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { api, encode } from '../api/client';
import { capture, openAudio, openMicrophone, player } from '../../pages/talk/audio.js';
import { Call } from '../../pages/talk/call.js';
import { endWords, errorWords, microphoneWords } from '../../pages/talk/words.js';
import { Conversation, type Item, type TurnTime, Waterfall } from './talk';
import { Card, Empty, toast } from './parts';
import { lasted, useNow } from './words';

type Message = Record<string, never> & { t: string; text: string; turn: number; outcome: string; heard: string; name: string; id: string; reason: string; digit: string; energy_db: number; speaking: boolean };
type Phase = 'idle' | 'opening' | 'live' | 'lost' | 'over';

const plain = (t: string) => t.replace(/\s+/g, ' ').trim();

// The talk's items, changed by one message.
function told(items: Item[], m: Message): Item[] {
	const last = items.findLast((x) => x.by === 'caller' && x.partial);
	const change = (old: Item, next: Partial<Item>) => items.map((x) => (x === old ? { ...x, ...next } : x));
	const key = `${m.t}${items.length}`;
	switch (m.t) {
	case 'stt.partial':
		return last ? change(last, { text: `${last.details ?? ''} ${m.text}`.trim() }) : [...items, { key, by: 'caller', text: m.text, partial: true, at: m.ts }];
	case 'stt.final':
		return last ? change(last, { text: `${last.details ?? ''} ${m.text}`.trim(), details: `${last.details ?? ''} ${m.text}`.trim() }) : [...items, { key, by: 'caller', text: m.text, details: m.text, partial: true, at: m.ts }];
	case 'say': {
		const closed = last ? change(last, { partial: false, details: undefined }) : items;
		const turn = closed.find((x) => x.turn === m.turn && x.by === 'agent');
		return turn ? closed.map((x) => (x === turn ? { ...x, text: `${x.text} ${plain(m.text)}` } : x)) : [...closed, { key, by: 'agent', text: plain(m.text), turn: m.turn, at: m.ts }];
	}
	case 'turn': {
		const turn = items.find((x) => x.turn === m.turn && x.by === 'agent');
		if (!turn)
			return items;
		const heard = plain(m.heard ?? '');
		return change(turn, m.outcome === 'interrupted' ? { cut: true, text: heard, unheard: turn.text.startsWith(heard) ? turn.text.slice(heard.length) : '' } : { failed: m.outcome === 'failed' });
	}
	case 'tool.call':
		return [...items, { key, by: 'tool', text: m.name, details: JSON.stringify(m.args) }];
	case 'dtmf':
		return [...items, { key, by: 'note', text: `Key ${m.digit}` }];
	default:
		return items;
	}
}

export default function TestCall({ agentId, name }: { agentId: string; name: string }) {
	const [phase, setPhase] = useState<Phase>('idle');
	const [items, setItems] = useState<Item[]>([]);
	const [turns, setTurns] = useState<TurnTime[]>([]);
	const [muted, setMuted] = useState(false);
	const [voice, setVoice] = useState({ db: -100, speaking: false });
	const [playing, setPlaying] = useState(false);
	const [bySound, setBySound] = useState(false);
	const [callId, setCallId] = useState('');
	const [text, setText] = useState('');
	const [began, setBegan] = useState(0);
	const [flushes, setFlushes] = useState(0);
	const now = useNow(500);
	const parts = useRef<{ call?: Call; context?: AudioContext | null; microphone?: { mute(on: boolean): void; stop(): void } | null }>({});
	const note = (words: string) => setItems((had) => [...had, { key: `n${had.length}${Date.now()}`, by: 'note', text: words }]);

	const silence = (linger_ms: number) => {
		const { context, microphone } = parts.current;
		microphone?.stop();
		parts.current = { call: parts.current.call };
		setTimeout(() => context?.close(), linger_ms);
		setPlaying(false);
		setVoice({ db: -100, speaking: false });
	};
	useEffect(() => () => {
		parts.current.call?.hangUp();
		silence(0);
	}, []);

	const begin = async (withSound: boolean, first?: string) => {
		const opening = openAudio(); // at once: only a press may start sound
		opening.catch(() => {});
		setPhase('opening');
		setItems([]);
		setTurns([]);
		setMuted(false);
		setFlushes(0);
		try {
			const ticket = async (id?: string) => (await api.POST('/v1/realtime/tickets', { body: { agentId, ...(id && { callId: id }) } })).data!;
			const let_in = await ticket();
			setCallId(let_in.callId);
			const context = await opening.catch(() => null);
			if (!context)
				note('There is no sound in this browser; you can read along.');
			let stream: MediaStream | null = null;
			if (withSound && context)
				try {
					stream = await openMicrophone();
				} catch (e) {
					note(microphoneWords(e));
				}
			const speaker = context && player(context, (r: { playing: boolean; flushes: number }) => { setPlaying(r.playing); setFlushes(r.flushes); });
			let unused: string | null = let_in.ticket;
			const call = new Call({ callId: let_in.callId, agentId, ticket: async () => {
				const mine = unused ?? (await ticket(let_in.callId)).ticket; // each opens one socket
				unused = null;
				return mine;
			} });
			parts.current = { call, context };
			setBySound(!!stream);
			call.addEventListener('sound', (e) => speaker?.play((e as CustomEvent).detail));
			call.addEventListener('lost', () => setPhase('lost'));
			call.addEventListener('message', (e) => {
				const m = (e as CustomEvent<Message>).detail;
				if (m.t === 'connected') {
					setPhase('live');
					setBegan((b) => b || Date.now());
					if (first)
						call.send({ t: 'user.text', text: first });
					first = undefined;
				} else if (m.t === 'control.bargein')
					speaker?.flush();
				else if (m.t === 'emotion.window')
					setVoice({ db: m.energy_db, speaking: m.speaking });
				else if (m.t === 'error')
					toast(errorWords(m as never), true);
				else if (m.t === 'turn' && m.stamps)
					setTurns((had) => [...had, { turn: m.turn, stamps: m.stamps }]);
				setItems((had) => told(had, m));
			});
			call.addEventListener('over', (e) => {
				const { reason } = (e as CustomEvent).detail;
				silence(reason === 'hangup' ? 0 : 1000);
				note(`${endWords((e as CustomEvent).detail)}.`);
				setPhase('over');
			});
			if (stream && context)
				parts.current.microphone = capture(context, stream, (frame: ArrayBuffer) => call.sendSound(frame));
		} catch (e) {
			toast((e as Error).message, true);
			silence(0);
			setPhase('idle');
		}
	};
	const start = (sound: boolean, first?: string) => { setBegan(0); begin(sound, first); };
	const say = () => {
		const words = text.trim();
		if (!words)
			return;
		if (phase === 'live' ? parts.current.call?.send({ t: 'user.text', text: words }) : (start(false, words), true))
			setText('');
		else
			toast('That was not sent: the connection is away.', true);
	};
	const mute = () => {
		parts.current.microphone?.mute(!muted);
		parts.current.call?.send({ t: muted ? 'resume' : 'pause', timestamp: Date.now() });
		setMuted(!muted);
	};
	const on = phase === 'live' || phase === 'lost';
	const state = phase === 'opening' ? 'Connecting' : phase === 'lost' ? 'Reconnecting' : phase === 'over' ? 'Ended' : muted ? 'Muted: the agent waits' : playing ? 'Speaking' : voice.speaking ? 'Hears you' : 'Listening';

	return (
		<div className="split" data-phase={phase} data-flushes={flushes}>
			<Card title={phase === 'idle' ? 'Talk to it' : <>{name} <span className="soft small" role="status">{state}</span></>} actions={on ? <span className="num soft">{lasted((now - (began || now)) / 1000)}</span> : undefined}>
				{phase === 'idle'
					? <Empty title={`Call ${name} from here`} action={<button type="button" className="main-act" onClick={() => start(true)}>Talk</button>}>The call uses the config as it is saved, costs what a call costs, and stands among the calls. Speak over it to interrupt; or only type, below.</Empty>
					: <Conversation items={items} live empty="The agent speaks first." />}
				<form className="row" onSubmit={(e) => { e.preventDefault(); say(); }}>
					<label className="hidden" htmlFor="say">Type to the agent</label>
					<input id="say" className="grow" maxLength={1000} autoComplete="off" placeholder={on ? 'Type to the agent' : 'Or begin by typing'} value={text} onChange={(e) => setText(e.target.value)} disabled={phase === 'opening'} />
					<button disabled={!text.trim() || phase === 'opening'}>Send</button>
				</form>
				{phase !== 'idle' && (
					<div className="row">
						{on && <button type="button" aria-pressed={muted} onClick={mute}>{muted ? 'Unmute' : 'Mute'}</button>}
						{on && <button type="button" className="danger" onClick={() => parts.current.call?.hangUp()}>Hang up</button>}
						{phase === 'over' && <button type="button" className="main-act" onClick={() => start(bySound)}>Talk again</button>}
						{callId && (phase === 'over' || on) && <Link className="button" href={`/calls/${encode(callId)}`} target={on ? '_blank' : undefined}>{on ? 'Watch it in another tab' : 'Open the call'}</Link>}
					</div>
				)}
			</Card>
			<div className="stack">
				{bySound && on && (
					<Card title="Your voice" actions={<span className="soft small num">{voice.db <= -99 ? '–' : `${Math.round(voice.db)} dBFS`}</span>}>
						<div className="level" role="meter" aria-label="Your voice" aria-valuemin={-60} aria-valuemax={0} aria-valuenow={Math.round(Math.max(-60, voice.db))}><span style={{ width: `${Math.max(0, Math.min(100, ((voice.db + 60) / 60) * 100))}%` }} /></div>
					</Card>
				)}
				<Card title="Where the time went"><Waterfall turns={turns} /></Card>
			</div>
		</div>
	);
}
