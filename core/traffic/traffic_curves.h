// The curves of a graph of traffic: of what, and how many.
#pragma once

#include "core/model/fields.h"
#include "core/traffic/message_filter.h"
#include "core/traffic/message_value.h"
#include "core/traffic/traffic_buckets.h"

#include <deque>
#include <unordered_map>

namespace ipclens {

IPCLENS_ENUM(PlottedValue,
             Messages,    // a second
             Bytes,       // a second
             Size,        // of a message
             HandlerTime, // milliseconds from arrival to the answer
             Field)       // a number of the message
IPCLENS_ENUM(CurveSplit, None, Sender, Id, Filter)

struct CurveFilter {
    std::string text; // as typed into a filter line
    int colour = 0;   // one of the theme's curve colours
    bool operator==(const CurveFilter &) const = default;
};

// What a graph shows.
struct Plotted {
    PlottedValue value = PlottedValue::Messages;
    std::string field; // of PlottedValue::Field
    CurveSplit split = CurveSplit::None;
    std::vector<CurveFilter> filters; // of CurveSplit::Filter: a curve each; at most TrafficCurves::mostShown
    bool isRate() const { return value == PlottedValue::Messages || value == PlottedValue::Bytes; }
    bool operator==(const Plotted &) const = default;
};

// Sorts messages into the buckets of curves as they come. The first mostKept senders or ids have buckets of their own,
// those after them share some; the largest mostShown are shown each, the rest as one curve. One thread.
class TrafficCurves {
public:
    static constexpr std::size_t mostShown = 10;
    static constexpr std::size_t mostKept = 32;

    // `finest`: see TrafficBuckets.
    explicit TrafficCurves(std::int64_t finest = TrafficBuckets::finest)
        : m_finest(finest), m_rest{.buckets = TrafficBuckets(finest)}
    {
        clear();
    }

    // What is wrong with a Plotted: its field, or one of its filters.
    struct Problem {
        std::optional<std::size_t> filter;
        TextProblem problem;
    };
    // What would be wrong with it; none: nothing.
    static std::optional<Problem> problemOf(const Plotted &plotted);

    // Begins again, without messages. `plotted` must be without a problem.
    void plot(const Plotted &plotted);
    const Plotted &plotted() const { return m_plotted; }

    void add(const MessageView &message);
    // The message was added before it was answered, and has its outcome now: counts where it does so only now.
    void answered(const MessageView &message);
    void clear(); // messages, not what is plotted

    bool isEmpty() const { return m_messages == 0; }
    std::uint64_t messages() const { return m_messages; }
    TimeRange extent() const { return m_extent; } // of all messages that were added; both 0 when there are none

    struct Shown {
        std::string name;        // "demo.exe 1234", "id 7", a filter; empty: all messages
        std::uint64_t count = 0; // of messages with a value
        int colour = 0;          // of a filter: as chosen; else by when it appeared
        int number = 0;          // of the curve, for its line style
        std::size_t others = 0;  // it stands for so many that are not shown one by one; 0: for itself
        std::vector<const TrafficBuckets *> parts;
    };
    // The largest first, the others last. At least one.
    std::vector<Shown> shown() const;

private:
    struct Curve {
        std::string name = {};
        int colour = 0;
        MessageFilter filter = {}; // of CurveSplit::Filter
        TrafficBuckets buckets;
    };

    std::optional<double> valueOf(const MessageView &message) const;
    Curve &curveOf(const MessageView &message);
    Curve &curveFor(const std::string &key, const MessageView &message);

    std::int64_t m_finest;
    Plotted m_plotted;
    std::optional<MessageValue> m_field;
    std::deque<Curve> m_curves; // stay in place
    Curve m_rest;               // of those that came after mostKept
    std::size_t m_restKinds = 0;
    std::unordered_map<std::string, Curve *> m_byKey;
    std::string m_key;
    std::string m_lastKey; // most messages are like the one before
    Curve *m_last = nullptr;
    std::uint64_t m_messages = 0;
    TimeRange m_extent;
};

} // namespace ipclens
