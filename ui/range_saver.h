// Saves the bytes of a range into a file on this machine, piece by piece.
#pragma once

#include "ui/client.h"

#include <QSaveFile>

namespace ipclens {

class JobLine;

// GUI thread. What cannot be read becomes zeros, so that offsets in the file stay right, and is listed. Deletes itself
// when it is done.
class RangeSaver : public QObject {
    Q_OBJECT
public:
    // `line` shows how far it is; all outlive it. Begins at once.
    RangeSaver(Client &client, const SourceInfo &source, AddressRange range, const QString &path, JobLine &line,
               QObject *parent);

    static constexpr std::uint64_t largest = std::uint64_t{64} << 30; // bytes

signals:
    // `failure` is empty when the file is there.
    void finished(const QString &failure, const QString &path, const std::vector<ipclens::AddressRange> &unreadable);

private:
    void readNext();
    void take(Result<MemoryImages> reply);
    void end(const QString &failure);

    Client &m_client;
    const SourceInfo m_source;
    const AddressRange m_range;
    JobLine &m_line;
    QSaveFile m_file;
    std::uint64_t m_done = 0;
    std::uint64_t m_job = 0;
    bool m_isCancelled = false;
    std::vector<AddressRange> m_unreadable;
};

} // namespace ipclens
