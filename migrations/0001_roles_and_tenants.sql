-- Who owns the tables, who may use them, and whose rows they see.
--
-- Roles (of the cluster, so they may exist already):
--   invorto_owner   owns everything, nobody logs in as it; migrations become it with SET ROLE
--   invorto_app     the daemon on behalf of one tenant at a time
--   invorto_worker  the daemon's background work, across tenants on the tables that work needs
-- Neither of the last two owns anything or may bypass row security; the daemon refuses to start otherwise.
-- They have no password here: give them one, or let the server trust their socket.
--
-- Ids are text: a prefix that says what it is, "_" and 26 characters of Crockford's base32 over a UUIDv7, so they
-- sort by time and say nothing of their neighbours. The program makes them; new_id() makes the same.
--   tnt tenant        usr person          key API key            aud audit entry     agt agent
--   tpl template      tool tool           ppn pool number        asg assignment      num number
--   cmp campaign      lead lead           cns consent            dnc do not call     call call
--   doc document      art artifact        era erasure            rate rate           cst cost line
--   led ledger row    whe webhook         evt event              dlv delivery        att attempt
--   kev kernel event  kdc kernel decision kac kernel action
-- Some come from outside and are kept as they are: a person's id is the subject of the identity provider where
-- there is one, a browser may bring the id of its call.

do $$
declare
	name text;
begin
	foreach name in array array['invorto_owner', 'invorto_app', 'invorto_worker'] loop
		begin
			execute format('create role %I %s nosuperuser nobypassrls', name,
				case name when 'invorto_owner' then 'nologin' else 'login' end);
			-- The end of a statement nobody waits for any more: the pool closes the connection at its own deadline.
			if name = 'invorto_app' then
				alter role invorto_app set statement_timeout = '10s';
				alter role invorto_app set idle_in_transaction_session_timeout = '10s';
			elsif name = 'invorto_worker' then
				alter role invorto_worker set statement_timeout = '60s';
				alter role invorto_worker set idle_in_transaction_session_timeout = '60s';
			end if;
		exception when duplicate_object or unique_violation then
			null; -- there already, or made this moment for another database of the cluster
		end;
	end loop;
	begin
		grant invorto_owner to current_user;
	exception when insufficient_privilege then
		null; -- whoever made the roles has seen to it, or SET ROLE below says so
	end;
	execute format('grant create on database %I to invorto_owner', current_database());
end $$;
grant usage on schema public to invorto_app, invorto_worker;
grant usage, create on schema public to invorto_owner;

-- What was applied; `invorto migrate` writes a row in the transaction of each file.
create table schema_migrations (
	version integer primary key,
	name text not null,
	checksum text not null, -- sha-256 of the file, hex
	applied_at timestamptz not null default now()
);
alter table schema_migrations owner to invorto_owner;

set local role invorto_owner;

grant select on schema_migrations to invorto_app, invorto_worker;

-- What is asked before a tenant is known lives here: functions that run as the owner and answer one question.
create schema lookup;
grant usage on schema lookup to invorto_app, invorto_worker;
alter default privileges in schema lookup revoke execute on functions from public;
alter default privileges revoke execute on functions from public;

create function new_id(prefix text) returns text
language sql volatile parallel safe
as $$
	-- 48 bits of milliseconds, the version 7, and 74 random bits; two zero bits in front make 26 digits.
	select prefix || '_' || string_agg(
		substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', substring(bits from digit * 5 + 1 for 5)::bit(5)::int + 1, 1),
		'' order by digit)
	from (
		select b'00' || ('x' || lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
			|| '7' || substr(r, 1, 3) || substr(r, 17, 16))::bit(128) as bits
		from replace(gen_random_uuid()::text, '-', '') as r
	) as uuid, generate_series(0, 25) as digit
$$;
grant execute on function new_id(text) to invorto_app, invorto_worker;

-- Settings are read where nobody is left to ask (at authentication, at the end of a call): what is a number there
-- must be one.
create function tenant_settings_ok(settings jsonb) returns boolean
language sql immutable parallel safe
as $$
	select jsonb_typeof(settings) = 'object'
		and not exists (select from jsonb_each(settings) as s(key, value)
			where case
				when key in ('daily_cost_cap_inr', 'monthly_minute_cap', 'max_concurrent_calls', 'rate_per_minute')
				then jsonb_typeof(value) <> 'number' or (value)::numeric not between 0 and 1000000000
				when key = 'fx_inr_per_usd' then jsonb_typeof(value) <> 'number' or (value)::numeric not between 0.01 and 1000000
				when key in ('retention', 'redaction') then jsonb_typeof(value) <> 'object'
				when key = 'ip_allow' then jsonb_typeof(value) <> 'array'
				else false end)
$$;
grant execute on function tenant_settings_ok(jsonb) to invorto_app, invorto_worker;

