#include "core/text/any_case.h"

#include "core/text/case_fold.h"
#include "core/text/input_text.h"
#include "core/text/unicode.h"

namespace ipclens {

std::string inAnyCase(std::string_view utf8)
{
    std::string folded;
    folded.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t length = utf8Length(utf8, at);
        if (length == 0) {
            folded += utf8[at++];
            continue;
        }
        appendUtf8(folded, foldedCase(utf8Character(utf8, at, length)));
        at += length;
    }
    return folded;
}

} // namespace ipclens
