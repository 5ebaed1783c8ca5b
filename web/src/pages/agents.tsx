import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { api, changed, encode, useGet } from '../api/client';
import type { Agent, Page as PageOf } from '../api/shapes';
import { may } from '../session';
import { Empty, Got, Page, Status } from '../ui/parts';
import { SchemaDialog } from '../ui/schema-dialog';
import { ago } from '../ui/words';

export function AgentTiles({ agents }: { agents: Agent[] }) {
	return (
		<ul className="tiles">{agents.map((a) => (
			<li className="card tile" key={a.id}>
				<div className="row spread"><h2><Link href={`/agents/${encode(a.id)}`}>{a.name}</Link></h2><Status of={a.status} /></div>
				<p className="soft small clamp">{a.description || String(a.config.greeting ?? a.config.prompt ?? 'Says nothing yet: give it a prompt.')}</p>
				<div className="row spread small soft"><span>{[a.config.locale, a.provider !== 'invorto' && a.provider].filter(Boolean).join(' · ')}</span><span>version {a.version}, {ago(a.updatedAt)}</span></div>
				{may('dev') && <div className="row"><Link className="button small over" href={`/agents/${encode(a.id)}/test`}>Test call</Link></div>}
			</li>
		))}</ul>
	);
}

export function useNewAgent() {
	const [open, setOpen] = useState(false);
	const [, go] = useLocation();
	const dialog = (
		<SchemaDialog title="New agent" schema="agentBodyInput" open={open} onClose={() => setOpen(false)} only={['name', 'locale', 'greeting', 'prompt']} done="Make it" wide
			act={async (body) => {
				const { data } = await api.POST('/v1/agents', { body: body as never });
				await changed('/v1/agents');
				go(`/agents/${encode((data as unknown as Agent).id)}`);
			}}>
			<p className="soft">The rest has defaults, and can be changed on its page.</p>
		</SchemaDialog>
	);
	return { dialog, button: may('dev') && <button type="button" className="main-act" onClick={() => setOpen(true)}>New agent</button> };
}

export default function Agents() {
	const agents = useGet<PageOf<Agent>>('/v1/agents?limit=100');
	const [find, setFind] = useState('');
	const { dialog, button } = useNewAgent();
	const shown = (list: Agent[]) => list.filter((a) => `${a.name} ${a.id} ${a.description ?? ''}`.toLowerCase().includes(find.toLowerCase()));
	return (
		<Page title="Agents" lead="Who answers your calls, and how." actions={button}>
			<Got of={agents}>{({ data }) => data.length === 0
				? <div className="card"><Empty title="No agent yet" action={<div className="row">{button}<Link className="button" href="/voice-catalog">From a template</Link></div>}>An agent is a prompt, a voice and rules for turns. Make one here, or begin with a template of the catalog.</Empty></div>
				: (
					<>
						{data.length > 6 && <label className="field"><span className="hidden">Find an agent</span><input type="search" placeholder="Find an agent" value={find} onChange={(e) => setFind(e.target.value)} /></label>}
						{shown(data).length ? <AgentTiles agents={shown(data)} /> : <div className="card"><Empty title="None of that name" action={<button type="button" onClick={() => setFind('')}>Show all</button>}>You have {data.length} agents.</Empty></div>}
					</>
				)}</Got>
			{dialog}
		</Page>
	);
}
