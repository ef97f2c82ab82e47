# Sourced by the scripts beside it and by setup/install. `prepare_environment runtime` (or `dev`, with what the tests need)
# brings .venv up to date and leaves $root and $python; `prepare_environment action` does so with the folder $venv, which
# then needs nothing of this checkout any more. With uv they follow uv.lock; without uv, pip follows the requirements files
# that are made from uv.lock, with their hashes. The second call finds nothing to do. The bash of macOS, 3.2, must do.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && { pwd -W 2>/dev/null || pwd; }) # -W: Windows' own form, for its programs
venv=$root/.venv
python=$venv/bin/python

prepare_environment() {
  if [ "$1" = action ]; then
    _prepare_for_the_action
  elif command -v uv >/dev/null; then
    _prepare_with_uv "$1"
  else
    _prepare_with_pip "$1"
  fi
}

_prepare_with_uv() {
  local groups=()
  [ "$1" = dev ] || groups=(--no-dev --inexact) # inexact: the demo does not throw out what the tests need
  rm -f "$(_stamp)"
  UV_PROJECT_ENVIRONMENT=$venv uv sync --quiet --locked --project "$root" ${groups[@]+"${groups[@]}"}
}

_prepare_with_pip() {
  local lock=$root/requirements.lock
  [ "$1" = dev ] && lock=$root/requirements-dev.lock
  _asked_for "$lock" | cmp -s - "$(_stamp)" && return
  # What the tests need holds all that osds needs.
  _asked_for "$root/requirements-dev.lock" | cmp -s - "$(_stamp)" && return

  _install_with_pip "$lock"
  "$python" -m pip install --quiet --no-deps --editable "$root"
  _asked_for "$lock" >"$(_stamp)"
}

# What osds needs, from the lock and outside of any workspace; and osds itself, as a copy, which takes no build and which no
# later checkout can change.
_prepare_for_the_action() {
  if command -v uv >/dev/null; then
    [ -n "${HOME:-}" ] || export UV_CACHE_DIR=${UV_CACHE_DIR:-$venv-cache} # or uv would write into the workspace
    local flags=(--quiet --frozen --no-dev --no-install-project --inexact)
    if UV_PROJECT_ENVIRONMENT=$venv uv sync "${flags[@]}" --project "$root"; then
      _copy_osds
      return
    fi
    echo "uv cannot install osds here, so pip does, from the same lock" >&2
  fi
  if ! _asked_for "$root/requirements.lock" | cmp -s - "$(_stamp)"; then
    _install_with_pip "$root/requirements.lock"
    _asked_for "$root/requirements.lock" >"$(_stamp)"
  fi
  _copy_osds
}

_copy_osds() {
  _find_venv_python
  local site
  for site in "$venv"/lib/python3*/site-packages "$venv"/Lib/site-packages; do # the second is Windows'
    [ -d "$site" ] || continue
    rm -rf "$site/osds"
    cp -R "$root/osds" "$site/osds"
  done
}

_install_with_pip() {
  local base
  base=$(_find_python)
  echo "Installing into $venv: once, about a minute" >&2
  _find_venv_python
  [ -x "$python" ] || "$base" -m venv "$venv"
  _find_venv_python
  "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null # an environment made by uv has no pip
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
}

_stamp() {
  echo "$venv/installed-by-pip.txt" # what pip was asked for, word for word
}

_asked_for() {
  cat "$1" "$root/pyproject.toml"
}

_find_venv_python() {
  python=$venv/bin/python
  [ ! -e "$venv/Scripts/python.exe" ] || python=$venv/Scripts/python.exe
}

# Prints the first Python that is new enough, of $PYTHON or of those on PATH (Windows calls it `python`).
_find_python() {
  local each candidates=(python3 python)
  [ -z "${PYTHON:-}" ] || candidates=("$PYTHON")
  for each in "${candidates[@]}"; do
    "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$each" && return
  done
  echo "error: ${PYTHON:-python3} is not Python 3.11 or newer. Set PYTHON to one, or install uv, which brings its own" >&2
  exit 2
}
