#pragma once

/// The loop of produce: reads inputs, cuts them into records, hands these to a producer, and keeps
/// account of what became of them.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/context.h"
#include "cli/io/input_record.h"
#include "cli/io/input_window.h"
#include "cli/io/progress.h"
#include "cli/io/record_format.h"
#include "cli/io/signals.h"
#include "core/client/producer.h"

namespace spool::cli {

/// How an input is cut; each input has a cutter of its own.
struct InputForm {
  std::string_view unit = "line";  ///< what complaints count: "line 12: ..."
  std::function<std::unique_ptr<RecordCutter>()> make_cutter;
};

struct FeedOptions {
  InputForm form;
  std::vector<std::string> files;  ///< "-" is stdin
  bool takes_whole_files = false;
  bool skips_empty_files = false;    ///< with whole files
  std::optional<std::string> topic;  ///< else each record names its own
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::optional<Partition> partition;
  std::optional<int64_t> timestamp_ms;
  bool ignores_partitions = false;
  int64_t count_max = INT64_MAX;
  std::optional<int64_t> rate;
  bool may_create = true;
  bool stops_on_error = false;
  std::optional<std::string> dead_letter;
  std::optional<RecordFormat> ack_format;
  std::optional<RecordFormat> tee;  ///< print each record when it is taken
};

class ProduceFeed {
 public:
  static Result<std::unique_ptr<ProduceFeed>> create(Context& context, client::Client& client,
                                                     client::ProducerOptions producer_options,
                                                     FeedOptions options);
  ~ProduceFeed();

  /// Reads everything; stops early at a signal (told in `stop`), at the count, or at an error.
  Status run(StopSignals& signals, std::optional<Exit>& stop);
  /// Waits for the acknowledgements; a signal ends the patience.
  Status flush(int signals_fd);

  const client::Producer::Stats& producer_stats() const { return producer_->stats(); }
  /// Records that the producer took.
  int64_t taken() const { return taken_; }
  /// Records that never got that far.
  int64_t refused() const { return refused_; }

 private:
  class DeadLetters;

  ProduceFeed(Context& context, client::Client& client, FeedOptions options);

  Status run_input(const std::string& path, StopSignals& signals, std::optional<Exit>& stop);
  Status run_file(const std::string& path);
  /// Cuts what the window has; false when it needs more.
  Result<bool> take_records(InputWindow& window, RecordCutter& cutter);
  /// bytes  those of the input that the record was cut from
  Status produce(const InputRecord& input, std::string_view bytes);
  Status refuse(std::string_view what, const Error& error, std::string_view bytes);
  Result<client::Producer::Topic*> topic_of(const InputRecord& input);
  void on_delivery(const client::Delivery& delivery);
  void tee(const client::ProducerRecord& record);
  Status check_failures() const;
  client::Client::Time next_wake(bool is_waiting) const;
  bool is_too_early() const;
  void show_progress(int64_t bytes);
  std::string where() const;

  Context& context_;
  client::Client& client_;
  FeedOptions options_;
  std::unique_ptr<client::Producer> producer_;
  std::unique_ptr<DeadLetters> dead_letters_;
  std::vector<record::HeaderView> fixed_headers_;
  std::vector<record::HeaderView> headers_;  ///< of the record being produced
  std::map<std::string, client::Producer::Topic*, std::less<>> topics_;
  client::Producer::Topic* last_topic_ = nullptr;
  std::string last_topic_name_;
  InputRecord input_;
  record::RecordReader reader_;
  std::string acks_;
  Progress progress_;
  client::Client::Time start_;
  int64_t now_ms_ = 0;
  int64_t unit_ = 0;  ///< lines, rows, records of the current input
  int64_t taken_ = 0;
  int64_t refused_ = 0;
  std::string file_name_;  ///< of the current input, empty for stdin
};

}  // namespace spool::cli
