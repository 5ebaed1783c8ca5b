// The parts pages are made of.
import { Component, type ReactNode, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import type { Problem } from '../api/client';

export function Page({ title, lead, crumb, actions, children }: { title: string; lead?: ReactNode; crumb?: [string, string]; actions?: ReactNode; children: ReactNode }) {
	useEffect(() => void (document.title = `${title} · invorto`), [title]);
	return (
		<div className="page">
			<div className="head">
				<div className="titles">
					{crumb && <p className="crumb"><Link href={crumb[0]}>{crumb[1]}</Link></p>}
					<h1 tabIndex={-1}>{title}</h1>
					{lead && <p className="lead">{lead}</p>}
				</div>
				{actions && <div className="row">{actions}</div>}
			</div>
			{children}
		</div>
	);
}

export function Card({ title, actions, flush, children, className = '', label }: { title?: ReactNode; actions?: ReactNode; flush?: boolean; children: ReactNode; className?: string; label?: string }) {
	const id = useId();
	return (
		<section className={`card ${flush ? 'flush' : ''} ${className}`} aria-labelledby={title ? id : undefined} aria-label={label}>
			{title && <header><h2 id={id}>{title}</h2>{actions && <div className="row">{actions}</div>}</header>}
			{children}
		</section>
	);
}

// Nothing is there: what it would be, and what to do for it.
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
	return <div className="empty"><h2>{title}</h2>{children && <p>{children}</p>}{action}</div>;
}

const NEXT: Record<string, string> = {
	unreachable: 'Check the network, or whether the gateway runs. The page tries again by itself.',
	forbidden: 'Your role or key does not allow this. Ask an admin of the tenant.',
	not_found: 'It may have been removed, or belong to another tenant.',
	rate_limited: 'Too many requests in this minute. The page tries again by itself.',
	service_unavailable: 'The gateway is there, but something it leans on is away. Try again in a moment.',
	conflict: 'It changed meanwhile. Load it again and repeat.',
};

export function Trouble({ problem, retry }: { problem: Problem; retry?: () => void }) {
	return (
		<div className="notice bad" role="alert">
			<strong>{problem.message}</strong>
			{problem.fields.length > 0 && <ul>{problem.fields.map((f, i) => <li key={i}>{[f.pointer ?? f.parameter, f.detail].filter(Boolean).join(' ')}</li>)}</ul>}
			{NEXT[problem.code] && <span>{NEXT[problem.code]}</span>}
			{problem.requestId && <span className="small soft">Request <code>{problem.requestId}</code></span>}
			{retry && <span><button type="button" className="small" onClick={retry}>Try again</button></span>}
		</div>
	);
}

export function Loading({ rows = 3 }: { rows?: number }) {
	return (
		<div className="stack" aria-busy="true">
			<span className="hidden" role="status">Loading</span>
			{Array.from({ length: rows }, (_, i) => <div key={i} className="skeleton" style={{ height: i ? 18 : 32, width: `${[60, 100, 86, 94][i % 4]}%` }} />)}
		</div>
	);
}

// What a page throws ends that page, and not the console: the rest stays, and another page is tried anew.
export class Fence extends Component<{ at: string; children: ReactNode }, { broke: string | null }> {
	state = { broke: null };
	static getDerivedStateFromError = (e: unknown) => ({ broke: e instanceof Error ? e.message : String(e) });
	componentDidUpdate(before: { at: string }) {
		if (before.at !== this.props.at && this.state.broke !== null)
			this.setState({ broke: null });
	}
	render() {
		if (this.state.broke === null)
			return this.props.children;
		return <Page title="This page broke"><div className="notice bad" role="alert"><strong>Something on it cannot be shown.</strong><span className="small soft"><code>{this.state.broke}</code></span><span><button type="button" className="small" onClick={() => location.reload()}>Load it again</button></span></div></Page>;
	}
}

// One of: trouble, loading, or what came.
export function Got<T>({ of, rows, children }: { of: { data?: T; error?: Problem; mutate: () => unknown }; rows?: number; children: (data: T) => ReactNode }) {
	if (of.data !== undefined)
		return <>{of.error && <Trouble problem={of.error} retry={() => of.mutate()} />}{children(of.data)}</>;
	return of.error ? <Trouble problem={of.error} retry={() => of.mutate()} /> : <Loading rows={rows} />;
}

const MOODS: Record<string, string> = {
	active: 'good', completed: 'good', delivered: 'good', connected: 'good', ready: 'good', accepted: 'good', approved: 'good', executed: 'good', done: 'good', finished: 'good', qualified: 'good', ok: 'good', open: 'good',
	failed: 'bad', dead: 'bad', busy: 'bad', 'no-answer': 'bad', cancelled: 'bad', rejected: 'bad', error: 'bad', disabled: 'bad', revoked: 'bad', blocked: 'bad',
	paused: 'wait', pending: 'wait', proposed: 'wait', scheduled: 'wait', sending: 'wait', draft: '',
	running: 'live', 'in-progress': 'live', ringing: 'live', dialing: 'live', answered: 'live', live: 'live', importing: 'live',
};

export function Status({ of }: { of: string }) {
	return <span className={`badge ${MOODS[of] ?? ''}`}>{of.replace(/[-_]/g, ' ')}</span>;
}

