#!/usr/bin/env bash
# Licences, sources and bans of every dependency; known advisories when their database can be fetched.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/tools.sh deny
say "cargo deny: licences, bans, sources"
cargo deny --locked --log-level error check licenses bans sources

# A network that is away says nothing about our dependencies, so it does not fail the check.
if step advisory-db "fetching the RustSec advisory database (some seconds)" \
  env GIT_TERMINAL_PROMPT=0 GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=30 cargo deny fetch db; then
  say "cargo deny: advisories"
  cargo deny --offline --locked --log-level error check advisories
else
  say "WARNING: advisories were NOT checked, as the database could not be fetched (the reason is above)"
fi
