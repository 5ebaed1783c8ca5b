#!/usr/bin/env bash
# Builds optimised, measures, prints the table.   ./scripts/bench.sh calls [--json FILE] [--quick] …
set -euo pipefail
. "$(dirname "$0")/common.sh"

what=${1:-}
[ "$what" = calls ] || die "expected: calls [--json FILE] [--legs LIST] [--peers LIST] [--quick]"
shift
install_missing $build_packages python3 util-linux nodejs npm
build build/release "invorto invorto-lab" -- -DCMAKE_BUILD_TYPE=Release
case " $* " in
*" --peers none "*) ;;
*) [ -d bench/peers/node_modules ] || (cd bench/peers && npm install --legacy-peer-deps --no-audit --no-fund --silent) ;;
esac
exec python3 bench/calls.py "$@"
