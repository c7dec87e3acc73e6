// The part of a memory tab that writes, copies, saves and marks.
#include "ui/memory_tab.h"

#include "core/text/address_expression.h"
#include "ui/bookmark_dialog.h"
#include "ui/error_bar.h"
#include "ui/hex_view.h"
#include "ui/job_line.h"
#include "ui/memory_header.h"
#include "ui/number_text.h"
#include "ui/range_saver.h"
#include "ui/region_text.h"
#include "ui/source_names.h"
#include "ui/text_mark.h"
#include "ui/why.h"
#include "ui/write_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMimeData>
#include <QSettings>

namespace ipclens {
namespace {

constexpr std::uint64_t largestCopy = 16 << 20;   // bytes; as text three times as much
constexpr std::uint64_t largestFrozen = 4096;     // bytes
constexpr const char *fileFolderKey = "files/folder";

// A number typed where numbers stand as hex or binary is one without a prefix, too.
QString withPrefix(const QString &text, const HexLayout &layout)
{
    const bool isInteger = layout.unit != ValueType::F32 && layout.unit != ValueType::F64;
    if (!isInteger || layout.radix == HexRadix::Decimal || text.startsWith(QLatin1Char('-')))
        return text;
    const QString prefix = layout.radix == HexRadix::Hex ? QStringLiteral("0x") : QStringLiteral("0b");
    return text.startsWith(prefix, Qt::CaseInsensitive) ? text : prefix + text;
}

} // namespace

bool MemoryTab::isWritable() const
{
    return m_view->isWritable();
}

void MemoryTab::setWritable(bool writable)
{
    m_wantsWritable = writable;
    const auto request = ++m_accessRequest;
    if (!writable) { // at once, whatever the session says
        m_view->setWritable(false);
        m_editor->setWritable(false);
    }
    if (source().access == Access::Copy || source().source == 0) {
        m_view->setWritable(writable && source().source != 0);
        m_editor->setWritable(m_view->isWritable());
        showAccess();
        return;
    }
    m_link->setAccess(writable ? Access::ReadWrite : Access::Read, [this, request](const Result<SourceInfo> &reply) {
        if (request != m_accessRequest)
            return;
        if (!reply) {
            m_wantsWritable = false;
            showRefusal(*m_answer, reply.error(), explainTarget(source().spec));
        }
        takeSource();
    });
}

void MemoryTab::showAccess()
{
    m_header->showAccess(*m_link, m_view->isWritable(), title());
    emit statusChanged(status());
}

std::vector<AddressRange> MemoryTab::selected() const
{
    auto ranges = m_view->selectedRanges();
    std::erase_if(ranges, [](const AddressRange &range) { return range.size == 0; });
    return ranges;
}

std::vector<AddressRange> MemoryTab::selectedOrCursor() const
{
    auto ranges = selected();
    if (ranges.empty() && m_view->extent().size != 0)
        ranges.push_back({m_view->cursor(), 1});
    return ranges;
}

// Typing a value over another, in the view. --------------------------------------------------------------------------

void MemoryTab::editValue(Address at, int size, const QString &typed)
{
    const HexLayout &layout = m_view->hexLayout();
    const MemoryImage image = m_view->imageAt(at, static_cast<std::uint64_t>(size));
    const QRect place = m_view->valueRect(at);
    if (image.bytes.size() != static_cast<std::size_t>(size) || place.isEmpty())
        return;
    QString text = typed;
    if (text.isEmpty()) {
        std::string shown(static_cast<std::size_t>(valueWidth(layout)), ' ');
        writeValue(image.bytes, layout, shown);
        text = fromUtf8(shown).trimmed();
    }
    m_valueLine->setFont(m_view->font());
    m_valueLine->setText(text);
    markProblem(*m_valueLine, std::nullopt);
    m_valueLine->setProperty("address", static_cast<qulonglong>(at));
    m_valueLine->setProperty("bytes", QByteArray(reinterpret_cast<const char *>(image.bytes.data()), size));
    m_valueLine->show();
    placeValueLine();
    m_valueLine->setFocus();
    if (typed.isEmpty())
        m_valueLine->selectAll();
}

// Over the value; what is typed does not go away because lines above came or went.
void MemoryTab::placeValueLine()
{
    if (!m_valueLine->isVisibleTo(this))
        return;
    const QRect place = m_view->valueRect(m_valueLine->property("address").toULongLong());
    if (place.isEmpty()) {
        endValueLine();
        return;
    }
    const int letter = m_valueLine->fontMetrics().horizontalAdvance(QLatin1Char('0'));
    m_valueLine->setGeometry(place.x() - 4, place.y() - 1, std::max(place.width() + 12, letter * 14),
                             place.height() + 2);
}

void MemoryTab::endValueLine()
{
    m_valueLine->hide();
    m_view->setFocus();
}

bool MemoryTab::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_valueLine)
        return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::FocusOut) {
        m_valueLine->hide();
    } else if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Escape) {
            endValueLine();
            return true;
        }
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            takeTypedValue();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void MemoryTab::takeTypedValue()
{
    const HexLayout &layout = m_view->hexLayout();
    const QString text = withPrefix(m_valueLine->text().trimmed(), layout);
    const auto bytes = parseValue(layout.unit, layout.order, text);
    if (!bytes) {
        auto problem = bytes.error();
        const auto added =
            static_cast<std::size_t>(text.toUtf8().size() - m_valueLine->text().trimmed().toUtf8().size());
        problem.offset -= std::min(problem.offset, added); // what we put before it was not typed
        markProblem(*m_valueLine, problem);
        setMessage(tr("\"%1\": %2").arg(m_valueLine->text(), problemText(problem, m_valueLine->text())));
        return;
    }
    const auto at = m_valueLine->property("address").toULongLong();
    const QByteArray before = m_valueLine->property("bytes").toByteArray();
    endValueLine();
    m_editor->write({.at = at,
                     .expected = toBytes(std::string_view(before.constData(), static_cast<std::size_t>(before.size()))),
                     .bytes = *bytes});
}

