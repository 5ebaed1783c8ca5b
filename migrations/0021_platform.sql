-- What callers of the API bring and keep: recordings of their own, secrets.
set local role invorto_owner;

-- ── files ──

alter table artifacts drop constraint artifacts_kind_check;
alter table artifacts add constraint artifacts_kind_check check (kind in ('recording', 'recording_upload', 'transcript',
	'transcript_jsonl', 'timeline', 'metrics', 'journal', 'summary'));

create or replace function keep_days(settings jsonb, kind text, recordings integer, transcripts integer, metrics integer,
	journals integer)
returns integer
language sql immutable parallel safe
as $$
	select case when jsonb_typeof(own.days) = 'number' and own.days::numeric between 1 and 36500
		then floor(own.days::numeric)::integer else fallback.days end
	from (select settings -> 'retention' -> case
			when kind in ('recording', 'recording_upload') then 'recording_days'
			when kind = 'metrics' then 'metrics_days'
			when kind = 'journal' then 'journal_days'
			else 'transcript_days' end as days) own,
		(select case when kind in ('recording', 'recording_upload') then recordings when kind = 'metrics' then metrics
			when kind = 'journal' then journals else transcripts end as days) fallback
$$;

-- ── secrets of a tenant: what its tools show to the systems they call ──

-- The value is sealed (AES-256-GCM) by the daemon with a key that is not in the database; key_id says which.
create table tenant_secrets (
	tenant_id text not null references tenants on delete cascade,
	name text not null check (name ~ '^[A-Za-z0-9_.-]{1,64}$'),
	ciphertext bytea not null check (octet_length(ciphertext) between 17 and 16400), -- with its tag of 16 bytes
	nonce bytea not null check (octet_length(nonce) = 12),
	key_id text not null check (key_id ~ '^[A-Za-z0-9_.-]{1,32}$'),
	-- Where it may be sent; empty: wherever the tenant's tools go.
	hosts text[] not null default '{}' check (cardinality(hosts) <= 32),
	created_by text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	primary key (tenant_id, name)
);
call guard_table('tenant_secrets', 'select, insert, update, delete');

-- ── how a tenant's calls go: the latest turns ──

create index call_timeline_turns on call_timeline (tenant_id, at desc) where kind = 'turn.closed';
