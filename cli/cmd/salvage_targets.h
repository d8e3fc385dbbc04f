#pragma once

/// Where salvaged logs go besides stdout: the topics of a broker, or a new data directory.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/session.h"
#include "core/base/clock.h"
#include "core/base/logger.h"
#include "core/client/producer.h"
#include "core/record/record_reader.h"
#include "core/storage/file.h"

namespace spool::cli {

/// A log, or one file of it, that is salvaged.
struct SalvageSource {
  std::string path;
  bool is_file = false;
  TopicPartition partition;  ///< by its names; an empty topic is not known
  bool is_compacted = false;
};

/// Writes whole entries to the partitions they come from, on a broker. Missing topics are created
/// with as many partitions as there are sources of, and keep everything: old records must not
/// expire on the day they are saved. Keys, values, headers and times stay as they are, batches too
/// where they have no holes; offsets follow each other.
class SalvageBroker {
 public:
  /// errors  invalid_argument: a topic is there and has too few partitions
  static Result<std::unique_ptr<SalvageBroker>> open(Context& context, const Args& args,
                                                     const std::vector<SalvageSource>& sources);

  /// entry  neither damaged nor of control records; its bytes are copied
  Status add(const TopicPartition& partition, const record::EntryView& entry);
  /// Everything is acknowledged when it returns.
  Status finish();

 private:
  explicit SalvageBroker(Session session) : session_(std::move(session)) {}
  Status create_topics(Context& context, const std::vector<SalvageSource>& sources);
  Status add_record(client::Producer::Topic& topic, Partition partition,
                    const record::RecordView& record);

  Session session_;
  std::unique_ptr<client::Producer> producer_;
  std::map<std::string, client::Producer::Topic*, std::less<>> topics_;
  record::RecordReader reader_;
  std::vector<record::HeaderView> headers_;
  std::optional<Error> failure_;
};

/// Makes the new data directory `target`: what is whole of each partition with its offsets, and a
/// metadata log that knows them. Topics keep the ids they had, and everything until somebody sets
/// their retention. Durable when it returns.
/// returns  what had to be left out, and why: a line each
Result<std::vector<std::string>> salvage_into(storage::FileSystem& fs, const Clock& clock,
                                              Logger& logger,
                                              const std::vector<SalvageSource>& sources,
                                              const std::string& target);

}  // namespace spool::cli
