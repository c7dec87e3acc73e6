#include "ui/memory_header.h"

#include "ui/address_line.h"
#include "ui/icons.h"
#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/region_picker.h"
#include "ui/region_text.h"
#include "ui/source_link.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

namespace ipclens {

QString rateText(double hz)
{
    return hz > 0 ? MemoryHeader::tr("%1 Hz").arg(hz) : MemoryHeader::tr("Off");
}

MemoryHeader::MemoryHeader(QWidget *parent)
    : QWidget(parent), m_line(new AddressLine(this)), m_back(new QToolButton(this)), m_forward(new QToolButton(this)),
      m_regions(new QToolButton(this)), m_layout(new QToolButton(this)), m_layoutMenu(new QMenu(this)),
      m_rate(new QComboBox(this)), m_place(new QLabel(this)), m_access(new QLabel(this)),
      m_refresh(new QToolButton(this))
{
    m_line->setObjectName(QStringLiteral("address"));
    m_line->setMinimumWidth(fontMetrics().averageCharWidth() * 10);
    m_place->setObjectName(QStringLiteral("place"));
    m_back->setArrowType(Qt::LeftArrow);
    m_back->setToolTip(tr("Back to where you were (Alt+Left)"));
    m_back->setAccessibleName(tr("Back"));
    m_forward->setArrowType(Qt::RightArrow);
    m_forward->setToolTip(tr("Forward again (Alt+Right)"));
    m_forward->setAccessibleName(tr("Forward"));
    for (auto *button : {m_back, m_forward, m_refresh})
        button->setAutoRaise(true);
    m_regions->setText(tr("Regions"));
    m_regions->setToolTip(tr("Jump to a region (Ctrl+R)"));
    m_regions->setArrowType(Qt::DownArrow);
    m_regions->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_layout->setText(tr("Layout"));
    m_layout->setObjectName(QStringLiteral("layout"));
    m_layout->setToolTip(tr("Columns, units, byte order, text, addresses and how changes are marked"));
    m_layout->setPopupMode(QToolButton::InstantPopup);
    m_layout->setMenu(m_layoutMenu);
    for (const double hz : {0.0, 1.0, 2.0, 10.0, 30.0, 60.0})
        m_rate->addItem(rateText(hz), hz);
    m_rate->setToolTip(tr("How often the visible bytes are read"));
    m_rate->setAccessibleName(tr("Rate"));
    m_place->setFont(theme::fixedFont());
    m_place->setTextFormat(Qt::PlainText);
    m_place->setContentsMargins(6, 0, 6, 0);
    m_place->setMinimumWidth(fontMetrics().averageCharWidth() *
                             3); // in a small window its end is in the tool tip alone
    m_access->setContentsMargins(6, 0, 6, 0);
    m_refresh->setIcon(icon(Sign::Refresh));
    m_refresh->setToolTip(tr("Read again (F5)"));
    m_refresh->setAccessibleName(tr("Read again"));

    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(4, 3, 4, 3);
    row->setSpacing(4);
    row->addWidget(m_back);
    row->addWidget(m_forward);
    row->addWidget(m_line, 1);
    for (auto *widget : std::initializer_list<QWidget *>{m_regions, m_layout, m_rate, m_place, m_access, m_refresh})
        row->addWidget(widget);
    setJumps(false, false);

    connect(m_back, &QToolButton::clicked, this, &MemoryHeader::backRequested);
    connect(m_forward, &QToolButton::clicked, this, &MemoryHeader::forwardRequested);
    connect(m_regions, &QToolButton::clicked, this, &MemoryHeader::regionsRequested);
    connect(m_refresh, &QToolButton::clicked, this, &MemoryHeader::refreshRequested);
    connect(m_rate, &QComboBox::activated, this, [this] { emit rateChosen(m_rate->currentData().toDouble()); });
}

// In a small window the line to type in matters most; the lines of regions in the bytes say the same as the place, the
// padlock and the frame the same as the access.
void MemoryHeader::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const int letters = width() / fontMetrics().averageCharWidth();
    m_place->setVisible(letters > 110);
    m_access->setVisible(letters > 75);
    m_regions->setToolButtonStyle(letters > 75 ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonTextOnly);
}

void MemoryHeader::setRate(double hz)
{
    int index = m_rate->findData(hz);
    if (index < 0) {
        m_rate->addItem(rateText(hz), hz);
        index = m_rate->count() - 1;
    }
    m_rate->setCurrentIndex(index);
}

void MemoryHeader::setJumps(bool canGoBack, bool canGoForward)
{
    m_back->setEnabled(canGoBack);
    m_forward->setEnabled(canGoForward);
}

// What the bytes under the cursor lie in.
void MemoryHeader::showPlace(const SourceLink &link, Address cursor)
{
    if (const auto &error = link.regionsError()) {
        m_place->setText(tr("regions unknown"));
        m_place->setToolTip(plainTip(fromUtf8(toText(*error))));
        return;
    }
    const Address base = link.source().base;
    const Region *region = regionAt(link.regions(), cursor);
    if (region == nullptr) {
        m_place->setText(link.regions().empty() ? QString() : tr("no memory"));
        m_place->setToolTip(link.regions().empty() ? QString() : tr("Nothing is mapped under the cursor"));
        return;
    }
    m_place->setText(regionText(*region));
    const QString extent = tr("%1 to %2, %3")
                               .arg(addressText(region->range.begin + base),
                                    addressText(region->range.end() - 1 + base), sizeText(region->range.size));
    m_place->setToolTip(plainTip((extent + QLatin1Char('\n') + fromUtf8(region->mapped)).trimmed()));
}

void MemoryHeader::showAccess(const SourceLink &link, bool isWritable, const QString &title)
{
    const SourceInfo &source = link.source();
    QString text = tr("read-only");
    QString tip = tr("Typing changes nothing; the padlock opens it for writing");
    if (source.access == Access::Copy) {
        text = isWritable ? tr("private copy, writable") : tr("private copy");
        tip = tr("Opened copy-on-write: what is written here nobody else sees");
    } else if (isWritable) {
        text = tr("WRITABLE");
        tip = tr("Typing writes into %1").arg(title);
    }
    if (!source.refused.empty()) {
        QStringList rights;
        for (const auto &right : source.refused)
            rights += fromUtf8(right);
        tip += tr("\nRefused by the system: %1").arg(rights.join(QStringLiteral(", ")));
    }
    m_access->setText(text);
    m_access->setToolTip(plainTip(tip));
    QPalette colours;
    colours.setResolveMask(0);
    if (isWritable)
        colours.setColor(QPalette::WindowText, theme::color(theme::Role::WriteFrame, palette()));
    m_access->setPalette(colours);
}

} // namespace ipclens
