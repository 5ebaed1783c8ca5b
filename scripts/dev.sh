#!/usr/bin/env bash
# Builds and starts everything on this machine: PostgreSQL and Redis of our own, the lab as providers, the daemon, the
# page; makes two tenants with keys and the demo agents.
#   ./scripts/dev.sh [--port N] [--data DIR] [--no-install] [--carriers]
# DATABASE_URL (with DATABASE_WORKER_URL and DATABASE_OWNER_URL) and REDIS_URL from the environment are used instead.
# Stays in the foreground; Ctrl-C stops what it started.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/services.sh"

port=8080 data=$root/data install=1 with_carriers=false
while [ $# -gt 0 ]; do
	case $1 in
	--port) port=${2:?--port needs a number}; shift 2 ;;
	--data) data=${2:?--data needs a directory}; shift 2 ;;
	--no-install) install=0; shift ;;
	--carriers) with_carriers=true; shift ;;
	*) die "unknown option $1; use --port N, --data DIR, --no-install, --carriers" ;;
	esac
done
case $port in *[!0-9]* | '') die "--port $port: expected a number" ;; esac

[ "$install" = 0 ] || install_missing $build_packages $service_packages
./scripts/web.sh
build build/dev "invorto invorto-lab" -- -DCMAKE_BUILD_TYPE=RelWithDebInfo -DIV_TESTS=OFF

mkdir -p "$data"
data=$(cd "$data" && pwd)
chmod 700 "$data"
random() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
# A secret from the environment is used as it is; else one is made once and kept.
secret() {
	local name=$1 file=$data/secrets.env
	[ -n "${!name:-}" ] && return 0
	[ -f "$file" ] || (umask 077 && : >"$file")
	grep -q "^$name=" "$file" || printf '%s=%s\n' "$name" "$(random)" >>"$file"
	export "$name=$(sed -n "s/^$name=//p" "$file")"
}
secret REALTIME_API_KEY
secret REALTIME_WS_SECRET
secret JWT_SECRET
secret ELEVENLABS_WEBHOOK_SECRET

