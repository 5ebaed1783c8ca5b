-- compatible: the same indexes with more in them.
set local role invorto_owner;

-- What reports add up stands in the index they go through: they read every call of a campaign, and rows of calls are wide.
drop index voice_call_records_by_campaign;
create index voice_call_records_by_campaign on voice_call_records (tenant_id, campaign_id, started_at desc)
	include (id, outcome, duration_seconds, cost) where campaign_id is not null;
drop index voice_usage_ledger_by_date;
create index voice_usage_ledger_by_date on voice_usage_ledger (tenant_id, usage_date)
	include (duration_seconds, cost_usd, cost_inr);
