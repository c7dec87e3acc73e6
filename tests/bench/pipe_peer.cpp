// The far end of a bare pipe, as the baseline for the wire: no ipclens code. Answers each 64-byte request: the first eight
// bytes are how many bytes to send back, little endian, in pieces of 1 MiB.
#include <windows.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

int main()
{
    const HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
    const HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    std::vector<char> piece(1 << 20, 'x');
    for (;;) {
        char request[64];
        for (DWORD have = 0; have < sizeof request;) {
            DWORD got = 0;
            if (!ReadFile(in, request + have, sizeof request - have, &got, nullptr) || got == 0)
                return 0;
            have += got;
        }
        std::uint64_t left = 0;
        std::memcpy(&left, request, sizeof left);
        while (left > 0) {
            const DWORD size = static_cast<DWORD>(left < piece.size() ? left : piece.size());
            DWORD put = 0;
            if (!WriteFile(out, piece.data(), size, &put, nullptr)) {
                std::fprintf(stderr, "WriteFile: error %lu\n", GetLastError());
                return 1;
            }
            left -= put;
        }
    }
}
