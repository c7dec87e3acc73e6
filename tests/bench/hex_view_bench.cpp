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

void measure(const char *what, AddressRange extent, int bytesPerRow)
{
    HexView view;
    view.setFrameStyle(QFrame::NoFrame);
    view.setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view.setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view.setBytesPerRow(bytesPerRow);
    view.resize(width, height);
    view.setExtent(extent);
    view.show();
    QApplication::processEvents();
    view.goTo(extent.begin + extent.size / 2);
    const MemoryImage image = imageOf(view.visibleRange());
    view.showImage(image);

    const HexPainter painter(view.font());
    const HexGeometry geometry(extent, 0, bytesPerRow, painter.cell());
    const BarePainter bare(view, image, bytesPerRow, geometry.addressDigits(), painter.cell());
    QImage target(width, height, QImage::Format_RGB32);
    const auto pair = bench::alternate(
        runs,
        [&] { return bench::seconds([&] { view.viewport()->render(&target, {}, {}, QWidget::DrawChildren); }) * 1e6; },
        [&] { return bench::seconds([&] { bare.paint(target); }) * 1e6; });
    bench::report(what, pair, "us", "at most 3");
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    theme::apply(QStringLiteral("light"));
    measure("hex view repaint 1920x1080, 4 KiB, 16 bytes a row", {0, 4096}, 16);
    measure("hex view repaint 1920x1080, 128 TiB, 16 bytes a row", {0x10000, (std::uint64_t{1} << 47) - 0x20000}, 16);
    measure("hex view repaint 1920x1080, 4 KiB, 32 bytes a row", {0, 4096}, 32);
    measure("hex view repaint 1920x1080, 128 TiB, 32 bytes a row", {0x10000, (std::uint64_t{1} << 47) - 0x20000}, 32);
    return 0;
}
