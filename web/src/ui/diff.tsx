// What differs between two configs, member by member; texts word by word.
import { diffWordsWithSpace } from 'diff';
import { Empty } from './parts';
import { humanName } from './words';

function leaves(value: unknown, at: string[] = [], out = new Map<string, unknown>()) {
	if (value && typeof value === 'object' && !Array.isArray(value))
		for (const [k, v] of Object.entries(value))
			leaves(v, [...at, k], out);
	else if (Array.isArray(value) && value.some((v) => v && typeof v === 'object'))
		value.forEach((v, i) => leaves(v, [...at, String((v as { name?: string }).name ?? i)], out));
	else
		out.set(at.join(' → '), value);
	return out;
}

const show = (v: unknown) => (typeof v === 'string' ? v : JSON.stringify(v));

export default function Diff({ from, to }: { from: unknown; to: unknown }) {
	const a = leaves(from), b = leaves(to);
	const names = [...new Set([...a.keys(), ...b.keys()])].filter((k) => JSON.stringify(a.get(k)) !== JSON.stringify(b.get(k)));
	if (!names.length)
		return <Empty title="They say the same" />;
	return (
		<div className="diff">{names.map((name) => {
			const was = a.get(name), is = b.get(name);
			const words = typeof was === 'string' && typeof is === 'string' && was.length + is.length > 60;
			return (
				<div key={name}>
					<h3>{name.split(' → ').map(humanName).join(' → ')}</h3>
					{words
						? <p className="is">{diffWordsWithSpace(was, is).map((part, i) => (part.added ? <ins key={i}>{part.value}</ins> : part.removed ? <del key={i}>{part.value}</del> : <span key={i}>{part.value}</span>))}</p>
						: <>{was !== undefined && <p className="was"><span className="hidden">was </span>{show(was)}</p>}{is !== undefined ? <p className="is"><span className="hidden">is </span>{show(is)}</p> : <p className="soft small">not said any more: its default</p>}</>}
				</div>
			);
		})}</div>
	);
}
