#!/usr/bin/env bash
# Checks what app/build-windows.sh makes: size, what the programs import and say about themselves, and what the zip holds.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../app/setup.sh"

bash "$root/app/build-windows.sh"
bin=$build/windows/bin
failed=
fail() {
    echo "FAILED: $*"
    failed=yes
}

size=$(stat -c %s "$bin/ipclens.exe")
[ "$size" -le $((30 * 1000 * 1000)) ] || fail "ipclens.exe has $size bytes, more than 30 MB"

# What every Windows since 10 has.
windows_own='advapi32|authz|comctl32|comdlg32|d3d11|d3d9|dwmapi|dwrite|dxgi|gdi32|imm32|kernel32|mpr|msvcrt|netapi32|ntdll|ole32|
oleaut32|psapi|rpcrt4|setupapi|shcore|shell32|shlwapi|user32|userenv|uxtheme|version|winmm|winspool\.drv|ws2_32|wtsapi32|
api-ms-win-core-synch-l1-2-0|api-ms-win-core-winrt-l1-1-0|api-ms-win-core-winrt-string-l1-1-0'
windows_own=${windows_own//$'\n'/}
for program in ipclens.exe ipclens-cli.exe ipclens-demo.exe ipclens-demo-shared.dll ipclens-tap.dll; do
    imports=$(x86_64-w64-mingw32-objdump -p "$bin/$program" | sed -n 's/.*DLL Name: //p' | tr '[:upper:]' '[:lower:]' | sort -u)
    [ -n "$imports" ] || fail "$program imports nothing that objdump can see"
    echo "$program imports" $imports
    foreign=$(printf '%s\n' "$imports" | sed 's/\.dll$//' | grep -vxE "$windows_own" || true)
    [ "$program" != ipclens-demo.exe ] || foreign=$(printf '%s\n' "$foreign" | grep -vx ipclens-demo-shared || true)
    [ -z "$foreign" ] || fail "$program imports what is not Windows' own: $foreign"
done
headers=$(x86_64-w64-mingw32-objdump -p -t "$bin/ipclens.exe" 2>&1)
[[ $headers == *"(Windows GUI)"* ]] || fail "ipclens.exe would open a console"
[[ $headers == *"no symbols"* ]] || fail "ipclens.exe is not stripped"
for words in asInvoker PerMonitorV2 activeCodePage longPathAware supportedOS; do
    grep -qa "$words" "$bin/ipclens.exe" || fail "ipclens.exe's manifest does not say $words"
done

zip=$(ls "$build"/windows/ipclens-*-windows-x64.zip)
files=$(cmake -E tar tf "$zip" | sort | tr '\n' ' ')
expected="LICENSE.txt README.txt THIRD-PARTY.txt ipclens-cli.exe ipclens-demo-shared.dll ipclens-demo.exe ipclens-tap.dll ipclens.exe ipclens.lua "
[ "$files" = "$expected" ] || fail "the zip holds: $files"
[ -z "$failed" ] && echo "${zip##*/} is as it has to be; ipclens.exe has $size bytes"
