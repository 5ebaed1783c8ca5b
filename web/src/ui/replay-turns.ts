// Two tellings of one call, laid beside each other: which turn of the one is which of the other, and what became of it.

export interface ReplayTurn {
	turn: number; outcome: 'completed' | 'interrupted' | 'failed' | 'tool'; caller?: string; agent?: string; speechStartMs?: number; vadEndMs?: number; eouMs?: number; legFirstMs?: number; heardFirstMs?: number; endedMs?: number;
}
export interface Replay {
	callId: string; torn: boolean; truncated: boolean; agent: Record<string, unknown>; original: ReplayTurn[]; replayed: ReplayTurn[]; originalEnd: { reason?: string; atMs?: number }; replayedEnd: { reason?: string; atMs?: number };
}
export interface Pair { was: ReplayTurn[]; is: ReplayTurn[]; marks: Mark[] }
export interface Mark { mood: 'good' | 'bad' | 'wait' | ''; words: string }

const NOTICED = 15; // ms; less is one tick of the machine

// The agent has an answer from here to there; undefined: none was heard.
export const spoken = (t: ReplayTurn): [number, number] | undefined => {
	const from = t.heardFirstMs ?? t.legFirstMs;
	return from !== undefined && t.endedMs !== undefined && t.endedMs > from ? [from, t.endedMs] : undefined;
};
export const asked = (t: ReplayTurn): [number, number] | undefined => (t.speechStartMs !== undefined && t.vadEndMs !== undefined && t.vadEndMs > t.speechStartMs ? [t.speechStartMs, t.vadEndMs] : undefined);
const overlap = (a: [number, number], b: [number, number]) => Math.min(a[1], b[1]) > Math.max(a[0], b[0]);

export function begins(ts: ReplayTurn[]) {
	const all = ts.map(spoken).filter((x) => x !== undefined);
	return all.length ? Math.min(...all.map((x) => x[0])) : undefined;
}

function marksOf(was: ReplayTurn[], is: ReplayTurn[]): Mark[] {
	const marks: Mark[] = [];
	if (!was.length || !is.length)
		return [{ mood: 'wait', words: was.length ? 'does not happen' : 'happens only now' }];
	if (was.length > 1 && is.length < was.length)
		marks.push({ mood: 'wait', words: `${was.length} turns joined to ${is.length === 1 ? 'one' : is.length}` });
	if (is.length > 1 && is.length > was.length)
		marks.push({ mood: 'wait', words: `cut into ${is.length} turns` });
	const a = begins(was), b = begins(is);
	if (a !== undefined && b === undefined)
		marks.push({ mood: 'bad', words: 'no answer is heard' });
	else if (a === undefined && b !== undefined)
		marks.push({ mood: 'good', words: 'is answered' });
	else if (a !== undefined && b !== undefined && Math.abs(b - a) >= NOTICED)
		marks.push({ mood: b < a ? 'good' : 'bad', words: `speaks ${(Math.abs(b - a) / 1000).toFixed(2)} s ${b < a ? 'earlier' : 'later'}` });
	const cut = (ts: ReplayTurn[]) => ts.some((t) => t.outcome === 'interrupted');
	if (cut(was) !== cut(is))
		marks.push(cut(is) ? { mood: 'bad', words: 'is interrupted' } : { mood: 'good', words: 'is heard to its end' });
	const failed = (ts: ReplayTurn[]) => ts.some((t) => t.outcome === 'failed');
	if (failed(was) !== failed(is))
		marks.push(failed(is) ? { mood: 'bad', words: 'fails' } : { mood: 'good', words: 'does not fail' });
	return marks;
}

// What the caller said stays where it was, so turns belong together whose caller speaks at the same time. Turns nobody
// asked for (the greeting, “are you still there?”) go by their order.
export function pairs(r: Pick<Replay, 'original' | 'replayed'>): Pair[] {
	const groups: { was: ReplayTurn[]; is: ReplayTurn[] }[] = [];
	const open = r.replayed.filter(asked);
	for (const was of r.original.filter(asked)) {
		const mine = open.filter((is) => overlap(asked(was)!, asked(is)!));
		const had = groups.find((g) => g.is.some((is) => mine.includes(is)));
		if (had) {
			had.was.push(was);
			had.is.push(...mine.filter((is) => !had.is.includes(is)));
		} else
			groups.push({ was: [was], is: mine });
	}
	for (const is of open)
		if (!groups.some((g) => g.is.includes(is)))
			groups.push({ was: [], is: [is] });
	const [alone, again] = [r.original, r.replayed].map((ts) => ts.filter((t) => !asked(t)));
	for (let i = 0; i < Math.max(alone.length, again.length); i++)
		groups.push({ was: alone.slice(i, i + 1), is: again.slice(i, i + 1) });
	const at = (g: { was: ReplayTurn[]; is: ReplayTurn[] }) => Math.min(...[...g.was, ...g.is].map((t) => t.speechStartMs ?? t.heardFirstMs ?? t.legFirstMs ?? Infinity));
	return groups.filter((g) => [...g.was, ...g.is].some((t) => asked(t) || spoken(t) || t.caller || t.agent)).sort((a, b) => at(a) - at(b)).map((g) => ({ ...g, marks: marksOf(g.was, g.is) }));
}
