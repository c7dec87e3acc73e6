// What the bytes under the cursor mean, read as every common type.
#pragma once

#include "core/model/memory.h"

#include <QWidget>

class QLabel;
class QTableWidget;

namespace ipclens {

// A table of types with little- and big-endian values. Lives on the GUI thread.
class Inspector : public QWidget {
    Q_OBJECT
public:
    explicit Inspector(QWidget *parent = nullptr);

    // `around` needs to hold the bytes from `at` on; what it lacks is said to be missing.
    void showBytes(Address at, const MemoryImage &around);
    void clear();

    QSize sizeHint() const override;

protected:
    void changeEvent(QEvent *event) override;

private:
    void setCell(int row, int column, const QString &text);
    void fitColumns();
    void copy();

    QLabel *m_address;
    QTableWidget *m_table;
};

} // namespace ipclens
