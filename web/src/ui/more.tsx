// Lists that come in pages.
import { useState } from 'react';
import { fetchJson, useGet, withQuery } from '../api/client';
import { attempt } from './parts';

export interface Rows<T> { data: T[]; hasMore?: boolean; has_more?: boolean; nextCursor?: string | null; next_cursor?: string | null }

const nextOf = (p?: Rows<unknown>) => p?.nextCursor ?? p?.next_cursor ?? null;

// The first page, kept fresh, and those behind it that were asked for.
export function useRows<T>(path: string | null, query: Record<string, string | number | undefined> = {}, refreshInterval = 0) {
	const key = path && withQuery(path, query);
	const [behind, setBehind] = useState<{ key: string | null; rows: T[]; next: string | null } | null>(null);
	const mine = behind?.key === key ? behind : null;
	const first = useGet<Rows<T>>(key, { refreshInterval: mine ? 0 : refreshInterval, keepPreviousData: true });
	const next = mine ? mine.next : nextOf(first.data);
	const rows = [...(first.data?.data ?? []), ...(mine?.rows ?? [])];
	const more = () => attempt(async () => {
		const page = await fetchJson<Rows<T>>(withQuery(path!, { ...query, cursor: next! }));
		setBehind({ key, rows: [...(mine?.rows ?? []), ...page.data], next: page.hasMore ?? page.has_more ? nextOf(page) : null });
	});
	return { ...first, rows, button: next ? <div className="more"><button type="button" onClick={more}>Show more</button></div> : null };
}
