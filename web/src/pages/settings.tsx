// Webhooks, keys, members, limits and retention, numbers that may not be called, erasures, audit.
import { Suspense, lazy } from 'react';
import { Empty, Loading, Page } from '../ui/parts';

const parts: Record<string, ReturnType<typeof lazy>> = {
	webhooks: lazy(() => import('./settings/webhooks')),
	keys: lazy(() => import('./settings/keys')),
	members: lazy(() => import('./settings/members')),
	limits: lazy(() => import('./settings/limits')),
	dnc: lazy(() => import('./settings/dnc')),
	erasures: lazy(() => import('./settings/erasures')),
	audit: lazy(() => import('./settings/audit')),
};

export default function Settings({ tab = 'webhooks', id }: { tab?: string; id?: string }) {
	const Part = parts[tab] as React.ComponentType<{ id?: string }> | undefined;
	if (!Part)
		return <Page title="Nothing here"><Empty title="This address leads nowhere" /></Page>;
	return <Suspense fallback={<div className="page"><Loading /></div>}><Part id={id} /></Suspense>;
}
