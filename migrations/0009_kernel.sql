-- The kernel's log: something happened, a policy decided, an action was taken. Each row names the one before it.
set local role invorto_owner;

create table kernel_events (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('kev'),
	type text not null,                           -- 'voice.call.completed', …
	source text not null,
	entity_type text not null,
	entity_id text not null,
	correlation_id text not null,
	payload_json jsonb not null default '{}' check (jsonb_typeof(payload_json) = 'object'),
	occurred_at timestamptz not null default now(),
	created_at timestamptz not null default now(),
	idempotency_key text not null,
	status text not null default 'pending' check (status in ('pending', 'processing', 'completed', 'failed')),
	lease_until timestamptz,
	attempt integer not null default 0,
	last_error text,
	processed_at timestamptz,
	primary key (tenant_id, id),
	unique (tenant_id, idempotency_key)
);
create index kernel_events_by_time on kernel_events (tenant_id, occurred_at desc, id desc);
create index kernel_events_by_entity on kernel_events (tenant_id, entity_type, entity_id, occurred_at desc);
create index kernel_events_to_do on kernel_events (created_at) where status in ('pending', 'processing');
call guard_table('kernel_events', 'select, insert, update', 'select, insert, update, delete', across => true);

create table kernel_decisions (
	tenant_id text not null,
	id text not null default new_id('kdc'),
	event_id text not null,
	correlation_id text not null,
	policy_name text not null,
	decision_type text not null,
	decision_json jsonb not null default '{}' check (jsonb_typeof(decision_json) = 'object'),
	status text not null default 'proposed' check (status in ('proposed', 'approved', 'executed', 'failed')),
	created_at timestamptz not null default now(),
	primary key (tenant_id, id),
	unique (tenant_id, event_id, policy_name),
	foreign key (tenant_id, event_id) references kernel_events on delete cascade
);
create index kernel_decisions_by_policy on kernel_decisions (tenant_id, policy_name, created_at desc);
call guard_table('kernel_decisions', 'select, insert, update', 'select, insert, update');

create table kernel_actions (
	tenant_id text not null,
	id text not null default new_id('kac'),
	decision_id text not null,
	correlation_id text not null,
	action_type text not null,
	action_json jsonb not null default '{}' check (jsonb_typeof(action_json) = 'object'),
	status text not null default 'logged' check (status in ('logged', 'executed', 'failed', 'skipped')),
	executed_at timestamptz,
	error text,
	created_at timestamptz not null default now(),
	primary key (tenant_id, id),
	unique (tenant_id, decision_id, action_type),
	foreign key (tenant_id, decision_id) references kernel_decisions on delete cascade
);
create index kernel_actions_by_time on kernel_actions (tenant_id, created_at desc, id desc);
call guard_table('kernel_actions', 'select, insert, update', 'select, insert, update');
