# The cross compiler for Qt and QCustomPlot, and for what is built on them or without them. app/windows-qt.sh copies this file
# beside the Qt it builds; Qt's own toolchain file then finds it there, wherever the checkout goes.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
# On PE, GCC takes every function that it sees for the one that will be called, and with -fipa-ra keeps values in registers which
# that one leaves alone. An inline function comes from whichever object the linker meets first, though: compiled with other
# options, it overwrites them. (Seen: Qt's random numbers written through a pointer that our own std::mt19937 had replaced.)
# Regular expressions that Qt's PCRE2 (the only C for which this is a word) compiles to machine code keep a stack in a thread_local
# whose destructor GCC runs when the thread's variables are freed already; interpreted ones need none.
set(CMAKE_C_FLAGS_INIT "-fno-ipa-ra -DPCRE2_DISABLE_JIT")
set(CMAKE_CXX_FLAGS_INIT -fno-ipa-ra)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
