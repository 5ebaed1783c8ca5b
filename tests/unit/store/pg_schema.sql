-- What the tests of the Postgres client run against.
create role test_app login password 'secret word';

create function tenant() returns text language sql stable as $$ select nullif(current_setting('app.tenant_id', true), '') $$;

create table things (
	tenant_id text not null default tenant(),
	id text primary key,
	n bigint,
	f double precision,
	ok boolean,
	doc jsonb,
	at timestamptz,
	tags text[],
	amount numeric(20, 4),
	constraint things_n_positive check (n >= 0)
);
create unique index things_amount_key on things (amount);
alter table things enable row level security;
alter table things force row level security;
create policy of_tenant on things using (tenant_id = tenant()) with check (tenant_id = tenant());

create table parts (
	id text primary key,
	thing_id text not null constraint parts_thing_fkey references things deferrable initially deferred
);
grant select, insert, update, delete on things, parts to test_app;

create table forbidden (id text);

create sequence attempts;
grant usage on attempts to test_app;

-- Fails as the state says the first `times` calls after the sequence was set back.
create function fail_first(state text, times bigint) returns bigint language plpgsql as $$
declare
	n bigint := nextval('attempts');
begin
	if n <= times then
		raise exception 'as asked: secret detail' using errcode = state, constraint = 'a_rule';
	end if;
	return n;
end $$;
