#include "ui/bookmark_dialog.h"

#include "ui/theme.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QSpinBox>

namespace ipclens {

QPixmap colourSquare(int colour, const QPalette &palette)
{
    const auto &colours = bookmarkColours();
    const auto &chosen = colours[static_cast<std::size_t>(std::clamp(colour, 0, int(colours.size()) - 1))];
    QPixmap square(12, 12);
    square.fill(theme::isDark(palette) ? chosen.dark : chosen.light);
    return square;
}

BookmarkDialog::BookmarkDialog(const Bookmark &bookmark, const QString &shownAddress, QWidget *parent)
    : QDialog(parent), m_bookmark(bookmark), m_name(new QLineEdit(bookmark.name, this)),
      m_type(new ValueTypeBox(true, this)), m_order(new ByteOrderBox(this)), m_bytes(new QSpinBox(this)),
      m_colour(new QComboBox(this))
{
    setWindowTitle(tr("Bookmark"));
    auto *where =
        new QLabel(bookmark.place.isEmpty() ? shownAddress : tr("%1 = %2").arg(bookmark.place, shownAddress), this);
    where->setTextInteractionFlags(Qt::TextSelectableByMouse);
    where->setFont(theme::fixedFont());
    m_type->setType(bookmark.type);
    m_order->setOrder(bookmark.order);
    m_bytes->setRange(1, 4096);
    m_bytes->setValue(bookmark.bytes);
    m_bytes->setSuffix(tr(" bytes"));
    m_name->setPlaceholderText(shownAddress);
    for (int i = 0; i < static_cast<int>(bookmarkColours().size()); ++i)
        m_colour->addItem(QIcon(colourSquare(i, palette())), bookmarkColours()[static_cast<std::size_t>(i)].name);
    m_colour->setCurrentIndex(bookmark.colour);
    auto *form = new QFormLayout(this);
    form->addRow(tr("Place:"), where);
    form->addRow(tr("&Name:"), m_name);
    form->addRow(tr("&Type:"), m_type);
    form->addRow(tr("&Size:"), m_bytes);
    form->addRow(tr("Byte &order:"), m_order);
    form->addRow(tr("&Colour:"), m_colour);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    const auto showSize = [this] {
        m_bytes->setEnabled(!m_type->type());
        if (m_type->type())
            m_bytes->setValue(static_cast<int>(sizeOf(*m_type->type())));
        m_order->setEnabled(m_type->type() && sizeOf(*m_type->type()) > 1);
    };
    connect(m_type, &QComboBox::currentIndexChanged, this, showSize);
    showSize();
    m_name->setFocus();
}

Bookmark BookmarkDialog::bookmark() const
{
    Bookmark made = m_bookmark;
    made.name = m_name->text().trimmed().isEmpty() ? m_name->placeholderText() : m_name->text().trimmed();
    made.type = m_type->type();
    made.order = m_order->order();
    made.bytes = m_bytes->value();
    made.colour = m_colour->currentIndex();
    return made;
}

} // namespace ipclens
