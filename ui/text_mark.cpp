#include "ui/text_mark.h"

#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/theme.h"

#include <QApplication>
#include <QInputMethodEvent>
#include <QRegularExpression>
#include <QTextCharFormat>

namespace ipclens {

namespace {

int lettersBefore(const QString &text, std::size_t bytes)
{
    return static_cast<int>(QString::fromUtf8(text.toUtf8().left(static_cast<qsizetype>(bytes))).size());
}

} // namespace

void markProblem(QLineEdit &line, const std::optional<TextProblem> &problem)
{
    QList<QInputMethodEvent::Attribute> attributes;
    if (problem && !line.text().isEmpty()) {
        const int size = static_cast<int>(line.text().size());
        int begin = lettersBefore(line.text(), problem->offset);
        const int end = std::max(begin + 1, lettersBefore(line.text(), problem->offset + problem->length));
        begin = std::min(begin, size - 1); // what is missing at the end is marked at the last character
        QTextCharFormat format;
        format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        format.setUnderlineColor(theme::color(theme::Role::ErrorText, line.palette()));
        format.setForeground(theme::color(theme::Role::ErrorText, line.palette()));
        // A line edit has no formats of its own, but draws those of an input method. They count from its cursor.
        attributes << QInputMethodEvent::Attribute(QInputMethodEvent::TextFormat, begin - line.cursorPosition(),
                                                   std::min(end, size) - begin, format);
    }
    if (!line.isReadOnly()) {
        QInputMethodEvent event(QString(), attributes);
        QApplication::sendEvent(&line, &event);
    }
    const char *ownTip = "tipWithoutProblem";
    if (!line.property(ownTip).isValid())
        line.setProperty(ownTip, line.toolTip());
    line.setToolTip(problem ? plainTip(problemText(*problem, line.text())) : line.property(ownTip).toString());
}

QString problemText(const TextProblem &problem, const QString &text)
{
    const int place = lettersBefore(text, problem.offset);
    if (place >= text.size())
        return QObject::tr("at the end: %1").arg(fromUtf8(problem.meaning));
    return QObject::tr("character %1: %2").arg(place + 1).arg(fromUtf8(problem.meaning));
}

std::optional<TextProblem> problemIn(const Error &error, const QString &text)
{
    static const QRegularExpression place(QStringLiteral("character (\\d+)"));
    for (const auto &part : {error.hint, error.meaning}) {
        const auto match = place.match(fromUtf8(part));
        if (!match.hasMatch())
            continue;
        const auto letters = std::max(1, match.captured(1).toInt()) - 1;
        const auto before = text.left(letters).toUtf8().size();
        const auto with = text.left(letters + 1).toUtf8().size();
        return TextProblem{static_cast<std::size_t>(before), static_cast<std::size_t>(with - before), part};
    }
    return {};
}

} // namespace ipclens
