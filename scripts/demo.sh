#!/usr/bin/env bash
# The demo site from nothing: set-up, database, static files, geodata, accounts, fictional samples, server.
# Every step is stamped, so a second run keeps the data and goes straight to serving.
cd "$(dirname "$0")/.." || exit
source scripts/setup.sh
source scripts/env.sh

steps=11
port=${PORT:-8000}
database=var/register.sqlite3

if [[ ! $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
  fail "PORT=$port 不是端口号：请给 1 到 65535 之间的整数，例如 make demo PORT=8080。"
fi
if (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  fail "端口 $port 已被占用（也许演示已在运行）：请先停掉它，或换一个端口：make demo PORT=$((port < 65535 ? port + 1 : 8000))。"
fi

manage() { .venv/bin/python manage.py "$@"; }

# The report of what was loaded is for the person to read, not only for the log.
load_geodata() {
  manage load_geodata 2>&1 | tee var/log/geodata.log | sed 's/^/      /' ||
    fail '地理数据没有全部载入，原因见上面的报告（也在 var/log/geodata.log）：改正 geodata/ 后再运行。'
}

answers() (
  exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3 && grep -aqm 1 '^HTTP/' <&3
) 2>/dev/null

# Gives the address once the server of process $$ really answers there.
announce() {
  until answers; do
    kill -0 $$ 2>/dev/null || return 0
    sleep 0.1
  done
  say ''
  say "演示站：http://127.0.0.1:$port/    工作台：http://127.0.0.1:$port/desk/    管理后台：http://127.0.0.1:$port/admin/"
  say "用户名：agri market association inspector producer liaison auditor admin 等    口令（共用）：$DEMO_PASSWORD    按 Ctrl-C 停止"
}

prepare demo
demo_environment
export DEBUG=1
unset DATABASE_URL HTTPS # the demo is never laid into another database, nor served as if behind a proxy

: >>"$database"
mkdir -p var/static
mkdir -p -m 700 var/keys
schema="$(digest uv.lock gi_registry/*/migrations) $(identity $database)"
commands=$(digest gi_registry/*/management)

once var/.stamps/database "$schema" '数据库' logged migrate manage migrate --noinput
once var/.stamps/static "$(digest uv.lock static gi_registry/*/static gi_registry/settings.py) $(identity var/static)" \
  '静态文件' logged static manage collectstatic --noinput
once var/.stamps/geodata "$schema $commands $(digest geodata)" '地理数据' load_geodata
once var/.stamps/accounts "$schema $commands $(digest var/demo.env)" '演示账号' logged accounts manage demo_accounts
once var/.stamps/marks "$schema $commands $(digest var/demo.env)" '示例使用人' logged marks manage demo_marks
once var/.stamps/systems "$schema $commands $(digest var/demo.env)" '示例体系材料' logged systems manage demo_systems
once var/.stamps/inspections "$schema $commands $(digest var/demo.env)" '示例检查' logged inspections manage demo_inspections
once var/.stamps/keys "$(identity var/keys)" '签名密钥' logged keys manage rotate_key --if-none
step '启动服务……'
(announce &) # twice forked, so that it is no child of the server
exec .venv/bin/gunicorn gi_registry.wsgi --bind "127.0.0.1:$port" --workers 2 --log-level warning --no-control-socket
