// Fields made of a schema: kind, bounds and words are the daemon's.
import { useEffect, useId, useState } from 'react';
import type { Resolve, Schema, Wrong } from '../api/document';
import { Check, Field } from './parts';
import { humanName } from './words';

type Value = Record<string, unknown>;
export type Choices = Record<string, [string, string][]>; // a member that is one of these: [value, words]
interface Props { resolve: Resolve; schema: Schema; value: Value; onChange: (v: Value) => void; wrong: Wrong; at?: string; only?: string[]; without?: string[]; names?: Record<string, string>; first?: string[]; choices?: Choices }

const LONG = 300; // bytes from which on a text gets more lines than one

const bounds = (s: Schema) => (s.type === 'integer' || s.type === 'number') && (s.minimum !== undefined || s.maximum !== undefined) ? ` (${s.minimum ?? '…'} to ${s.maximum?.toLocaleString('en') ?? '…'})` : '';
const sentence = (t?: string) => (t ? t[0].toUpperCase() + t.slice(1) : undefined);

function NumberBox({ id, s, value, onChange, props }: { id: string; s: Schema; value: unknown; onChange: (v: unknown) => void; props: object }) {
	const [text, setText] = useState(value === undefined || value === null ? '' : String(value));
	useEffect(() => {
		if (Number(text) !== value && !(text === '' && value === undefined) && !(typeof value === 'number' && Number.isNaN(value)))
			setText(value === undefined || value === null ? '' : String(value));
		// eslint-disable-next-line
	}, [value]);
	return <input {...props} id={id} inputMode={s.type === 'integer' ? 'numeric' : 'decimal'} value={text} placeholder="default" onChange={(e) => { setText(e.target.value); onChange(e.target.value.trim() === '' ? undefined : Number(e.target.value)); }} />;
}

function JsonBox({ id, value, onChange, props }: { id: string; value: unknown; onChange: (v: unknown) => void; props: object }) {
	const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, null, 2));
	const [bad, setBad] = useState('');
	return (
		<>
			<textarea {...props} id={id} className="mono" spellCheck={false} value={text} rows={3} onChange={(e) => {
				setText(e.target.value);
				try {
					onChange(e.target.value.trim() ? JSON.parse(e.target.value) : undefined);
					setBad('');
				} catch (x) {
					setBad((x as Error).message);
				}
			}} />
			{bad && <span className="wrong">Not JSON yet: {bad}</span>}
		</>
	);
}

function Strings({ id, value, onChange, props }: { id: string; value: unknown; onChange: (v: unknown) => void; props: object }) {
	const [text, setText] = useState(((value as string[] | undefined) ?? []).join('\n'));
	return <textarea {...props} id={id} rows={2} spellCheck={false} value={text} placeholder="one a line" onChange={(e) => { setText(e.target.value); const lines = e.target.value.split('\n').map((l) => l.trim()).filter(Boolean); onChange(lines.length ? lines : undefined); }} />;
}

function Objects({ s, resolve, value, onChange, wrong, at, label }: { s: Schema; resolve: Resolve; value: unknown; onChange: (v: unknown) => void; wrong: Wrong; at: string; label: string }) {
	const list = (value as Value[] | undefined) ?? [];
	const one = label.replace(/s$/, '').toLowerCase();
	const put = (next: Value[]) => onChange(next.length ? next : undefined);
	return (
		<fieldset className="group full stack">
			<legend>{label}</legend>
			{sentence(s.description) && <p className="soft small">{sentence(s.description)}</p>}
			{list.map((item, i) => (
				<details key={i} className="card" open={!item.name || Object.keys(wrong).some((k) => k.startsWith(`${at}/${i}/`))}>
					<summary>{String(item.name ?? `New ${one}`)}</summary>
					<SchemaFields resolve={resolve} schema={s.items!} value={item} wrong={wrong} at={`${at}/${i}`} onChange={(v) => put(list.map((x, k) => (k === i ? v : x)))} />
					<div className="row end"><button type="button" className="small danger" onClick={() => put(list.filter((_, k) => k !== i))}>Remove this {one}</button></div>
				</details>
			))}
			<div><button type="button" className="small" onClick={() => put([...list, {}])}>Add a {one}</button></div>
		</fieldset>
	);
}

