// The frame: who is signed in, where one can go, keys, and the page that is shown.
import { Suspense, lazy, useEffect, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { Dialog, Empty, Fence, Loading, Page, Toasts } from './ui/parts';
import { SignIn } from './pages/sign-in';
import { signOut, useSession } from './session';

const pages = {
	Overview: lazy(() => import('./pages/overview')),
	Agents: lazy(() => import('./pages/agents')),
	Agent: lazy(() => import('./pages/agent')),
	Calls: lazy(() => import('./pages/calls')),
	Call: lazy(() => import('./pages/call')),
	Settings: lazy(() => import('./pages/settings')),
	Catalog: lazy(() => import('./pages/catalog')),
	VoiceAgents: lazy(() => import('./pages/voice-agents')),
};

const ICONS: Record<string, string> = {
	overview: 'M3 13h7V3H3zM14 21h7V11h-7zM3 21h7v-4H3zM14 7h7V3h-7z', agents: 'M12 3a4 4 0 0 1 4 4v3a4 4 0 0 1-8 0V7a4 4 0 0 1 4-4zM5 11a7 7 0 0 0 14 0M12 18v3',
	calls: 'M6 3h4l2 5-2.5 1.5a11 11 0 0 0 5 5L16 12l5 2v4a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z', catalog: 'M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z',
	campaigns: 'M4 10v4h3l8 5V5l-8 5zM18 9a4 4 0 0 1 0 6', numbers: 'M5 9h14M5 15h14M10 4 8 20M16 4l-2 16', decisions: 'M5 12l4 4L19 6', webhooks: 'M9 8a3 3 0 1 1 4 3l-3 6M6 14a3 3 0 1 0 4 3h5M16 14a3 3 0 1 1-2 5',
	keys: 'M14 10a4 4 0 1 0-3.5 4L12 15.500V18h3v3h4v-3.500zM9 9h.01', members: 'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20a6.500 6.500 0 0 1 13 0M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14a6.500 6.500 0 0 1 3.500 6', limits: 'M12 14l4-5M4 18a9 9 0 1 1 16 0',
	audit: 'M6 3h9l4 4v14H6zM9 12h7M9 16h7M9 8h3', dnc: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12', erasures: 'M9 20h12M5 14l9-9 6 6-9 9H8l-3-3zM10 9l6 6',
};

const PLACES: [string, [string, string, string][]][] = [
	['', [['/', 'Overview', 'overview'], ['/calls', 'Calls', 'calls'], ['/agents', 'Agents', 'agents']]],
	['Outreach', [['/voice-catalog', 'Catalog', 'catalog'], ['/voice-agents/campaigns', 'Campaigns', 'campaigns'], ['/voice-agents/numbers', 'Numbers', 'numbers'], ['/voice-agents/decisions', 'Decisions', 'decisions']]],
	['Settings', [['/settings/webhooks', 'Webhooks', 'webhooks'], ['/settings/keys', 'API keys', 'keys'], ['/settings/members', 'Members', 'members'], ['/settings/limits', 'Limits', 'limits'], ['/settings/dnc', 'Do not call', 'dnc'], ['/settings/erasures', 'Erasures', 'erasures'], ['/settings/audit', 'Audit', 'audit']]],
];

const KEYS: [string, string, string][] = [['o', '/', 'Overview'], ['c', '/calls', 'Calls'], ['a', '/agents', 'Agents'], ['t', '/voice-catalog', 'Catalog'], ['p', '/voice-agents/campaigns', 'Campaigns'], ['w', '/settings/webhooks', 'Webhooks']];

const here = (place: string, at: string) => (place === '/' ? at === '/' : at === place || at.startsWith(`${place}/`));

type Theme = 'system' | 'light' | 'dark';
function useTheme() {
	const [theme, setTheme] = useState<Theme>(() => (localStorage.getItem('invorto.theme') as Theme | null) ?? 'system');
	useEffect(() => {
		localStorage.setItem('invorto.theme', theme);
		if (theme === 'system')
			delete document.documentElement.dataset.theme;
		else
			document.documentElement.dataset.theme = theme;
	}, [theme]);
	return [theme, setTheme] as const;
}

function typing(e: KeyboardEvent) {
	const el = e.target as HTMLElement;
	return el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) || !!document.querySelector('dialog[open]');
}

// g and a letter goes somewhere, / to the search, j and k through rows, ? says all that.
function useKeys(help: () => void) {
	const [, go] = useLocation();
	useEffect(() => {
		let leader = 0;
		const onKey = (e: KeyboardEvent) => {
			if (e.metaKey || e.ctrlKey || e.altKey || typing(e))
				return;
			const rows = [...document.querySelectorAll<HTMLAnchorElement>('main tbody tr.goes a, main .tile h2 a')];
			if (leader && Date.now() - leader < 1200) {
				leader = 0;
				const place = KEYS.find(([k]) => k === e.key);
				if (place)
					return e.preventDefault(), go(place[1]);
			}
			if (e.key === 'g')
				leader = Date.now();
			else if (e.key === '?')
				help();
			else if (e.key === '/') {
				const search = document.querySelector<HTMLInputElement>('main input[type="search"], main select');
				if (search)
					e.preventDefault(), search.focus();
			} else if ((e.key === 'j' || e.key === 'k') && rows.length) {
				const at = rows.indexOf(document.activeElement as HTMLAnchorElement);
				rows[Math.max(0, Math.min(rows.length - 1, at + (e.key === 'j' ? 1 : -1)))].focus();
			}
		};
		addEventListener('keydown', onKey);
		return () => removeEventListener('keydown', onKey);
	}, [go, help]);
}

