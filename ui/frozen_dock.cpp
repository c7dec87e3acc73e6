#include "ui/frozen_dock.h"

#include "ui/error_bar.h"
#include "ui/frozen_model.h"
#include "ui/said_label.h"
#include "ui/why.h"

#include <QAction>
#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHeaderView>
#include <QLabel>
#include <QToolButton>
#include <QTreeView>

namespace ipclens {

namespace {

constexpr int refreshInterval = 1000; // milliseconds: how often rewrites are counted

} // namespace

FrozenDock::FrozenDock(Client &client, Specs specs, QWidget *parent)
    : QWidget(parent), m_client(client), m_specs(std::move(specs)), m_model(new FrozenModel(this)),
      m_error(new ErrorBar(this)), m_view(new QTreeView(this)), m_empty(addHint(*m_view)),
      m_on(new QCheckBox(tr("&Hold all of them"), this)), m_rule(new QComboBox(this)), m_rate(new QDoubleSpinBox(this)),
      m_remove(new QToolButton(this)), m_removeAll(new QToolButton(this))
{
    setObjectName(QStringLiteral("frozen"));
    m_view->setModel(m_model);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setAccessibleName(tr("Frozen values"));
    m_view->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_view->header()->setStretchLastSection(true);
    const int letter = fontMetrics().averageCharWidth();
    for (const auto &[column, letters] : {std::pair{FrozenModel::Source, 24}, std::pair{FrozenModel::Place, 20},
                                          std::pair{FrozenModel::Type, 8}, std::pair{FrozenModel::Value, 22},
                                          std::pair{FrozenModel::Rule, 11}, std::pair{FrozenModel::Rate, 10},
                                          std::pair{FrozenModel::Rewrites, 12}})
        m_view->setColumnWidth(column, letters * letter);
    m_empty->setText(
        tr("Nothing is frozen. A value is frozen from the bytes, the inspector or a scan, in a tab that is open for "
           "writing; it is then written again whenever the target changes it."));

    m_on->setObjectName(QStringLiteral("holdAll"));
    m_on->setChecked(true);
    m_on->setToolTip(tr("Off, nothing is written again, but the list stays"));
    for (const auto rule : {FreezeRule::Hold, FreezeRule::MayRise, FreezeRule::MayFall})
        m_rule->addItem(ruleText(rule), static_cast<int>(rule));
    m_rule->setAccessibleName(tr("Rule"));
    m_rule->setToolTip(
        tr("May rise: a larger value of the target becomes the one that is held. May fall: a smaller one."));
    m_rate->setRange(0.1, 1000);
    m_rate->setValue(10);
    m_rate->setDecimals(1);
    m_rate->setSuffix(tr(" Hz"));
    m_rate->setKeyboardTracking(false);
    m_rate->setAccessibleName(tr("Rate"));
    m_rate->setToolTip(tr("How often the value is looked at and written again"));
    m_remove->setText(tr("Unfreeze"));
    m_remove->setToolTip(tr("Stop holding this value (Delete)"));
    m_removeAll->setText(tr("Unfreeze all"));

    auto *row = new QHBoxLayout;
    row->setContentsMargins(6, 2, 6, 4);
    row->addWidget(m_on);
    row->addSpacing(12);
    row->addWidget(m_rule);
    row->addWidget(m_rate);
    row->addStretch();
    row->addWidget(m_remove);
    row->addWidget(m_removeAll);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_error);
    column->addWidget(m_view, 1);
    column->addLayout(row);

    auto *remove = new QAction(tr("&Unfreeze"), m_view);
    remove->setShortcut(Qt::Key_Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    connect(remove, &QAction::triggered, this, &FrozenDock::removeChosen);
    m_view->addAction(remove);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);

