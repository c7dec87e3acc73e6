#!/usr/bin/env bash
# Builds and runs the benchmarks: each line is our figure, a baseline measured in the same run, and their ratio.
# Run it on an otherwise idle machine.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../app/setup.sh"
. "$root/app/windows-qt.sh"

need_packages "${build_packages[@]}" "${run_packages[@]}" libbenchmark-dev tshark
configure_and_build release ipclens_wire_bench ipclens_scan_bench ipclens_hex_view_bench ipclens_first_paint_bench \
    ipclens_graph_bench ipclens_filter_bench ipclens_arrival_bench ipclens-cli
cross=mingw
! have_windows_qt || { cross=windows && configure_windows; }
configure_and_build $cross ipclens-cli ipclens_pipe_peer ipclens_process_read_bench ipclens_process_scan_bench ipclens_inbox_bench \
    ipclens_holders_bench
make_wine_prefix
trap end_wine EXIT
windows=$build/$cross/bin
native=$build/release/bin

say "Figures"
unset DISPLAY
"$native/ipclens_wire_bench" "wine '$windows/ipclens-cli.exe' serve" "wine '$windows/ipclens_pipe_peer.exe'"
wine "$windows/ipclens_process_read_bench.exe"
wine "$windows/ipclens_process_scan_bench.exe"
wine "$windows/ipclens_inbox_bench.exe"
wine "$windows/ipclens_holders_bench.exe"
"$native/ipclens_scan_bench"
QT_QPA_PLATFORM=offscreen "$native/ipclens_hex_view_bench"
"$native/ipclens_graph_bench"
(cd "$root" && "$native/ipclens_filter_bench" "$native/ipclens-cli")
QT_QPA_PLATFORM=offscreen "$native/ipclens_arrival_bench"
xvfb-run -a -s '-screen 0 1920x1080x24' "$native/ipclens_first_paint_bench"

# The same on Windows, where the window has to start within 1.5 times a bare one.
if [ $cross = windows ]; then
    configure_and_build windows ipclens_first_paint_bench
    start_display
    make_wine_prefix window
    wine "$windows/ipclens_first_paint_bench.exe"
else
    echo "The start of ipclens.exe is not measured: app/build-windows.sh --qt builds the Qt for it."
fi
