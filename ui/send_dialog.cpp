#include "ui/send_dialog.h"

#include "core/text/hex.h"
#include "core/text/input_text.h"
#include "core/text/number.h"
#include "core/traffic/message_text.h"
#include "ui/error_bar.h"
#include "ui/number_text.h"
#include "ui/theme.h"
#include "ui/typed_fields.h"
#include "ui/window_picker.h"
#include "ui/why.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QFileDialog>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
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

SendDialog::SendDialog(Client &client, std::uint64_t window, QWidget *parent)
    : QDialog(parent), m_client(client), m_series(client)
{
    setWindowTitle(tr("Send a message"));
    setObjectName(QStringLiteral("send"));

    auto *to = new QGroupBox(tr("To"), this);
    m_picker = new WindowPicker(client, to);
    m_picker->setWindow(window);
    auto *toLayout = new QVBoxLayout(to);
    toLayout->addWidget(m_picker);
    auto *sides = new QSplitter(Qt::Horizontal, this);
    sides->addWidget(to);
    sides->addWidget(makeMessage());
    sides->setChildrenCollapsible(false);
    sides->setSizes({420, 440});

    m_error = new ErrorBar(this);
    m_result = new QLabel(this);
    m_result->setObjectName(QStringLiteral("result"));
    m_result->setWordWrap(true);
    m_result->setTextFormat(Qt::PlainText);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progress = new QProgressBar(this);
    m_progress->hide();

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_send = buttons->addButton(tr("&Send"), QDialogButtonBox::ActionRole);
    m_send->setObjectName(QStringLiteral("sendButton"));
    m_send->setDefault(true);
    m_send->setToolTip(tr("Send (Ctrl+Enter); the dialog stays open"));
    m_send->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
    m_stop = buttons->addButton(tr("S&top"), QDialogButtonBox::ActionRole);
    m_stop->setObjectName(QStringLiteral("stopButton"));
    m_stop->setAutoDefault(false);
    connect(m_send, &QPushButton::clicked, this, &SendDialog::send);
    connect(m_stop, &QPushButton::clicked, this, &SendDialog::stop);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(&m_series, &SeriesRun::updated, this, &SendDialog::seriesUpdated);
    connect(&m_series, &SeriesRun::failed, this, [this](const Error &error) {
        m_progress->hide();
        refuse(error, nullptr);
        updateButtons();
    });

    auto *layout = new QVBoxLayout(this);
    layout->addWidget(sides, 1);
    layout->addWidget(m_error);
    layout->addWidget(m_result);
    layout->addWidget(m_progress);
    layout->addWidget(buttons);
    resize(880, 500);

    dataKindChanged();
    updateButtons();
    if (window != 0)
        m_id->setFocus();
}

QWidget *SendDialog::makeMessage()
{
    m_kind = new QComboBox(this);
    m_kind->setObjectName(QStringLiteral("kind"));
    m_kind->addItems({tr("WM_COPYDATA"), tr("Registered message")});
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(makeCopyData());
    m_pages->addWidget(makeRegistered());
    connect(m_kind, &QComboBox::currentIndexChanged, m_pages, &QStackedWidget::setCurrentIndex);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &SendDialog::dataKindChanged);
    m_timeout = new QSpinBox(this);
    m_timeout->setObjectName(QStringLiteral("timeout"));
    m_timeout->setRange(1, 60'000);
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
    auto *layout = new QVBoxLayout(message);
    layout->addLayout(kindRow);
    layout->addWidget(m_pages, 1);
    layout->addWidget(makeRepeat());
    return message;
}

