#!/usr/bin/env bash
# Make the cluster where there is none yet, then serve it.
# DATABASE_PASSWORD is that of the user `promptory`, who may do what the master user of Amazon RDS may: no superuser.
set -euo pipefail

# The one folder that can be written beside the cluster's.
export PGHOST=/tmp

cluster=/var/lib/postgresql/library/cluster
if [[ ! -d $cluster ]]; then
    : "${DATABASE_PASSWORD:?set it to the password of the database\'s user}"
    # Aside, then renamed: what is interrupted here is begun anew.
    rm -rf "$cluster.new"
    initdb --pgdata "$cluster.new" --username postgres --auth-local=trust --auth-host=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8 --data-checksums
    echo 'host all all all scram-sha-256' >>"$cluster.new/pg_hba.conf"
    pg_ctl --pgdata "$cluster.new" --wait --options "-c listen_addresses='' -c unix_socket_directories=$PGHOST" start
    psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" postgres <<'SQL'
CREATE ROLE promptory LOGIN CREATEROLE CREATEDB PASSWORD :'password';
CREATE DATABASE promptory OWNER promptory;
SQL
    pg_ctl --pgdata "$cluster.new" --wait --mode fast stop
    mv "$cluster.new" "$cluster"
fi
exec postgres -D "$cluster" -c listen_addresses='*' -c unix_socket_directories="$PGHOST" \
    -c password_encryption=scram-sha-256
