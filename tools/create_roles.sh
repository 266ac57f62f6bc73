#!/bin/sh
# Makes the two roles and the database, once, in a PostgreSQL of one's own.
# Needs psql as superuser (PGHOST, PGUSER … as usual), WFM_OWNER_PASSWORD and WFM_APP_PASSWORD.
set -eu
: "${WFM_OWNER_PASSWORD:?the password of the role that owns the tables}"
: "${WFM_APP_PASSWORD:?the password of the application's role}"

# \getenv keeps the passwords out of the process list; :'name' quotes them.
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-${PGUSER:-postgres}}" --dbname postgres <<'SQL'
\getenv owner_password WFM_OWNER_PASSWORD
\getenv app_password WFM_APP_PASSWORD
CREATE ROLE wfm_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION NOCREATEDB PASSWORD :'owner_password';
CREATE ROLE wfm_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION NOCREATEDB PASSWORD :'app_password';
CREATE DATABASE wfm OWNER wfm_owner;
\connect wfm
SET ROLE wfm_owner;
GRANT USAGE ON SCHEMA public TO wfm_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO wfm_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO wfm_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO wfm_app;
SQL
