// The kernel's error numbers as Errors.
#pragma once

#include "core/model/error.h"

namespace ipclens {

// Wraps an errno value: kind and meaning follow from `code`.
Failure linuxFailure(int code, std::string operation, std::string object, std::string hint = {});

// What a named object, window or message would need and Linux does not have.
Failure windowsOnly(std::string operation, std::string object, std::string meaning);

} // namespace ipclens
