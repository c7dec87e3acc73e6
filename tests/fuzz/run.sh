#!/usr/bin/env bash
# Builds the libFuzzer targets with clang and lets each look for crashes: run.sh [SECONDS] [TARGET...], 600 seconds and all unless told.
# Starts from tests/fuzz/seeds; what it finds on the way is kept in build/fuzz/corpus, a crash in build/fuzz.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-600}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(filter layout capture wire)
compiler=${CXX:-clang++-19}
. app/setup.sh
[ -n "${CXX:-}" ] || need_packages clang-19 libclang-rt-19-dev

out=build/fuzz
mkdir -p $out/objects
flags=(-std=c++23 -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -I. -DFMT_HEADER_ONLY
       -DMSGPACK_NO_BOOST -DIPCLENS_VERSION='"fuzz"')
sources=(core/model/*.cpp core/text/*.cpp core/traffic/*.cpp)
for target in "${targets[@]}"; do
    [ "$target" = wire ] && sources+=(core/wire/*.cpp core/os/linux/byte_stream.cpp)
done

# One object a source, made anew when it or any header has changed.
newest=$(find core tests/fuzz -name '*.h' -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2-)
objects=()
jobs=$(nproc)
for source in "${sources[@]}"; do
    object=$out/objects/${source//\//_}.o
    objects+=("$object")
    if [ ! -e "$object" ] || [ "$source" -nt "$object" ] || [ "$newest" -nt "$object" ]; then
        while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
        "$compiler" "${flags[@]}" -c "$source" -o "$object" &
    fi
done
while [ "$(jobs -rp | wc -l)" -gt 0 ]; do wait -n; done

# A library, so that only what a target needs is linked.
rm -f $out/core.a
ar rcs $out/core.a "${objects[@]}"

for target in "${targets[@]}"; do
    "$compiler" "${flags[@]}" -fsanitize=fuzzer tests/fuzz/${target}_fuzz.cpp $out/core.a -pthread -o $out/${target}_fuzz
    mkdir -p $out/corpus/$target tests/fuzz/seeds/$target
    echo "== $target, $seconds s"
    # As long as a filter or a struct may be: chains and nesting go deep only then.
    limits=()
    case $target in filter | layout) limits=(-max_len=66000 -len_control=10) ;; esac
    $out/${target}_fuzz -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 "${limits[@]}" -artifact_prefix=$out/$target- \
        -print_final_stats=1 \
        $out/corpus/$target tests/fuzz/seeds/$target
done
