#include "core/text/any_case.h"

#include "core/text/case_fold.h"
#include "core/text/character_text.h"
#include "core/text/input_text.h"

#include <algorithm>

namespace ipclens {

std::string inAnyCase(std::string_view utf8)
{
    std::string folded;
    folded.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t length = utf8Length(utf8, at);
        const auto first = static_cast<unsigned char>(utf8[at]);
        if (length <= 1) {
            if (length == 1)
                appendUtf8(folded, foldedCase(first));
            else
                folded += utf8[at];
            ++at;
            continue;
        }
        char32_t character = first & (0xFFu >> (length + 1));
        for (std::size_t i = 1; i < length; ++i)
            character = character << 6 | (static_cast<unsigned char>(utf8[at + i]) & 0x3Fu);
        appendUtf8(folded, foldedCase(character));
        at += length;
    }
    return folded;
}

} // namespace ipclens
