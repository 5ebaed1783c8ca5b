// How it goes, and what is going on.
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { changed, useGet } from '../api/client';
import type { Agent, Metrics, Page as PageOf, Usage } from '../api/shapes';
import { may } from '../session';
import { Chart } from '../ui/chart';
import { type OpenCall, useOpenCalls } from '../ui/live';
import { Card, Empty, Figures, Got, Loading, Page, Segments, Status, Trouble } from '../ui/parts';
import { count, inr, lasted, ms, share, usd, useNow } from '../ui/words';

const PERIODS = [['1h', '1 h'], ['24h', '24 h'], ['7d', '7 d'], ['30d', '30 d']] as const;
type Period = (typeof PERIODS)[number][0];

const STAGES: [keyof Metrics['turns']['latencyMs'], string, string][] = [
	['asrFirstPartial', 'First words understood', 'from the first sound of a turn'], ['endOfUtterance', 'End of turn decided', 'from the caller’s last sound'],
	['llmFirstToken', 'Model’s first token', 'from the end of the turn'], ['ttsFirstChunk', 'First sound of the voice', 'from the first sentence'], ['turn', 'Answered', 'last sound of the caller to first of the agent'],
];

export const whoIs = (c: Pick<OpenCall, 'direction' | 'from' | 'to' | 'carrier'>) => (c.direction === 'web' ? 'Browser' : (c.direction === 'inbound' ? c.from : c.to) ?? 'Unknown number');

function LiveCalls() {
	const { calls, link, why } = useOpenCalls();
	const now = useNow(1000);
	const agents = useGet<PageOf<Agent>>('/v1/agents?limit=100');
	const nameOf = (id?: string) => agents.data?.data.find((a) => a.id === id)?.name ?? id ?? '–';
	const had = useRef<number | null>(null);
	useEffect(() => {
		if (calls && had.current !== null && calls.data.length < had.current)
			changed('/v1/metrics');
		had.current = calls?.data.length ?? null;
	}, [calls]);
	return (
		<Card flush title={<>Live calls {calls && <span className="badge" aria-live="polite">{calls.data.length}{calls.hasMore ? '+' : ''}</span>}</>} actions={link === 'lost' ? <span className="badge wait">Reconnecting</span> : link === 'open' ? <span className="badge live">As it happens</span> : undefined}>
			{link === 'refused' ? <Empty title="Live calls cannot be shown">{why}</Empty>
				: !calls ? <Empty title="Asking for live calls" action={may('dev') ? <button type="button" className="unseen" disabled>–</button> : undefined}>A moment. Calls stand here from their first ring to their last word.</Empty>
					: !calls.data.length ? <Empty title="Nobody is talking right now" action={may('dev') ? <Link className="button" href="/agents">Try an agent</Link> : undefined}>Calls stand here from their first ring to their last word. Start one from an agent’s page, or call one of your numbers.</Empty>
						: (
							<div className="table"><table className="folds">
								<thead><tr><th>Who</th><th>Agent</th><th>State</th><th>Carrier</th><th className="right">For</th></tr></thead>
								<tbody>{calls.data.map((c) => (
									<tr key={c.id} className="goes">
										<td><Link href={`/calls/${encodeURIComponent(c.id)}`}>{whoIs(c)}</Link> <span className="soft small">{c.direction}</span></td>
										<td>{nameOf(c.agentId)}</td><td><Status of={c.status} /></td><td className="soft">{c.carrier}</td>
										<td className="right num">{lasted((now - Date.parse(c.answeredAt ?? c.startedAt)) / 1000)}</td>
									</tr>
								))}</tbody>
							</table></div>
						)}
		</Card>
	);
}

