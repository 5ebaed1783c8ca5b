// A call that is over, beside itself with other settings.
import { useEffect, useMemo, useRef, useState } from 'react';
import { type Schema, type Wrong, bodyOf, check, mergePatch, resolver, useDocument } from '../api/document';
import { type Problem, asProblem, encode, fetchJson } from '../api/client';
import { SchemaFields } from './form';
import { Loading, Trouble } from './parts';
import { type Pair, type Replay, type ReplayTurn, asked, begins, pairs, spoken } from './replay-turns';
import { wrongOf } from './schema-dialog';
import { lasted } from './words';

type Settings = Record<string, unknown>;

// What decides when somebody speaks; the rest of an agent changes nothing that was said already.
const FIRST = ['endpointing', 'bargeIn', 'interruptible'], MORE = ['idle', 'toolBudgetMs'], NAMES = [...FIRST, ...MORE];
const pick = (agent: Settings): Settings => Object.fromEntries(NAMES.filter((n) => agent[n] !== undefined).map((n) => [n, agent[n]]));

// A field that was emptied is as it was.
function withoutNulls(v: unknown): unknown {
	if (!v || typeof v !== 'object' || Array.isArray(v))
		return v;
	return Object.fromEntries(Object.entries(v).filter(([, x]) => x !== null).map(([k, x]) => [k, withoutNulls(x)]));
}

function Lane({ title, turns, end, changed }: { title: string; turns: ReplayTurn[]; end: number; changed?: Set<ReplayTurn> }) {
	const bar = (key: string, look: string, [from, to]: [number, number], t: ReplayTurn) => (
		<span key={key} className={`${look} ${changed?.has(t) ? 'changed' : ''} ${look === 'w-agent' && t.outcome === 'interrupted' ? 'cut' : ''}`} style={{ left: `${(from / end) * 100}%`, width: `${(Math.max(to - from, end / 400) / end) * 100}%` }} />
	);
	return (
		<div className="lane">
			<span className="small">{title}</span>
			<div className="lane-track" aria-hidden="true">{turns.flatMap((t) => {
				const a = asked(t), s = spoken(t);
				return [a && bar(`c${t.turn}`, 'w-caller', a, t), s && bar(`a${t.turn}`, 'w-agent', s, t)];
			})}</div>
		</div>
	);
}

function Side({ turns }: { turns: ReplayTurn[] }) {
	if (!turns.length)
		return <span className="soft">–</span>;
	return (
		<div className="stack tight">{turns.map((t) => {
			const a = asked(t), s = spoken(t);
			return (
				<div key={t.turn} className="turn-told">
					{t.caller && <p><span className="soft small">Caller{a && <span className="num"> {lasted(a[0] / 1000)}</span>}</span> {t.caller}</p>}
					{(s || t.agent) && <p><span className="soft small">Agent{s && <span className="num"> {(s[0] / 1000).toFixed(2)} s{a && s[0] >= a[1] && <>, {((s[0] - a[1]) / 1000).toFixed(2)} s after</>}</span>}</span> {t.agent || '…'} {t.outcome === 'interrupted' && <span className="badge wait">interrupted</span>}</p>}
					{!s && !t.agent && <p className="soft small">No answer is heard.</p>}
				</div>
			);
		})}</div>
	);
}

