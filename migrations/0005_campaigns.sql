-- Campaigns, the people they call, and who must not be called.
set local role invorto_owner;

create table voice_campaigns (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('cmp'),
	workspace_id text,
	voice_agent_id text,
	phone_number_id text,
	name text not null check (name <> ''),
	description text,
	status text not null default 'draft'
		check (status in ('draft', 'scheduled', 'running', 'paused', 'completed', 'failed', 'cancelled')),
	status_reason text,
	call_schedule jsonb not null default '{}',    -- {"retry_windows": [{"start", "end", "timezone"}], …}
	target_segment jsonb,                         -- {"status", "score_min", "score_max", "tags"}, or a saved one's name
	stats jsonb not null default '{}',
	max_concurrent_calls integer not null default 1 check (max_concurrent_calls > 0),
	max_calls_per_day integer not null default 100 check (max_calls_per_day > 0),
	call_interval_ms integer not null default 0 check (call_interval_ms >= 0),
	max_attempts integer not null default 3 check (max_attempts > 0),
	retry_delays_s integer[] not null default '{3600,14400,86400}',
	timezone text,                                -- of callees whose own is not known
	total_contacts integer not null default 0,
	completed_calls integer not null default 0,
	successful_calls integer not null default 0,
	scheduled_at timestamptz,
	started_at timestamptz,
	completed_at timestamptz,
	created_by text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	primary key (tenant_id, id),
	foreign key (tenant_id, voice_agent_id) references voice_agents on delete set null (voice_agent_id),
	foreign key (tenant_id, phone_number_id) references voice_phone_numbers on delete set null (phone_number_id)
);
create index voice_campaigns_by_time on voice_campaigns (tenant_id, created_at desc, id desc);
create index voice_campaigns_by_agent on voice_campaigns (tenant_id, voice_agent_id);
create index voice_campaigns_by_number on voice_campaigns (tenant_id, phone_number_id);
create index voice_campaigns_at_work on voice_campaigns (status, scheduled_at) where status in ('scheduled', 'running');
call guard_table('voice_campaigns', 'select, insert, update, delete', 'select, update', across => true);

-- A person to call, and the one place that says whether he is being called. Whoever dials takes the lease and
-- counts attempt and fence up in one update; every later write names its fence. attempt never goes back, so a call
-- is known by (lead, attempt). A dial that died is 'unknown': the carrier is asked, the lead is not dialled again.
create table leads (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('lead'),
	workspace_id text,
	contact_id text,
	first_name text,
	last_name text,
	name text generated always as (nullif(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')) stored,
	email text,
	phone text check (phone ~ '^\+[1-9][0-9]{6,14}$'),
	company text,
	timezone text,
	status text not null default 'new',
	score integer,
	tags text[] not null default '{}',
	variables jsonb not null default '{}' check (jsonb_typeof(variables) = 'object'),
	campaign_id text,
	state text not null default 'idle'
		check (state in ('idle', 'queued', 'dialing', 'in-call', 'unknown', 'done', 'failed', 'blocked')),
	state_reason text,
	attempt integer not null default 0,           -- ever
	campaign_attempt integer not null default 0,  -- in this campaign
	fence bigint not null default 0,
	lease_owner text,
	lease_until timestamptz,
	next_at timestamptz,
	last_call_id text,
	last_outcome text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	primary key (tenant_id, id),
	foreign key (tenant_id, campaign_id) references voice_campaigns on delete set null (campaign_id)
);
create index leads_by_time on leads (tenant_id, created_at desc, id desc);
create index leads_by_phone on leads (tenant_id, phone);
create index leads_by_campaign on leads (tenant_id, campaign_id, state, next_at);
create index leads_by_score on leads (tenant_id, status, score);
create index leads_by_tag on leads using gin (tags);
create index leads_leased on leads (lease_until) where state in ('dialing', 'in-call');
call guard_table('leads', 'select, insert, update, delete', 'select, update', across => true);

-- What a person said about being called. Written, never changed: a withdrawal is a row of its own.
create table consent_ledger (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('cns'),
	phone_e164 text not null,
	kind text not null check (kind in ('call', 'recording', 'ai_disclosure', 'marketing')),
	granted boolean not null,
	source text not null check (source in ('call', 'api', 'import', 'web', 'sms', 'manual')),
	call_id text,
	lead_id text,
	evidence jsonb not null default '{}',
	occurred_at timestamptz not null default now(),
	created_at timestamptz not null default now(),
	primary key (tenant_id, id)
);
create index consent_ledger_by_phone on consent_ledger (tenant_id, phone_e164, kind, occurred_at desc);
call guard_table('consent_ledger', 'select, insert', 'select, insert');

create table dnc_entries (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('dnc'),
	phone_e164 text not null check (phone_e164 ~ '^\+[1-9][0-9]{6,14}$'),
	source text not null check (source in ('opt_out', 'manual', 'import', 'registry')),
	reason text,
	call_id text,
	created_by text,
	created_at timestamptz not null default now(),
	expires_at timestamptz,
	primary key (tenant_id, id),
	unique (tenant_id, phone_e164)
);
call guard_table('dnc_entries', 'select, insert, update, delete', 'select, insert');
