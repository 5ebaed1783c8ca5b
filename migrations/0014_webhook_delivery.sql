-- What delivering needs beside the rows themselves: a plan of tries per endpoint, addresses that are sent to by
-- request and not by subscription, and what happened per day.
set local role invorto_owner;

alter table webhook_endpoints
	-- default: what the configuration says; standard: ten tries in 75 hours; short: one and a few more in 21 seconds
	add column schedule text not null default 'default' check (schedule in ('default', 'standard', 'short')),
	-- events: registered by the tenant; bootstrap: by the configuration; dispatch: made for one address, secret and
	-- set of headers by the first request to send there, forgotten when unused, never listed
	add column purpose text not null default 'events' check (purpose in ('events', 'bootstrap', 'dispatch')),
	add column made_for text,
	add column used_at timestamptz,
	add constraint webhook_endpoints_made_for check ((purpose = 'events') = (made_for is null));
create unique index webhook_endpoints_by_made_for on webhook_endpoints (tenant_id, made_for) where made_for is not null;
create index webhook_endpoints_by_use on webhook_endpoints (used_at) where purpose = 'dispatch';
grant insert, delete on webhook_endpoints to invorto_worker;

-- 1…5; each above the first goes before what was queued up to a minute earlier for the same endpoint.
alter table webhook_outbox add column priority smallint not null default 1 check (priority between 1 and 5);
-- What one transaction queues has an order too.
alter table webhook_outbox alter column next_at set default clock_timestamp();

-- Everything due is found endpoint by endpoint; an index by time alone would tempt the planner to read one tenant's
-- backlog on the way to another's row.
drop index webhook_outbox_due;
-- The log is read by delivery.
drop index webhook_attempts_by_endpoint;

create table webhook_days (
	tenant_id text not null references tenants on delete cascade,
	day date not null,
	delivered bigint not null default 0,
	retries bigint not null default 0, -- tries behind the first of a delivery
	dead bigint not null default 0,
	primary key (tenant_id, day)
);
call guard_table('webhook_days', 'select', 'select, insert, update, delete', across => true);

-- Queues a body for an address. Without a secret the address must be one of the tenant's own endpoints, and is
-- signed for as that one. outcome: queued; unknown (no such endpoint, and no secret); disabled; rate (the address
-- has had `per_minute` within the last minute).
create function dispatch_webhook(tenant text, url text, secret text, headers jsonb, key text, type text, payload text,
	priority integer, per_minute integer, out outcome text, out event_id text, out delivery_id text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	target public.webhook_endpoints;
begin
	if dispatch_webhook.secret is null then
		select * into target from public.webhook_endpoints e
		where e.tenant_id = tenant and e.url = dispatch_webhook.url and e.purpose <> 'dispatch' and e.deleted_at is null
		order by e.disabled_at is not null, e.id limit 1;
		if target.id is null then
			outcome := 'unknown';
			return;
		end if;
	else
		insert into public.webhook_endpoints as e (tenant_id, url, events, secret, headers, purpose, made_for, used_at)
		values (tenant, dispatch_webhook.url, '{webhook.dispatch}', dispatch_webhook.secret, dispatch_webhook.headers,
			'dispatch', key, now())
		on conflict (tenant_id, made_for) where made_for is not null do update set used_at = now(), deleted_at = null
		returning * into target;
	end if;
	if target.disabled_at is not null then
		outcome := 'disabled';
		return;
	end if;
	if (select count(*) from (select from public.webhook_outbox o
			where o.tenant_id = tenant and o.endpoint_id = target.id and o.created_at > now() - interval '1 minute'
			limit per_minute) recent) >= per_minute then
		outcome := 'rate';
		return;
	end if;
	event_id := public.new_id('evt');
	delivery_id := public.new_id('dlv');
	insert into public.webhook_events (tenant_id, id, type, dedup, payload)
	values (tenant, event_id, dispatch_webhook.type, event_id, dispatch_webhook.payload);
	insert into public.webhook_outbox (tenant_id, id, event_id, endpoint_id, priority, next_at)
	values (tenant, delivery_id, event_id, target.id, dispatch_webhook.priority,
		now() - make_interval(mins => dispatch_webhook.priority - 1));
	perform pg_notify('webhook_outbox', tenant);
	outcome := 'queued';
end $$;
grant execute on function dispatch_webhook(text, text, text, jsonb, text, text, text, integer, integer)
	to invorto_app;
