// Asks for the name, type and colour of a bookmark.
#pragma once

#include "ui/bookmarks.h"

#include <QDialog>

class QLineEdit;
class QSpinBox;

namespace ipclens {

class BookmarkDialog : public QDialog {
    Q_OBJECT
public:
    BookmarkDialog(const Bookmark &bookmark, const QString &shownAddress, QWidget *parent = nullptr);
    Bookmark bookmark() const;

private:
    Bookmark m_bookmark;
    QLineEdit *m_name;
    ValueTypeBox *m_type;
    ByteOrderBox *m_order;
    QSpinBox *m_bytes;
    QComboBox *m_colour;
};

// The colour as a small square, for lists.
QPixmap colourSquare(int colour, const QPalette &palette);

} // namespace ipclens
