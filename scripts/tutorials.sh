#!/usr/bin/env bash
# Runs the commands of the tutorials as they are printed, one document after the other, against a running stack. Ends
# non-zero at the first that fails.   ./scripts/tutorials.sh [DIR]
# DIR holds dev.env, as `dev.sh --carriers` writes it (default: data). A stack that went through it once has the numbers
# and leads already: begin with a new DIR.
set -euo pipefail
. "$(dirname "$0")/common.sh"

dir=$(cd "${1:-$root/data}" && pwd)
grep -q '^TWILIO_ACCOUNT_SID=.' "$dir/dev.env" 2>/dev/null || die "start ./scripts/dev.sh --carriers first"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$dir" "$work/data"
ln -s "$root/build" "$work/build"

# What stands between fences that say sh, without the indentation of the list it stands in.
commands() { # FILE…
	awk '
		/^ *```/ {
			if (inside) inside = 0
			else if ($0 ~ /^ *```sh$/) { inside = 1; indent = index($0, "`") - 1 }
			next
		}
		inside { print substr($0, indent + 1) }' "$@"
}

cd "$work"
commands "$root"/docs/tutorial-{browser,twilio,jambonz,elevenlabs}.md "$root/docs/shell.md" >all.sh
[ "$(grep -c '^invorto' all.sh)" -ge 15 ] || die "the tutorials have lost their commands"
bash -euo pipefail -c '. ./all.sh' >all.log 2>&1 || { tail -n 30 all.log >&2; die "a command of the tutorials failed"; }
if grep -nE '"status":4[0-9][0-9]' all.log; then die "a request of the tutorials was refused"; fi
[ "$(grep -c 'agent heard' all.log)" -ge 6 ] || die "the agent was not heard in every call"
say "the tutorials' commands do what they say"
