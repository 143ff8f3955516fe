#!/usr/bin/env bash
# The crates' documentation, private items included, in target/doc. A warning, such as a broken link, is an error.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/tools.sh rust
say "rustdoc"
# Links to private items work here, because private items have pages too.
RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links${RUSTDOCFLAGS:+ $RUSTDOCFLAGS}" \
  cargo doc --locked --workspace --no-deps --document-private-items
say "open $target_dir/doc/catena/index.html, or another crate beside it"
