#include "ui/bookmarks.h"

#include "core/session/editing_commands.h"
#include "ui/number_text.h"
#include "ui/source_names.h"

#include <QSettings>

namespace ipclens {

namespace {

QVariantMap toSettings(const Bookmark &bookmark)
{
    return {{QStringLiteral("name"), bookmark.name},
            {QStringLiteral("address"), static_cast<qulonglong>(bookmark.address)},
            {QStringLiteral("place"), bookmark.place},
            {QStringLiteral("type"), bookmark.type ? static_cast<int>(*bookmark.type) : -1},
            {QStringLiteral("order"), static_cast<int>(bookmark.order)},
            {QStringLiteral("bytes"), bookmark.bytes},
            {QStringLiteral("colour"), bookmark.colour}};
}

Bookmark fromSettings(const QVariantMap &map)
{
    Bookmark bookmark;
    bookmark.name = map.value(QStringLiteral("name")).toString();
    bookmark.address = map.value(QStringLiteral("address")).toULongLong();
    bookmark.place = map.value(QStringLiteral("place")).toString();
    // What another version wrote may be unknown here.
    const int type = map.value(QStringLiteral("type"), -1).toInt();
    bookmark.type =
        type >= 0 && type <= static_cast<int>(ValueType::F64) ? ChosenType(static_cast<ValueType>(type)) : ChosenType();
    bookmark.order = map.value(QStringLiteral("order")).toInt() == static_cast<int>(ByteOrder::Big) ? ByteOrder::Big
                                                                                                    : ByteOrder::Little;
    bookmark.bytes = std::clamp(map.value(QStringLiteral("bytes"), 4).toInt(), 1, 4096);
    const int colours = static_cast<int>(bookmarkColours().size());
    bookmark.colour = std::clamp(map.value(QStringLiteral("colour")).toInt(), 0, colours - 1);
    return bookmark;
}

} // namespace

const std::vector<BookmarkColour> &bookmarkColours()
{
    static const std::vector<BookmarkColour> colours{
        {Bookmarks::tr("Blue"), QColor(0x1c, 0x5b, 0xb8), QColor(0x74, 0xb4, 0xff)},
        {Bookmarks::tr("Green"), QColor(0x1a, 0x6a, 0x2b), QColor(0x80, 0xd7, 0x97)},
        {Bookmarks::tr("Orange"), QColor(0xad, 0x44, 0x08), QColor(0xff, 0xa8, 0x60)},
        {Bookmarks::tr("Purple"), QColor(0x6b, 0x2f, 0xa8), QColor(0xc9, 0xa2, 0xff)},
        {Bookmarks::tr("Red"), QColor(0xa3, 0x15, 0x15), QColor(0xff, 0x90, 0x88)}};
    return colours;
}

Bookmarks::Bookmarks(Client &client, QObject *parent) : QObject(parent), m_client(client) {}

void Bookmarks::setSource(const SourceInfo &source)
{
    m_source = source.source;
    m_key = QStringLiteral("bookmarks/") + settingsKey(source);
    m_all.clear();
    for (const auto &saved : QSettings().value(m_key).toList())
        m_all.push_back(fromSettings(saved.toMap()));
    locate();
    emit changed();
}

void Bookmarks::locate()
{
    for (const auto &bookmark : m_all) {
        if (bookmark.place.isEmpty() || m_source == 0)
            continue;
        m_client.call(EvaluateAddress{m_source, bookmark.place.toStdString(), 0}, this,
                      [this, place = bookmark.place, source = m_source](const Result<EvaluatedAddress> &reply) {
                          if (!reply || source != m_source)
                              return; // the module is not loaded: the address of the last time is as good as any
                          for (auto &each : m_all) {
                              if (each.place == place)
                                  each.address = reply->address;
                          }
                          emit changed();
                      });
    }
}

void Bookmarks::add(Bookmark bookmark)
{
    m_all.push_back(std::move(bookmark));
    save();
    emit changed();
}

void Bookmarks::set(int index, Bookmark bookmark)
{
    m_all[static_cast<std::size_t>(index)] = std::move(bookmark);
    save();
    emit changed();
}

void Bookmarks::remove(int index)
{
    m_all.erase(m_all.begin() + index);
    save();
    emit changed();
}

std::vector<Highlight> Bookmarks::highlights() const
{
    std::vector<Highlight> highlights;
    for (const auto &bookmark : m_all)
        highlights.push_back({{bookmark.address, bookmark.size()}, HighlightRole::Bookmark, bookmark.name});
    return highlights;
}

void Bookmarks::save() const
{
    QVariantList list;
    for (const auto &bookmark : m_all)
        list << toSettings(bookmark);
    if (list.isEmpty())
        QSettings().remove(m_key);
    else
        QSettings().setValue(m_key, list);
}

} // namespace ipclens
