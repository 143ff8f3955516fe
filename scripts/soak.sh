#!/usr/bin/env bash
# The crash test at length: soak.sh [CRASHES].
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

crashes=${1:-100}
scripts/tools.sh rust
say "killing the server $crashes times under load"
ONRAMP_CRASHES=$crashes cargo test -p server --test durability crash -- --nocapture
say "soak: passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
