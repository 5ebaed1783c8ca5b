-- The end of a call happens once. Whatever writes a final status — end_call, a carrier's report, a person with
-- psql — the same row trigger latches it and adds what follows from it: the ledger row, the kernel event, the last
-- line of the timeline, the event call.ended. A second end changes nothing.
set local role invorto_owner;

-- What the call's own row says about itself.
create function call_row() returns trigger
language plpgsql
as $$
declare
	rate public.rate_cards;
	fx numeric;
begin
	if tg_op = 'UPDATE' then
		new.updated_at := now();
		if old.closed_at is not null then
			if new.status <> old.status or new.ended_at is distinct from old.ended_at
				or new.duration_seconds is distinct from old.duration_seconds then
				raise check_violation using message = 'the call has ended: its end cannot change',
					constraint = 'voice_call_records_ended_once';
			end if;
			new.closed_at := old.closed_at;
			return new;
		end if;
	end if;
	if not call_is_over(new.status) then
		new.closed_at := null;
		return new;
	end if;

	new.closed_at := now();
	new.ended_at := coalesce(new.ended_at, now());
	new.duration_seconds := coalesce(new.duration_seconds, case
		when new.answered_at is not null or new.status = 'completed'
		then greatest(0, ceil(extract(epoch from new.ended_at - coalesce(new.answered_at, new.started_at))))::integer
		else 0 end);
	fx := fx_inr_per_usd(new.tenant_id);
	if new.cost is null and new.cost_inr is null then
		-- Nobody said what it cost: time by the rate card.
		rate := rate_card(new.tenant_id, 'hosted', new.provider, 'minute', new.ended_at);
		new.cost := coalesce(round(ceil(new.duration_seconds / rate.increment_seconds::numeric) * rate.increment_seconds
			/ 60 * rate.price / case rate.currency when 'USD' then 1 else fx end, 4), 0);
		new.rate_card_id := rate.id;
	end if;
	new.cost := coalesce(new.cost, round(new.cost_inr / fx, 4));
	new.cost_inr := coalesce(new.cost_inr, round(new.cost * fx, 4));
	return new;
end $$;
create trigger call_row before insert or update on voice_call_records for each row execute function call_row();

-- What follows from its end.
create function call_ended() returns trigger
language plpgsql
as $$
declare
	kind text := case new.status when 'completed' then 'voice.call.completed' else 'voice.call.failed' end;
	event text := new_id('evt');