function Side({ open, close, help }: { open: boolean; close: () => void; help: () => void }) {
	const [at] = useLocation();
	const session = useSession()!;
	const [theme, setTheme] = useTheme();
	return (
		<header className={`side ${open ? "open" : ""}`}>
			<div className="row spread"><Link href="/" className="brand" onClick={close}><img src="/favicon.svg" alt="" width="24" height="24" />invorto</Link>{open && <button type="button" onClick={close}>Close</button>}</div>
			<nav aria-label="Console">
				{PLACES.map(([title, places]) => (
					<div key={title} className="stack tight" role="group" aria-label={title || 'Calls and agents'} style={{ gap: 2 }}>
						{title && <h2 aria-hidden="true">{title}</h2>}
						{places.map(([to, words, icon]) => (
							<Link key={to} href={to} aria-current={here(to, at) ? 'page' : undefined} onClick={close}>
								<svg viewBox="0 0 24 24" aria-hidden="true"><path d={ICONS[icon]} /></svg>{words}
							</Link>
						))}
					</div>
				))}
			</nav>
			<div className="who">
				<p>{session.kind === 'person' ? session.email : `Key ${session.key.slice(0, 12)}…`}<br /><span className="soft">{session.me.role}{session.kind === 'key' && !session.me.live ? ' · test' : ''}</span></p>
				<label className="hidden" htmlFor="theme">Colours</label>
				<select id="theme" value={theme} onChange={(e) => setTheme(e.target.value as Theme)}>
					<option value="system">System colours</option><option value="light">Light</option><option value="dark">Dark</option>
				</select>
				<div className="row tools">
					<a className="button quiet small" href="/docs">Documents</a>
					<button type="button" className="quiet small" onClick={help}>Keys</button>
					<button type="button" className="quiet small" onClick={() => signOut()}>Sign out</button>
				</div>
			</div>
		</header>
	);
}

function Help({ open, close }: { open: boolean; close: () => void }) {
	const rows: [string[], string][] = [...KEYS.map(([k, , words]): [string[], string] => [['g', k], words]), [['/'], 'Search or filter'], [['j'], 'Next row'], [['k'], 'Row before'], [['space'], 'Play or stop a recording'], [['?'], 'This']];
	return (
		<Dialog title="Keys" open={open} onClose={close}>
			<dl className="pairs">{rows.map(([keys, words]) => <div key={words} style={{ display: 'contents' }}><dt>{keys.map((k) => <span key={k}><kbd>{k}</kbd> </span>)}</dt><dd>{words}</dd></div>)}</dl>
			<div className="row end"><button type="button" onClick={close}>Close</button></div>
		</Dialog>
	);
}

function Nowhere() {
	return <Page title="Nothing here"><Empty title="This address leads nowhere" action={<Link className="button" href="/">To the overview</Link>}>It may be of an older version, or misspelled.</Empty></Page>;
}

function Frame() {
	const [at] = useLocation();
	const [menu, setMenu] = useState(false);
	const [help, setHelp] = useState(false);
	useKeys(() => setHelp(true));
	// A new page begins at its heading, for eyes and for readers.
	const [first, setFirst] = useState(at);
	useEffect(() => {
		if (at === first)
			return;
		setFirst('');
		scrollTo(0, 0);
		const timer = setInterval(() => { // its file may still be on its way, and the page before it is there, hidden
			const heading = [...document.querySelectorAll<HTMLElement>('main h1')].find((h) => h.checkVisibility());
			if (!heading)
				return;
			clearInterval(timer);
			if (!document.activeElement?.closest('main, dialog'))
				heading.focus({ preventScroll: true });
		}, 60);
		return () => clearInterval(timer);
	}, [at, first]);
	return (
		<div className="frame">
			<a className="skip" href="#main">Skip to the content</a>
			<section className="bar" aria-label="Menu"><Link href="/" className="brand"><img src="/favicon.svg" alt="" width="24" height="24" />invorto</Link><button type="button" aria-expanded={menu} onClick={() => setMenu(true)}>Menu</button></section>
			<Side open={menu} close={() => setMenu(false)} help={() => (setMenu(false), setHelp(true))} />
			<main className="main" id="main" tabIndex={-1}>
				<Fence at={at}><Suspense fallback={<div className="page"><Loading /></div>}>
					<Switch>
						<Route path="/"><pages.Overview /></Route>
						<Route path="/agents"><pages.Agents /></Route>
						<Route path="/agents/:id/:tab?">{({ id, tab }) => <pages.Agent key={id} id={decodeURIComponent(id)} tab={tab} />}</Route>
						<Route path="/calls"><pages.Calls /></Route>
						<Route path="/calls/:id">{({ id }) => <pages.Call key={id} id={decodeURIComponent(id)} />}</Route>
						<Route path="/voice-catalog"><pages.Catalog /></Route>
						<Route path="/voice-agents/:tab?/:id?">{({ tab, id }) => <pages.VoiceAgents tab={tab} id={id && decodeURIComponent(id)} />}</Route>
						<Route path="/settings/:tab?/:id?">{({ tab, id }) => <pages.Settings tab={tab} id={id && decodeURIComponent(id)} />}</Route>
						<Route><Nowhere /></Route>
					</Switch>
				</Suspense></Fence>
			</main>
			<Help open={help} close={() => setHelp(false)} />
		</div>
	);
}

export function App() {
	return <>{useSession() ? <Frame /> : <SignIn />}<Toasts /></>;
}

