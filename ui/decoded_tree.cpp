#include "ui/decoded_tree.h"

#include "ui/number_text.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>

namespace ipclens {

DecodedTree::DecodedTree(QStringList titles, QWidget *parent)
    : QTreeView(parent), m_model(new DecodedModel(std::move(titles), this))
{
    setModel(m_model);
    setUniformRowHeights(true);
    setAlternatingRowColors(true);
    setEditTriggers(NoEditTriggers);
    header()->setStretchLastSection(true);
}

void DecodedTree::setFields(std::vector<DecodedField> fields, int expandedDepth)
{
    m_model->setFields(std::move(fields));
    expandToDepth(expandedDepth);
    for (int column = 0; column < DecodedModel::Value; ++column)
        resizeColumnToContents(column);
}

// The key for menus acts where the keyboard is, and a click has made its row the current one.
void DecodedTree::contextMenuEvent(QContextMenuEvent *event)
{
    const auto *const field = current();
    if (!field)
        return;
    QMenu menu(this);
    menu.addAction(tr("&Copy value"), QKeySequence::Copy, this, &DecodedTree::copyValue);
    emit menuRequested(&menu, *field);
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    menu.exec(byKey ? viewport()->mapToGlobal(visualRect(currentIndex()).bottomLeft()) : event->globalPos());
}

void DecodedTree::keyPressEvent(QKeyEvent *event)
{
    if (event == QKeySequence::Copy)
        copyValue();
    else
        QTreeView::keyPressEvent(event);
}

void DecodedTree::currentChanged(const QModelIndex &now, const QModelIndex &previous)
{
    QTreeView::currentChanged(now, previous);
    emit currentFieldChanged();
}

void DecodedTree::copyValue() const
{
    if (const auto *const field = current())
        QApplication::clipboard()->setText(fromUtf8(field->value));
}

} // namespace ipclens