QWidget *SendDialog::makeRepeat()
{
    auto *page = new QWidget(this);
    m_times = new QSpinBox(page);
    m_times->setObjectName(QStringLiteral("times"));
    m_times->setRange(0, 10'000'000);
    m_times->setValue(1);
    m_times->setSpecialValueText(tr("until stopped"));
    m_times->setSuffix(tr(" times"));
    m_times->setGroupSeparatorShown(true);
    m_times->setAccessibleName(tr("How often"));
    m_rate = new QDoubleSpinBox(page);
    m_rate->setObjectName(QStringLiteral("rate"));
    m_rate->setRange(0, 1'000'000);
    m_rate->setDecimals(1);
    m_rate->setSpecialValueText(tr("as fast as answered"));
    m_rate->setSuffix(tr(" a second"));
    m_rate->setAccessibleName(tr("How many a second"));
    m_variables = new QCheckBox(tr("Replace {n} and {ti&me}"), page);
    m_variables->setObjectName(QStringLiteral("variables"));
    m_variables->setToolTip(
        tr("In text data {n} becomes the number of the sending, 1, 2, 3, \u2026, and {time} the time of day in UTC"));
    auto *often = new QLabel(tr("Se&nd"), page);
    often->setBuddy(m_times);
    auto *row = new QHBoxLayout;
    row->addWidget(often);
    row->addWidget(m_times, 1);
    row->addWidget(m_rate, 1);
    auto *column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(row);
    column->addWidget(m_variables);
    return page;
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
                                     {tr("NULL (no data)"), Data::Null},
                                     {tr("Typed fields"), Data::Fields}})
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
    m_nothing = new QLabel(page);
    m_nothing->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_nothing->setWordWrap(true);
    m_dataPages->addWidget(m_nothing);
    m_fields = new TypedFields(page);
    m_dataPages->addWidget(m_fields);

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
    m_dataPages->setCurrentIndex(kind == Data::File                             ? 1
                                 : kind == Data::Null || kind == Data::Recorded ? 2
                                 : kind == Data::Fields                         ? 3
                                                                                : 0);
    m_nothing->setText(kind == Data::Recorded ? tr("%1, as they were received.").arg(sizeText(m_recorded.size()))
                                              : tr("lpData is NULL and cbData is 0."));
    const bool isText = kind == Data::Ascii || kind == Data::Utf8 || kind == Data::Utf16;
    m_terminate->setEnabled(isText);
    if (m_variables)
        m_variables->setEnabled(isText && m_kind->currentIndex() == 0);
    m_data->setPlaceholderText(kind == Data::Hex ? tr("4d 79 53 68") : tr("text"));
}

void SendDialog::chooseData(Data kind)
{
    m_dataKind->setCurrentIndex(m_dataKind->findData(static_cast<int>(kind)));
}

void SendDialog::showMessage(const MessageView &message)
{
    m_kind->setCurrentIndex(message.isCopied() ? 0 : 1);
    m_picker->setWindow(message.receiverWindow);
    if (!message.isCopied()) {
        m_name->setText(fromUtf8(message.name));
        m_wParam->setText(QStringLiteral("0x%1").arg(message.wParam, 0, 16));
        m_lParam->setText(QStringLiteral("0x%1").arg(message.lParam, 0, 16));
        return;
    }
    m_id->setText(QString::number(message.id));
    m_sender->setText(message.senderWindow == 0 ? QString() : addressText(message.senderWindow));
    showPayload(message);
    m_result->setText(message.isTruncated() ? tr("Only the first %1 of %2 were kept: these are sent.")
                                                  .arg(sizeText(message.payload.size()), sizeText(message.size))
                                            : QString());
}

// As text where exactly these bytes come out of it again.
void SendDialog::showPayload(const MessageView &message)
{
    constexpr std::size_t mostTyped = 64 << 10;
    if (message.nullData)
        return chooseData(Data::Null);
    if (message.payload.size() > mostTyped) {
        m_recorded = toBytes(message.payload);
        if (m_dataKind->findData(static_cast<int>(Data::Recorded)) < 0)
            m_dataKind->addItem(tr("As received"), static_cast<int>(Data::Recorded));
        chooseData(Data::Recorded);
        return dataKindChanged();
    }
    const auto guess = guessText(message.payload);
    if (guess.encoding != Encoding::None && !guess.text.empty()) {
        m_data->setPlainText(fromUtf8(guess.text));
        chooseData(guess.encoding == Encoding::Ascii  ? Data::Ascii
                   : guess.encoding == Encoding::Utf8 ? Data::Utf8
                                                      : Data::Utf16);
        for (const bool terminated : {false, true}) {
            m_terminate->setChecked(terminated);
            if (const auto typed = typedData(); typed && std::ranges::equal(*typed, message.payload))
                return;
        }
        m_terminate->setChecked(false);
    }
    chooseData(Data::Hex);
    m_data->setPlainText(fromUtf8(toHex(message.payload, " ")));
}

