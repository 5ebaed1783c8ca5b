#!/usr/bin/env bash
# The second platform's way through, step by step, against a running stack: real requests, and what must stand in the
# database after each. Ends non-zero at the first that is not as it should be.   ./scripts/smoke.sh [DIR]
# DIR holds dev.env, as `dev.sh --carriers` writes it (default: data).
set -euo pipefail
. "$(dirname "$0")/common.sh"

dir=${1:-$root/data}
[ -f "$dir/dev.env" ] || die "$dir/dev.env is not there: start ./scripts/dev.sh --carriers first"
set -a
. "$dir/dev.env"
set +a
[ -n "${TWILIO_ACCOUNT_SID:-}" ] || die "numbers want a Twilio account: start ./scripts/dev.sh --carriers"
run=smoke_$(date +%s)
step=0

begin() { step=$((step + 1)); say "$step/7 $1"; }
fail() { die "step $step: $1"; }

# The statements of one step in tests/voice_v1_smoke.sql; prints what it selects last.
sql() { # NAME
	psql -X -q -At -v ON_ERROR_STOP=1 -v step="$1" -v tenant="$INVORTO_TENANT_ID" -v run="$run" -v agent="${agent:-}" \
		-v number="${number:-}" -v campaign="${campaign:-}" -v call="${call:-}" \
		-f "$root/tests/voice_v1_smoke.sql" "$DATABASE_OWNER_URL" || fail "the database does not have what it should"
}

# POST as the person of dev.env; the answer must be 2xx and say success.
post() { # PATH BODY
	local answer status
	answer=$(curl -sS -w '\n%{http_code}' -X POST "$INVORTO_URL$1" -H "Authorization: Bearer $INVORTO_JWT" \
		-H 'Content-Type: application/json' -d "$2") || fail "$1 does not answer"
	status=${answer##*$'\n'}
	answer=${answer%$'\n'*}
	case $status in 2??) ;; *) fail "$1 answered $status: $answer" ;; esac
	case $answer in *'"success":true'*) ;; *) fail "$1 says no success: $answer" ;; esac
	printf '%s' "$answer"
}

begin "template deployment"
template=$(sql template)
post /functions/v1/voice-deploy-template "{\"template_id\":\"$template\",\"tenant_id\":\"$INVORTO_TENANT_ID\",\"overrides\":{\"name\":\"$run\",\"first_message\":\"Hi! Custom greeting here.\"},\"variables\":{\"company\":\"Acme\"}}" >/dev/null
agent=$(sql deployed)

begin "number assignment"
pool=$(sql pool)
post /functions/v1/voice-assign-number "{\"tenant_id\":\"$INVORTO_TENANT_ID\",\"phone_number_e164_or_pool_id\":\"$pool\"}" >/dev/null
number=$(sql assigned)
post /functions/v1/voice-import-number "{\"tenant_id\":\"$INVORTO_TENANT_ID\",\"voice_number_id\":\"$number\"}" >/dev/null
post /functions/v1/voice-attach-agent "{\"voice_agent_id\":\"$agent\",\"voice_number_id\":\"$number\"}" >/dev/null

begin "batch launch"
campaign=$(sql campaign)
post /functions/v1/voice-start-batch "{\"campaign_id\":\"$campaign\"}" >/dev/null
for _ in $(seq 60); do
	call=$(sql dialled)
	[ -z "$call" ] || break
	sleep 0.5
done
[ -n "$call" ] || fail "no call was dialled within 30 s"

begin "webhook processing"
body=$(sql payload)
t=$(date +%s)
mac=$(printf '%s.%s' "$t" "$body" | openssl dgst -sha256 -hmac "$ELEVENLABS_WEBHOOK_SECRET" -hex | sed 's/.*= *//')
status=$(curl -sS -o /dev/null -w '%{http_code}' -X POST "$INVORTO_URL/functions/v1/voice-webhook-post-call" \
	-H 'Content-Type: application/json' -H "ElevenLabs-Signature: t=$t,v0=$mac" --data-binary "$body")
[ "$status" = 200 ] || fail "the webhook answered $status"
status=$(curl -sS -o /dev/null -w '%{http_code}' -X POST "$INVORTO_URL/functions/v1/voice-webhook-post-call" \
	-H 'Content-Type: application/json' -H "ElevenLabs-Signature: t=$t,v0=${mac%?}x" --data-binary "$body")
[ "$status" = 401 ] || fail "a webhook with a wrong signature answered $status"
sql told >/dev/null

begin "kernel optimisation"
for _ in $(seq 60); do
	decided=$(sql decided)
	[ -z "$decided" ] || break
	sleep 0.5
done
[ -n "$decided" ] || fail "nothing was decided within 30 s"
curl -fsS -H "Authorization: Bearer $INVORTO_JWT" "$INVORTO_URL/v1/decisions?campaignId=$campaign" | grep -q "$decided" ||
	fail "the decision is not in /v1/decisions"

begin "usage"
sql usage >/dev/null

begin "dashboard queries"
sql reports >/dev/null
say "all steps are as they should be: campaign $campaign, call $call"
