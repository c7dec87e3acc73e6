// What the system says of a section.
#pragma once

#include "core/model/object.h"

#include <windows.h>

namespace ipclens {

// Size and attributes; `section` must have SECTION_QUERY. `name` is kept in the answer.
Result<SectionInfo> querySection(HANDLE section, std::string name);

} // namespace ipclens
