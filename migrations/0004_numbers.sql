-- Telephone numbers: the pool nobody sees, who holds a number of it, and the numbers of a tenant.
set local role invorto_owner;

-- Ours, not a tenant's. Tenants take from it through claim_pool_number and see only what they took.
create table twilio_phone_pool (
	id text primary key default new_id('ppn'),
	phone_number_e164 text not null unique check (phone_number_e164 ~ '^\+[1-9][0-9]{6,14}$'),
	twilio_sid text unique,
	country_code text,
	capabilities jsonb not null default '{"voice": true, "sms": false}',
	friendly_name text,
	is_assigned boolean not null default false,
	assigned_to_tenant_id text references tenants,
	assigned_at timestamptz,
	provider text not null default 'twilio',
	provider_metadata jsonb not null default '{}',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	check (is_assigned = (assigned_to_tenant_id is not null))
);
alter table twilio_phone_pool enable row level security;
alter table twilio_phone_pool force row level security;
create policy upkeep on twilio_phone_pool for all to invorto_owner using (true) with check (true);
create policy background on twilio_phone_pool for all to invorto_worker using (true) with check (true);
grant select, insert, update on twilio_phone_pool to invorto_worker;

create table tenant_phone_assignments (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('asg'),
	workspace_id text,
	pool_phone_id text not null references twilio_phone_pool on delete restrict,
	elevenlabs_phone_number_id text,
	assigned_by text,
	assignment_purpose text not null default 'outbound_sales',
	is_active boolean not null default true,
	released_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	primary key (tenant_id, id)
);
-- A number is held by one tenant at a time, whatever the pool's row says.
create unique index tenant_phone_assignments_held on tenant_phone_assignments (pool_phone_id) where is_active;
create index tenant_phone_assignments_by_time on tenant_phone_assignments (tenant_id, created_at desc, id desc);
call guard_table('tenant_phone_assignments', 'select, insert, update', 'select');

create table voice_phone_numbers (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('num'),
	workspace_id text,
	phone_number text not null check (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
	provider text not null default 'twilio' check (provider in ('twilio', 'jambonz', 'elevenlabs')),
	provider_number_id text,
	provider_status text not null default 'assigned' check (provider_status in ('assigned', 'imported', 'active', 'failed')),
	friendly_name text,
	is_active boolean not null default true,
	twilio_sid text,
	elevenlabs_phone_number_id text,
	pool_assignment_id text,
	voice_agent_id text,                      -- who answers
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	primary key (tenant_id, id),
	foreign key (tenant_id, pool_assignment_id) references tenant_phone_assignments,
	foreign key (tenant_id, voice_agent_id) references voice_agents on delete set null (voice_agent_id)
);
-- Not unique across tenants: an error would tell one what another holds. lookup.number has the order.
create unique index voice_phone_numbers_once on voice_phone_numbers (tenant_id, phone_number) where is_active;
create index voice_phone_numbers_by_number on voice_phone_numbers (phone_number) where is_active;
create index voice_phone_numbers_by_time on voice_phone_numbers (tenant_id, created_at desc, id desc);
create index voice_phone_numbers_by_agent on voice_phone_numbers (tenant_id, voice_agent_id);
call guard_table('voice_phone_numbers', 'select, insert, update, delete', 'select');
create policy lookup on voice_phone_numbers for select to invorto_owner using (true);

-- Whose telephone rings. Held from the pool comes before brought along; then whoever was first.
create function lookup.number(called text)
returns table (tenant_id text, number_id text, voice_agent_id text, provider text)
language sql stable security definer set search_path = ''
as $$
	select n.tenant_id, n.id, n.voice_agent_id, n.provider
	from public.voice_phone_numbers n
	where n.phone_number = called and n.is_active
	order by n.pool_assignment_id is null, n.created_at, n.id
	limit 1
$$;

-- Takes a free number for the current tenant, by number or by id: one conditional update, so two who ask at once
-- get two answers. No row: there is no such number, or it is held.
create function claim_pool_number(number_or_id text, purpose text, person text, workspace text)
returns table (assignment_id text, pool_phone_id text, phone_number_e164 text, twilio_sid text, friendly_name text)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
	tenant text := public.current_tenant();
	taken public.twilio_phone_pool;
	made text;
begin
	if tenant is null then
		raise insufficient_privilege using message = 'no tenant is set';
	end if;
	update public.twilio_phone_pool p
	set is_assigned = true, assigned_to_tenant_id = tenant, assigned_at = now(), updated_at = now()
	where not p.is_assigned
		and (p.phone_number_e164 = number_or_id or p.id = number_or_id)
	returning p.* into taken;
	if taken.id is null then
		return;
	end if;
	insert into public.tenant_phone_assignments as a (tenant_id, workspace_id, pool_phone_id, assigned_by, assignment_purpose)
	values (tenant, workspace, taken.id, person, coalesce(nullif(purpose, ''), 'outbound_sales'))
	returning a.id into made;
	return query select made, taken.id, taken.phone_number_e164, taken.twilio_sid, taken.friendly_name;
end $$;

-- Gives it back; false: the current tenant holds no such assignment.
create function release_pool_number(assignment text) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
	tenant text := public.current_tenant();
	phone text;
begin
	update public.tenant_phone_assignments a
	set is_active = false, released_at = now(), updated_at = now()
	where a.tenant_id = tenant and a.id = assignment and a.is_active
	returning a.pool_phone_id into phone;
	if phone is null then
		return false;
	end if;
	update public.voice_phone_numbers n set is_active = false, updated_at = now()
	where n.tenant_id = tenant and n.pool_assignment_id = assignment;
	update public.twilio_phone_pool p
	set is_assigned = false, assigned_to_tenant_id = null, assigned_at = null, updated_at = now()
	where p.id = phone and p.assigned_to_tenant_id = tenant;
	return true;
end $$;

grant execute on function lookup.number(text), claim_pool_number(text, text, text, text), release_pool_number(text)
	to invorto_app;
