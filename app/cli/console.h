// What the console program needs of its console beyond standard C++: implemented once per system.
#pragma once

#include <cstddef>
#include <cstdio>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ipclens {

// The program's arguments without its name, as UTF-8 on every system.
std::vector<std::string> utf8Arguments(int argc, char **argv);

// Makes standard output take UTF-8 and any bytes as they are. First thing in main().
void prepareConsole();

// Makes standard input give its bytes as they are.
void prepareBinaryInput();

// Standard error is a terminal, where a line can be written over.
bool isErrorTerminal();

// Opens a file (UTF-8 path) for reading bytes; nullptr with errno set.
std::FILE *openForReading(const std::string &path);

// Reads what is there, at most `into`, past any buffer; waits for the first byte. 0 at the end, -1 with errno set.
std::ptrdiff_t readSome(std::FILE *file, std::span<std::byte> into);

// Opens a file (UTF-8 path) for writing bytes; nullptr with errno set. EEXIST when it is there already, unless
// `replace`.
std::FILE *openForWriting(const std::string &path, bool replace);

// Calls `call` on a thread of its own at the first Ctrl+C (or SIGTERM). Another one ends the program the hard way.
// At most once in a process.
void onInterrupt(std::function<void()> call);

// Reads standard input and forgets it; calls `call` on a thread of its own when it ends. At most once in a process.
void onInputEnd(std::function<void()> call);

} // namespace ipclens
