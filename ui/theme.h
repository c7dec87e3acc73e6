// Colours and fonts beyond the system palette, each in a light and a dark variant of at least 4.5:1 contrast.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

namespace ipclens::theme {

enum class Role {
    Changed,         // text of a byte that just changed
    ChangedFill,     // behind it
    Unreadable,      // text of unreadable bytes
    Address,         // address column
    Muted,           // secondary text
    WriteFrame,      // frame of a view in which typing writes
    ErrorText,
    ErrorFill,
    WarningText,
    WarningFill,
    GoodText,        // "verified"
    FirstCurve,      // messages/s
    SecondCurve,     // bytes/s
    HeatFill,        // behind a byte that changed very often
    DifferentFill,   // behind a byte that differs from the frozen frame
    DifferentMark,   // its outline
    HitFill,         // behind what a search found
    CurrentHitFill,  // behind the hit the user is at
    HitMark,         // their outline
    BookmarkFill,
    BookmarkMark,
    FrozenFill,
    FrozenMark,
    HeaderFill,      // behind the line of a region
    PrivateMemory,   // types of memory, in the overview and on the lines of regions
    MappedMemory,
    ImageMemory,
    RuleRed,         // behind rows of messages
    RuleYellow,
    RuleGreen,
    RuleBlue,
    RuleViolet,
    RuleGrey,
};

bool isDark(const QPalette &palette);
QColor color(Role role, const QPalette &palette);

// The system's fixed-pitch font at the given size in points (0: the system's own size).
QFont fixedFont(qreal pointSize = 0);

// Forces a light or dark palette, for screenshots and for users whose desktop does not tell: "light", "dark" or
// "system".
void apply(const QString &variant);
// Applies "system" again where the system has changed between light and dark since.
void followSystem();

// For what is printed, whatever the screen looks like.
QPalette paperPalette();

// Looks for icons in our own resources alone; Qt's built-in ones stand in for others. Searching the system's icon folders for
// the few standard icons of our widgets took half of the time to the first paint.
void useOwnIcons();

} // namespace ipclens::theme
