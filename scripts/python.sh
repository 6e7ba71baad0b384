# shellcheck shell=bash
# The virtual environment .venv with exactly the packages of uv.lock, and uv itself where PATH has none.
# Sourced after system.sh, which finds the Python that .venv is made with.

uv_version=0.13.9
uv=''

# The system's certificates count, and no Python is downloaded: only the system's is known to load SpatiaLite.
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv
unset VIRTUAL_ENV CONDA_PREFIX

find_uv() {
  local version
  for uv in uv var/uv/bin/uv; do
    version=$("$uv" --version 2>/dev/null | cut -d ' ' -f 2) || continue
    printf '0.6.0\n%s\n' "$version" | sort -CV && return
  done
  return 1
}

# uv gets an environment of its own: in .venv, `uv sync` would remove it as not being in uv.lock.
install_uv() {
  rm -rf var/uv
  "${python:?}" -m venv var/uv && var/uv/bin/python -m pip install --disable-pip-version-check "uv==$uv_version"
}

sync() {
  local options=(--frozen --python .venv/bin/python)
  [[ $1 == base ]] || options+=(--all-groups --all-extras)
  if ! find_uv; then
    fetched uv "没能从 PyPI 装上 uv：请检查网络后再运行，或先自行装好 uv" install_uv
    uv=var/uv/bin/uv
  fi
  # An environment whose Python cannot load SpatiaLite was not found as one, and is made anew.
  if [[ $python != .venv/bin/python ]]; then
    rm -rf .venv
    logged venv "$uv" venv --python "$python" .venv
  fi
  fetched sync "没能从 PyPI 装好 uv.lock 里的依赖：请检查网络后再运行" "$uv" sync "${options[@]}"
}

# dependencies base|all: without or with the groups that only tests need and the extras, which the demo does without.
# What has them keeps them.
dependencies() {
  local stamp=.venv/.synced groups=$1
  [[ $python == .venv/bin/python ]] || rm -f "$stamp"
  [[ ! -f $stamp || $(<"$stamp") != *' all' ]] || groups=all
  once "$stamp" "$(digest uv.lock) $groups" '依赖（uv.lock）' sync "$groups"
}
