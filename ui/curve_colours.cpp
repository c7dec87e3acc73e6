#include "ui/curve_colours.h"

#include "ui/theme.h"

namespace ipclens::theme {

QColor curveColor(int number, const QPalette &palette)
{
    struct Pair {
        QRgb light;
        QRgb dark;
    };
    constexpr Pair curves[curveColours] = {{0xff1c5bb8, 0xff74b4ff}, {0xffad4408, 0xffffa860}, {0xff1a6a2b, 0xff80d797},
                                           {0xff8a1e8f, 0xffe29be8}, {0xff00707a, 0xff4fd1c1}, {0xffa01c30, 0xffff9494},
                                           {0xff6b5900, 0xffe0cc5a}, {0xff5a4fcf, 0xffb3a8ff}};
    const auto &pair = curves[static_cast<unsigned>(number) % curveColours];
    return QColor::fromRgb(isDark(palette) ? pair.dark : pair.light);
}

} // namespace ipclens::theme
