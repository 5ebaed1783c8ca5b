#!/usr/bin/env bash
# Builds and starts everything on this machine: the lab as providers, the daemon, the page.
#   ./scripts/dev.sh [--port N] [--data DIR] [--no-install]
# Stays in the foreground; Ctrl-C stops what it started.
set -euo pipefail
. "$(dirname "$0")/common.sh"

port=8080 data=$root/data install=1
while [ $# -gt 0 ]; do
	case $1 in
	--port) port=${2:?--port needs a number}; shift 2 ;;
	--data) data=${2:?--data needs a directory}; shift 2 ;;
	--no-install) install=0; shift ;;
	*) die "unknown option $1; use --port N, --data DIR, --no-install" ;;
	esac
done
case $port in *[!0-9]* | '') die "--port $port: expected a number" ;; esac

[ "$install" = 0 ] || install_missing $build_packages
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

lab_port=$((port + 1821))
lab=http://127.0.0.1:$lab_port
pids=()
stop() {
	trap - EXIT INT TERM
	[ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
	wait 2>/dev/null || true
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

build/dev/lab/invorto-lab providers --port "$lab_port" >"$data/lab.log" 2>&1 &
pids+=($!)
wait_for "$lab/lab/stats" lab "${pids[0]}"

env BIND_ADDRESS="${BIND_ADDRESS:-127.0.0.1}" PORT="$port" DATA_DIR="$data" \
	DEEPGRAM_BASE_URL="${DEEPGRAM_BASE_URL:-$lab}" DEEPGRAM_API_KEY="${DEEPGRAM_API_KEY:-lab}" \
	OPENAI_BASE_URL="${OPENAI_BASE_URL:-$lab/v1}" OPENAI_API_KEY="${OPENAI_API_KEY:-lab}" \
	ELEVENLABS_BASE_URL="${ELEVENLABS_BASE_URL:-$lab}" ELEVENLABS_API_KEY="${ELEVENLABS_API_KEY:-lab}" \
	TOOL_BASE_URL="${TOOL_BASE_URL:-$lab}" TOOL_ALLOWED_HOSTS="${TOOL_ALLOWED_HOSTS:-127.0.0.1}" DRAIN_SECONDS="${DRAIN_SECONDS:-5}" \
	build/dev/src/app/invorto serve 2>"$data/invorto.log" &
pids+=($!)
wait_for "http://127.0.0.1:$port/livez" invorto "${pids[1]}"

say "lab        $lab  (speech, model and tools, offline)  log $data/lab.log"
say "invorto    http://127.0.0.1:$port  log $data/invorto.log  data $data"
say "key        REALTIME_API_KEY=$REALTIME_API_KEY"
say "secret     REALTIME_WS_SECRET=$REALTIME_WS_SECRET"
cat >"$data/dev.env" <<ENV
INVORTO_URL=ws://127.0.0.1:$port
REALTIME_API_KEY=$REALTIME_API_KEY
REALTIME_WS_SECRET=$REALTIME_WS_SECRET
ENV
chmod 600 "$data/dev.env"
say "call it    set -a; . $data/dev.env; set +a; build/dev/lab/invorto-lab call --leg browser --say 'text:What time is it' --out heard.wav"
say "ready: http://127.0.0.1:$port"
wait -n "${pids[@]}" || true
say "something stopped; see $data/*.log"
