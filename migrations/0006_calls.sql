-- Calls: one row each, whoever spoke and whatever carried them; their names elsewhere, their timeline, their files.
set local role invorto_owner;

create function call_is_over(status text) returns boolean
language sql immutable parallel safe
as $$ select status in ('completed', 'failed', 'no-answer', 'busy', 'canceled') $$;
grant execute on function call_is_over(text) to invorto_app, invorto_worker;

create table voice_call_records (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('call'),
	workspace_id text,
	direction text not null default 'outbound' check (direction in ('inbound', 'outbound', 'web')),
	call_type text generated always as (direction) stored,
	-- Both seeds' words. 'unknown': it may ring, the carrier has to be asked. Over: call_is_over().
	status text not null default 'created' check (status in ('created', 'queued', 'initiated', 'dialing', 'ringing',
		'answered', 'in-progress', 'active', 'unknown', 'completed', 'failed', 'no-answer', 'busy', 'canceled')),
	outcome text check (outcome in ('connected', 'no-answer', 'voicemail', 'busy', 'qualified', 'not-interested',
		'callback-requested', 'opted-out', 'transferred', 'failed')),
	end_reason text,
	failure_reason text,
	test boolean not null default false,

	voice_agent_id text,
	agent_version integer,
	agent jsonb,                                  -- as it was at the start; holds no secret
	phone_number_id text,
	from_number text,
	to_number text,
	customer_number text,
	customer_name text,
	campaign_id text,
	lead_id text,
	attempt integer,

	provider text not null default 'invorto' check (provider in ('invorto', 'elevenlabs')), -- who spoke
	carrier text check (carrier in ('browser', 'jambonz', 'twilio', 'elevenlabs')),
	provider_call_id text,                        -- the carrier's, or the conversation's
	provider_metadata jsonb not null default '{}',
	instance_id text,                             -- which process holds, or held, it
	journal_path text,

	started_at timestamptz not null default now(),
	answered_at timestamptz,
	ended_at timestamptz,
	closed_at timestamptz,                        -- when the end was recorded: once (see end_call)
	duration_seconds integer check (duration_seconds >= 0),

	cost numeric(12, 4),                          -- USD
	cost_inr numeric(12, 4),
	rate_card_id text,                            -- when the cost is time by the rate card
	usage jsonb not null default '{}',
	transcript text,
	summary text,
	summary_json jsonb,                           -- agent.summary as sent
	analysis jsonb,
	recording_url text,
	language text,
	redacted boolean not null default false,
	metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
	erased_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	primary key (tenant_id, id),
	foreign key (tenant_id, voice_agent_id) references voice_agents on delete set null (voice_agent_id),
	foreign key (tenant_id, phone_number_id) references voice_phone_numbers on delete set null (phone_number_id),
	foreign key (tenant_id, campaign_id) references voice_campaigns on delete set null (campaign_id),
	foreign key (tenant_id, lead_id) references leads on delete set null (lead_id),
	check (call_is_over(status) = (closed_at is not null)),
	check (closed_at is null or (ended_at is not null and duration_seconds is not null))
);
create index voice_call_records_by_time on voice_call_records (tenant_id, started_at desc, id desc);
create index voice_call_records_by_status on voice_call_records (tenant_id, status, started_at desc, id desc);
create index voice_call_records_by_agent on voice_call_records (tenant_id, voice_agent_id, started_at desc, id desc);
create index voice_call_records_by_campaign on voice_call_records (tenant_id, campaign_id, started_at desc)
	where campaign_id is not null;
create index voice_call_records_by_number on voice_call_records (tenant_id, phone_number_id) where phone_number_id is not null;
create unique index voice_call_records_by_provider on voice_call_records (tenant_id, provider_call_id)
	where provider_call_id is not null;
create unique index voice_call_records_once on voice_call_records (tenant_id, lead_id, attempt) where lead_id is not null;
-- Across tenants: calls that lost their process, records past their time, a call known by its id alone.
create index voice_call_records_open on voice_call_records (instance_id, started_at) where closed_at is null;
create index voice_call_records_by_age on voice_call_records (ended_at) where erased_at is null;
create index voice_call_records_by_id on voice_call_records (id);
call guard_table('voice_call_records', 'select, insert, update', 'select, insert, update, delete', across => true);
create policy lookup on voice_call_records for select to invorto_owner using (true);

