// Labels that say something: beside a field, or over a list that is empty.
#pragma once

#include <QString>

class QAbstractScrollArea;
class QLabel;

namespace ipclens {

// In the colour of errors, where it is one.
void say(QLabel &label, const QString &text, bool isError);

// Over the middle of an empty list, for why it is empty and what to do. The mouse goes through it. Hide it when there
// are rows.
QLabel *addHint(QAbstractScrollArea &list);

} // namespace ipclens
