#!/usr/bin/env bash
# Measures what a developer waits for, in a new clone of what is committed, and prints Markdown: the first `make run` until
# Onramp is ready, then a check, the nearest tests and a new start after one line is added.
#   scripts/bench_build.sh [FOLDER]      where the clone goes; without it a temporary folder, removed at the end
# Crates that Cargo downloaded before are not downloaded again.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What is edited, and the tests nearest to it. Of several files, the first that exists.
page=(app/src/pages/landing.rs)
page_tests=(-p app --lib pages::)
domain=(crates/domain/src/invitation/request.rs app/src/domain/invitation.rs)
domain_tests=(-p domain --lib invitation::)
[ -d crates/domain ] || domain_tests=(-p app --lib domain::invitation::)
sandbox=(crates/sandbox/src/lib.rs server/src/sandbox/mod.rs)
sandbox_tests=(-p sandbox --lib)
[ -d crates/sandbox ] || sandbox_tests=(-p server --lib sandbox::)

work=${1:-}
if [ -n "$work" ]; then
  [ ! -e "$work" ] || die "$work exists: name a folder that does not"
  mkdir -p "$work"
  trap stop EXIT
else
  work=$(mktemp -d)
  trap 'stop; rm -rf "$work"' EXIT
fi
work=$(cd "$work" && pwd)
log="$work/log"
server=
# The clone has a target folder of its own, and nothing of what is installed here.
unset CARGO_TARGET_DIR
PATH=${PATH#"$tools/bin:$tools/node_modules/.bin:"}
# Each command in the background gets a process group, so that `stop` reaches all of it.
set -m

stop() {
  [ -n "$server" ] || return 0
  kill -TERM -- "-$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}

# `make run` until Onramp is ready, then the end of it.
start() {
  local out="$work/out" base
  : >"$out"
  make run ARGS="--listen 127.0.0.1:0" </dev/null >"$out" &
  server=$!
  until base=$(grep -o -m 1 'http://127\.0\.0\.1:[0-9]*' "$out") && curl --silent --fail --output "$work/ready" "$base/readyz"; do
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.2
  done
  stop
}

# measure TEXT COMMAND...: a line of the table: what, by the clock, and the processor's time of all cores.
measure() {
  local text=$1 TIMEFORMAT='%R %U %S' real user sys
  shift
  say "$text"
  { time "$@" >"$log" 2>&1; } 2>"$work/time" || {
    tail -n 40 "$log" >&2
    die "this failed: $text"
  }
  read -r real user sys <"$work/time"
  awk -v text="$text" -v real="$real" -v user="$user" -v sys="$sys" \
    'BEGIN { printf "| %s | %.0f s | %.0f s |\n", text, real, user + sys }'
}

# edit N FILE...: adds a line that other crates see to the first file there is.
edit() {
  local n=$1 file
  shift
  for file in "$@"; do
    [ -e "$file" ] || continue
    printf '\n/// Added by a measurement.\npub const ADDED_%s: u32 = %s;\n' "$n" "$n" >>"$file"
    return
  done
  die "none of these files exists, so name one in scripts/bench_build.sh: $*"
}

has curl || die "curl is missing: install it (Debian: apt-get install curl)"
git clone --quiet "$root" "$work/onramp"
cd "$work/onramp"
printf 'Commit %s, %s cores, load %s before.\n\n' "$(git rev-parse --short HEAD)" "$(nproc)" "$(cut -d ' ' -f 1 /proc/loadavg)"
printf '| what | clock | processor |\n| --- | ---: | ---: |\n'
measure 'first `make run` in a new clone, until ready' start
measure 'second `make run`, until ready' start
measure 'first `cargo check --workspace`' cargo check --locked --workspace
measure 'first build of the tests' cargo test --locked --workspace --no-run
n=0
for part in page domain sandbox; do
  declare -n files=$part tests=${part}_tests
  edit $((n += 1)) "${files[@]}"
  measure "one line added in the $part: \`cargo check --workspace\`" cargo check --locked --workspace
  measure "the same: nearest tests" cargo test --locked "${tests[@]}"
  measure "the same: \`make run\`, until ready" start
done
printf '\nLoad %s after.\n' "$(cut -d ' ' -f 1 /proc/loadavg)"
