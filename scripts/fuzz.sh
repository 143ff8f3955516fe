#!/usr/bin/env bash
# Fuzzes the code that reads bytes from outside, for SECONDS (60) per target. Starts from fuzz/seeds and what earlier runs found
# (fuzz/corpus, on this machine only). A crash ends it and leaves its input in fuzz/artifacts: turn that into a unit test beside
# the fixed code, and a file in fuzz/seeds.
#   scripts/fuzz.sh [SECONDS]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seconds=${1:-60}
case $seconds in '' | *[!0-9]* | 0) die "SECONDS must be a whole number above 0, not “$seconds”" ;; esac

scripts/tools.sh fuzz
# No sanitizer: those need nightly Rust, and this repository has no unsafe code for them to check. The coverage counters that guide
# the fuzzer work on the pinned stable Rust; debug assertions and overflow checks are on.
options=(--sanitizer none --target-dir "$target_dir/fuzz")
say "building the fuzz targets (about 2 minutes on 2 cores the first time)"
cargo fuzz build "${options[@]}"
for target in delivery verifier; do
  mkdir -p "fuzz/corpus/$target"
  # New inputs go to the first folder. The memory limit stops bodies that decompress without end.
  step "fuzz-$target" "fuzzing $target for $seconds s" \
    cargo fuzz run "${options[@]}" "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
    -dict=fuzz/words.dict -max_total_time="$seconds" -timeout=5 -rss_limit_mb=512 -print_final_stats=1
  say "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$tools/log/fuzz-$target.log") inputs, no finding"
done