lab_port=$((port + 1821))
lab=http://127.0.0.1:$lab_port
carriers=http://127.0.0.1:$((lab_port + 1))
pids=()
stop() {
	trap - EXIT INT TERM
	[ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
	wait 2>/dev/null || true
	stop_services "$data"
	rm -f "$data/dev.pid"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
echo $$ >"$data/dev.pid"

wait_for() { # URL NAME PID
	local i
	for i in $(seq 100); do
		curl -fsS -o /dev/null "$1" 2>/dev/null && return 0
		kill -0 "$3" 2>/dev/null || die "$2 did not start; see $data/$2.log"
		sleep 0.1
	done
	die "$2 did not answer within 10 s; see $data/$2.log"
}

# ── PostgreSQL and Redis
if [ -z "${DATABASE_URL:-}" ]; then
	start_postgres "$data"
elif [ -z "${DATABASE_WORKER_URL:-}" ] || [ -z "${DATABASE_OWNER_URL:-}" ]; then
	die "DATABASE_URL comes with DATABASE_WORKER_URL and DATABASE_OWNER_URL: docs/database.md"
fi
[ -n "${REDIS_URL:-}" ] || start_redis "$data"
export DATABASE_URL DATABASE_WORKER_URL DATABASE_OWNER_URL REDIS_URL
build/dev/src/app/invorto migrate

# ── two tenants, a key each, a person each, the demo agents; made once and kept
seed() { # NUMBER NAME
	local file=$data/tenant-$1.env INVORTO_TENANT_ID agent id
	if [ ! -f "$file" ]; then
		(umask 077 && build/dev/src/app/invorto tenant create --name "$2" --key admin >"$file.new" && random >"$data/password-$1")
		INVORTO_TENANT_ID=$(sed -n 's/^INVORTO_TENANT_ID=//p' "$file.new")
		build/dev/src/app/invorto members add --tenant "$INVORTO_TENANT_ID" --email "dev-$1@example.org" --role admin \
			--password-file "$data/password-$1" >/dev/null
		mv "$file.new" "$file"
		made="$made $1"
	fi
	INVORTO_TENANT_ID=$(sed -n 's/^INVORTO_TENANT_ID=//p' "$file")
	for agent in config/agents/*.json; do
		id=$(basename "$agent" .json)
		psql -X -q -v ON_ERROR_STOP=1 -v tenant="$INVORTO_TENANT_ID" -v id="$id" -v config="$(cat "$agent")" "$DATABASE_OWNER_URL" <<-'SQL'
			insert into voice_agents (tenant_id, id, name, config)
			values (:'tenant', :'id', :'config'::jsonb ->> 'name', :'config'::jsonb) on conflict do nothing;
		SQL
	done
}
made=
seed 1 "Development"
seed 2 "Another tenant"
of_tenant() { sed -n "s/^$2=//p" "$data/tenant-$1.env"; }

# ── the lab and the daemon
build/dev/lab/invorto-lab providers --port "$lab_port" >"$data/lab.log" 2>&1 &
pids+=($!)
wait_for "$lab/lab/stats" lab "${pids[0]}"
build/dev/lab/invorto-lab carriers --port "$((lab_port + 1))" >"$data/carriers.log" 2>&1 &
pids+=($!)
wait_for "$carriers/_lab/stats" "lab carriers" "${pids[1]}"
# The lab's Twilio account, for who wants numbers and calls out: then sockets must be signed as Twilio signs them, which the
# lab's callers do with the token of dev.env. Whoever names an account of his own has real calls.
if $with_carriers && [ -z "${TWILIO_ACCOUNT_SID:-}" ]; then
	export TWILIO_ACCOUNT_SID=ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa TWILIO_AUTH_TOKEN=lab-twilio-token TWILIO_API_URL=$carriers
	export PUBLIC_BASE_URL=${PUBLIC_BASE_URL:-http://127.0.0.1:$port} ALLOWED_ORIGINS=${ALLOWED_ORIGINS:-http://localhost:$port}
fi

env BIND_ADDRESS="${BIND_ADDRESS:-127.0.0.1}" PORT="$port" DATA_DIR="$data" \
	DEEPGRAM_BASE_URL="${DEEPGRAM_BASE_URL:-$lab}" DEEPGRAM_API_KEY="${DEEPGRAM_API_KEY:-lab}" \
	OPENAI_BASE_URL="${OPENAI_BASE_URL:-$lab/v1}" OPENAI_API_KEY="${OPENAI_API_KEY:-lab}" \
	ELEVENLABS_BASE_URL="${ELEVENLABS_BASE_URL:-$carriers}" ELEVENLABS_API_KEY="${ELEVENLABS_API_KEY:-lab}" \
	TOOL_BASE_URL="${TOOL_BASE_URL:-$lab}" TOOL_ALLOWED_HOSTS="${TOOL_ALLOWED_HOSTS:-127.0.0.1}" DRAIN_SECONDS="${DRAIN_SECONDS:-5}" \
	REALTIME_TENANT_ID="${REALTIME_TENANT_ID:-$(of_tenant 1 INVORTO_TENANT_ID)}" ACCESS_TOKEN_TTL="${ACCESS_TOKEN_TTL:-86400}" \
	EGRESS_ALLOW="${EGRESS_ALLOW:-127.0.0.0/8}" \
	build/dev/src/app/invorto serve 2>"$data/invorto.log" &
pids+=($!)
wait_for "http://127.0.0.1:$port/livez" invorto "${pids[2]}"

say "postgres   $(printf '%s' "$DATABASE_URL" | sed 's/.*host=//')  redis $REDIS_URL"
say "lab        $lab  (speech, model and tools, offline)  log $data/lab.log"
say "carriers   $carriers  (Twilio, Jambonz and ElevenLabs, offline)  log $data/carriers.log"
say "invorto    http://127.0.0.1:$port  log $data/invorto.log  data $data"
say "key        REALTIME_API_KEY=$REALTIME_API_KEY"
say "secret     REALTIME_WS_SECRET=$REALTIME_WS_SECRET"
# A person's token, good for a day.
sign_in() { # NUMBER
	printf '{"email":"dev-%s@example.org","password":"%s"}' "$1" "$(cat "$data/password-$1")" |
		curl -fsS -H 'Content-Type: application/json' --data-binary @- "http://127.0.0.1:$port/api/auth/login" |
		sed -n 's/.*"token":"\([^"]*\)".*/\1/p'
}
(umask 077 && cat >"$data/dev.env" <<ENV
INVORTO_URL=http://127.0.0.1:$port
INVORTO_TENANT_ID=$(of_tenant 1 INVORTO_TENANT_ID)
INVORTO_API_KEY=$(of_tenant 1 INVORTO_API_KEY)
INVORTO_JWT=$(sign_in 1)
INVORTO_2_TENANT_ID=$(of_tenant 2 INVORTO_TENANT_ID)
INVORTO_2_API_KEY=$(of_tenant 2 INVORTO_API_KEY)
INVORTO_2_JWT=$(sign_in 2)
REALTIME_API_KEY=$REALTIME_API_KEY
REALTIME_WS_SECRET=$REALTIME_WS_SECRET
ELEVENLABS_WEBHOOK_SECRET=$ELEVENLABS_WEBHOOK_SECRET
TWILIO_API_URL=${TWILIO_API_URL:-}
TWILIO_ACCOUNT_SID=${TWILIO_ACCOUNT_SID:-}
TWILIO_AUTH_TOKEN=${TWILIO_AUTH_TOKEN:-}
DATABASE_URL=$DATABASE_URL
DATABASE_WORKER_URL=$DATABASE_WORKER_URL
DATABASE_OWNER_URL=$DATABASE_OWNER_URL
REDIS_URL=$REDIS_URL
ENV
)
for n in $made; do
	say "tenant $n   $(of_tenant "$n" INVORTO_TENANT_ID)  INVORTO_API_KEY=$(of_tenant "$n" INVORTO_API_KEY)"
done
chmod 600 "$data/dev.env"
say "ask it     set -a; . $data/dev.env; set +a; curl -H \"Authorization: Bearer \$INVORTO_API_KEY\" \$INVORTO_URL/v1/agents"
say "call it    set -a; . $data/dev.env; set +a; build/dev/lab/invorto-lab call --leg browser --say 'text:What time is it' --out heard.wav"
say "ready: http://127.0.0.1:$port"
wait -n "${pids[@]}" || true
say "something stopped; see $data/*.log"
