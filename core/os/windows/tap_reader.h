// What a tap's ring holds, as messages.
#pragma once

#include "core/os/windows/references.h"
#include "core/os/windows/registered_messages.h"
#include "core/os/windows/tap_ring.h"
#include "core/os/windows/window_owners.h"

namespace ipclens {

// Reads the records that the DLL writes, and trusts none of them: the program that it is in can write there, too. For
// one thread.
class TapReader {
public:
    // The ring outlives this. `window` is the tapped one; `capacity` is kept here, because the host could change what
    // is in the header.
    TapReader(tap::Header &ring, std::uint32_t capacity, const Window &window,
              const std::vector<RegisteredMessage> &registered, ReferenceReader references)
        : m_ring(ring), m_capacity(capacity), m_window(window), m_names(registered), m_references(std::move(references))
    {
    }

    // Takes all that is there. False: what is there is no record, and is lost.
    bool read(Arrivals &arrivals);

private:
    std::uint32_t readRecord(std::uint64_t at, std::uint64_t available, Arrivals &arrivals);
    void copyOut(std::uint64_t at, void *to, std::size_t size) const;
    Message copyData(const tap::Record &record, std::uint64_t at);
    Message registered(const tap::Record &record);
    void noteOutcome(const tap::Record &record, Arrivals &arrivals);

    tap::Header &m_ring;
    const std::uint32_t m_capacity;
    const Window m_window;
    MessageNames m_names;
    ReferenceReader m_references;
    SenderNames m_senders;
    WindowOwners m_owners{m_senders};
    std::map<std::uint64_t, std::int64_t> m_underWay; // when messages began whose outcome has not come
};

} // namespace ipclens
