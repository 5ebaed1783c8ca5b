// A dialog that makes or changes one thing, its fields by a schema of the document.
import { type FormEvent, type ReactNode, useState } from 'react';
import { type Wrong, bodyOf, check, resolver, useDocument } from '../api/document';
import { type Problem, asProblem } from '../api/client';
import { type Choices, SchemaFields } from './form';
import { Dialog, Loading, Trouble } from './parts';

type Value = Record<string, unknown>;

export function wrongOf(p: Problem): Wrong {
	return Object.fromEntries(p.fields.filter((f) => f.pointer).map((f) => [f.pointer!, f.detail]));
}

export function SchemaDialog({ title, schema, operation, open, onClose, initial = {}, act, done, only, without, names, choices, wide, children }: {
	title: string; schema?: string; operation?: string; open: boolean; onClose: () => void; initial?: Value; act: (v: Value) => Promise<unknown>; done: string; only?: string[]; without?: string[]; names?: Record<string, string>; choices?: Choices; wide?: boolean; children?: ReactNode;
}) {
	return <Dialog title={title} open={open} onClose={onClose} wide={wide}><Inside {...{ schema, operation, onClose, initial, act, done, only, without, names, choices }}>{children}</Inside></Dialog>;
}

function Inside({ schema, operation, onClose, initial, act, done, only, without, names, choices, children }: { schema?: string; operation?: string; onClose: () => void; initial: Value; act: (v: Value) => Promise<unknown>; done: string; only?: string[]; without?: string[]; names?: Record<string, string>; choices?: Choices; children?: ReactNode }) {
	const document = useDocument();
	const [value, setValue] = useState<Value>(initial);
	const [wrong, setWrong] = useState<Wrong>({});
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);
	const shape = document.data && (operation ? bodyOf(document.data, operation) : document.data.components.schemas[schema!]);
	if (document.error)
		return <Trouble problem={asProblem(document.error)} />;
	if (!document.data)
		return <Loading />;
	if (!shape)
		return <div className="notice bad">This gateway does not offer this ({operation ?? schema}).</div>;
	const resolve = resolver(document.data);
	const go = async (e: FormEvent) => {
		e.preventDefault();
		const found = check(resolve, shape, value);
		setWrong(found);
		setProblem(null);
		if (Object.keys(found).length)
			return;
		setBusy(true);
		try {
			await act(value);
			onClose();
		} catch (x) {
			const p = asProblem(x);
			setWrong(wrongOf(p));
			setProblem(p);
			setBusy(false);
		}
	};
	return (
		<form className="form" onSubmit={go} noValidate>
			{children}
			<SchemaFields resolve={resolve} schema={shape} value={value} onChange={setValue} wrong={wrong} only={only} without={without} names={names} choices={choices} />
			{problem && <Trouble problem={problem} />}
			<div className="row end"><button type="button" onClick={onClose}>Cancel</button><button className="main-act" disabled={busy}>{done}</button></div>
		</form>
	);
}
