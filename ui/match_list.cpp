#include "ui/match_list.h"

#include "ui/match_model.h"
#include "ui/theme.h"

#include <QHeaderView>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QTreeView>

namespace ipclens {

namespace {

constexpr int refreshInterval = 500; // milliseconds

} // namespace

MatchList::MatchList(Client &client, QWidget *parent)
    : QWidget(parent), m_client(client), m_model(new MatchModel(this)), m_title(new QLabel(this)),
      m_view(new QTreeView(this))
{
    m_view->setModel(m_model);
    m_view->setObjectName(QStringLiteral("matches"));
    m_view->setAccessibleName(tr("All that was found"));
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setFrameShape(QFrame::NoFrame);
    const int cell = QFontMetrics(theme::fixedFont()).horizontalAdvance(QLatin1Char('0'));
    m_view->setColumnWidth(MatchModel::Place, 20 * cell);
    m_view->setColumnWidth(MatchModel::Where, 26 * cell);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto *close = new QToolButton(this);
    close->setAutoRaise(true);
    close->setText(QStringLiteral("\u2715"));
    close->setToolTip(tr("Close the list"));
    close->setAccessibleName(tr("Close the list"));
    auto *row = new QHBoxLayout;
    row->setContentsMargins(6, 2, 4, 2);
    row->addWidget(m_title, 1);
    row->addWidget(close);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(m_view, 1);
    m_refresh.setInterval(refreshInterval);

    connect(&m_refresh, &QTimer::timeout, this, &MatchList::readVisible);
    connect(close, &QToolButton::clicked, this, &MatchList::closed);
    const auto choose = [this](const QModelIndex &index) {
        if (index.isValid())
            emit chosen(m_model->matches()[static_cast<std::size_t>(index.row())]);
    };
    connect(m_view, &QTreeView::clicked, this, choose);
    connect(m_view, &QTreeView::activated, this, choose);
}

void MatchList::show(const QString &title, std::vector<AddressRange> matches, const SourceInfo &source,
                     const std::vector<Region> &regions)
{
    m_source = source.source;
    m_title->setText(title);
    m_model->setMatches(std::move(matches), source, regions);
    setVisible(true);
    readVisible();
}

void MatchList::clear()
{
    m_model->clear();
    hide();
}

void MatchList::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_refresh.start();
}

void MatchList::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_refresh.stop();
}

void MatchList::readVisible()
{
    const int total = m_model->rowCount();
    if (total == 0 || m_isReading || m_client.state() != Client::State::Connected)
        return;
    const auto top = m_view->indexAt(QPoint(1, 1));
    const int first = top.isValid() ? top.row() : 0;
    const int height = std::max(1, m_view->sizeHintForRow(0));
    const int last = std::min(total, first + m_view->viewport()->height() / height + 2);
    ReadMemory read{.source = m_source, .ranges = {}};
    for (int row = first; row < last; ++row)
        read.ranges.push_back(m_model->shownRange(row));
    m_isReading = true;
    m_client.call(std::move(read), this,
                  [this, first, source = m_source, all = total](const Result<MemoryImages> &reply) {
                      m_isReading = false;
                      // A source that cannot be read says so in its view; the list keeps what it knew.
                      if (!reply || source != m_source || all != m_model->rowCount())
                          return;
                      for (std::size_t i = 0; i < reply->images.size(); ++i)
                          m_model->setContent(first + static_cast<int>(i), reply->images[i]);
                  });
}

} // namespace ipclens
