-- Statements over pg_schema.sql.

-- name: t_put :exec :tenant
-- in: id text, n int, f float, ok bool, doc json, at time, tags texts, amount text
insert into things (id, n, f, ok, doc, at, tags, amount) values ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: t_get :one :tenant
-- in: id text
-- out: id text, n int, f float, ok bool, doc json, at time, tags texts, amount text
select id, n, f, ok, doc, at, tags, amount from things where id = $1

-- name: t_list :many :tenant
-- out: id text, n int
select id, n from things order by id

-- name: t_count :one :tenant
-- out: n int
select count(*) from things

-- name: t_add :exec :tenant
-- in: id text, by int
update things set n = n + $2 where id = $1

-- name: t_delete :exec :tenant
delete from things

-- name: t_part :exec :tenant
-- in: id text, thing_id text
insert into parts (id, thing_id) values ($1, $2)

-- name: t_scope :one :global
-- out: tenant_id text, user_id text, pid int
select current_setting('app.tenant_id', true), current_setting('app.user_id', true), pg_backend_pid()

-- name: t_echo :one :global
-- in: n int, s text
-- out: n int, s text
select $1::bigint, $2::text

-- name: t_slow :one :global
-- in: n int, seconds float
-- out: n int
select $1::bigint from pg_sleep($2)

-- name: t_wide :many :global
-- in: rows int, bytes int
-- out: n int, s text
select n, repeat('x', $2) from generate_series(1::bigint, $1) as n

-- name: t_fail :one :global
-- in: state text, times int
-- out: n int
select fail_first($1, $2)

-- name: t_uuid :one :global
-- in: id text
-- out: id text
select $1::uuid

-- name: t_forbidden :one :global
-- out: n int
select count(*) from forbidden

-- name: t_broken :one :global
-- out: n int
select n from no_such_table

-- name: t_columns :many :global
-- out: a int
select a from changing

-- name: t_two_rows :one :global
-- out: n int
select n from generate_series(1, 2) as n

-- name: t_wrong_count :one :global
-- out: n int
select 1, 2

-- name: t_wrong_type :one :global
-- out: n int
select 'abc'

-- name: t_infinity :one :global
-- in: at time
-- out: at time, bc time
select $1::timestamptz, null::timestamptz

-- name: t_notify :exec :global
-- in: channel text, payload text
select pg_notify($1, $2)

-- name: t_lock :exec :tenant
-- in: id text
select pg_advisory_xact_lock(hashtext($1))

-- name: t_prepared :one :global
-- How many statements of a later generation than the first the connection holds.
-- out: n int
select count(*) from pg_prepared_statements where name not like '%.0'

-- name: t_put_many :many :tenant
-- Rows come last first; 13 is refused; each says in which transaction it was.
-- in: items json, tag text
-- out: n int, refusal text, id text, doc json, transaction int
with asked as materialized (
	select w.id, w.value, w.doc, w.seconds, w.n from rows from (jsonb_to_recordset($1) as (id text, n bigint, doc jsonb, seconds float)) with ordinality
		as w(id, value, doc, seconds, n)
), slow as materialized (
	select pg_sleep(max(seconds)) from asked
), made as (
	insert into things (id, n, doc, tags) select a.id, a.value, a.doc, array[$2] from asked a, slow where a.value is distinct from 13
)
select n, case value when 13 then 'unlucky' end, id, doc, pg_current_xact_id()::text::bigint from asked order by n desc

-- name: t_note_many :exec :tenant
-- in: items json
insert into things (id) select e ->> 'id' from jsonb_array_elements($1) as e

-- name: t_half_many :many :tenant
-- Forgets the second.
-- in: items json
-- out: n int
select n from jsonb_array_elements($1) with ordinality as x(e, n) where n <> 2
