#!/usr/bin/env bash
# Measures Onramp beside a bare route, Flask and Express, and prints Markdown; arguments go to the bench. A whole run, without
# arguments, also puts the numbers into docs/benchmarks.md.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

contestants=server/benches/contestants
installed="$tools/bench"
page=docs/benchmarks.md

# The copy of the list beside an installation says what is installed.
ensure_flask() {
  local list=$contestants/flask/requirements.txt
  cmp -s "$list" "$installed/flask/.installed" && return
  has python3 || die "Python is missing, which Flask needs: install Python 3.11 or newer (Debian: apt-get install python3-venv)"
  rm -rf "$installed/flask"
  step flask "installing Flask and gunicorn to measure Onramp beside them (some seconds)" install_flask "$list"
  cp "$list" "$installed/flask/.installed"
}

install_flask() { python3 -m venv "$installed/flask" && "$installed/flask/bin/pip" install --no-deps --requirement "$1"; }

# better-sqlite3 is built here, with SQLite as Onramp has it (.cargo/config.toml), so that Express isn't slower for a reason
# that isn't its own. Node's headers are often beside Node.
ensure_express() {
  local here=$contestants/express
  cmp -s "$here/package-lock.json" "$installed/express/.installed" || {
    rm -rf "$installed/express"
    mkdir -p "$installed/express"
    cp "$here/package.json" "$here/package-lock.json" "$installed/express"
    step express "installing Express and better-sqlite3 to measure Onramp beside them (about 2 minutes)" install_express
    cp "$here/package-lock.json" "$installed/express/.installed"
  }
  # Node looks for packages beside the file.
  cp "$here/app.js" "$installed/express"
}

install_express() {
  local nodedir
  nodedir=$(node -p 'require("path").resolve(process.execPath, "../..")')
  if [ -e "$nodedir/include/node/node.h" ]; then export npm_config_nodedir="$nodedir"; fi
  CFLAGS=-DHAVE_FDATASYNC=1 npm_config_build_from_source=true npm ci --prefix "$installed/express" --no-audit --no-fund
}

# Puts standard input between the marks of the page.
put_numbers() {
  local numbers new
  numbers=$(mktemp) new=$(mktemp)
  cat >"$numbers"
  awk -v numbers="$numbers" '
    /^<!-- numbers end -->$/ { inside = 0 }
    !inside { print }
    /^<!-- numbers begin/ { inside = 1; print ""; while ((getline line < numbers) > 0) print line }' "$page" >"$new"
  cat "$new" >"$page"
  rm -f "$numbers" "$new"
}

scripts/tools.sh rust
mkdir -p "$installed"
ensure_flask
ensure_express
step bench "building the release binary and the bench (some minutes the first time)" \
  cargo bench --locked -p server --bench load --no-run
started=$SECONDS
out="$tools/log/bench.md"
cargo bench --quiet --locked -p server --bench load -- --installed "$installed" "$@" | tee "$out"
say "bench: done in $((SECONDS - started)) s"
if [ $# -eq 0 ]; then
  put_numbers <"$out"
  say "bench: the numbers are in $page"
fi
