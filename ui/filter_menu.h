// The ways to filter by a test that a menu offers.
#pragma once

#include <QString>

#include <functional>

class QMenu;

namespace ipclens {

// Adds a submenu for the test: show only what passes, also, or not. `join` takes what FilterLine::join() does.
void addFilterMenu(QMenu &menu, const QString &test,
                   const std::function<void(const QString &sign, const QString &test)> &join);

} // namespace ipclens
