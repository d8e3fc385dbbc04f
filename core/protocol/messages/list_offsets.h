#pragma once

#include "core/protocol/schema.h"

/// ListOffsets, API key 2, versions 1-11, flexible from 6.
///
/// v1  KIP-79: one offset for a timestamp.
/// v2  KIP-98: isolation level, throttle time.
/// v3  KIP-219: the throttle is applied after the answer.
/// v4  KIP-320: leader epochs.
/// v5  KIP-207: OFFSET_NOT_AVAILABLE may be answered.
/// v6  KIP-482: flexible.
/// v7  KIP-734: timestamp -3 asks for the maximum timestamp.
/// v8  KIP-405: timestamp -4 asks for the local log start.
/// v9  KIP-1005: timestamp -5 asks for the last tiered offset.
/// v10 KIP-1075: timeout for tiered lookups.
/// v11 KIP-1023: timestamp -6 asks for the earliest offset not yet tiered.
namespace spool::protocol {

struct ListOffsetsRequest {
  static constexpr MessageInfo kInfo{.name = "ListOffsetsRequest",
                                     .type = MessageType::request,
                                     .api_key = 2,
                                     .versions = {1, 11},
                                     .flexible = {6},
                                     .listeners = kBrokerListener};

  struct ListOffsetsPartition {
    int32_t partition_index = 0;
    int32_t current_leader_epoch = -1;
    int64_t timestamp = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ListOffsetsPartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(current_leader_epoch, "CurrentLeaderEpoch",
                            {.versions = {4}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(timestamp, "Timestamp", {.versions = {0}}))
  };

  struct ListOffsetsTopic {
    std::string name;
    std::vector<ListOffsetsPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ListOffsetsTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t replica_id = 0;
  int8_t isolation_level = 0;
  std::vector<ListOffsetsTopic> topics;
  int32_t timeout_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListOffsetsRequest, SPOOL_FIELD(replica_id, "ReplicaId", {.versions = {0}}),
              SPOOL_FIELD(isolation_level, "IsolationLevel", {.versions = {2}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(timeout_ms, "TimeoutMs", {.versions = {10}, .is_ignorable = true}))
};

struct ListOffsetsResponse {
  static constexpr MessageInfo kInfo{.name = "ListOffsetsResponse",
                                     .type = MessageType::response,
                                     .api_key = 2,
                                     .versions = {1, 11},
                                     .flexible = {6}};

  struct ListOffsetsPartitionResponse {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    int64_t timestamp = -1;
    int64_t offset = -1;
    int32_t leader_epoch = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ListOffsetsPartitionResponse,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(timestamp, "Timestamp", {.versions = {1}, .default_value = -1}),
                SPOOL_FIELD(offset, "Offset", {.versions = {1}, .default_value = -1}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {4}, .default_value = -1}))
  };

  struct ListOffsetsTopicResponse {
    std::string name;
    std::vector<ListOffsetsPartitionResponse> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ListOffsetsTopicResponse, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<ListOffsetsTopicResponse> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListOffsetsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {2}, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
