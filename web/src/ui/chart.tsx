// uPlot in the colours of the page.
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export interface Line { label: string; color: string; values: (number | null)[]; show?: (n: number | null) => string; bars?: boolean; fill?: boolean }

export function Chart({ label, x, lines, height = 180, time = true, range }: { label: string; x: number[]; lines: Line[]; height?: number; time?: boolean; range?: [number, number] }) {
	const ref = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot | null>(null);
	const data = [x, ...lines.map((l) => l.values)] as uPlot.AlignedData;
	const latest = useRef(data);
	latest.current = data;
	const shape = JSON.stringify([lines.map((l) => [l.label, l.color, l.bars, l.fill]), height, time, range]);

	useEffect(() => {
		const el = ref.current!;
		const draw = () => {
			plot.current?.destroy();
			const axis = { stroke: css('--soft'), grid: { stroke: css('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
			plot.current = new uPlot({
				width: el.clientWidth || 300, height, scales: { x: { time, ...(lines.some((l) => l.bars) && { range: (_, min, max) => [min - 43200, max + 43200] }) }, ...(range && { y: { range } }) }, cursor: { y: false, points: { size: 6 } },
				legend: { show: lines.length > 1 },
				axes: [{ ...axis, ...(!time && { values: (_, ticks) => ticks.map((t) => `${Math.floor(t / 60)}:${String(Math.floor(t % 60)).padStart(2, '0')}`) }) }, { ...axis, size: 54, values: (_, ticks) => ticks.map((t) => lines[0].show?.(t) ?? String(t)) }],
				series: [{}, ...lines.map((l) => ({
					label: l.label, stroke: css(l.color), width: 2, spanGaps: false, points: { show: false }, value: (_: uPlot, v: number | null) => l.show?.(v) ?? String(v ?? '–'),
					...((l.fill || l.bars) && { fill: `color-mix(in srgb, ${css(l.color)} ${l.bars ? 55 : 14}%, transparent)` }), ...(l.bars && { paths: uPlot.paths.bars!({ size: [0.7, 48] }) }),
				}))],
			}, latest.current, el);
		};
		draw();
		const sizes = new ResizeObserver(() => plot.current?.setSize({ width: el.clientWidth, height }));
		sizes.observe(el);
		const dark = matchMedia('(prefers-color-scheme: dark)');
		const themes = new MutationObserver(draw);
		themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
		dark.addEventListener('change', draw);
		return () => {
			sizes.disconnect();
			themes.disconnect();
			dark.removeEventListener('change', draw);
			plot.current?.destroy();
			plot.current = null;
		};
		// eslint-disable-next-line
	}, [shape]);
	useEffect(() => plot.current?.setData(latest.current), [data]);
	return <div className="chart" ref={ref} role="img" aria-label={label} style={{ minHeight: height }} />;
}
