// The daemon's own document, for forms that check what its schemas check.
import useSWRImmutable from 'swr/immutable';

export interface Schema {
	$ref?: string; type?: string | string[]; title?: string; description?: string; properties?: Record<string, Schema>; required?: string[]; items?: Schema; enum?: string[];
	minimum?: number; maximum?: number; minLength?: number; maxLength?: number; maxItems?: number; pattern?: string; deprecated?: boolean; writeOnly?: boolean; readOnly?: boolean; default?: unknown; anyOf?: Schema[];
}
interface Document { components: { schemas: Record<string, Schema> }; paths: Record<string, Record<string, Operation>> }
interface Operation { operationId?: string; requestBody?: { content: Record<string, { schema?: Schema }> } }

export function useDocument() {
	return useSWRImmutable<Document>('openapi', async () => {
		const reply = await fetch('/openapi.json');
		if (!reply.ok)
			throw new Error('The document of the API could not be read.');
		return reply.json();
	});
}

// What an operation takes, by its name; undefined: there is none of that name.
export function bodyOf(document: Document, operation: string): Schema | undefined {
	for (const methods of Object.values(document.paths))
		for (const o of Object.values(methods))
			if (o?.operationId === operation)
				return o.requestBody?.content['application/json']?.schema;
}

export type Resolve = (s: Schema) => Schema;

export function resolver(document: Document): Resolve {
	return (s) => {
		const name = s.$ref?.split('/').pop();
		return name ? { ...document.components.schemas[name], ...(s.description && { description: s.description }) } : s;
	};
}

export type Wrong = Record<string, string>; // JSON pointer → what is wrong

const length = (s: string) => new TextEncoder().encode(s).length; // the daemon counts bytes

// What the daemon would say, before it is asked.
export function check(resolve: Resolve, schema: Schema, value: unknown, at = '', wrong: Wrong = {}): Wrong {
	const s = resolve(schema);
	if (value === undefined || value === null)
		return wrong;
	if (s.enum && !s.enum.includes(value as string))
		wrong[at] = `must be one of ${s.enum.join(', ')}`;
	else if (typeof value === 'string') {
		if (s.minLength && length(value) < s.minLength)
			wrong[at] = s.minLength === 1 ? 'is required' : `needs at least ${s.minLength} characters`;
		else if (s.maxLength && length(value) > s.maxLength)
			wrong[at] = `is longer than ${s.maxLength} bytes`;
	} else if (typeof value === 'number') {
		if (Number.isNaN(value) || (s.type === 'integer' && !Number.isInteger(value)))
			wrong[at] = s.type === 'integer' ? 'must be a whole number' : 'must be a number';
		else if (s.minimum !== undefined && value < s.minimum)
			wrong[at] = `must be at least ${s.minimum}`;
		else if (s.maximum !== undefined && value > s.maximum)
			wrong[at] = `must be at most ${s.maximum}`;
	} else if (Array.isArray(value)) {
		if (s.maxItems && value.length > s.maxItems)
			wrong[at] = `has more than ${s.maxItems}`;
		value.forEach((v, i) => s.items && check(resolve, s.items, v, `${at}/${i}`, wrong));
	} else if (typeof value === 'object' && s.properties) {
		for (const name of s.required ?? [])
			if ((value as Record<string, unknown>)[name] === undefined || (value as Record<string, unknown>)[name] === '')
				wrong[`${at}/${name}`] = 'is required';
		for (const [name, v] of Object.entries(value))
			if (s.properties[name])
				check(resolve, s.properties[name], v, `${at}/${name}`, wrong);
	}
	return wrong;
}

// From one value to another as RFC 7396 says it: what is gone is null.
export function mergePatch(from: unknown, to: unknown): unknown {
	if (!from || !to || typeof from !== 'object' || typeof to !== 'object' || Array.isArray(from) || Array.isArray(to))
		return to;
	const patch: Record<string, unknown> = {};
	const a = from as Record<string, unknown>, b = to as Record<string, unknown>;
	for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
		if (b[name] === undefined)
			patch[name] = null;
		else if (JSON.stringify(a[name]) !== JSON.stringify(b[name]))
			patch[name] = mergePatch(a[name], b[name]);
	}
	return patch;
}
