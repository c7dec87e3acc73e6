# What app/run.sh, tests/run.sh and tests/bench/run.sh share; sourced, not run.
# Sets: root, build. Gives: need_packages, make_wine_prefix, say.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build

say() { printf '\n== %s\n' "$*"; }

build_packages=(cmake ninja-build ccache g++ qt6-base-dev libgl-dev libqcustomplot-dev g++-mingw-w64-x86-64-posix
    libmsgpack-cxx-dev nlohmann-json3-dev libcli11-dev libfmt-dev googletest)
run_packages=(wine wine64 xvfb xauth fonts-dejavu-core)

# Installs those of the Debian packages named that are missing, after saying which.
need_packages() {
    local package missing=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "Installing ${#missing[@]} missing Debian packages: ${missing[*]}"
    local sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# configure_and_build PRESET TARGET...
configure_and_build() {
    local preset=$1
    shift
    say "Building with preset $preset: $*"
    (cd "$root" && cmake --preset "$preset" -Wno-dev --log-level=WARNING >/dev/null) &&
        cmake --build "$build/$preset" --target "$@"
}

# Makes and uses a Wine prefix of our own in the build folder: no windows on any display, no Mono, no HTML engine.
# Large blocks stay with wineserver's allocator: 1 MiB messages are five times as fast so.
make_wine_prefix() {
    export WINEPREFIX=$build/wine-prefix WINEDEBUG=-all
    export WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe=d"
    export MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=268435456
    [ -e "$WINEPREFIX/ready" ] && return
    say "Making a Wine prefix in build/wine-prefix"
    mkdir -p "$WINEPREFIX"
    env -u DISPLAY wineboot -i >/dev/null 2>&1
    # Without a display, top-level windows are made only with the null driver, and only after a restart of the server.
    env -u DISPLAY wine reg add 'HKCU\Software\Wine\Drivers' /v Graphics /d null /f >/dev/null
    wineserver -k || true
    wineserver -w
    touch "$WINEPREFIX/ready"
}

end_wine() {
    [ -n "${WINEPREFIX:-}" ] && wineserver -k 2>/dev/null || true
}
