// A conversation as it is read, from whatever told of it: the socket of a test call, the stream of a live call, the
// timeline of one that is over. And where the time of each turn went.
import { useEffect, useRef } from 'react';
import type { Entry } from '../api/shapes';
import { ms } from './words';

export interface Item {
	key: string; by: 'caller' | 'agent' | 'note' | 'tool'; text: string; partial?: boolean; at?: number; until?: number; turn?: number;
	unheard?: string; cut?: boolean; failed?: boolean; details?: string; typed?: boolean;
}
export type Stamps = Partial<Record<'vad_end' | 'stt_final' | 'eou' | 'llm_first' | 'sentence_first' | 'tts_first' | 'leg_first' | 'heard_first', number>>;
export interface TurnTime { turn: number; stamps: Stamps }

// ── the timeline's story ──

const NOTES: Record<string, string> = {
	'bargein.confirmed': 'The caller spoke over the agent', 'bargein.resumed': 'A false alarm: the agent went on', 'turn.retracted': 'The caller went on: the answer was thrown away',
	'asr.failed': 'The recogniser failed', 'asr.switched': 'Another recogniser took over', 'llm.switched': 'Another model took over', 'tts.switched': 'Another synthesiser took over', 'tts.failed': 'The synthesiser failed', 'llm.truncated': 'The answer was cut: too long',
	'leg.lost': 'The connection was lost', 'leg.back': 'The connection is back', 'call.paused': 'Held', 'call.resumed': 'Goes on', 'consent.prompted': 'Asked for consent', 'consent.granted': 'Consent was given', 'consent.declined': 'Consent was declined',
	transfer: 'Handed over', 'config.updated': 'Settings were changed in the call', 'call.moved': 'The call moved to another instance', 'dtmf.send': 'Keys were sent', 'turn.failed': 'This answer failed', 'recording.paused': 'The recording is paused', 'recording.resumed': 'The recording goes on',
};
const STAMPS: [keyof Stamps, string][] = [['vad_end', 'vadEndMs'], ['stt_final', 'sttFinalMs'], ['eou', 'eouMs'], ['llm_first', 'llmFirstMs'], ['sentence_first', 'sentenceFirstMs'], ['tts_first', 'ttsFirstMs'], ['leg_first', 'legFirstMs'], ['heard_first', 'heardFirstMs']];
const plain = (t: string) => t.replace(/\s+/g, ' ').trim();

export interface Story { items: Item[]; turns: TurnTime[]; levels: { at: number; caller: number; agent: number }[]; ended?: string; began: number; state: string; muted?: boolean; held?: boolean }

