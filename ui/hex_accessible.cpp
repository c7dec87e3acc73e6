#include "ui/hex_accessible.h"

#include "core/text/hex.h"
#include "ui/hex_view.h"

#include <QAccessible>
#include <QAccessibleWidget>

namespace ipclens {
namespace {

class HexAccessible : public QAccessibleWidget {
public:
    explicit HexAccessible(HexView *view) : QAccessibleWidget(view, QAccessible::Document, view->accessibleName()) {}

    QString text(QAccessible::Text kind) const override
    {
        return kind == QAccessible::Value ? byteText() : QAccessibleWidget::text(kind);
    }

    QAccessible::State state() const override
    {
        QAccessible::State state = QAccessibleWidget::state();
        state.readOnly = !view().isWritable();
        state.editable = view().isWritable();
        return state;
    }

private:
    HexView &view() const { return *static_cast<HexView *>(widget()); }

    QString byteText() const
    {
        if (view().extent().size == 0)
            return HexView::tr("empty");
        const Address at = view().cursor();
        const HexRow row = view().rows().row(view().rows().rowOf(at));
        if (row.kind != HexRowKind::Bytes)
            return view().describe(row);
        const MemoryImage image = view().imageAt(at, 1);
        // The first byte of a region says what begins there.
        const HexRows::Block &block = view().rows().blocks()[row.block];
        const QString region =
            block.hasHeader && at == block.range.begin ? view().titleOf(row).text + u'\n' : QString();
        const QString address = region + QString::number(at + view().base(), 16);
        if (image.bytes.empty())
            return HexView::tr("address %1, not loaded").arg(address);
        if (!image.isReadable(at))
            return HexView::tr("address %1, unreadable").arg(address);
        return HexView::tr("address %1, byte %2").arg(address, QString::fromStdString(toHex(image.bytes)));
    }
};

QAccessibleInterface *make(const QString &, QObject *object)
{
    auto *view = qobject_cast<HexView *>(object);
    return view != nullptr ? new HexAccessible(view) : nullptr;
}

} // namespace

void installHexAccessible()
{
    QAccessible::installFactory(make);
}

void announceCursor(HexView &view)
{
    if (!QAccessible::isActive())
        return;
    QAccessibleValueChangeEvent event(&view, QVariant::fromValue(qulonglong(view.cursor())));
    QAccessible::updateAccessibility(&event);
}

} // namespace ipclens
