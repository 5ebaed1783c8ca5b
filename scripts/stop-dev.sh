#!/usr/bin/env bash
# Stops what ./scripts/dev.sh started elsewhere.   ./scripts/stop-dev.sh [--data DIR]
set -euo pipefail
. "$(dirname "$0")/common.sh"

data=$root/data
if [ "${1:-}" = --data ]; then
	data=${2:?--data needs a directory}
elif [ $# -gt 0 ]; then
	die "unknown option $1; use --data DIR"
fi
[ -f "$data/dev.pid" ] || { say "nothing runs from $data"; exit 0; }
pid=$(cat "$data/dev.pid")
kill "$pid" 2>/dev/null || { rm -f "$data/dev.pid"; say "nothing runs from $data"; exit 0; }
for _ in $(seq 100); do
	kill -0 "$pid" 2>/dev/null || { say "stopped"; exit 0; }
	sleep 0.1
done
die "process $pid did not stop within 10 s"