export function storyOf(entries: Entry[]): Story {
	const story: Story = { items: [], turns: [], levels: [], began: entries[0]?.timestamp ?? 0, state: '' };
	const started = entries.find((e) => e.kind === 'call.started');
	if (started)
		story.began = started.timestamp;
	const agents = new Map<number, Item>();
	let partial: Item | null = null;
	const add = (item: Item) => (story.items.push(item), item);
	entries.forEach((e, i) => {
		const p = e.payload as Record<string, never> & { text: string; turn: number; heard: string; outcome: string; name: string; id: string };
		const key = `${e.id || i}`, at = (e.timestamp - story.began) / 1000;
		switch (e.kind) {
		case 'stt.partial':
		case 'stt.final':
			partial ??= add({ key: `you${key}`, by: 'caller', text: '', partial: true, at });
			partial.text = e.kind === 'stt.final' ? `${(partial as Item & { firm?: string }).firm ?? ''} ${p.text}`.trim() : `${(partial as Item & { firm?: string }).firm ?? ''} ${p.text}`.trim();
			if (e.kind === 'stt.final')
				(partial as Item & { firm?: string }).firm = partial.text;
			story.state = 'The caller speaks';
			break;
		case 'turn.user': {
			const said = { key: partial?.key ?? `you${key}`, by: 'caller' as const, text: p.text, at: typeof p.startMs === 'number' ? p.startMs / 1000 : at, until: typeof p.endMs === 'number' ? p.endMs / 1000 : undefined };
			if (partial)
				Object.assign(partial, said, { partial: false });
			else
				add(said);
			partial = null;
			story.state = 'The agent thinks';
			break;
		}
		case 'say': {
			const had = agents.get(p.turn);
			if (had)
				had.text = plain(`${had.text} ${p.text}`);
			else
				agents.set(p.turn, add({ key: `turn${p.turn}`, by: 'agent', text: plain(p.text), turn: p.turn, at, partial: true }));
			story.state = 'The agent speaks';
			break;
		}
		case 'turn.closed': {
			const stamps: Stamps = {};
			for (const [to, from] of STAMPS)
				if (typeof p[from] === 'number')
					stamps[to] = p[from];
			if (stamps.leg_first !== undefined)
				story.turns.push({ turn: p.turn, stamps });
			const heard = plain(p.heard ?? '');
			let item = agents.get(p.turn);
			const from = typeof p.heardFirstMs === 'number' ? p.heardFirstMs / 1000 : at;
			if (!item && !heard && p.outcome !== 'failed')
				break;
			if (!item)
				agents.set(p.turn, (item = add({ key: `turn${p.turn}`, by: 'agent', text: heard, turn: p.turn })));
			const whole = item.text;
			if (p.outcome === 'interrupted' && whole.startsWith(heard))
				item.unheard = whole.slice(heard.length);
			Object.assign(item, { text: heard, partial: false, at: from, until: typeof p.endedMs === 'number' ? p.endedMs / 1000 : at, cut: p.outcome === 'interrupted', failed: p.outcome === 'failed' });
			story.state = 'The agent listens';
			break;
		}
		case 'tool.requested':
			add({ key: `tool${p.id}`, by: 'tool', text: p.name, at, details: JSON.stringify(p.args ?? {}) === '{}' ? 'asked' : JSON.stringify(p.args) });
			break;
		case 'tool.succeeded':
		case 'tool.failed':
		case 'tool.refused':
		case 'tool.cancelled': {
			const tool = story.items.find((x) => x.key === `tool${p.id}`) ?? add({ key: `tool${p.id}`, by: 'tool', text: p.name, at });
			tool.details = `${e.kind.slice(5)}${p.latencyMs !== undefined ? ` in ${p.latencyMs} ms` : ''}${p.rule ? `: ${p.rule}` : ''}`;
			tool.failed = e.kind !== 'tool.succeeded';
			break;
		}
		case 'dtmf':
			add({ key, by: 'note', text: `Key ${p.digit ?? p.digits ?? ''}`, at });
			break;
		case 'levels': {
			const caller = p.caller as unknown as number[], agent = p.agent as unknown as number[], from = p.fromMs as unknown as number;
			for (let k = 0; k < Math.max(caller.length, agent.length); k++)
				story.levels.push({ at: from / 1000 + k * 0.05, caller: caller[k] ?? -100, agent: agent[k] ?? -100 });
			break;
		}
		case 'control.muted':
			story.muted = p.muted as unknown as boolean;
			break;
		case 'call.ended':
			story.ended = String(p.reason ?? 'over');
			break;
		default:
			if (NOTES[e.kind]) {
				if (e.kind === 'call.paused' || e.kind === 'call.resumed')
					story.held = e.kind === 'call.paused';
				add({ key, by: 'note', text: NOTES[e.kind] + (p.reason ? `: ${p.reason}` : ''), at });
			}
		}
	});
	story.items.sort((a, b) => (a.at ?? 0) - (b.at ?? 0)); // an answer is told when it is over, and stands where it began
	return story;
}

// ── shown ──

