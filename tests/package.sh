#!/usr/bin/env bash
# Packs the native window for Debian, installs the package into a fresh Debian 12 that holds nothing else, and starts it there.
# Needs root, for debootstrap. The fresh system is kept in build/debian-root for the next time, without our package.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../app/setup.sh"

need_packages "${build_packages[@]}" debootstrap dpkg-dev
configure_and_build dev ipclens ipclens-cli
say "Packing"
(cd "$build/dev" && rm -f ./*.deb && cpack --config CPackConfig.cmake -G DEB >cpack.log) || {
    cat "$build/dev/cpack.log"
    exit 1
}
package=$(ls "$build"/dev/ipclens_*.deb)

fresh=$build/debian-root
if [ ! -e "$fresh/ready" ]; then
    say "Making a fresh Debian 12 in ${fresh#"$root"/}"
    rm -rf "$fresh"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 'Component: main' | head -n 1)
    debootstrap --variant=minbase bookworm "$fresh" "$mirror" >"$build/debootstrap.log" 2>&1 || {
        tail -n 20 "$build/debootstrap.log"
        exit 1
    }
    touch "$fresh/ready"
fi
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$fresh" "$@"; }

say "Installing ${package##*/} there"
cp "$package" "$fresh/ipclens.deb"
inside sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends /ipclens.deb' >"$build/package-install.log" 2>&1 || {
    tail -n 20 "$build/package-install.log"
    exit 1
}
fail() {
    echo "FAILED: $*"
    exit 1
}
say "Starting it there"
mountpoint -q "$fresh/proc" || mount -t proc proc "$fresh/proc"
trap 'umount "$fresh/proc" 2>/dev/null || true' EXIT
[ "$(inside ipclens --version)" = "$(inside ipclens-cli --version | sed 's/-cli//')" ] || fail "the versions differ"
inside ipclens-cli ps | grep -q PID || fail "ipclens-cli lists no processes"
[ -s "$fresh/usr/share/man/man1/ipclens-cli.1" ] || fail "the manual page is missing"
# Every command is the head of an entry: the line after .TP.
page=$(sed 's/\\-/-/g' "$fresh/usr/share/man/man1/ipclens-cli.1" | grep -A 1 '^\.TP$')
commands=$(inside ipclens-cli --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p')
[ -n "$commands" ] || fail "--help names no commands"
for command in $commands; do
    grep -qE "^\.B[A-Z]* (.*\" ?)?$command( |\"|$)" <<<"$page" || fail "the manual page does not name $command"
done
[ -s "$fresh/usr/share/applications/ipclens.desktop" ] || fail "the desktop entry is missing"
[ -s "$fresh/usr/share/ipclens/ipclens.lua" ] || fail "Wireshark's dissector is missing"
# The tour's first picture is the window with a session that has listed its processes; the rest of it wants the demo.
rm -rf "$fresh/tour"
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen \
    timeout 60 chroot "$fresh" ipclens --tour /tour >"$build/package-tour.log" 2>&1 &
started=$!
until [ -s "$fresh/tour/01-start.png" ] || ! kill -0 "$started" 2>/dev/null; do
    read -r -t 0.2 <> <(:) || true
done
kill "$started" 2>/dev/null || true
wait "$started" 2>/dev/null || true
[ -s "$fresh/tour/01-start.png" ] || {
    cat "$build/package-tour.log"
    fail "the window does not come up"
}
inside apt-get purge -y -qq ipclens >>"$build/package-install.log" 2>&1 || fail "it cannot be removed"
[ ! -e "$fresh/usr/bin/ipclens" ] || fail "it leaves its program behind"
say "The package installs, starts and goes"
