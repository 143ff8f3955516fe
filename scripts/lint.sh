#!/usr/bin/env bash
# Clippy for the server and for the browser, and the types of the end-to-end tests. A warning is an error.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/tools.sh npm
say "clippy, native"
cargo clippy --locked --workspace --all-targets -- -D warnings
say "clippy, WASM"
cargo clippy --locked -p app --target wasm32-unknown-unknown --no-default-features --features hydrate -- -D warnings
say "clippy, scripts/site"
cargo clippy --locked --manifest-path scripts/site/Cargo.toml --target-dir "$target_dir/tools" --all-targets -- -D warnings
say "types of the end-to-end tests"
(cd end2end && node_modules/.bin/tsc --noEmit)
