-- After a campaign's calls: what a vendor tells of those it had itself, and the kernel, which decides what follows.
set local role invorto_owner;

-- ── what a vendor tells ──

-- One row for each thing a vendor has told of a conversation, however often and by whichever way it told it.
create table vendor_deliveries (
	tenant_id text not null,
	type text not null,             -- 'post_call_transcription', 'post_call_audio', …
	conversation_id text not null,
	call_id text not null,
	how text not null check (how in ('webhook', 'parked', 'asked')),
	taken_at timestamptz not null default now(),
	primary key (tenant_id, type, conversation_id),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
create index vendor_deliveries_by_call on vendor_deliveries (tenant_id, call_id);
call guard_table('vendor_deliveries', 'select, insert', 'select, insert', across => true);

-- What came before the call it is about was known here: read again at `next_at`. Nobody's rows, because whose they are
-- is what is not known. The payload is as it was sent and goes as soon as it has found its call, or is given up.
create table vendor_parked (
	type text not null,
	conversation_id text not null,
	payload text,                   -- null: a recording, to be asked for when its call is known
	call_sid text,
	named text,                     -- tenant/call, as we named it to the vendor
	agent_ref text,                 -- the vendor's agent
	received_at timestamptz not null default now(),
	next_at timestamptz not null default now() + interval '5 seconds',
	tries integer not null default 0,
	given_up_at timestamptz,
	last_error text,
	primary key (type, conversation_id)
);
alter table vendor_parked enable row level security;
alter table vendor_parked force row level security;
create policy background on vendor_parked for all to invorto_worker using (true) with check (true);
grant select, insert, update, delete on vendor_parked to invorto_worker;
create index vendor_parked_due on vendor_parked (next_at) where given_up_at is null;
create index vendor_parked_over on vendor_parked (given_up_at) where given_up_at is not null;

-- Conversations of a vendor's agents whose end nobody has told us yet: asked about at `next_at`. A row comes with the
-- call and goes with the transcript, or with an end at which nobody spoke.
create table conversation_checks (
	tenant_id text not null,
	call_id text not null,
	next_at timestamptz not null default now() + interval '2 minutes',
	checks integer not null default 0,
	last_error text,
	primary key (tenant_id, call_id),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
create index conversation_checks_due on conversation_checks (next_at);
call guard_table('conversation_checks', 'select, insert, update, delete', 'select, insert, update, delete', across => true);

create function conversation_to_check() returns trigger
language plpgsql
as $$
begin
	if new.closed_at is null then
		insert into public.conversation_checks (tenant_id, call_id) values (new.tenant_id, new.id) on conflict do nothing;
	elsif new.status = 'completed' then
		-- It is over at the carrier, so the vendor has it whole in a moment.
		update public.conversation_checks k set next_at = least(k.next_at, now() + interval '1 minute')
		where k.tenant_id = new.tenant_id and k.call_id = new.id;
	else
		delete from public.conversation_checks k where k.tenant_id = new.tenant_id and k.call_id = new.id;
	end if;
	return null;
end $$;
create trigger conversation_inserted_to_check after insert on voice_call_records
	for each row when (new.provider = 'elevenlabs' and new.closed_at is null) execute function conversation_to_check();
create trigger conversation_to_check after update on voice_call_records
	for each row when (new.provider = 'elevenlabs' and (old.provider <> new.provider
		or (old.closed_at is null) <> (new.closed_at is null)))
	execute function conversation_to_check();

-- Which call a vendor speaks of: by the names it has there, else by the name we gave it ("tenant/call"). Only calls that
-- the vendor's agent has are its to tell of. More than one row: nobody can say.
create function lookup.hosted_call(conversation text, sid text, named text)
returns table (tenant_id text, call_id text, redact boolean)
language sql stable security definer set search_path = ''
as $$
	select c.tenant_id, c.id,
		(select coalesce(t.settings #>> '{redaction,enabled}', 'true') <> 'false' from public.tenants t where t.id = c.tenant_id)
	from (
		select a.tenant_id, a.call_id, 1 as turn from public.call_aliases a
		where a.provider = 'elevenlabs' and a.alias = conversation
		union
		select a.tenant_id, a.call_id, 2 from public.call_aliases a where a.provider = 'twilio' and a.alias = sid and sid <> ''
		union
		select split_part(named, '/', 1), split_part(named, '/', 2), 3 where named like '%/%'
	) n
	join public.voice_call_records c on c.tenant_id = n.tenant_id and c.id = n.call_id and c.provider = 'elevenlabs'
	where n.turn = 1 or not exists (select from public.call_aliases k
		where k.tenant_id = c.tenant_id and k.call_id = c.id and k.provider = 'elevenlabs' and k.alias <> conversation
			and k.alias like 'conv\_%')
	group by c.tenant_id, c.id
	order by min(n.turn)
	limit 2
$$;
grant execute on function lookup.hosted_call(text, text, text) to invorto_app, invorto_worker;

-- Takes what a vendor told of a call: once for each type of each conversation. `told`:
--   type, conversation_id, call_sid, how, recording {disk, path, format, bytes, sha256}
--   record   columns of voice_call_records by name; status a final one; usage is put over the call's
-- result: 'ended' (the call is over by this), 'added' (it was over, this is more of it), 'stage' (it is not over),
-- 'held' (a process of ours has its media and ends it), 'again' (taken before), 'gone' (no such call, or erased).
create function take_post_call(tenant text, call text, told jsonb) returns table (result text, status text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c voice_call_records;
	record jsonb := coalesce(told -> 'record', '{}');
	next text := record ->> 'status';
	fresh boolean;
	stood text := null;
begin
	if tenant is distinct from current_tenant() then
		raise insufficient_privilege using message = 'the call''s tenant is not the one that is set';
	end if;
	select r.* into c from voice_call_records r where r.tenant_id = tenant and r.id = call for update;
	if c.id is null or c.erased_at is not null then
		return query select 'gone', c.status;
		return;
	end if;
	insert into call_aliases (tenant_id, provider, alias, call_id)
	select tenant, n.provider, n.alias, call
	from (values ('elevenlabs', told ->> 'conversation_id'), ('twilio', told ->> 'call_sid')) as n(provider, alias)
	where coalesce(n.alias, '') <> ''
	on conflict do nothing;
	if told -> 'recording' is null and not call_is_over(next) then
		if c.closed_at is null then
			select s.status into stood from take_call_status(tenant, call, 'elevenlabs', '', next, '{}') s;
		end if;
		return query select 'stage', coalesce(stood, c.status);
		return;
	end if;
	insert into vendor_deliveries (tenant_id, type, conversation_id, call_id, how)
	values (tenant, told ->> 'type', told ->> 'conversation_id', call, coalesce(told ->> 'how', 'webhook'))
	on conflict do nothing;
	fresh := found;
	if not fresh then
		return query select 'again', c.status;
		return;
	end if;
	if told -> 'recording' is not null then
		insert into artifacts (tenant_id, call_id, kind, format, local_path, instance_id, bytes, sha256)
		values (tenant, call, 'recording', told #>> '{recording,format}', told #>> '{recording,path}',
			told #>> '{recording,disk}', (told #>> '{recording,bytes}')::bigint, told #>> '{recording,sha256}')
		on conflict do nothing;
		return query select case when found then 'added' else 'again' end, c.status;
		return;
	end if;

	delete from conversation_checks k where k.tenant_id = tenant and k.call_id = call;
	record := record || jsonb_build_object('usage', c.usage || coalesce(record -> 'usage', '{}'),
		'provider_metadata', c.provider_metadata || coalesce(record -> 'provider_metadata', '{}'));
	if c.closed_at is null and c.instance_id is not null then
		return query select 'held', c.status;
		return;
	end if;
	if c.closed_at is null and record ->> 'transcript' is null and next <> 'completed' then
		update voice_call_records r set usage = record -> 'usage', provider_metadata = record -> 'provider_metadata'
		where r.tenant_id = tenant and r.id = call;
		perform close_unspoken_call(tenant, call, next, record ->> 'end_reason', record ->> 'failure_reason');
	elsif c.closed_at is null then
		perform end_call(tenant, call, jsonb_build_object('record', record
			|| jsonb_build_object('answered_at', coalesce(to_jsonb(c.answered_at), record -> 'answered_at'))));
	else
		-- Its end stands, and what it cost; what somebody wrote into it stays.
		update voice_call_records r set
			transcript = coalesce(r.transcript, record ->> 'transcript'),
			redacted = case when r.transcript is null then coalesce((record ->> 'redacted')::boolean, r.redacted) else r.redacted end,
			summary = coalesce(r.summary, record ->> 'summary'),
			analysis = coalesce(r.analysis, record -> 'analysis'),
			outcome = case when coalesce(r.outcome, 'connected') in ('connected', 'failed')
				then coalesce(record ->> 'outcome', r.outcome) else r.outcome end,
			recording_url = coalesce(r.recording_url, record ->> 'recording_url'),
			language = coalesce(r.language, record ->> 'language'),
			usage = record -> 'usage', provider_metadata = record -> 'provider_metadata'
		where r.tenant_id = tenant and r.id = call;
	end if;
	if record ->> 'outcome' = 'opted-out' and c.customer_number is not null then
		perform opt_out(tenant, c.customer_number, 'voice', call, 'said so to ' || c.provider);
	end if;
	select r.status into next from voice_call_records r where r.tenant_id = tenant and r.id = call;
	return query select case when c.closed_at is null then 'ended' else 'added' end, next;
end $$;
grant execute on function take_post_call(text, text, jsonb) to invorto_app, invorto_worker;

-- Parked deliveries that are due, taken for as long as the lease. given_up: it was the last try.
create function take_parked(most integer, lease_s integer, tries_max integer)
returns table (type text, conversation_id text, payload text, call_sid text, named text, tries integer, given_up boolean)
language sql volatile
as $$
	update public.vendor_parked p set tries = p.tries + 1, next_at = now() + make_interval(secs => lease_s)
	where p.ctid = any (array(
		select d.ctid from public.vendor_parked d where d.given_up_at is null and d.next_at <= now()
		order by d.next_at limit most for update skip locked))
	returning p.type, p.conversation_id, p.payload, p.call_sid, p.named, p.tries, p.tries >= tries_max
$$;
grant execute on function take_parked(integer, integer, integer) to invorto_worker;

-- ── the kernel ──

alter table kernel_events add column folded_into text; -- decided with this later one, of the same campaign
create index kernel_events_of_campaign on kernel_events (tenant_id, correlation_id) where status = 'pending';

-- Nothing follows from a call of no campaign, nor from what is no call.
create function kernel_event_in() returns trigger
language plpgsql
as $$
begin
	if new.type not like 'voice.call.%' or new.payload_json ->> 'campaign_id' is null then
		new.status := 'completed';
		new.processed_at := now();
	end if;
	return new;
end $$;
create trigger kernel_event_in before insert on kernel_events
	for each row when (new.status = 'pending') execute function kernel_event_in();
alter table kernel_events no force row level security;
update kernel_events set status = 'completed', processed_at = now()
where status = 'pending' and (type not like 'voice.call.%' or payload_json ->> 'campaign_id' is null);
alter table kernel_events force row level security;

alter table kernel_decisions drop constraint kernel_decisions_status_check;
alter table kernel_decisions add constraint kernel_decisions_status_check
	check (status in ('proposed', 'approved', 'executed', 'failed', 'rejected'));
alter table kernel_decisions add column decided_by text, add column decided_at timestamptz;
create index kernel_decisions_of_campaign on kernel_decisions (tenant_id, correlation_id, created_at desc);
create index kernel_decisions_by_time on kernel_decisions (tenant_id, created_at desc, id desc);
create index kernel_decisions_open on kernel_decisions (tenant_id, correlation_id) where status = 'proposed';

-- What is looked at, in which order, and what follows. A row without a tenant is everybody's; a tenant's row of the same
-- name is his in its place. Rates are parts of one: 0.3 is 30 %.
create table optimizer_rules (
	id text primary key default new_id('rule'),
	tenant_id text references tenants on delete cascade,
	name text not null check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
	position integer not null,
	enabled boolean not null default true,
	metric text not null check (metric in ('failure_rate', 'connect_rate', 'qualification_rate', 'efficiency', 'no_answer_rate',
		'busy_rate', 'voicemail_rate', 'average_duration_s', 'average_cost_usd')),
	comparison text not null check (comparison in ('>', '>=', '<', '<=')),
	threshold numeric not null,
	-- Fewer than so many, and nothing follows.
	min_sample integer not null check (min_sample >= 0),
	sample_of text not null default 'total' check (sample_of in ('total', 'completed', 'connected', 'qualified')),
	-- What must hold besides: [{metric, comparison, threshold}].
	also jsonb not null default '[]' check (jsonb_typeof(also) = 'array'),
	-- The first product's formulas: every call of the campaign ever, those under way included; connected is what is
	-- completed with just that outcome.
	parity boolean not null default false,
	looks_back interval not null default '7 days' check (looks_back > '0'),
	cool_down interval not null default '1 hour' check (cool_down >= '0'),
	decision_type text not null check (decision_type in ('pause_campaign', 'adjust_retry_window', 'switch_agent', 'scale_up')),
	action_type text not null check (action_type <> ''),
	-- retry_windows [{start, end, timezone}]; factor, of scale_up; voice_agent_id, of switch_agent.
	action jsonb not null default '{}' check (jsonb_typeof(action) = 'object'),
	-- {value} {threshold} {numerator} {denominator} {sample} {min_sample} {days}
	reason text not null check (reason <> ''),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	unique nulls not distinct (tenant_id, name)
);
alter table optimizer_rules enable row level security;
alter table optimizer_rules force row level security;
create policy tenant on optimizer_rules for all using (user_belongs_to_tenant(tenant_id))
	with check (user_belongs_to_tenant(tenant_id));
create policy shared on optimizer_rules for select using (tenant_id is null);
create policy background on optimizer_rules for select to invorto_worker using (true);
create policy upkeep on optimizer_rules for all to invorto_owner using (true) with check (true);
grant select, insert, update, delete on optimizer_rules to invorto_app;
grant select on optimizer_rules to invorto_worker;

insert into optimizer_rules (id, name, position, metric, comparison, threshold, min_sample, sample_of, also, decision_type,
	action_type, action, reason) values
	('rule_stop_loss', 'stop_loss', 10, 'failure_rate', '>', 0.30, 10, 'total', '[]', 'pause_campaign', 'pause_campaign', '{}',
	'Failure rate {value} is above {threshold}: {numerator} of {denominator} calls failed in {days} days'),
	('rule_retry_windows', 'retry_windows', 20, 'connect_rate', '<', 0.20, 20, 'total', '[]', 'adjust_retry_window',
	'shift_calling_hours', '{"retry_windows": [{"start": "10:00", "end": "12:00", "timezone": "local"},
		{"start": "14:00", "end": "16:00", "timezone": "local"}]}',
	'Connect rate {value} is below {threshold}: {numerator} of {denominator} calls reached somebody in {days} days'),
	('rule_agent_switch', 'agent_switch', 30, 'qualification_rate', '<', 0.15, 10, 'connected', '[]', 'switch_agent',
	'test_new_script', '{}',
	'Qualification rate {value} is below {threshold}: {numerator} of {denominator} conversations qualified in {days} days'),
	('rule_scale_up', 'scale_up', 40, 'efficiency', '>', 0.30, 50, 'total',
	'[{"metric": "connect_rate", "comparison": ">", "threshold": 0.40}]', 'scale_up', 'increase_volume', '{"factor": 1.5}',
	'Efficiency {value} is above {threshold}: {numerator} of {denominator} calls qualified in {days} days');

-- What a campaign's calls came to: those that ended within `over` before `at` and that a carrier took. Connected is
-- whatever a person answered; qualified, a connected one with that outcome, or with a score of 7 and more.
create function kernel_counts(tenant text, campaign text, at timestamptz, over interval, parity boolean)
returns table (total bigint, completed bigint, failed bigint, connected bigint, qualified bigint, no_answer bigint, busy bigint,
	voicemail bigint, seconds bigint, cost_usd numeric)
language sql stable
as $$
	select count(*), count(*) filter (where k.status = 'completed'),
		count(*) filter (where k.status = 'failed' or (not parity and k.outcome = 'failed')),
		count(*) filter (where k.reached), count(*) filter (where k.good and (parity or k.reached)),
		count(*) filter (where k.status = 'no-answer' or k.outcome = 'no-answer'),
		count(*) filter (where k.status = 'busy' or k.outcome = 'busy'), count(*) filter (where k.outcome = 'voicemail'),
		coalesce(sum(k.duration_seconds), 0), coalesce(sum(k.cost), 0)
	from (
		select c.status, c.outcome, c.duration_seconds, c.cost,
			case when parity then c.status = 'completed' and c.outcome = 'connected'
				else coalesce(public.call_is_connected(coalesce(c.outcome, c.status)), false) end as reached,
			c.outcome = 'qualified' or case when jsonb_typeof(c.analysis -> 'qualification_score') = 'number'
				then (c.analysis -> 'qualification_score')::numeric >= 7 else false end as good
		from public.voice_call_records c
		where c.tenant_id = tenant and c.campaign_id = campaign
			and (parity or (c.closed_at is not null and c.direction = 'outbound' and c.ended_at > at - over and c.ended_at <= at
				and not (c.status = 'failed' and coalesce(c.end_reason, '') in ('not_placed', 'refused'))))
	) k
$$;
grant execute on function kernel_counts(text, text, timestamptz, interval, boolean) to invorto_app, invorto_worker;

-- One condition on those counts: what was divided by what, and whether it holds. Compared without dividing.
create function kernel_condition(counts jsonb, metric text, comparison text, threshold numeric)
returns table (numerator numeric, denominator numeric, value numeric, holds boolean)
language sql immutable parallel safe
as $$
	select p.n, p.d, case when p.d > 0 then round(p.n / p.d, 6) end,
		p.d > 0 and case comparison when '>' then p.n > threshold * p.d when '>=' then p.n >= threshold * p.d
			when '<' then p.n < threshold * p.d else p.n <= threshold * p.d end
	from (select (counts ->> case metric when 'failure_rate' then 'failed' when 'connect_rate' then 'connected'
				when 'no_answer_rate' then 'no_answer' when 'busy_rate' then 'busy' when 'voicemail_rate' then 'voicemail'
				when 'average_duration_s' then 'seconds' when 'average_cost_usd' then 'cost_usd' else 'qualified' end)::numeric as n,
			(counts ->> case metric when 'qualification_rate' then 'connected' else 'total' end)::numeric as d) p
$$;
grant execute on function kernel_condition(jsonb, text, text, numeric) to invorto_app, invorto_worker;

create function kernel_number(metric text, value numeric) returns text
language sql immutable parallel safe
as $$
	select case when value is null then 'unknown' when metric like 'average%' then trim_scale(round(value, 4))::text
		else trim_scale(round(value * 100, 2))::text || ' %' end
$$;
grant execute on function kernel_number(text, numeric) to invorto_app, invorto_worker;

create function optimizer_mode(tenant text) returns text
language sql stable
as $$
	select case coalesce((select t.settings ->> 'optimizer_mode' from public.tenants t where t.id = tenant), 'enforce')
		when 'enforce' then 'enforce' else 'shadow' end
$$;
grant execute on function optimizer_mode(text) to invorto_app, invorto_worker;

-- Every rule with its numbers, and what follows: what kernel_decide does, without doing it. Null: no such campaign.
-- Of a rule: result is 'matched' (the first), 'later' (it holds, but one before it has), 'not_reached', 'too_few',
-- 'cooling', 'waiting' (what it recommended waits for somebody), 'in_force', 'disabled'; why says so in words.
create function kernel_explain(tenant text, campaign text, at timestamptz) returns jsonb
language plpgsql stable
as $$
declare
	g public.voice_campaigns;
	r public.optimizer_rules;
	c record;
	k record;
	b record;
	counts jsonb := '{}';
	of_rule jsonb;
	about jsonb;
	sample bigint;
	last_at timestamptz;
	conditions jsonb;
	holds boolean;
	result text;
	why text;
	reason text;
	rules jsonb := '[]';
	chosen jsonb;
	mode text := public.optimizer_mode(tenant);
begin
	select v.* into g from public.voice_campaigns v where v.tenant_id = tenant and v.id = campaign;
	if g.id is null then
		return null;
	end if;
	for r in
		select o.* from (select distinct on (a.name) a.* from public.optimizer_rules a
			where a.tenant_id is null or a.tenant_id = tenant order by a.name, a.tenant_id nulls last) o
		order by o.position, o.name
	loop
		-- The counts of each window once.
		about := jsonb_build_object('s', extract(epoch from r.looks_back), 'parity', r.parity);
		if not counts ? about::text then
			select * into c from public.kernel_counts(tenant, campaign, at, r.looks_back, r.parity);
			counts := counts || jsonb_build_object(about::text, to_jsonb(c));
		end if;
		of_rule := counts -> about::text;
		sample := (of_rule ->> r.sample_of)::bigint;
		select * into k from public.kernel_condition(of_rule, r.metric, r.comparison, r.threshold);
		holds := k.holds;
		conditions := '[]';
		for b in
			select a.metric, a.comparison, a.threshold, n.* from jsonb_to_recordset(r.also) as a(metric text, comparison text,
				threshold numeric) cross join lateral public.kernel_condition(of_rule, a.metric, a.comparison, a.threshold) n
		loop
			conditions := conditions || jsonb_build_object('metric', b.metric, 'comparison', b.comparison,
				'threshold', b.threshold, 'numerator', b.numerator, 'denominator', b.denominator, 'value', b.value,
				'holds', b.holds);
			holds := holds and b.holds;
		end loop;
		select max(d.created_at) into last_at from public.kernel_decisions d
		where d.tenant_id = tenant and d.correlation_id = campaign and d.policy_name = 'voice_campaign_optimization'
			and d.decision_json #>> '{metadata,rule}' = r.name and d.created_at > at - r.cool_down and d.created_at <= at;

		if not r.enabled then
			result := 'disabled';
			why := 'the rule is off';
		elsif sample < r.min_sample then
			result := 'too_few';
			why := format('%s %s, and it takes %s', sample, replace(r.sample_of, 'total', 'calls'), r.min_sample);
		elsif not holds then
			result := 'not_reached';
			why := format('%s is %s, not %s %s', replace(r.metric, '_', ' '), public.kernel_number(r.metric, k.value),
				r.comparison, public.kernel_number(r.metric, r.threshold));
			if k.holds then
				select format('%s is %s, not %s %s', replace(x ->> 'metric', '_', ' '),
					public.kernel_number(x ->> 'metric', (x ->> 'value')::numeric), x ->> 'comparison',
					public.kernel_number(x ->> 'metric', (x ->> 'threshold')::numeric))
				into why from jsonb_array_elements(conditions) x where not (x ->> 'holds')::boolean limit 1;
			end if;
		elsif last_at is not null then
			result := 'cooling';
			why := format('decided at %s, and again from %s on',
				to_char(last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
				to_char((last_at + r.cool_down) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
		elsif r.decision_type = 'pause_campaign' and g.status not in ('running', 'scheduled') then
			result := 'in_force';
			why := 'the campaign is ' || g.status;
		elsif r.decision_type = 'adjust_retry_window' and g.call_schedule -> 'retry_windows' = r.action -> 'retry_windows' then
			result := 'in_force';
			why := 'the campaign has these windows';
		elsif r.decision_type in ('switch_agent', 'scale_up') and exists (select from public.kernel_decisions d
				where d.tenant_id = tenant and d.correlation_id = campaign and d.status = 'proposed'
					and d.policy_name = 'voice_campaign_optimization' and d.decision_json #>> '{metadata,rule}' = r.name
					and d.decision_json #>> '{metadata,mode}' = mode) then
			result := 'waiting';
			why := 'what was recommended before waits for somebody to accept or reject it';
		elsif chosen is not null then
			result := 'later';
			why := 'a rule before it matched';
		else
			result := 'matched';
			why := 'the first that matches';
		end if;

		about := jsonb_build_object('name', r.name, 'tenant_s_own', r.tenant_id is not null, 'metric', r.metric,
			'comparison', r.comparison, 'threshold', r.threshold, 'numerator', k.numerator, 'denominator', k.denominator,
			'value', k.value, 'sample', sample, 'sample_of', r.sample_of, 'min_sample', r.min_sample, 'also', conditions,
			'looks_back_s', extract(epoch from r.looks_back)::bigint, 'cool_down_s', extract(epoch from r.cool_down)::bigint,
			'parity', r.parity, 'result', result, 'why', why);
		rules := rules || about;
		if result = 'matched' then
			reason := r.reason;
			for b in select * from (values ('value', public.kernel_number(r.metric, k.value)),
					('threshold', public.kernel_number(r.metric, r.threshold)), ('numerator', trim_scale(k.numerator)::text),
					('denominator', trim_scale(k.denominator)::text), ('sample', sample::text), ('min_sample', r.min_sample::text),
					('days', trim_scale(round(extract(epoch from r.looks_back) / 86400, 2))::text)) as v(name, said)
			loop
				reason := replace(reason, '{' || b.name || '}', b.said);
			end loop;
			chosen := jsonb_build_object('rule', r.name, 'decision', r.decision_type, 'action', r.action_type,
				'parameters', r.action, 'reason', reason,
				'effect', case when mode = 'shadow' then 'proposed: the tenant''s optimiser only watches'
					when r.decision_type in ('pause_campaign', 'adjust_retry_window') then 'done at once'
					else 'recommended: it waits for somebody to accept it' end);
		end if;
	end loop;
	return jsonb_build_object('campaign_id', g.id, 'campaign', g.name, 'status', g.status, 'mode', mode,
		'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'counts', (select jsonb_agg(jsonb_build_object('looks_back_s', (x.key::jsonb ->> 's')::numeric::bigint,
			'parity', (x.key::jsonb ->> 'parity')::boolean, 'counts', x.value)) from jsonb_each(counts) x),
		'rules', rules, 'chosen', coalesce(chosen, jsonb_build_object('rule', null, 'decision', 'continue', 'action', 'monitor',
			'parameters', '{}'::jsonb, 'reason', 'No rule applies', 'effect', 'nothing')));
end $$;
grant execute on function kernel_explain(text, text, timestamptz) to invorto_app, invorto_worker;

-- Does what was decided. Null: done; else why not, in a word.
create function kernel_effect(tenant text, campaign text, decision text, parameters jsonb, at timestamptz, person text,
	reason text) returns text
language plpgsql volatile
as $$
declare
	o record;
begin
	if decision = 'pause_campaign' then
		select * into o from public.campaign_order(tenant, campaign, 'pause', at, person, reason);
		return case when o.ok then null else coalesce(o.code, 'bad_state') end;
	end if;
	update public.voice_campaigns g set
		call_schedule = case when decision = 'adjust_retry_window' then g.call_schedule
			|| jsonb_build_object('retry_windows', parameters -> 'retry_windows', 'optimization_applied_at',
				to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) else g.call_schedule end,
		max_concurrent_calls = case when decision = 'scale_up'
			then ceil(g.max_concurrent_calls * (parameters ->> 'factor')::numeric)::integer else g.max_concurrent_calls end,
		max_calls_per_day = case when decision = 'scale_up'
			then ceil(g.max_calls_per_day * (parameters ->> 'factor')::numeric)::integer else g.max_calls_per_day end,
		voice_agent_id = case when decision = 'switch_agent' and parameters ? 'voice_agent_id'
			then parameters ->> 'voice_agent_id' else g.voice_agent_id end,
		updated_at = now()
	where g.tenant_id = tenant and g.id = campaign;
	return case when found then null else 'no_campaign' end;
end $$;
grant execute on function kernel_effect(text, text, text, jsonb, timestamptz, text, text) to invorto_app, invorto_worker;

-- Decides about the campaign of this event, and with it about all of its events until now: the decision with every
-- number that it saw, the action, and what follows from it, all at once and once. result: 'decided', 'none' (the event
-- is not there, or decided), 'busy' (somebody is at it), 'no_campaign'.
create function kernel_decide(tenant text, event text, at timestamptz)
returns table (result text, decision_id text, decision_type text, status text, campaign_id text, folded bigint)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	e kernel_events;
	saw jsonb;
	chosen jsonb;
	decision text;
	kind text;
	did text;        -- the decision's status
	doing text;      -- the action's
	failed text;
	others bigint;
begin
	if current_tenant() is null then
		perform set_config('app.tenant_id', tenant, true);
	elsif tenant is distinct from current_tenant() then
		raise insufficient_privilege using message = 'the event''s tenant is not the one that is set';
	end if;
	select v.* into e from kernel_events v where v.tenant_id = tenant and v.id = event and v.status = 'pending'
	for update skip locked;
	if e.id is null then
		return query select 'none', null::text, null::text, null::text, null::text, 0::bigint;
		return;
	end if;
	if not pg_try_advisory_xact_lock(hashtextextended('kernel:' || tenant || '/' || e.correlation_id, 0)) then
		return query select 'busy', null::text, null::text, null::text, e.correlation_id, 0::bigint;
		return;
	end if;
	with gone as (
		update kernel_events v set status = 'completed', processed_at = now(), last_error = null,
			folded_into = case when v.id <> e.id then e.id end
		where v.tenant_id = tenant and v.correlation_id = e.correlation_id and v.status = 'pending'
			and v.type like 'voice.call.%' and v.id = any (array(select w.id from kernel_events w
				where w.tenant_id = tenant and w.correlation_id = e.correlation_id and w.status = 'pending'
				for update skip locked))
		returning 1)
	select count(*) - 1 into others from gone;
	saw := kernel_explain(tenant, e.payload_json ->> 'campaign_id', at);
	if saw is null then
		return query select 'no_campaign', null::text, null::text, null::text, e.correlation_id, others;
		return;
	end if;

	chosen := saw -> 'chosen';
	kind := chosen ->> 'decision';
	decision := new_id('kdc');
	if kind = 'continue' then
		did := 'executed';
	elsif saw ->> 'mode' = 'shadow' then
		did := 'proposed';
		doing := 'skipped';
	elsif kind in ('pause_campaign', 'adjust_retry_window') then
		begin
			failed := kernel_effect(tenant, saw ->> 'campaign_id', kind, chosen -> 'parameters', at, null, chosen ->> 'reason');
		exception when check_violation or not_null_violation or foreign_key_violation or invalid_text_representation then
			failed := sqlerrm;
		end;
		did := case when failed is null then 'executed' else 'failed' end;
		doing := did;
	else
		did := 'proposed';
		doing := 'logged';
	end if;
	insert into kernel_decisions (tenant_id, id, event_id, correlation_id, policy_name, decision_type, decision_json, status, created_at)
	values (tenant, decision, e.id, e.correlation_id, 'voice_campaign_optimization', kind,
		jsonb_build_object('campaign_id', saw -> 'campaign_id', 'decision', kind, 'reason', chosen -> 'reason',
			'action', chosen -> 'action', 'metadata', jsonb_build_object('rule', chosen -> 'rule',
				'parameters', chosen -> 'parameters', 'mode', saw -> 'mode', 'campaign_status', saw -> 'status', 'at', saw -> 'at',
				'events', others + 1, 'counts', saw -> 'counts', 'rules', saw -> 'rules')),
		did, at);
	if doing is not null then
		insert into kernel_actions (tenant_id, decision_id, correlation_id, action_type, action_json, status, executed_at, error, created_at)
		values (tenant, decision, e.correlation_id, chosen ->> 'action', jsonb_build_object('campaign_id', saw -> 'campaign_id',
				'decision', kind, 'executed_action', chosen -> 'action', 'metadata', chosen -> 'parameters'),
			doing, case when doing = 'executed' then at end, failed, at);
	end if;
	return query select 'decided', decision, kind, did, saw ->> 'campaign_id', others;
end $$;
grant execute on function kernel_decide(text, text, timestamptz) to invorto_app, invorto_worker;

-- What waits to be decided: the latest event of each campaign whose oldest has waited for so long.
create function kernel_due(debounce_ms bigint, most integer)
returns table (tenant_id text, event_id text, campaign_id text)
language sql stable
as $$
	select o.tenant_id, (select l.id from public.kernel_events l
			where l.tenant_id = o.tenant_id and l.correlation_id = o.correlation_id and l.status = 'pending'
			order by l.created_at desc, l.id desc limit 1), o.correlation_id
	from (select v.tenant_id, v.correlation_id, min(v.created_at) as since
		from (select w.tenant_id, w.correlation_id, w.created_at, w.lease_until from public.kernel_events w
			where w.status = 'pending'
			order by w.created_at limit 20000) v
		group by v.tenant_id, v.correlation_id
		having min(v.created_at) <= now() - debounce_ms * interval '1 millisecond'
			and coalesce(max(v.lease_until), '-infinity') <= now()) o
	order by o.since limit most
$$;
grant execute on function kernel_due(bigint, integer) to invorto_worker;

-- A person's word on what waits for one. code: null (done), 'unknown', 'decided' (somebody was quicker, or nothing was to
-- be decided), else what kept it from being done; then the decision is 'failed'.
create function kernel_accept(tenant text, decision text, person text, accept boolean, at timestamptz default now())
returns table (code text, status text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	d kernel_decisions;
	failed text;
	next text;
begin
	if tenant is distinct from current_tenant() then
		raise insufficient_privilege using message = 'the decision''s tenant is not the one that is set';
	end if;
	select k.* into d from kernel_decisions k where k.tenant_id = tenant and k.id = decision for update;
	if d.id is null or d.status <> 'proposed' then
		return query select case when d.id is null then 'unknown' else 'decided' end, d.status;
		return;
	end if;
	if accept then
		failed := kernel_effect(tenant, d.decision_json ->> 'campaign_id', d.decision_type,
			coalesce(d.decision_json #> '{metadata,parameters}', '{}'), at, person, d.decision_json ->> 'reason');
	end if;
	-- What only a person can do stays approved: which agent instead, a new script.
	next := case when not accept then 'rejected' when failed is not null then 'failed'
		when d.decision_type = 'switch_agent' and not coalesce(d.decision_json #> '{metadata,parameters}' ? 'voice_agent_id', false)
		then 'approved' else 'executed' end;
	update kernel_decisions k set status = next, decided_by = person, decided_at = at
	where k.tenant_id = tenant and k.id = decision;
	update kernel_actions a set status = case next when 'rejected' then 'skipped' when 'approved' then 'logged' else next end,
		executed_at = case when next = 'executed' then at end, error = failed
	where a.tenant_id = tenant and a.decision_id = decision;
	return query select failed, next;
end $$;
grant execute on function kernel_accept(text, text, text, boolean, timestamptz) to invorto_app;

-- An event that could not be decided: later, and after so many times never.
create function kernel_put_back(tenant text, event text, why text) returns void
language sql volatile
as $$
	update public.kernel_events v set attempt = v.attempt + 1, last_error = left(why, 200),
		status = case when v.attempt >= 9 then 'failed' else 'pending' end,
		lease_until = now() + least(600, 2 ^ v.attempt) * interval '1 second'
	where v.tenant_id = tenant and v.id = event and v.status = 'pending'
$$;
grant execute on function kernel_put_back(text, text, text) to invorto_worker;

-- Events that led nowhere are kept for a while, with the decisions that said so; the others stay.
create function kernel_sweep(most integer, keep_days integer) returns bigint
language sql volatile
as $$
	with gone as (
		delete from public.kernel_events v where v.ctid = any (array(
			select o.ctid from public.kernel_events o
			where o.created_at < now() - make_interval(days => keep_days) and o.status = 'completed'
				and not exists (select from public.kernel_decisions d
					where d.tenant_id = o.tenant_id and d.event_id = o.id and d.decision_type <> 'continue')
			order by o.created_at limit most))
		returning 1)
	select count(*) from gone
$$;
grant execute on function kernel_sweep(integer, integer) to invorto_worker;
create index kernel_events_by_age on kernel_events (created_at) where status = 'completed';
