# shellcheck shell=bash
# The secrets of this checkout, made once in var/demo.env and read by all that runs the app here.
# Sourced after setup.sh.

demo_environment() {
  if [[ ! -s var/demo.env ]]; then
    (
      umask 077
      .venv/bin/python - >var/demo.env.new <<'PYTHON'
import secrets

letters = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
print("SECRET_KEY=" + secrets.token_urlsafe(48))
print("DEMO_PASSWORD=" + "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)))
PYTHON
      mv var/demo.env.new var/demo.env
    )
  fi
  set -a
  # shellcheck source=/dev/null
  source var/demo.env
  set +a
}
