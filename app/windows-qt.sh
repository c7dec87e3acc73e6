# Qt and QCustomPlot for Windows, cross-built once from the distribution's own source packages; sourced after setup.sh.
# Sets: windows_qt, the folder that holds them (and `ready` when they are complete). Gives: have_windows_qt, make_windows_qt.
#
# The folder lies outside the checkout, in IPCLENS_CACHE or the user's cache folder, and is named after the versions and the
# options: a change of either is another folder. A build that was interrupted goes on where it stopped.

qt_packages=(qt6-base-dev qt6-base-dev-tools libqcustomplot-dev g++-mingw-w64-x86-64-posix dpkg-dev cmake ninja-build)

# Static; only what the window, its tests and QCustomPlot use (printing, for QCustomPlot). wintab.h is not in Debian's package,
# hence no tablets. DirectWrite, which large screens look better with, needs what Qt calls Direct2D, but not its drawing (Direct2D
# 1.1). Libraries that Qt carries are taken from Qt: the cross compiler's are not the versions it was tested with.
qt_host=(-DQT_HOST_PATH=/usr -DQT_HOST_PATH_CMAKE_DIR=/usr/lib/x86_64-linux-gnu/cmake)
qt_options=(-DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DQT_BUILD_EXAMPLES=OFF -DQT_BUILD_TESTS=OFF
    "${qt_host[@]}" -DINPUT_opengl=no)
for feature in concurrent dbus network sql vulkan xml zstd direct2d1_1 tabletevent jpeg gif glib icu \
    jalalicalendar islamiccivilcalendar wizard dial lcdnumber mdiarea splashscreen fontcombobox undoview graphicsview \
    textmarkdownreader textmarkdownwriter textodfwriter \
    system_zlib system_png system_freetype system_harfbuzz system_pcre2 system_doubleconversion; do
    qt_options+=("-DFEATURE_$feature=OFF")
done

version_of() { dpkg-query -W -f '${source:Version}' "$1" 2>/dev/null; }

# Names the folder; needs the host's Qt, whose version is the one to build.
name_windows_qt() {
    local qt plot options
    qt=$(version_of qt6-base-dev)
    plot=$(version_of libqcustomplot-dev)
    options=$({
        printf '%s\n' "${qt_options[@]}" "$plot"
        version_of g++-mingw-w64-x86-64-posix
        cat "$root/app/windows-gcc.cmake"
    } | sha256sum | cut -c 1-8)
    windows_qt=${IPCLENS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ipclens}/windows-qt-$qt-$options
    export IPCLENS_WINDOWS_QT=$windows_qt
}

have_windows_qt() {
    name_windows_qt
    [ -e "$windows_qt/ready" ]
}

# fetch_source PACKAGE VERSION FOLDER: unpacks the distribution's source package with its patches. Whether or not the machine has
# source entries: a private set is made out of its binary ones, and the machine's own stays as it is.
fetch_source() {
    local package=$1 version=$2 folder=$3 apt=$windows_qt/apt
    [ -e "$folder/.unpacked" ] && return
    say "Fetching the source package $package $version"
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    local targets options=(-o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt" -o "Dir::Etc::SourceList=$apt/sources.list"
        -o Dir::Etc::SourceParts=/dev/null -o Debug::NoLocking=1 -q)
    # Without the lists of a first update, the machine's sources are not told.
    targets=$(apt_sources)
    if [ -z "$targets" ]; then
        as_root apt-get update -qq
        targets=$(apt_sources)
    fi
    printf '%s\n' "$targets" >"$apt/sources.list"
    apt-get "${options[@]}" update >"$apt/update.log" 2>&1 || true
    (cd "$apt" && apt-get "${options[@]}" source --download-only "$package=$version") >"$apt/source.log" 2>&1 || {
        cat "$apt/update.log" "$apt/source.log"
        echo "The source package $package $version is not to be had from this machine's package sources." >&2
        return 1
    }
    rm -rf "$folder"
    dpkg-source --no-check -x "$apt/${package}_${version#*:}.dsc" "$folder" >"$apt/unpack.log"
    touch "$folder/.unpacked"
}

apt_sources() {
    apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | sort -u
}

# build_with_progress NAME FOLDER: ninja, telling every half minute how far it is and about how long it still takes.
build_with_progress() {
    local name=$1 folder=$2 log=$2.log
    say "Building $name (log: $log)"
    if ! NINJA_STATUS='@ %f %t %e ' nice -n 19 ninja -C "$folder" 2>&1 | tee "$log" | tell_progress "$name"; then
        grep -aE 'error|FAILED' "$log" | head -n 20
        tail -n 20 "$log"
        return 1
    fi
}

