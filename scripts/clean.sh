#!/usr/bin/env bash
# Removes all that the other commands made. That includes the demo's data, so it asks for a clear word.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${CONFIRM:-} != 1 ]]; then
  printf '失败：make clean 会删除 .venv 与 var/，连同演示数据库；确实要删，请运行 make clean CONFIRM=1。\n' >&2
  exit 1
fi
rm -rf .venv var
