-- Events that leave the house: who wants them, what they said, and each delivery until it is done or dead.
set local role invorto_owner;

create table webhook_endpoints (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('whe'),
	url text not null,
	description text,
	events text[] not null default '{*}' check (cardinality(events) between 1 and 64),
	-- As it is: whoever signs needs the secret itself, and a key to unlock it would lie in the environment of the
	-- same process. Row security keeps it from other tenants; disks and backups are encrypted below the database.
	secret text not null,
	previous_secret text,                         -- signs beside the new one until then
	previous_secret_until timestamptz,
	headers jsonb not null default '{}' check (jsonb_typeof(headers) = 'object'),
	max_concurrency integer not null default 4 check (max_concurrency between 1 and 64),
	failing_since timestamptz,                    -- nothing but failures since
	disabled_at timestamptz,
	disabled_reason text,
	created_by text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	deleted_at timestamptz,
	primary key (tenant_id, id)
);
create index webhook_endpoints_by_time on webhook_endpoints (tenant_id, created_at desc, id desc) where deleted_at is null;
call guard_table('webhook_endpoints', 'select, insert, update, delete', 'select, update', across => true);

-- One row for an event. Its id is what receivers tell duplicates by; its payload is text because the bytes are
-- signed.
create table webhook_events (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('evt'),
	type text not null check (type ~ '^[a-z0-9_.]{1,64}$'),
	call_id text,
	dedup text not null check (length(dedup) between 1 and 200),
	payload text not null check (octet_length(payload) <= 1048576),
	created_at timestamptz not null default now(),
	primary key (tenant_id, id),
	unique (tenant_id, dedup)
);
create index webhook_events_by_time on webhook_events (tenant_id, created_at desc, id desc);
create index webhook_events_by_call on webhook_events (tenant_id, call_id) where call_id is not null;
create index webhook_events_by_age on webhook_events (created_at);
call guard_table('webhook_events', 'select, insert', 'select, insert, delete', across => true);

-- One row for an event and an endpoint. Claimed by state with SKIP LOCKED and a lease, posted outside the
-- transaction: ids become visible out of order, so nobody reads "what came after".
create table webhook_outbox (
	tenant_id text not null,
	id text not null default new_id('dlv'),
	event_id text not null,
	endpoint_id text not null,
	state text not null default 'pending' check (state in ('pending', 'sending', 'delivered', 'dead')),
	attempt integer not null default 0,
	next_at timestamptz not null default now(),
	lease_owner text,
	lease_until timestamptz,
	last_status integer,
	last_error text,
	created_at timestamptz not null default now(),
	done_at timestamptz,                          -- delivered or dead since
	primary key (tenant_id, id),
	unique (tenant_id, event_id, endpoint_id),
	foreign key (tenant_id, event_id) references webhook_events on delete cascade,
	foreign key (tenant_id, endpoint_id) references webhook_endpoints on delete cascade,
	check ((state = 'sending') = (lease_until is not null)),
	check ((state in ('delivered', 'dead')) = (done_at is not null))
);
create index webhook_outbox_due on webhook_outbox (next_at) where state = 'pending';
create index webhook_outbox_due_by_tenant on webhook_outbox (tenant_id, endpoint_id, next_at) where state = 'pending';
create index webhook_outbox_leased on webhook_outbox (lease_until) where state = 'sending';
create index webhook_outbox_dead on webhook_outbox (tenant_id, done_at desc, id desc) where state = 'dead';
create index webhook_outbox_by_endpoint on webhook_outbox (tenant_id, endpoint_id, created_at desc, id desc);
create index webhook_outbox_by_age on webhook_outbox (done_at) where state in ('delivered', 'dead');
call guard_table('webhook_outbox', 'select, insert, update, delete', 'select, insert, update, delete', across => true);

create table webhook_attempts (
	tenant_id text not null,
	id text not null default new_id('att'),
	delivery_id text not null,
	endpoint_id text not null,
	attempt integer not null,
	at timestamptz not null default now(),
	duration_ms integer,
	status integer,                               -- null: no answer came
	error text,
	response text check (octet_length(response) <= 4096),
	primary key (tenant_id, id),
	foreign key (tenant_id, delivery_id) references webhook_outbox on delete cascade
);
create index webhook_attempts_by_delivery on webhook_attempts (tenant_id, delivery_id, at);
create index webhook_attempts_by_endpoint on webhook_attempts (tenant_id, endpoint_id, at desc, id desc);
call guard_table('webhook_attempts', 'select', 'select, insert, delete', across => true);

-- "*" is all of today's names. The older names of the same things are sent to those who ask for them by name.
create function event_matches(events text[], type text) returns boolean
language sql immutable parallel safe
as $$
	select type = any (events) or ('*' = any (events)
		and type not in ('stt.final', 'tool.call', 'call.summary', 'call.completed', 'call.failed'))
$$;

create function event_wanted(tenant text, type text) returns boolean
language sql stable
as $$
	select exists (select from public.webhook_endpoints e
		where e.tenant_id = tenant and e.disabled_at is null and e.deleted_at is null
			and public.event_matches(e.events, event_wanted.type))
$$;

-- Writes an event and its deliveries in one statement of the caller's transaction, and wakes the dispatchers. The
-- same `dedup` a second time changes nothing: created is false. `event`: its id, when the payload names it; null makes
-- one. `endpoint`: only that one, whatever it subscribes to (a test, a replay).
create function enqueue_event(tenant text, type text, call_id text, dedup text, payload text,
	event text default null, endpoint text default null,
	out event_id text, out created boolean, out deliveries integer)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
	with made as (
		insert into public.webhook_events as w (tenant_id, id, type, call_id, dedup, payload)
		values (enqueue_event.tenant, coalesce(enqueue_event.event, public.new_id('evt')), enqueue_event.type,
			enqueue_event.call_id, enqueue_event.dedup, enqueue_event.payload)
		on conflict (tenant_id, dedup) do nothing
		returning w.tenant_id, w.id
	), queued as (
		insert into public.webhook_outbox (tenant_id, event_id, endpoint_id)
		select made.tenant_id, made.id, e.id
		from made join public.webhook_endpoints e on e.tenant_id = made.tenant_id
		where e.disabled_at is null and e.deleted_at is null
			and case when enqueue_event.endpoint is null then public.event_matches(e.events, enqueue_event.type)
				else e.id = enqueue_event.endpoint end
		returning 1
	)
	select (select made.id from made), (select count(*) from queued) into event_id, deliveries;
	created := event_id is not null;
	if not created then
		select w.id into event_id from public.webhook_events w
		where w.tenant_id = enqueue_event.tenant and w.dedup = enqueue_event.dedup;
	end if;
	if deliveries > 0 then
		perform pg_notify('webhook_outbox', enqueue_event.tenant);
	end if;
end $$;

grant execute on function event_matches(text[], text), event_wanted(text, text),
	enqueue_event(text, text, text, text, text, text, text) to invorto_app, invorto_worker;
