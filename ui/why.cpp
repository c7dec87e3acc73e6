#include "ui/why.h"

#include "ui/error_bar.h"

#include <QCoreApplication>

namespace ipclens {

WhyEvent::WhyEvent(ExplainTarget target) : QEvent(number()), m_target(std::move(target)) {}

QEvent::Type WhyEvent::number()
{
    static const auto type = static_cast<Type>(registerEventType());
    return type;
}

void askWhy(QWidget *from, const ExplainTarget &target)
{
    for (auto *widget = from; widget != nullptr; widget = widget->parentWidget()) {
        WhyEvent event(target);
        event.ignore();
        QCoreApplication::sendEvent(widget, &event);
        if (event.isAccepted())
            return;
    }
}

bool canExplain(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Failed:
    case ErrorKind::Missing:
    case ErrorKind::Refused:
    case ErrorKind::WrongType:
    case ErrorKind::Exited:
    case ErrorKind::TimedOut:
        return true;
    case ErrorKind::Exists:
    case ErrorKind::Invalid:
    case ErrorKind::OutOfRange:
    case ErrorKind::Unreadable:
    case ErrorKind::Changed:
    case ErrorKind::Cancelled:
    case ErrorKind::Unsupported:
    case ErrorKind::Disconnected:
    case ErrorKind::Protocol:
        return false;
    }
    return false;
}

std::optional<ExplainTarget> explainTarget(const SourceSpec &spec)
{
    switch (spec.kind) {
    case SourceKind::Process:
    case SourceKind::SharedSection:
        return explainTarget(spec.process);
    case SourceKind::Section:
        return ExplainTarget{.kind = ExplainKind::Object, .object = {.name = spec.name, .type = "Section"}};
    case SourceKind::Handle:
        return ExplainTarget{.kind = ExplainKind::Object, .object = {.process = spec.process, .handle = spec.handle}};
    case SourceKind::File:
    case SourceKind::Snapshot:
        return std::nullopt;
    }
    return std::nullopt;
}

ExplainTarget explainTarget(const ProcessKey &process)
{
    return {.kind = ExplainKind::Process, .process = process};
}

std::optional<ExplainTarget> explainWindow(std::uint64_t window)
{
    if (window == 0)
        return std::nullopt;
    return ExplainTarget{.kind = ExplainKind::Window, .window = window};
}

void showRefusal(ErrorBar &bar, const Error &error, const std::optional<ExplainTarget> &target)
{
    bar.showError(error);
    offerWhy(bar, error, target);
}

void offerWhy(ErrorBar &bar, const Error &error, const std::optional<ExplainTarget> &target)
{
    if (target && canExplain(error))
        bar.offer(ErrorBar::tr("Why?"), [&bar, target] { askWhy(&bar, *target); });
}

} // namespace ipclens
