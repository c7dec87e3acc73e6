// Which regions a search looks through, as a button with a menu.
#pragma once

#include "core/session/search_commands.h"

#include <QToolButton>

namespace ipclens {

class RegionChoiceButton : public QToolButton {
    Q_OBJECT
public:
    explicit RegionChoiceButton(QWidget *parent = nullptr);

    RegionChoice choice() const;
    void setChoice(const RegionChoice &choice);
    // Only what is selected when this is turned on.
    QAction *onlySelection() const { return m_onlySelection; }

signals:
    void choiceChanged();

private:
    void showChoice();

    QAction *m_private;
    QAction *m_mapped;
    QAction *m_image;
    QAction *m_writable;
    QAction *m_onlySelection;
};

} // namespace ipclens
