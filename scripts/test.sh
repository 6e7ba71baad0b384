#!/usr/bin/env bash
# Every check of the project: the code itself, the whole suite on both databases, and the browser journeys.
# CI runs this and nothing else. Its private PostgreSQL ends with it, however it ends.
cd "$(dirname "$0")/.." || exit
source scripts/setup.sh
source scripts/checks.sh
source scripts/postgres.sh

steps=10
suite=''

# suite TITLE ARGUMENTS...: pytest in a process group of its own, so that an interruption reaches all of it at once.
suite() {
  step "$1……"
  shift
  set -m
  .venv/bin/python -m pytest "$@" </dev/null &
  suite=$!
  set +m
  wait "$suite" || fail "测试没有全部通过，原因见上面。"
  suite=''
}

# A Python started with SIGINT ignored, as a job of some CI may be, does not hear the first call.
interrupted() {
  trap '' INT TERM HUP
  if [[ -n $suite ]]; then
    kill -INT -- "-$suite" 2>/dev/null || true
    timeout 5 tail --pid="$suite" --follow /dev/null || true
    kill -KILL -- "-$suite" 2>/dev/null || true
  fi
  fail '测试被中断。'
}

trap interrupted INT TERM HUP
trap postgres_stop EXIT

prepare test
check_code
suite '测试（SpatiaLite）' tests --ignore=tests/browser
postgres_start
DATABASE_URL=$postgres_url suite '测试（PostGIS）' tests --ignore=tests/browser
postgres_stop
CHROMIUM=$chromium suite '浏览器测试' tests/browser
say '全部通过。'
