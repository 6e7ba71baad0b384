# shellcheck shell=bash
# The checks of the code itself and the way a suite is run, shared by check.sh and test.sh.
# Sourced after setup.sh.

# Nothing here may touch the demo's database or depend on the settings of the person's shell.
export SECRET_KEY=only-for-tests DATABASE_URL=spatialite:///var/test.sqlite3
unset DEBUG HTTPS

checking() { [[ -n $quiet ]] || step "$1……"; }

check_code() {
  checking '格式'
  logged format .venv/bin/ruff format --check .
  checking '静态检查'
  logged lint .venv/bin/ruff check .
  checking '类型'
  logged types .venv/bin/mypy
  checking '分层'
  logged layers .venv/bin/lint-imports
  checking '数据库迁移'
  logged migrations .venv/bin/python manage.py makemigrations --check --dry-run
}
