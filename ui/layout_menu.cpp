#include "ui/layout_menu.h"

#include "ui/hex_view.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>

namespace ipclens {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("LayoutMenu", text);
}

// Submenus are no actions: clear() leaves them behind.
void empty(QMenu &menu)
{
    menu.clear();
    qDeleteAll(menu.findChildren<QMenu *>(Qt::FindDirectChildrenOnly));
}

} // namespace

void fillLayoutMenu(QMenu &menu, HexView &view, const std::function<void()> &chosen)
{
    empty(menu);
    view.addLayoutMenus(menu);
    menu.addSeparator();
    const auto zoom = [&](const QString &text, const QKeySequence &keys, auto percent) {
        auto *action = menu.addAction(text, &view, [&view, percent, chosen] {
            view.setZoom(percent());
            chosen();
        });
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetShortcut); // the view's own keys
    };
    zoom(tr("&Larger"), QKeySequence::ZoomIn, [&view] { return view.zoom() + 10; });
    zoom(tr("&Smaller"), QKeySequence::ZoomOut, [&view] { return view.zoom() - 10; });
    zoom(tr("&Usual size (now %1 %)").arg(view.zoom()), QKeySequence(Qt::CTRL | Qt::Key_0), [] { return 100; });
    menu.addAction(tr("As at &first"), &view, [&view, chosen] {
        view.setLayout({});
        view.setZoom(100);
        chosen();
    });
}

void fillMarksMenu(QMenu &menu, HexView &view, const std::function<void()> &chosen)
{
    empty(menu);
    auto *group = new QActionGroup(&menu);
    const std::pair<QString, HexView::ChangeMarks> modes[] = {
        {tr("&Fade after a second"), HexView::ChangeMarks::Fading},
        {tr("&Stay until cleared"), HexView::ChangeMarks::Kept},
        {tr("&How often (heat map)"), HexView::ChangeMarks::Heat}};
    for (const auto &[text, mode] : modes) {
        auto *action = menu.addAction(text, &view, [&view, mode = mode, chosen] {
            view.setChangeMarks(mode);
            chosen();
        });
        action->setCheckable(true);
        action->setChecked(view.changeMarks() == mode);
        group->addAction(action);
    }
    menu.addSeparator();
    menu.addAction(tr("&Clear marks and counts"), &view, [&view] { view.clearMarks(); });
}

QVariantMap viewSettings(const HexView &view)
{
    const HexLayout &layout = view.hexLayout();
    return {{QStringLiteral("unit"), static_cast<int>(layout.unit)},
            {QStringLiteral("radix"), static_cast<int>(layout.radix)},
            {QStringLiteral("order"), static_cast<int>(layout.order)},
            {QStringLiteral("text"), static_cast<int>(layout.text)},
            {QStringLiteral("bytesPerRow"), layout.bytesPerRow},
            {QStringLiteral("groupBytes"), layout.groupBytes},
            {QStringLiteral("addresses"), static_cast<int>(layout.addresses)},
            {QStringLiteral("addressBase"), static_cast<qulonglong>(layout.addressBase)},
            {QStringLiteral("zoom"), view.zoom()},
            {QStringLiteral("marks"), static_cast<int>(view.changeMarks())}};
}

void applyViewSettings(HexView &view, const QVariantMap &settings)
{
    HexLayout layout = view.hexLayout();
    const auto choose = [&](const char *name, auto &member, auto last) {
        const int value = settings.value(QLatin1String(name), -1).toInt();
        if (value >= 0 && value <= static_cast<int>(last))
            member = static_cast<std::decay_t<decltype(member)>>(value);
    };
    choose("unit", layout.unit, ValueType::F64);
    choose("radix", layout.radix, HexRadix::Binary);
    choose("order", layout.order, ByteOrder::Big);
    choose("text", layout.text, HexText::Utf16);
    choose("addresses", layout.addresses, HexAddresses::FromBase);
    choose("groupBytes", layout.groupBytes, 64);
    int bytes = layout.bytesPerRow;
    choose("bytesPerRow", bytes, 256);
    if (bytes % 8 == 0)
        layout.bytesPerRow = bytes;
    layout.addressBase = settings.value(QStringLiteral("addressBase")).toULongLong();
    view.setLayout(layout);
    view.setZoom(settings.value(QStringLiteral("zoom"), 100).toInt());
    auto marks = view.changeMarks();
    choose("marks", marks, HexView::ChangeMarks::Heat);
    view.setChangeMarks(marks);
}

} // namespace ipclens
