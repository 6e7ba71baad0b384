# shellcheck shell=bash
# A private PostgreSQL for one run: a cluster in a temporary folder, on a socket there and on no TCP port.
# Sourced after system.sh. The caller traps EXIT with postgres_stop, so that nothing outlives the run.

postgres_home=''
postgres_url='' # what the suite is given as DATABASE_URL

# PostgreSQL refuses to run as root, who becomes the user that Debian's package made for it.
postgres_run() (
  cd "$postgres_home" || exit
  if ((EUID == 0)); then runuser -u postgres -- "$@"; else "$@"; fi
)

postgres_start() {
  postgres_home=$(mktemp -d /tmp/gi-XXXXXX) # short, since a socket's path has at most 107 bytes
  ((EUID != 0)) || chown postgres: "$postgres_home"
  logged initdb postgres_run "${postgres_bin:?}/initdb" --pgdata data --username gi --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync
  # Nothing here needs to survive a crash, and without waiting for the disk the suite is much faster.
  postgres_run tee -a data/postgresql.conf >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$postgres_home'
fsync = off
synchronous_commit = off
full_page_writes = off
CONF
  logged postgres postgres_run "${postgres_bin:?}/pg_ctl" --pgdata data --log server.log --wait start
  # shellcheck disable=SC2034 # read by the caller
  postgres_url=postgis://gi@/$postgres_home/gi
}

postgres_stop() {
  [[ -n $postgres_home ]] || return 0
  postgres_run "${postgres_bin:?}/pg_ctl" --pgdata data --mode immediate --wait stop >/dev/null 2>&1 || true
  rm -rf "$postgres_home"
  postgres_home=''
}
