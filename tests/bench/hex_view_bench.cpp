// A full repaint of the hex view at 1920x1080 against a bare painter that draws one QGlyphRun per row of the same text.
#include "tests/bench/measure.h"
#include "ui/hex_view.h"
#include "ui/theme.h"

#include <QApplication>
#include <QGlyphRun>
#include <QImage>
#include <QPainter>
#include <QRawFont>

namespace {

using namespace ipclens;

constexpr int width = 1920;
constexpr int height = 1080;
constexpr int runs = 201;

// Bytes as a structure-filled page has them: half zero, the rest anything.
MemoryImage imageOf(AddressRange range)
{
    MemoryImage image{.address = range.begin};
    image.bytes.resize(range.size);
    std::uint32_t state = 1;
    for (auto &byte : image.bytes) {
        state = state * 1664525 + 1013904223;
        byte = (state & 0x80000000) != 0 ? static_cast<std::byte>(state >> 16) : std::byte{0};
    }
    return image;
}

QString lineOf(const MemoryImage &image, Address row, int columns, int digits)
{
    QString line = QStringLiteral("%1  ").arg(row, digits, 16, QLatin1Char('0'));
    QString text;
    for (int i = 0; i < columns; ++i) {
        const Address at = row + static_cast<unsigned>(i);
        const auto value = image.range().contains(at) ? std::to_integer<unsigned>(image.bytes[at - image.address]) : 0;
        line += QStringLiteral("%1 ").arg(value, 2, 16, QLatin1Char('0'));
        if (i % 8 == 7)
            line += QLatin1Char(' ');
        text += value >= 0x20 && value < 0x7F ? QChar(value) : QLatin1Char('.');
    }
    return line + text;
}

// Everything is laid out before; only filling and drawing count.
class BarePainter {
public:
    BarePainter(const HexView &view, const MemoryImage &image, int columns, int digits, QSize cell)
        : m_font(QRawFont::fromFont(view.font()))
    {
        const Address begin = view.visibleRange().begin;
        const double ascent = m_font.ascent();
        for (int row = 0; row * cell.height() < height; ++row) {
            const QString line = lineOf(image, begin + static_cast<unsigned>(row * columns), columns, digits);
            QVector<QPointF> positions;
            for (int i = 0; i < line.size(); ++i)
                positions.push_back(QPointF(i * cell.width(), row * cell.height() + ascent));
            QGlyphRun run;
            run.setRawFont(m_font);
            run.setGlyphIndexes(m_font.glyphIndexesForString(line));
            run.setPositions(positions);
            m_runs.push_back(run);
        }
    }

