// Handles to processes, and what can be asked of one.
#pragma once

#include "core/model/process.h"
#include "core/os/windows/rights.h"

namespace ipclens {

// "process 1234"
std::string processText(std::uint32_t pid);

// Opens a process with at least `needed` of `rights`. Refuses pids that OpenProcess would misread (0, 4, not a multiple
// of 4), a process that has ended, and another process than `key` that got its pid: Exited.
Result<OpenedWithRights> openProcessHandle(ProcessKey key, std::span<const Right> rights, DWORD needed);

// The same with all of `rights`, for queries.
Result<KernelHandle> openProcessHandle(ProcessKey key, DWORD rights);

// Nanoseconds since 1970 UTC; 0 when the handle does not allow the question.
std::int64_t creationTime(HANDLE process);
std::int64_t fromFileTime(std::uint64_t ticks); // 100 ns since 1601

// Nanoseconds since 1970 UTC; 0 when the handle does not allow the question. Only of a process that has ended.
std::int64_t exitTime(HANDLE process);

bool hasExited(HANDLE process);
Error exitedError(std::string operation, std::string object);

// Full path of the program file; empty when the system refuses it.
std::string programPath(HANDLE process);
std::string fileNameOf(std::string_view path);

// "x64", "x86", "arm64"; empty when the system refuses it.
std::string architectureOf(HANDLE process);

} // namespace ipclens
