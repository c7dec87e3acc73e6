// "Why?", wherever something is refused: the question travels from where the error is shown up to the window that
// explains.
#pragma once

#include "core/model/explanation.h"
#include "core/session/command_types.h"

#include <QEvent>

namespace ipclens {

class ErrorBar;

// Goes to a widget and then to its parents, from dialogs to their windows, until one takes it; as Qt's status tips do.
class WhyEvent : public QEvent {
public:
    explicit WhyEvent(ExplainTarget target);
    static Type number();
    const ExplainTarget &target() const { return m_target; }

private:
    ExplainTarget m_target;
};
void askWhy(QWidget *from, const ExplainTarget &target);

// Whether there is more to say of an error than it says itself: a right that is missing, an object that is not there, a
// window that does not answer.
bool canExplain(const Error &error);

// What is to be explained of a source that could not be opened, or not for writing; none: a file of ours.
std::optional<ExplainTarget> explainTarget(const SourceSpec &spec);
ExplainTarget explainTarget(const ProcessKey &process);
// None: all windows, or one that is only known by its name.
std::optional<ExplainTarget> explainWindow(std::uint64_t window);

// Shows the error, and offers "Why?" when there is something to explain.
void showRefusal(ErrorBar &bar, const Error &error, const std::optional<ExplainTarget> &target);
// The same button on a bar that shows it already.
void offerWhy(ErrorBar &bar, const Error &error, const std::optional<ExplainTarget> &target);

} // namespace ipclens
