#!/usr/bin/env bash
# Makes the Windows release on a Debian 12 machine: cross-builds Qt and QCustomPlot once (into the user's cache folder, or
# where IPCLENS_CACHE says), then ipclens.exe, ipclens-cli.exe and the demo, and packs them.
#
#   app/build-windows.sh            ends with build/windows/ipclens-VERSION-windows-x64.zip
#   app/build-windows.sh --qt       only Qt and QCustomPlot
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
. "$root/app/windows-qt.sh"

need_packages "${build_packages[@]}"
make_windows_qt
[ "${1:-}" != --qt ] || exit 0

configure_windows
configure_and_build windows ipclens ipclens-cli ipclens-demo
collect_notices >"$build/windows/THIRD-PARTY.txt"
say "Packing"
(cd "$build/windows" && cpack --config CPackConfig.cmake -G ZIP >cpack.log || {
    cat cpack.log
    exit 1
})
ls -l "$build"/windows/bin/{ipclens,ipclens-cli,ipclens-demo}.exe "$build"/windows/ipclens-*-windows-x64.zip