create table tenants (
	id text primary key default new_id('tnt'),
	slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
	name text not null check (name <> ''),
	status text not null default 'active' check (status in ('active', 'suspended', 'closed')),
	-- ip_allow [CIDR…] (empty: anywhere), daily_cost_cap_inr, monthly_minute_cap, max_concurrent_calls,
	-- rate_per_minute, fx_inr_per_usd, retention {recording_days, transcript_days, call_days},
	-- redaction {enabled, …}, timezone. What is absent is the configuration's.
	settings jsonb not null default '{}' check (tenant_settings_ok(settings)),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);

create table users (
	id text primary key default new_id('usr'),
	email text not null,
	name text,
	password_hash text,         -- null: signs in with an identity provider
	platform_admin boolean not null default false,
	disabled_at timestamptz,
	created_at timestamptz not null default now()
);
create unique index users_email on users (lower(email));

create table user_tenants (
	tenant_id text not null references tenants on delete cascade,
	user_id text not null references users on delete cascade,
	role text not null default 'analyst' check (role in ('admin', 'dev', 'analyst')),
	created_at timestamptz not null default now(),
	primary key (tenant_id, user_id)
);
create index user_tenants_by_user on user_tenants (user_id, tenant_id);

-- ── whose rows ──
-- The daemon sets two settings for one transaction: app.tenant_id, which comes from the credential, and
-- app.user_id when the credential is a person's. A key's tenant is what the key's row says. A person's tenant is
-- what the token claims, so it counts only if the person is a member of it.

create function lookup.is_member(tenant text, person text) returns boolean
language sql stable security definer set search_path = ''
as $$
	select exists (
		select from public.users u
		where u.id = person and u.disabled_at is null
			and (u.platform_admin
				or exists (select from public.user_tenants m where m.tenant_id = tenant and m.user_id = person)))
$$;
grant execute on function lookup.is_member(text, text) to invorto_app, invorto_worker;

-- The tenant of this transaction, null when there is none. What a setting was before it was set is null, after its
-- transaction it is '': both mean none.
create function current_tenant() returns text
language plpgsql stable parallel safe
as $$
declare
	tenant text := nullif(current_setting('app.tenant_id', true), '');
	person text := nullif(current_setting('app.user_id', true), '');
begin
	if tenant is null or person is null or lookup.is_member(tenant, person) then
		return tenant;
	end if;
	return null;
end $$;
grant execute on function current_tenant() to invorto_app, invorto_worker;

-- Short enough to be inlined: a scan by an index that leads with tenant_id asks current_tenant() once.
create function user_belongs_to_tenant(tenant_id text) returns boolean
language sql stable parallel safe
as $$ select tenant_id = public.current_tenant() $$;
grant execute on function user_belongs_to_tenant(text) to invorto_app, invorto_worker;

-- Every table with a tenant_id passes through here: whose rows, and what app and worker may do to them. With
-- `across` the worker does it to the rows of all tenants; else it too sets a tenant first.
create procedure guard_table(target regclass, app text, worker text default null, across boolean default false)
language plpgsql
as $$
begin
	execute format('alter table %s enable row level security', target);
	execute format('alter table %s force row level security', target);
	execute format('create policy tenant on %s for all using (user_belongs_to_tenant(tenant_id))
		with check (user_belongs_to_tenant(tenant_id))', target);
	execute format('grant %s on %s to invorto_app', app, target);
	if worker is not null then
		execute format('grant %s on %s to invorto_worker', worker, target);
	end if;
	if across then
		execute format('create policy background on %s for all to invorto_worker using (true) with check (true)', target);
	end if;
end $$;
revoke execute on procedure guard_table(regclass, text, text, boolean) from public;

call guard_table('user_tenants', 'select, insert, update, delete');

alter table tenants enable row level security;
alter table tenants force row level security;
create policy tenant on tenants for all using (user_belongs_to_tenant(id)) with check (user_belongs_to_tenant(id));
create policy background on tenants for select to invorto_worker using (true);
grant select, update (name, settings, updated_at) on tenants to invorto_app;
grant select on tenants to invorto_worker;

-- A person is seen by the tenants he belongs to, and by himself.
alter table users enable row level security;
alter table users force row level security;
create policy tenant on users for all
	using (id = nullif(current_setting('app.user_id', true), '')
		or exists (select from user_tenants m where m.user_id = users.id and m.tenant_id = current_tenant()))
	with check (false);
grant select (id, email, name, disabled_at, created_at) on users to invorto_app;

-- The owner's own functions look here before a tenant is known. Only those functions run as the owner.
create policy lookup on tenants for select to invorto_owner using (true);
create policy lookup on users for all to invorto_owner using (true) with check (true);
create policy lookup on user_tenants for select to invorto_owner using (true);
