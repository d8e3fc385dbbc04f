#pragma once

/// The loop of commands that print records as they come: consume, and tail --follow.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "cli/context.h"
#include "cli/io/positions.h"
#include "cli/io/record_filter.h"
#include "cli/io/record_writer.h"
#include "cli/io/signals.h"
#include "core/client/fetcher.h"

namespace spool::cli {

/// When to stop, besides the ends of partitions.
struct PrintLimits {
  int64_t count = INT64_MAX;
  int64_t per_partition = INT64_MAX;
  std::optional<std::chrono::milliseconds> idle;
};

/// Prints records until a limit, an end or a signal.
class RecordPrinter {
 public:
  /// positions  nullptr: nobody asked
  RecordPrinter(Context& context, client::Client& client, client::RecordSource& source,
                RecordWriter& writer, const RecordFilter& filter, PrintedPositions* positions,
                const PrintLimits& limits);

  /// is_bounded  something else than a signal ends it: being stopped by one leaves it unfinished
  Result<Exit> run(StopSignals& signals, bool is_bounded);
  /// Prints until the end without what a writer puts before and behind the records.
  Result<Exit> follow(StopSignals& signals);
  /// Called before each write to stdout, which then is small: to do something else until stdout
  /// takes a few bytes without blocking.
  void set_wait(std::function<void()> wait) { wait_ = std::move(wait); }
  /// Hands all records to stdout, and then remembers that it has them.
  Status flush();

 private:
  using PartitionKey = std::pair<std::string_view, int32_t>;

  void write_block();
  Status print(const client::Fetched& fetched);

  Context& context_;
  client::Client& client_;
  client::RecordSource& source_;
  RecordWriter& writer_;
  const RecordFilter& filter_;
  PrintedPositions* positions_;
  const PrintLimits limits_;
  int64_t left_;
  std::string block_;
  std::function<void()> wait_;
  record::RecordReader reader_;
  std::map<PartitionKey, int64_t> printed_;
  std::map<PartitionKey, Offset> read_to_;
  client::Client::Time last_record_{};
  client::Client::Time next_save_{};
  bool is_unsaved_ = false;  ///< positions were told, and not saved
};

}  // namespace spool::cli
