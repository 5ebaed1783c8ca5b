-- Templates, deployed agents, numbers and the pool they come from, as vendors know them.

-- name: deploy_begin :one :tenant
-- in:  key text, fingerprint text, template text, provider text, overrides json, variables json, lease_s int
-- out: refusal text, names texts, agent_id text, made bool, look bool, rendered json
select refusal, coalesce(names, '{}'), agent_id, coalesce(made, false), coalesce(look, false), rendered
from begin_deploy(current_tenant(), $1, $2, $3, $4, $5, $6, $7::integer)

-- name: deploy_finish :one :tenant
-- in:  key text, vendor_agent text, person text
-- out: agent json
select finish_deploy(current_tenant(), $1, $2, $3)

-- name: deploy_fail :exec :tenant
-- in:  key text, refused bool
select fail_deploy(current_tenant(), $1, $2)

-- name: agent_row :one :tenant
-- in:  agent text
-- out: agent json, vendor_agent_id text
select agent_row(a.tenant_id, a.id), a.elevenlabs_agent_id from voice_agents a
where a.tenant_id = current_tenant() and a.id = $1 and a.deleted_at is null

-- name: number_assign :many :tenant
-- No row: there is no such number in the pool, or somebody has it.
-- in:  number_or_id text, purpose text, person text
-- out: assignment json, number json, phone text
select assignment, number, number ->> 'phone_number' from assign_number(current_tenant(), $1, $2, $3)

-- name: number_get :many :tenant
-- An active number of the tenant and who answers there.
-- in:  id text
-- out: id text, number json, phone text, name text, carrier text, twilio_sid text, vendor_id text, status text,
-- out: pooled bool
select n.id, to_jsonb(n), n.phone_number, coalesce(n.friendly_name, n.phone_number), n.provider, coalesce(n.twilio_sid, ''),
	coalesce(n.elevenlabs_phone_number_id, ''), n.provider_status, n.pool_assignment_id is not null
from voice_phone_numbers n where n.tenant_id = current_tenant() and n.id = $1 and n.is_active

-- name: number_imported :one :tenant
-- status: imported or conflict; `state` says what Twilio said of where it rings.
-- in:  id text, vendor_id text, status text, state json
-- out: number json
with done as (
	update voice_phone_numbers n set elevenlabs_phone_number_id = $2,
		provider_status = case when $3 = 'imported' and n.provider_status = 'active' then 'active' else $3 end,
		provider_state = $4, updated_at = now()
	where n.tenant_id = current_tenant() and n.id = $1
	returning n.tenant_id, n.pool_assignment_id, to_jsonb(n) as made
), noted as (
	update tenant_phone_assignments a set elevenlabs_phone_number_id = $2, updated_at = now()
	from done d where a.tenant_id = d.tenant_id and a.id = d.pool_assignment_id
)
select d.made from done d

-- name: number_attached :one :tenant
-- agent null: nobody.
-- in:  id text, agent text
-- out: number json
with done as (
	update voice_phone_numbers n set voice_agent_id = $2,
		provider_status = case when $2::text is not null and n.provider_status <> 'conflict' then 'active'
			else n.provider_status end, updated_at = now()
	where n.tenant_id = current_tenant() and n.id = $1 and n.is_active
	returning to_jsonb(n) as made
)
select d.made from done d

-- name: number_named :many :tenant
-- in:  id text, name text
-- out: number json
with done as (
	update voice_phone_numbers n set friendly_name = $2, updated_at = now()
	where n.tenant_id = current_tenant() and n.id = $1 and n.is_active
	returning to_jsonb(n) as made
)
select d.made from done d

-- name: number_release :one :tenant
-- in:  id text
-- out: released bool
select release_number(current_tenant(), $1)

