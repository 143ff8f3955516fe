#!/usr/bin/env bash
# Builds Onramp and the site files beside it; does nothing when nothing changed since the last time.
#   scripts/build.sh [quick|dev|release]      dev, for tests: target/debug, with the site files as they are in use
#                                             quick, for trying: the same, with site files that are built soon and large
#                                             release, for use: target/release
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mode=${1:-dev}
case $mode in
  quick) profile=dev folder="$target_dir/debug" site_kind=quick wasm_profile=wasm-dev ;;
  dev) profile=dev folder="$target_dir/debug" site_kind=full wasm_profile=wasm-release ;;
  release) profile=release folder="$target_dir/release" site_kind=full wasm_profile=wasm-release ;;
  *) die "unknown mode: $mode (known: quick, dev, release)" ;;
esac
# Its content is the kind of the site files.
stamp="$folder/.onramp-built"

# Full site files are good enough for trying, too.
is_site() { [ "$(cat "$stamp" 2>/dev/null)" = full ] || [ "$(cat "$stamp" 2>/dev/null)" = "$site_kind" ]; }

# Directories are compared too: a removed file shows in its directory's time.
is_built() {
  [ -x "$folder/onramp" ] && [ -d "$folder/site" ] && [ -e "$folder/hash.txt" ] && is_site || return 1
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
had=$(cat "$stamp" 2>/dev/null || true)
# The moment of the start: what is edited during the build is built the next time.
printf '%s\n' "$site_kind" >"$stamp.new"
rm -f "$stamp"
if [ "$site_kind" = full ]; then scripts/tools.sh build; else scripts/tools.sh rust; fi

# Style, WASM and JavaScript as browsers load them. Its Cargo profile has folders of its own, so it waits for no lock.
# A failure must end it here by `&&`: `step` calls it where `set -e` has no effect.
make_site() {
  local program="$target_dir/tools/debug/site" wasm="$target_dir/wasm32-unknown-unknown/$wasm_profile/app.wasm"
  cargo build --locked --manifest-path scripts/site/Cargo.toml --target-dir "$target_dir/tools" \
    && cargo rustc --locked -p app --lib --crate-type cdylib --target wasm32-unknown-unknown --no-default-features --features hydrate --profile "$wasm_profile" \
    || return
  # Most edits change the server only. hash.txt is written last.
  [ "$had" = "$site_kind" ] && [ -d "$folder/site" ] && [ -e "$folder/hash.txt" ] \
    && [ -z "$(find "$program" "$wasm" style public -newer "$folder/hash.txt" -print -quit)" ] \
    || "$program" "$site_kind" "$wasm" "$folder"
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