export function Conversation({ items, now, onSeek, live, empty }: { items: Item[]; now?: number; onSeek?: (at: number) => void; live?: boolean; empty?: string }) {
	const box = useRef<HTMLDivElement>(null);
	const atEnd = useRef(true);
	const current = now === undefined ? null : items.findLast((x) => (x.by === 'caller' || x.by === 'agent') && x.at !== undefined && x.at <= now + 0.05)?.key;
	useEffect(() => {
		if (live && atEnd.current && box.current)
			box.current.scrollTop = box.current.scrollHeight;
	});
	useEffect(() => {
		const el = current && box.current?.querySelector<HTMLElement>(`[data-key="${current}"]`);
		if (el && box.current && !live)
			box.current.scrollTo({ top: el.offsetTop - box.current.offsetTop - 80, behavior: 'smooth' });
	}, [current, live]);
	return (
		<div className="scroller" ref={box} tabIndex={0} role={live ? 'log' : 'region'} aria-label="Conversation" aria-live={live ? 'polite' : undefined} onScroll={(e) => { const t = e.currentTarget; atEnd.current = t.scrollHeight - t.scrollTop - t.clientHeight < 80; }}>
			<div className="talk">
				{items.length === 0 && empty && <p className="aside">{empty}</p>}
				{items.map((x) => {
					if (x.by === 'note')
						return <p key={x.key} className="aside">{x.text}</p>;
					if (x.by === 'tool')
						return <p key={x.key} className="tool"><code>{x.text}</code> <span className={x.failed ? '' : 'soft'}>{x.details ?? 'runs'}</span></p>;
					const words = <>{x.text}{x.unheard && <s className="unheard">{x.unheard}</s>} {x.cut && <span className="badge wait">interrupted</span>}{x.failed && <span className="badge bad">failed</span>}</>;
					return (
						<div key={x.key} data-key={x.key} className={`said ${x.by} ${current === x.key ? 'now' : ''}`}>
							<p className="by"><span>{x.by === 'caller' ? 'Caller' : 'Agent'}</span>{x.at !== undefined && <span className="num">{Math.floor(x.at / 60)}:{String(Math.floor(x.at % 60)).padStart(2, '0')}</span>}</p>
							{onSeek && x.at !== undefined ? <button type="button" className="words" onClick={() => onSeek(x.at!)}>{words}</button> : <p className={`words ${x.partial && x.by === 'caller' ? 'partial' : ''}`}>{words}</p>}
						</div>
					);
				})}
			</div>
		</div>
	);
}

const STAGES: [keyof Stamps, string, string][] = [['stt_final', 'Words final', 'w-stt'], ['eou', 'End of turn', 'w-eou'], ['llm_first', 'Model', 'w-llm'], ['sentence_first', 'Sentence', 'w-sentence'], ['tts_first', 'Voice', 'w-tts'], ['leg_first', 'Sent', 'w-leg']];

// A stamp earlier than the one before it took no time.
export function stagesOf(stamps: Stamps) {
	const first = (['vad_end', 'eou', 'llm_first', 'sentence_first'] as const).find((n) => stamps[n] !== undefined);
	if (!first || stamps.leg_first === undefined)
		return null;
	let at = 0;
	const stages = [];
	for (const [name, words, look] of STAGES) {
		if (stamps[name] === undefined || name === first || (first !== 'vad_end' && name === 'stt_final'))
			continue;
		const end = Math.max(at, stamps[name]! - stamps[first]!);
		stages.push({ words, look, ms: end - at });
		at = end;
	}
	return { total: at, stages, answered: first === 'vad_end' };
}

export function Waterfall({ turns, onSeek }: { turns: TurnTime[]; onSeek?: (at: number) => void }) {
	const rows = turns.map((t) => ({ ...t, ...stagesOf(t.stamps) })).filter((t) => t.stages);
	if (!rows.length)
		return <p className="soft small">Each answer of the agent gets a bar here: from the caller’s last sound to the agent’s first.</p>;
	const most = Math.max(...rows.map((r) => r.total!));
	const sorted = rows.filter((r) => r.answered).map((r) => r.total!).sort((a, b) => a - b);
	const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
	return (
		<div className="stack tight">
			<div className="legend">{STAGES.map(([k, words, look]) => <span key={k}><i className={look} />{words}</span>)}</div>
			<ol className="fall">{rows.map((r) => (
				<li className="turn" key={r.turn}>
					{onSeek ? <button type="button" className="quiet small" aria-label={`Play turn ${r.turn}`} onClick={() => onSeek(Math.max(0, (r.stamps.vad_end ?? r.stamps.leg_first ?? 0) / 1000 - 1))}>{r.turn}</button> : <span className="soft">{r.turn}</span>}
					<span className="track" style={{ width: `${Math.max(2, (r.total! / most) * 100)}%` }} title={r.stages!.map((s) => `${s.words} ${Math.round(s.ms)} ms`).join(', ')}>{r.stages!.map((s) => <span key={s.words} className={s.look} style={{ flex: `${Math.max(0.01, s.ms)} 0 0` }} />)}</span>
					<span className="ms">{ms(r.total)}</span>
				</li>
			))}</ol>
			{sorted.length > 1 && <p className="small soft num">Answered in: p50 {ms(at(0.5))}, p95 {ms(at(0.95))}</p>}
			<div className="hidden"><table><caption>Time of each turn in ms</caption><tbody>{rows.map((r) => <tr key={r.turn}><th scope="row">Turn {r.turn}</th>{r.stages!.map((s) => <td key={s.words}>{s.words} {Math.round(s.ms)}</td>)}</tr>)}</tbody></table></div>
		</div>
	);
}
