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
# Tests start some hundred servers that live for seconds: in memory, where there is room for them, or a fifth of the work is
# the file system's.
room() { df -k --output=avail "$1" 2>/dev/null | tail -n 1; }
at=${TMPDIR:-/tmp}
[ -n "${TMPDIR:-}" ] || ! [ "$(room /dev/shm)" -gt 6000000 ] 2>/dev/null || at=/dev/shm
TMPDIR=$(mktemp -d -p "$at" invorto.XXXXXX)
chmod 755 "$TMPDIR" # PostgreSQL passes through as its own user
export TMPDIR
results=$TMPDIR/results
mkdir "$results"
: >"$results/counts"
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$TMPDIR"' EXIT

if $install; then
	install_missing $build_packages $test_packages
	install_clang_runtime
fi

# Parts run beside each other, so what they count goes to a file: "passed failed" a line.
count() { echo "$1 $2" >>"$results/counts"; }
ok() { count 1 0; }
bad() { count 0 1; say "FAILED: $*"; }
# Counts a log that closes its tests with "N passed, N failed".
count_log() {
	local line
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1)
	[ -n "$line" ] || { bad "$2: it ended without its count"; tail -n 20 "$1"; return; }
	count "${line%% passed*}" "$(expr "$line" : '.* \([0-9]*\) failed')"
	case $line in *" 0 failed") ;; *) grep -E -A 20 '^ *not ok |^FAILED ' "$1" | head -n 150; grep -vE '^ok ' "$1" | tail -n 60 ;; esac
}
# took NAME COMMAND…: how long it was, for the table at the end.
took() {
	local name=$1 began=$SECONDS status
	shift
	"$@"
	status=$?
	printf '%5d s  from %4d s  %s\n' $((SECONDS - began)) "$began" "$name" >>"$results/took"
	return $status
}
has() { case " $parts " in *" $1 "*) return 0 ;; *) return 1 ;; esac }

# The tests and, with the same objects, the fuzzers: clang, and nothing optimised, which is built soonest.
fuzzers=$(sed -n 's/^\(fuzz_[a-z_]*\).*/\1/p' tests/fuzz/targets.txt | tr '\n' ' ')
sanitized() { # TARGETS
	took "build: sanitized" build build/sanitized "$1" -- -DCMAKE_C_COMPILER=clang -DIV_SANITIZE=ON "-DIV_SANITIZE_OPTIONS=-O0;-g1" \
		-DIV_FUZZ=ON -DCMAKE_BUILD_TYPE=Debug
}
optimised() { took "build: optimised" build build/release "invorto invorto-lab sim webhooks slots campaigns clock_shift" -- -DCMAKE_BUILD_TYPE=Release; }

# One line per cmocka case: a program that dies counts as one failure.
run_ctest() { # LABEL DIR
	local log=$results/ctest-$1.log late
	export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
	ctest --test-dir "$2" -L "$1" -j 5 -V >"$log" 2>&1
	# Programs look at the clock: a few that fail are asked once more, one by one, unless a sanitizer spoke. A test that
	# fails leaves what it had, so leaks alone count the second time.
	late=$(sed -nE 's/^[[:space:]]*[0-9]+ - ([a-z_0-9]+) \((Failed|Timeout)\)$/\1/p' "$log" | tr '\n' ' ')
	if [ -n "$late" ] && [ "$(wc -w <<<"$late")" -le 4 ] && ! grep -qE 'ERROR: AddressSanitizer|runtime error|\*\*\*Exception' "$log"; then
		if ctest --test-dir "$2" -L "$1" --rerun-failed -V >"$log.again" 2>&1; then
			say "again, one by one, and passed: $late"
			grep -vE '\[  FAILED  \]|tests failed out of' "$log" >"$log.first"
			cat "$log.first" "$log.again" >"$log"
		fi
	fi
	count "$(grep -cE '\[       OK \]' "$log")" "$(grep -cE ': \[  FAILED  \] [a-z]' "$log" | head -n 1)"
	if grep -qE 'tests failed out of' "$log" && ! grep -q '100% tests passed' "$log"; then
		grep -q '\[  FAILED  \]' "$log" || count 0 1
		say "FAILED in $1:"
		grep -E '\[  FAILED  \]|\*\*\*Failed|\*\*\*Exception|Timeout|ERROR: |runtime error|error: ' "$log" | sort -u | head -n 40
	fi
	grep -qE 'No tests were found' "$log" && bad "$1: no test was found"
	return 0
}

do_unit() {
	say "unit: with sanitizers"
	if python3 scripts/check-style.py; then ok; else bad "house rules"; fi
	sanitized all || { bad "the build with sanitizers"; return; }
	: >"$results/unit-built"
	took unit run_ctest unit build/sanitized
}

do_sim() {
	local log=$results/sim other
	say "sim: 20,000 simulated calls"
	build/release/tests/sim/sim 10001 10000 >"$log.2" 2>&1 & # a processor each
	other=$!
	if build/release/tests/sim/sim 1 10000 >"$log.1" 2>&1; then ok; else bad "sim 1 10000"; tail -n 60 "$log.1"; fi
	if wait $other; then ok; else bad "sim 10001 10000"; tail -n 60 "$log.2"; fi
	tail -q -n 1 "$log.1" "$log.2"
}

