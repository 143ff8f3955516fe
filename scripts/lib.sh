# shellcheck shell=bash
# What the scripts here share: where things are, which versions, how progress is told. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Tools the machine lacks are kept in the repository; nothing outside it is touched (Chromium on Debian excepted).
tools="$root/.tools"
export PATH="$tools/bin:$tools/node_modules/.bin:$PATH:${HOME:-/root}/.cargo/bin"

# Cargo puts the binary here, and scripts/build.sh the site files beside it.
target_dir=${CARGO_TARGET_DIR:-target}
case $target_dir in /*) ;; *) target_dir="$root/$target_dir" ;; esac
# What `make run` and the tests start. `make build` makes the release, which takes longer to build.
# shellcheck disable=SC2034 # used by the scripts that source this file
binary="$target_dir/debug/onramp"

# shellcheck disable=SC2034
cargo_deny_version=0.20.2
# shellcheck disable=SC2034
cargo_fuzz_version=0.13.2
# The tested one is also the least one: old versions write broken WASM without saying so (108 does).
# shellcheck disable=SC2034
binaryen_version=132

# say TEXT: one line of progress. On stderr, so that what a command prints stays clean.
say() { printf '==> %s\n' "$*" >&2; }

# die TEXT: the reason and the mend, then the end.
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# step NAME TEXT COMMAND...: says TEXT, runs COMMAND with its output in a log, tells every half minute that it is alive,
# and shows the end of the log when it fails.
step() {
  local name=$1 text=$2 log="$tools/log/$1.log" started=$SECONDS beat status=0
  shift 2
  mkdir -p "$tools/log"
  : >"$log"
  say "$text"
  (
    # The sleep must not hold our output open, nor the loop outlive the script.
    while sleep 30 </dev/null >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
      printf '    %s s, now: %s\n' "$((SECONDS - started))" "$(tail -n 1 "$log" | cut -c 1-100)" >&2
    done
  ) &
  beat=$!
  "$@" </dev/null >"$log" 2>&1 || status=$?
  kill "$beat" 2>/dev/null || true
  wait "$beat" 2>/dev/null || true
  if [ "$status" -ne 0 ]; then
    tail -n 40 "$log" >&2
    printf 'error: %s failed (status %s); all it said is in %s\n' "$name" "$status" "$log" >&2
    return "$status"
  fi
  say "$name: done in $((SECONDS - started)) s"
}

# as_root COMMAND...: runs it as root without ever asking for a password.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

can_be_root() { [ "$(id -u)" -eq 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }

# playwright ARGS...: the pinned Playwright of end2end/.
playwright() { (cd "$root/end2end" && node_modules/.bin/playwright "$@"); }
