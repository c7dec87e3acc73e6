#include "ui/send_dialog.h"

#include "core/text/hex.h"
#include "core/text/input_text.h"
#include "core/text/number.h"
#include "ui/error_bar.h"
#include "ui/number_text.h"
#include "ui/theme.h"
#include "ui/window_model.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFile>
#include <QFileDialog>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTableView>
#include <QThreadPool>
#include <QVBoxLayout>

#include <charconv>

namespace ipclens {
namespace {

constexpr qint64 largestFile = 256LL << 20; // what a receiving thread can take

QString resultText(const SendOutcome &outcome)
{
    const double milliseconds = static_cast<double>(outcome.duration) / 1e6;
    const auto time = QString::number(milliseconds, 'f', milliseconds < 10 ? 3 : 0);
    if (outcome.result == 0)
        return SendDialog::tr("Received in %1 ms. Result 0: the receiver does not say that it understood.").arg(time);
    return SendDialog::tr("Received in %1 ms. Result %2 (0x%3).")
        .arg(time)
        .arg(outcome.result)
        .arg(static_cast<qulonglong>(outcome.result), 0, 16);
}

// Decimal, or hex after 0x.
Result<std::uint64_t> parseNumber(std::string_view text)
{
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    const auto *const first = text.data() + (hex ? 2 : 0);
    const auto *const last = text.data() + text.size();
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(first, last, number, hex ? 16 : 10);
    const auto offset = static_cast<std::size_t>(end - text.data());
    if (problem == std::errc::result_out_of_range)
        return wrongText("number", text, "it is larger than 64 bits hold");
    if (problem != std::errc() || end != last)
        return wrongText("number", text,
                         position(text, offset) + ": " + characterAt(text, offset) +
                             (hex ? " is no hex digit" : " is no decimal digit (hex begins with 0x)"));
    return number;
}

// A number field as typed: empty is 0.
template <class Parse>
Result<std::uint64_t> numberIn(const QLineEdit *field, const char *what, Parse parse)
{
    const auto text = field->text().trimmed();
    if (text.isEmpty())
        return 0;
    auto number = parse(text.toStdString());
    if (!number)
        number.error().operation = what;
    return number;
}

Result<Bytes> readFile(const QString &path)
{
    const auto failed = [&path](const QString &meaning) {
        return Failure(Error{.operation = "read file", .object = path.toStdString(), .meaning = meaning.toStdString()});
    };
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failed(file.errorString());
    if (file.size() > largestFile)
        return failed(SendDialog::tr("it has %1, more than the %2 that can be sent")
                          .arg(sizeText(static_cast<std::uint64_t>(file.size())), sizeText(largestFile)));
    // One byte more than allowed tells a pipe or a growing file apart from a file that just fits.
    const QByteArray content = file.read(largestFile + 1);
    if (file.error() != QFileDevice::NoError)
        return failed(file.errorString());
    if (content.size() > largestFile)
        return failed(SendDialog::tr("it has more than the %1 that can be sent").arg(sizeText(largestFile)));
    return toBytes(std::string_view(content.constData(), static_cast<std::size_t>(content.size())));
}

} // namespace

SendDialog::SendDialog(Client &client, std::uint64_t window, QWidget *parent) : QDialog(parent), m_client(client)
{
    setWindowTitle(tr("Send a message"));
    setObjectName(QStringLiteral("send"));

    auto *target = makeTarget();
    if (window != 0)
        m_window->setText(addressText(window));

    m_kind = new QComboBox(this);
    m_kind->setObjectName(QStringLiteral("kind"));
    m_kind->addItems({tr("WM_COPYDATA"), tr("Registered message")});
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(makeCopyData());
    m_pages->addWidget(makeRegistered());
    connect(m_kind, &QComboBox::currentIndexChanged, m_pages, &QStackedWidget::setCurrentIndex);
    m_timeout = new QSpinBox(this);
    m_timeout->setObjectName(QStringLiteral("timeout"));
    m_timeout->setRange(1, 600'000);
    m_timeout->setValue(5000);
    m_timeout->setSuffix(tr(" ms"));
    m_timeout->setToolTip(tr("How long to wait for the receiver's answer"));

    auto *kindRow = new QHBoxLayout;
    kindRow->addWidget(m_kind, 1);
    auto *waitLabel = new QLabel(tr("Wait at &most"), this);
    waitLabel->setBuddy(m_timeout);
    kindRow->addWidget(waitLabel);
    kindRow->addWidget(m_timeout);
    auto *message = new QGroupBox(tr("Message"), this);
    auto *messageLayout = new QVBoxLayout(message);
    messageLayout->addLayout(kindRow);
    messageLayout->addWidget(m_pages, 1);

    m_error = new ErrorBar(this);
    m_result = new QLabel(this);
    m_result->setObjectName(QStringLiteral("result"));
    m_result->setWordWrap(true);
    m_result->setTextFormat(Qt::PlainText);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_send = buttons->addButton(tr("&Send"), QDialogButtonBox::ActionRole);
    m_send->setObjectName(QStringLiteral("sendButton"));
    m_send->setDefault(true);
    m_send->setToolTip(tr("Send (Ctrl+Enter); the dialog stays open"));
    m_send->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
    connect(m_send, &QPushButton::clicked, this, &SendDialog::send);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto *layout = new QVBoxLayout(this);
    layout->addWidget(target, 1);
    layout->addWidget(message, 1);
    layout->addWidget(m_error);
    layout->addWidget(m_result);
    layout->addWidget(buttons);
    resize(640, 620);

    dataKindChanged();
    updateButtons();
    refreshWindows();
    if (window != 0)
        m_id->setFocus();
}

QWidget *SendDialog::makeTarget()
{
    auto *group = new QGroupBox(tr("To"), this);
    m_window = new QLineEdit(group);
    m_window->setObjectName(QStringLiteral("window"));
    m_window->setPlaceholderText(tr("handle in hex, or choose below"));
    m_windowFilter = new QLineEdit(group);
    m_windowFilter->setObjectName(QStringLiteral("windowFilter"));
    m_windowFilter->setPlaceholderText(tr("Filter: part of title, class, process or handle"));
    m_windowFilter->setClearButtonEnabled(true);
    m_windowFilter->setAccessibleName(tr("Filter windows"));
    auto *refresh = new QPushButton(tr("&Refresh"), group);
    refresh->setAutoDefault(false);
    connect(refresh, &QPushButton::clicked, this, &SendDialog::refreshWindows);

    m_windows = new WindowModel(this);
    m_shownWindows = new RowFilter(m_windows, this);
    m_windowList = new QTableView(group);
    m_windowList->setObjectName(QStringLiteral("windows"));
    m_windowList->setAccessibleName(tr("Windows"));
    m_windowList->setModel(m_shownWindows);
    m_windowList->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_windowList->setSelectionMode(QAbstractItemView::SingleSelection);
    m_windowList->setTabKeyNavigation(false);
    m_windowList->setShowGrid(false);
    m_windowList->setWordWrap(false);
    m_windowList->setSortingEnabled(true);
    m_windowList->sortByColumn(WindowModel::Title, Qt::AscendingOrder);
    m_windowList->verticalHeader()->hide();
    m_windowList->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 4);
    m_windowList->setMinimumHeight(fontMetrics().height() * 5);
    m_windowList->hideColumn(WindowModel::Thread);
    auto *header = m_windowList->horizontalHeader();
    header->setHighlightSections(false);
    header->moveSection(header->visualIndex(WindowModel::Handle), 0);
    header->setStretchLastSection(true);
    const int letter = fontMetrics().averageCharWidth();
    for (const auto &[column, letters] : {std::pair{WindowModel::Handle, 11},
                                          {WindowModel::Title, 24},
                                          {WindowModel::Class, 20},
                                          {WindowModel::Process, 18},
                                          {WindowModel::Pid, 8}})
        m_windowList->setColumnWidth(column, letters * letter);
    m_windowNote = new QLabel(group);
    m_windowNote->setObjectName(QStringLiteral("windowNote"));
    m_windowNote->setWordWrap(true);
    m_windowNote->setTextFormat(Qt::PlainText);

    connect(m_windowFilter, &QLineEdit::textChanged, m_shownWindows, &RowFilter::setWords);
    connect(m_windowList->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &row) {
                if (row.isValid())
                    m_window->setText(addressText(m_windows->row(m_shownWindows->mapToSource(row).row()).handle));
            });

