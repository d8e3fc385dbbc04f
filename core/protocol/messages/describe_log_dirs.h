#pragma once

#include "core/protocol/schema.h"

/// DescribeLogDirs, API key 35, versions 1-5, flexible from 2.
///
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
/// v3  top-level error code.
/// v4  KIP-827: total and usable bytes.
/// v5  KIP-1066: is_cordoned.
namespace spool::protocol {

struct DescribeLogDirsRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeLogDirsRequest",
                                     .type = MessageType::request,
                                     .api_key = 35,
                                     .versions = {1, 5},
                                     .flexible = {2},
                                     .listeners = kBrokerListener};

  struct DescribableLogDirTopic {
    std::string topic;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribableLogDirTopic, SPOOL_FIELD(topic, "Topic", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::optional<std::vector<DescribableLogDirTopic>> topics = std::vector<DescribableLogDirTopic>{};
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeLogDirsRequest,
              SPOOL_FIELD(topics, "Topics", {.versions = {0}, .nullable = {0}}))
};

struct DescribeLogDirsResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeLogDirsResponse",
                                     .type = MessageType::response,
                                     .api_key = 35,
                                     .versions = {1, 5},
                                     .flexible = {2}};

  struct DescribeLogDirsPartition {
    int32_t partition_index = 0;
    int64_t partition_size = 0;
    int64_t offset_lag = 0;
    bool is_future_key = false;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeLogDirsPartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(partition_size, "PartitionSize", {.versions = {0}}),
                SPOOL_FIELD(offset_lag, "OffsetLag", {.versions = {0}}),
                SPOOL_FIELD(is_future_key, "IsFutureKey", {.versions = {0}}))
  };

  struct DescribeLogDirsTopic {
    std::string name;
    std::vector<DescribeLogDirsPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeLogDirsTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct DescribeLogDirsResult {
    int16_t error_code = 0;
    std::string log_dir;
    std::vector<DescribeLogDirsTopic> topics;
    int64_t total_bytes = -1;
    int64_t usable_bytes = -1;
    bool is_cordoned = false;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeLogDirsResult, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(log_dir, "LogDir", {.versions = {0}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
                SPOOL_FIELD(total_bytes, "TotalBytes",
                            {.versions = {4}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(usable_bytes, "UsableBytes",
                            {.versions = {4}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(is_cordoned, "IsCordoned", {.versions = {5}, .is_ignorable = true}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<DescribeLogDirsResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeLogDirsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {3}, .is_ignorable = true}),
              SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
