-- A row for tenant :t in every table that has a tenant. The test of isolation wants each table filled.
insert into users (id, email) values (:'t' || '_admin', :'t' || '@example.org'), (:'t' || '_gone', :'t' || '_gone@example.org')
	on conflict do nothing;
update users set disabled_at = now() where id = :'t' || '_gone';
insert into user_tenants values (:'t', :'t' || '_admin', 'admin'), (:'t', :'t' || '_gone', 'dev');
insert into user_sessions (id, user_id, tenant_id, token_hash, expires_at)
	values (:'t' || '_ses', :'t' || '_admin', :'t', encode(sha256((:'t' || 's')::bytea), 'hex'), now() + interval '1 day');
insert into api_keys (tenant_id, id, name, prefix, key_hash, role)
	values (:'t', 'key', 'a key', 'iv_live_' || :'t', encode(sha256(:'t'::bytea), 'hex'), 'dev');
insert into idempotency_keys (tenant_id, route, key, fingerprint, lease_until) values (:'t', 'createCall', 'k', '', now());
insert into audit_log (tenant_id, id, actor_kind, action) values (:'t', 'aud', 'system', 'test');
insert into voice_agents (tenant_id, id, name, config) values (:'t', 'agt', 'An agent', '{"prompt": "hello"}');
insert into voice_agent_versions (tenant_id, agent_id, version, name, config) values (:'t', 'agt', 1, 'An agent', '{}');
insert into tools (tenant_id, id, name, definition) values (:'t', 'tool', 'a_tool', '{}');
insert into twilio_phone_pool (id, phone_number_e164, is_assigned, assigned_to_tenant_id)
	values ('ppn_' || :'t', '+155501' || lpad(ascii(:'t')::text, 5, '0'), true, :'t');
insert into tenant_phone_assignments (tenant_id, id, pool_phone_id) values (:'t', 'asg', 'ppn_' || :'t');
insert into voice_phone_numbers (tenant_id, id, phone_number, pool_assignment_id, voice_agent_id)
	values (:'t', 'num', '+155501' || lpad(ascii(:'t')::text, 5, '0'), 'asg', 'agt');
insert into voice_campaigns (tenant_id, id, name, voice_agent_id, phone_number_id) values (:'t', 'cmp', 'A campaign', 'agt', 'num');
insert into leads (tenant_id, id, first_name, last_name, phone, campaign_id) values (:'t', 'lead', 'Ada', 'Byron', '+15550100001', 'cmp');
insert into lead_imports (tenant_id, id, campaign_id, state) values (:'t', 'imp', 'cmp', 'done');
insert into lead_import_errors (tenant_id, import_id, line, reason) values (:'t', 'imp', 2, 'is empty');
insert into lead_segments (tenant_id, name, segment) values (:'t', 'seg', '{"status": "new"}');
insert into campaign_groups (tenant_id, campaign_id, region, zone, open, until) values (:'t', 'cmp', 'US-NY', '', true, now());
insert into consent_ledger (tenant_id, id, phone_e164, kind, granted, source) values (:'t', 'cns', '+15550100001', 'call', true, 'web');
insert into dnc_entries (tenant_id, id, phone_e164, source) values (:'t', 'dnc', '+15550100002', 'manual');
insert into webhook_endpoints (tenant_id, id, url, secret) values (:'t', 'whe', 'https://example.org/' || :'t', 'whsec_' || :'t');
insert into voice_call_records (tenant_id, id, voice_agent_id, campaign_id, lead_id, attempt, status, direction, cost_inr, provider_call_id)
	values (:'t', 'call', 'agt', 'cmp', 'lead', 1, 'completed', 'outbound', 8.7, 'CA1');
insert into call_handovers (tenant_id, call_id, journal, journal_bytes, given_by) values (:'t', 'call', '\x00', 1, 'ins_1');
insert into call_reviews (tenant_id, call_id) values (:'t', 'call') on conflict do nothing;
insert into call_aliases (tenant_id, provider, alias, call_id) values (:'t', 'twilio', 'CA' || :'t', 'call');
insert into call_documents (tenant_id, id, call_id, filename, type, file_size) values (:'t', 'doc', 'call', 'a.txt', 'txt', 1);
insert into artifacts (tenant_id, id, call_id, kind) values (:'t', 'art', 'call', 'recording');
insert into erasure_jobs (tenant_id, id, subject_kind, subject) values (:'t', 'era', 'call', 'call');
insert into rate_cards (id, tenant_id, role, unit, currency, price) values ('rate_' || :'t', :'t', 'stt', 'minute', 'INR', 3);
insert into call_costs (tenant_id, id, call_id, type) values (:'t', 'cst', 'call', 'stt');
insert into usage_alerts (tenant_id, kind, period, percent, used, cap) values (:'t', 'daily_cost_inr', '2026-11-21', 80, 8, 10);
insert into webhook_attempts (tenant_id, id, delivery_id, endpoint_id, attempt)
	select tenant_id, 'att', id, endpoint_id, 1 from webhook_outbox where tenant_id = :'t' limit 1;
insert into webhook_days (tenant_id, day) values (:'t', '2026-11-21');
insert into kernel_decisions (tenant_id, id, event_id, correlation_id, policy_name, decision_type, decision_json)
	select tenant_id, 'kdc', id, 'cmp', 'voice_campaign_optimization', 'continue', '{"reason": "too few calls"}'
	from kernel_events where tenant_id = :'t' limit 1;
insert into kernel_actions (tenant_id, id, decision_id, correlation_id, action_type) values (:'t', 'kac', 'kdc', 'cmp', 'monitor');
insert into tenant_secrets (tenant_id, name, ciphertext, nonce, key_id)
	values (:'t', 'crm', sha256(:'t'::bytea), substring(sha256('nonce'), 1, 12), 'k');
insert into call_checks (tenant_id, call_id) values (:'t', 'call');
insert into dnc_registries (tenant_id, country, as_of, numbers) values (:'t', 'US', now(), 1);
insert into dnc_registry_numbers (tenant_id, phone_e164, country, as_of) values (:'t', '+15550100003', 'US', now());
insert into vendor_deliveries (tenant_id, type, conversation_id, call_id, how) values (:'t', 'post_call_transcription', 'conv_1', 'call', 'webhook');
insert into conversation_checks (tenant_id, call_id) values (:'t', 'call');
insert into conversation_lists (tenant_id, voice_agent_id, vendor_agent) values (:'t', 'agt', 'agent_9');
insert into optimizer_rules (tenant_id, name, position, metric, comparison, threshold, min_sample, decision_type, action_type, reason)
	values (:'t', 'own', 50, 'busy_rate', '>', 0.5, 10, 'pause_campaign', 'pause_campaign', 'Busy');
insert into agent_templates (tenant_id, id, name, disclosure, system_prompt, first_message)
	values (:'t', 'tpl', 'Own', 'A machine speaks, and it is recorded.', 'Be brief.', 'Hello {{name}}');
insert into agent_deploys (tenant_id, key, fingerprint, agent_id, lease_until, rendered) values (:'t', 'k', 'f', 'agt', now(), '{}');
