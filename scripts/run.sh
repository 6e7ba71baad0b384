#!/usr/bin/env bash
# Runs one command of the project, with the set-up and the environment that it needs.
# For what needs no steps of its own: make fmt, make bench, make cells.
cd "$(dirname "$0")/.." || exit
source scripts/setup.sh
source scripts/env.sh

quiet=1
prepare check
demo_environment
exec "$@"
