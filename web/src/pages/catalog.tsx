// /voice-catalog: agents to begin with.
import { useState } from 'react';
import { useLocation } from 'wouter';
import { asProblem, changed, encode, fetchJson, type Problem } from '../api/client';
import { may } from '../session';
import { Card, Dialog, Empty, Field, Page, Trouble, toast } from '../ui/parts';
import { useRows } from '../ui/more';
import { Offered, pick } from '../ui/offered';

type Template = Record<string, unknown> & { id: string; name: string };

const names = (t: Template) => [...new Set(JSON.stringify([pick(t, 'system_prompt', 'systemPrompt'), pick(t, 'first_message', 'firstMessage'), t.disclosure]).match(/\{\{\s*[\w.]+\s*\}\}/g)?.map((m) => m.slice(2, -2).trim()) ?? [])];
const filled = (text: string, values: Record<string, string>) => text.split(/(\{\{\s*[\w.]+\s*\}\})/).map((part, i) => {
	const name = /^\{\{\s*([\w.]+)\s*\}\}$/.exec(part)?.[1];
	return name ? <strong key={i}>{values[name] || `{{${name}}}`}</strong> : part;
});

function Deploy({ template, close }: { template: Template; close: () => void }) {
	const [, go] = useLocation();
	const [name, setName] = useState(template.name);
	const [first, setFirst] = useState(pick(template, 'first_message', 'firstMessage') ?? '');
	const [values, setValues] = useState<Record<string, string>>({});
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);
	const required = pick<string[]>(template, 'required') ?? [];
	const prompt = pick(template, 'system_prompt', 'systemPrompt') ?? '';
	const [provider, setProvider] = useState('invorto');
	const deploy = async () => {
		setBusy(true);
		setProblem(null);
		const overrides = { ...(name !== template.name && { name }), ...(first !== pick(template, 'first_message', 'firstMessage') && { first_message: first }) };
		try {
			const made = await fetchJson<Record<string, never>>(`/v1/templates/${encode(template.id)}/deploy`, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }, body: JSON.stringify({ overrides, variables: Object.fromEntries(Object.entries(values).filter(([, v]) => v)), provider }) });
			const id = pick(made, 'id', 'agentId', 'agent_id', 'voice_agent_id') ?? pick(pick(made, 'agent'), 'id');
			await changed('/v1/agents');
			toast(`${name} is an agent of yours now.`);
			go(id ? `/agents/${encode(String(id))}` : '/agents');
		} catch (e) {
			setProblem(asProblem(e));
			setBusy(false);
		}
	};
	return (
		<div className="stack">
			<div className="cols">
				<div className="stack">
					<Field label="Name">{(p) => <input {...p} value={name} maxLength={80} onChange={(e) => setName(e.target.value)} />}</Field>
					<Field label="First message" hint="Spoken behind the disclosure">{(p) => <textarea {...p} value={first} maxLength={1000} onChange={(e) => setFirst(e.target.value)} />}</Field>
					<Field label="Hosted by">{(p) => <select {...p} value={provider} onChange={(e) => setProvider(e.target.value)}><option value="invorto">invorto, here</option><option value="elevenlabs">ElevenLabs</option></select>}</Field>
					{names(template).map((n) => <Field key={n} label={`{{${n}}}${required.includes(n) ? ' *' : ''}`} hint={required.includes(n) ? undefined : 'Left open: each lead brings its own'}>{(p) => <input {...p} value={values[n] ?? ''} onChange={(e) => setValues({ ...values, [n]: e.target.value })} />}</Field>)}
				</div>
				<div className="stack">
					<h3>How it begins</h3>
					<p className="said agent"><span className="words">{filled(String(template.disclosure ?? ''), values)} {filled(first, values)}</span></p>
					<h3>What it is told to be</h3>
					<p className="small soft" style={{ whiteSpace: 'pre-wrap' }}>{filled(prompt, values)}</p>
				</div>
			</div>
			{problem && <Trouble problem={problem} />}
			<div className="row end"><button type="button" onClick={close}>Cancel</button><button type="button" className="main-act" disabled={busy || required.some((n) => !values[n])} onClick={deploy}>{busy ? 'Making it' : 'Make the agent'}</button></div>
		</div>
	);
}

export default function Catalog() {
	const templates = useRows<Template>('/v1/templates');
	const [chosen, setChosen] = useState<Template | null>(null);
	const [use, setUse] = useState('');
	const uses = [...new Set(templates.rows.map((t) => pick(t, 'use_case', 'useCase')).filter(Boolean))] as string[];
	const shown = templates.rows.filter((t) => !use || pick(t, 'use_case', 'useCase') === use);
	return (
		<Page title="Catalog" lead="Agents to begin with. Take one as it is, or make it yours first.">
			<Offered of={templates} what="Templates">{() => templates.rows.length === 0 ? <div className="card"><Empty title="No template here">An operator of this gateway publishes them.</Empty></div> : (
				<>
					{uses.length > 1 && <div className="row" role="group" aria-label="What for"><button type="button" aria-pressed={!use} onClick={() => setUse('')}>All</button>{uses.map((u) => <button type="button" key={u} aria-pressed={use === u} onClick={() => setUse(u)}>{u.replace(/_/g, ' ')}</button>)}</div>}
					<ul className="tiles">{shown.map((t) => (
						<li className="card" key={t.id}>
							<div className="row spread"><h2>{t.name}</h2>{!!pick(t, 'use_case', 'useCase') && <span className="badge">{pick(t, 'use_case', 'useCase')!.replace(/_/g, ' ')}</span>}</div>
							<p className="soft small clamp">{String(t.description ?? pick(t, 'first_message', 'firstMessage') ?? '')}</p>
							<div className="row small soft"><span>{String(t.language ?? '')}</span>{!!t.own && <span className="badge">yours</span>}</div>
							{may('dev') && <div className="row"><button type="button" className="main-act small" onClick={() => setChosen(t)}>{names(t).length ? 'Customise' : 'Use it'}</button></div>}
						</li>
					))}</ul>
					{templates.button && <Card flush>{templates.button}</Card>}
				</>
			)}</Offered>
			<Dialog title={chosen ? `An agent from “${chosen.name}”` : ''} open={!!chosen} onClose={() => setChosen(null)} wide>{chosen && <Deploy template={chosen} close={() => setChosen(null)} />}</Dialog>
		</Page>
	);
}
