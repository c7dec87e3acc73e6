#!/usr/bin/env bash
# The main job: sets up a fresh Debian 12, builds, starts the demo programs and a session under Wine, and opens the window on
# it. Without a display it runs under Xvfb, walks through a tour and saves a screenshot of each step.
#
#   app/run.sh             the window, or the tour when there is no display
#   app/run.sh --tour      the tour, under Xvfb, also with a display
#   app/run.sh OPTION...   further options go to the window: --open section:MySharedMem, --theme dark, ...
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

tour=
if [ "${1:-}" = --tour ]; then
    tour=yes
    shift
fi
[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || tour=yes

need_packages "${build_packages[@]}" "${run_packages[@]}"
configure_and_build dev ipclens
configure_and_build mingw ipclens-cli ipclens-demo
make_wine_prefix
programs=$build/mingw/bin

# The demo programs end when their standard input does: it is this pipe, which only this script keeps open.
demo=$(mktemp -d)
mkfifo "$demo/input"
exec 9<>"$demo/input"
cleanup() {
    trap - EXIT INT TERM
    exec 9>&-
    end_wine
    wait 2>/dev/null || true
    rm -rf "$demo"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Starting the demo: produce and consume, under Wine"
for role in produce consume; do
    env -u DISPLAY wine "$programs/ipclens-demo.exe" "$role" <"$demo/input" >"$build/demo-$role.log" 2>&1 9>&- &
done

connect="env -u DISPLAY wine '$programs/ipclens-cli.exe' serve"
if [ -n "$tour" ]; then
    say "Walking through the window under Xvfb; screenshots go to build/tour"
    rm -rf "$build/tour"
    mkdir -p "$build/tour"
    xvfb-run -a -s '-screen 0 1680x1050x24' "$build/dev/bin/ipclens" --connect "$connect" --tour "$build/tour" "$@" 9>&-
else
    say "Opening the window; close it or press Ctrl+C to end everything"
    "$build/dev/bin/ipclens" --connect "$connect" "$@" 9>&-
fi
