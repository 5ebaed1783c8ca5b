-- What things cost, what a call cost, what was used.
set local role invorto_owner;

-- The price of a unit from a moment on. Rows without a tenant are everybody's; a tenant's own come first, then the
-- provider's own before '*', then the latest.
create table rate_cards (
	id text primary key default new_id('rate'),
	tenant_id text references tenants on delete cascade,
	role text not null check (role in ('transport', 'stt', 'tts', 'llm', 'platform', 'tool', 'hosted')),
	provider text not null default '*',
	unit text not null check (unit in ('minute', 'second', 'character', 'token', 'token_in', 'token_out', 'call')),
	currency text not null check (currency in ('INR', 'USD')),
	price numeric(16, 8) not null check (price >= 0),
	increment_seconds integer not null default 1 check (increment_seconds > 0), -- time is rounded up to it
	valid_from timestamptz not null default '2000-01-01T00:00:00Z',
	created_at timestamptz not null default now(),
	unique nulls not distinct (tenant_id, role, provider, unit, valid_from)
);
alter table rate_cards enable row level security;
alter table rate_cards force row level security;
create policy tenant on rate_cards for select using (tenant_id is null or user_belongs_to_tenant(tenant_id));
create policy background on rate_cards for select to invorto_worker using (true);
create policy upkeep on rate_cards for all to invorto_owner using (true) with check (true);
grant select on rate_cards to invorto_app, invorto_worker;

insert into rate_cards (id, role, unit, currency, price) values
	('rate_default_transport', 'transport', 'minute', 'INR', 1.0),
	('rate_default_stt', 'stt', 'minute', 'INR', 2.5),
	('rate_default_tts', 'tts', 'character', 'INR', 0.001),
	('rate_default_llm', 'llm', 'token', 'INR', 0.0001),
	('rate_default_platform', 'platform', 'call', 'INR', 0.5),
	('rate_default_tool', 'tool', 'call', 'INR', 0.1),
	('rate_default_hosted', 'hosted', 'minute', 'USD', 0.10);

create function rate_card(tenant text, role text, provider text, unit text, at timestamptz)
returns rate_cards
language sql stable
as $$
	select c from public.rate_cards c
	where (c.tenant_id is null or c.tenant_id = tenant) and c.role = rate_card.role and c.unit = rate_card.unit
		and c.provider in (rate_card.provider, '*') and c.valid_from <= at
	order by c.tenant_id nulls last, c.provider = '*', c.valid_from desc
	limit 1
$$;

-- Rupees to the dollar: the tenant's, else 87.
create function fx_inr_per_usd(tenant text) returns numeric
language sql stable
as $$
	select coalesce((select (settings -> 'fx_inr_per_usd')::numeric from public.tenants where id = tenant), 87)
$$;
grant execute on function rate_card(text, text, text, text, timestamptz), fx_inr_per_usd(text)
	to invorto_app, invorto_worker;

create table call_costs (
	tenant_id text not null,
	id text not null default new_id('cst'),
	call_id text not null,
	type text not null check (type in ('transport', 'stt', 'tts', 'llm', 'platform', 'other')), -- tools are other
	provider text not null default '',
	unit text not null default '',
	units numeric(16, 4) not null default 0,
	minutes numeric(12, 4),
	cost_inr numeric(12, 4) not null default 0,
	cost_usd numeric(12, 4) not null default 0,
	rate_card_id text references rate_cards on delete set null,
	created_at timestamptz not null default now(),
	primary key (tenant_id, id),
	unique (tenant_id, call_id, type, provider, unit),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
create index call_costs_by_time on call_costs (tenant_id, created_at);
call guard_table('call_costs', 'select, insert', 'select, insert', across => true);

-- What is billed: one row for a call and a kind of use, whatever happens to the call's own row.
create table voice_usage_ledger (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('led'),
	workspace_id text,
	call_id text not null,
	campaign_id text,
	agent_id text,
	usage_type text not null default 'outbound_call'
		check (usage_type in ('outbound_call', 'inbound_call', 'web_call', 'transcription')),
	duration_seconds integer not null default 0 check (duration_seconds >= 0),
	cost_usd numeric(10, 4) not null default 0,
	cost_inr numeric(12, 4) not null default 0,
	rate_card_id text,
	provider text,
	phone_number_e164 text,
	customer_number_e164 text,
	usage_date date not null default (now() at time zone 'UTC')::date,
	occurred_at timestamptz not null default now(),
	created_at timestamptz not null default now(),
	primary key (tenant_id, id),
	unique (tenant_id, call_id, usage_type)
);
create index voice_usage_ledger_by_date on voice_usage_ledger (tenant_id, usage_date);
create index voice_usage_ledger_by_time on voice_usage_ledger (tenant_id, occurred_at)
	include (duration_seconds, cost_inr, cost_usd);
call guard_table('voice_usage_ledger', 'select, insert', 'select, insert', across => true);

-- 80 % and 100 % of a cap, told once in a period.
create table usage_alerts (
	tenant_id text not null references tenants on delete cascade,
	kind text not null check (kind in ('daily_cost_inr', 'monthly_minutes')),
	period text not null,                         -- '2026-11-21', '2026-11'
	percent integer not null check (percent in (80, 100)),
	used numeric not null,
	cap numeric not null,
	at timestamptz not null default now(),
	primary key (tenant_id, kind, period, percent)
);
call guard_table('usage_alerts', 'select, insert', 'select, insert, delete', across => true);