// Many bytes at once. ------------------------------------------------------------------------------------------------

void MemoryTab::writeFrom(WriteDialog *dialog)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_editor->writeAll(dialog->edits()); });
    dialog->open();
}

bool MemoryTab::canWrite(const QString &what)
{
    if (isWritable() && !selectedOrCursor().empty())
        return true;
    m_answer->showText(tr("%1: the tab is read-only. Open the padlock (Ctrl+E) to write.").arg(what),
                       ErrorBar::Level::Warning);
    return false;
}

void MemoryTab::fill()
{
    if (canWrite(tr("Fill")))
        writeFrom(new WriteDialog(WriteDialog::Kind::Fill, *m_link, selectedOrCursor(), this));
}

void MemoryTab::paste()
{
    if (!canWrite(tr("Paste")))
        return;
    const QMimeData *content = QApplication::clipboard()->mimeData();
    const QString raw = QStringLiteral("application/octet-stream");
    if (!content->hasText() && content->hasFormat(raw)) {
        auto *dialog = new WriteDialog(WriteDialog::Kind::File, *m_link, selectedOrCursor(), this);
        dialog->setRaw(tr("Bytes on the clipboard"), content->data(raw));
        writeFrom(dialog);
        return;
    }
    auto *dialog = new WriteDialog(WriteDialog::Kind::Paste, *m_link, selectedOrCursor(), this);
    dialog->setPastedText(content->text());
    writeFrom(dialog);
}

void MemoryTab::loadFile()
{
    if (!canWrite(tr("Load a file")))
        return;
    auto *chooser = new QFileDialog(this, tr("Load a file into memory"),
                                    QSettings().value(QLatin1String(fileFolderKey)).toString());
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setFileMode(QFileDialog::ExistingFile);
    connect(chooser, &QFileDialog::fileSelected, this, [this](const QString &path) {
        QSettings().setValue(QLatin1String(fileFolderKey), QFileInfo(path).path());
        auto *dialog = new WriteDialog(WriteDialog::Kind::File, *m_link, selectedOrCursor(), this);
        dialog->setFile(path);
        writeFrom(dialog);
    });
    chooser->open();
}

