#!/usr/bin/env bash
# Sets up a fresh Debian 12, builds and runs all tests. Ends with one summary; fails when anything failed or no test ran.
#
#   asan      unit and UI tests under ASan+UBSan
#   tsan      unit tests (session, wire, traffic) under TSan
#   package   the Debian package, in a fresh system
#   mingw     unit and peer tests under Wine
#   windows   these, the UI tests and ipclens.exe from end to end under Wine, and what the release is made of
#   clang     a second compiler reads all that is built for Windows
#   dev       unit and UI tests without sanitizers
#   load      a million messages of eight senders under Wine, each checked: about five minutes
#
#   tests/run.sh                    asan, tsan and package; windows and clang where the Qt for Windows is there, else mingw
#   tests/run.sh --windows          windows, clang and package; builds the Qt for Windows when it is not there
#   tests/run.sh dev mingw          only these
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../app/setup.sh"

. "$root/app/windows-qt.sh"

presets=("$@")
need_packages "${build_packages[@]}" "${run_packages[@]}" tshark
missing=()
if [ ${#presets[@]} -eq 0 ]; then
    if have_windows_qt; then
        presets=(asan tsan windows clang package)
    else
        presets=(asan tsan mingw package)
        missing=("NOT TESTED, as the Qt for Windows is not there: ipclens.exe, the window on Windows, the second compiler."
            "            \"tests/run.sh --windows\" builds it and tests them.")
    fi
elif [ "${presets[*]}" = --windows ]; then
    make_windows_qt
    presets=(windows clang package)
fi

results=$build/test-results
rm -rf "$results"
mkdir -p "$results"
rows=()
passed=0 failed=0 skipped=0

count() { sed -n "s/^\[ *$1 *\] \([0-9]\+\) tests\?.*/\1/p" "$2" | tail -n 1; }

# run_program NAME COMMAND...: runs one GoogleTest program and adds its counts.
run_program() {
    local name=$1 log=$results/$1.log code=0 began=$SECONDS
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
        tr -d '\r' <"$log" |
            grep -aE -A 5 '^\[ *FAILED|Failure$|ERROR: |WARNING: ThreadSanitizer|runtime error|SUMMARY' | head -n 80 || true
        tail -n 25 "$log"
        echo "exit code $code; the whole log: ${log#"$root"/}"
    }
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
    rows+=("$(printf '%-24s %6d passed %4d failed %4d skipped %6d s' "$name" "$ok" "$bad" "$left" $((SECONDS - began)))")
}

# check NAME COMMAND...: one test that is not GoogleTest's.
check() {
    local name=$1 log=$results/$1.log ok=1 began=$SECONDS
    shift
    say "Checking $name"
    "$@" >"$log" 2>&1 || {
        ok=0
        tail -n 25 "$log"
        echo "the whole log: ${log#"$root"/}"
    }
    passed=$((passed + ok)) failed=$((failed + 1 - ok))
    rows+=("$(printf '%-24s %6d passed %4d failed %22d s' "$name" "$ok" $((1 - ok)) $((SECONDS - began)))")
}

# A configuration that does not build has failed; the others still run.
build_tests() {
    local preset=$1 log=$results/$1-build.log began=$SECONDS
    shift
    if configure_and_build "$preset" "$@" >"$log" 2>&1; then
        rows+=("$(printf '%-24s %45d s' "$preset, building" $((SECONDS - began)))")
        return 0
    fi
    grep -aE 'error|FAILED|CMake Error' "$log" | head -n 40 || tail -n 40 "$log"
    failed=$((failed + 1))
    rows+=("$(printf '%-24s %s' "$preset" 'does not build')")
    return 1
}

# Compiles everything for Windows a second time, with clang and warnings as errors; links nothing.
read_with_clang() {
    (cd "$root" && cmake --preset windows-clang -Wno-dev --log-level=WARNING) &&
        ninja -k 0 -C "$build/windows-clang" ipclens_ui_autogen ipclens_ui_tests_autogen &&
        ninja -C "$build/windows-clang" -t targets all | sed -n 's/^\(\(core\|ui\|app\|tests\)\/.*\.cpp\.obj\): .*/\1/p' >"$results/clang-objects" &&
        [ -s "$results/clang-objects" ] && xargs ninja -k 0 -C "$build/windows-clang" <"$results/clang-objects"
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
            check cpp-sender env -u DISPLAY bash "$root/tests/cpp-sender.sh" "$bin"
        fi
        ;;
    load)
        if build_tests mingw ipclens_peer_tests ipclens-cli; then
            make_wine_prefix
            trap end_wine EXIT
            run_program load env -u DISPLAY IPCLENS_MESSAGES=1000000 wine "$build/mingw/bin/ipclens_peer_tests.exe" \
                --gtest_filter=Traffic.isCompleteUnderLoad
            grep -a dropped "$results/load.log" || true
        fi
        ;;
    windows)
        make_windows_qt
        configure_windows
        if build_tests windows ipclens ipclens-cli ipclens-demo ipclens_unit_tests ipclens_peer_tests ipclens_ui_tests \
            ipclens_window_tests; then
            make_wine_prefix
            trap end_wine EXIT
            run_program wine-unit env -u DISPLAY wine "$bin/ipclens_unit_tests.exe"
            run_program wine-peer env -u DISPLAY wine "$bin/ipclens_peer_tests.exe"
            check cpp-sender env -u DISPLAY bash "$root/tests/cpp-sender.sh" "$bin"
            start_display
            make_wine_prefix window
            # Wine keeps Qt's variables from its programs.
            run_program windows-ui wine "$bin/ipclens_ui_tests.exe" -platform windows
            run_program windows-end-to-end env "IPCLENS_PICTURES=Z:$results/window" wine "$bin/ipclens_window_tests.exe"
            check windows-release bash "$root/tests/windows-release.sh"
        fi
        ;;
    clang)
        make_windows_qt
        need_packages clang-19
        check clang read_with_clang
        ;;
    package)
        check package bash "$root/tests/package.sh"
        ;;
    *)
        echo "tests/run.sh: no \"$preset\" with tests; there are dev, asan, tsan, mingw, load, windows, clang and package" >&2
        exit 2
        ;;
    esac
done

say "Summary"
printf '%s\n' "${rows[@]}"
[ ${#missing[@]} -eq 0 ] || printf '************ %s\n' "${missing[@]}"
[ $((passed + failed)) -gt 0 ] || { echo "no test ran"; exit 1; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
