#!/usr/bin/env bash
# Every test.   ./scripts/test.sh [--no-install] [unit|sim|integration|e2e|fuzz|long]…
# Without a part: unit, sim, integration, e2e and a short round of fuzz. Ends with "N passed, N failed".
set -uo pipefail
. "$(dirname "$0")/common.sh"

install=true
[ "${1:-}" = --no-install ] && { install=false; shift; }
parts=${*:-unit sim integration e2e fuzz}
for part in $parts; do
	case $part in
	unit | sim | integration | e2e | fuzz | long) ;;
	*) die "unknown part $part; there are unit, sim, integration, e2e, fuzz, long" ;;
	esac
done
passed=0 failed=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

if $install; then
	install_missing $build_packages $test_packages
	install_clang_runtime
fi

ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); say "FAILED: $*"; }
# Counts a log that closes its tests with "N passed, N failed".
count_log() {
	local line
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1)
	[ -n "$line" ] || { bad "$2: it ended without its count"; tail -n 20 "$1"; return; }
	passed=$((passed + ${line%% passed*}))
	line=${line#*passed, }
	failed=$((failed + ${line%% failed*}))
	[ "${line%% failed*}" = 0 ] || grep -vE '^ok ' "$1" | tail -n 60
}

sanitized() { build build/asan all -- -DIV_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug; }
optimised() { build build/release "invorto invorto-lab sim webhooks slots clock_shift" -- -DCMAKE_BUILD_TYPE=Release; }

# One line per cmocka case: a program that dies counts as one failure.
run_ctest() { # LABEL DIR
	local log=$results/ctest-$1.log
	ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
		ctest --test-dir "$2" -L "$1" -j 2 -V >"$log" 2>&1
	passed=$((passed + $(grep -cE '\[       OK \]' "$log")))
	failed=$((failed + $(grep -cE ': \[  FAILED  \] [a-z]' "$log" | head -n 1)))
	if grep -qE 'tests failed out of' "$log" && ! grep -q '100% tests passed' "$log"; then
		grep -q '\[  FAILED  \]' "$log" || failed=$((failed + 1))
		say "FAILED in $1:"
		grep -E '\[  FAILED  \]|\*\*\*Failed|\*\*\*Exception|Timeout|ERROR: |runtime error|error: ' "$log" | sort -u | head -n 40
	fi
	grep -qE 'No tests were found' "$log" && bad "$1: no test was found"
}

do_unit() {
	say "unit: build with sanitizers, run"
	if python3 scripts/check-style.py; then ok; else bad "house rules"; fi
	sanitized || { bad "the build with sanitizers"; return; }
	run_ctest unit build/asan
}

do_sim() {
	local log=$results/sim.log
	say "sim: 20,000 simulated calls"
	optimised || { bad "the optimised build"; return; }
	if build/release/tests/sim/sim 1 20000 >"$log" 2>&1; then ok; else bad "sim"; tail -n 60 "$log"; fi
	tail -n 2 "$log"
}

do_integration() {
	local log=$results/integration.log
	say "integration: real calls through the daemon and the lab"
	sanitized || { bad "the build with sanitizers"; return; }
	optimised || { bad "the optimised build"; return; }
	if ./scripts/docs.sh --check build/release; then ok; else bad "documents and tables disagree"; fi
	python3 tests/integration/run.py >"$log" 2>&1
	count_log "$log" integration
}

do_e2e() {
	local log=$results/e2e.log
	say "e2e: the page in a browser"
	optimised || { bad "the optimised build"; return; }
	python3 tests/e2e/run.py >"$log" 2>&1
	count_log "$log" e2e
}

do_fuzz() { # SECONDS
	local name seconds=${1:-3}
	say "fuzz: every decoder, ${seconds} s each, from its corpus"
	build build/fuzz "$(sed -n 's/^\(fuzz_[a-z_]*\).*/\1/p' tests/fuzz/targets.txt | tr '\n' ' ')" -- \
		-DCMAKE_C_COMPILER=clang -DIV_SANITIZE=ON -DIV_FUZZ=ON -DCMAKE_BUILD_TYPE=Debug ||
		{ bad "the fuzz build"; return; }
	while read -r name _; do
		[ -n "$name" ] || continue
		local corpus=tests/fuzz/corpus/${name#fuzz_}
		mkdir -p "$results/$name"
		if build/fuzz/tests/fuzz/"$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 \
			-artifact_prefix="$results/$name-" "$results/$name" "$corpus" >"$results/$name.log" 2>&1; then
			ok
		else
			bad "$name"
			tail -n 30 "$results/$name.log"
			mkdir -p build/crashes && cp "$results/$name"-* build/crashes/ 2>/dev/null
		fi
	done <<<"$(grep '^fuzz_' tests/fuzz/targets.txt)"
}

do_long() {
	do_fuzz 60
	say "long: both compilers, valgrind on the units"
	build build/clang all -- -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release && ok || bad "the build with clang"
	build build/plain all -- -DCMAKE_BUILD_TYPE=Debug || { bad "the plain build"; return; }
	local t
	for t in build/plain/tests/unit/*/test_*; do
		[ -x "$t" ] && [ -f "$t" ] || continue
		if valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite "$t" >"$results/vg.log" 2>&1; then
			ok
		else
			bad "valgrind $(basename "$t")"
			tail -n 15 "$results/vg.log"
		fi
	done
}

for part in $parts; do
	"do_$part"
done
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
