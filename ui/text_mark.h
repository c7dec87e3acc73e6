// Marks the part of a typed line that is wrong, where it is.
#pragma once

#include "core/text/text_problem.h"

#include <QLineEdit>

#include <optional>

namespace ipclens {

// Underlines the problem's characters and says it in the tool tip; without one, takes both away.
void markProblem(QLineEdit &line, const std::optional<TextProblem> &problem);

// "character 3: 'g' is not a hex digit", for beside the line.
QString problemText(const TextProblem &problem, const QString &text);

// The problem that an error about a typed text names by its place ("character 3"); none when it names none. Errors of a
// session come as texts for people: the place in them is all there is to mark by.
std::optional<TextProblem> problemIn(const Error &error, const QString &text);

} // namespace ipclens