void MemoryTab::saveRange()
{
    AddressRange range = m_view->selection();
    if (range.size == 0) { // nothing is selected: the region, or all of what is no process
        const Region *region = regionAt(m_link->regions(), m_view->cursor());
        range = region ? region->range : m_view->extent();
    }
    if (range.size > RangeSaver::largest) {
        m_answer->showText(
            tr("%1 are too much for a plain file of bytes (at most %2); a snapshot keeps only what can be read.")
                .arg(sizeText(range.size), sizeText(RangeSaver::largest)),
            ErrorBar::Level::Error);
        return;
    }
    const QString title = tr("Save %1 from %2").arg(sizeText(range.size), shownAddress(range.begin));
    auto *chooser = new QFileDialog(this, title, QSettings().value(QLatin1String(fileFolderKey)).toString());
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setAcceptMode(QFileDialog::AcceptSave);
    chooser->setDefaultSuffix(QStringLiteral("bin"));
    connect(chooser, &QFileDialog::fileSelected, this, [this, range](const QString &path) {
        QSettings().setValue(QLatin1String(fileFolderKey), QFileInfo(path).path());
        saveTo(path, range);
    });
    chooser->open();
}

void MemoryTab::saveTo(const QString &path, AddressRange range)
{
    if (m_job->isRunning()) {
        m_answer->showText(tr("Something is being saved already."), ErrorBar::Level::Warning);
        return;
    }
    auto *saver = new RangeSaver(m_client, source(), range, path, *m_job, this);
    connect(saver, &RangeSaver::finished, this, &MemoryTab::showSaved);
}

void MemoryTab::showSaved(const QString &failure, const QString &path, const std::vector<AddressRange> &unreadable)
{
    if (!failure.isEmpty()) {
        m_answer->showText(tr("%1 was not saved: %2").arg(path, failure), ErrorBar::Level::Error);
        return;
    }
    setMessage(tr("saved %1").arg(path));
    if (unreadable.empty())
        return;
    std::uint64_t total = 0;
    QStringList lines;
    for (const auto &range : unreadable) {
        total += range.size;
        lines << tr("%1 to %2").arg(shownAddress(range.begin), shownAddress(range.end() - 1));
    }
    constexpr qsizetype said = 4;
    const QString list = lines.mid(0, said).join(QStringLiteral(", "));
    m_answer->showText(tr("%1 was saved, but %2 could not be read and are zeros there: %3%4")
                           .arg(path, sizeText(total), list,
                                lines.size() > said ? tr(", and %1 more ranges").arg(lines.size() - said) : QString()),
                       ErrorBar::Level::Warning);
    m_answer->offer(tr("Copy the list"),
                    [lines] { QApplication::clipboard()->setText(lines.join(QLatin1Char('\n'))); });
}

// Copying. -----------------------------------------------------------------------------------------------------------

void MemoryTab::copyAs(CopyFormat format)
{
    const auto ranges = selectedOrCursor();
    std::uint64_t total = 0;
    for (const auto &range : ranges)
        total += std::min(range.size, largestCopy + 1);
    if (total > largestCopy) {
        refuseCopy(total);
        return;
    }
    m_client.call(ReadMemory{source().source, ranges}, this,
                  [this, format, base = source().base](const Result<MemoryImages> &reply) {
                      if (!reply) {
                          showRefusal(*m_answer, reply.error(), explainTarget(source().spec));
                          return;
                      }
                      QStringList parts;
                      for (const auto &image : reply->images) {
                          const auto text = ipclens::copyAs(format, image, base);
                          if (!text) {
                              m_answer->showError(text.error());
                              return;
                          }
                          parts << fromUtf8(*text);
                      }
                      QApplication::clipboard()->setText(parts.join(QLatin1Char('\n')));
                      setMessage(tr("copied"));
                  });
}

