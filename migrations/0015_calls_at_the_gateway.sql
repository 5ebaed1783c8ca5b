-- The beginning of a call at the gateway, and what its lines of cost come to.
set local role invorto_owner;

-- A socket has come for a call: the agent it talks to, and a row that says who holds it. The row may be there
-- already (the API or a carrier's hook made it, and may have named the agent) or is made now.
-- refusal: null, 'agent_not_found', 'agent_inactive', 'call_ended', 'call_live' (another process holds its socket and
-- has said so within the last minute); everything else is null then.
create function open_call(tenant text, call text, agent text, opening jsonb)
returns table (refusal text, agent_id text, agent_version integer, config jsonb, call_record jsonb)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c voice_call_records;
	a voice_agents;
	event text := new_id('evt');
begin
	if tenant is distinct from current_tenant() then
		raise insufficient_privilege using message = 'the call''s tenant is not the one that is set';
	end if;
	select r.* into c from voice_call_records r where r.tenant_id = tenant and r.id = call for update;
	if c.closed_at is not null then
		return query select 'call_ended', null::text, null::integer, null::jsonb, null::jsonb;
		return;
	end if;
	if c.status = 'in-progress' and c.instance_id <> opening ->> 'instance_id'
		and c.updated_at > now() - interval '1 minute' then
		return query select 'call_live', null::text, null::integer, null::jsonb, null::jsonb;
		return;
	end if;
	select v.* into a from voice_agents v
	where v.tenant_id = tenant and v.id = coalesce(c.voice_agent_id, nullif(agent, '')) and v.deleted_at is null;
	if a.id is null or a.status = 'inactive' then
		return query select case when a.id is null then 'agent_not_found' else 'agent_inactive' end,
			null::text, null::integer, null::jsonb, null::jsonb;
		return;
	end if;
	a.config := with_registered_tools(tenant, a.config);
	insert into voice_call_records (tenant_id, id, direction, status, voice_agent_id, agent_version, agent, carrier,
		instance_id, journal_path, started_at, answered_at, test, metadata)
	values (tenant, call, coalesce(opening ->> 'direction', 'web'), 'in-progress', a.id, a.version, a.config,
		opening ->> 'carrier', opening ->> 'instance_id', opening ->> 'journal_path', now(), now(),
		coalesce((opening ->> 'test')::boolean, false), coalesce(opening -> 'metadata', '{}'))
	on conflict (tenant_id, id) do update set status = 'in-progress', voice_agent_id = a.id, agent_version = a.version,
		agent = a.config, carrier = coalesce(voice_call_records.carrier, excluded.carrier),
		instance_id = excluded.instance_id, journal_path = excluded.journal_path,
		answered_at = coalesce(voice_call_records.answered_at, now())
	returning * into c;
	perform enqueue_event(tenant, 'call.started', call, 'call.started:' || call,
		jsonb_strip_nulls(jsonb_build_object('type', 'call.started', 'schemaVersion', 'call.started.v1', 'eventId', event,
			'callId', call, 'tenantId', tenant,
			'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
			'agentId', a.id, 'direction', c.direction, 'from', c.from_number, 'to', c.to_number,
			'carrier', jsonb_build_object('trunk', c.carrier, 'sipCallId', c.provider_call_id),
			'startedAt', to_char(c.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text, event);
	return query select null::text, a.id, a.version, a.config, jsonb_build_object('direction', c.direction,
		'from', c.from_number, 'to', c.to_number, 'campaignId', c.campaign_id, 'leadId', c.lead_id,
		'customerName', c.customer_name, 'metadata', c.metadata, 'agentVersion', a.version,
		'answeredBy', c.provider_metadata -> 'answeredBy',
		'redact', (select coalesce(t.settings #>> '{redaction,enabled}', 'true') <> 'false' from tenants t where t.id = tenant),
		'wanted', (select jsonb_agg(w) from unnest(array['asr.final', 'agent.tool_call']) as w
			where event_wanted(tenant, w)),
		'startedMs', (extract(epoch from c.started_at) * 1000)::bigint);
end $$;
grant execute on function open_call(text, text, text, jsonb) to invorto_app;

-- One line of cost by the rate card: time is rounded up to the card's increment, tokens by direction fall back to
-- the price of any token. Four decimals, halves up.
create function price_line(tenant text, type text, provider text, unit text, units numeric, at timestamptz)
returns table (cost_inr numeric, cost_usd numeric, rate_card_id text)
language plpgsql stable
as $$
declare
	role text := case type when 'other' then 'tool' else type end;
	card public.rate_cards := public.rate_card(tenant, role, provider, unit, at);
	fx numeric := public.fx_inr_per_usd(tenant);
	price numeric;
begin
	if card.id is null and unit in ('token_in', 'token_out') then
		card := public.rate_card(tenant, role, provider, 'token', at);
	end if;
	-- Minutes come in as seconds / 60 and are charged in whole increments.
	price := coalesce(card.price * case when card.unit = 'minute'
		then ceil(round(units * 60, 3) / card.increment_seconds) * card.increment_seconds / 60.0 else units end, 0);
	return query select
		round(price * case card.currency when 'USD' then fx else 1 end, 4),
		round(price / case card.currency when 'USD' then 1 else fx end, 4), card.id;
end $$;
grant execute on function price_line(text, text, text, text, numeric, timestamptz) to invorto_app, invorto_worker;

-- As before, but lines without a price are priced here, and a call that says no cost costs the sum of its lines.
create function end_priced_call(tenant text, call text, ending jsonb)
returns table (recorded boolean, status text, end_reason text, ended_at timestamptz, duration_seconds integer,
	cost numeric, cost_inr numeric)
language plpgsql volatile
as $$
declare
	at timestamptz := coalesce((ending #>> '{record,ended_at}')::timestamptz, now());
	lines jsonb;
	inr numeric;
	usd numeric;
	event text := public.new_id('evt');
	used jsonb := ending #> '{record,usage}';
begin
	select coalesce(jsonb_agg(jsonb_build_object('type', k.type, 'provider', coalesce(k.provider, ''), 'unit', k.unit,
			'units', k.units, 'minutes', case when k.unit = 'minute' then k.units end, 'cost_inr', p.cost_inr,
			'cost_usd', p.cost_usd, 'rate_card_id', p.rate_card_id)), '[]'),
		sum(p.cost_inr), sum(p.cost_usd)
	into lines, inr, usd
	from jsonb_to_recordset(coalesce(ending -> 'costs', '[]')) as k(type text, provider text, unit text, units numeric)
	cross join lateral public.price_line(tenant, k.type, coalesce(k.provider, ''), k.unit, k.units, at) as p;
	if inr is not null and ending #> '{record,cost}' is null and ending #> '{record,cost_inr}' is null then
		ending := jsonb_set(ending, '{record}', coalesce(ending -> 'record', '{}')
			|| jsonb_build_object('cost', usd, 'cost_inr', inr));
	end if;
	return query select * from public.end_call(tenant, call, ending || jsonb_build_object('costs', lines));
	perform public.enqueue_event(tenant, 'billing.usage.updated', call, 'billing.usage.updated:' || call,
		jsonb_build_object('type', 'billing.usage.updated', 'schemaVersion', 'billing.usage.updated.v1', 'eventId', event,
			'callId', call, 'tenantId', tenant,
			'timestamp', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'period', 'call',
			'totals', jsonb_build_object(
				'asrMin', coalesce(used -> 'asrMin', '0'), 'ttsChars', coalesce(used -> 'ttsChars', '0'),
				'llmIn', coalesce(used -> 'llmIn', '0'), 'llmOut', coalesce(used -> 'llmOut', '0'),
				'toolCalls', coalesce(used -> 'toolCalls', '0'),
				'costInr', coalesce(inr, 0), 'costUsd', coalesce(usd, 0)),
			'costs', lines,
			'atRisk', exists (select from public.caps_of(tenant, '{}') c
				where (c.daily_cap > 0 and c.cost_inr >= 0.8 * c.daily_cap)
					or (c.monthly_cap > 0 and c.minutes >= 0.8 * c.monthly_cap)))::text, event);
end $$;
grant execute on function end_priced_call(text, text, jsonb) to invorto_app, invorto_worker;

-- The older names of the same things, for those who ask for them by name: the event again, renamed, with the members
-- that those names came with.
create function older_name() returns trigger
language plpgsql
as $$
declare
	older text := case new.type
		when 'asr.final' then 'stt.final'
		when 'agent.tool_call' then 'tool.call'
		when 'agent.summary' then 'call.summary'
		when 'call.ended' then case when new.payload::jsonb ->> 'status' = 'completed' then 'call.completed'
			else 'call.failed' end
		end;
	event text := public.new_id('evt');
	body jsonb;
begin
	if older is not null and public.event_wanted(new.tenant_id, older) then
		body := new.payload::jsonb;
		body := body || jsonb_build_object('type', older, 'eventId', event) || case
			when older in ('stt.final', 'tool.call') then jsonb_build_object('payload',
				body - array['type', 'schemaVersion', 'eventId', 'callId', 'tenantId', 'timestamp', 'seq'])
			when older = 'call.summary' then jsonb_build_object('summary', coalesce(body #>> '{summary,notes}', ''),
				'artifactUrl', coalesce(body #> '{artifacts,bundleZip}', body #> '{artifacts,transcript}'))
			else '{}' end;
		perform public.enqueue_event(new.tenant_id, older, new.call_id, older || ':' || new.dedup, body::text, event);
	end if;
	return null;
end $$;
create trigger older_name after insert on webhook_events
	for each row when (new.type in ('asr.final', 'agent.tool_call', 'agent.summary', 'call.ended'))
	execute function older_name();
