#!/usr/bin/env bash
# All that is judged without running anything: format, lints, documentation, dependencies.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "check, 1 of 4: format"
scripts/tools.sh rust
cargo fmt --all --check
cargo fmt --manifest-path fuzz/Cargo.toml --check
cargo fmt --manifest-path scripts/site/Cargo.toml --check
say "check, 2 of 4: lints"
scripts/lint.sh
say "check, 3 of 4: documentation"
scripts/doc.sh
say "check, 4 of 4: dependencies"
scripts/deny.sh
