-- Sign-ins of people, and telling every process when a credential is no longer what it was.
set local role invorto_owner;

-- A sign-in: its refresh token is good once and leaves its successor behind. A token that comes a second time is
-- held by two: the whole sign-in ends. Nobody but the functions below sees this table.
create table user_sessions (
	id text primary key,
	user_id text not null references users on delete cascade,
	tenant_id text references tenants on delete cascade, -- the one it was opened for
	token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
	spent_hash text,                                     -- the token before this one
	created_at timestamptz not null default now(),
	renewed_at timestamptz not null default now(),
	expires_at timestamptz not null,
	closed_at timestamptz
);
create index user_sessions_by_user on user_sessions (user_id);
create index user_sessions_by_spent on user_sessions (spent_hash);
create index user_sessions_by_expiry on user_sessions (expires_at);
alter table user_sessions enable row level security;
alter table user_sessions force row level security;
create policy lookup on user_sessions for all to invorto_owner using (true) with check (true);

create function lookup.subject(person text)
returns table (email text, name text, disabled boolean, platform_admin boolean)
language sql stable security definer set search_path = ''
as $$
	select u.email, u.name, u.disabled_at is not null, u.platform_admin from public.users u where u.id = person
$$;

-- Sessions that are over go here, a few at a time: no job of their own.
create function lookup.open_session(session text, person text, tenant text, hash text, ttl_s integer) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
	delete from public.user_sessions s where s.id in (
		select o.id from public.user_sessions o where o.expires_at < now() - interval '1 day'
		order by o.expires_at limit 10 for update skip locked);
	insert into public.user_sessions (id, user_id, tenant_id, token_hash, expires_at)
	values (session, person, nullif(tenant, ''), hash, now() + make_interval(secs => ttl_s));
	return true;
end $$;

create function lookup.renew_session(hash text, new_hash text, ttl_s integer)
returns table (session_id text, user_id text, tenant_id text)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
begin
	return query
	update public.user_sessions s
	set spent_hash = hash, token_hash = new_hash, renewed_at = now(), expires_at = now() + make_interval(secs => ttl_s)
	where s.token_hash = hash and s.closed_at is null and s.expires_at > now()
	returning s.id, s.user_id, s.tenant_id;
	if not found then
		update public.user_sessions s set closed_at = now() where s.spent_hash = hash and s.closed_at is null;
	end if;
end $$;

create function lookup.close_session(hash text) returns boolean
language sql volatile security definer set search_path = ''
as $$
	update public.user_sessions s set closed_at = now() where s.token_hash = hash and s.closed_at is null;
	select true
$$;

grant execute on function lookup.subject(text), lookup.open_session(text, text, text, text, integer),
	lookup.renew_session(text, text, integer), lookup.close_session(text) to invorto_app;

-- ── news for those who remember credentials: 'key KEY', 'tenant TENANT', 'user PERSON' ──
create function tell_credentials() returns trigger
language plpgsql
as $$
declare
	subject jsonb := case when tg_op = 'INSERT' then to_jsonb(new) else to_jsonb(old) end;
begin
	perform pg_notify('credentials', tg_argv[0] || ' ' || (subject ->> tg_argv[1]));
	return null;
end $$;
revoke execute on function tell_credentials() from public;

-- last_used_at is written all the time and changes nothing.
create trigger tell_of_keys after update of role, scopes, rate_per_minute, expires_at, revoked_at or delete on api_keys
	for each row execute function tell_credentials('key', 'id');
create trigger tell_of_tenants after update of status, settings or delete on tenants
	for each row execute function tell_credentials('tenant', 'id');
create trigger tell_of_users after update of disabled_at, platform_admin or delete on users
	for each row execute function tell_credentials('user', 'id');
create trigger tell_of_members after insert or update or delete on user_tenants
	for each row execute function tell_credentials('user', 'user_id');

-- Who may write the answer: the one who holds the token, not one who came back from the dead.
alter table idempotency_keys add column token text not null default '';
