-- What must be there before and after each step of scripts/smoke.sh. psql with -v step=… tenant, run, agent, number, campaign,
-- call; each part raises where something is not as it should be, and selects what the next step needs.
\set QUIET on
\o /dev/null
select set_config('app.tenant_id', :'tenant', false);
create function pg_temp.must(ok boolean, what text) returns void language plpgsql as $$
begin
	if ok is not true then
		raise exception 'smoke: %', what;
	end if;
end $$;
\o
select :'step' = 'template' as is_template, :'step' = 'deployed' as is_deployed, :'step' = 'pool' as is_pool,
	:'step' = 'assigned' as is_assigned, :'step' = 'campaign' as is_campaign, :'step' = 'dialled' as is_dialled,
	:'step' = 'payload' as is_payload, :'step' = 'told' as is_told, :'step' = 'decided' as is_decided,
	:'step' = 'usage' as is_usage, :'step' = 'reports' as is_reports \gset

\if :is_template
\o /dev/null
select pg_temp.must((select count(*) from voice_agent_templates where is_public) >= 4, 'four public templates');
\o
select id from voice_agent_templates where use_case = 'sales_outreach' order by created_at limit 1;
\elif :is_deployed
\o /dev/null
select pg_temp.must((select count(*) from voice_agents where tenant_id = :'tenant' and name = :'run' and template_id is not null
	and elevenlabs_agent_id is not null) = 1, 'the agent of the template, known to ElevenLabs');
\o
select id from voice_agents where tenant_id = :'tenant' and name = :'run';
\elif :is_pool
insert into twilio_phone_pool (phone_number_e164, twilio_sid, country_code, friendly_name)
values ('+1415' || lpad((extract(epoch from now())::bigint % 10000000)::text, 7, '0'), 'PN' || md5(:'run'), 'US', :'run')
returning id;
\elif :is_assigned
\o /dev/null
select pg_temp.must((select count(*) from twilio_phone_pool p join tenant_phone_assignments a on a.pool_phone_id = p.id and a.is_active
	join voice_phone_numbers n on n.tenant_id = a.tenant_id and n.pool_assignment_id = a.id
	where p.friendly_name = :'run' and p.is_assigned and a.tenant_id = :'tenant') = 1, 'the number, assigned and the tenant''s');
\o
select n.id from voice_phone_numbers n join tenant_phone_assignments a on a.tenant_id = n.tenant_id and a.id = n.pool_assignment_id
join twilio_phone_pool p on p.id = a.pool_phone_id where p.friendly_name = :'run';
\elif :is_campaign
\o /dev/null
select pg_temp.must((select n.elevenlabs_phone_number_id is not null and n.voice_agent_id = :'agent' from voice_phone_numbers n
	where n.tenant_id = :'tenant' and n.id = :'number'), 'the number is imported and has the agent');
\o
with c as (
	insert into voice_campaigns (tenant_id, name, voice_agent_id, phone_number_id, kind, target_segment, call_interval_ms)
	values (:'tenant', :'run', :'agent', :'number', 'informational', jsonb_build_object('tags', jsonb_build_array(:'run')), 0)
	returning id
), people as (
	-- Five, where it is lawful to call at this moment.
	insert into leads (tenant_id, first_name, last_name, phone, score, tags)
	select :'tenant', 'Smoke', n::text, '+' || p.prefix || lpad((2000000 + n)::text, greatest(4, 11 - length(p.prefix)), '0'), 8, array[:'run']
	from (select x.prefix from calling_open_regions('informational', '{}', now()) o join calling_prefixes x on x.region_id = o.region
		order by o.closes_at desc, length(x.prefix) desc limit 1) p, generate_series(1, 5) n
	returning phone
), agreed as (
	insert into consent_ledger (tenant_id, phone_e164, kind, granted, source)
	select :'tenant', phone, 'call', true, 'manual' from people
)
select id from c;
\elif :is_dialled
select c.id from voice_call_records c where c.tenant_id = :'tenant' and c.campaign_id = :'campaign' and c.closed_at is null
	and c.provider_call_id is not null order by c.created_at limit 1;
\elif :is_payload
select jsonb_build_object('type', 'post_call_transcription', 'event_timestamp', extract(epoch from now())::bigint, 'data',
	jsonb_build_object('conversation_id', c.provider_call_id, 'status', 'done', 'user_id', c.tenant_id || '/' || c.id,
		'transcript', jsonb_build_array(jsonb_build_object('role', 'user', 'message', 'Yes, tell me more.')),
		'metadata', jsonb_build_object('call_duration_secs', 180, 'cost_fiat', 0.30),
		'analysis', jsonb_build_object('transcript_summary', 'Interested.', 'data_collection_results',
			jsonb_build_object('outcome', jsonb_build_object('value', 'qualified'),
				'qualification_score', jsonb_build_object('value', 8)))))
from voice_call_records c where c.tenant_id = :'tenant' and c.id = :'call';
\elif :is_told
select pg_temp.must((select c.status = 'completed' and c.outcome = 'qualified' and c.duration_seconds = 180 and c.cost = 0.30
	and c.transcript <> '' and c.summary <> '' from voice_call_records c where c.tenant_id = :'tenant' and c.id = :'call'),
	'the record of the call');
select pg_temp.must((select count(*) from kernel_events where tenant_id = :'tenant' and entity_id = :'call'
	and type = 'voice.call.completed') = 1, 'its event, once');
\elif :is_decided
select d.id from kernel_decisions d join kernel_events e on e.tenant_id = d.tenant_id and e.id = d.event_id
where d.tenant_id = :'tenant' and d.correlation_id = :'campaign' and d.policy_name = 'voice_campaign_optimization'
	and d.decision_json ->> 'reason' <> '' order by d.created_at desc limit 1;
\elif :is_usage
select pg_temp.must((select count(*) = 1 and sum(duration_seconds) = 180 and sum(cost_usd) = 0.30 from voice_usage_ledger
	where tenant_id = :'tenant' and call_id = :'call' and campaign_id = :'campaign'), 'one row of the ledger, 180 s for 0.30');
\elif :is_reports
select pg_temp.must((select total_calls >= 1 and qualified >= 1 and total_cost >= 0.30 from (
	select vc.id, count(vcr.id) as total_calls, count(case when vcr.outcome = 'qualified' then 1 end) as qualified,
		sum(vcr.cost) as total_cost
	from voice_campaigns vc left join voice_call_records vcr on vc.id = vcr.campaign_id where vc.tenant_id = :'tenant'
	group by vc.id) r where r.id = :'campaign'), 'the campaign in the report of campaigns');
select pg_temp.must((select count(*) >= 1 from (select date(usage_date), count(*), sum(duration_seconds) / 60.0 as minutes
	from voice_usage_ledger where tenant_id = :'tenant' group by 1 having sum(duration_seconds) >= 180) d), 'usage by day');
select pg_temp.must((select count(*) >= 1 from kernel_decisions where tenant_id = :'tenant'
	and policy_name = 'voice_campaign_optimization'), 'decisions');
\else
\warn 'unknown step'
select 1 / 0;
\endif
