#pragma once

/// Copies a topic's records to another topic, on the same or another broker.
///
/// A batch is passed on as it is, still compressed, when all of its records are wanted and the
/// target would take it: format v2, no holes between its offsets (compaction), no control batch, no
/// LogAppendTime. Anything else is rebuilt record by record. Aborted records are left out, and
/// transaction markers always: the copy is what a reader sees.

#include <map>
#include <optional>
#include <string>

#include "cli/context.h"
#include "cli/io/progress.h"
#include "cli/io/signals.h"
#include "core/client/fetcher.h"
#include "core/client/producer.h"

namespace spool::cli {

/// Whether a broker takes the batch as it is, still compressed (client::Producer::append_batch).
bool can_pass(const record::BatchView& batch);

struct CopyOptions {
  std::string source_topic;
  std::string target_topic;
  std::optional<Partition> source_partition;
  std::optional<Partition> target_partition;  ///< all records go there
  client::OffsetRange range;
  bool follows = false;
  bool is_committed_only = true;
  bool resumes = false;        ///< skip as many records as the target has
  bool keeps_offsets = false;  ///< an offset that would change is an error
  bool repartitions = false;
};

struct CopyStats {
  int64_t records = 0;
  int64_t bytes = 0;
  int64_t batches_passed = 0;
  int64_t batches_rebuilt = 0;
};

class TopicCopy {
 public:
  TopicCopy(Context& context, client::Client& source, client::Client& target, CopyOptions options);

  Result<Exit> run(StopSignals& signals, size_t partition_count);
  const CopyStats& stats() const { return stats_; }

 private:
  Status start(size_t partition_count);
  Status skip_what_is_there(size_t partition_count);
  Status copy(const client::Fetched& fetched);
  Status copy_entry(const client::Fetched& fetched, const record::EntryView& entry, int64_t& skip);
  Status expect_offset(Partition partition, Offset offset);
  void on_delivery(const client::Delivery& delivery);

  Context& context_;
  client::Client& source_;
  client::Client& target_;
  CopyOptions options_;
  CopyStats stats_;
  std::unique_ptr<client::Producer> producer_;
  std::unique_ptr<client::Fetcher> fetcher_;
  client::Producer::Topic* topic_ = nullptr;
  record::RecordReader reader_;
  std::vector<record::HeaderView> headers_;
  std::map<int32_t, int64_t> skip_;        ///< records of a partition still to pass over
  std::map<int32_t, Offset> next_offset_;  ///< keeps_offsets: where the target's next one goes
  std::optional<Error> failure_;
  Progress progress_;
};

}  // namespace spool::cli
