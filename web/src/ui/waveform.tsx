// A recording by wavesurfer.js: the caller above, the agent below; a press plays from there.
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import WaveSurfer from 'wavesurfer.js';

// What the library would write as inline style (see vite.config.ts).
const sheet = new CSSStyleSheet();
sheet.replaceSync(`:host { user-select: none; min-width: 1px; } .scroll { overflow-x: auto; overflow-y: hidden; width: 100%; position: relative; scrollbar-width: none; }
.wrapper { position: relative; overflow: visible; z-index: 2; } .canvases { min-height: 112px; pointer-events: none; } .canvases > div { position: relative; }
canvas { display: block; position: absolute; top: 0; } .progress { pointer-events: none; position: absolute; z-index: 2; top: 0; left: 0; width: 0; height: 100%; overflow: hidden; } .progress > div { position: relative; }
.cursor { pointer-events: none; position: absolute; z-index: 5; top: 0; left: 0; height: 100%; border-radius: 2px; }`);

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const faint = (name: string) => `color-mix(in srgb, ${css(name)} 55%, ${css('--raised')})`;

export interface WaveHandle { seek(at: number): void; toggle(): void; rate(n: number): void }

export default function Waveform({ url, onTime, onReady, onPlaying, ref }: { url: string; onTime: (at: number) => void; onReady?: (seconds: number) => void; onPlaying?: (on: boolean) => void; ref?: Ref<WaveHandle> }) {
	const box = useRef<HTMLDivElement>(null);
	const wave = useRef<WaveSurfer | null>(null);
	const [wrong, setWrong] = useState('');
	const told = useRef({ onTime, onReady, onPlaying });
	told.current = { onTime, onReady, onPlaying };
	useImperativeHandle(ref, () => ({
		seek(at) {
			wave.current?.setTime(at);
			wave.current?.play();
		},
		toggle: () => void wave.current?.playPause(),
		rate: (n) => wave.current?.setPlaybackRate(n, true),
	}));
	useEffect(() => {
		setWrong('');
		const w = WaveSurfer.create({
			container: box.current!, url, height: 56, barWidth: 2, barGap: 1, barRadius: 2, normalize: false, cursorWidth: 2, cursorColor: css('--ink'), dragToSeek: true,
			splitChannels: [{ waveColor: faint('--caller'), progressColor: css('--caller') }, { waveColor: faint('--agent'), progressColor: css('--agent') }],
		});
		wave.current = w;
		const root = box.current!.querySelector('div')?.shadowRoot;
		if (root)
			root.adoptedStyleSheets = [sheet];
		w.on('timeupdate', (at) => told.current.onTime(at));
		w.on('ready', (seconds) => told.current.onReady?.(seconds));
		w.on('play', () => told.current.onPlaying?.(true));
		w.on('pause', () => told.current.onPlaying?.(false));
		w.on('error', (e) => setWrong(e instanceof Error ? e.message : 'the recording could not be read'));
		return () => w.destroy();
	}, [url]);
	return <><div className="wave" ref={box} role="img" aria-label="Waveform: the caller above, the agent below" />{wrong && <div className="notice bad" role="alert">The recording cannot be shown: {wrong}. It can still be downloaded below.</div>}</>;
}
