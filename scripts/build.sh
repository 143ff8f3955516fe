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
mkdir -p "$folder"
# The moment of the start: what is edited during the build is built the next time.
touch "$stamp.new"
rm -f "$stamp"
say "build, 1 of 5: tools"
scripts/tools.sh build
say "build, 2 of 5: the program that makes the site files (scripts/site)"
cargo build --locked --manifest-path scripts/site/Cargo.toml --target-dir "$target_dir/tools"
say "build, 3 of 5: the pages' WASM"
cargo build --locked -p app --lib --target wasm32-unknown-unknown --no-default-features --features hydrate --profile wasm-release
say "build, 4 of 5: style, WASM and JavaScript as browsers load them: $folder/site"
"$target_dir/tools/debug/site" "$target_dir/wasm32-unknown-unknown/wasm-release/app.wasm" "$folder"
say "build, 5 of 5: the server: $folder/onramp"
cargo build --locked -p server --bin onramp --profile "$profile"
mv "$stamp.new" "$stamp"
say "build: done in $((SECONDS - started)) s"
