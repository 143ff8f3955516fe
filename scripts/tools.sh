#!/usr/bin/env bash
# Installs what is missing on this machine, and only that. A tool found on PATH at the right version is used as it is.
#   scripts/tools.sh [GROUP...]      rust (always), build, npm, e2e, deny, fuzz, proxies; none named: build and e2e
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What no script should install behind a person's back.
need_basics() {
  has cargo || die "Rust is missing: install rustup from https://rustup.rs, then run this again"
  has cc || has gcc || has clang || die "a C compiler is missing: install one (Debian: apt-get install build-essential)"
}

# What `make run` does without.
need_node() {
  { has node && has npm; } || die "Node.js with npm is missing: install version 20 or newer from https://nodejs.org"
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "Node.js $(node --version) is too old: install version 20 or newer from https://nodejs.org"
}

rust_is_ready() {
  local sysroot
  sysroot=$(RUSTUP_AUTO_INSTALL=0 rustc --print sysroot 2>/dev/null) \
    && [ -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ] \
    && [ -x "$sysroot/bin/cargo-clippy" ] && [ -x "$sysroot/bin/rustfmt" ]
}

# The toolchain that rust-toolchain.toml names, with the WASM target.
ensure_rust() {
  rust_is_ready && return
  has rustup || die "this Rust lacks what rust-toolchain.toml names and there is no rustup to add it: install rustup from https://rustup.rs"
  local channel
  channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  step rust "installing Rust $channel with its WASM target: the version this project is built with (about 1 minute)" \
    rustup toolchain install "$channel" --profile minimal --component clippy --component rustfmt --target wasm32-unknown-unknown
}

# `cargo-deny 0.20.2` -> 0.20.2; nothing when the tool is missing.
version_of() { "$@" 2>/dev/null | awk 'NR == 1 { print $2 }' || true; }

# `wasm-opt version 132 (version_132)` -> 132
wasm_opt_version() { wasm-opt --version 2>/dev/null | sed -n 's/^wasm-opt version \([0-9]*\).*/\1/p'; }

ensure_wasm_opt() {
  local found
  need_node
  found=$(wasm_opt_version || true)
  [ "${found:-0}" -ge "$binaryen_version" ] && return
  step wasm-opt "installing wasm-opt $binaryen_version from npm${found:+, as the one on PATH is $found}: it halves the WASM (some seconds)" \
    npm install --prefix "$tools" --no-audit --no-fund --save-exact "binaryen@$binaryen_version"
  hash -r
  found=$(wasm_opt_version || true)
  [ "${found:-0}" -ge "$binaryen_version" ] || die "wasm-opt does not run after its installation: see $tools/log/wasm-opt.log"
}

ensure_cargo_deny() {
  [ "$(version_of cargo-deny --version)" = "$cargo_deny_version" ] && return
  step cargo-deny "installing cargo-deny $cargo_deny_version: it judges licences, sources and advisories of dependencies (about 3 minutes on 2 cores)" \
    env -u CARGO_TARGET_DIR cargo install --locked --debug --root "$tools" --version "=$cargo_deny_version" cargo-deny
}

ensure_cargo_fuzz() {
  has c++ || has g++ || has clang++ || die "the fuzzer is made with a C++ compiler: install one (Debian: apt-get install g++)"
  [ "$(version_of cargo-fuzz --version)" = "$cargo_fuzz_version" ] && return
  step cargo-fuzz "installing cargo-fuzz $cargo_fuzz_version: it builds and runs the fuzz targets (about 1 minute on 2 cores)" \
    env -u CARGO_TARGET_DIR cargo install --locked --debug --root "$tools" --version "=$cargo_fuzz_version" cargo-fuzz
}

# The lock file's copy inside node_modules says what is installed.
ensure_playwright() {
  need_node
  cmp -s end2end/package-lock.json end2end/node_modules/.installed-lock.json && return
  step playwright "installing Playwright for the end-to-end tests, as end2end/package-lock.json says (some seconds)" \
    npm ci --prefix end2end --no-audit --no-fund
  cp end2end/package-lock.json end2end/node_modules/.installed-lock.json
}

# Where a distribution's package puts a program that servers run.
export PATH="$PATH:/usr/sbin"

# Debian's packages unpacked, not installed: an installation would start a web server on this machine.
unpack_proxies() {
  local dir="$tools/proxies"
  rm -rf "$dir" && mkdir -p "$dir" "$tools/bin"
  (cd "$dir" && { apt-get download nginx caddy || { as_root apt-get update && apt-get download nginx caddy; }; }) || return
  local package
  for package in "$dir"/*.deb; do dpkg -x "$package" "$dir" || return; done
  ln -sf ../proxies/usr/sbin/nginx "$tools/bin/nginx"
  ln -sf ../proxies/usr/bin/caddy "$tools/bin/caddy"
}

# The tests say what they could not test, and fail under CI.
ensure_proxies() {
  nginx -v >/dev/null 2>&1 && caddy version >/dev/null 2>&1 && return
  if has apt-get && has dpkg; then
    step proxies "unpacking nginx and Caddy in $tools/proxies for the tests behind a proxy (some seconds)" unpack_proxies || true
  fi
  nginx -v >/dev/null 2>&1 && caddy version >/dev/null 2>&1 \
    || say "nginx and Caddy are missing, so what they pass on is not tested: install both (macOS: brew install nginx caddy)"
}

[ $# -gt 0 ] || set -- build e2e
need_basics
ensure_rust
for group in "$@"; do
  case $group in
    build) ensure_wasm_opt ;;
    rust) ;;
    npm) ensure_playwright ;;
    e2e)
      ensure_playwright
      scripts/chromium.sh >/dev/null
      ;;
    deny) ensure_cargo_deny ;;
    fuzz) ensure_cargo_fuzz ;;
    proxies) ensure_proxies ;;
    *) die "unknown group of tools: $group (known: rust, build, npm, e2e, deny, fuzz, proxies)" ;;
  esac
done
