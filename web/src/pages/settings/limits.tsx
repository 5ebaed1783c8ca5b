import { type FormEvent, useEffect, useState } from 'react';
import { type Schema, type Wrong, check, mergePatch, resolver, useDocument } from '../../api/document';
import { type Problem, type Schemas, api, asProblem, useGet } from '../../api/client';
import type { Usage } from '../../api/shapes';
import { may } from '../../session';
import { SchemaFields } from '../../ui/form';
import { Card, Got, Loading, Page, Trouble, toast } from '../../ui/parts';
import { wrongOf } from '../../ui/schema-dialog';
import { count, inr } from '../../ui/words';

type Tenant = Schemas['Tenant'];
type Value = Record<string, unknown>;
const GROUPS: [string, string, string[]][] = [
	['Limits', 'Calls and requests beyond them are refused. 0: what the installation says.', ['maxConcurrentCalls', 'dailyCostCapInr', 'monthlyMinuteCap', 'ratePerMinute']],
	['Retention and masking', 'What is older is deleted by night and day; 0: what the installation says.', ['retention', 'redaction']],
	['The tenant', '', ['name', 'timezone', 'ipAllowList']],
];

function Form({ tenant, reload }: { tenant: Tenant; reload: () => Promise<unknown> }) {
	const document = useDocument();
	const [value, setValue] = useState<Value>(tenant as Value);
	const [wrong, setWrong] = useState<Wrong>({});
	const [problem, setProblem] = useState<Problem | null>(null);
	useEffect(() => setValue(tenant as Value), [tenant]);
	if (!document.data)
		return document.error ? <Trouble problem={asProblem(document.error)} /> : <Loading rows={5} />;
	const schema: Schema = document.data.components.schemas.TenantPatch;
	const resolve = resolver(document.data);
	const known = GROUPS.flatMap(([, , n]) => n);
	const more = Object.keys(schema.properties ?? {}).filter((n) => !known.includes(n));
	const patch = mergePatch(tenant, value) as Value;
	const save = async (e: FormEvent) => {
		e.preventDefault();
		const found = check(resolve, schema, patch);
		setWrong(found);
		setProblem(null);
		if (Object.keys(found).length)
			return;
		try {
			await api.PATCH('/v1/tenant', { body: patch as never });
			await reload();
			toast('Saved. It holds within a moment, everywhere.');
		} catch (x) {
			setProblem(asProblem(x));
			setWrong(wrongOf(asProblem(x)));
		}
	};
	return (
		<form className="stack" onSubmit={save} noValidate>
			{[...GROUPS, ...(more.length ? [['More', '', more] as [string, string, string[]]] : [])].map(([title, lead, names]) => (
				<Card key={title} title={title}>{lead && <p className="soft">{lead}</p>}<fieldset disabled={!may('admin')}><SchemaFields resolve={resolve} schema={schema} value={value} onChange={setValue} wrong={wrong} only={names} /></fieldset></Card>
			))}
			{problem && <Trouble problem={problem} />}
			{may('admin') ? <div className="row end"><button className="main-act" disabled={Object.keys(patch).length === 0}>Save</button></div> : <p className="soft">Only admins change these.</p>}
		</form>
	);
}

export default function Limits() {
	const tenant = useGet<Tenant>('/v1/tenant');
	const limits = useGet<Schemas['CallLimits']>('/telephony/limits', { refreshInterval: 10000 });
	const usage = useGet<Usage>('/v1/tenants/me/usage?period=30d');
	const rows: [string, number, number, (n: number) => string][] = [];
	if (limits.data) {
		rows.push(['Calls at once', limits.data.tenant.count, limits.data.tenant.limit, count]);
		limits.data.campaigns.forEach((c) => rows.push([`Campaign ${c.campaignId}`, c.count, c.limit, count]));
	}
	if (usage.data)
		rows.push(['Spent in 24 hours', usage.data.caps.costInr24h, usage.data.caps.dailyCostCapInr, inr], ['Minutes in 30 days', Math.round(usage.data.caps.minutes30d), usage.data.caps.monthlyMinuteCap, count]);
	return (
		<Page title="Limits and retention" lead={tenant.data && <>{tenant.data.name} · <code>{tenant.data.id}</code></>}>
			{rows.length > 0 && <Card title="Now"><ul className="stack">{rows.map(([words, n, cap, show]) => (
				<li key={words} className="stack tight"><div className="row spread"><span>{words}</span><span className="num">{show(n)} <span className="soft">{cap > 0 ? `of ${show(cap)}` : 'no cap'}</span></span></div>{cap > 0 && <div className={`meterline ${n / cap > 0.8 ? 'high' : ''}`} aria-hidden="true"><span style={{ width: `${Math.min(100, (n / cap) * 100)}%` }} /></div>}</li>
			))}</ul></Card>}
			<Got of={tenant} rows={6}>{(t) => <Form tenant={t} reload={() => tenant.mutate()} />}</Got>
		</Page>
	);
}