export function Figures({ items }: { items: [string, ReactNode, ReactNode?][] }) {
	return <dl className="figures">{items.map(([name, value, note]) => <div className="figure" key={name}><dt>{name}</dt><dd>{value}{note !== undefined && note !== null && <small>{note}</small>}</dd></div>)}</dl>;
}

export function Pairs({ items }: { items: [string, ReactNode][] }) {
	const shown = items.filter(([, v]) => v !== undefined && v !== null && v !== '');
	return <dl className="pairs">{shown.map(([k, v]) => <div key={k} style={{ display: 'contents' }}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>;
}

export function Segments<T extends string>({ label, options, value, onChange }: { label: string; options: readonly (readonly [T, string])[]; value: T; onChange: (v: T) => void }) {
	return (
		<div className="segments" role="group" aria-label={label}>
			{options.map(([v, words]) => <button key={v} type="button" aria-pressed={v === value} onClick={() => onChange(v)}>{words}</button>)}
		</div>
	);
}

export function Dialog({ title, open, onClose, children, wide }: { title: string; open: boolean; onClose: () => void; children: ReactNode; wide?: boolean }) {
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	useEffect(() => {
		if (open && !ref.current?.open)
			ref.current?.showModal();
		if (!open && ref.current?.open)
			ref.current.close();
	}, [open]);
	return (
		<dialog ref={ref} className={wide ? 'wide' : ''} aria-labelledby={id} onClose={onClose} onCancel={onClose}>
			{open && <div className="stack"><h2 id={id}>{title}</h2>{children}</div>}
		</dialog>
	);
}

// A button that asks first; the words say what happens.
export function Ask({ label, title, children, act, danger = true, className = '', disabled }: { label: ReactNode; title: string; children: ReactNode; act: () => Promise<unknown>; danger?: boolean; className?: string; disabled?: boolean }) {
	const [open, setOpen] = useState(false);
	const [busy, setBusy] = useState(false);
	const go = async () => {
		setBusy(true);
		await attempt(act);
		setBusy(false);
		setOpen(false);
	};
	return (
		<>
			<button type="button" className={`${danger ? 'danger' : ''} ${className}`} disabled={disabled} onClick={() => setOpen(true)}>{label}</button>
			<Dialog title={title} open={open} onClose={() => setOpen(false)}>
				<p>{children}</p>
				<div className="row end">
					<button type="button" onClick={() => setOpen(false)} autoFocus>Keep it as it is</button>
					<button type="button" className={`main-act ${danger ? 'danger' : ''}`} disabled={busy} onClick={go}>{label}</button>
				</div>
			</Dialog>
		</>
	);
}

export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
	const [done, setDone] = useState(false);
	return <button type="button" className="small" onClick={async () => { await navigator.clipboard.writeText(text); setDone(true); setTimeout(() => setDone(false), 1500); }}>{done ? 'Copied' : label}</button>;
}

export function Secret({ text, what }: { text: string; what: string }) {
	return <div className="secret"><code aria-label={what}>{text}</code><Copy text={text} /></div>;
}

export function Field({ label, hint, wrong, children, full }: { label: string; hint?: ReactNode; wrong?: string; full?: boolean; children: (props: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode }) {
	const id = useId();
	const notes = [hint && `${id}h`, wrong && `${id}w`].filter(Boolean).join(' ');
	return (
		<div className={`field ${full ? 'full' : ''}`}>
			<label htmlFor={id}>{label}</label>
			{children({ id, ...(notes && { 'aria-describedby': notes }), ...(wrong && { 'aria-invalid': true }) })}
			{hint && <span className="hint" id={`${id}h`}>{hint}</span>}
			{wrong && <span className="wrong" id={`${id}w`}>{wrong}</span>}
		</div>
	);
}

export function Check({ label, hint, checked, onChange, disabled }: { label: string; hint?: string; checked: boolean; onChange: (on: boolean) => void; disabled?: boolean }) {
	const id = useId();
	return <div className="check"><input type="checkbox" id={id} checked={checked} disabled={disabled} onChange={(e) => onChange(e.target.checked)} /><label htmlFor={id}>{label}{hint && <span className="soft small">{hint}</span>}</label></div>;
}

// ── short messages ──

interface Toast { id: number; words: string; bad: boolean }
let toasts: Toast[] = [];
const watching = new Set<() => void>();
function set(next: Toast[]) {
	toasts = next;
	for (const f of watching)
		f();
}
export function toast(words: string, bad = false) {
	const id = Date.now() + Math.random();
	set([...toasts.slice(-3), { id, words, bad }]);
	setTimeout(() => set(toasts.filter((t) => t.id !== id)), bad ? 9000 : 4000);
}
export function Toasts() {
	const shown = useSyncExternalStore((f) => (watching.add(f), () => watching.delete(f)), () => toasts);
	return <div className="toasts" role="status" aria-live="polite">{shown.map((t) => <div key={t.id} className={`notice ${t.bad ? 'bad' : 'good'}`}>{t.words}</div>)}</div>;
}

// Does it, and says what went wrong; true when it went well.
export async function attempt(work: () => Promise<unknown>, done?: string): Promise<boolean> {
	try {
		await work();
		if (done)
			toast(done);
		return true;
	} catch (e) {
		const p = e as Partial<Problem>;
		toast([e instanceof Error ? e.message : String(e), ...(p.fields ?? []).map((f) => `${f.pointer ?? f.parameter ?? ''} ${f.detail}`)].join(' · '), true);
		return false;
	}
}