function Waits({ metrics }: { metrics: Metrics }) {
	const most = Math.max(1, ...STAGES.map(([k]) => metrics.turns.latencyMs[k].p95 ?? 0));
	return (
		<Card title="How quick answers are" actions={<span className="small soft">{count(metrics.turns.count)}{metrics.turns.more ? ' latest' : ''} turns</span>}>
			{metrics.turns.count === 0 ? <Empty title="No turn was measured in this time">Once somebody talks to an agent, you see here where the time of its answers goes.</Empty> : (
				<ul className="stack">{STAGES.map(([key, words, from]) => {
					const { p50, p95 } = metrics.turns.latencyMs[key];
					return (
						<li key={key} className="stack tight">
							<div className="row spread"><span>{words} <span className="soft small">{from}</span></span><span className="num nowrap"><span className="soft small">p50 </span>{ms(p50)} <span className="soft small">p95 </span><strong>{ms(p95)}</strong></span></div>
							<div className="meterline" aria-hidden="true"><span style={{ width: `${((p95 ?? 0) / most) * 100}%`, opacity: 0.45 }} /></div>
						</li>
					);
				})}</ul>
			)}
		</Card>
	);
}

// The days without calls are days too.
function everyDay(daily: Usage['daily'], days: number) {
	const last = Math.max(Date.now(), ...daily.map((d) => Date.parse(d.date)));
	return Array.from({ length: days }, (_, i) => {
		const date = new Date(last - (days - 1 - i) * 86400000).toISOString().slice(0, 10);
		return { date, calls: daily.find((d) => d.date === date)?.calls ?? 0 };
	});
}

export default function Overview() {
	const [period, setPeriod] = useState<Period>('24h');
	const metrics = useGet<Metrics>(`/v1/metrics?period=${period}`, { refreshInterval: 20000, keepPreviousData: true });
	const usage = useGet<Usage>(`/v1/tenants/me/usage?period=${period === '30d' ? '30d' : '7d'}`, { refreshInterval: 120000, keepPreviousData: true });
	const m = metrics.data;
	return (
		<Page title="Overview" lead="What your agents do now, and how it went." actions={<Segments label="Time" options={PERIODS} value={period} onChange={setPeriod} />}>
			{metrics.error && <Trouble problem={metrics.error} retry={() => metrics.mutate()} />}
			<div aria-busy={metrics.data || metrics.error ? undefined : true}>
				<Figures items={[ // they stand there from the beginning, so that nothing moves when they are known
					['Calls', count(m?.calls.total), `${count(m?.calls.live)} live`], ['Success', share(m?.calls.successRate), 'completed of those that ended'],
					['Minutes', m ? m.minutes.toLocaleString('en-IN', { maximumFractionDigits: 1 }) : '–'], ['Cost', inr(m?.costInr), usd(m?.costUsd)],
					['Answered in, p95', ms(m?.turns.latencyMs.turn.p95), `p50 ${ms(m?.turns.latencyMs.turn.p50)}`],
				]} />
			</div>
			<LiveCalls />
			<div className="cols">
				{m ? <Waits metrics={m} /> : <Card title="How quick answers are"><Loading rows={5} /></Card>}
				<Card title="Calls a day">
					<Got of={usage}>{(u) => {
						const days = everyDay(u.daily, period === '30d' ? 30 : 7);
						return <Chart label={`Calls a day: ${days.map((d) => `${d.date} ${d.calls}`).join(', ')}`} x={days.map((d) => Date.parse(d.date) / 1000)} lines={[{ label: 'Calls', color: '--accent', values: days.map((d) => d.calls), bars: true, show: (n) => (n !== null && n % 1 === 0 ? count(n) : '') }]} />;
					}}</Got>
					{usage.data && (
						<div className="stack tight">
							{([['Calls at once', usage.data.caps.liveCalls, usage.data.caps.maxConcurrentCalls, count], ['Spent in 24 h', usage.data.caps.costInr24h, usage.data.caps.dailyCostCapInr, inr], ['Minutes in 30 d', usage.data.caps.minutes30d, usage.data.caps.monthlyMinuteCap, (n: number) => count(Math.round(n))]] as const).map(([words, n, cap, show]) => (
								<div key={words} className="stack tight" style={{ gap: 3 }}>
									<div className="row spread small"><span>{words}</span><span className="num">{show(n)}{cap > 0 && <span className="soft"> of {show(cap)}</span>}</span></div>
									{cap > 0 && <div className={`meterline ${n / cap > 0.8 ? 'high' : ''}`} aria-hidden="true"><span style={{ width: `${Math.min(100, (n / cap) * 100)}%` }} /></div>}
								</div>
							))}
						</div>
					)}
				</Card>
			</div>
		</Page>
	);
}
