# shellcheck shell=bash
# What the scripts share: messages, numbered steps, logs and stamps. Sourced from the top of the repository.
# A stamp holds what a step was last done for, so that a step runs again exactly when that has changed.

step_number=0
steps=0  # how many steps the script will announce; it sets this itself
quiet='' # when set, a step with nothing to do says nothing

say() { printf '%s\n' "$*"; }

fail() {
  printf '失败：%s\n' "$*" >&2
  exit 1
}

step() {
  step_number=$((step_number + 1))
  if ((steps)); then say "[$step_number/$steps] $1"; else say "$1"; fi
}

# once STAMP KEY TITLE COMMAND...: a step that is done only when STAMP does not hold KEY yet.
once() {
  local stamp=$1 key=$2 title=$3
  shift 3
  if [[ -f $stamp && $(<"$stamp") == "$key" ]]; then
    [[ -n $quiet ]] || step "$title：已就绪"
    return 0
  fi
  step "$title……"
  rm -f "$stamp"
  "$@"
  printf '%s\n' "$key" >"$stamp"
}

# ending LOG: what a person needs to see of it; CI keeps no log, so it sees more.
ending() {
  local lines=20
  [[ -z ${CI:-} ]] || lines=400
  tail -n "$lines" "$1" >&2
}

# logged NAME COMMAND...: the output goes to a log, whose end is shown when the command fails.
logged() {
  local log=var/log/$1.log
  shift
  "$@" >"$log" 2>&1 </dev/null && return
  ending "$log"
  fail "这一步没有做完，完整的记录在 $log"
}

# fetched NAME ADVICE COMMAND...: the same for what comes from outside, where one line tells what to do.
fetched() {
  local log=var/log/$1.log advice=$2 reason
  shift 2
  "$@" >"$log" 2>&1 </dev/null && return
  [[ -z ${CI:-} ]] || ending "$log"
  reason=$(grep -aE '^(E|ERROR|error):' "$log" | tail -n 1) || reason=$(tail -n 1 "$log")
  fail "$advice（${reason:0:200}；记录在 $log）"
}

# digest PATH...: one hash over the names and contents of files, in folders at any depth.
digest() {
  { find "$@" -type f ! -name '*.pyc' -print0 2>/dev/null || true; } |
    LC_ALL=C sort -z | xargs -0r sha256sum | sha256sum | cut -d ' ' -f 1
}

# identity PATH: tells a file or folder from a later one of the same name.
identity() { stat -c '%i %w' "$1"; }

if ! mkdir -p var/log var/.stamps 2>/dev/null || [[ ! -w var/log || ! -w var/.stamps ]]; then
  fail "不能写入 $PWD/var：请改用它的属主来运行，或先把它交还给自己：sudo chown -R $(id -un) var .venv"
fi
