#!/usr/bin/env bash
# Runs schemathesis over the running sandbox, with both published documents, every operation and every check:
#   schemathesis.sh [--binary FILE] [--examples N] [--seed N]
# a built onramp (target/debug/onramp), examples per operation (50), from where they are drawn (always the same).
# What the documents say in prose only is told to schemathesis in crates/sandbox/tests/conformance/hooks.py; nothing is left out.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

examples=50
seed=20260302
while [ $# -gt 0 ]; do
  case $1 in
    --binary) binary=$2 ;;
    --examples) examples=$2 ;;
    --seed) seed=$2 ;;
    *) die "unknown argument: $1 (known: --binary FILE, --examples N, --seed N)" ;;
  esac
  shift 2
done

here=$root/crates/sandbox/tests/conformance
documents=$root/crates/contract/data
installed=$tools/schemathesis
out=$tools/log/schemathesis

# The copy of the list beside an installation says what is installed.
ensure_schemathesis() {
  cmp -s "$here/requirements.txt" "$installed/.installed" && return
  has python3 || die "Python is missing, which schemathesis needs: install Python 3.10 or newer (Debian: apt-get install python3-venv)"
  rm -rf "$installed"
  step schemathesis "installing schemathesis to try the sandbox against the published documents (some seconds)" install
  cp "$here/requirements.txt" "$installed/.installed"
}

install() { python3 -m venv "$installed" && "$installed/bin/pip" install --no-deps --requirement "$here/requirements.txt"; }

# A new sandbox in memory, on a port that is free, whose tokens reach every call; its address.
start() {
  work=$(mktemp -d)
  trap stop EXIT
  RUST_LOG=warn "$binary" sandbox --listen 127.0.0.1:0 --seed "$seed" --sandbox-scopes all >"$work/out" 2>"$work/log" &
  server=$!
  local tries
  for tries in $(seq 100); do
    base=$(grep -o -m 1 'http://127\.0\.0\.1:[0-9]*' "$work/out" | head -n 1 || true)
    [ -n "$base" ] && break
    kill -0 "$server" 2>/dev/null || die "the sandbox does not start: $(tail -n 3 "$work/log")"
    [ "$tries" -lt 100 ] || die "the sandbox does not say where it listens"
    sleep 0.1
  done
}

stop() {
  trap - EXIT
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -rf "$work"
}

token() {
  curl -sS --fail-with-body "$base/realms/catena/protocol/openid-connect/token" \
    -d grant_type=client_credentials -d scope=organization \
    -d client_id=onramp-sandbox -d client_secret=not-a-secret-the-sandbox-is-on-this-machine \
    | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'
}

# try NAME DOCUMENT: one document, with its counts at the end.
try() {
  local name=$1 document=$2 token status=0
  say "schemathesis: $name"
  start
  token=$(token)
  [ -n "$token" ] || die "the sandbox gives no token"
  # From a directory that goes away, as schemathesis keeps what it found where it runs, and would begin with that.
  (
    cd "$work"
    SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 SANDBOX_URL=$base SANDBOX_TOKEN=$token \
      "$installed/bin/schemathesis" run "$documents/$document" --url "$base" --header "Authorization: Bearer $token" \
      --checks all --phases examples,coverage,fuzzing,stateful --max-examples "$examples" --seed "$seed" --no-color
  ) >"$out/$name.txt" 2>&1 || status=$?
  stop
  sed -n '/= SUMMARY =/,$p' "$out/$name.txt"
  if [ "$status" -ne 0 ]; then
    failed="$failed $name"
    printf 'error: %s failed (status %s); all it said is in %s\n' "$name" "$status" "$out/$name.txt" >&2
  fi
}

[ -x "$binary" ] || die "$binary is not built: run scripts/build.sh, or name another with --binary"
scripts/tools.sh rust
ensure_schemathesis
mkdir -p "$out"
failed=""
try organizations openapi-orgs.json
try notifications openapi-notifications.json
[ -z "$failed" ] || die "the sandbox does not answer as documented:$failed"
say "schemathesis: passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
