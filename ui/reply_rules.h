// What an inbox answers by itself, as rows that can be edited.
#pragma once

#include "core/os/system.h"

#include <QWidget>

class QComboBox;
class QLineEdit;
class QSpinBox;
class QVBoxLayout;

namespace ipclens {

// The first rule that fits a message decides. GUI thread.
class ReplyRules : public QWidget {
    Q_OBJECT
public:
    explicit ReplyRules(QWidget *parent = nullptr);

    Result<std::vector<ReplyRule>> rules() const; // the error names the row
    void add();

signals:
    void changed();

private:
    struct Row {
        QWidget *widget;
        QComboBox *kind;
        QLineEdit *which;
        QLineEdit *result;
        QSpinBox *delay;
    };

    QVBoxLayout *m_list;
    std::vector<Row> m_rows;
};

} // namespace ipclens
