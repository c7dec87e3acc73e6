// What the inspector asks the session: where addresses lie, whose window a number is, what is selected.
#pragma once

#include "core/session/editing_commands.h"
#include "ui/client.h"

#include <QHash>
#include <QObject>

namespace ipclens {

// GUI thread. One question of a kind at a time; answers are kept until the source changes. Checksums are made on a
// thread of the pool.
class InspectorLookups : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    void setSource(Client *client, const SourceInfo &source);
    const SourceInfo &source() const { return m_source; }

    // What is known of an address; nothing yet: empty. What is not known is asked for.
    QString placeOf(Address address);
    // The window of that handle, as "IpclensInbox \"Receive\" of demo.exe (123)"; empty: it is none, or not known yet.
    QString windowOf(std::uint64_t handle);

    // Checksums of the bytes selected, once they are made. `mayBeLarge`: the user asked for it.
    void setSelection(const std::vector<AddressRange> &ranges);
    void computeChecksums(bool mayBeLarge);
    const QList<std::pair<QString, QString>> &checksums() const { return m_checksums; }
    QString selectionText() const { return m_selectionText; }
    static constexpr std::uint64_t quickSelection = 1 << 20;    // bytes summed without being asked
    static constexpr std::uint64_t largestSelection = 64 << 20; // bytes; the most that can be read at once

signals:
    void changed();

private:
    void ask();
    void askWindows(std::uint64_t handle);
    void takeSelection(Result<MemoryImages> reply);

    Client *m_client = nullptr;
    SourceInfo m_source;
    quint64 m_generation = 0; // answers to questions about an earlier source or selection are dropped

    QHash<Address, QString> m_places;
    std::vector<Address> m_wanted;
    bool m_isAsking = false;

    std::vector<Window> m_windows;
    std::uint64_t m_handle = 0;     // last asked for
    bool m_isListing = false;
    bool m_hasNoWindows = false;    // this system has none
    QElapsedTimer m_sinceList;

    std::vector<AddressRange> m_selected;
    quint64 m_selection = 0;
    QString m_selectionText;
    QList<std::pair<QString, QString>> m_checksums;
    QTimer m_settle;
};

} // namespace ipclens
