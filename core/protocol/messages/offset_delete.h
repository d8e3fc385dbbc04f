#pragma once

#include "core/protocol/schema.h"

/// OffsetDelete, API key 47, version 0, not flexible.
///
/// v0  KIP-496.
namespace spool::protocol {

struct OffsetDeleteRequest {
  static constexpr MessageInfo kInfo{.name = "OffsetDeleteRequest",
                                     .type = MessageType::request,
                                     .api_key = 47,
                                     .versions = {0, 0},
                                     .listeners = kBrokerListener};

  struct OffsetDeleteRequestPartition {
    int32_t partition_index = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetDeleteRequestPartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}))
  };

  struct OffsetDeleteRequestTopic {
    std::string name;
    std::vector<OffsetDeleteRequestPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetDeleteRequestTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string group_id;
  std::vector<OffsetDeleteRequestTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetDeleteRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct OffsetDeleteResponse {
  static constexpr MessageInfo kInfo{.name = "OffsetDeleteResponse",
                                     .type = MessageType::response,
                                     .api_key = 47,
                                     .versions = {0, 0}};

  struct OffsetDeleteResponsePartition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetDeleteResponsePartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
  };

  struct OffsetDeleteResponseTopic {
    std::string name;
    std::vector<OffsetDeleteResponsePartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetDeleteResponseTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int16_t error_code = 0;
  int32_t throttle_time_ms = 0;
  std::vector<OffsetDeleteResponseTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetDeleteResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {0}, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