void MemoryTab::refuseCopy(std::uint64_t size)
{
    m_answer->showError({.kind = ErrorKind::OutOfRange,
                         .code = 0,
                         .operation = "copy",
                         .object = tr("%1 bytes").arg(countText(size)).toStdString(),
                         .meaning = tr("at most %1 fit the clipboard").arg(sizeText(largestCopy)).toStdString(),
                         .hint = {}});
}

void MemoryTab::copyRange(AddressRange range)
{
    if (range.size > largestCopy) {
        refuseCopy(range.size);
        return;
    }
    m_client.call(ReadMemory{source().source, {range}}, this, [this](const Result<MemoryImages> &reply) {
        if (!reply)
            showRefusal(*m_answer, reply.error(), explainTarget(source().spec));
        else if (!reply->images.empty())
            m_view->copyImage(reply->images.front());
    });
}

// Names and frozen values. --------------------------------------------------------------------------------------------

void MemoryTab::addBookmark()
{
    const HexLayout &layout = m_view->hexLayout();
    const AddressRange chosen = selectedOrCursor().empty() ? AddressRange{} : selectedOrCursor().front();
    if (chosen.size == 0)
        return;
    // One byte at the cursor is a place; what it holds is most often a 32-bit number.
    ChosenType type = layout.isHexBytes() ? ValueType::U32 : layout.unit;
    if (chosen.size > 1)
        type = chosen.size == 2 ? ChosenType(ValueType::U16) : chosen.size == 4 ? ChosenType(ValueType::U32)
             : chosen.size == 8 ? ChosenType(ValueType::U64) : ChosenType();
    addBookmark(chosen.begin, type, layout.order, static_cast<int>(std::min<std::uint64_t>(chosen.size, 4096)));
}

void MemoryTab::addBookmark(Address at, const ChosenType &type, ByteOrder order, int bytes)
{
    Bookmark bookmark{
        .name = {}, .address = at, .place = {}, .type = type, .order = order, .bytes = bytes, .colour = 0};
    if (source().spec.kind != SourceKind::Process) {
        askForBookmark(bookmark);
        return;
    }
    // In another run of the process, only a place in a module is the same.
    m_client.call(ListModules{source().process ? source().process->key : source().spec.process}, this,
                  [this, bookmark](Result<ModuleList> reply) mutable {
                      if (reply)
                          m_modules = std::move(reply->modules);
                      for (const auto &module : m_modules) {
                          if (module.range.contains(bookmark.address))
                              bookmark.place =
                                  fromUtf8(quotedName(module.name)) +
                                  QStringLiteral("+%1").arg(addressText(bookmark.address - module.range.begin));
                      }
                      askForBookmark(bookmark);
                  });
}

void MemoryTab::askForBookmark(const Bookmark &bookmark)
{
    auto *dialog = new BookmarkDialog(bookmark, shownAddress(bookmark.address), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_bookmarks->add(dialog->bookmark()); });
    dialog->open();
}

void MemoryTab::freezeChosen()
{
    const HexLayout &layout = m_view->hexLayout();
    const auto chosen = selected();
    if (chosen.size() > 1) {
        m_answer->showText(tr("Freeze one run of bytes at a time: a block of columns cannot be held."),
                           ErrorBar::Level::Warning);
        return;
    }
    AddressRange range = chosen.empty() ? AddressRange{m_view->cursor(), sizeOf(layout.unit)} : chosen.front();
    if (range.size > largestFrozen) {
        m_answer->showText(
            tr("%1 bytes are too many to hold: at most %2.").arg(countText(range.size), countText(largestFrozen)),
            ErrorBar::Level::Error);
        return;
    }
    const MemoryImage image = m_view->imageAt(range.begin, range.size);
    if (image.bytes.size() != range.size || !image.unreadable.empty()) {
        m_answer->showText(tr("What cannot be read cannot be held."), ErrorBar::Level::Error);
        return;
    }
    const bool isValue = range.size == sizeOf(layout.unit);
    emit freezeRequested(range.begin, image.bytes, isValue ? std::optional(layout.unit) : std::nullopt, layout.order);
}

} // namespace ipclens
