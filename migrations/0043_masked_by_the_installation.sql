-- compatible: one function more. What a vendor tells of a call is masked as what we hear of one.
set local role invorto_owner;

-- As before; `otherwise`: is it masked where its tenant says nothing?
create function lookup.hosted_call(conversation text, sid text, named text, otherwise boolean)
returns table (tenant_id text, call_id text, redact boolean)
language sql stable security definer set search_path = ''
as $$
	select h.tenant_id, h.call_id, coalesce(
		(select t.settings #>> '{redaction,enabled}' from public.tenants t where t.id = h.tenant_id), otherwise::text) <> 'false'
	from lookup.hosted_call(conversation, sid, named) h
$$;
grant execute on function lookup.hosted_call(text, text, text, boolean) to invorto_app, invorto_worker;