    auto *form = new QHBoxLayout;
    auto *label = new QLabel(tr("&Window"), group);
    label->setBuddy(m_window);
    form->addWidget(label);
    form->addWidget(m_window, 1);
    auto *filterRow = new QHBoxLayout;
    filterRow->addWidget(m_windowFilter, 1);
    filterRow->addWidget(refresh);
    auto *layout = new QVBoxLayout(group);
    layout->addLayout(form);
    layout->addLayout(filterRow);
    layout->addWidget(m_windowList, 1);
    layout->addWidget(m_windowNote);
    return group;
}

QWidget *SendDialog::makeCopyData()
{
    auto *page = new QWidget(this);
    m_id = new QLineEdit(QStringLiteral("0"), page);
    m_id->setObjectName(QStringLiteral("id"));
    m_id->setPlaceholderText(tr("decimal, or 0x and hex"));
    m_id->setToolTip(tr("dwData: decimal, or hex after 0x"));
    m_sender = new QLineEdit(page);
    m_sender->setObjectName(QStringLiteral("sender"));
    m_sender->setPlaceholderText(tr("handle in hex; empty: none"));
    m_sender->setToolTip(tr("wParam: the window that claims to send it; nobody verifies it"));
    m_dataKind = new QComboBox(page);
    m_dataKind->setObjectName(QStringLiteral("dataKind"));
    for (const auto &[text, kind] : {std::pair{tr("ASCII text"), Data::Ascii},
                                     {tr("UTF-8 text"), Data::Utf8},
                                     {tr("UTF-16 text"), Data::Utf16},
                                     {tr("Hex bytes"), Data::Hex},
                                     {tr("From a file"), Data::File},
                                     {tr("NULL (no data)"), Data::Null}})
        m_dataKind->addItem(text, static_cast<int>(kind));
    m_terminate = new QCheckBox(tr("End with a &zero"), page);
    m_terminate->setObjectName(QStringLiteral("terminate"));
    m_terminate->setToolTip(tr("Add the terminating zero that C strings have"));
    m_data = new QPlainTextEdit(page);
    m_data->setObjectName(QStringLiteral("data"));
    m_data->setFont(theme::fixedFont());
    m_data->setTabChangesFocus(true);
    m_data->setMinimumHeight(fontMetrics().height() * 3);
    m_data->setAccessibleName(tr("Data"));
    m_file = new QLineEdit(page);
    m_file->setObjectName(QStringLiteral("file"));
    m_file->setAccessibleName(tr("File"));
    auto *browse = new QPushButton(tr("&Browse\u2026"), page);
    browse->setAutoDefault(false);
    connect(browse, &QPushButton::clicked, this, &SendDialog::chooseFile);
    connect(m_dataKind, &QComboBox::currentIndexChanged, this, &SendDialog::dataKindChanged);

    auto *filePage = new QWidget(page);
    auto *fileRow = new QHBoxLayout(filePage);
    fileRow->setContentsMargins(0, 0, 0, 0);
    fileRow->addWidget(m_file, 1, Qt::AlignTop);
    fileRow->addWidget(browse, 0, Qt::AlignTop);
    m_dataPages = new QStackedWidget(page);
    m_dataPages->addWidget(m_data);
    m_dataPages->addWidget(filePage);
    auto *nothing = new QLabel(tr("lpData is NULL and cbData is 0."), page);
    nothing->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_dataPages->addWidget(nothing);

    auto *kindRow = new QHBoxLayout;
    kindRow->addWidget(m_dataKind, 1);
    kindRow->addWidget(m_terminate);
    auto *form = new QFormLayout(page);
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(tr("&Id"), m_id);
    form->addRow(tr("S&ender window"), m_sender);
    auto *dataLabel = new QLabel(tr("&Data"), page);
    dataLabel->setBuddy(m_dataKind);
    form->addRow(dataLabel, kindRow);
    form->addRow(QString(), m_dataPages);
    return page;
}