void SendDialog::updateButtons()
{
    const bool busy = isSending() || m_readingFile;
    m_send->setEnabled(!busy);
    m_send->setText(busy ? tr("Waiting\u2026") : tr("&Send"));
    m_send->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return)); // setText() takes it away
    m_stop->setVisible(m_series.isRunning());
    m_stop->setEnabled(!m_series.isStopping());
}

std::optional<ExplainTarget> SendDialog::targetToExplain() const
{
    const auto target = m_picker->target();
    return target ? explainWindow(target->window) : std::nullopt;
}

void SendDialog::refuse(const Error &error, QWidget *field)
{
    m_result->clear();
    showRefusal(*m_error, error, targetToExplain());
    updateButtons();
    if (field) {
        field->setFocus(Qt::OtherFocusReason);
        if (auto *line = qobject_cast<QLineEdit *>(field))
            line->selectAll();
    }
}

void SendDialog::send()
{
    m_error->clear();
    if (const auto target = m_picker->target(); !target)
        return refuse(target.error(), m_picker->field());
    QWidget *wrong = nullptr;
    auto item = typedItem(&wrong);
    if (!item)
        return refuse(item.error(), wrong);
    if (item->kind == MessageKind::CopyData && dataKind() == Data::File)
        sendFile(std::move(*item));
    else
        dispatch(std::move(*item));
}

// The message as typed, but for the content of a file.
Result<SeriesItem> SendDialog::typedItem(QWidget **wrong) const
{
    SeriesItem item;
    const auto read = [&](QLineEdit *field, const char *what, auto parse, std::uint64_t &into) -> std::optional<Error> {
        const auto number = numberIn(field, what, parse);
        if (!number) {
            *wrong = field;
            return number.error();
        }
        into = *number;
        return {};
    };
    if (m_kind->currentIndex() != 0) {
        item.kind = MessageKind::Registered;
        item.message = m_name->text().toStdString();
        if (item.message.empty()) {
            *wrong = m_name;
            return Failure(Error{.kind = ErrorKind::Invalid, .operation = "message name", .meaning = "it is empty"});
        }
        if (const auto error = read(m_wParam, "wParam", parseNumber, item.wParam))
            return Failure(*error);
        if (const auto error = read(m_lParam, "lParam", parseNumber, item.lParam))
            return Failure(*error);
        return item;
    }
    if (const auto error = read(m_id, "id", parseNumber, item.id))
        return Failure(*error);
    if (const auto error = read(m_sender, "sender window", parseAddress, item.sender))
        return Failure(*error);
    if (m_variables->isEnabled() && m_variables->isChecked())
        item.variables = dataKind() == Data::Utf16 ? SeriesVariables::Utf16 : SeriesVariables::Utf8;
    switch (dataKind()) {
    case Data::Null:
    case Data::File:
        return item;
    case Data::Recorded:
        item.data = m_recorded;
        return item;
    default:
        break;
    }
    auto data = typedData();
    if (!data) {
        *wrong = dataKind() == Data::Fields ? m_fields->wrongField() : m_data;
        return Failure(data.error());
    }
    item.data = std::move(*data);
    return item;
}

void SendDialog::dispatch(SeriesItem item)
{
    const auto target = m_picker->target();
    if (!target)
        return refuse(target.error(), m_picker->field());
    if (target->window != 0 && m_times->value() == 1 && item.variables == SeriesVariables::None)
        sendOnce(target->window, std::move(item));
    else
        sendSeries(*target, std::move(item));
}

void SendDialog::sendOnce(std::uint64_t window, SeriesItem item)
{
    const auto timeout = static_cast<std::uint32_t>(m_timeout->value());
    const auto answered = [this](Result<SendOutcome> outcome) { sent(std::move(outcome)); };
    if (item.kind == MessageKind::Registered) {
        m_call = m_client.call(SendRegistered{window, item.message, item.wParam, item.lParam, timeout}, this, answered);
        begin(tr("Sent %1 to %2, waiting for its answer\u2026").arg(m_name->text(), addressText(window)));
        return;
    }
    const auto what = item.data ? sizeText(item.data->size()) : tr("NULL data");
    m_call = m_client.call(SendCopyData{window, item.sender, item.id, std::move(item.data), timeout}, this, answered);
    begin(tr("Sent %1 to %2, waiting for its answer\u2026").arg(what, addressText(window)));
}

