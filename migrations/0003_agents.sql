-- Agents, their versions, the templates they are made from, the tools they may use.
set local role invorto_owner;

-- The strings of a JSON array; what is not an array of them is empty.
create function json_texts(value jsonb) returns text[]
language sql immutable parallel safe
as $$
	select case when jsonb_typeof(value) = 'array'
		then array(select e #>> '{}' from jsonb_array_elements(value) with ordinality as x(e, n)
			where jsonb_typeof(e) = 'string' order by n)
		else '{}'::text[] end
$$;
grant execute on function json_texts(jsonb) to invorto_app, invorto_worker;

-- The catalogue, the same for every tenant. Texts hold {{variables}}; those in `required` must be given.
create table voice_agent_templates (
	id text primary key default new_id('tpl'),
	name text not null,
	description text,
	use_case text check (use_case in ('sales_outreach', 'customer_support', 'appointment_setting', 'lead_qualification')),
	provider text not null default 'elevenlabs' check (provider in ('elevenlabs', 'invorto')),
	disclosure text not null check (disclosure <> ''), -- spoken first: that it is a machine, and that it is recorded
	system_prompt text not null,
	first_message text not null,
	voice_id text,
	language text not null default 'en',
	end_call_phrases text[] not null default '{}',
	required text[] not null default '{}',
	config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'),
	is_public boolean not null default true,
	created_by text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
alter table voice_agent_templates enable row level security;
alter table voice_agent_templates force row level security;
create policy catalogue on voice_agent_templates for select using (is_public);
create policy upkeep on voice_agent_templates for all to invorto_owner using (true) with check (true);
grant select on voice_agent_templates to invorto_app, invorto_worker;

-- config is the whole agent, in the names of its field table; the columns of the older schema are read from it,
-- so the two cannot disagree.
create table voice_agents (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('agt'),
	workspace_id text,                        -- kept for older readers; nothing depends on it
	name text not null check (name <> ''),
	description text,
	status text not null default 'active' check (status in ('active', 'inactive', 'draft')),
	version integer not null default 1 check (version > 0),
	config jsonb not null check (jsonb_typeof(config) = 'object'),
	provider text not null default 'invorto' check (provider in ('invorto', 'elevenlabs')), -- who speaks for it
	provider_assistant_id text,
	elevenlabs_agent_id text,
	template_id text references voice_agent_templates,
	use_case text check (use_case in ('sales_outreach', 'customer_support', 'appointment_setting', 'lead_qualification')),
	is_active boolean generated always as (status = 'active') stored,
	voice_id text generated always as (config ->> 'voice') stored,
	model text generated always as (config ->> 'model') stored,
	system_prompt text generated always as (config ->> 'prompt') stored,
	first_message text generated always as (config ->> 'greeting') stored,
	end_call_phrases text[] generated always as (json_texts(config -> 'endCallPhrases')) stored,
	created_by text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	deleted_at timestamptz,                   -- calls go on pointing at it
	primary key (tenant_id, id)
);
create index voice_agents_by_time on voice_agents (tenant_id, created_at desc, id desc) where deleted_at is null;
create unique index voice_agents_by_elevenlabs on voice_agents (tenant_id, elevenlabs_agent_id)
	where elevenlabs_agent_id is not null;
call guard_table('voice_agents', 'select, insert, update, delete', 'select');

-- Every config an agent ever had.
create table voice_agent_versions (
	tenant_id text not null,
	agent_id text not null,
	version integer not null check (version > 0),
	name text not null,
	config jsonb not null,
	created_by text,
	created_at timestamptz not null default now(),
	primary key (tenant_id, agent_id, version),
	foreign key (tenant_id, agent_id) references voice_agents on delete cascade
);
call guard_table('voice_agent_versions', 'select, insert', 'select');

create table tools (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('tool'),
	name text not null check (name ~ '^[A-Za-z0-9_-]{1,64}$'),
	version integer not null default 1 check (version > 0),
	status text not null default 'active' check (status in ('active', 'inactive')),
	type text not null default 'custom' check (type in ('document', 'calendar', 'custom')),
	provider text not null default '' check (length(provider) <= 64),
	description text not null default '',
	definition jsonb not null check (jsonb_typeof(definition) = 'object'), -- url, method, headers, schemas, timeout …
	created_by text,
	created_at timestamptz not null default now(),
	primary key (tenant_id, id),
	unique (tenant_id, name, version)
);
create unique index tools_in_use on tools (tenant_id, name) where status = 'active';
call guard_table('tools', 'select, insert, update, delete', 'select');

-- An agent's config as a call takes it: a tool of which only the name is said is the registered one of that name, as it
-- is now. Names that nobody registered stay: the client of the call runs those.
create function with_registered_tools(tenant text, config jsonb) returns jsonb
language sql stable
as $$
	select case when jsonb_typeof(config -> 'tools') = 'array'
		then jsonb_set(config, '{tools}', (
			select coalesce(jsonb_agg(coalesce(t.definition, x.e) order by x.n), '[]')
			from jsonb_array_elements(config -> 'tools') with ordinality as x(e, n)
			left join public.tools t on jsonb_typeof(x.e) = 'object' and x.e - 'name' = '{}'
				and t.tenant_id = tenant and t.name = x.e ->> 'name' and t.status = 'active'))
		else config end
$$;
grant execute on function with_registered_tools(text, jsonb) to invorto_app;
