// Places of a source that the user gave names to.
#pragma once

#include "ui/client.h"
#include "ui/hex_highlight.h"
#include "ui/value_choice.h"

#include <QColor>
#include <QObject>

namespace ipclens {

struct Bookmark {
    QString name;
    Address address = 0; // of the source
    QString place;       // an expression that gives the address in another run, where there is one: "demo.exe+0x10"
    ChosenType type = ValueType::U32;
    ByteOrder order = ByteOrder::Little;
    int bytes = 4;       // where it has no type
    int colour = 0;      // index into bookmarkColours()

    std::uint64_t size() const { return type ? sizeOf(*type) : static_cast<std::uint64_t>(bytes); }
    bool operator==(const Bookmark &) const = default;
};

// In light and dark palettes, with their names.
struct BookmarkColour {
    QString name;
    QColor light;
    QColor dark;
};
const std::vector<BookmarkColour> &bookmarkColours();

// The bookmarks of one source, kept in the settings under its name. GUI thread. A process has other addresses in every
// run: bookmarks in a module are looked up by their expression.
class Bookmarks : public QObject {
    Q_OBJECT
public:
    Bookmarks(Client &client, QObject *parent = nullptr);

    // Loads those of this source, and finds where they are now.
    void setSource(const SourceInfo &source);
    const std::vector<Bookmark> &all() const { return m_all; }
    void add(Bookmark bookmark);
    void set(int index, Bookmark bookmark);
    void remove(int index);
    std::vector<Highlight> highlights() const;

signals:
    void changed();

private:
    void locate();
    void save() const;

    Client &m_client;
    SourceId m_source = 0;
    QString m_key;
    std::vector<Bookmark> m_all;
};

} // namespace ipclens
