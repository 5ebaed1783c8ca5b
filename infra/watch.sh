#!/usr/bin/env bash
# Looks at a new version for so many seconds and fails as soon as it is worse than promised.   infra/watch.sh SECONDS
# PROMETHEUS_URL says whom to ask. No calls, no verdict: what has no number is not worse.
set -euo pipefail
seconds=${1:?for how long} url=${PROMETHEUS_URL:?of whom to ask}

ask() { # QUERY: its number, or nothing
	curl -fsS --max-time 10 --data-urlencode "query=$1" "$url/api/v1/query" | jq -r '.data.result[0].value[1] // "NaN"'
}
worse() { # WHAT LIMIT QUERY
	local value
	value=$(ask "$3")
	printf '%s: %s (at most %s)\n' "$1" "$value" "$2"
	[ "$value" = NaN ] || awk -v value="$value" -v limit="$2" 'BEGIN { exit !(value > limit) }' || return 1
	[ "$value" != NaN ]
}

end=$((SECONDS + seconds))
while [ $SECONDS -lt $end ]; do
	sleep 30
	worse "answer begins, ms (p95)" 1500 'histogram_quantile(0.95, sum by (le) (rate(invorto_turn_latency_ms_bucket[5m])))' && exit 1
	worse "interruption to silence, ms (p95)" 150 'histogram_quantile(0.95, sum by (le) (rate(bargein_cutoff_ms_bucket[5m])))' && exit 1
	worse "sound late, ms (p99)" 10 'histogram_quantile(0.99, sum by (le) (rate(invorto_frame_lateness_ms_bucket[5m])))' && exit 1
	worse "calls that end by a fault" 0.01 \
		'sum(rate(invorto_calls_ended_total{reason=~"error|lost|provider"}[5m])) / sum(rate(invorto_calls_ended_total[5m]))' && exit 1
done
echo "nothing was worse than promised"
