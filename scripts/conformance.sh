#!/usr/bin/env bash
# Holds both sides against Catena's published documents with the tools of others: schemathesis tries the sandbox, Prism takes the
# client's calls. Arguments go to schemathesis (scripts/schemathesis.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/build.sh
say "conformance, 1 of 2: the sandbox, tried by schemathesis"
scripts/schemathesis.sh "$@"
say "conformance, 2 of 2: every call of the client, taken by Prism"
scripts/prism.sh
say "conformance: passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
