#!/usr/bin/env bash
# Prints the path of a Chromium that runs, installing one where there is none. Needs end2end/node_modules.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Asking for the version also weeds out Ubuntu's stub that only points to a snap.
runs() { [ -n "$1" ] && "$1" --version </dev/null >/dev/null 2>&1; }

# Prints the first that runs: $CHROMIUM, then PATH, then where macOS and Playwright keep theirs.
find_chromium() {
  local candidate
  for candidate in \
    chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium" \
    "$(cd end2end && node -p 'require("@playwright/test").chromium.executablePath()' 2>/dev/null)"; do
    candidate=$(command -v "$candidate" || true)
    if runs "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  return 1
}

is_debian() { [ -r /etc/os-release ] && grep -q '^ID=debian$' /etc/os-release; }

install_from_debian() {
  as_root apt-get update \
    && as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium fonts-dejavu-core
}

if [ -n "${CHROMIUM:-}" ]; then
  runs "$CHROMIUM" || die "CHROMIUM names $CHROMIUM, which does not run: correct it or unset it"
  printf '%s\n' "$CHROMIUM"
  exit
fi

find_chromium && exit

if is_debian && has apt-get && can_be_root; then
  step chromium "installing Debian's Chromium for the end-to-end tests (about 1 minute)" install_from_debian || true
  find_chromium && exit
fi

# With root it also adds the system libraries that Chromium needs.
if can_be_root; then with_deps=--with-deps; else with_deps=; fi
step chromium "installing Playwright's Chromium for the end-to-end tests (about 1 minute)" \
  playwright install ${with_deps:+"$with_deps"} chromium || true
find_chromium && exit

die "no Chromium that runs was found or could be installed: install Chromium or Google Chrome (Debian: apt-get install chromium), or set CHROMIUM to its path"
