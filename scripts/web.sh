#!/usr/bin/env bash
# Builds the console (web/) into web/dist and the site of the documents (docs/, with site/) into site/dist, each unless
# it is newer than what it is made of. Needs npm; without it the daemon serves the pages that need no build (web/pages).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v npm >/dev/null || { echo "web.sh: no npm: the console and the site are not built" >&2; exit 0; }
exec 9>web/.build.lock
flock 9 # builds beside each other share it

is_fresh() { # FILE WHAT-IT-IS-MADE-OF…
	[ -f "$1" ] && [ -z "$(find "${@:2}" -newer "$1" -print -quit)" ]
}
packages() { # FOLDER
	[ -f "$1/node_modules/.package-lock.json" ] && [ ! "$1/package-lock.json" -nt "$1/node_modules/.package-lock.json" ] ||
		npm ci --prefix "$1" --no-audit --no-fund --prefer-offline --loglevel=error >/dev/null
}

if ! is_fresh web/dist/index.html web/src web/pages web/index.html web/package-lock.json web/vite.config.ts; then
	packages web
	(cd web && npx --no-install vite build --logLevel warn)
fi
if ! is_fresh site/dist/index.html docs sdk/*/README.md site/package-lock.json site/.vitepress/config.ts site/.vitepress/theme; then
	packages site
	log=$(cd site && npx --no-install vitepress build 2>&1) || { printf '%s\n' "$log" >&2; exit 1; }
fi
