#!/usr/bin/env bash
# Builds the console (web/) into web/dist, unless that is newer than what it is made of. Needs npm; without it the
# daemon serves the pages that need no build (web/pages).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../web"
command -v npm >/dev/null || { echo "web.sh: no npm: the console is not built" >&2; exit 0; }
exec 9>.build.lock
flock 9 # builds beside each other share it
newer() { [ -n "$(find "$@" -newer dist/index.html -print -quit)" ]; }
if [ -f dist/index.html ] && ! newer src pages index.html package-lock.json vite.config.ts; then
	exit 0
fi
[ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ] ||
	npm ci --no-audit --no-fund --prefer-offline --loglevel=error >/dev/null
npx --no-install vite build --logLevel warn