-- A call's names at carriers and providers.
create table call_aliases (
	tenant_id text not null,
	provider text not null,
	alias text not null,
	call_id text not null,
	created_at timestamptz not null default now(),
	primary key (tenant_id, provider, alias),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
create index call_aliases_by_alias on call_aliases (provider, alias);
create index call_aliases_by_call on call_aliases (tenant_id, call_id);
call guard_table('call_aliases', 'select, insert', 'select, insert', across => true);
create policy lookup on call_aliases for select to invorto_owner using (true);

-- For a hook or a signed socket that says which call and not whose. Ids that browsers bring may be in use by two
-- tenants: more than one row means refuse.
create function lookup.call(name text)
returns table (tenant_id text, call_id text, voice_agent_id text, status text, closed_at timestamptz)
language sql stable security definer set search_path = ''
as $$
	select c.tenant_id, c.id, c.voice_agent_id, c.status, c.closed_at
	from public.voice_call_records c where c.id = name
	limit 2
$$;
create function lookup.call_alias(provider text, alias text)
returns table (tenant_id text, call_id text, voice_agent_id text, status text, closed_at timestamptz)
language sql stable security definer set search_path = ''
as $$
	select c.tenant_id, c.id, c.voice_agent_id, c.status, c.closed_at
	from public.call_aliases a
	join public.voice_call_records c on c.tenant_id = a.tenant_id and c.id = a.call_id
	where a.provider = call_alias.provider and a.alias = call_alias.alias
	limit 2
$$;
grant execute on function lookup.call(text), lookup.call_alias(text, text) to invorto_app;

create table call_timeline (
	tenant_id text not null,
	call_id text not null,
	seq bigint not null,
	kind text not null,
	payload jsonb not null default '{}',
	at timestamptz not null default now(),
	primary key (tenant_id, call_id, seq),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
call guard_table('call_timeline', 'select, insert', 'select, insert, update, delete', across => true);

create table call_documents (
	tenant_id text not null,
	id text not null default new_id('doc'),
	call_id text not null,
	filename text not null,
	type text not null check (type in ('txt', 'md', 'json', 'csv', 'docx', 'doc', 'pdf')),
	content text,
	file_size bigint not null check (file_size >= 0),
	s3_key text,
	s3_url text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	primary key (tenant_id, id),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
create index call_documents_by_call on call_documents (tenant_id, call_id, created_at);
call guard_table('call_documents', 'select, insert, update, delete', 'select, update, delete', across => true);

-- A file of a call, from the disk it was written on to the store it ends in.
create table artifacts (
	tenant_id text not null,
	id text not null default new_id('art'),
	call_id text not null,
	kind text not null check (kind in ('recording', 'transcript', 'transcript_jsonl', 'metrics', 'journal', 'summary')),
	format text not null default '',              -- 'wav', 'ogg', 'json', 'jsonl', 'ndjson'
	state text not null default 'local' check (state in ('local', 'uploading', 'stored', 'deleted')),
	instance_id text,                             -- whose disk
	local_path text,
	object_key text,
	bytes bigint check (bytes >= 0),
	sha256 text,
	duration_ms bigint,
	retain_until timestamptz,
	attempt integer not null default 0,
	next_at timestamptz not null default now(),
	lease_owner text,
	lease_until timestamptz,
	last_error text,
	created_at timestamptz not null default now(),
	stored_at timestamptz,
	deleted_at timestamptz,
	primary key (tenant_id, id),
	unique (tenant_id, call_id, kind, format),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
create index artifacts_to_do on artifacts (next_at) where state = 'local';
create index artifacts_leased on artifacts (lease_until) where state = 'uploading';
create index artifacts_by_age on artifacts (retain_until) where state <> 'deleted';
call guard_table('artifacts', 'select, insert, update', 'select, insert, update, delete', across => true);

create table erasure_jobs (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('era'),
	subject_kind text not null check (subject_kind in ('call', 'phone', 'lead', 'tenant', 'retention')),
	subject text not null,
	state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
	requested_by text,
	created_at timestamptz not null default now(),
	due_at timestamptz not null default now() + interval '14 days',
	started_at timestamptz,
	finished_at timestamptz,
	lease_owner text,
	lease_until timestamptz,
	attempt integer not null default 0,
	report jsonb,
	last_error text,
	primary key (tenant_id, id)
);
create index erasure_jobs_to_do on erasure_jobs (created_at) where state in ('queued', 'running');
create index erasure_jobs_by_time on erasure_jobs (tenant_id, created_at desc, id desc);
call guard_table('erasure_jobs', 'select, insert', 'select, insert, update, delete', across => true);