begin
	insert into voice_usage_ledger (tenant_id, workspace_id, call_id, campaign_id, agent_id, usage_type,
		duration_seconds, cost_usd, cost_inr, rate_card_id, provider, phone_number_e164, customer_number_e164,
		usage_date, occurred_at)
	values (new.tenant_id, new.workspace_id, new.id, new.campaign_id, new.voice_agent_id,
		case new.direction when 'inbound' then 'inbound_call' when 'web' then 'web_call' else 'outbound_call' end,
		new.duration_seconds, new.cost, new.cost_inr, new.rate_card_id, new.provider,
		case new.direction when 'inbound' then new.to_number else new.from_number end, new.customer_number,
		(new.ended_at at time zone 'UTC')::date, new.ended_at)
	on conflict (tenant_id, call_id, usage_type) do nothing;

	-- Neither transcript nor numbers: the kernel reads the call when it needs them.
	insert into kernel_events (tenant_id, type, source, entity_type, entity_id, correlation_id, payload_json,
		occurred_at, idempotency_key)
	values (new.tenant_id, kind, 'voice', 'call', new.id, coalesce(new.campaign_id, new.id),
		jsonb_build_object('call_id', new.id, 'agent_id', new.voice_agent_id, 'phone_number_id', new.phone_number_id,
			'lead_id', new.lead_id, 'campaign_id', new.campaign_id, 'call_type', new.direction, 'status', new.status,
			'outcome', new.outcome, 'failure_reason', new.failure_reason, 'duration_seconds', new.duration_seconds,
			'cost', new.cost, 'analysis', new.analysis, 'started_at', new.started_at, 'ended_at', new.ended_at),
		new.ended_at, coalesce(new.provider_call_id, new.id) || ':' || kind)
	on conflict (tenant_id, idempotency_key) do nothing;

	insert into call_timeline (tenant_id, call_id, seq, kind, payload, at)
	select new.tenant_id, new.id, coalesce(max(t.seq), 0) + 1, 'call.ended',
		jsonb_build_object('status', new.status, 'reason', new.end_reason, 'durationSec', new.duration_seconds), new.ended_at
	from call_timeline t where t.tenant_id = new.tenant_id and t.call_id = new.id
	having not coalesce(bool_or(t.kind = 'call.ended'), false);

	-- end_call has sent its own by now, with more in it; then this one is a duplicate.
	perform enqueue_event(new.tenant_id, 'call.ended', new.id, 'call.ended:' || new.id,
		jsonb_strip_nulls(jsonb_build_object('type', 'call.ended', 'schemaVersion', 'call.ended.v1', 'eventId', event,
			'callId', new.id, 'tenantId', new.tenant_id,
			'timestamp', to_char(new.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
			'agentId', new.voice_agent_id, 'direction', new.direction, 'status', new.status, 'reason', new.end_reason,
			'outcome', new.outcome, 'durationSec', new.duration_seconds, 'costInr', new.cost_inr,
			'startedAt', to_char(new.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
			'endedAt', to_char(new.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text, event);
	return null;
end $$;
create trigger call_inserted_ended after insert on voice_call_records
	for each row when (new.closed_at is not null) execute function call_ended();
create trigger call_ended after update on voice_call_records
	for each row when (old.closed_at is null and new.closed_at is not null) execute function call_ended();

-- Records the end of a call, and the call itself if its beginning never got here. `ending`:
--   record     columns of voice_call_records by name; those absent stay as they are. status: a final one, else
--              'completed'
--   timeline   [{seq, kind, payload, at}]
--   costs      [{type, provider, unit, units, minutes, cost_inr, cost_usd, rate_card_id}]
--   artifacts  [{kind, format, local_path, instance_id, bytes, sha256, duration_ms, retain_until}]
--   events     [{id, type, dedup, payload}], payload text as it is to be signed; dedup is "type:call" when absent
-- recorded is false when the call had ended before; then nothing changed, and the row says how it ended.
create function end_call(tenant text, call text, ending jsonb)
returns table (recorded boolean, status text, end_reason text, ended_at timestamptz, duration_seconds integer,
	cost numeric, cost_inr numeric)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	was voice_call_records;
	r voice_call_records;
	record jsonb := coalesce(ending -> 'record', '{}') - array['tenant_id', 'id', 'closed_at', 'created_at', 'call_type'];
	event record;
begin
	if tenant is distinct from current_tenant() then
		raise insufficient_privilege using message = 'the call''s tenant is not the one that is set';
	end if;
	insert into voice_call_records (tenant_id, id, direction)
	values (tenant, call, coalesce(record ->> 'direction', 'outbound'))
	on conflict (tenant_id, id) do nothing;
	select c.* into was from voice_call_records c where c.tenant_id = tenant and c.id = call for update;
	if was.closed_at is not null then
		return query select false, was.status, was.end_reason, was.ended_at, was.duration_seconds, was.cost, was.cost_inr;
		return;
	end if;

	r := jsonb_populate_record(was, record);
	if not call_is_over(r.status) then
		r.status := 'completed';
	end if;

	-- Behind what was told of it before it had a process: how it rang, who changed its status.
	insert into call_timeline (tenant_id, call_id, seq, kind, payload, at)
	select tenant, call, t.seq + told.lines, t.kind, coalesce(t.payload, '{}'), coalesce(t.at, now())
	from jsonb_to_recordset(coalesce(ending -> 'timeline', '[]')) as t(seq bigint, kind text, payload jsonb, at timestamptz)
	cross join (select coalesce(max(b.seq), 0) as lines from call_timeline b where b.tenant_id = tenant and b.call_id = call
		and b.seq < 1000000000) as told
	on conflict (tenant_id, call_id, seq) do nothing;
	insert into call_costs (tenant_id, call_id, type, provider, unit, units, minutes, cost_inr, cost_usd, rate_card_id)
	select tenant, call, k.type, coalesce(k.provider, ''), coalesce(k.unit, ''), coalesce(k.units, 0), k.minutes,
		coalesce(k.cost_inr, 0), coalesce(k.cost_usd, 0), k.rate_card_id
	from jsonb_to_recordset(coalesce(ending -> 'costs', '[]')) as k(type text, provider text, unit text, units numeric,
		minutes numeric, cost_inr numeric, cost_usd numeric, rate_card_id text)
	on conflict (tenant_id, call_id, type, provider, unit) do nothing;
	insert into artifacts (tenant_id, call_id, kind, format, local_path, instance_id, bytes, sha256, duration_ms,
		retain_until)
	select tenant, call, a.kind, coalesce(a.format, ''), a.local_path, a.instance_id, a.bytes, a.sha256, a.duration_ms,
		a.retain_until
	from jsonb_to_recordset(coalesce(ending -> 'artifacts', '[]')) as a(kind text, format text, local_path text,
		instance_id text, bytes bigint, sha256 text, duration_ms bigint, retain_until timestamptz)
	on conflict (tenant_id, call_id, kind, format) do nothing;
	for event in select * from jsonb_to_recordset(coalesce(ending -> 'events', '[]'))
			as e(id text, type text, dedup text, payload text) loop
		perform enqueue_event(tenant, event.type, call, coalesce(event.dedup, event.type || ':' || call), event.payload,
			event.id);
	end loop;

	-- What it points at may be gone, or never was of this tenant: the record is kept all the same.
	update voice_call_records c set
		workspace_id = r.workspace_id, direction = r.direction, status = r.status, outcome = r.outcome,
		end_reason = r.end_reason, failure_reason = r.failure_reason, test = r.test,
		voice_agent_id = (select a.id from voice_agents a where a.tenant_id = tenant and a.id = r.voice_agent_id),
		agent_version = r.agent_version, agent = r.agent,
		phone_number_id = (select n.id from voice_phone_numbers n where n.tenant_id = tenant and n.id = r.phone_number_id),
		from_number = r.from_number, to_number = r.to_number,
		customer_number = r.customer_number, customer_name = r.customer_name,
		campaign_id = (select p.id from voice_campaigns p where p.tenant_id = tenant and p.id = r.campaign_id),
		lead_id = (select l.id from leads l where l.tenant_id = tenant and l.id = r.lead_id),
		attempt = r.attempt, provider = r.provider, carrier = r.carrier, provider_call_id = r.provider_call_id,
		provider_metadata = r.provider_metadata, instance_id = r.instance_id, journal_path = r.journal_path,
		started_at = r.started_at, answered_at = r.answered_at, ended_at = r.ended_at,
		duration_seconds = r.duration_seconds, cost = r.cost, cost_inr = r.cost_inr, usage = r.usage,
		transcript = r.transcript, summary = r.summary, summary_json = r.summary_json, analysis = r.analysis,
		recording_url = r.recording_url, language = r.language, redacted = r.redacted, metadata = r.metadata
	where c.tenant_id = tenant and c.id = call
	returning c.* into r;
	return query select true, r.status, r.end_reason, r.ended_at, r.duration_seconds, r.cost, r.cost_inr;
end $$;

grant execute on function end_call(text, text, jsonb) to invorto_app, invorto_worker;
