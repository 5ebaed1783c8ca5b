-- compatible: the same functions with the same answers, quicker; and a table of sums that only triggers write.
set local role invorto_owner;

-- A function in SQL that cannot be put into the statement that calls it (it runs as its owner, or has a FROM) is parsed
-- and planned anew each time that statement begins: some hundred microseconds, several times a hook. In plpgsql the plan
-- stays with the connection.

create or replace function new_id(prefix text) returns text
language plpgsql volatile parallel safe
as $$
declare
	r text := replace(gen_random_uuid()::text, '-', '');
	-- 48 bits of milliseconds, the version 7, and 74 random bits; two zero bits in front make 26 digits.
	bits bit(130) := b'00' || ('x' || lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
		|| '7' || substr(r, 1, 3) || substr(r, 17, 16))::bit(128);
	id text := prefix || '_';
begin
	for digit in 0..25 loop
		id := id || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', substring(bits from digit * 5 + 1 for 5)::bit(5)::integer + 1, 1);
	end loop;
	return id;
end $$;

create or replace function lookup.api_key(hash text)
returns table (key_id text, tenant_id text, role text, scopes text[], live boolean, rate_per_minute integer,
	expires_at timestamptz, revoked_at timestamptz, tenant_status text, ip_allow text[])
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
	return query select k.id, k.tenant_id, k.role, k.scopes, k.live,
		coalesce(k.rate_per_minute, (t.settings -> 'rate_per_minute')::integer), k.expires_at, k.revoked_at, t.status,
		array(select jsonb_array_elements_text(t.settings -> 'ip_allow'))
	from public.api_keys k join public.tenants t on t.id = k.tenant_id
	where k.key_hash = hash;
end $$;

