#!/usr/bin/env bash
# Makes every call of Onramp's client against Prism, a mock that a third party makes of the published OpenAPI documents: it
# refuses what they don't allow. Twice: with one sample answer of each schema, and many times with answers made up by the schemas.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

here=crates/catena/tests/prism
installed="$tools/prism"
mocks=""
trap stop_mocks EXIT

# The copy of the lock file beside the installation says what is installed.
ensure_prism() {
  cmp -s "$here/package-lock.json" "$installed/.installed" && return
  rm -rf "$installed"
  mkdir -p "$installed"
  cp "$here/package.json" "$here/package-lock.json" "$installed"
  step prism "installing Prism, a mock of Catena made of its OpenAPI documents (some seconds)" \
    npm ci --prefix "$installed" --no-audit --no-fund
  cp "$here/package-lock.json" "$installed/.installed"
}

free_port() {
  node -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close() })'
}

# start_mock NAME PORT OPTION...: plays crates/contract/data/openapi-NAME.json until stop_mocks.
start_mock() {
  local name=$1 port=$2 log="$tools/log/prism-$1.log" mock waited=0
  shift 2
  "$installed/node_modules/.bin/prism" mock --host 127.0.0.1 --port "$port" --multiprocess false "$@" \
    "crates/contract/data/openapi-$name.json" </dev/null >"$log" 2>&1 &
  mock=$!
  mocks="$mocks $mock"
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    kill -0 "$mock" 2>/dev/null || die "Prism did not start: see $log"
    waited=$((waited + 1))
    [ "$waited" -le 300 ] || die "Prism was not there after a minute: see $log"
    sleep 0.2
  done
}

stop_mocks() {
  local mock
  for mock in $mocks; do
    kill "$mock" 2>/dev/null || true
    wait "$mock" 2>/dev/null || true
  done
  mocks=""
}

# run_calls KIND OPTION...: every call once against mocks with these options.
run_calls() {
  local kind=$1 orgs notifications
  shift
  orgs=$(free_port)
  start_mock orgs "$orgs" "$@"
  notifications=$(free_port)
  start_mock notifications "$notifications" "$@"
  ONRAMP_PRISM_ORGS="http://127.0.0.1:$orgs" ONRAMP_PRISM_NOTIFICATIONS="http://127.0.0.1:$notifications" \
    ONRAMP_PRISM_ANSWERS="$kind" \
    step "prism-$kind" "every call of the client against Prism, answers $kind" \
    cargo test --locked -p catena --test catena_client -- --ignored --nocapture prism::
  stop_mocks
  sed -n 's/^Prism took/prism, answers '"$kind"': Prism took/p' "$tools/log/prism-$kind.log"
}

scripts/tools.sh rust
mkdir -p "$tools/log"
ensure_prism
step prism-build "building the client's tests (some minutes the first time)" \
  cargo test --locked -p catena --test catena_client --no-run
run_calls static
run_calls dynamic --dynamic
