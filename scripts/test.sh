#!/usr/bin/env bash
# Every test there is.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "tests, 1 of 4: tools"
scripts/tools.sh build e2e fuzz proxies
say "tests, 2 of 4: unit, property and integration tests (cargo test)"
cargo test --locked --workspace
cargo test --locked --manifest-path scripts/site/Cargo.toml --target-dir "$target_dir/tools"
say "tests, 3 of 4: arbitrary bytes, 10 s for each fuzz target"
scripts/fuzz.sh 10
say "tests, 4 of 4: end-to-end tests, in Chromium"
scripts/e2e.sh
say "tests: all passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
