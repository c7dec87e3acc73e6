// A tree of decoded fields with its menu.
#pragma once

#include "ui/decoded_model.h"

#include <QTreeView>

class QMenu;

namespace ipclens {

// Lives on the GUI thread.
class DecodedTree : public QTreeView {
    Q_OBJECT
public:
    // The titles of the model's columns.
    DecodedTree(QStringList titles, QWidget *parent);

    void setFields(std::vector<DecodedField> fields, int expandedDepth);
    const DecodedField *current() const { return m_model->field(currentIndex()); }

signals:
    void currentFieldChanged(); // also to none
    // The menu of the current field is about to be shown: more may be added to it.
    void menuRequested(QMenu *menu, const ipclens::DecodedField &field);

protected:
    void contextMenuEvent(QContextMenuEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    void copyValue() const;

    DecodedModel *m_model;
};

} // namespace ipclens
