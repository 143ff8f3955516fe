#!/usr/bin/env bash
# Builds Onramp and the site files beside it; does nothing when nothing changed since the last time.
#   scripts/build.sh [dev|release]      dev, for trying and testing: target/debug; release, for use: target/release
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

profile=${1:-dev}
case $profile in
  dev) folder="$target_dir/debug" ;;
  release) folder="$target_dir/release" ;;
  *) die "unknown profile: $profile (known: dev, release)" ;;
esac
stamp="$folder/.onramp-built"

# Directories are compared too: a removed file shows in its directory's time.
is_built() {
  [ -x "$folder/onramp" ] && [ -d "$folder/site" ] && [ -e "$folder/hash.txt" ] && [ -e "$stamp" ] || return 1
  local inputs=() input
  for input in Cargo.toml Cargo.lock rust-toolchain.toml .cargo app crates server style public scripts/site scripts/build.sh; do
    [ ! -e "$input" ] || inputs+=("$input")
  done
  [ -z "$(find "${inputs[@]}" -newer "$stamp" -print -quit)" ]
}

if is_built; then
  say "build: nothing changed, $folder is up to date"
  exit
fi

started=$SECONDS
say "building in $folder (some minutes the first time)"
mkdir -p "$folder"
# The moment of the start: what is edited during the build is built the next time.
touch "$stamp.new"
rm -f "$stamp"
scripts/tools.sh build

# Style, WASM and JavaScript as browsers load them. Its Cargo profile has folders of its own, so it waits for no lock.
# A failure must end it here by `&&`: `step` calls it where `set -e` has no effect.
make_site() {
  local program="$target_dir/tools/debug/site" wasm="$target_dir/wasm32-unknown-unknown/wasm-release/app.wasm"
  cargo build --locked --manifest-path scripts/site/Cargo.toml --target-dir "$target_dir/tools" \
    && cargo build --locked -p app --lib --target wasm32-unknown-unknown --no-default-features --features hydrate --profile wasm-release \
    || return
  # Most edits change the server only. hash.txt is written last.
  [ -d "$folder/site" ] && [ -e "$folder/hash.txt" ] \
    && [ -z "$(find "$program" "$wasm" style public -newer "$folder/hash.txt" -print -quit)" ] \
    || "$program" "$wasm" "$folder"
}

# Both at once: each has stretches of a minute that use a single core.
set -m
step site "building the site files in $folder/site; their output is in $tools/log/site.log" make_site &
site=$!
set +m
# Its own process group: a Ctrl-C in the terminal doesn't reach it.
trap 'kill -- "-$site" 2>/dev/null || true' EXIT
say "building the server at the same time: $folder/onramp"
cargo build --locked -p server --bin onramp --profile "$profile"
say "the server is built, waiting for the site files"
wait "$site"
trap - EXIT
mv "$stamp.new" "$stamp"
say "build: done in $((SECONDS - started)) s"
