# What the scripts share: where we are, what has to be installed, how it is built. Sourced, not run.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

build_packages="gcc libc6-dev curl cmake ninja-build pkg-config libuv1-dev libwebsockets-dev libwebsockets-evlib-uv
	libcurl4-openssl-dev libcjson-dev libssl-dev libspeexdsp-dev
	flite1-dev libpocketsphinx-dev pocketsphinx-en-us"
test_packages="libcmocka-dev clang libclang-rt-dev valgrind python3 openssl nodejs npm chromium"

# Installs what is missing of the packages named. Needs root or sudo only when something is.
install_missing() {
	local missing="" p
	for p in "$@"; do
		if [ "$p" = libclang-rt-dev ]; then
			# Debian 12 names the runtime after the compiler's version.
			ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1 && continue
			p=$(apt-cache search --names-only '^libclang-rt-[0-9]+-dev$' | awk '{print $1}' | sort -V |
				awk -v want="libclang-rt-$(clang_major)-dev" '$1 == want {print}')
			[ -n "$p" ] || continue
		fi
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

clang_major() { clang --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p' | head -n 1; }

# configure_and_build DIR TARGETS -- CMAKE-OPTIONS…
build() {
	local dir=$1 targets=$2
	mkdir -p "$(dirname "$dir")"
	shift 3
	[ -f "$dir/build.ninja" ] || cmake -S . -B "$dir" -G Ninja "$@" >"$dir.log" 2>&1 ||
		{ tail -n 20 "$dir.log" >&2; die "cmake failed"; }
	# shellcheck disable=SC2086
	ninja -C "$dir" $targets >"$dir.log" 2>&1 || { grep -E 'error|FAILED' "$dir.log" | head -n 20 >&2; die "the build failed: $dir.log"; }
}
