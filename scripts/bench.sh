#!/usr/bin/env bash
# Builds optimised, measures, prints the table.   ./scripts/bench.sh calls|rest|webhooks|slots|hooks|campaigns|imports|reports [--json FILE] [--quick] …
set -euo pipefail
. "$(dirname "$0")/common.sh"

what=${1:-}
case $what in
calls) ;;
rest) ;;
webhooks)
	shift
	install_missing $build_packages $service_packages python3 util-linux
	build build/release "invorto webhooks" -- -DCMAKE_BUILD_TYPE=Release
	exec python3 bench/webhooks.py "$@"
	;;
slots)
	shift
	install_missing $build_packages $service_packages
	build build/release slots -- -DCMAKE_BUILD_TYPE=Release
	exec python3 bench/slots.py "$@"
	;;
hooks)
	shift
	install_missing $build_packages $service_packages python3 util-linux wrk
	build build/release invorto -- -DCMAKE_BUILD_TYPE=Release
	exec python3 bench/hooks.py "$@"
	;;
campaigns)
	shift
	install_missing $build_packages $service_packages
	build build/release "invorto campaigns" -- -DCMAKE_BUILD_TYPE=Release
	exec python3 bench/campaigns.py "$@"
	;;
imports)
	shift
	install_missing $build_packages $service_packages python3 util-linux
	build build/release "invorto invorto-lab" -- -DCMAKE_BUILD_TYPE=Release
	exec python3 bench/imports.py "$@"
	;;
reports)
	shift
	install_missing $build_packages $service_packages python3
	build build/release invorto -- -DCMAKE_BUILD_TYPE=Release
	exec python3 bench/reports.py "$@"
	;;
*) die "expected: calls [--json FILE] [--legs LIST] [--peers LIST] [--quick], rest [--json FILE] [--seconds N], webhooks [--json FILE] [--events N], slots [--json FILE] [--seconds N], campaigns [--json FILE] [--leads N] [--seconds N] [--processes N], imports [--json FILE] [--rows N] [--calls N], reports [--json FILE] [--calls N] or hooks [--json FILE] [--hooks N] [--connections LIST] [--durable]" ;;
esac
shift
install_missing $build_packages $service_packages python3 util-linux nodejs npm wrk
build build/release "invorto invorto-lab" -- -DCMAKE_BUILD_TYPE=Release
case " $* " in
*" --peers none "*) ;;
*) [ -d bench/peers/node_modules ] || (cd bench/peers && npm install --legacy-peer-deps --no-audit --no-fund --silent) ;;
esac
if [ "$what" = rest ]; then
	exec python3 bench/rest.py "$@"
fi
# pipecat is Python: an environment of its own. Where it cannot be made, the bench leaves it out and says so.
pipecat() {
	local venv=build/pipecat-venv wanted=bench/peers/requirements.txt
	cmp -s "$wanted" "$venv/installed.txt" && return
	python3 -c 'import ensurepip' 2>/dev/null || (install_missing python3-venv) || true
	{ python3 -m venv "$venv" && "$venv/bin/pip" install -r "$wanted" && cp "$wanted" "$venv/installed.txt"; } \
		>build/pipecat-venv.log 2>&1 || { rm -rf "$venv"; say "pipecat cannot be installed: build/pipecat-venv.log"; }
}
case " $* " in
*--peers*pipecat*) pipecat ;;
*--peers*) ;;
*) pipecat ;;
esac
exec python3 bench/calls.py "$@"
