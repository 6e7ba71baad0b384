#!/usr/bin/env bash
# The quick part of test.sh, for while one writes code: no PostGIS and no browser.
# Quiet when all is well; what fails shows its own output.
cd "$(dirname "$0")/.." || exit
source scripts/setup.sh
source scripts/checks.sh

quiet=1
prepare check
check_code
logged spatialite .venv/bin/python -m pytest tests --ignore=tests/browser
say "检查通过：$(tail -n 1 var/log/spatialite.log)"
