#!/usr/bin/env bash
# Builds what is not built and starts Onramp; arguments go to it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/build.sh quick
exec "$binary" "$@"
