# What the scripts share: where we are, what has to be installed, how it is built. Sourced, not run.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

build_packages="gcc libc6-dev curl cmake ninja-build pkg-config libuv1-dev libwebsockets-dev libwebsockets-evlib-uv
	libcurl4-openssl-dev libcjson-dev libssl-dev libspeexdsp-dev libpq-dev libhiredis-dev libopus-dev libogg-dev zlib1g-dev
	libexpat1-dev
	python3
	flite1-dev libpocketsphinx-dev pocketsphinx-en-us"
service_packages="postgresql postgresql-client redis-server"
test_packages="$service_packages libcmocka-dev clang mold valgrind openssl nodejs npm chromium opus-tools python3-venv haproxy
	pgbouncer"

# Installs what is missing of the packages named. Needs root or sudo only when something is.
install_missing() {
	local missing="" p
	for p in "$@"; do
		[ "$p" = nodejs ] && command -v node >/dev/null && continue
		[ "$p" = npm ] && command -v npm >/dev/null && continue
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	say "installing:$missing"
	local as=""
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || die "needs root or sudo to install:$missing"
		as=sudo
	fi
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086  # a list of words is meant
	$as apt-get install -y -q --no-install-recommends $missing >"${TMPDIR:-/tmp}/invorto-apt.log" 2>&1 ||
		{ $as apt-get update -q >/dev/null && $as apt-get install -y -q --no-install-recommends $missing \
			>"${TMPDIR:-/tmp}/invorto-apt.log" 2>&1; } ||
		{ tail -n 20 "${TMPDIR:-/tmp}/invorto-apt.log" >&2; die "could not install:$missing"; }
}

# What the fuzzers and sanitizers of clang link with. Its package is named after the compiler's version, which is
# known only once the compiler is there; other distributions have it inside the compiler's package.
install_clang_runtime() {
	local major
	major=$(clang --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p' | head -n 1)
	[ -n "$major" ] || die "clang is not installed"
	ls /usr/lib/llvm-"$major"/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1 && return 0
	apt-cache show "libclang-rt-$major-dev" >/dev/null 2>&1 || return 0
	install_missing "libclang-rt-$major-dev"
}

# build DIR TARGETS -- CMAKE-OPTIONS… : configures what is not configured yet, builds, prints only what went wrong.
build() {
	local dir=$1 targets=$2
	mkdir -p "$(dirname "$dir")"
	shift 3
	[ -f "$dir/build.ninja" ] || cmake -S . -B "$dir" -G Ninja "$@" >"$dir.log" 2>&1 ||
		{ tail -n 20 "$dir.log" >&2; say "cmake failed: $dir.log"; return 1; }
	# shellcheck disable=SC2086
	ninja -C "$dir" $targets >"$dir.log" 2>&1 || { grep -E 'error|FAILED' "$dir.log" | head -n 20 >&2; say "the build failed: $dir.log"; return 1; }
}
