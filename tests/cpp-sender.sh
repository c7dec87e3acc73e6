#!/usr/bin/env bash
# Captures messages under Wine, exports them as the source of a program that sends them, compiles that and runs it: the receiver must
# get the same messages again. cpp-sender.sh FOLDER, where ipclens-cli.exe is; wants the Wine prefix that make_wine_prefix has made.
set -euo pipefail
programs=$1
work=$(mktemp -d)
listener=
trap '[ -z "$listener" ] || kill "$listener" 2>/dev/null || true; rm -rf "$work"' EXIT
cli() { wine "$programs/ipclens-cli.exe" "$@"; }

# listen FILE: in the background, until it has five messages; returns when its window is there.
listen() {
    mkfifo "$work/said"
    cli listen --class SenderTest --title "Gr\$ößer \"Titel\"" --register Mapped --reply 7=42 --count 5 --write "$work/$1" \
        >/dev/null 2>"$work/said" &
    listener=$!
    exec 3<"$work/said"
    read -r -t 120 <&3
    cat <&3 >/dev/null & # or it could not tell how it ends
    rm "$work/said"
}
rows() { cli export "$work/$1" --columns kind,id,size,result,content 2>/dev/null; }
target=(--class SenderTest)

listen sent.pcapng
cli send "${target[@]}" --id 7 --text "text with \"quotes\", \\ and ??/" >/dev/null
cli send "${target[@]}" --id 18446744073709551615 --data "00 01 7f 80 ff" >/dev/null
cli send "${target[@]}" --id 8 --null >/dev/null
cli send "${target[@]}" --id 9 --text "" >/dev/null
cli send "${target[@]}" --message Mapped --wparam 0x7ff600001234 --lparam 7 >/dev/null
wait "$listener"

cli export "$work/sent.pcapng" --format cpp >"$work/sender.cpp"
x86_64-w64-mingw32-g++-posix -static -Wall -Wextra -Werror "$work/sender.cpp" -o "$work/sender.exe" -luser32
listen again.pcapng
wine "$work/sender.exe" | tee "$work/answers"
wait "$listener"
[ "$(grep -c 'returned' "$work/answers")" = 5 ] && ! grep -q 'another result\|failed' "$work/answers"
[ "$(rows sent.pcapng | wc -l)" = 6 ] # with its titles
diff <(rows sent.pcapng) <(rows again.pcapng)
echo "the program sends what was captured, and gets the same answers"
