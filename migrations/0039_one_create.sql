-- compatible: the same function, which asks the one for many: caps are compared in one place.
set local role invorto_owner;

create or replace function create_call(tenant text, call text, agent text, direction text, to_number text, from_number text,
	metadata jsonb, test boolean, defaults jsonb)
returns table (refusal text, used numeric, cap numeric, call_id text, agent_id text, started_at timestamptz)
language sql volatile
as $$
	select k.refusal, k.used, k.cap, k.call_id, k.agent_id, k.started_at
	from create_calls(tenant, defaults, jsonb_build_array(jsonb_build_object('id', call, 'agent', agent, 'direction', direction,
		'to', to_number, 'from', from_number, 'metadata', metadata, 'test', test))) k
$$;
