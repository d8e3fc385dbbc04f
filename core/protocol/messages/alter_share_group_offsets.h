#pragma once

#include "core/protocol/schema.h"

/// AlterShareGroupOffsets, API key 91, version 0, flexible.
///
/// v0  KIP-932.
namespace spool::protocol {

struct AlterShareGroupOffsetsRequest {
  static constexpr MessageInfo kInfo{.name = "AlterShareGroupOffsetsRequest",
                                     .type = MessageType::request,
                                     .api_key = 91,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct AlterShareGroupOffsetsRequestPartition {
    int32_t partition_index = 0;
    int64_t start_offset = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterShareGroupOffsetsRequestPartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}))
  };

  struct AlterShareGroupOffsetsRequestTopic {
    std::string topic_name;
    std::vector<AlterShareGroupOffsetsRequestPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterShareGroupOffsetsRequestTopic,
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string group_id;
  std::vector<AlterShareGroupOffsetsRequestTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterShareGroupOffsetsRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct AlterShareGroupOffsetsResponse {
  static constexpr MessageInfo kInfo{.name = "AlterShareGroupOffsetsResponse",
                                     .type = MessageType::response,
                                     .api_key = 91,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct AlterShareGroupOffsetsResponsePartition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterShareGroupOffsetsResponsePartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}))
  };

  struct AlterShareGroupOffsetsResponseTopic {
    std::string topic_name;
    Uuid topic_id;
    std::vector<AlterShareGroupOffsetsResponsePartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterShareGroupOffsetsResponseTopic,
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::vector<AlterShareGroupOffsetsResponseTopic> responses;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterShareGroupOffsetsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(responses, "Responses", {.versions = {0}}))
};

}  // namespace spool::protocol
