#include "ui/region_choice_button.h"

#include <QMenu>

namespace ipclens {

RegionChoiceButton::RegionChoiceButton(QWidget *parent) : QToolButton(parent)
{
    auto *menu = new QMenu(this);
    const auto add = [&](const QString &text, const QString &tip, bool on) {
        auto *action = menu->addAction(text);
        action->setCheckable(true);
        action->setChecked(on);
        action->setToolTip(tip);
        connect(action, &QAction::toggled, this, [this] {
            showChoice();
            emit choiceChanged();
        });
        return action;
    };
    m_private = add(tr("&Private memory"), tr("Heaps, stacks and what else one process has alone"), true);
    m_mapped = add(tr("&Mapped memory"), tr("File mappings and other shared sections"), true);
    m_image = add(tr("Programs and &libraries"), tr("Loaded exe and dll files"), true);
    menu->addSeparator();
    m_writable = add(tr("Only what is &writable"), {}, false);
    m_onlySelection = add(tr("Only the &selection"), tr("What is selected in the bytes now"), false);
    menu->setToolTipsVisible(true);
    setMenu(menu);
    setPopupMode(InstantPopup);
    setToolTip(tr("Which memory is looked through. Only what is readable ever is."));
    setAccessibleName(tr("Where to search"));
    showChoice();
}

RegionChoice RegionChoiceButton::choice() const
{
    return {.privateMemory = m_private->isChecked(),
            .mapped = m_mapped->isChecked(),
            .image = m_image->isChecked(),
            .writableOnly = m_writable->isChecked()};
}

void RegionChoiceButton::setChoice(const RegionChoice &choice)
{
    m_private->setChecked(choice.privateMemory);
    m_mapped->setChecked(choice.mapped);
    m_image->setChecked(choice.image);
    m_writable->setChecked(choice.writableOnly);
}

void RegionChoiceButton::showChoice()
{
    QStringList parts;
    if (m_private->isChecked() && m_mapped->isChecked() && m_image->isChecked()) {
        parts << tr("all memory");
    } else {
        for (const auto &[action, name] : {std::pair{m_private, tr("private")}, std::pair{m_mapped, tr("mapped")},
                                           std::pair{m_image, tr("images")}}) {
            if (action->isChecked())
                parts << name;
        }
        if (parts.isEmpty())
            parts << tr("nothing");
    }
    if (m_writable->isChecked())
        parts << tr("writable");
    if (m_onlySelection->isChecked())
        parts << tr("selection");
    setText(tr("in %1").arg(parts.join(QStringLiteral(", "))));
}

} // namespace ipclens
