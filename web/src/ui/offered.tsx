// For parts that an older gateway does not have: that is said, rather than shown as an error or as empty.
import type { ReactNode } from 'react';
import type { Problem } from '../api/client';
import { Empty, Got } from './parts';

export function Offered<T>({ of, what, rows, children }: { of: { data?: T; error?: Problem; mutate: () => unknown }; what: string; rows?: number; children: (data: T) => ReactNode }) {
	if (of.error && (of.error.status === 404 || of.error.status === 405) && of.data === undefined)
		return <div className="card"><Empty title={`${what} are not offered by this gateway`}>It is older than this console, or runs without them. Update it to go on here.</Empty></div>;
	return <Got of={of} rows={rows}>{children}</Got>;
}

// A member under the first of its names that is there: older tables say it with underscores.
export function pick<T = string>(o: unknown, ...names: string[]): T | undefined {
	for (const n of names)
		if ((o as Record<string, unknown> | undefined)?.[n] !== undefined && (o as Record<string, unknown>)[n] !== null)
			return (o as Record<string, T>)[n];
}