create or replace function lookup.call(name text)
returns table (tenant_id text, call_id text, voice_agent_id text, status text, closed_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
	return query select c.tenant_id, c.id, c.voice_agent_id, c.status, c.closed_at
	from public.voice_call_records c where c.id = name
	limit 2;
end $$;

create or replace function lookup.call_alias(provider text, alias text)
returns table (tenant_id text, call_id text, voice_agent_id text, status text, closed_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
	return query select c.tenant_id, c.id, c.voice_agent_id, c.status, c.closed_at
	from public.call_aliases a
	join public.voice_call_records c on c.tenant_id = a.tenant_id and c.id = a.call_id
	where a.provider = call_alias.provider and a.alias = call_alias.alias
	limit 2;
end $$;

create or replace function lookup.number(called text)
returns table (tenant_id text, number_id text, voice_agent_id text, provider text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
	return query select n.tenant_id, n.id, n.voice_agent_id, n.provider
	from public.voice_phone_numbers n
	where n.phone_number = called and n.is_active
	order by n.pool_assignment_id is null, n.created_at, n.id
	limit 1;
end $$;

create or replace function lookup.is_member(tenant text, person text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
	return exists (
		select from public.users u
		where u.id = person and u.disabled_at is null
			and (u.platform_admin
				or exists (select from public.user_tenants m where m.tenant_id = tenant and m.user_id = person)));
end $$;

create or replace function fx_inr_per_usd(tenant text) returns numeric
language plpgsql stable
as $$
begin
	return coalesce((select (settings -> 'fx_inr_per_usd')::numeric from public.tenants where id = tenant), 87);
end $$;

create or replace function rate_card(tenant text, role text, provider text, unit text, at timestamptz) returns rate_cards
language plpgsql stable
as $$
declare
	found_card public.rate_cards;
begin
	select c.* into found_card from public.rate_cards c
	where (c.tenant_id is null or c.tenant_id = tenant) and c.role = rate_card.role and c.unit = rate_card.unit
		and c.provider in (rate_card.provider, '*') and c.valid_from <= at
	order by c.tenant_id nulls last, c.provider = '*', c.valid_from desc
	limit 1;
	return found_card;
end $$;

create or replace function json_texts(value jsonb) returns text[]
language plpgsql immutable parallel safe
as $$
begin
	if value is null or jsonb_typeof(value) <> 'array' then
		return '{}';
	end if;
	return array(select e #>> '{}' from jsonb_array_elements(value) with ordinality as x(e, n)
		where jsonb_typeof(e) = 'string' order by n);
end $$;

create or replace function event_wanted(tenant text, type text) returns boolean
language plpgsql stable
as $$
begin
	return exists (select from public.webhook_endpoints e
		where e.tenant_id = tenant and e.disabled_at is null and e.deleted_at is null
			and public.event_matches(e.events, event_wanted.type));
end $$;

create or replace function with_registered_tools(tenant text, config jsonb) returns jsonb
language plpgsql stable
as $$
begin
	if jsonb_typeof(config -> 'tools') is distinct from 'array' then
		return config;
	end if;
	return jsonb_set(config, '{tools}', (
		select coalesce(jsonb_agg(coalesce(t.definition, x.e) order by x.n), '[]')
		from jsonb_array_elements(config -> 'tools') with ordinality as x(e, n)
		left join public.tools t on jsonb_typeof(x.e) = 'object' and x.e - 'name' = '{}'
			and t.tenant_id = tenant and t.name = x.e ->> 'name' and t.status = 'active'));
end $$;

-- ── caps: what a tenant's calls of the last day and month came to, asked with every call that begins or ends ──

-- The ledger by hours: what it came to in 30 days is 720 rows and not as many as there were calls.
create table usage_hours (
	tenant_id text not null references tenants on delete cascade,
	hour timestamptz not null,
	cost_inr numeric(16, 4) not null default 0,
	seconds bigint not null default 0,
	primary key (tenant_id, hour)
);
call guard_table('usage_hours', 'select, insert, update', 'select, insert, update', across => true);
alter table usage_hours set (fillfactor = 50); -- each row is written over many times: beside itself, and in no index

alter table voice_usage_ledger no force row level security;
alter table usage_hours no force row level security;
insert into usage_hours (tenant_id, hour, cost_inr, seconds)
select tenant_id, date_trunc('hour', occurred_at, 'UTC'), sum(cost_inr), sum(duration_seconds)
from voice_usage_ledger group by 1, 2;
alter table voice_usage_ledger force row level security;
alter table usage_hours force row level security;

create function add_usage_hour() returns trigger
language plpgsql
as $$
begin
	insert into public.usage_hours as h (tenant_id, hour, cost_inr, seconds)
	values (new.tenant_id, date_trunc('hour', new.occurred_at, 'UTC'), new.cost_inr, new.duration_seconds)
	on conflict (tenant_id, hour) do update
	set cost_inr = h.cost_inr + excluded.cost_inr, seconds = h.seconds + excluded.seconds;
	return null;
end $$;
-- Before tell_caps, which reads it: triggers of one kind run in the order of their names.
create trigger add_usage_hour after insert on voice_usage_ledger for each row execute function add_usage_hour();

-- To the second: the hour in which `since` lies is read from the ledger itself.
create function used_since(tenant text, since timestamptz, out cost_inr numeric, out seconds bigint)
language plpgsql stable
as $$
declare
	whole timestamptz := date_trunc('hour', since, 'UTC') + interval '1 hour';
begin
	select coalesce(sum(u.cost), 0), coalesce(sum(u.secs), 0) into cost_inr, seconds
	from (
		select h.cost_inr as cost, h.seconds as secs from public.usage_hours h where h.tenant_id = tenant and h.hour >= whole
		union all
		select l.cost_inr, l.duration_seconds from public.voice_usage_ledger l
		where l.tenant_id = tenant and l.occurred_at > since and l.occurred_at < whole
	) u;
end $$;
grant execute on function used_since(text, timestamptz) to invorto_app, invorto_worker;

create or replace function caps_of(tenant text, defaults jsonb)
returns table (live bigint, max_live numeric, cost_inr numeric, daily_cap numeric, minutes numeric, monthly_cap numeric)
language plpgsql stable
as $$
#variable_conflict use_column
declare
	settings jsonb := coalesce(nullif(current_setting('app.default_caps', true), '')::jsonb, '{}') || defaults
		|| coalesce((select t.settings from public.tenants t where t.id = tenant), '{}');
	day record;
	month record;
begin
	select u.cost_inr, u.seconds into day from public.used_since(tenant, now() - interval '24 hours') u;
	select u.cost_inr, u.seconds into month from public.used_since(tenant, now() - interval '30 days') u;
	return query select
		(select count(*) from public.voice_call_records c where c.tenant_id = tenant and c.closed_at is null
			and c.started_at > now() - interval '1 day'),
		coalesce((settings -> 'max_concurrent_calls')::numeric, 0),
		day.cost_inr,
		coalesce((settings -> 'daily_cost_cap_inr')::numeric, 0),
		month.seconds / 60.0,
		coalesce((settings -> 'monthly_minute_cap')::numeric, 0);
end $$;

-- As before; nothing is added up for a tenant that has no cap.
create or replace function tell_caps() returns trigger
language plpgsql
as $$
declare
	settings jsonb := coalesce(nullif(current_setting('app.default_caps', true), '')::jsonb, '{}')
		|| coalesce((select t.settings from public.tenants t where t.id = new.tenant_id), '{}');
	daily numeric := coalesce((settings -> 'daily_cost_cap_inr')::numeric, 0);
	monthly numeric := coalesce((settings -> 'monthly_minute_cap')::numeric, 0);
	k record;
	event text;
begin
	if daily <= 0 and monthly <= 0 then
		return null;
	end if;
	for k in
		select v.*, p.percent from (
			select 'daily_cost_inr' as kind, to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as period, u.cost_inr as used,
				daily as cap
			from public.used_since(new.tenant_id, now() - interval '24 hours') u where daily > 0
			union all
			select 'monthly_minutes', to_char(now() at time zone 'UTC', 'YYYY-MM'), u.seconds / 60.0, monthly
			from public.used_since(new.tenant_id, now() - interval '30 days') u where monthly > 0
		) v cross join (values (80), (100)) as p(percent)
		where v.used >= v.cap * p.percent / 100.0
	loop
		insert into public.usage_alerts (tenant_id, kind, period, percent, used, cap)
		values (new.tenant_id, k.kind, k.period, k.percent, k.used, k.cap)
		on conflict do nothing;
		if found then
			event := public.new_id('evt');
			perform public.enqueue_event(new.tenant_id, 'system.alert', null,
				'cap:' || k.kind || ':' || k.period || ':' || k.percent,
				jsonb_build_object('type', 'system.alert', 'schemaVersion', 'system.alert.v1', 'eventId', event,
					'tenantId', new.tenant_id, 'kind', k.kind, 'period', k.period, 'percent', k.percent,
					'used', k.used, 'cap', k.cap,
					'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text, event);
		end if;
	end loop;
	return null;
end $$;

-- A call's row is written over a dozen times in its life; what is not indexed then stays on its page.
alter table voice_call_records set (fillfactor = 80);
