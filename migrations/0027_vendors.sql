-- What is rented of vendors: agents made from templates, once for each request; numbers and where they truly ring; and the
-- values of {{variables}} in an agent's texts.
set local role invorto_owner;

-- ── variables ──

-- A value is data: one line, without control characters and braces, and no longer than a name or a sentence.
create function clean_variable(value text) returns text
language sql immutable parallel safe
as $$
	select btrim(left(regexp_replace(regexp_replace(value, '[[:cntrl:]\u2028\u2029]+', ' ', 'g'), '[{}<>]', '', 'g'), 300))
$$;

-- The scalars of an object, cleaned, under names a text may use; 100 of them at most.
create function clean_variables(given jsonb) returns jsonb
language sql immutable parallel safe
as $$
	select coalesce(jsonb_object_agg(v.name, v.value), '{}') from (
		select lower(k) as name, public.clean_variable(given ->> k) as value
		from jsonb_object_keys(case when jsonb_typeof(given) = 'object' then given else '{}' end) as k
		where k ~ '^[A-Za-z_][A-Za-z0-9_]{0,63}$' and jsonb_typeof(given -> k) in ('string', 'number', 'boolean')
		order by k limit 100) v
$$;

-- The older catalogue wrote [Company Name] where we write {{company_name}}.
create function with_braces(source text) returns text
language plpgsql immutable parallel safe
as $$
declare
	found text;
begin
	for found in select distinct m[1] from regexp_matches(source, '\[([A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*){0,2})\]', 'g') as m loop
		source := replace(source, '[' || found || ']', '{{' || lower(replace(found, ' ', '_')) || '}}');
	end loop;
	return source;
end $$;

-- Names used in a text.
create function variables_in(source text) returns text[]
language sql immutable parallel safe
as $$
	select coalesce(array_agg(distinct lower(m[1])), '{}')
	from regexp_matches(source, '\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}', 'g') as m
$$;

-- A text with what is known filled in; the rest stays, or is nothing when `whole`. What was filled in is not looked at
-- again: values hold no braces.
create function fill_in(source text, known jsonb, whole boolean) returns text
language plpgsql immutable parallel safe
as $$
declare
	n text;
