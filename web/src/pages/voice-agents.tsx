// /voice-agents: agents, campaigns, numbers, decisions, history.
import { Suspense, lazy } from 'react';
import { Redirect } from 'wouter';
import { Empty, Loading, Page } from '../ui/parts';

const parts: Record<string, ReturnType<typeof lazy>> = {
	campaigns: lazy(() => import('./outreach/campaigns')),
	numbers: lazy(() => import('./outreach/numbers')),
	decisions: lazy(() => import('./outreach/decisions')),
};
// What the older console had as tabs has a page of its own.
const elsewhere: Record<string, string> = { '': '/voice-agents/campaigns', agents: '/agents', history: '/calls', analytics: '/', live: '/' };

export default function VoiceAgents({ tab = '', id }: { tab?: string; id?: string }) {
	if (elsewhere[tab])
		return <Redirect to={elsewhere[tab]} replace />;
	const Part = parts[tab] as React.ComponentType<{ id?: string }> | undefined;
	return Part ? <Suspense fallback={<div className="page"><Loading /></div>}><Part id={id} /></Suspense> : <Page title="Nothing here"><Empty title="This address leads nowhere" /></Page>;
}
