// Rows of messages that a filter finds get a colour.
#pragma once

#include "core/traffic/message_filter.h"
#include "ui/theme.h"

#include <QDialog>

class QDialogButtonBox;
class QLabel;
class QTableWidget;

namespace ipclens {

struct ColourRule {
    QString filter;
    theme::Role colour = theme::Role::RuleYellow; // behind the row
    bool isOn = true;
    bool operator==(const ColourRule &) const = default;
};

// The first rule that fits a message decides. Cheap to ask for a page of rows. GUI thread.
class ColourRules {
public:
    ColourRules() = default;
    // Rules whose filter is wrong never fit.
    explicit ColourRules(std::vector<ColourRule> rules);

    const std::vector<ColourRule> &rules() const { return m_rules; }
    std::optional<theme::Role> colourOf(const MessageView &message) const;

    static ColourRules load(); // from the settings; some to begin with when there are none
    void save() const;

private:
    std::vector<ColourRule> m_rules;
    std::vector<std::pair<MessageFilter, theme::Role>> m_filters;
};

// Edits the rules; order matters. GUI thread.
class ColourRulesDialog : public QDialog {
    Q_OBJECT
public:
    explicit ColourRulesDialog(const ColourRules &rules, QWidget *parent = nullptr);

    ColourRules rules() const;

private:
    void addRow(const ColourRule &rule);
    void move(int by);
    void check();

    QTableWidget *m_table;
    QLabel *m_mistake;
    QDialogButtonBox *m_buttons;
};

} // namespace ipclens
