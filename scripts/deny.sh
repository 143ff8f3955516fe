#!/usr/bin/env bash
# Licences, sources and bans of every dependency; known advisories when their database can be fetched.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/tools.sh deny
say "cargo deny: licences, bans, sources"
cargo deny --locked --log-level error check licenses bans sources

say "every direct dependency has its line in docs/dependencies.md"
names=$(for manifest in Cargo.toml fuzz/Cargo.toml scripts/site/Cargo.toml; do
  cargo metadata --locked --no-deps --format-version 1 --manifest-path "$manifest"
done | node -e '
  const lines = require("fs").readFileSync(0, "utf8").trim().split("\n");
  const packages = lines.flatMap((line) => JSON.parse(line).packages);
  const { devDependencies } = require("./end2end/package.json");
  const ours = new Set(packages.map((p) => p.name));
  const crates = packages.flatMap((p) => p.dependencies.map((d) => d.name)).filter((name) => !ours.has(name));
  console.log([...new Set([...crates, ...Object.keys(devDependencies)])].join("\n"));')
for name in $names; do
  grep -Eq "^\|([^|]*, )? ?$name(,[^|]*)? \|" docs/dependencies.md || die "$name has no line in docs/dependencies.md: say what it is for, why not our own code, how well it is kept"
done

# A network that is away says nothing about our dependencies, so it does not fail the check.
if step advisory-db "fetching the RustSec advisory database (some seconds)" \
  env GIT_TERMINAL_PROMPT=0 GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=30 cargo deny fetch db; then
  say "cargo deny: advisories"
  cargo deny --offline --locked --log-level error check advisories
else
  say "WARNING: advisories were NOT checked, as the database could not be fetched (the reason is above)"
fi
