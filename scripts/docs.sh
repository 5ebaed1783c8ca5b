#!/usr/bin/env bash
# Writes the generated parts of the documents.   ./scripts/docs.sh [--check] [BUILD-DIR]
set -euo pipefail
. "$(dirname "$0")/common.sh"

check=0
[ "${1:-}" != --check ] || { check=1; shift; }
binary=${1:-build/release}/src/app/invorto
[ -x "$binary" ] || die "build first: $binary is not there"
new=$(mktemp)
trap 'rm -f "$new"' EXIT
awk -v tables="$("$binary" config --markdown)" '
	/^<!-- config -->/ { print; print tables; skip = 1 }
	/^<!-- \/config -->/ { skip = 0 }
	!skip { print }' README.md >"$new"
if [ "$check" = 1 ]; then
	cmp -s "$new" README.md || die "README.md does not say what the config table says; run ./scripts/docs.sh"
else
	cat "$new" >README.md
fi
