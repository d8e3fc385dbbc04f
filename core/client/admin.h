#pragma once

/// Administration as blocking calls: each finds the right broker, retries what passes (no
/// controller yet, leader moved) within the client's timeout, and returns per-item errors as
/// values.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/client/client.h"

namespace spool::client {

/// One topic's outcome: error none is success; the message is the broker's, or empty.
struct TopicOutcome {
  std::string name;
  Uuid id;  ///< zero when the broker did not say
  ErrorCode error = ErrorCode::none;
  std::string message;
  int32_t partitions_count = -1;  ///< of a created topic, -1 unknown
  int16_t replication_factor = -1;
};

struct NewTopic {
  std::string name;
  int32_t partitions_count = -1;    ///< -1: the broker's default
  int16_t replication_factor = -1;  ///< -1: the broker's default
  /// The brokers of each partition's replicas; empty: the broker chooses. The numbers above are -1
  /// otherwise.
  std::vector<std::vector<int32_t>> assignment;
  std::vector<std::pair<std::string, std::optional<std::string>>> configs;
};

/// Creates topics; `validate_only` checks without creating. One outcome a topic, in the order
/// given.
Result<std::vector<TopicOutcome>> create_topics(Client& client, const std::vector<NewTopic>& topics,
                                                bool validate_only = false);

/// Deletes topics by name. One outcome a topic, in the order given.
Result<std::vector<TopicOutcome>> delete_topics(Client& client,
                                                const std::vector<std::string>& names);

/// Asks for `total` partitions, which must be more than there are.
/// validate_only  checks without doing it
/// assignment     the brokers of each new partition's replicas; empty: the broker chooses
Result<TopicOutcome> create_partitions(Client& client, const std::string& topic, int32_t total,
                                       bool validate_only = false,
                                       const std::vector<std::vector<int32_t>>& assignment = {});

/// What came of deleting a partition's records.
struct TrimOutcome {
  ErrorCode error = ErrorCode::none;
  Offset log_start_offset = kNoOffset;  ///< the first offset that is left
};
struct TrimQuery {
  TopicPartition partition;
  Offset before = kNoOffset;  ///< the first offset to keep; -1: the high watermark
};
/// Deletes all records below an offset, at each partition's leader. One outcome a query, in order.
Result<std::vector<TrimOutcome>> delete_records(Client& client,
                                                const std::vector<TrimQuery>& queries);

/// All topics with their partitions, by name; asks the broker, never creates.
Result<std::vector<TopicInfo>> list_topics(Client& client);

/// The topics named, in that order; a missing one has error unknown_topic_or_partition. Never
/// creates.
Result<std::vector<TopicInfo>> describe_topics(Client& client,
                                               const std::vector<std::string>& names);

struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  ///< nullopt when sensitive
  bool is_read_only = false;
  bool is_sensitive = false;
  int8_t source = -1;  ///< ConfigSource of DescribeConfigs: 1 topic, 2 and 3 dynamic broker, 4
                       ///< static, 5 default
  std::optional<std::string> documentation;
  struct Synonym {
    std::string name;
    std::optional<std::string> value;
    int8_t source = -1;
  };
  std::vector<Synonym> synonyms = {};  ///< where a value would come from, the one in force first
};

/// Kinds of things that have configurations, at their wire values.
enum class ConfigResourceType : int8_t {
  topic = 2,
  broker = 4,
  broker_logger = 8,
  client_metrics = 16,
  group = 32,
};
struct ConfigResource {
  ConfigResourceType type = ConfigResourceType::topic;
  std::string name;  ///< empty for a broker: what holds for all of them

  bool operator==(const ConfigResource&) const = default;
};

/// errors  what the broker refuses, with its words
Result<std::vector<ConfigEntry>> describe_configs(Client& client, const ConfigResource& resource);

/// One change of a configuration (KIP-339).
struct ConfigChange {
  enum class Kind : int8_t { set = 0, unset = 1, append = 2, subtract = 3 };
  std::string name;
  Kind kind = Kind::set;
  std::optional<std::string> value;
};
Status alter_configs(Client& client, const ConfigResource& resource,
                     const std::vector<ConfigChange>& changes, bool validate_only = false);

/// The configuration of one topic.
Result<std::vector<ConfigEntry>> describe_topic_configs(Client& client, const std::string& topic);

struct ClusterDescription {
  std::string cluster_id;
  int32_t controller_id = -1;
  std::vector<BrokerInfo> brokers;  ///< by node id
};
Result<ClusterDescription> describe_cluster(Client& client);

/// Special timestamps of ListOffsets.
inline constexpr int64_t kLatestTimestamp = -1;
inline constexpr int64_t kEarliestTimestamp = -2;
inline constexpr int64_t kMaxTimestamp = -3;

enum class Isolation : int8_t { read_uncommitted = 0, read_committed = 1 };

struct OffsetQuery {
  TopicPartition partition;
  int64_t timestamp = kLatestTimestamp;  ///< or the first record at or after this time, ms
};

struct OffsetAnswer {
  ErrorCode error = ErrorCode::none;
  Offset offset = kNoOffset;  ///< -1: no record is that late
  int64_t timestamp = -1;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

/// Offsets by time or end, asked of each partition's leader. One answer a query, in order.
Result<std::vector<OffsetAnswer>> list_offsets(Client& client,
                                               const std::vector<OffsetQuery>& queries,
                                               Isolation isolation = Isolation::read_uncommitted);

}  // namespace spool::client
