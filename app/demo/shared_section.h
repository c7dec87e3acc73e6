// Before a variable: puts it into a section of the module that all processes share which load it.
#pragma once

#if defined(_MSC_VER)
#define IPCLENS_IN_SHARED_SECTION(name) __pragma(section(name, read, write, shared)) __declspec(allocate(name))
#elif defined(__clang__)
// clang does not hand the flag on: link with -Xlinker /section:NAME,RWS.
#define IPCLENS_IN_SHARED_SECTION(name) __attribute__((section(name)))
#else
#define IPCLENS_IN_SHARED_SECTION(name) __attribute__((section(name), shared))
#endif
