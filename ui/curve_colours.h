// Colours of curves and whatever else there are several of, beside those of the theme.
#pragma once

#include <QColor>
#include <QPalette>

namespace ipclens::theme {

inline constexpr int curveColours = 8;

// Each of at least 4.5:1 contrast in light and in dark; after the last the first comes again.
QColor curveColor(int number, const QPalette &palette);

} // namespace ipclens::theme
