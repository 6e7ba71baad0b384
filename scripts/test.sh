#!/usr/bin/env bash
# Every check of the project: the code itself, the whole suite on both databases, and the browser journeys.
# CI runs this and nothing else. Its private PostgreSQL ends with it, however it ends.
cd "$(dirname "$0")/.." || exit
source scripts/setup.sh
source scripts/checks.sh
source scripts/postgres.sh

steps=10
running=()

# begin ARGUMENTS...: pytest in a process group of its own, so that an interruption reaches all of it at once.
begin() {
  set -m
  .venv/bin/python -m pytest "$@" </dev/null &
  running+=($!)
  set +m
}

# suite TITLE ARGUMENTS...: pytest, until it is over.
suite() {
  step "$1……"
  shift
  begin "$@"
  wait "${running[-1]}" || fail "测试没有全部通过，原因见上面。"
  unset 'running[-1]'
}

# A Python started with SIGINT ignored, as a job of some CI may be, does not hear the first call.
stop_running() {
  local one
  for one in "${running[@]}"; do
    kill -INT -- "-$one" 2>/dev/null || true
    timeout 5 tail --pid="$one" --follow /dev/null || true
    kill -KILL -- "-$one" 2>/dev/null || true
  done
  running=()
}

interrupted() {
  trap '' INT TERM HUP
  stop_running
  fail '测试被中断。'
}

trap interrupted INT TERM HUP
trap 'stop_running; postgres_stop' EXIT

prepare test
check_code
postgres_start
DATABASE_URL=$postgres_url begin tests --ignore=tests/browser >var/log/postgis.log 2>&1 # beside the other: two at once
suite '测试（SpatiaLite）' tests --ignore=tests/browser
step '测试（PostGIS）……'
wait "${running[0]}" || { tail -n 200 var/log/postgis.log; fail '测试没有全部通过，原因见上面（完整的记录在 var/log/postgis.log）。'; }
tail -n 1 var/log/postgis.log
running=()
postgres_stop
CHROMIUM=$chromium suite '浏览器测试' tests/browser
say '全部通过。'
