// The map of who talks to whom: what it shows, what it leaves out, and where it can be taken.
#pragma once

#include "core/session/map_layout.h"
#include "core/session/sharing_map.h"
#include "ui/sharing_tab.h"

#include <QTimer>

class QAction;
class QLabel;
class QLineEdit;
class QMenu;
class QSpinBox;
class QToolButton;

namespace ipclens {

class MapView;
class MessageCounts;

// What is drawn of a map. Made on another thread: laying out hundreds of nodes takes longer than a frame.
struct DrawnMap {
    SharingMap map;
    MapLayout layout;
    std::size_t nodes = 0; // before alike ones became one
};

// GUI thread. Reads the map again while it can be seen; edges get thicker as messages arrive.
class MapTab : public SharingTab {
    Q_OBJECT
public:
    // `counts` outlives the tab.
    MapTab(Client &client, const MessageCounts &counts, QWidget *parent = nullptr);
    ~MapTab() override;

    QString identity() const override { return QStringLiteral("map"); }
    PageSpec spec() const override { return {.kind = PageSpec::Kind::Map, .process = {}, .object = {}}; }
    QString title() const override { return tr("Who talks to whom"); }
    Sign sign() const override { return Sign::Map; }
    void focusFilter() override;

    MapView *view() const { return m_view; }
    void setFilter(const QString &text);
    // By the ending of its name: .png, .pdf, .dot. Empty: it was written; else why not.
    QString exportTo(const QString &path) const;

protected:
    void showEvent(QShowEvent *event) override;

private:
    void ask() override;
    void read(bool withViews);
    void makeControls();
    void draw();
    void drawn(std::shared_ptr<DrawnMap> map);
    void showChosen();
    void openChosen();
    void fillMenu(QMenu *menu);
    void chooseFile(const QString &ending);
    MapFilter filter() const;

    struct Return; // where the other thread leaves what it made
    const std::shared_ptr<Return> m_return;
    const MessageCounts &m_counts;
    std::shared_ptr<const SharingMap> m_map; // as the session told it
    bool m_isDrawing = false;
    bool m_isStale = false;
    QTimer m_soon;

    QLineEdit *m_filter;
    QToolButton *m_show;
    QList<QAction *> m_kinds; // in the order of MapNodeKind
    QAction *m_onlyShared;
    QAction *m_group;
    QSpinBox *m_most;
    QLabel *m_summary;
    MapView *m_view;
    QLabel *m_chosen;
    QToolButton *m_open;
    QLabel *m_notes;
};

} // namespace ipclens
