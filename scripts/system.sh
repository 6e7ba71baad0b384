# shellcheck shell=bash
# What the system must have: a Python that can load SpatiaLite and, for tests, PostGIS, a browser and a CJK font.
# Looks first and asks apt only for what is missing, so that it needs no root where everything is there.

python=''       # the Python to make .venv with, or .venv's own
chromium=''     # the browser of the journeys
postgres_bin='' # the folder of initdb and pg_ctl

# The first `python3` on PATH may be a build without loadable extensions, so each is tried with the module itself.
find_python() {
  local candidate
  for candidate in .venv/bin/python /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
    python=$("$candidate" - 2>/dev/null <<'PYTHON'
import os, sqlite3, sys

if sys.version_info < (3, 11):
    sys.exit(1)
database = sqlite3.connect(":memory:")
database.enable_load_extension(True)
database.load_extension(os.environ.get("SPATIALITE_LIBRARY_PATH") or "mod_spatialite")
print(sys.executable)
PYTHON
    ) || continue
    [[ $candidate != .venv/* ]] || python=$candidate
    return 0
  done
  return 1
}

# The newest PostgreSQL that has PostGIS.
find_postgres() {
  local control version
  postgres_bin=''
  for control in /usr/share/postgresql/*/extension/postgis.control; do
    version=$(cut -d / -f 5 <<<"$control")
    [[ ! -x /usr/lib/postgresql/$version/bin/initdb ]] || postgres_bin=/usr/lib/postgresql/$version/bin
  done
  [[ -n $postgres_bin ]]
}

# Ubuntu's `chromium-browser` may be a stub that only points to a snap, so a browser counts when it tells its version.
find_chromium() {
  local candidate candidates=(chromium google-chrome google-chrome-stable chromium-browser)
  [[ -z ${CHROMIUM:-} ]] || candidates=("$CHROMIUM")
  for candidate in "${candidates[@]}"; do
    chromium=$(command -v "$candidate") && "$chromium" --version >/dev/null 2>&1 && return
  done
  return 1
}

find_font() { [[ -n $(fc-list :lang=zh-cn family 2>/dev/null) ]]; }

distribution() (
  # shellcheck source=/dev/null
  source /etc/os-release 2>/dev/null
  printf '%s %s' "${ID:-}" "${VERSION_ID:-}"
)

may_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v 2>/dev/null; }; }

apt_get() {
  local as_root=()
  ((EUID == 0)) || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -o DPkg::Lock::Timeout=300 "$@"
}

apt_install() {
  apt_get update
  apt_get install --yes --no-install-recommends "$@"
}

install_packages() {
  local by_hand="apt-get update && apt-get install -y $*"
  command -v apt-get >/dev/null || fail "缺少 $*，而这里没有 apt-get：请用本系统的软件包管理器装好后再来一次。"
  may_be_root || fail "缺少系统软件包，而当前用户不是 root、也不能用 sudo：请管理员运行 $by_hand，然后再来一次。"
  say "      用 apt 安装 $*"
  fetched apt "apt 没能装上系统软件包：请检查网络与软件源后再运行，或手工运行 $by_hand" apt_install "$@"
}

browser_package() {
  [[ -z ${CHROMIUM:-} ]] || fail "CHROMIUM=$CHROMIUM 不能运行：请给出 Chromium 或 Chrome 程序的路径。"
  [[ $(distribution) != ubuntu* ]] ||
    fail '缺少浏览器，而 Ubuntu 的 chromium 软件包只是 snap 的空壳：请运行 snap install chromium 或安装 Google Chrome，也可用 make test CHROMIUM=/程序/的/路径 指定。'
  missing+=(chromium)
}

postgres_packages() {
  case $(distribution) in
    'debian 12') missing+=(postgresql-15 postgresql-15-postgis-3) ;;
    'ubuntu 24.04') missing+=(postgresql-16 postgresql-16-postgis-3) ;;
    *) missing+=(postgresql postgresql-postgis) ;;
  esac
}

# system_packages demo|check|test: installs what is missing for that.
system_packages() {
  local missing=()
  find_python || missing+=(libsqlite3-mod-spatialite python3)
  find_uv || "${python:-/usr/bin/python3}" -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv ca-certificates)
  if [[ $1 == test ]]; then
    find_postgres || postgres_packages
    find_font || missing+=(fontconfig fonts-noto-cjk)
    find_chromium || browser_package
  fi
  ((${#missing[@]})) || return 0
  install_packages "${missing[@]}"
  find_python ||
    fail '没有找到能载入 SpatiaLite 的 Python（3.11 或更新）：请安装 Debian 12 或 Ubuntu 24.04 自带的 python3，或用 SPATIALITE_LIBRARY_PATH 给出 mod_spatialite 的路径。'
  [[ $1 != test ]] || { find_postgres && find_chromium; } ||
    fail 'apt 装过了，却仍找不到 PostGIS 或能运行的浏览器：请看 var/log/apt.log。'
}
