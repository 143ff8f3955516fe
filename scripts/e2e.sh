#!/usr/bin/env bash
# The end-to-end tests, in a real Chromium; arguments go to Playwright.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/build.sh
scripts/tools.sh e2e
CHROMIUM=$(scripts/chromium.sh)
export CHROMIUM ONRAMP_BIN="$binary"
playwright test "$@"
