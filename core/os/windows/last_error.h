// The system's error numbers as Errors.
#pragma once

#include "core/model/error.h"

#include <windows.h>

namespace ipclens {

// Kind and meaning follow from `code`, which the caller took from GetLastError() on the line after the failing call,
// before anything else could change it.
Error systemError(DWORD code, std::string operation, std::string object, std::string hint = {});

// The same for an NTSTATUS of a native call. The Error keeps the NTSTATUS as its code.
Error nativeError(LONG status, std::string operation, std::string object, std::string hint = {});

inline Failure systemFailure(DWORD code, std::string operation, std::string object, std::string hint = {})
{
    return Failure(systemError(code, std::move(operation), std::move(object), std::move(hint)));
}

inline Failure nativeFailure(LONG status, std::string operation, std::string object, std::string hint = {})
{
    return Failure(nativeError(status, std::move(operation), std::move(object), std::move(hint)));
}

} // namespace ipclens
