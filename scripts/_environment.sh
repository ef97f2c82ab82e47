# Sourced by the scripts beside it. `prepare_environment runtime` (or `dev`, with what the tests need) brings .venv up to
# date and leaves $root and $python. With uv it follows uv.lock; without uv, pip follows the requirements files that are
# made from uv.lock, with their hashes. The second call finds nothing to do.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
python=$venv/bin/python
stamp=$venv/installed-by-pip.txt # what pip was asked for, word for word

prepare_environment() {
  if command -v uv >/dev/null; then
    _prepare_with_uv "$1"
  else
    _prepare_with_pip "$1"
  fi
}

_prepare_with_uv() {
  local groups=()
  [ "$1" = dev ] || groups=(--no-dev --inexact) # inexact: the demo does not throw out what the tests need
  rm -f "$stamp"
  UV_PROJECT_ENVIRONMENT=$venv uv sync --quiet --locked --project "$root" ${groups[@]+"${groups[@]}"}
}

_prepare_with_pip() {
  local lock=$root/requirements.lock
  [ "$1" = dev ] && lock=$root/requirements-dev.lock
  _asked_for "$lock" | cmp -s - "$stamp" && return
  # What the tests need holds all that osds needs.
  _asked_for "$root/requirements-dev.lock" | cmp -s - "$stamp" && return

  _require_python
  echo "Installing into $venv: once, about a minute" >&2
  [ -x "$python" ] || "${PYTHON:-python3}" -m venv "$venv"
  "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null # an environment made by uv has no pip
  "$python" -m pip install --quiet --require-hashes -r "$lock"
  "$python" -m pip install --quiet --no-deps --editable "$root"
  _asked_for "$lock" >"$stamp"
}

_asked_for() {
  cat "$1" "$root/pyproject.toml"
}

_require_python() {
  "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && return
  echo "error: ${PYTHON:-python3} is not Python 3.11 or newer. Set PYTHON to one, or install uv, which brings its own" >&2
  exit 2
}