do_integration() {
	local log=$results/integration.log
	say "integration: real calls through the daemon and the lab"
	if ./scripts/docs.sh --check build/release; then ok; else bad "documents and tables disagree"; fi
	python3 tests/integration/run.py >"$log" 2>&1
	grep '^again' "$log"
	count_log "$log" integration
	sed -n '/^slowest/,$p' "$log" | sed '$d'
}

do_e2e() {
	local log=$results/e2e.log
	say "e2e: the page in a browser"
	python3 tests/e2e/run.py >"$log" 2>&1
	count_log "$log" e2e
}

fuzz_one() { # NAME SECONDS DIR
	local name=$1
	mkdir -p "$results/$name"
	if "$3/tests/fuzz/$name" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 \
		-artifact_prefix="$results/$name-" "$results/$name" "tests/fuzz/corpus/${name#fuzz_}" >"$results/$name.log" 2>&1; then
		ok
	else
		bad "$name"
		tail -n 30 "$results/$name.log"
		mkdir -p build/crashes && cp "$results/$name"-* build/crashes/ 2>/dev/null
	fi
}

do_fuzz() { # SECONDS DIR
	local name running=0
	say "fuzz: every decoder, $1 s each, from its corpus"
	for name in $fuzzers; do # two at the same time
		fuzz_one "$name" "$1" "$2" &
		running=$((running + 1))
		[ $((running % 2)) != 0 ] || wait
	done
	wait
}

do_long() {
	build build/fuzz "$fuzzers" -- -DCMAKE_C_COMPILER=clang -DIV_SANITIZE=ON "-DIV_SANITIZE_OPTIONS=-O1;-g1" -DIV_FUZZ=ON \
		-DCMAKE_BUILD_TYPE=Debug && do_fuzz 60 build/fuzz || bad "the fuzz build"
	build build/asan all -- -DIV_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug && INVORTO_LONG=1 run_ctest unit build/asan || bad "gcc's build with sanitizers"
	say "long: both compilers, valgrind on the units"
	build build/clang all -- -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release && ok || bad "the build with clang"
	# Optimised a little, or programs that look at the clock are too late for it.
	build build/plain all -- -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O1 || { bad "the plain build"; return; }
	if LAB_SPEECH_FULL=1 build/plain/tests/unit/lab/test_speech >"$results/speech.log" 2>&1; then ok; else bad "every voice and phrase"; fi
	local t
	for t in build/plain/tests/unit/*/test_*; do
		[ -x "$t" ] && [ -f "$t" ] || continue
		# One hears speech while it is spoken, which takes a whole processor; two have children, which leave what was
		# their parent's as it was.
		case $(basename "$t") in test_listen | test_rate | test_slots) continue ;; esac
		if timeout -s KILL 1800 valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
			--suppressions=tests/unit/valgrind.supp "$t" >"$results/vg.log" 2>&1; then
			ok
		else
			bad "valgrind $(basename "$t")"
			grep -E '^==|FAILED|ERROR|LINE' "$results/vg.log" | head -n 40
		fi
	done
}

in_background() { renice -n 19 -p $BASHPID >/dev/null; "$@"; }

# What one part needs is made while another one runs, and gives way to it: the optimised build beside the unit tests. Then
# the simulator and the fuzzers share the processors. The integration tests look at clocks and have the machine to themselves.
main() {
	local unit="" fuzz="" tools="" optimised=true
	if has integration || has e2e; then
		took "packages of others" python3 tests/integration/tools.py >"$results/tools.log" 2>&1 &
		tools=$!
	fi
	if has long; then took long do_long; fi
	if has unit; then
		do_unit &
		unit=$!
		while [ ! -e "$results/unit-built" ] && kill -0 "$unit" 2>/dev/null; do sleep 0.2; done
	fi
	if has sim || has integration || has e2e; then
		in_background optimised & wait $! || { bad "the optimised build"; optimised=false; }
	fi
	[ -z "$unit" ] || wait "$unit"
	if has fuzz; then
		if has unit || sanitized "$fuzzers"; then
			took fuzz do_fuzz 1 build/sanitized &
			fuzz=$!
		else
			bad "the fuzz build"
		fi
	fi
	if $optimised && has sim; then took sim do_sim; fi
	[ -z "$fuzz" ] || wait "$fuzz"
	if [ -n "$tools" ]; then wait "$tools" || { bad "packages of others"; tail -n 20 "$results/tools.log"; }; fi
	if $optimised && has integration; then took integration do_integration; fi
	if $optimised && has e2e; then took e2e do_e2e; fi
}

main
passed=$(awk '{ n += $1 } END { print n + 0 }' "$results/counts")
failed=$(awk '{ n += $2 } END { print n + 0 }' "$results/counts")
say "it took $SECONDS s:"
sort -k 4n "$results/took"
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