QWidget *SendDialog::makeRegistered()
{
    auto *page = new QWidget(this);
    m_name = new QLineEdit(page);
    m_name->setObjectName(QStringLiteral("name"));
    m_name->setPlaceholderText(tr("name given to RegisterWindowMessage"));
    m_wParam = new QLineEdit(QStringLiteral("0"), page);
    m_wParam->setObjectName(QStringLiteral("wParam"));
    m_lParam = new QLineEdit(QStringLiteral("0"), page);
    m_lParam->setObjectName(QStringLiteral("lParam"));
    for (auto *field : {m_wParam, m_lParam})
        field->setToolTip(tr("Decimal, or hex after 0x"));
    auto *form = new QFormLayout(page);
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(tr("&Name"), m_name);
    form->addRow(tr("w&Param"), m_wParam);
    form->addRow(tr("&lParam"), m_lParam);
    return page;
}

void SendDialog::refreshWindows()
{
    const auto note = [this](const QString &text) {
        m_windowNote->setText(text);
        m_windowNote->setVisible(!text.isEmpty());
    };
    note(tr("Asking for windows\u2026"));
    m_client.call(ListWindows{}, this, [this, note](Result<WindowList> reply) {
        if (!reply)
            return note(fromUtf8(toText(reply.error())));
        m_windows->merge(std::move(reply->windows));
        note(m_windows->rowCount() == 0 ? tr("This session sees no windows. A handle can still be typed.") : QString());
    });
}

