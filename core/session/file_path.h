// Paths of files as commands carry them: UTF-8 on every system.
#pragma once

#include "core/model/error.h"

#include <filesystem>

namespace ipclens {

// What is no path on some system (no text at all, a zero in it, bytes that are not UTF-8) is Invalid.
Result<std::filesystem::path> pathOf(const std::string &utf8, std::string operation);

inline std::string toUtf8(const std::filesystem::path &path)
{
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

// The errno that an operation on a file left, as an error.
Failure fileFailure(std::string operation, const std::string &path, int code);

} // namespace ipclens
