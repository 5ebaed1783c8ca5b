// Both sides of a live call as they sound: bars of 50 ms, the caller above the line, the agent below.
import { useEffect, useRef } from 'react';

const SHOWN_S = 20;
const FLOOR_DB = -60;

export function LiveWave({ levels, now }: { levels: { at: number; caller: number; agent: number }[]; now: number }) {
	const ref = useRef<HTMLCanvasElement>(null);
	useEffect(() => {
		const canvas = ref.current!, scale = devicePixelRatio;
		const w = (canvas.width = canvas.clientWidth * scale), h = (canvas.height = canvas.clientHeight * scale);
		const pen = canvas.getContext('2d')!;
		const style = getComputedStyle(document.documentElement);
		const color = (name: string) => style.getPropertyValue(name).trim();
		pen.clearRect(0, 0, w, h);
		pen.fillStyle = color('--line');
		pen.fillRect(0, h / 2, w, scale);
		const share = (db: number) => Math.max(0, Math.min(1, (db - FLOOR_DB) / -FLOOR_DB));
		const bar = Math.max(scale, (w / SHOWN_S) * 0.035);
		for (let i = levels.length - 1; i >= 0 && levels[i].at > now - SHOWN_S; i--) {
			const x = w - ((now - levels[i].at) / SHOWN_S) * w;
			pen.fillStyle = color('--caller');
			const up = share(levels[i].caller) * h * 0.47;
			pen.fillRect(x, h / 2 - up, bar, up);
			pen.fillStyle = color('--agent');
			pen.fillRect(x, h / 2 + scale, bar, share(levels[i].agent) * h * 0.47);
		}
	});
	return <canvas className="strip wave" ref={ref} role="img" aria-label={`Sound of the last ${SHOWN_S} seconds: the caller above, the agent below`} />;
}
