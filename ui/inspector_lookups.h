// What the inspector asks the session: where addresses lie, what a handle and whose window a number is, what is selected.
#pragma once

#include "core/session/editing_commands.h"
#include "core/session/sharing_commands.h"
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
    // What the process whose memory this is has under that handle, as "Section \Sessions\1\BaseNamedObjects\X
    // (SECTION_MAP_READ)"; empty: nothing, or not known yet.
    QString objectOf(std::uint64_t handle);

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
    void askHandles(std::uint64_t handle);
    void takeSelection(Result<MemoryImages> reply);

    // A list of the session that a number may be in: asked for again when it is old and another number is looked at.
    struct Listing {
        std::uint64_t number = 0; // last asked for
        bool isAsking = false;
        bool isRefused = false;   // this system has none, or does not tell
        QElapsedTimer since;
    };
    bool isToAsk(const Listing &listing, std::uint64_t number) const;

    Client *m_client = nullptr;
    SourceInfo m_source;
    quint64 m_generation = 0; // answers to questions about an earlier source or selection are dropped

    QHash<Address, QString> m_places;
    std::vector<Address> m_wanted;
    bool m_isAsking = false;

    std::vector<Window> m_windows;
    Listing m_windowListing;
    QHash<quint64, QString> m_handles; // of the source's process
    Listing m_handleListing;

    std::vector<AddressRange> m_selected;
    quint64 m_selection = 0;
    QString m_selectionText;
    QList<std::pair<QString, QString>> m_checksums;
    QTimer m_settle;
};

} // namespace ipclens
