// One call: as it goes while it lives, and all that is kept of it after.
import { Suspense, lazy, useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { api, changed, encode, fetchJson, useGet } from '../api/client';
import { type Artifact, type Artifacts, type Call, type Cost, type Entry, LIVE } from '../api/shapes';
import { may } from '../session';
import { Chart } from '../ui/chart';
import { LiveWave } from '../ui/levels';
import { useStory } from '../ui/live';
import { Ask, Card, Copy, Empty, Field, Figures, Got, Loading, Page, Pairs, Status, attempt, toast } from '../ui/parts';
import { Conversation, Waterfall, storyOf } from '../ui/talk';
import type { WaveHandle } from '../ui/waveform';
import { bytes, count, exactly, inr, lasted, usd, useNow, when } from '../ui/words';
import { useAgentNames } from './calls';
import { whoIs } from './overview';

const Waveform = lazy(() => import('../ui/waveform'));
const ReplayCall = lazy(() => import('../ui/replay'));

const ORDERS = { hangup: '/v1/calls/{id}/hangup', say: '/v1/calls/{id}/say', transfer: '/v1/calls/{id}/transfer', mute: '/v1/calls/{id}/mute', hold: '/v1/calls/{id}/hold' } as const;
const order = (id: string, verb: keyof typeof ORDERS, body: object, done: string) => attempt(() => api.POST(ORDERS[verb], { params: { path: { id } }, body: body as never }), done);

function Commands({ id }: { id: string }) {
	const [words, setWords] = useState('');
	const [cut, setCut] = useState(false);
	const [to, setTo] = useState('');
	const [mode, setMode] = useState('blind');
	const [muted, setMuted] = useState(false);
	const [held, setHeld] = useState(false);
	return (
		<Card title="Step in">
			<form className="stack tight" onSubmit={async (e) => { e.preventDefault(); if (words.trim() && (await order(id, 'say', { text: words.trim(), interrupt: cut }, 'The agent says it.'))) setWords(''); }}>
				<Field label="Have the agent say">{(p) => <textarea {...p} rows={2} maxLength={4096} value={words} onChange={(e) => setWords(e.target.value)} />}</Field>
				<div className="row spread"><label className="row small"><input type="checkbox" checked={cut} onChange={(e) => setCut(e.target.checked)} />at once, over what it says</label><button disabled={!words.trim()}>Say it</button></div>
			</form>
			<div className="row">
				<button type="button" aria-pressed={muted} onClick={async () => (await order(id, 'mute', { muted: !muted }, muted ? 'The caller is heard again.' : 'The caller is not heard.')) && setMuted(!muted)}>{muted ? 'Unmute the caller' : 'Mute the caller'}</button>
				<button type="button" aria-pressed={held} onClick={async () => (await order(id, 'hold', { held: !held }, held ? 'The call goes on.' : 'The call is held.')) && setHeld(!held)}>{held ? 'Go on' : 'Hold'}</button>
			</div>
			<form className="stack tight" onSubmit={(e) => { e.preventDefault(); order(id, 'transfer', { to: to.trim(), mode }, 'It is being handed over.'); }}>
				<Field label="Transfer to" hint="A number (+91…), a SIP address, or a name">{(p) => <input {...p} value={to} onChange={(e) => setTo(e.target.value)} />}</Field>
				<div className="row spread"><label className="row small">How <select value={mode} onChange={(e) => setMode(e.target.value)}><option value="blind">at once</option><option value="attended">after a whisper</option></select></label><button disabled={!to.trim()}>Transfer</button></div>
			</form>
			<Ask label="Hang up" title="Hang up?" act={() => order(id, 'hangup', { reason: 'operator' }, 'Hung up.')}>Caller and agent are cut off at once.</Ask>
		</Card>
	);
}

function LiveCall({ call, onOver }: { call: Call; onOver: () => void }) {
	const { entries, link, why, over } = useStory(call.id, true);
	const story = useMemo(() => storyOf(entries), [entries]);
	const clock = useNow(200);
	const ended = useRef(onOver);
	ended.current = onOver;
	useEffect(() => {
		if (over)
			ended.current();
	}, [over]);
	const began = story.began || Date.parse(call.answeredAt ?? call.startedAt);
	const now = over && entries.length ? (entries[entries.length - 1].timestamp - began) / 1000 : (clock - began) / 1000;
	const levels = story.levels;
	const tools = story.items.filter((x) => x.by === 'tool');
	return (
		<>
			{link === 'refused' && <div className="notice bad" role="alert"><strong>This call cannot be watched.</strong><span>{why}</span></div>}
			{link === 'lost' && !over && <div className="notice wait">The connection is away. It comes back by itself, and misses nothing of the story.</div>}
			<div className="split">
				<div className="stack">
					<Card title={<>As it is spoken <span className="soft small" role="status">{over ? 'Ended' : story.state}</span></>} actions={<span className="num">{lasted(now)}</span>}>
						<LiveWave levels={levels} now={now - 0.25} />
						<div className="legend"><span><i className="w-caller" />Caller, above</span><span><i className="w-agent" />Agent, below</span></div>
						<Conversation items={story.items} live empty={entries.length ? 'Nobody has said anything yet.' : 'Waiting for the first word.'} />
					</Card>
					<Card title="Energy">
						{levels.length < 4 ? <p className="soft small">How loud each side is, as soon as there is sound.</p>
							: <Chart label="Energy of caller and agent over the last two minutes, in dBFS" time={false} height={150} range={[-80, 0]} x={levels.slice(-2400).map((l) => l.at)} lines={[{ label: 'Caller', color: '--caller', values: levels.slice(-2400).map((l) => Math.max(-80, l.caller)), fill: true, show: (n) => `${n ?? '–'} dB` }, { label: 'Agent', color: '--agent', values: levels.slice(-2400).map((l) => Math.max(-80, l.agent)), show: (n) => `${n ?? '–'} dB` }]} />}
					</Card>
				</div>
				<div className="stack">
					{may('dev') && !over && <Commands id={call.id} />}
					<Card title="Where the time goes"><Waterfall turns={story.turns} /></Card>
					<Card title="Tools">{tools.length === 0 ? <p className="soft small">What the agent asks its tools, with how long each took.</p> : <ul className="stack tight">{tools.map((t) => <li key={t.key} className="row spread small"><code>{t.text}</code><span className={t.failed ? '' : 'soft'}>{t.details}</span></li>)}</ul>}</Card>
				</div>
			</div>
		</>
	);
}

function costsOf(call: Call): Cost[] {
	if (Array.isArray(call.costs))
		return call.costs;
	return Object.entries(call.costs ?? {}).flatMap(([type, v]) => (v && typeof v === 'object' ? [{ type, ...(v as object) } as Cost] : []));
}

function Playback({ recording, onTime, wave }: { recording: Artifact; onTime: (at: number) => void; wave: React.RefObject<WaveHandle | null> }) {
	const [at, setAt] = useState(0);
	const [length, setLength] = useState((recording.durationMs ?? 0) / 1000);
	const [playing, setPlaying] = useState(false);
	const [rate, setRate] = useState(1);
	const [ready, setReady] = useState(false);
	useEffect(() => {
		const onKey = (e: KeyboardEvent) => {
			if (e.key === ' ' && !/^(INPUT|TEXTAREA|SELECT|BUTTON|A|SUMMARY)$/.test((e.target as HTMLElement).tagName) && !document.querySelector('dialog[open]')) {
				e.preventDefault();
				wave.current?.toggle();
			}
		};
		addEventListener('keydown', onKey);
		return () => removeEventListener('keydown', onKey);
	}, [wave]);
	return (
		<Card title="Recording" actions={<div className="legend"><span><i className="w-caller" />Caller</span><span><i className="w-agent" />Agent</span></div>}>
			<Suspense fallback={<Loading rows={1} />}><Waveform ref={wave} url={recording.url!} onTime={(t) => { setAt(t); onTime(t); }} onReady={(s) => { setLength(s); setReady(true); }} onPlaying={setPlaying} /></Suspense>
			<div className="row">
				<button type="button" className="main-act" disabled={!ready} onClick={() => wave.current?.toggle()}>{playing ? 'Stop' : 'Play'}</button>
				<span className="num soft">{lasted(at)} of {lasted(length)}</span>
				<span className="grow" />
				<label className="hidden" htmlFor="rate">Speed</label>
				<select id="rate" value={rate} style={{ width: 'auto' }} onChange={(e) => { setRate(Number(e.target.value)); wave.current?.rate(Number(e.target.value)); }}>{[0.75, 1, 1.25, 1.5, 2].map((n) => <option key={n} value={n}>{n}×</option>)}</select>
			</div>
		</Card>
	);
}

function WhatIf({ call }: { call: Call }) {
	const [open, setOpen] = useState(false);
	return (
		<Card title="Replay with other settings" actions={<button type="button" className="small" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Close' : 'Try other settings'}</button>}>
			{open ? <Suspense fallback={<Loading rows={4} />}><ReplayCall id={call.id} /></Suspense> : <p className="soft">See when the agent would have begun to speak, and which turns would have been cut or joined, had it waited longer or been harder to interrupt. Nothing is called and nothing is changed.</p>}
		</Card>
	);
}

const KINDS: Record<string, string> = { recording: 'Recording', transcript: 'Transcript', transcript_jsonl: 'Transcript, a line a turn', timeline: 'Journal (timeline, JSON lines)', metrics: 'Times of each turn' };

function Kept({ call }: { call: Call }) {
	const timeline = useGet<{ timeline: Entry[]; hasMore: boolean; nextAfter: number }>(`/v1/calls/${encode(call.id)}/timeline?limit=1000`);
	const artifacts = useGet<Artifacts>(`/v1/calls/${encode(call.id)}/artifacts`, { refreshInterval: (a) => (a && !a.metadata.processed ? 3000 : 0) });
	const [rest, setRest] = useState<Entry[]>([]);
	const wave = useRef<WaveHandle>(null);
	const [at, setAt] = useState<number | undefined>();
	useEffect(() => {
		let stop = false;
		(async () => { // long calls have more than one page
			let page = timeline.data;
			const all: Entry[] = [];
			while (page?.hasMore && !stop) {
				page = await fetchJson(`/v1/calls/${encode(call.id)}/timeline?limit=1000&after=${page.nextAfter}`);
				all.push(...page!.timeline);
				setRest([...all]);
			}
		})().catch(() => {});
		return () => void (stop = true);
	}, [timeline.data, call.id]);
	const entries = useMemo(() => [...(timeline.data?.timeline ?? []), ...rest], [timeline.data, rest]);
	const story = useMemo(() => storyOf(entries), [entries]);
	const recording = artifacts.data?.data.find((a) => a.kind === 'recording' && a.url && !/\d$/.test(a.format));
	const seek = recording ? (t: number) => wave.current?.seek(t) : undefined;
	const costs = costsOf(call);
	const review = call.analysis as { nextStep?: string; flags?: { kind: string; level?: string; atSec?: number }[]; structuredData?: object; by?: string; success?: boolean; reason?: string } | undefined;
	return (
		<>
			{call.summary && <Card title="In short" actions={review?.by && <span className="soft small">written by {review.by === 'model' ? 'a model' : review.by}</span>}><p>{call.summary}</p>{review?.nextStep && <p className="soft">Next: {review.nextStep}</p>}{!!review?.flags?.length && <div className="row">{review.flags.map((f, i) => <span key={i} className="badge wait">{f.kind.replace(/_/g, ' ')}{f.atSec !== undefined && ` at ${lasted(f.atSec)}`}</span>)}</div>}{!!review?.structuredData && Object.keys(review.structuredData).length > 0 && <pre className="json">{JSON.stringify(review.structuredData, null, 2)}</pre>}</Card>}
			<div className="split">
				<div className="stack">
					{recording ? <Playback recording={recording} onTime={setAt} wave={wave} /> : artifacts.data && <div className="notice">{artifacts.data.metadata.hasRecording ? artifacts.data.metadata.erased ? 'The recording was deleted, as your retention says.' : 'The recording is on its way.' : <span>This call was not recorded. <Link href={`/agents/${encode(call.agentId ?? '')}`}>Its agent</Link> can be told to, under “After the call”.</span>}</div>}
					<Card title="Transcript">
						<Got of={timeline}>{() => story.items.length ? <Conversation items={story.items} now={at} onSeek={seek} /> : <Empty title="Nothing was said">The call ended before anybody spoke, or what was said has been deleted.</Empty>}</Got>
					</Card>
				</div>
				<div className="stack">
					<Card title="Where the time went"><Waterfall turns={story.turns} onSeek={seek} /></Card>
					<Card title="Costs" actions={<span className="num"><strong>{inr(call.costInr)}</strong> <span className="soft">{usd(call.costUsd)}</span></span>}>
						{costs.length === 0 ? <p className="soft small">Nothing was charged.</p> : (
							<div className="table"><table><thead><tr><th>For</th><th className="right">Units</th><th className="right">₹</th></tr></thead><tbody>{costs.map((c, i) => <tr key={i}><td>{[c.type?.toUpperCase?.(), c.provider].filter(Boolean).join(' · ')}</td><td className="right num">{c.units !== undefined ? `${Number(c.units).toLocaleString('en-IN', { maximumFractionDigits: 2 })} ${(c.unit ?? '').replace('_', ' ')}` : ''}</td><td className="right num">{c.costInr !== undefined ? Number(c.costInr).toFixed(2) : ''}</td></tr>)}</tbody></table></div>
						)}
					</Card>
					<Card title="The call">
						<Pairs items={[['Id', <span className="row" key="i"><code className="mono">{call.id}</code><Copy text={call.id} /></span>], ['Direction', call.direction], ['From', call.from], ['To', call.to], ['Carrier', call.carrier], ['Ended by', call.endReason?.replace(/_/g, ' ')], ['Failure', call.failureReason], ['Language', call.language], ['Started', exactly(call.startedAt)], ['Ended', exactly(call.endedAt)], ['Agent version', call.agentVersion], ['Campaign', call.campaignId && <Link key="c" href={`/voice-agents/campaigns/${encode(call.campaignId)}`}>{call.campaignId}</Link>]]} />
						{Object.keys(call.metadata ?? {}).length > 0 && <details><summary>Metadata</summary><pre className="json">{JSON.stringify(call.metadata, null, 2)}</pre></details>}
						{call.agentConfigAtCallStart && <details><summary>The agent as it was</summary><pre className="json">{JSON.stringify(call.agentConfigAtCallStart, null, 2)}</pre></details>}
					</Card>
					<Card flush title="Downloads">
						<Got of={artifacts}>{(a) => a.data.length === 0 ? <Empty title={a.metadata.processed ? 'Nothing is kept' : 'Being written'}>{a.metadata.erased ? 'It was deleted, as your retention says.' : undefined}</Empty> : (
							<ul className="list">{a.data.map((f) => <li key={f.id}><span className="grow">{KINDS[f.kind] ?? f.kind} <span className="soft small">{f.format}, {bytes(f.bytes)}</span></span>{f.url ? <a className="button small" href={f.url} download={`${call.id}-${f.kind}.${f.format}`}>Download</a> : <span className="soft small">{f.why ?? 'on another instance'}</span>}</li>)}</ul>
						)}</Got>
					</Card>
				</div>
			</div>
			<WhatIf call={call} />
			<Card flush title="Timeline" actions={<span className="soft small">{count(entries.length)} entries</span>}>
				<div className="table scroller" tabIndex={0} role="region" aria-label="All entries"><table><thead><tr><th className="right">At</th><th>What</th><th>Details</th></tr></thead><tbody>{entries.map((e) => (
					<tr key={e.id}><td className="right num nowrap">{seek && e.timestamp >= story.began ? <button type="button" className="quiet small" onClick={() => seek((e.timestamp - story.began) / 1000)}>{((e.timestamp - story.began) / 1000).toFixed(2)}</button> : ((e.timestamp - story.began) / 1000).toFixed(2)}</td><td className="nowrap"><code>{e.kind}</code></td><td className="mono">{JSON.stringify(e.payload)}</td></tr>
				))}</tbody></table></div>
			</Card>
		</>
	);
}

export default function CallPage({ id }: { id: string }) {
	const [over, setOver] = useState(false); // its story has ended; the books may be a moment behind
	const [stay, setStay] = useState(false); // it ended while it was looked at
	const opened = useRef(Date.now());
	const call = useGet<Call>(`/v1/calls/${encode(id)}`, { refreshInterval: (c) => (c && LIVE.has(c.status) ? (over ? 1000 : 10000) : c && !c.summary && Date.now() - Date.parse(c.endedAt ?? '') < 120000 ? 5000 : 0) });
	const { nameOf } = useAgentNames();
	const live = !!call.data && ((LIVE.has(call.data.status) && !over) || stay);
	const c = call.data;
	return (
		<Page title={c ? whoIs(c) : 'Call'} crumb={['/calls', 'Calls']} lead={c && <>{c.agentId ? <Link href={`/agents/${encode(c.agentId)}`}>{nameOf(c.agentId)}</Link> : 'No agent'} · {c.direction} · {when(c.startedAt)}</>}
			actions={c && <>{c.test && <span className="badge">test</span>}{c.outcome && <Status of={c.outcome} />}<Status of={stay && LIVE.has(c.status) ? 'ended' : c.status} /></>}>
			<Got of={call} rows={6}>{(c) => (
				<>
					{!live && <Figures items={[['Lasted', lasted(c.durationSec)], ['Cost', inr(c.costInr), usd(c.costUsd)], ['Turns', count(c.usage?.turns)], ['Interruptions', count(c.usage?.interruptions)], ['Tool calls', count(c.usage?.toolCalls)]]} />}
					{stay && <div className="notice good row spread"><span>The call is over.</span><button type="button" className="small" onClick={() => { setStay(false); call.mutate(); }}>Show what is kept of it</button></div>}
					{live ? <LiveCall call={c} onOver={() => { setOver(true); setStay(Date.now() - opened.current > 4000); call.mutate(); changed('/v1/calls', '/v1/metrics'); toast('The call is over.'); }} /> : LIVE.has(c.status) ? <Loading rows={6} /> : <Kept call={c} />}
				</>
			)}</Got>
		</Page>
	);
}