function Beside({ replay }: { replay: Replay }) {
	const rows = useMemo<Pair[]>(() => pairs(replay), [replay]);
	const changed = useMemo(() => new Set(rows.filter((r) => r.marks.length).flatMap((r) => [...r.was, ...r.is])), [rows]);
	const end = Math.max(1000, ...[...replay.original, ...replay.replayed].flatMap((t) => [t.endedMs ?? 0, t.vadEndMs ?? 0]));
	const moved = rows.map((r) => [begins(r.was), begins(r.is)]).filter(([a, b]) => a !== undefined && b !== undefined).map(([a, b]) => b! - a!);
	const mean = moved.length ? moved.reduce((x, y) => x + y, 0) / moved.length / 1000 : 0;
	const count = rows.filter((r) => r.marks.length).length;
	return (
		<div className="stack" data-changed={count}>
			<p role="status">{count === 0 ? 'Nothing would have been different.' : <><strong>{count} of {rows.length} turns would have been different.</strong> {Math.abs(mean) >= 0.01 && <>On average the agent begins to speak <span className="num">{Math.abs(mean).toFixed(2)} s</span> {mean < 0 ? 'earlier' : 'later'}. </>}{replay.replayed.length !== replay.original.length && <>{replay.replayed.length} turns instead of {replay.original.length}.</>}</>}</p>
			<div className="lanes">
				<Lane title="As it was" turns={replay.original} end={end} changed={changed} />
				<Lane title="With these" turns={replay.replayed} end={end} changed={changed} />
				<div className="lane"><span /><div className="row spread small soft num"><span>0:00</span><span>{lasted(end / 1000)}</span></div></div>
			</div>
			<div className="legend"><span><i className="w-caller" />Caller</span><span><i className="w-agent" />Agent</span><span><i className="edge" />Different</span></div>
			<div className="table"><table className="beside">
				<thead><tr><th>As it was</th><th>With these settings</th><th>Difference</th></tr></thead>
				<tbody>{rows.map((r, i) => (
					<tr key={i} className={r.marks.length ? 'at' : ''}>
						<td data-label="As it was"><Side turns={r.was} /></td>
						<td data-label="With these settings"><Side turns={r.is} /></td>
						<td data-label="Difference">{r.marks.length ? <div className="row">{r.marks.map((m) => <span key={m.words} className={`badge ${m.mood}`}>{m.words}</span>)}</div> : <span className="soft small">none</span>}</td>
					</tr>
				))}</tbody>
			</table></div>
			{(replay.torn || replay.truncated) && <p className="small soft">{replay.torn ? 'The end of the call’s journal is missing: its process died.' : 'The call has more turns than are shown here.'}</p>}
			<p className="small soft">The caller, the model and the voice take the time they took. What the caller would have said to another answer nobody knows.</p>
		</div>
	);
}

export default function ReplayCall({ id }: { id: string }) {
	const document = useDocument();
	const [value, setValue] = useState<Settings | null>(null);
	const [replay, setReplay] = useState<Replay | null>(null);
	const [wrong, setWrong] = useState<Wrong>({});
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);
	const [tried, setTried] = useState(0);
	const result = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (tried)
			result.current?.scrollIntoView({ block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
	}, [tried]);
	const ask = (settings: Settings) => fetchJson<Replay>(`/v1/calls/${encode(id)}/replay`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ settings }) });
	useEffect(() => {
		let gone = false;
		ask({}).then((r) => { if (!gone) { setReplay(r); setValue(pick(r.agent)); } }, (e) => !gone && setProblem(asProblem(e)));
		return () => void (gone = true);
		// eslint-disable-next-line
	}, [id]);
	if (!replay || !value || !document.data)
		return problem ?? document.error ? <Trouble problem={problem ?? asProblem(document.error)} /> : <Loading rows={4} />;
	const resolve = resolver(document.data);
	const body = bodyOf(document.data, 'replayCall');
	const schema: Schema = resolve(resolve(body ?? {}).properties?.settings ?? {});
	const base = pick(replay.agent);
	const settings = withoutNulls(mergePatch(base, value)) as Settings;
	const dirty = Object.keys(settings).length > 0;
	const go = async (e: React.FormEvent) => {
		e.preventDefault();
		const found = check(resolve, schema, settings);
		setWrong(found);
		setProblem(null);
		if (Object.keys(found).length)
			return;
		setBusy(true);
		try {
			setReplay(await ask(settings));
			setTried((n) => n + 1);
		} catch (x) {
			const p = asProblem(x);
			setProblem(p);
			setWrong(Object.fromEntries(Object.entries(wrongOf(p)).map(([k, v]) => [k.replace(/^\/settings/, ''), v])));
		}
		setBusy(false);
	};
	return (
		<div className="stack">
			<form className="form" onSubmit={go} noValidate>
				<SchemaFields resolve={resolve} schema={schema} value={value} onChange={setValue} wrong={wrong} only={FIRST} />
				<details open={MORE.some((n) => Object.keys(wrong).some((w) => w.startsWith(`/${n}`))) || undefined}><summary>Silence and tools</summary><SchemaFields resolve={resolve} schema={schema} value={value} onChange={setValue} wrong={wrong} only={MORE} /></details>
				{problem && <Trouble problem={problem} />}
				<div className="row end">
					<button type="button" disabled={!dirty} onClick={() => { setValue(base); setWrong({}); }}>As it was</button>
					<button className="main-act" disabled={busy || !dirty}>{busy ? 'Replays' : 'Replay'}</button>
				</div>
			</form>
			{tried > 0 && <div ref={result} className="result"><Beside replay={replay} /></div>}
		</div>
	);
}
