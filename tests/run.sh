#!/usr/bin/env bash
# Sets up a fresh Debian 12, builds and runs all tests: unit and UI tests natively and under ASan+UBSan, unit tests (session,
# wire, traffic) under TSan, unit and peer tests under Wine. Ends with one summary; fails when anything failed or no test ran.
#
#   tests/run.sh                    everything
#   tests/run.sh dev mingw          only these presets
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../app/setup.sh"

presets=("$@")
[ ${#presets[@]} -gt 0 ] || presets=(dev asan tsan mingw)
need_packages "${build_packages[@]}" "${run_packages[@]}"

results=$build/test-results
rm -rf "$results"
mkdir -p "$results"
rows=()
passed=0 failed=0 skipped=0

count() { sed -n "s/^\[ *$1 *\] \([0-9]\+\) tests\?.*/\1/p" "$2" | tail -n 1; }

# run_program NAME COMMAND...: runs one GoogleTest program and adds its counts.
run_program() {
    local name=$1 log=$results/$1.log code=0
    shift
    say "Testing $name"
    timeout --kill-after=10 1200 "$@" </dev/null >"$log" 2>&1 || code=$?
    local ok bad left
    ok=$(count PASSED "$log")
    bad=$(count FAILED "$log")
    left=$(count SKIPPED "$log")
    ok=${ok:-0} bad=${bad:-0} left=${left:-0}
    # A program that crashed, hung or ran nothing has failed, whatever it counted before.
    if [ "$bad" -eq 0 ] && { [ "$code" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
        bad=1
    fi
    [ "$bad" -eq 0 ] || {
        grep -aE '^\[ *FAILED|Failure$|ERROR: |WARNING: ThreadSanitizer|runtime error|SUMMARY' "$log" | head -n 40 || true
        tail -n 25 "$log"
        echo "exit code $code; the whole log: ${log#"$root"/}"
    }
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
    rows+=("$(printf '%-24s %6d passed %4d failed %4d skipped' "$name" "$ok" "$bad" "$left")")
}

# A configuration that does not build has failed; the others still run.
build_tests() {
    local preset=$1 log=$results/$1-build.log
    shift
    if configure_and_build "$preset" "$@" >"$log" 2>&1; then
        return 0
    fi
    grep -aE 'error|FAILED|CMake Error' "$log" | head -n 40 || tail -n 40 "$log"
    failed=$((failed + 1))
    rows+=("$(printf '%-24s %s' "$preset" 'does not build')")
    return 1
}

export QT_QPA_PLATFORM=offscreen
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LSAN_OPTIONS=suppressions=$root/tests/leaks.supp:print_suppressions=0
export TSAN_OPTIONS=halt_on_error=1

for preset in "${presets[@]}"; do
    say "Building the tests with preset $preset"
    bin=$build/$preset/bin
    case $preset in
    dev | asan)
        programs=()
        [ "$preset" = asan ] || programs=(ipclens ipclens-cli)
        if build_tests "$preset" ipclens_unit_tests ipclens_ui_tests "${programs[@]}"; then
            run_program "$preset-unit" "$bin/ipclens_unit_tests"
            run_program "$preset-ui" "$bin/ipclens_ui_tests"
        fi
        ;;
    tsan)
        # Without address randomisation: ThreadSanitizer's shadow needs its usual places.
        if build_tests tsan ipclens_unit_tests; then
            run_program tsan-unit setarch "$(uname -m)" -R "$bin/ipclens_unit_tests"
        fi
        ;;
    mingw)
        if build_tests mingw ipclens_unit_tests ipclens_peer_tests ipclens-cli ipclens-demo; then
            make_wine_prefix
            trap end_wine EXIT
            run_program wine-unit env -u DISPLAY wine "$bin/ipclens_unit_tests.exe"
            run_program wine-peer env -u DISPLAY wine "$bin/ipclens_peer_tests.exe"
        fi
        ;;
    *)
        echo "tests/run.sh: no preset \"$preset\" with tests; there are dev, asan, tsan and mingw" >&2
        exit 2
        ;;
    esac
done

say "Summary"
printf '%s\n' "${rows[@]}"
[ $((passed + failed)) -gt 0 ] || { echo "no test ran"; exit 1; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
