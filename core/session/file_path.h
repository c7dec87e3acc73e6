// Paths of files as commands carry them: UTF-8 on every system.
#pragma once

#include "core/model/error.h"

#include <filesystem>

namespace ipclens {

inline std::filesystem::path toPath(const std::string &utf8)
{
    return std::filesystem::path(std::u8string(utf8.begin(), utf8.end()));
}

inline std::string toUtf8(const std::filesystem::path &path)
{
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

// The errno that an operation on a file left, as an error.
Failure fileFailure(std::string operation, const std::string &path, int code);

} // namespace ipclens
