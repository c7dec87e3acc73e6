#include "ui/said_label.h"

#include "ui/theme.h"

#include <QAbstractScrollArea>
#include <QLabel>
#include <QVBoxLayout>

namespace ipclens {

void say(QLabel &label, const QString &text, bool isError)
{
    QPalette colours;
    colours.setResolveMask(0);
    if (isError)
        colours.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, label.parentWidget()->palette()));
    label.setPalette(colours);
    label.setText(text);
}

QLabel *addHint(QAbstractScrollArea &list)
{
    auto *hint = new QLabel(list.viewport());
    hint->setForegroundRole(QPalette::PlaceholderText);
    hint->setAlignment(Qt::AlignCenter);
    hint->setWordWrap(true);
    hint->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto *overlay = new QVBoxLayout(list.viewport());
    overlay->addWidget(hint);
    return hint;
}

} // namespace ipclens
