#!/bin/sh
# Starts a Step Functions API on loopback and prints its URL and process id, once it answers.
#
#   start.sh [--port N] [--log FILE]     port 0 takes one that is free; without a file the log goes with the process
#   start.sh --install                   installs it and starts nothing
#
# The first call installs it from PyPI into ${XDG_CACHE_HOME:-~/.cache}/sfn-chaos-endpoint; later ones need no network.
# PYTHON names the interpreter, 3.13 or newer. README.md says what the endpoint is good for.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sfn-chaos-endpoint
port=4566 log='' only_install=''

fail() { echo "error: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --port) [ $# -gt 1 ] || fail "--port needs a number"; port=$2; shift ;;
    --log) [ $# -gt 1 ] || fail "--log needs a file"; log=$2; shift ;;
    --install) only_install=yes ;;
    *) fail "$1 is no argument; there are --port N, --log FILE and --install" ;;
  esac
  shift
done

is_new_enough() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 13))' >/dev/null 2>&1
}

# The first interpreter that will do; shims of pyenv fail where no version is chosen, its versions do not.
find_python() {
  for candidate in ${PYTHON:-} python3.14 python3.13 python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[3-9]*/bin/python3; do
    if is_new_enough "$candidate"; then echo "$candidate"; return; fi
  done
}

# Into a folder of its own that gets its name when it is complete, so that two installations cannot meet.
install() {
  mkdir -p "$cache"
  fresh=$(mktemp -d "$cache/new.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  python=$(find_python)
  if [ -n "$python" ]; then
    "$python" -m venv "$fresh/venv"
  elif command -v uv >/dev/null; then
    uv venv --quiet --seed --python 3.13 "$fresh/venv" || fail "uv cannot fetch Python 3.13"
  else
    fail "Python 3.13 or newer is needed (python3.13, pyenv, or uv to fetch one); PYTHON=… names it"
  fi
  "$fresh/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --requirement "$here/requirements.txt" >&2 || fail "the packages cannot be installed"
  # An interpreter that is gone leaves a link to nothing.
  [ -x "$venv/bin/python" ] || rm -rf "$venv"
  [ -e "$venv" ] || mv "$fresh/venv" "$venv"
  rm -rf "$fresh"
  trap - EXIT
}

# Other requirements are another installation.
venv=$cache/$(cksum <"$here/requirements.txt" | cut -d' ' -f1)
[ -x "$venv/bin/python" ] || install
[ -z "$only_install" ] || { echo "$venv"; exit 0; }

exec "$venv/bin/python" "$here/launch.py" "$port" "$log"
