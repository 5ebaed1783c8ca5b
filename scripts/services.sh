# A private PostgreSQL and Redis in a directory of ours, on unix sockets. Sourced after common.sh:
#   start_postgres DIR [name=value…]   sets DATABASE_OWNER_URL, DATABASE_URL, DATABASE_WORKER_URL
#   start_redis DIR [option value…]    sets REDIS_URL
#   stop_services DIR                  both, if they run
# Starting what runs already only sets the URLs. What is in DIR/postgres and DIR/redis is kept. The system's own
# servers, if there are any, are not touched.

# PostgreSQL will not run as root: then it runs as its own user.
as_postgres() {
	if [ "$(id -u)" != 0 ]; then
		"$@"
	elif command -v runuser >/dev/null; then
		(cd / && runuser -u postgres -- "$@")
	else
		(cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
	fi
}

# 0, written out: within a trap a bare return is the status of what came before the trap.
postgres_bin() {
	local dir
	for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin | sort -rV); do
		[ -x "$dir/initdb" ] && { printf '%s' "$dir"; return 0; }
	done
	dir=$(pg_config --bindir 2>/dev/null) && [ -x "$dir/initdb" ] && { printf '%s' "$dir"; return 0; }
	die "PostgreSQL's server is not installed"
}

# Where the files really are: in DIR, unless the path is too long for a socket or closed to PostgreSQL's user; then
# in a place named after DIR.
service_dir() { # DIR NAME
	local dir=$1/$2 elsewhere
	if [ "$(id -u)" = 0 ] && [ "$2" = postgres ] && ! as_postgres test -x "$1"; then
		chmod o+x "$1" # to pass, not to look
	fi
	if [ ${#dir} -gt 80 ] || { [ "$2" = postgres ] && ! as_postgres test -x "$1"; }; then
		elsewhere=/var/tmp/invorto-$(id -u)-$(printf '%s' "$dir" | sha256sum | cut -c1-12)
		# Made by us or not used: the name can be guessed.
		mkdir -m 700 "$elsewhere" 2>/dev/null || [ -O "$elsewhere" ] ||
			{ [ "$(id -u)" = 0 ] && [ "$(stat -c %U "$elsewhere")" = postgres ]; } || die "$elsewhere is somebody else's"
		dir=$elsewhere
	fi
	mkdir -p "$dir"
	chmod 700 "$dir"
	[ "$(id -u)" != 0 ] || [ "$2" != postgres ] || chown postgres "$dir"
	printf '%s' "$dir"
}

url_escape() {
	local text=$1 i c
	for ((i = 0; i < ${#text}; i++)); do
		c=${text:i:1}
		case $c in [A-Za-z0-9/._~-]) printf '%s' "$c" ;; *) printf '%%%02X' "'$c" ;; esac
	done
}

start_postgres() {
	local dir bin host setting
	mkdir -p "$1"
	bin=$(postgres_bin) && dir=$(service_dir "$(cd "$1" && pwd)" postgres) || return 1
	shift
	if [ ! -f "$dir/made" ]; then
		rm -rf "$dir/data"
		as_postgres "$bin/initdb" -D "$dir/data" -U invorto_admin -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
			>"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; die "initdb failed"; }
		# Small, and honest: what it says is written is on the disk.
		as_postgres tee -a "$dir/data/postgresql.conf" >/dev/null <<-CONF
			listen_addresses = ''
			unix_socket_directories = '$dir'
			unix_socket_permissions = 0700
			timezone = 'UTC'
			log_timezone = 'UTC'
			shared_buffers = 64MB
			max_connections = 100
			max_wal_size = 256MB
			jit = off
			log_line_prefix = '%m [%p] %q%u %a '
		CONF
	fi
	: >"$dir/settings"
	for setting in "$@"; do
		printf '%s\n' "$setting" >>"$dir/settings"
	done
	cat "$dir/settings" | as_postgres tee "$dir/data/postgresql.auto.conf" >/dev/null
	as_postgres "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1 ||
		as_postgres "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 start >/dev/null ||
		{ tail -n 20 "$dir/log" >&2; die "PostgreSQL did not start; see $dir/log"; }
	if [ ! -f "$dir/made" ]; then
		"$bin/createdb" -h "$dir" -U invorto_admin invorto || die "the database could not be made"
		: >"$dir/made"
	fi
	host=$(url_escape "$dir")
	export DATABASE_OWNER_URL="postgresql://invorto_admin@/invorto?host=$host"
	export DATABASE_URL="postgresql://invorto_app@/invorto?host=$host"
	export DATABASE_WORKER_URL="postgresql://invorto_worker@/invorto?host=$host"
}

start_redis() {
	local dir i
	mkdir -p "$1"
	dir=$(service_dir "$(cd "$1" && pwd)" redis) || return 1
	shift
	export REDIS_URL="unix://$dir/redis.sock"
	[ "$(redis-cli -s "$dir/redis.sock" ping 2>/dev/null)" != PONG ] || return 0
	command -v redis-server >/dev/null || die "Redis is not installed"
	redis-server --port 0 --unixsocket "$dir/redis.sock" --unixsocketperm 700 --dir "$dir" --pidfile "$dir/pid" \
		--daemonize yes --logfile "$dir/log" --save '' --appendonly yes --appendfsync everysec --databases 4 \
		${1+"$@"} >/dev/null || die "Redis did not start; see $dir/log"
	for ((i = 0; i < 100; i++)); do
		if [ "$(redis-cli -s "$dir/redis.sock" ping 2>/dev/null)" = PONG ]; then
			# A Redis that is new has forgotten no slot: the first calls need not wait for anybody.
			[ -f "$dir/made" ] || redis-cli -s "$dir/redis.sock" hset '{slots}:epoch' since 0 >/dev/null
			: >"$dir/made"
			return 0
		fi
		sleep 0.05
	done
	tail -n 20 "$dir/log" >&2
	die "Redis did not answer; see $dir/log"
}

stop_services() {
	local dir bin
	[ -d "$1" ] || return 0
	dir=$(service_dir "$(cd "$1" && pwd)" redis)
	[ ! -S "$dir/redis.sock" ] || redis-cli -s "$dir/redis.sock" shutdown >/dev/null 2>&1 || true
	dir=$(service_dir "$(cd "$1" && pwd)" postgres)
	if [ -d "$dir/data" ] && bin=$(postgres_bin) && as_postgres "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
		as_postgres "$bin/pg_ctl" -D "$dir/data" -m fast -w -t 30 stop >/dev/null || true
	fi
}
