#!/usr/bin/env bash
# Builds target/release/onramp and target/site; does nothing when nothing changed since the last time.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

stamp=target/.onramp-built

# Directories are compared too: a removed file shows in its directory's time.
is_built() {
  [ -x "$binary" ] && [ -d target/site ] && [ -e "$stamp" ] || return 1
  local inputs=() input
  for input in Cargo.toml Cargo.lock rust-toolchain.toml .cargo .sqlx app crates server style public scripts/build.sh; do
    [ ! -e "$input" ] || inputs+=("$input")
  done
  [ -z "$(find "${inputs[@]}" -newer "$stamp" -print -quit)" ]
}

if is_built; then
  say "build: nothing changed, $binary and target/site are up to date"
  exit
fi

say "building the release binary and the site files (some minutes the first time)"
started=$SECONDS
mkdir -p "$(dirname "$stamp")"
# The moment of the start: what is edited during the build is built the next time.
touch "$stamp.new"
# Files of an earlier build have other hashes in their names and would stay forever.
rm -rf "$stamp" target/site
scripts/tools.sh build
cargo leptos build --release --precompress
mv "$stamp.new" "$stamp"
say "build: done in $((SECONDS - started)) s: $binary, target/site"
