#!/usr/bin/env bash
# Writes the generated parts of the documents, and sees that every link in them leads somewhere.   ./scripts/docs.sh [--check] [BUILD-DIR]
set -euo pipefail
. "$(dirname "$0")/common.sh"

check=0
[ "${1:-}" != --check ] || { check=1; shift; }
binary=${1:-build/release}/src/app/invorto
[ -x "$binary" ] || die "build first: $binary is not there"
new=$(mktemp)
trap 'rm -f "$new"' EXIT

fill() { # FILE MARK COMMAND…: replaces what stands between <!-- MARK --> and <!-- /MARK -->
	local file=$1 mark=$2
	shift 2
	awk -v text="$("$@")" -v begin="<!-- $mark -->" -v end="<!-- /$mark -->" '
		$0 == begin { print; print text; skip = 1 }
		$0 == end { skip = 0 }
		!skip { print }' "$file" >"$new"
	if [ "$check" = 0 ]; then
		cat "$new" >"$file"
	elif ! cmp -s "$new" "$file"; then
		die "$file does not say what its table says; run ./scripts/docs.sh"
	fi
}

python3 scripts/links.py README.md docs/*.md sdk/*/README.md
fill README.md config "$binary" config --markdown
page_of_settings() { "$binary" config --markdown | sed 's/^### /## /'; }
fill docs/configuration.md config page_of_settings
fill docs/metrics.md metrics "$binary" metrics --markdown
fill docs/errors.md errors "$binary" errors --markdown
fill docs/events.md events "$binary" events --markdown
fill docs/agents.md fields "$binary" agent --markdown