    m_refresh.setInterval(refreshInterval);
    connect(&m_refresh, &QTimer::timeout, this, &FrozenDock::load);
    connect(m_on, &QCheckBox::clicked, this, &FrozenDock::setOn);
    connect(m_remove, &QToolButton::clicked, this, &FrozenDock::removeChosen);
    connect(m_removeAll, &QToolButton::clicked, this, [this] {
        m_client.call(Unfreeze{}, this, [this](const Result<Done> &reply) {
            if (!reply)
                m_error->showError(reply.error());
            load();
        });
    });
    connect(m_rule, &QComboBox::activated, this, &FrozenDock::changeChosen);
    connect(m_rate, &QDoubleSpinBox::valueChanged, this, &FrozenDock::changeChosen);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &FrozenDock::updateControls);
    connect(m_view, &QTreeView::activated, this, [this] {
        if (const auto item = chosen())
            emit goToRequested(item->source, item->address);
    });
    connect(m_view, &QTreeView::doubleClicked, this, [this](const QModelIndex &index) {
        if (index.column() == FrozenModel::Value)
            m_view->edit(index);
    });
    connect(m_model, &FrozenModel::valueTyped, this, &FrozenDock::replace);
    connect(m_model, &FrozenModel::inputRefused, this,
            [this](const QString &why) { m_error->showText(why, ErrorBar::Level::Error); });
    connect(&m_client, &Client::frozenChanged, this, [this](const FrozenItem &item, bool isGone) {
        if (isGone)
            m_model->remove(item.id);
        else
            m_model->put(item);
        updateControls();
        emit itemsChanged();
    });
    connect(&m_client, &Client::stateChanged, this, [this] {
        if (m_client.state() == Client::State::Lost) {
            m_model->setItems({}); // they ended with their session
            emit itemsChanged();
        }
        load();
        updateControls();
    });
    load();
    updateControls();
}

void FrozenDock::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_refresh.start();
    load();
}

void FrozenDock::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_refresh.stop();
}

void FrozenDock::load()
{
    if (m_isLoading || m_client.state() != Client::State::Connected)
        return;
    m_isLoading = true;
    m_client.call(ListFrozen{}, this, [this](Result<FrozenList> reply) {
        m_isLoading = false;
        if (!reply) {
            m_error->showError(reply.error());
            return;
        }
        m_on->setChecked(reply->on);
        m_model->setOn(reply->on);
        m_model->setItems(std::move(reply->items));
        updateControls();
        emit itemsChanged();
    });
}

void FrozenDock::freeze(FrozenItem item)
{
    m_error->clear();
    item.rule = item.type ? static_cast<FreezeRule>(m_rule->currentData().toInt()) : FreezeRule::Hold;
    item.rate = m_rate->value();
    hold(std::move(item));
}

void FrozenDock::hold(FrozenItem item)
{
    const SourceId source = item.source;
    m_client.call(Freeze{std::move(item)}, this, [this, source](const Result<FrozenItem> &reply) {
        if (!reply) {
            const auto spec = m_specs(source);
            showRefusal(*m_error, reply.error(), spec ? explainTarget(*spec) : std::nullopt);
            return;
        }
        m_model->put(*reply);
        m_view->setCurrentIndex(m_model->index(m_model->find(reply->id), 0));
        updateControls();
        emit itemsChanged();
    });
}

// A frozen value is changed by holding another in its place. Two at one address would fight, so the old one ends first.
void FrozenDock::replace(const FrozenItem &item)
{
    m_error->clear();
    m_client.call(Unfreeze{item.id}, this, [this, item](const Result<Done> &reply) {
        if (!reply) {
            m_error->showError(reply.error());
            return;
        }
        m_model->remove(item.id);
        hold(item);
    });
}

void FrozenDock::changeChosen()
{
    auto item = chosen();
    if (!item)
        return;
    const auto rule = static_cast<FreezeRule>(m_rule->currentData().toInt());
    if (rule == item->rule && m_rate->value() == item->rate)
        return;
    item->rule = rule;
    item->rate = m_rate->value();
    replace(*item);
}

void FrozenDock::removeChosen()
{
    const auto item = chosen();
    if (!item)
        return;
    m_client.call(Unfreeze{item->id}, this, [this, id = item->id](const Result<Done> &reply) {
        if (reply)
            m_model->remove(id);
        else
            m_error->showError(reply.error());
        updateControls();
        emit itemsChanged();
    });
}

void FrozenDock::setOn(bool on)
{
    m_on->setChecked(on);
    m_client.call(SetFreezing{on}, this, [this](const Result<Done> &reply) {
        if (!reply)
            m_error->showError(reply.error());
        load();
    });
}

std::optional<FrozenItem> FrozenDock::chosen() const
{
    const auto index = m_view->currentIndex();
    return index.isValid() ? std::optional(m_model->item(index.row())) : std::nullopt;
}

void FrozenDock::updateControls()
{
    const bool connected = m_client.state() == Client::State::Connected;
    const auto item = chosen();
    m_empty->setVisible(m_model->rowCount() == 0);
    m_remove->setEnabled(connected && item);
    m_removeAll->setEnabled(connected && m_model->rowCount() > 0);
    m_on->setEnabled(connected);
    // Bytes have no more and less.
    m_rule->setEnabled(connected && (!item || item->type));
    if (item) {
        const QSignalBlocker ofRate(m_rate);
        m_rule->setCurrentIndex(m_rule->findData(static_cast<int>(item->rule)));
        m_rate->setValue(item->rate);
    }
}

} // namespace ipclens
