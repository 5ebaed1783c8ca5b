-- API keys, what is asked about a credential before its tenant is known, and the memory of who did what.
set local role invorto_owner;

create table api_keys (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('key'),
	name text not null check (name <> ''),
	prefix text not null,                     -- the key's first characters, to recognise it by
	-- sha-256 of the key, hex. A key has some 190 random bits: a slow hash would add nothing but load.
	key_hash text not null unique check (key_hash ~ '^[0-9a-f]{64}$'),
	role text not null check (role in ('admin', 'dev', 'analyst')),
	scopes text[] not null default '{}',      -- empty: all that the role may
	live boolean not null default true,
	rate_per_minute integer check (rate_per_minute > 0), -- null: the tenant's, then the configuration's
	expires_at timestamptz,
	last_used_at timestamptz,                 -- written at most once a minute
	revoked_at timestamptz,
	created_by text,
	created_at timestamptz not null default now(),
	primary key (tenant_id, id)
);
create index api_keys_by_time on api_keys (tenant_id, created_at desc, id desc);
call guard_table('api_keys', 'insert, delete');
-- Not the hash: the daemon compares keys through lookup.api_key and has no other use for it.
grant select (tenant_id, id, name, prefix, role, scopes, live, rate_per_minute, expires_at, last_used_at, revoked_at,
	created_by, created_at) on api_keys to invorto_app;
grant update (name, role, scopes, rate_per_minute, expires_at, last_used_at, revoked_at) on api_keys to invorto_app;
create policy lookup on api_keys for select to invorto_owner using (true);

-- No row: no such key. Expired and revoked ones are told, so that the refusal can be counted for what it is.
create function lookup.api_key(hash text)
returns table (key_id text, tenant_id text, role text, scopes text[], live boolean, rate_per_minute integer,
	expires_at timestamptz, revoked_at timestamptz, tenant_status text, ip_allow text[])
language sql stable security definer set search_path = ''
as $$
	select k.id, k.tenant_id, k.role, k.scopes, k.live,
		coalesce(k.rate_per_minute, (t.settings -> 'rate_per_minute')::integer), k.expires_at, k.revoked_at, t.status,
		array(select jsonb_array_elements_text(t.settings -> 'ip_allow'))
	from public.api_keys k join public.tenants t on t.id = k.tenant_id
	where k.key_hash = hash
$$;

-- For a sign-in with a password.
create function lookup.person(email text)
returns table (user_id text, password_hash text, disabled boolean, platform_admin boolean)
language sql stable security definer set search_path = ''
as $$
	select u.id, u.password_hash, u.disabled_at is not null, u.platform_admin
	from public.users u where lower(u.email) = lower(person.email)
$$;

-- The tenants a token's subject may speak for; a platform admin may for all, and is told of those he joined.
create function lookup.memberships(person text)
returns table (tenant_id text, role text, slug text, name text, tenant_status text, ip_allow text[],
	rate_per_minute integer)
language sql stable security definer set search_path = ''
as $$
	select t.id, m.role, t.slug, t.name, t.status,
		array(select jsonb_array_elements_text(t.settings -> 'ip_allow')),
		(t.settings -> 'rate_per_minute')::integer
	from public.user_tenants m
	join public.users u on u.id = m.user_id and u.disabled_at is null
	join public.tenants t on t.id = m.tenant_id
	where m.user_id = person
	order by m.created_at, t.id
$$;

-- Makes a person a member of the current tenant, and known to us if he was not. A known person keeps his password.
create function lookup.enroll(person text, email text, name text, password_hash text, role text) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
	tenant text := public.current_tenant();
	found_id text;
begin
	if tenant is null then
		raise insufficient_privilege using message = 'no tenant is set';
	end if;
	insert into public.users (id, email, name, password_hash)
	values (coalesce(nullif(person, ''), public.new_id('usr')), enroll.email, enroll.name, enroll.password_hash)
	on conflict do nothing;
	select u.id into found_id from public.users u where lower(u.email) = lower(enroll.email);
	if found_id is null then
		raise unique_violation using message = 'this person is known under another address', constraint = 'users_pkey';
	end if;
	insert into public.user_tenants (tenant_id, user_id, role) values (tenant, found_id, enroll.role)
	on conflict (tenant_id, user_id) do update set role = excluded.role;
	return found_id;
end $$;

grant execute on function lookup.api_key(text), lookup.person(text), lookup.memberships(text),
	lookup.enroll(text, text, text, text, text) to invorto_app;

-- One row for a key and a route: the work is done once, and its answer is given again.
create table idempotency_keys (
	tenant_id text not null references tenants on delete cascade,
	route text not null,                      -- operation id
	key text not null check (length(key) between 1 and 255),
	fingerprint text not null,                -- sha-256 of the body as it came, hex
	state text not null default 'running' check (state in ('running', 'done')),
	lease_until timestamptz not null,         -- a running one beyond it was abandoned
	call_id text,                             -- the call it placed: the intent to dial and its proof
	status integer,
	content_type text,
	answer text,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null default now() + interval '24 hours',
	primary key (tenant_id, route, key)
);
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);
call guard_table('idempotency_keys', 'select, insert, update, delete', 'select, delete', across => true);

-- Written, never changed.
create table audit_log (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('aud'),
	at timestamptz not null default now(),
	actor_kind text not null check (actor_kind in ('key', 'user', 'platform', 'system')),
	actor_id text,
	action text not null,                     -- operation id, or what the system did
	entity_type text,
	entity_id text,
	request_id text,
	ip inet,
	detail jsonb not null default '{}',
	primary key (tenant_id, id)
);
create index audit_log_by_time on audit_log (tenant_id, at desc, id desc);
create index audit_log_by_entity on audit_log (tenant_id, entity_type, entity_id, at desc);
create index audit_log_by_age on audit_log (at);
call guard_table('audit_log', 'select, insert', 'select, insert, delete', across => true);
