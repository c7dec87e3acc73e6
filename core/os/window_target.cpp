#include "core/os/window_target.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

std::string textOf(const WindowTarget &target)
{
    if (target.window != 0)
        return fmt::format("0x{:08X}", target.window);
    std::string text;
    if (!target.title.empty())
        text = fmt::format("title \"{}\"", target.title);
    if (!target.className.empty())
        text += fmt::format("{}class \"{}\"", text.empty() ? "" : ", ", target.className);
    return text;
}

} // namespace

Result<Window> onlyWindow(const std::vector<Window> &windows, const WindowTarget &target)
{
    constexpr std::size_t mostNamed = 8;
    Error error{.kind = ErrorKind::Missing, .operation = "find window", .object = textOf(target)};
    if (error.object.empty()) {
        error.kind = ErrorKind::Invalid;
        error.meaning = "neither handle, class nor title are given";
        return Failure(std::move(error));
    }
    std::vector<const Window *> found;
    for (const Window &window : windows) {
        if (target.window != 0 ? window.handle == target.window
                               : (target.title.empty() || window.title == target.title) &&
                                     (target.className.empty() || window.className == target.className))
            found.push_back(&window);
    }
    if (found.size() == 1)
        return *found.front();
    error.meaning = "there is none";
    error.hint = "ipclens-cli windows lists them";
    if (!found.empty()) {
        error.kind = ErrorKind::Invalid;
        error.meaning = fmt::format("{} windows match:", found.size());
        for (std::size_t i = 0; i < std::min(found.size(), mostNamed); ++i)
            error.meaning += fmt::format(" 0x{:08X}", found[i]->handle);
        if (found.size() > mostNamed)
            error.meaning += " ...";
        error.hint = "choose one by its handle";
    }
    return Failure(std::move(error));
}

} // namespace ipclens
