-- Which schemas an older daemon may run on.
set local role invorto_owner;

-- A migration that only adds, so that the release before goes on working on it, says so in its first line
-- ("-- compatible"). A daemon runs on a schema that is newer than itself when all it does not know are such.
alter table schema_migrations add column compatible boolean not null default false;