    void paint(QImage &target) const
    {
        QPainter painter(&target);
        painter.fillRect(target.rect(), Qt::white);
        painter.setPen(Qt::black);
        for (const auto &run : m_runs)
            painter.drawGlyphRun(QPointF(0, 0), run);
    }

private:
    QRawFont m_font;
    std::vector<QGlyphRun> m_runs;
};

// Half of the rows changed a moment ago, and there are bookmarks, hits and a selection.
void decorate(HexView &view, const MemoryImage &image)
{
    MemoryImage changed = image;
    std::vector<Highlight> highlights;
    for (std::size_t i = 0; i < changed.bytes.size(); i += 40) {
        changed.bytes[i] ^= std::byte{1};
        if (i % 120 == 0)
            highlights.push_back(
                {{image.address + i + 8, 4}, i % 240 == 0 ? HighlightRole::SearchHit : HighlightRole::Bookmark, {}});
    }
    view.updateImage(changed);
    view.setHighlights(std::move(highlights));
    view.select({image.address + 64, 200});
}

enum class What { Repaint, Highlights, PageScroll };

void measure(const char *what, AddressRange extent, const HexLayout &layout, What work,
             std::span<const Region> regions = {})
{
    HexView view;
    view.setFrameStyle(QFrame::NoFrame);
    view.setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view.setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view.setLayout(layout);
    view.resize(width, height);
    view.setExtent(extent);
    view.setRegions({regions.begin(), regions.end()});
    view.show();
    QApplication::processEvents();
    const Address middle = extent.begin + extent.size / 2;
    view.goTo(middle);
    const AddressRange near =
        intersect({view.visibleRange().begin - std::min<Address>(view.visibleRange().begin, 65536), 131072}, extent);
    const MemoryImage image = imageOf(near);
    view.setChangeMarks(ChangeMarks::Kept); // else they would have faded before the last run
    view.showImage(image);
    if (work != What::Repaint)
        decorate(view, image);

    const HexPainter painter(view.font());
    const BarePainter bare(view, image, layout.bytesPerRow, view.rows().addressDigits(), painter.cell());
    QImage target(width, height, QImage::Format_RGB32);
    std::int64_t step = 1;
    const std::uint64_t top = view.topRow();
    const auto pair = bench::alternate(
        runs,
        [&] {
            return bench::seconds([&] {
                       if (work == What::PageScroll) {
                           view.setTopRow(step > 0 ? top + view.shownLines() : top);
                           step = -step;
                       }
                       view.viewport()->render(&target, {}, {}, QWidget::DrawChildren);
                   }) *
                   1e6;
        },
        [&] { return bench::seconds([&] { bare.paint(target); }) * 1e6; });
    bench::report(what, pair, "us", "at most 1.5");
}

std::vector<Region> manyRegions(AddressRange extent)
{
    std::vector<Region> regions;
    constexpr std::uint64_t count = 100'000;
    for (std::uint64_t i = 0; i < count; ++i)
        regions.push_back({.range = {extent.begin + extent.size / count * i / 4096 * 4096, 65536},
                           .state = RegionState::Committed,
                           .protection = {.read = true, .write = i % 2 == 0},
                           .type = RegionType::Mapped,
                           .mapped = "C:\\windows\\system32\\demo.dll"});
    return regions;
}

void measureRegions(AddressRange extent)
{
    HexView view;
    view.resize(width, height);
    view.setStripShown(true);
    view.setExtent(extent);
    view.show();
    QApplication::processEvents();
    const auto regions = manyRegions(extent);
    std::vector<double> first, again;
    for (int i = 0; i < 11; ++i) {
        view.setRegions({});
        first.push_back(bench::seconds([&] { view.setRegions(regions); }) * 1e3);
        again.push_back(bench::seconds([&] { view.setRegions(regions); }) * 1e3);
    }
    fmt::print("100,000 regions: set in {:.2f} ms, set again unchanged in {:.2f} ms\n", bench::median(first),
               bench::median(again));
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    theme::apply(QStringLiteral("light"));
    const AddressRange page{0, 4096}, process{0x10000, (std::uint64_t{1} << 47) - 0x20000};
    for (const int bytes : {16, 32}) {
        const HexLayout layout{.bytesPerRow = bytes};
        const auto name = [&](const char *what, const char *size) {
            return fmt::format("{} 1920x1080, {}, {} bytes a row", what, size, bytes);
        };
        measure(name("repaint", "4 KiB").c_str(), page, layout, What::Repaint);
        measure(name("repaint", "128 TiB").c_str(), process, layout, What::Repaint);
        measure(name("repaint with highlights", "4 KiB").c_str(), page, layout, What::Highlights);
        measure(name("repaint with highlights", "128 TiB").c_str(), process, layout, What::Highlights);
        measure(name("page scroll with highlights", "64 KiB").c_str(), {0, 65536}, layout, What::PageScroll);
        measure(name("page scroll with highlights", "128 TiB").c_str(), process, layout, What::PageScroll);
    }
    const auto regions = manyRegions(process);
    measure("page scroll with highlights, 128 TiB in 100,000 regions", process, {}, What::PageScroll, regions);
    measureRegions(process);
    return 0;
}
