-- compatible: a key more for each endpoint, which only what signs reads.
set local role invorto_owner;

-- What signs for receivers that shall hold no secret (Standard Webhooks' v1a): 244 random bits as text, of which the
-- ed25519 key is made. It changes with the secret, and the one before signs beside it for as long.
alter table webhook_endpoints
	add column sign_key text not null default encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'hex'),
	add column previous_sign_key text;