begin
	if source is null or strpos(source, '{{') = 0 then
		return source;
	end if;
	foreach n in array public.variables_in(source) loop
		if whole or coalesce(known ->> n, '') <> '' then
			source := regexp_replace(source, '\{\{\s*' || n || '\s*\}\}',
				replace(coalesce(known ->> n, ''), '\', '\\'), 'gi');
		end if;
	end loop;
	return source;
end $$;

-- An agent's config as it is spoken.
create function config_filled(config jsonb, known jsonb) returns jsonb
language plpgsql immutable parallel safe
as $$
declare
	field text;
begin
	if strpos(config::text, '{{') = 0 then
		return config;
	end if;
	foreach field in array array['prompt', 'systemPrompt', 'greeting', 'firstMessage', 'disclosure'] loop
		if jsonb_typeof(config -> field) = 'string' then
			config := jsonb_set(config, array[field], to_jsonb(public.fill_in(config ->> field, known, true)));
		end if;
	end loop;
	return config;
end $$;

-- A tenant's own: settings.variables, and its name as company.
create function tenant_variables(tenant text) returns jsonb
language sql stable
as $$
	select jsonb_build_object('company', public.clean_variable(t.name), 'company_name', public.clean_variable(t.name))
		|| public.clean_variables(t.settings -> 'variables')
	from public.tenants t where t.id = tenant
$$;

-- Of a call: the tenant's, over them its lead's, over them what was given with it (metadata.variables). Volatile: it sees
-- what the statement around it has just written.
create function call_variables(tenant text, call text) returns jsonb
language plpgsql volatile
as $$
declare
	c public.voice_call_records;
	l public.leads;
	known jsonb := public.tenant_variables(tenant);
begin
	select r.* into c from public.voice_call_records r where r.tenant_id = tenant and r.id = call;
	if c.lead_id is not null then
		select g.* into l from public.leads g where g.tenant_id = tenant and g.id = c.lead_id;
		known := known || public.clean_variables(l.variables) || public.clean_variables(jsonb_strip_nulls(jsonb_build_object(
			'name', l.name, 'first_name', l.first_name, 'last_name', l.last_name, 'email', l.email, 'phone', l.phone,
			'lead_company', l.company)));
	end if;
	if not known ? 'name' and c.customer_name is not null then
		known := known || jsonb_build_object('name', public.clean_variable(c.customer_name));
	end if;
	return known || public.clean_variables(c.metadata -> 'variables');
end $$;

-- The same for a hosted agent, which wants a value for every name in its texts, or hangs up.
create function hosted_variables(tenant text, call text) returns jsonb
language plpgsql volatile
as $$
declare
	used text[];
begin
	select public.variables_in(concat_ws(' ', a.config ->> 'disclosure', a.config ->> 'greeting', a.config ->> 'prompt')) into used
	from public.voice_call_records r
	join public.voice_agents a on a.tenant_id = r.tenant_id and a.id = r.voice_agent_id
	where r.tenant_id = tenant and r.id = call;
	return coalesce((select jsonb_object_agg(n, '') from unnest(used) as n), '{}') || public.call_variables(tenant, call);
end $$;

grant execute on function clean_variable(text), clean_variables(jsonb), with_braces(text), variables_in(text),
	fill_in(text, jsonb, boolean), config_filled(jsonb, jsonb), tenant_variables(text), call_variables(text, text),
	hosted_variables(text, text) to invorto_app, invorto_worker;

-- ── templates ──

alter table voice_agent_templates add column version integer not null default 1 check (version > 0);

-- A tenant's own, beside the catalogue everybody has. What is spoken first cannot be emptied.
create table agent_templates (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('tpl'),
	version integer not null default 1 check (version > 0),
	name text not null check (name <> ''),
	description text,
	use_case text check (use_case in ('sales_outreach', 'customer_support', 'appointment_setting', 'lead_qualification')),
	provider text not null default 'elevenlabs' check (provider in ('elevenlabs', 'invorto')),
	disclosure text not null check (disclosure ~ '\S' and length(disclosure) <= 500),
	system_prompt text not null check (length(system_prompt) <= 16000),
	first_message text not null check (length(first_message) <= 1000),
	voice_id text,
	language text not null default 'en',
	end_call_phrases text[] not null default '{}',
	required text[] not null default '{}',
	config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'),
	created_by text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	deleted_at timestamptz,
	primary key (tenant_id, id)
);
create index agent_templates_by_time on agent_templates (tenant_id, created_at desc, id desc) where deleted_at is null;
call guard_table('agent_templates', 'select, insert, update', 'select');

create table agent_template_versions (
	tenant_id text not null,
	template_id text not null,
	version integer not null,
	template jsonb not null,
	created_at timestamptz not null default now(),
	primary key (tenant_id, template_id, version),
	foreign key (tenant_id, template_id) references agent_templates on delete cascade
);
call guard_table('agent_template_versions', 'select, insert', 'select');

create function keep_template_version() returns trigger
language plpgsql
as $$
declare
	same constant text[] := array['version', 'updated_at', 'deleted_at'];
begin
	if tg_op = 'UPDATE' and to_jsonb(new) - same = to_jsonb(old) - same then
		return new;
	end if;
	if tg_op = 'UPDATE' then
		new.version := old.version + 1;
	end if;
	new.updated_at := now();
	return new;
end $$;
create trigger number_version before update on agent_templates for each row execute function keep_template_version();

create function write_template_version() returns trigger
language plpgsql
as $$
begin
	insert into public.agent_template_versions (tenant_id, template_id, version, template)
	values (new.tenant_id, new.id, new.version, to_jsonb(new) - array['tenant_id', 'created_by', 'deleted_at'])
	on conflict do nothing;
	return null;
end $$;
create trigger write_version after insert or update on agent_templates for each row execute function write_template_version();

-- Both kinds as one; a tenant's own first where ids meet.
create view visible_templates with (security_invoker = true) as
	select t.tenant_id, t.id, t.version, t.name, t.description, t.use_case, t.provider, t.disclosure, t.system_prompt,
		t.first_message, t.voice_id, t.language, t.end_call_phrases, t.required, t.config, true as own, t.created_at, t.updated_at
	from agent_templates t where t.deleted_at is null
	union all
	select current_tenant(), c.id, c.version, c.name, c.description, c.use_case, c.provider, c.disclosure, c.system_prompt,
		c.first_message, c.voice_id, c.language, c.end_call_phrases, c.required, c.config, false, c.created_at, c.updated_at
	from voice_agent_templates c where c.is_public;
grant select on visible_templates to invorto_app;

alter table voice_agents add column agent_template_id text, add column template_version integer;

-- ── deploying: once for each key ──

-- A key's row is the intent. While its lease runs somebody is at it; afterwards whoever comes looks for what may have been
-- made at the vendor before he makes it again.
create table agent_deploys (
	tenant_id text not null references tenants on delete cascade,
	key text not null,
	fingerprint text not null,
	agent_id text not null,
	vendor_agent_id text,
	state text not null default 'begun' check (state in ('begun', 'made', 'failed')),
	attempt integer not null default 1,
	lease_until timestamptz not null,
	rendered jsonb not null,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	primary key (tenant_id, key)
);
call guard_table('agent_deploys', 'select, insert, update', 'select');

-- refusal: template (there is none), unresolved (names says which), too_long, key (it was used for another request), busy;
-- null: go on. made: it was done before, agent_id is the answer. look: an earlier attempt may have made it at the vendor.
-- rendered: name, provider, disclosure, prompt, greeting, voice, language, description, use_case, config …
create function begin_deploy(tenant text, deploy_key text, fingerprint text, template text, provider text, overrides jsonb,
	variables jsonb, lease_s integer)
returns table (refusal text, names text[], agent_id text, made boolean, look boolean, rendered jsonb)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	t public.visible_templates;
	d public.agent_deploys;
	known jsonb := public.tenant_variables(tenant) || public.clean_variables(variables);
	at_call constant text[] := array['name', 'first_name', 'last_name', 'email', 'phone', 'lead_company'];
	texts jsonb;
	missing text[];
	k text;
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the tenant is not the one that is set';
	end if;
	perform pg_advisory_xact_lock(hashtextextended('deploy:' || tenant || ':' || deploy_key, 0));
	select r.* into d from public.agent_deploys r where r.tenant_id = tenant and r.key = deploy_key;
	if d.key is not null and d.state = 'made' and exists (select from public.voice_agents v where v.tenant_id = tenant
			and v.id = d.agent_id and v.deleted_at is null) then
		return query select case when d.fingerprint <> begin_deploy.fingerprint then 'key' end, null::text[], d.agent_id,
			true, false, d.rendered;
		return;
	end if;
	if d.state = 'begun' and d.lease_until > now() then
		return query select 'busy', null::text[], null::text, false, false, null::jsonb;
		return;
	end if;
	select v.* into t from public.visible_templates v where v.id = template order by v.own desc limit 1;
	if t.id is null then
		return query select 'template', null::text[], null::text, false, false, null::jsonb;
		return;
	end if;
	texts := jsonb_build_object(
		'disclosure', t.disclosure,
		'prompt', coalesce(nullif(overrides ->> 'system_prompt', ''), t.system_prompt),
		'greeting', coalesce(nullif(overrides ->> 'first_message', ''), t.first_message));
	-- The first message may repeat what is said before it anyway; what is said before it cannot be left out.
	if strpos(texts ->> 'greeting', t.disclosure) = 1 then
		texts := texts || jsonb_build_object('greeting', btrim(substr(texts ->> 'greeting', length(t.disclosure) + 1)));
	end if;
	for k in select jsonb_object_keys(texts) loop
		texts := jsonb_set(texts, array[k], to_jsonb(public.fill_in(public.with_braces(texts ->> k), known, false)));
	end loop;
	select array_agg(n order by n) into missing from (
		select unnest(t.required) as n
		intersect
		select unnest(public.variables_in(concat_ws(' ', texts ->> 'disclosure', texts ->> 'prompt', texts ->> 'greeting')))) u
	where not n = any(at_call);
	if missing is not null then
		return query select 'unresolved', missing, null::text, false, false, null::jsonb;
		return;
	end if;
	if length(texts ->> 'disclosure') > 500 or length(texts ->> 'prompt') > 16000 or length(texts ->> 'greeting') > 1000 then
		return query select 'too_long', null::text[], null::text, false, false, null::jsonb;
		return;
	end if;
	texts := texts || jsonb_build_object(
		'name', left(coalesce(nullif(overrides ->> 'name', ''), t.name), 80),
		'provider', coalesce(provider, t.provider),
		'voice', coalesce(nullif(overrides ->> 'voice_id', ''), t.voice_id, 'EXAVITQu4vr4xnSDxMaL'),
		'language', coalesce(nullif(overrides ->> 'language', ''), t.language, 'en'),
		'description', t.description, 'use_case', t.use_case, 'template', t.id, 'own', t.own, 'version', t.version,
		'end_call_phrases', case when jsonb_typeof(overrides -> 'end_call_phrases') = 'array'
			then overrides -> 'end_call_phrases' else to_jsonb(t.end_call_phrases) end,
		'config', t.config || coalesce(overrides -> 'config', '{}'));
	insert into public.agent_deploys as r (tenant_id, key, fingerprint, agent_id, lease_until, rendered)
	values (tenant, deploy_key, begin_deploy.fingerprint, public.new_id('agt'), now() + make_interval(secs => lease_s), texts)
	on conflict (tenant_id, key) do update set fingerprint = excluded.fingerprint,
		agent_id = case when r.state = 'begun' then r.agent_id else excluded.agent_id end,
		attempt = case when r.state = 'begun' then r.attempt + 1 else 1 end, state = 'begun', vendor_agent_id = null,
		lease_until = excluded.lease_until, rendered = excluded.rendered, updated_at = now()
	returning r.* into d;
	return query select null::text, null::text[], d.agent_id, false, d.attempt > 1, texts;
end $$;

-- The vendor has it (or none was needed): the agent, in the names of its field table. Again: the same.
create function finish_deploy(tenant text, deploy_key text, vendor_agent text, person text) returns jsonb
language plpgsql volatile
as $$
declare
	d public.agent_deploys;
	a public.voice_agents;
	r jsonb;
begin
	update public.agent_deploys g set state = 'made', vendor_agent_id = nullif(vendor_agent, ''), updated_at = now()
	where g.tenant_id = tenant and g.key = deploy_key and g.state <> 'failed'
	returning g.* into d;
	if d.key is null then
		raise no_data_found using message = 'no such deploy';
	end if;
	r := d.rendered;
	insert into public.voice_agents (tenant_id, id, name, description, provider, elevenlabs_agent_id, provider_assistant_id,
		template_id, agent_template_id, template_version, use_case, created_by, config)
	values (tenant, d.agent_id, r ->> 'name', r ->> 'description', r ->> 'provider', d.vendor_agent_id, d.vendor_agent_id,
		case when not (r ->> 'own')::boolean then r ->> 'template' end, case when (r ->> 'own')::boolean then r ->> 'template' end,
		(r ->> 'version')::integer, r ->> 'use_case', person,
		jsonb_strip_nulls(jsonb_build_object('name', r ->> 'name', 'locale', r ->> 'language', 'prompt', r ->> 'prompt',
			'disclosure', r ->> 'disclosure', 'greeting', r ->> 'greeting', 'endCallPhrases', r -> 'end_call_phrases',
			'model', case when r ->> 'provider' = 'elevenlabs' then 'elevenlabs-conversational' end,
			'voiceElevenlabs', r ->> 'voice'))
			|| (coalesce(r -> 'config', '{}') - array['name', 'prompt', 'disclosure', 'disclosureWaived', 'greeting']))
	on conflict (tenant_id, id) do nothing;
	select v.* into a from public.voice_agents v where v.tenant_id = tenant and v.id = d.agent_id;
	insert into public.voice_agent_versions (tenant_id, agent_id, version, name, config, created_by)
	values (tenant, a.id, a.version, a.name, a.config, person) on conflict do nothing;
	return public.agent_row(tenant, a.id);
end $$;

-- The vendor said no, or nobody knows: then the next attempt begins by looking.
create function fail_deploy(tenant text, deploy_key text, refused boolean) returns void
language sql volatile
as $$
	update public.agent_deploys d set state = case when refused then 'failed' else 'begun' end, lease_until = now(),
		updated_at = now()
	where d.tenant_id = tenant and d.key = deploy_key and d.state = 'begun'
$$;

-- Rows as the functions of the older platform answer them.
create function agent_row(tenant text, agent text) returns jsonb
language sql stable
as $$
	select to_jsonb(a) - array['calls_ended', 'calls_cost_inr', 'agent_template_id', 'deleted_at']
		|| jsonb_build_object('template_id', coalesce(a.template_id, a.agent_template_id),
			'voice_id', coalesce(a.config ->> 'voiceElevenlabs', a.voice_id))
	from public.voice_agents a where a.tenant_id = tenant and a.id = agent
$$;
grant execute on function begin_deploy(text, text, text, text, text, jsonb, jsonb, integer), agent_row(text, text),
	finish_deploy(text, text, text, text), fail_deploy(text, text, boolean) to invorto_app;

-- ── numbers ──

alter table voice_phone_numbers drop constraint voice_phone_numbers_provider_status_check;
alter table voice_phone_numbers add constraint voice_phone_numbers_provider_status_check
	check (provider_status in ('assigned', 'imported', 'active', 'failed', 'conflict', 'released'));
-- What Twilio said last when it was asked where the number rings.
alter table voice_phone_numbers add column provider_state jsonb not null default '{}';

alter table twilio_phone_pool add column released_at timestamptz;

create or replace function claim_pool_number(number_or_id text, purpose text, person text, workspace text)
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
	where not p.is_assigned and p.released_at is null
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

-- A number of the pool becomes the tenant's; held by it already: that. No row: it is not to be had.
create function assign_number(tenant text, number_or_id text, purpose text, person text)
returns table (assignment jsonb, number jsonb, fresh boolean)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	taken record;
	n public.voice_phone_numbers;
	took boolean := false;
begin
	select v.* into n from public.tenant_phone_assignments a
	join public.voice_phone_numbers v on v.tenant_id = a.tenant_id and v.pool_assignment_id = a.id and v.is_active
	where a.tenant_id = tenant and a.is_active and number_or_id in (v.phone_number, a.pool_phone_id, a.id);
	if n.id is null then
		select * into taken from public.claim_pool_number(number_or_id, purpose, person, null);
		if not found then
			return;
		end if;
		took := true;
		insert into public.voice_phone_numbers as v (tenant_id, phone_number, provider, provider_number_id, twilio_sid,
			friendly_name, pool_assignment_id)
		values (tenant, taken.phone_number_e164, 'twilio', taken.twilio_sid, taken.twilio_sid, taken.friendly_name,
			taken.assignment_id)
		-- Brought along before: it is the pool's now.
		on conflict (tenant_id, phone_number) where is_active do update set pool_assignment_id = excluded.pool_assignment_id,
			twilio_sid = excluded.twilio_sid, updated_at = now()
		returning v.* into n;
	end if;
	return query select to_jsonb(a), to_jsonb(n), took
	from public.tenant_phone_assignments a where a.tenant_id = tenant and a.id = n.pool_assignment_id;
end $$;

-- A number goes: back to the pool when it came from there. false: the tenant has no such number.
create function release_number(tenant text, which text) returns boolean
language plpgsql volatile
as $$
declare
	n public.voice_phone_numbers;
begin
	select v.* into n from public.voice_phone_numbers v where v.tenant_id = tenant and v.id = which and v.is_active for update;
	if n.id is null then
		return false;
	end if;
	if n.pool_assignment_id is not null then
		perform public.release_pool_number(n.pool_assignment_id);
	end if;
	update public.voice_phone_numbers v set is_active = false, provider_status = 'released', voice_agent_id = null,
		elevenlabs_phone_number_id = null, updated_at = now()
	where v.tenant_id = tenant and v.id = which;
	return true;
end $$;
grant execute on function assign_number(text, text, text, text), release_number(text, text) to invorto_app;

-- ── calls that are started by a function ──

-- The same call asked for again while it is not over is that call: whoever asks twice did not hear the first answer. As
-- create_call; again: it was there before.
create function start_call_once(tenant text, call text, agent text, to_number text, from_number text, lead text,
	metadata jsonb, test boolean, defaults jsonb)
returns table (refusal text, used text, cap text, call_id text, again boolean)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	same constant text := md5(concat_ws('|', agent, to_number, from_number, coalesce(lead, ''), metadata::text));
	old text;
	made record;
begin
	perform pg_advisory_xact_lock(hashtextextended('start_call:' || tenant || ':' || same, 0));
	select r.id into old from public.voice_call_records r
	where r.tenant_id = tenant and r.to_number = start_call_once.to_number and r.closed_at is null
		and r.provider_metadata ->> 'startKey' = same and r.started_at > now() - interval '10 minutes'
	order by r.started_at desc limit 1;
	if old is not null then
		return query select null::text, null::text, null::text, old, true;
		return;
	end if;
	select * into made from public.create_call(tenant, call, agent, 'outbound', to_number, from_number, metadata, test, defaults);
	update public.voice_call_records r set provider_metadata = r.provider_metadata || jsonb_build_object('startKey', same)
	where r.tenant_id = tenant and r.id = made.call_id;
	return query select made.refusal, made.used::text, made.cap::text, made.call_id, false;
end $$;
grant execute on function start_call_once(text, text, text, text, text, text, jsonb, boolean, jsonb) to invorto_app;
create index voice_call_records_open_by_callee on voice_call_records (tenant_id, to_number) where closed_at is null;
