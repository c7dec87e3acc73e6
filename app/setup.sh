# What app/run.sh, tests/run.sh and tests/bench/run.sh share; sourced, not run.
# Sets: root, build. Gives: need_packages, make_wine_prefix, start_display, say.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build

say() { printf '\n== %s\n' "$*"; }

build_packages=(cmake ninja-build ccache g++ qt6-base-dev libgl-dev libqcustomplot-dev g++-mingw-w64-x86-64-posix
    libmsgpack-cxx-dev nlohmann-json3-dev libcli11-dev libfmt-dev googletest)
# Wine has no fonts of its own on Debian: fonts-wine brings what menus and dialogs ask for (Tahoma), fonts-liberation what stands
# for Arial and Courier New.
run_packages=(wine wine64 xvfb xauth fonts-dejavu-core fonts-wine fonts-liberation)

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Installs those of the Debian packages named that are missing, after saying which.
need_packages() {
    local package missing=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "Installing ${#missing[@]} missing Debian packages: ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# configure_and_build PRESET TARGET...
configure_and_build() {
    local preset=$1
    shift
    say "Building with preset $preset: $*"
    (cd "$root" && cmake --preset "$preset" -Wno-dev --log-level=WARNING >/dev/null) &&
        cmake --build "$build/$preset" --target "$@"
}

# make_wine_prefix [window]: makes and uses a Wine prefix of our own in the build folder: no Mono, no HTML engine, and no windows
# on any display, unless it is the one for programs with windows, which needs DISPLAY. A prefix does one or the other.
# Large blocks stay with wineserver's allocator: 1 MiB messages are five times as fast so.
make_wine_prefix() {
    export WINEPREFIX=$build/wine-prefix${1:+-$1} WINEDEBUG=-all
    export WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe=d"
    export MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=268435456
    [ -e "$WINEPREFIX/ready" ] && return
    say "Making a Wine prefix in ${WINEPREFIX#"$root"/}"
    mkdir -p "$WINEPREFIX"
    if [ -n "${1:-}" ]; then
        wineboot -i >/dev/null 2>&1
        # Debian's Wine does not look where Debian keeps Wine's fonts; and what stands for Windows' own ones must be said.
        ln -sf /usr/share/wine/fonts/*.ttf "$WINEPREFIX/drive_c/windows/Fonts/"
        local pair
        for pair in 'Courier New=Liberation Mono' 'Arial=Liberation Sans' 'Segoe UI=Tahoma'; do
            wine reg add 'HKCU\Software\Wine\Fonts\Replacements' /v "${pair%=*}" /d "${pair#*=}" /f >/dev/null
        done
    else
        env -u DISPLAY wineboot -i >/dev/null 2>&1
        # Without a display, top-level windows are made only with the null driver, and only after a restart of the server.
        env -u DISPLAY wine reg add 'HKCU\Software\Wine\Drivers' /v Graphics /d null /f >/dev/null
    fi
    wineserver -k || true
    wineserver -w
    touch "$WINEPREFIX/ready"
}

# Ends what make_wine_prefix and start_display began.
end_wine() {
    local prefix
    for prefix in "$build"/wine-prefix*; do
        [ ! -e "$prefix/ready" ] || WINEPREFIX=$prefix wineserver -k 2>/dev/null || true
    done
    [ -z "${display_server:-}" ] || kill "$display_server" 2>/dev/null || true
}

# A display of our own, nothing of which anybody sees; sets DISPLAY.
start_display() {
    local number
    exec {display_pipe}< <(exec Xvfb -displayfd 1 -screen 0 1680x1050x24 -nolisten tcp 2>/dev/null)
    display_server=$!
    read -r -u "$display_pipe" number
    export DISPLAY=:$number
}