tell_progress() {
    local name=$1 mark finished total seconds text told=0
    while read -r mark finished total seconds text; do
        [ "$mark" = @ ] || continue
        seconds=${seconds%.*}
        if [ $((seconds - told)) -ge 30 ] && [ "$finished" -gt 0 ]; then
            told=$seconds
            echo "$name: $finished of $total steps, $((seconds / 60)) min so far, about" \
                "$(((seconds * (total - finished) / finished + 59) / 60)) min to go"
        fi
    done
}

# cmake_once NAME OPTION...: configures NAME-source in NAME-build, unless that was done.
cmake_once() {
    local name=$1 log=$windows_qt/$1-configure.log
    shift
    [ ! -e "$windows_qt/$name-build/build.ninja" ] || return 0
    cmake -G Ninja -S "$windows_qt/$name-source" -B "$windows_qt/$name-build" -DCMAKE_INSTALL_PREFIX="$windows_qt" \
        "$@" >"$log" 2>&1 || {
        rm -f "$windows_qt/$name-build/build.ninja"
        tail -n 40 "$log"
        return 1
    }
}

make_windows_qt() {
    need_packages "${qt_packages[@]}"
    if have_windows_qt; then
        return
    fi
    say "Qt for Windows is built once, into $windows_qt"
    echo "With two cores to itself this takes about a quarter of an hour. It can be interrupted; the next run goes on."
    mkdir -p "$windows_qt/notices"
    local qt plot
    qt=$(version_of qt6-base-dev)
    plot=$(version_of libqcustomplot-dev)
    cp "$root/app/windows-gcc.cmake" "$windows_qt/toolchain.cmake"
    if [ ! -e "$windows_qt/qt-ready" ]; then
        fetch_source qt6-base "$qt" "$windows_qt/qt-source"
        cmake_once qt "${qt_options[@]}" -DCMAKE_TOOLCHAIN_FILE="$windows_qt/toolchain.cmake"
        build_with_progress Qt "$windows_qt/qt-build"
        cmake --install "$windows_qt/qt-build" --strip >"$windows_qt/qt-install.log"
        cp "$windows_qt/qt-source/debian/copyright" "$windows_qt/notices/qt6-base"
        touch "$windows_qt/qt-ready"
    fi
    fetch_source qcustomplot "$plot" "$windows_qt/plot-source"
    # Debian's own patch wants a shared library, whatever CMake is told.
    sed -i 's/add_library(${LIB_NAME} SHARED/add_library(${LIB_NAME} STATIC/' "$windows_qt/plot-source/CMakeLists.txt"
    cmake_once plot -DCMAKE_BUILD_TYPE=Release -DUSE_QT_VERSION=6 "${qt_host[@]}" \
        -DCMAKE_TOOLCHAIN_FILE="$windows_qt/lib/cmake/Qt6/qt.toolchain.cmake"
    build_with_progress QCustomPlot "$windows_qt/plot-build"
    cmake --install "$windows_qt/plot-build" --strip >"$windows_qt/plot-install.log"
    cp "$windows_qt/plot-source/debian/copyright" "$windows_qt/notices/qcustomplot"
    touch "$windows_qt/ready"
    rm -rf "$windows_qt"/{qt,plot}-{source,build} "$windows_qt/apt" "$windows_qt"/*.orig.tar.*
}

# A build folder made with another Qt or another compiler is of no use.
configure_windows() {
    local cache=$build/windows/CMakeCache.txt
    if [ -e "$cache" ] && ! grep -qF "$windows_qt/" "$cache"; then
        say "The Qt for Windows is another one than before: building anew"
        rm -rf "$build/windows"
    fi
}

# The terms of all that is linked into the programs, as the distribution's own packages state them.
collect_notices() {
    local package file
    echo "ipclens for Windows is built from these Debian packages. Their own copyright files follow."
    for package in qt6-base qcustomplot libmsgpack-cxx-dev nlohmann-json3-dev libcli11-dev libfmt-dev \
        gcc-mingw-w64-base mingw-w64-common; do
        file=$windows_qt/notices/$package
        [ -e "$file" ] || file=/usr/share/doc/$package/copyright
        printf '\n\n======== %s ========\n\n' "$package"
        cat "$file"
    done
}