-- name: number_list :many :tenant
-- Newest first.
-- in:  after_us int, after_id text, count int
-- out: id text, number json, created_us int
select n.id, to_jsonb(n), (extract(epoch from n.created_at) * 1000000)::bigint
from voice_phone_numbers n
where n.tenant_id = current_tenant() and n.is_active
	and ($1::bigint is null or (n.created_at, n.id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by n.created_at desc, n.id desc
limit $3

-- name: start_agent :many :tenant
-- Agent and number of a call to be started; what is null is not there, or not the tenant's.
-- in:  agent text, number text
-- out: agent_id text, active bool, hosted bool, vendor_agent_id text, number_id text, phone text
select a.id, coalesce(a.status = 'active', false), coalesce(a.provider = 'elevenlabs', false),
	coalesce(a.elevenlabs_agent_id, ''), n.id, n.phone_number
from (select current_tenant() as tenant) t
left join voice_agents a on a.tenant_id = t.tenant and a.id = $1 and a.deleted_at is null
left join voice_phone_numbers n on n.tenant_id = t.tenant and n.id = $2 and n.is_active

-- name: start_call :one :tenant
-- in:  id text, agent text, to_number text, from_number text, lead text, metadata json, test bool, caps json,
-- in:  carrier text
-- out: refusal text, used text, cap text, call_id text, again bool
select refusal, used, cap, call_id, coalesce(again, false)
from start_call_once(current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: start_row :one :tenant
-- in:  id text
-- out: row json, provider_call_id text, status text, dialled bool
select to_jsonb(c) - array['agent', 'journal_path', 'instance_id', 'usage', 'transcript'], coalesce(c.provider_call_id, ''),
	c.status, c.dialled_at is not null
from voice_call_records c where c.tenant_id = current_tenant() and c.id = $1

-- name: template_list :many :tenant
-- The catalogue's and the tenant's own, newest first.
-- in:  after_us int, after_id text, count int
-- out: id text, row json, created_us int
select t.id, to_jsonb(t) - 'tenant_id', (extract(epoch from t.created_at) * 1000000)::bigint
from visible_templates t
where $1::bigint is null or (t.created_at, t.id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2)
order by t.created_at desc, t.id desc
limit $3

-- name: template_get :many :tenant
-- in:  id text
-- out: row json, own bool
select to_jsonb(t) - 'tenant_id', t.own from visible_templates t where t.id = $1 order by t.own desc limit 1

-- name: template_create :one :tenant
-- in:  id text, json_template json, person text
-- out: row json
with made as (
	insert into agent_templates as t (tenant_id, id, name, description, use_case, provider, disclosure, system_prompt,
		first_message, voice_id, language, end_call_phrases, required, config, created_by)
	select current_tenant(), $1, j ->> 'name', j ->> 'description', j ->> 'use_case', coalesce(j ->> 'provider', 'elevenlabs'),
		j ->> 'disclosure', j ->> 'system_prompt', j ->> 'first_message', j ->> 'voice_id', coalesce(j ->> 'language', 'en'),
		json_texts(j -> 'end_call_phrases'), json_texts(j -> 'required'), coalesce(j -> 'config', '{}'), $3
	from (select $2::jsonb as j) g
	returning to_jsonb(t) as row
)
select m.row - array['tenant_id', 'deleted_at'] || '{"own": true}' from made m

-- name: template_update :many :tenant
-- Own ones alone; what is not in `change` stays. No row: it is no template of the tenant's own.
-- in:  id text, change json
-- out: row json
with done as (
	update agent_templates t set name = coalesce($2::jsonb ->> 'name', t.name),
		description = coalesce($2::jsonb ->> 'description', t.description), use_case = coalesce($2::jsonb ->> 'use_case', t.use_case),
		provider = coalesce($2::jsonb ->> 'provider', t.provider), disclosure = coalesce($2::jsonb ->> 'disclosure', t.disclosure),
		system_prompt = coalesce($2::jsonb ->> 'system_prompt', t.system_prompt),
		first_message = coalesce($2::jsonb ->> 'first_message', t.first_message),
		voice_id = coalesce($2::jsonb ->> 'voice_id', t.voice_id), language = coalesce($2::jsonb ->> 'language', t.language),
		end_call_phrases = case when $2::jsonb ? 'end_call_phrases' then json_texts($2::jsonb -> 'end_call_phrases')
			else t.end_call_phrases end,
		required = case when $2::jsonb ? 'required' then json_texts($2::jsonb -> 'required') else t.required end,
		config = coalesce($2::jsonb -> 'config', t.config)
	where t.tenant_id = current_tenant() and t.id = $1 and t.deleted_at is null
	returning to_jsonb(t) as row
)
select d.row - array['tenant_id', 'deleted_at'] || '{"own": true}' from done d

-- name: template_delete :many :tenant
-- in:  id text
-- out: id text
with gone as (
	update agent_templates t set deleted_at = now()
	where t.tenant_id = current_tenant() and t.id = $1 and t.deleted_at is null
	returning t.id
)
select g.id from gone g

-- name: template_versions :many :tenant
-- in:  id text, before int, count int
-- out: version int, row json
select v.version, v.template from agent_template_versions v
where v.tenant_id = current_tenant() and v.template_id = $1 and ($2::bigint is null or v.version < $2)
order by v.version desc
limit $3

-- name: pool_list :many :global
-- The pool, for the operator, by number.
-- in:  after text, count int
-- out: number text, row json
select p.phone_number_e164, to_jsonb(p) from twilio_phone_pool p
where p.released_at is null and ($1::text is null or p.phone_number_e164 > $1)
order by p.phone_number_e164
limit $2

-- name: pool_add :many :global
-- No row: it is there already. A number that was given back may be bought again.
-- in:  id text, number text, sid text, country text, name text, metadata json
-- out: row json
with made as (
	insert into twilio_phone_pool as p (id, phone_number_e164, twilio_sid, country_code, friendly_name, provider_metadata)
	values ($1, $2, $3, $4, $5, coalesce($6::jsonb, '{}'))
	on conflict (phone_number_e164) do update set twilio_sid = excluded.twilio_sid, released_at = null, updated_at = now()
		where p.released_at is not null
	returning to_jsonb(p) as row
)
select m.row from made m

-- name: pool_get :many :global
-- in:  id text
-- out: row json, sid text, assigned bool
select to_jsonb(p), coalesce(p.twilio_sid, ''), p.is_assigned from twilio_phone_pool p
where p.released_at is null and $1 in (p.id, p.phone_number_e164)

-- name: pool_leave :many :global
-- Out of the pool, unless somebody has it by now.
-- in:  id text
-- out: row json
with gone as (
	update twilio_phone_pool p set released_at = now(), updated_at = now()
	where p.id = $1 and p.released_at is null and not p.is_assigned
	returning to_jsonb(p) as row
)
select g.row from gone g

-- name: batch_start :one :tenant
-- in:  campaign text, person text
-- out: ok bool, status text, code text, detail text, enrolled int
select o.ok, o.status, o.code, o.detail, coalesce(o.enrolled, 0)
from campaign_order(current_tenant(), $1, 'start', now(), $2, null) o

-- name: batch_calls :one :tenant
-- What has come of a campaign since it was started; the first hundred calls of it.
-- in:  campaign text
-- out: status text, over bool, leads int, initiated int, failed int, results json, errors json
select c.status, c.status in ('completed', 'failed', 'cancelled'), c.total_contacts::bigint,
	count(r.id) filter (where r.status <> 'failed'), count(r.id) filter (where r.status = 'failed'),
	coalesce(jsonb_agg(jsonb_build_object('lead_id', r.lead_id, 'call_id', r.id, 'conversation_id', r.provider_call_id)
		order by r.created_at) filter (where r.status <> 'failed' and r.n <= 100), '[]'),
	coalesce(jsonb_agg(jsonb_build_object('lead_id', r.lead_id, 'error', coalesce(r.failure_reason, r.status))
		order by r.created_at) filter (where r.status = 'failed' and r.n <= 100), '[]')
from voice_campaigns c
left join lateral (
	select v.id, v.lead_id, v.status, v.provider_call_id, v.failure_reason, v.created_at,
		row_number() over (order by v.created_at) as n
	from voice_call_records v
	where v.tenant_id = c.tenant_id and v.campaign_id = c.id and v.started_at >= c.started_at
	order by v.created_at limit 10000) r on true
where c.tenant_id = current_tenant() and c.id = $1
group by c.tenant_id, c.id, c.status, c.total_contacts
