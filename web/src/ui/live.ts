// What the gateway tells as it happens.
import { useEffect, useState } from 'react';
import type { Call, Entry } from '../api/shapes';
import { encode } from '../api/client';
import { stream } from '../api/stream';

export type OpenCall = Pick<Call, 'id' | 'agentId' | 'direction' | 'from' | 'to' | 'status' | 'carrier' | 'provider' | 'campaignId' | 'startedAt' | 'answeredAt'>;
export type Link = 'opening' | 'open' | 'lost' | 'refused';

// Every call that is not over; null until the gateway has told.
export function useOpenCalls() {
	const [calls, setCalls] = useState<{ data: OpenCall[]; hasMore: boolean } | null>(null);
	const [link, setLink] = useState<Link>('opening');
	const [why, setWhy] = useState<string>();
	useEffect(() => stream('/v1/live', {
		onEvent: (name, data) => name === 'calls' && setCalls(JSON.parse(data)),
		onState: (state, reason) => (setLink(state), setWhy(reason)),
	}), []);
	return { calls, link, why };
}

// The story of one call from its beginning, and on as it happens, until it is over.
export function useStory(id: string, on: boolean) {
	const [entries, setEntries] = useState<Entry[]>([]);
	const [link, setLink] = useState<Link>('opening');
	const [why, setWhy] = useState<string>();
	const [over, setOver] = useState(false);
	useEffect(() => {
		if (!on)
			return;
		setEntries([]);
		setOver(false);
		let waiting: Entry[] = [], frame = 0;
		const flush = () => {
			frame = 0;
			const more = waiting;
			waiting = [];
			setEntries((had) => [...had, ...more].slice(-6000));
		};
		const stop = stream(`/v1/calls/${encode(id)}/live`, {
			onEvent: (name, data, eventId) => {
				if (name === 'gap')
					return;
				if (name !== 'end')
					waiting.push({ id: eventId ?? '', ...(JSON.parse(data) as Omit<Entry, 'id'>) });
				frame ||= requestAnimationFrame(flush);
				if (name === 'end' || name === 'call.ended') {
					setOver(true);
					stop();
				}
			},
			onState: (state, reason) => (setLink(state), setWhy(reason)),
		});
		return () => (stop(), cancelAnimationFrame(frame));
	}, [id, on]);
	return { entries, link, why, over };
}
