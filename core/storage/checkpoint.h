#pragma once

/// The small text files of a data directory and of a partition directory.
///
/// A checkpoint (storage-format 1.4), UTF-8, one '\n' after every line:
///
///   0          format version
///   N          number of entries
///   entry      N times; `topic partition offset`, in leader-epoch-checkpoint `epoch start_offset`
///
/// Valid: version 0, exactly N entries of the right number of tokens, all numbers. An empty file,
/// or one with a version line only, has no entries; of several entries for one partition the last
/// counts.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/error.h"
#include "core/base/types.h"
#include "core/base/uuid.h"

namespace spool::storage {

inline constexpr std::string_view kRecoveryPointFile = "recovery-point-offset-checkpoint";
inline constexpr std::string_view kLogStartFile = "log-start-offset-checkpoint";
inline constexpr std::string_view kHighWatermarkFile = "replication-offset-checkpoint";
inline constexpr std::string_view kCleanerFile = "cleaner-offset-checkpoint";
inline constexpr std::string_view kLeaderEpochFile = "leader-epoch-checkpoint";
inline constexpr std::string_view kPartitionMetadataFile = "partition.metadata";
inline constexpr std::string_view kMetaPropertiesFile = "meta.properties";
inline constexpr std::string_view kCleanShutdownFile = ".kafka_cleanshutdown";
inline constexpr std::string_view kLockFile = ".lock";

using OffsetCheckpoint = std::unordered_map<TopicPartition, Offset>;

/// errors of all parsers  parse_error, naming the line
Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text);
std::string format_offset_checkpoint(const OffsetCheckpoint& offsets);

struct EpochStart {
  LeaderEpoch leader_epoch;
  Offset start_offset;
  bool operator==(const EpochStart&) const = default;
};
Result<std::vector<EpochStart>> parse_epoch_checkpoint(std::string_view text);
std::string format_epoch_checkpoint(const std::vector<EpochStart>& epochs);

/// partition.metadata: `version: 0`, `topic_id: <uuid>`, no newline at the end (1.5).
Result<Uuid> parse_partition_metadata(std::string_view text);
std::string format_partition_metadata(const Uuid& topic_id);

/// meta.properties (1.6). Only KRaft's version 1 is written; version 0 with broker.id is
/// understood.
struct MetaProperties {
  int32_t version = 1;
  int32_t node_id = -1;
  std::string cluster_id;
  std::optional<Uuid> directory_id;
};
Result<MetaProperties> parse_meta_properties(std::string_view text);
/// written_ms  for the date comment that Java properties files carry
std::string format_meta_properties(const MetaProperties& meta, int64_t written_ms);

/// .kafka_cleanshutdown (1.7): its presence says the shutdown was orderly, its content only the
/// broker epoch, -1 when it cannot be read.
int64_t parse_clean_shutdown_epoch(std::string_view text);
std::string format_clean_shutdown(int64_t broker_epoch);

}  // namespace spool::storage