void SendDialog::sendSeries(const WindowTarget &target, SeriesItem item)
{
    StartSeries series{.target = target,
                       .items = {},
                       .repeat = static_cast<std::uint64_t>(m_times->value()),
                       .timing = m_rate->value() > 0 ? SeriesTiming::Rate : SeriesTiming::None,
                       .rate = std::max(m_rate->value(), 0.001),
                       .timeout = static_cast<std::uint32_t>(m_timeout->value())};
    m_lastOutcome.reset();
    m_took = 0;
    m_series.start(std::move(series),
                   [item = std::optional(std::move(item))]() mutable -> Result<std::vector<SeriesItem>> {
                       std::vector<SeriesItem> items;
                       if (item)
                           items.push_back(std::move(*std::exchange(item, std::nullopt)));
                       return items;
                   });
    if (!m_series.isRunning())
        return; // refused, and said so
    m_progress->setRange(0, m_times->value());
    m_progress->setValue(0);
    m_progress->setVisible(m_times->value() != 1);
    begin(tr("Sending\u2026"));
}

void SendDialog::stop()
{
    m_series.stop();
    updateButtons();
}

void SendDialog::seriesUpdated(const SeriesUpdate &update)
{
    for (const auto &outcome : update.outcomes)
        m_took += outcome.failure ? 0 : outcome.duration;
    if (!update.outcomes.empty())
        m_lastOutcome = update.outcomes.back();
    const auto done = update.sent + update.failed;
    m_progress->setValue(static_cast<int>(std::min<std::uint64_t>(done, 10'000'000)));

    const auto planned = m_times->value() == 0
                             ? QString()
                             : tr(" of %1").arg(countText(static_cast<std::uint64_t>(m_progress->maximum())));
    QStringList parts{tr("%1%2 sent").arg(countText(update.sent), planned)};
    if (update.failed > 0)
        parts << tr("%1 failed").arg(countText(update.failed));
    if (update.sent > 0)
        parts << tr("%1 ms on average")
                     .arg(static_cast<double>(m_took) / 1e6 / static_cast<double>(update.sent), 0, 'f', 3);
    if (m_lastOutcome && !m_lastOutcome->failure)
        parts << tr("last result %1").arg(m_lastOutcome->result);
    if (update.finished && m_series.isStopping())
        parts << tr("stopped");
    m_result->setText(parts.join(QStringLiteral(", ")) + QLatin1Char('.'));
    if (m_lastOutcome && m_lastOutcome->failure)
        showRefusal(*m_error, *m_lastOutcome->failure, targetToExplain());
    if (update.finished) {
        m_progress->hide();
        if (update.failure)
            showRefusal(*m_error, *update.failure, targetToExplain());
    }
    updateButtons();
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
    if (dataKind() == Data::Fields)
        return m_fields->bytes();
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

void SendDialog::sendFile(SeriesItem item)
{
    const QString path = m_file->text();
    if (path.isEmpty())
        return refuse(Error{.kind = ErrorKind::Invalid, .operation = "file", .meaning = "no file is chosen"}, m_file);
    m_readingFile = true;
    begin(tr("Reading %1\u2026").arg(path));
    const QPointer self(this);
    // Taken here: while the program ends, qApp is null before the pool has finished.
    QThreadPool::globalInstance()->start([application = qApp, self, path, item = std::move(item)]() mutable {
        auto content = std::make_shared<Result<Bytes>>(readFile(path));
        QMetaObject::invokeMethod(application, [self, content, item = std::move(item)]() mutable {
            if (!self)
                return;
            self->m_readingFile = false;
            self->updateButtons();
            if (!*content)
                return self->refuse(content->error(), self->m_file);
            item.data = std::move(**content);
            self->dispatch(std::move(item));
        });
    });
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
