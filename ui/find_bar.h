// The bar above the bytes that searches them: hex with wildcards, text, numbers, regular expressions.
#pragma once

#include "core/session/search_commands.h"
#include "ui/client.h"
#include "ui/hex_highlight.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QStackedWidget;
class QToolButton;

namespace ipclens {

class ByteOrderBox;
class ErrorBar;
class JobLine;
class MatchList;
class RegionChoiceButton;
class ValueTypeBox;

// GUI thread. Looks through the memory where that is; here are only the matches.
class FindBar : public QWidget {
    Q_OBJECT
public:
    // Where the view that is searched stands.
    struct Place {
        Address cursor = 0;
        AddressRange selection;
        AddressRange visible;
    };

    FindBar(Client &client, std::function<Place()> place, QWidget *parent = nullptr);

    void setSource(const SourceInfo &source);
    void setRegions(const std::vector<Region> &regions) { m_regions = regions; }
    // Shows the bar with the keyboard in its line. `hex`: what to find, unless something stands there already.
    void open(const QString &hex = {});
    void close();
    void findNext() { find(false); }
    void findPrevious() { find(true); }
    void findAll();
    // Marks the matches in sight.
    void followView();
    std::vector<Highlight> highlights() const;
    MatchList *list() const { return m_list; } // for whoever places it
    BytePattern pattern() const;

signals:
    void found(ipclens::AddressRange match);
    void highlightsChanged();
    void closed();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void makeOptions();
    void find(bool backwards);
    void search(Address from, bool backwards, bool wrapped);
    void take(const Result<FindReply> &reply, Address from, bool backwards, bool wrapped);
    void takeAll(Result<FindReply> reply);
    bool canSearch();
    void forgetMatches();
    void say(const QString &text, bool isError = false);
    void showError(const Error &error);
    FindBytes command() const;
    AddressRange scope() const;
    void keep();
    void restore();

    Client &m_client;
    const std::function<Place()> m_place;
    SourceInfo m_source;
    std::vector<Region> m_regions;
    AddressRange m_selection; // to keep to, when only it is to be searched

    QComboBox *m_kind;
    QLineEdit *m_text;
    QStackedWidget *m_options;
    QComboBox *m_encoding;
    QCheckBox *m_foldText;
    ValueTypeBox *m_type;
    ByteOrderBox *m_order;
    QLineEdit *m_tolerance;
    QCheckBox *m_foldRegex;
    RegionChoiceButton *m_where;
    QToolButton *m_next;
    QToolButton *m_previous;
    QToolButton *m_all;
    QLabel *m_said;
    ErrorBar *m_refused; // by the session
    JobLine *m_job;
    MatchList *m_list;

    AddressRange m_current;            // the match last gone to
    std::vector<AddressRange> m_near;  // matches in sight
    bool m_hasSearched = false;        // what is typed has been looked for, so matches are marked
    bool m_isLooking = false;          // for matches in sight
    bool m_lookAgain = false;
    QStringList m_history;
    int m_recalled = -1;
};

} // namespace ipclens
