#pragma once

/// What copy and diff work on: a topic (or a partition of it) on a broker or in a directory, or a
/// file of records.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"
#include "cli/session.h"
#include "core/client/fetcher.h"

namespace spool::cli {

/// One end as it was written:
///
///   TOPIC, TOPIC/PARTITION           on the broker or directory of the command line
///   kafka://HOST:PORT/TOPIC[/PARTITION]
///   dir:PATH/TOPIC[/PARTITION]
///   file:PATH, -                     records in a form of spool-format(7)
struct Endpoint {
  bool is_file = false;
  std::string path;              ///< of a file, "-" is stdin or stdout
  std::optional<Target> target;  ///< none: the command line's
  std::string topic;             ///< empty: not named
  std::optional<Partition> partition;
  std::string text;  ///< as it was written
};

/// errors  invalid_argument, naming what was written
Result<Endpoint> parse_endpoint_text(const std::string& text);

/// The target of an end that is no file.
Result<Target> target_of(const Endpoint& endpoint, const Args& args);

/// A record that owns its bytes.
struct StreamedRecord {
  Offset offset;
  int64_t timestamp_ms = 0;
  record::TimestampType timestamp_type = record::TimestampType::create_time;
  std::string bytes;  ///< key, value and encoded headers, one behind the other
  std::optional<size_t> key_bytes;
  std::optional<size_t> value_bytes;
  size_t headers_bytes = 0;
  int32_t headers_count = 0;

  /// Everything but offset and timestamp type, which a copy does not keep.
  bool is_same(const StreamedRecord& other) const;
};

/// The records of one partition, one by one, up to its end as it was at the start.
class PartitionStream {
 public:
  PartitionStream(client::Client& client, const std::string& topic, Partition partition);
  Status start();
  /// nullopt at the end.
  Result<std::optional<StreamedRecord>> next();

 private:
  client::Fetcher fetcher_;
  record::RecordReader reader_;
  std::vector<StreamedRecord> ready_;  ///< of the last answer
  size_t next_ = 0;
};

/// What comparing two topics came to.
struct Difference {
  Partition partition;
  std::optional<Offset> left;  ///< the record that differs; nullopt: the left has ended
  std::optional<Offset> right;
  std::string what;
};
struct Comparison {
  int64_t records = 0;                  ///< that are the same
  std::vector<Difference> differences;  ///< the first of each partition
};

/// Compares the records of two topics partition by partition: keys, values, headers, times.
/// partition  only this one
Result<Comparison> compare_topics(client::Client& left, const std::string& left_topic,
                                  client::Client& right, const std::string& right_topic,
                                  std::optional<Partition> partition);

}  // namespace spool::cli