function One({ name, schema, resolve, value, onChange, wrong, at, required, label, choices }: { name: string; schema: Schema; resolve: Resolve; value: unknown; onChange: (v: unknown) => void; wrong: Wrong; at: string; required: boolean; label: string; choices?: [string, string][] }) {
	const s = resolve(schema);
	const legend = useId();
	const type = Array.isArray(s.type) ? s.type.find((t) => t !== 'null') : s.type;
	const hint = `${sentence(s.description) ?? ''}${bounds({ ...s, type })}`;
	if (type === 'object' && s.properties)
		return (
			<fieldset className="group full stack" aria-describedby={legend}>
				<legend>{label}</legend>
				{hint && <p className="soft small" id={legend}>{hint}</p>}
				<SchemaFields resolve={resolve} schema={s} value={(value as Value | undefined) ?? {}} wrong={wrong} at={at} onChange={(v) => onChange(Object.keys(v).length ? v : undefined)} />
			</fieldset>
		);
	if (type === 'array' && s.items && resolve(s.items).type === 'object')
		return <Objects s={s} resolve={resolve} value={value} onChange={onChange} wrong={wrong} at={at} label={label} />;
	if (type === 'boolean' && required)
		return <Check label={label} hint={hint} checked={value === true} onChange={onChange} />;
	const long = type === 'string' && !s.enum && (s.maxLength ?? 0) > LONG;
	const json = !type || (type === 'object' && !s.properties);
	return (
		<Field label={label + (required ? ' *' : '')} hint={hint} wrong={wrong[at]} full={long || json || type === 'array'}>
			{(props) => {
				const given = { ...props, ...(required && { required: true }) };
				if (choices)
					return <select {...given} value={(value as string | undefined) ?? ''} onChange={(e) => onChange(e.target.value || undefined)}><option value="">{required ? 'Choose' : 'None'}</option>{[...choices, ...(value && !choices.some(([v]) => v === value) ? [[String(value), String(value)]] : [])].map(([v, words]) => <option key={v} value={v}>{words}</option>)}</select>;
				if (type === 'boolean')
					return <select {...given} value={value === undefined ? '' : String(value)} onChange={(e) => onChange(e.target.value === '' ? undefined : e.target.value === 'true')}><option value="">Default</option><option value="true">Yes</option><option value="false">No</option></select>;
				if (s.enum)
					return <select {...given} value={(value as string | undefined) ?? ''} onChange={(e) => onChange(e.target.value || undefined)}><option value="">{required ? 'Choose' : 'Default'}</option>{s.enum.map((x) => <option key={x}>{x}</option>)}</select>;
				if (type === 'integer' || type === 'number')
					return <NumberBox id={props.id} s={{ ...s, type }} value={value} onChange={onChange} props={given} />;
				if (type === 'array')
					return <Strings id={props.id} value={value} onChange={onChange} props={given} />;
				if (json)
					return <JsonBox id={props.id} value={value} onChange={onChange} props={given} />;
				if (long)
					return <textarea {...given} rows={/prompt$/i.test(name) && (s.maxLength ?? 0) > 2000 ? 6 : 2} value={(value as string | undefined) ?? ''} onChange={(e) => onChange(e.target.value === '' ? undefined : e.target.value)} />;
				return <input {...given} type={s.writeOnly ? 'password' : name === 'email' ? 'email' : 'text'} autoComplete="off" value={(value as string | undefined) ?? ''} onChange={(e) => onChange(e.target.value === '' ? undefined : e.target.value)} />;
			}}
		</Field>
	);
}

export function SchemaFields({ resolve, schema, value, onChange, wrong, at = '', only, without, names, first, choices }: Props) {
	const s = resolve(schema);
	const all = Object.keys(s.properties ?? {}).filter((n) => (!only || only.includes(n)) && !without?.includes(n) && !s.properties![n].deprecated && !s.properties![n].readOnly);
	const order = only ? only.filter((n) => all.includes(n)) : [...(first ?? []).filter((n) => all.includes(n)), ...all.filter((n) => !first?.includes(n))];
	return (
		<div className="fields">
			{order.map((name) => (
				<One key={name} name={name} schema={s.properties![name]} resolve={resolve} value={value[name]} wrong={wrong} at={`${at}/${name}`} required={!!s.required?.includes(name)} label={names?.[name] ?? humanName(name)} choices={choices?.[name]}
					onChange={(v) => {
						const next = { ...value };
						if (v === undefined)
							delete next[name];
						else
							next[name] = v;
						onChange(next);
					}} />
			))}
		</div>
	);
}
