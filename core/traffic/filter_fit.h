// The two sides of a test made to fit each other.
#pragma once

#include "core/traffic/filter_text.h"

namespace ipclens::filter {

// Makes what is compared with the left side fit it, or says why it can't.
void fit(const FilterText &text, const Test &test, Operand &right, bool isOfRange);

// Why the left side cannot be asked that, whatever stands to the right.
void checkRelation(const FilterText &text, const Test &test);

} // namespace ipclens::filter
