// Sending many messages: send --repeat, and replay.
#pragma once

#include "core/session/commands.h"

namespace CLI {
class App;
} // namespace CLI

namespace ipclens {

class Run;

// Which outcomes are printed, each on a line. At the end the counts are told on standard error.
enum class SeriesPrint { All, Failures };

// Sends the items as `series` says, until the end or Ctrl+C. Fails when a message failed or was answered otherwise than recorded.
Result<void> sendSeries(Run &run, StartSeries series, std::vector<SeriesItem> items, SeriesPrint print);

void addReplay(CLI::App &app, Run &run);

} // namespace ipclens
