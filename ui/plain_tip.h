// Tool tips of text that was made by others: names, values, paths.
#pragma once

#include <QString>
#include <QTextDocument>

namespace ipclens {

// Qt takes a tip for HTML when it looks like it; this one is shown as it is.
inline QString plainTip(const QString &text)
{
    return Qt::mightBeRichText(text) ? Qt::convertFromPlainText(text, Qt::WhiteSpacePre) : text;
}

} // namespace ipclens
