// One agent: its whole config, its versions, a call with it in this page.
import { Suspense, lazy, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { type Schema, type Wrong, check, mergePatch, resolver, useDocument } from '../api/document';
import { type Problem, api, asProblem, changed, encode, useGet } from '../api/client';
import type { Agent, AgentVersion, Config, Page as PageOf } from '../api/shapes';
import { may } from '../session';
import { SchemaFields } from '../ui/form';
import { Ask, Card, Check, Empty, Field, Got, Loading, Page, Segments, Status, Trouble, attempt, toast } from '../ui/parts';
import { wrongOf } from '../ui/schema-dialog';
import { ago, exactly } from '../ui/words';

const TestCall = lazy(() => import('../ui/test-call'));
const Diff = lazy(() => import('../ui/diff'));

const SECTIONS: [string, string, string[]][] = [
	['says', 'What it says', ['name', 'locale', 'prompt', 'greeting', 'interruptible']],
	['honest', 'Disclosure and consent', ['disclosure', 'disclosureWaived', 'consent']],
	['voice', 'Voice and models', ['asr', 'llm', 'tts', 'model', 'voice', 'voiceElevenlabs', 'asrModel', 'temperature', 'maxTokens']],
	['turns', 'Turns', ['endpointing', 'bargeIn', 'idle', 'keypad', 'emotion']],
	['tools', 'Tools', ['tools', 'toolBudgetMs', 'filler', 'apology']],
	['ends', 'Transfer and end', ['transferTo', 'transfer', 'endCallPhrases', 'voicemail', 'maxDurationMs', 'maxDurationText']],
	['after', 'After the call', ['record', 'recordingFormat', 'analysis', 'metadata']],
];

function sectionOf(pointer: string) {
	const name = pointer.split('/')[1];
	return SECTIONS.find(([, , names]) => names.includes(name))?.[0] ?? 'more';
}

function Editor({ agent, reload }: { agent: Agent; reload: () => Promise<unknown> }) {
	const document = useDocument();
	const base = useMemo<Config>(() => ({ ...agent.config, name: agent.name }), [agent]);
	const [value, setValue] = useState<Config>(base);
	const [text, setText] = useState<string | null>(null);
	const [wrong, setWrong] = useState<Wrong>({});
	const [problem, setProblem] = useState<Problem | null>(null);
	const [section, setSection] = useState('says');
	const [busy, setBusy] = useState(false);
	const dirty = JSON.stringify(value) !== JSON.stringify(base) || text !== null;
	useEffect(() => { setValue(base); setText(null); }, [base]);
	useEffect(() => {
		if (!dirty)
			return;
		const ask = (e: BeforeUnloadEvent) => e.preventDefault();
		addEventListener('beforeunload', ask);
		return () => removeEventListener('beforeunload', ask);
	}, [dirty]);
	if (document.error)
		return <Trouble problem={asProblem(document.error)} />;
	if (!document.data)
		return <Loading rows={6} />;
	const resolve = resolver(document.data);
	const schema: Schema = document.data.components.schemas.agentConfigInput ?? { type: 'object', properties: {} };
	const known = SECTIONS.flatMap(([, , names]) => names);
	const more = Object.keys(schema.properties ?? {}).filter((n) => !known.includes(n) && n !== 'id' && !schema.properties![n].deprecated);
	const sections = more.length ? [...SECTIONS, ['more', 'More', more] as [string, string, string[]]] : SECTIONS;

	const save = async () => {
		let next = value;
		if (text !== null)
			try {
				next = JSON.parse(text) as Config;
			} catch (e) {
				return setProblem(asProblem(new Error(`This is not JSON: ${(e as Error).message}`)));
			}
		const found = check(resolve, schema, next);
		setWrong(found);
		setProblem(null);
		const first = Object.keys(found)[0];
		if (first) {
			setValue(next);
			setText(null);
			setSection(sectionOf(first));
			toast(`${first.slice(1).replace(/\//g, ' → ')} ${found[first]}`, true);
			return;
		}
		setBusy(true);
		try {
			const { name, ...config } = mergePatch(base, next) as Config;
			await api.PATCH('/v1/agents/{id}', { params: { path: { id: agent.id } }, body: { ...(name !== undefined && { name }), ...config } as never });
			await reload();
			await changed('/v1/agents');
			setText(null);
			toast('Saved. Calls that begin from now on use it.');
		} catch (e) {
			const p = asProblem(e);
			const at = wrongOf(p);
			setProblem(p);
			setWrong(Object.fromEntries(Object.entries(at).map(([k, v]) => [k.replace(/^\/config/, ''), v])));
			if (Object.keys(at)[0])
				setSection(sectionOf(Object.keys(at)[0].replace(/^\/config/, '')));
		}
		setBusy(false);
	};
	const [, title, names] = sections.find(([k]) => k === section) ?? sections[0];
	const faults = (k: string) => Object.keys(wrong).filter((p) => sectionOf(p) === k).length;
	const locked = !may('dev');
	return (
		<div className="stack">
			<div className="row spread">
				<Segments label="Edit as" options={[['form', 'Fields'], ['json', 'JSON']]} value={text === null ? 'form' : 'json'} onChange={(v) => {
					if (v === 'json')
						return setText(JSON.stringify(value, null, 2));
					try {
						setValue(JSON.parse(text!) as Config);
						setText(null);
					} catch (e) {
						toast(`This is not JSON: ${(e as Error).message}`, true);
					}
				}} />
				<div className="row">
					{locked && <span className="soft small">Your role may read agents, not change them.</span>}
					{dirty && <button type="button" onClick={() => { setValue(base); setText(null); setWrong({}); setProblem(null); }}>Discard</button>}
					<button type="button" className="main-act" disabled={!dirty || busy || locked} onClick={save}>{busy ? 'Saving' : 'Save'}</button>
				</div>
			</div>
			{problem && <Trouble problem={problem} />}
			{text !== null
				? <Field label="Config as JSON" hint="Members that are not there have their defaults.">{(p) => <textarea {...p} className="mono" spellCheck={false} rows={24} value={text} onChange={(e) => setText(e.target.value)} />}</Field>
				: (
					<>
						<div className="tabs" role="tablist" aria-label="Parts of the config">
							{sections.map(([k, words]) => <button key={k} type="button" role="tab" id={`tab-${k}`} aria-controls="part" aria-selected={k === section} tabIndex={k === section ? 0 : -1} onClick={() => setSection(k)} onKeyDown={(e) => {
								const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
								if (!step)
									return;
								const next = sections[(sections.findIndex(([x]) => x === section) + step + sections.length) % sections.length][0];
								setSection(next);
								setTimeout(() => window.document.getElementById(`tab-${next}`)?.focus());
							}}>{words}{faults(k) > 0 && <span className="badge bad"> {faults(k)}</span>}</button>)}
						</div>
						<section className="card" role="tabpanel" id="part" aria-labelledby={`tab-${section}`}>
							<h2 className="hidden">{title}</h2>
							<SchemaFields key={section + agent.version} resolve={resolve} schema={schema} value={value} onChange={setValue} wrong={wrong} only={names} />
						</section>
					</>
				)}
		</div>
	);
}

function Versions({ agent }: { agent: Agent }) {
	const versions = useGet<PageOf<AgentVersion>>(`/v1/agents/${encode(agent.id)}/versions`);
	const [from, setFrom] = useState<number | null>(null);
	return (
		<Got of={versions}>{({ data }) => {
			const all: AgentVersion[] = data.some((v) => v.version === agent.version) ? data : [{ version: agent.version, name: agent.name, config: agent.config, createdAt: agent.updatedAt }, ...data];
			const sorted = [...all].sort((a, b) => b.version - a.version);
			const at = sorted.find((v) => v.version === (from ?? sorted[1]?.version));
			const chosen = from ?? sorted[1]?.version;
			if (sorted.length < 2)
				return <div className="card"><Empty title="Only one version yet">Every change of name or config makes a version, and is compared here.</Empty></div>;
			return (
				<div className="split">
					<Card title={`From version ${chosen} to ${sorted[0].version}`}>
						<Suspense fallback={<Loading />}>{at && <Diff from={{ name: at.name, ...at.config }} to={{ name: agent.name, ...agent.config }} />}</Suspense>
					</Card>
					<Card flush title="Versions">
						<ul className="list">{sorted.map((v) => (
							<li key={v.version}>
								<div className="grow"><strong>{v.version}</strong> {v.version === sorted[0].version && <span className="badge good">in use</span>}<br /><span className="soft small" title={exactly(v.createdAt)}>{ago(v.createdAt)}{v.createdBy && ` by ${v.createdBy.slice(0, 12)}…`}</span></div>
								{v.version !== sorted[0].version && <button type="button" className="small" aria-pressed={v.version === chosen} onClick={() => setFrom(v.version)}>Compare</button>}
								{v.version !== sorted[0].version && may('dev') && <Ask label="Use again" className="small" danger={false} title={`Use version ${v.version} again?`} act={async () => {
									await api.PATCH('/v1/agents/{id}', { params: { path: { id: agent.id } }, body: { name: v.name, ...(mergePatch(agent.config, v.config) as Config) } as never });
									await changed('/v1/agents');
									toast(`Version ${v.version} is in use again, as a new version.`);
								}}>What it says becomes the newest version. Calls that begin from then on use it.</Ask>}
							</li>
						))}</ul>
					</Card>
				</div>
			);
		}}</Got>
	);
}

function About({ agent, reload }: { agent: Agent; reload: () => Promise<unknown> }) {
	const [, go] = useLocation();
	const set = (body: object, done: string) => attempt(async () => {
		await api.PATCH('/v1/agents/{id}', { params: { path: { id: agent.id } }, body: body as never });
		await reload();
		await changed('/v1/agents');
	}, done);
	const description = useRef<HTMLTextAreaElement>(null);
	return (
		<div className="cols">
			<Card title="About it">
				<Field label="Description" hint="For you and your colleagues; callers never hear it.">{(p) => <textarea {...p} ref={description} defaultValue={agent.description} disabled={!may('dev')} />}</Field>
				<div className="row end"><button type="button" disabled={!may('dev')} onClick={() => set({ description: description.current!.value }, 'Saved.')}>Save the description</button></div>
				<Check label="Takes calls" hint="When off, calls for it are refused" checked={agent.status === 'active'} disabled={!may('dev')} onChange={(on) => set({ status: on ? 'active' : 'inactive' }, on ? 'It takes calls.' : 'It takes no more calls.')} />
			</Card>
			<Card title="Remove">
				<p className="soft">Calls it had stay as they are. Numbers and campaigns that use it have no agent then.</p>
				<div><Ask label="Remove this agent" disabled={!may('dev')} title={`Remove ${agent.name}?`} act={async () => {
					await api.DELETE('/v1/agents/{id}', { params: { path: { id: agent.id } } });
					await changed('/v1/agents');
					go('/agents');
				}}>This cannot be undone. Live calls with it go on.</Ask></div>
			</Card>
		</div>
	);
}

const TABS = [['', 'Config'], ['test', 'Test call'], ['versions', 'Versions'], ['about', 'About']] as const;

export default function AgentPage({ id, tab = '' }: { id: string; tab?: string }) {
	const agent = useGet<Agent>(`/v1/agents/${encode(id)}`);
	return (
		<Page title={agent.data?.name ?? 'Agent'} crumb={['/agents', 'Agents']} lead={agent.data && <><code>{id}</code> · version {agent.data.version} · changed {ago(agent.data.updatedAt)}</>}
			actions={agent.data && <><Status of={agent.data.status} /><Link className="button" href={`/calls?agentId=${encode(id)}`}>Its calls</Link></>}>
			<Got of={agent} rows={6}>{(a) => (
				<>
					<nav className="tabs" aria-label="This agent">{TABS.map(([k, words]) => <Link key={k} href={`/agents/${encode(id)}${k && `/${k}`}`} aria-current={tab === k ? 'page' : undefined}>{words}</Link>)}</nav>
					{tab === '' && <Editor agent={a} reload={() => agent.mutate()} />}
					{tab === 'test' && (may('dev') ? <Suspense fallback={<Loading />}><TestCall agentId={id} name={a.name} /></Suspense> : <div className="card"><Empty title="You may look, not call">Test calls need the role dev.</Empty></div>)}
					{tab === 'versions' && <Versions agent={a} />}
					{tab === 'about' && <About agent={a} reload={() => agent.mutate()} />}
				</>
			)}</Got>
		</Page>
	);
}
