// Numbers and times as people read them.
import { useEffect, useState } from 'react';

const whole = new Intl.NumberFormat('en-IN');
export const count = (n: number | null | undefined) => (n === null || n === undefined ? '–' : whole.format(n));
export const inr = (n: number | null | undefined) => (n === null || n === undefined ? '–' : new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR', maximumFractionDigits: n < 100 ? 2 : 0 }).format(n));
export const usd = (n: number | null | undefined) => (n === null || n === undefined ? '–' : new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: n < 1 ? 4 : 2 }).format(n));
export const share = (n: number | null | undefined) => (n === null || n === undefined ? '–' : `${(n * 100).toFixed(n === 1 || n === 0 ? 0 : 1)} %`);
export const ms = (n: number | null | undefined) => (n === null || n === undefined ? '–' : `${whole.format(Math.round(n))} ms`);

export function lasted(seconds: number | null | undefined) {
	if (seconds === null || seconds === undefined)
		return '–';
	const s = Math.max(0, Math.floor(seconds));
	return s < 3600 ? `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}` : `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, '0')}:${String(s % 60).padStart(2, '0')}`;
}

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
export const when = (at?: string | number | null) => (at ? day.format(new Date(at)) : '–');
export const exactly = (at?: string | number | null) => (at ? full.format(new Date(at)) : '–');

export function ago(at?: string | number | null) {
	if (!at)
		return '–';
	const s = (Date.now() - new Date(at).getTime()) / 1000;
	const rel = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
	for (const [unit, n] of [['day', 86400], ['hour', 3600], ['minute', 60]] as const)
		if (Math.abs(s) >= n)
			return rel.format(-Math.round(s / n), unit);
	return 'just now';
}

export const bytes = (n: number) => (n < 1024 ? `${n} B` : n < 1048576 ? `${(n / 1024).toFixed(0)} KB` : `${(n / 1048576).toFixed(1)} MB`);

// "maxConcurrentCalls" → "Max concurrent calls"
export function humanName(name: string) {
	const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]/g, ' ').replace(/\b(Ms|Db|Url|Id|Ip|Inr|Usd)\b/g, (w) => ({ Ms: '(ms)', Db: '(dB)', Url: 'URL', Id: 'id', Ip: 'IP', Inr: '(₹)', Usd: '($)' })[w]!);
	const known: Record<string, string> = { asr: 'Recognisers (ASR)', llm: 'Models (LLM)', tts: 'Synthesisers (TTS)', url: 'URL', id: 'Id' };
	return known[name] ?? (words[0].toUpperCase() + words.slice(1).replace(/ [A-Z](?=[a-z])/g, (m) => m.toLowerCase()));
}

// Now, every so often.
export function useNow(every_ms: number) {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), every_ms);
		return () => clearInterval(timer);
	}, [every_ms]);
	return now;
}