void SendDialog::chooseFile()
{
    auto *dialog = new QFileDialog(this, tr("Send the content of a file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

SendDialog::Data SendDialog::dataKind() const
{
    return static_cast<Data>(m_dataKind->currentData().toInt());
}

void SendDialog::dataKindChanged()
{
    const auto kind = dataKind();
    m_dataPages->setCurrentIndex(kind == Data::File ? 1 : kind == Data::Null ? 2 : 0);
    m_terminate->setEnabled(kind == Data::Ascii || kind == Data::Utf8 || kind == Data::Utf16);
    m_data->setPlaceholderText(kind == Data::Hex ? tr("4d 79 53 68") : tr("text"));
}

void SendDialog::updateButtons()
{
    const bool busy = m_call != 0 || m_readingFile;
    m_send->setEnabled(!busy);
    m_send->setText(busy ? tr("Waiting\u2026") : tr("&Send"));
    m_send->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return)); // setText() takes it away
}

void SendDialog::refuse(const Error &error, QWidget *field)
{
    m_result->clear();
    m_error->showError(error);
    if (field) {
        field->setFocus(Qt::OtherFocusReason);
        if (auto *line = qobject_cast<QLineEdit *>(field))
            line->selectAll();
    }
}

void SendDialog::send()
{
    m_error->clear();
    const auto window = numberIn(m_window, "window handle", parseAddress);
    if (!window)
        return refuse(window.error(), m_window);
    if (*window == 0)
        return refuse(Error{.kind = ErrorKind::Invalid,
                            .operation = "window handle",
                            .meaning = "there is none",
                            .hint = "Choose a window in the list, or type its handle in hex"},
                      m_window);
    const auto timeout = static_cast<std::uint32_t>(m_timeout->value());
    if (m_kind->currentIndex() == 0)
        sendCopyData(*window, timeout);
    else
        sendRegistered(*window, timeout);
}

void SendDialog::sendCopyData(std::uint64_t window, std::uint32_t timeout)
{
    const auto id = numberIn(m_id, "id", parseNumber);
    if (!id)
        return refuse(id.error(), m_id);
    const auto sender = numberIn(m_sender, "sender window", parseAddress);
    if (!sender)
        return refuse(sender.error(), m_sender);
    if (dataKind() == Data::File)
        return sendFile(window, *sender, *id, timeout);
    if (dataKind() == Data::Null)
        return sendBytes(window, *sender, *id, std::nullopt, timeout);
    auto data = typedData();
    if (!data)
        return refuse(data.error(), m_data);
    sendBytes(window, *sender, *id, std::move(*data), timeout);
}

Result<Bytes> SendDialog::typedData() const
{
    const QString text = m_data->toPlainText();
    if (dataKind() == Data::Hex) {
        auto bytes = fromHex(text.toStdString());
        if (!bytes)
            bytes.error().operation = "hex bytes";
        return bytes;
    }
    const bool zero = m_terminate->isChecked();
    if (dataKind() == Data::Utf16) {
        Bytes bytes;
        for (const QChar unit : text + (zero ? QString(QChar(0)) : QString())) {
            bytes.push_back(static_cast<std::byte>(unit.unicode() & 0xFF));
            bytes.push_back(static_cast<std::byte>(unit.unicode() >> 8));
        }
        return bytes;
    }
    auto utf8 = text.toStdString();
    if (dataKind() == Data::Ascii)
        for (std::size_t i = 0; i < utf8.size(); ++i)
            if (static_cast<unsigned char>(utf8[i]) >= 0x80)
                return wrongText("ASCII text", utf8,
                                 position(utf8, i) + " (" + characterAt(utf8, i) +
                                     ") is not ASCII: send it as UTF-8 or UTF-16 text");
    if (zero)
        utf8 += '\0';
    return toBytes(std::string_view(utf8));
}

void SendDialog::sendFile(std::uint64_t window, std::uint64_t sender, std::uint64_t id, std::uint32_t timeout)
{
    const QString path = m_file->text();
    if (path.isEmpty())
        return refuse(Error{.kind = ErrorKind::Invalid, .operation = "file", .meaning = "no file is chosen"}, m_file);
    m_readingFile = true;
    begin(tr("Reading %1\u2026").arg(path));
    const QPointer self(this);
    // Taken here: while the program ends, qApp is null before the pool has finished.
    QThreadPool::globalInstance()->start([application = qApp, self, path, window, sender, id, timeout] {
        auto content = std::make_shared<Result<Bytes>>(readFile(path));
        QMetaObject::invokeMethod(application, [self, content, window, sender, id, timeout] {
            if (!self)
                return;
            self->m_readingFile = false;
            self->updateButtons();
            if (!*content)
                self->refuse(content->error(), self->m_file);
            else
                self->sendBytes(window, sender, id, std::move(**content), timeout);
        });
    });
}

void SendDialog::sendBytes(std::uint64_t window, std::uint64_t sender, std::uint64_t id, std::optional<Bytes> data,
                           std::uint32_t timeout)
{
    const auto what = data ? sizeText(data->size()) : tr("NULL data");
    m_call = m_client.call(SendCopyData{window, sender, id, std::move(data), timeout}, this,
                           [this](Result<SendOutcome> outcome) { sent(std::move(outcome)); });
    begin(tr("Sent %1 to %2, waiting for its answer\u2026").arg(what, addressText(window)));
}

void SendDialog::sendRegistered(std::uint64_t window, std::uint32_t timeout)
{
    const auto name = m_name->text().toStdString();
    if (name.empty())
        return refuse(Error{.kind = ErrorKind::Invalid, .operation = "message name", .meaning = "it is empty"}, m_name);
    const auto wParam = numberIn(m_wParam, "wParam", parseNumber);
    if (!wParam)
        return refuse(wParam.error(), m_wParam);
    const auto lParam = numberIn(m_lParam, "lParam", parseNumber);
    if (!lParam)
        return refuse(lParam.error(), m_lParam);
    m_call = m_client.call(SendRegistered{window, name, *wParam, *lParam, timeout}, this,
                           [this](Result<SendOutcome> outcome) { sent(std::move(outcome)); });
    begin(tr("Sent %1 to %2, waiting for its answer\u2026").arg(m_name->text(), addressText(window)));
}

void SendDialog::begin(const QString &what)
{
    m_error->clear();
    m_result->setText(what);
    updateButtons();
}

void SendDialog::sent(Result<SendOutcome> outcome)
{
    m_call = 0;
    updateButtons();
    if (outcome)
        m_result->setText(resultText(*outcome));
    else
        refuse(outcome.error(), nullptr);
}

} // namespace ipclens
