# shellcheck shell=bash
# The set-up that every command starts with: system packages, then .venv. Sourced from the top of the repository.
# Each command asks for as much as it needs: `prepare demo`, `prepare check` or `prepare test`.
set -euo pipefail

source scripts/lib.sh
source scripts/system.sh
source scripts/python.sh

prepare() {
  [[ -n $quiet ]] || step '系统组件与 Python……'
  system_packages "$1"
  if [[ $1 == demo ]]; then dependencies base; else dependencies all; fi
}
