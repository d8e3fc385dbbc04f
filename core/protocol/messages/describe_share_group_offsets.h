#pragma once

#include "core/protocol/schema.h"

/// DescribeShareGroupOffsets, API key 90, versions 0-1, flexible.
///
/// v0  KIP-932.
/// v1  KIP-1226: lag.
namespace spool::protocol {

struct DescribeShareGroupOffsetsRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeShareGroupOffsetsRequest",
                                     .type = MessageType::request,
                                     .api_key = 90,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct DescribeShareGroupOffsetsRequestTopic {
    std::string topic_name;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeShareGroupOffsetsRequestTopic,
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct DescribeShareGroupOffsetsRequestGroup {
    std::string group_id;
    std::optional<std::vector<DescribeShareGroupOffsetsRequestTopic>> topics =
        std::vector<DescribeShareGroupOffsetsRequestTopic>{};
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeShareGroupOffsetsRequestGroup,
                SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {0}, .nullable = {0}}))
  };

  std::vector<DescribeShareGroupOffsetsRequestGroup> groups;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeShareGroupOffsetsRequest, SPOOL_FIELD(groups, "Groups", {.versions = {0}}))
};

struct DescribeShareGroupOffsetsResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeShareGroupOffsetsResponse",
                                     .type = MessageType::response,
                                     .api_key = 90,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct DescribeShareGroupOffsetsResponsePartition {
    int32_t partition_index = 0;
    int64_t start_offset = 0;
    int32_t leader_epoch = 0;
    int64_t lag = -1;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeShareGroupOffsetsResponsePartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
                SPOOL_FIELD(lag, "Lag",
                            {.versions = {1}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}))
  };

  struct DescribeShareGroupOffsetsResponseTopic {
    std::string topic_name;
    Uuid topic_id;
    std::vector<DescribeShareGroupOffsetsResponsePartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeShareGroupOffsetsResponseTopic,
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct DescribeShareGroupOffsetsResponseGroup {
    std::string group_id;
    std::vector<DescribeShareGroupOffsetsResponseTopic> topics;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeShareGroupOffsetsResponseGroup,
                SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DescribeShareGroupOffsetsResponseGroup> groups;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeShareGroupOffsetsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(groups, "Groups", {.versions = {0}}))
};

}  // namespace spool::protocol
