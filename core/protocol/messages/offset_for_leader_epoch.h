#pragma once

#include "core/protocol/schema.h"

/// OffsetForLeaderEpoch, API key 23, versions 2-4, flexible from 4.
///
/// v2  KIP-320: current leader epoch, throttle time.
/// v3  KIP-392: replica id, so that consumers may ask.
/// v4  KIP-482: flexible.
namespace spool::protocol {

struct OffsetForLeaderEpochRequest {
  static constexpr MessageInfo kInfo{.name = "OffsetForLeaderEpochRequest",
                                     .type = MessageType::request,
                                     .api_key = 23,
                                     .versions = {2, 4},
                                     .flexible = {4},
                                     .listeners = kBrokerListener};

  struct OffsetForLeaderPartition {
    int32_t partition = 0;
    int32_t current_leader_epoch = -1;
    int32_t leader_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetForLeaderPartition, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(current_leader_epoch, "CurrentLeaderEpoch",
                            {.versions = {2}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}))
  };

  struct OffsetForLeaderTopic {
    std::string topic;
    std::vector<OffsetForLeaderPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetForLeaderTopic, SPOOL_FIELD(topic, "Topic", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t replica_id = -2;
  std::vector<OffsetForLeaderTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetForLeaderEpochRequest,
              SPOOL_FIELD(replica_id, "ReplicaId",
                          {.versions = {3}, .default_value = -2, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct OffsetForLeaderEpochResponse {
  static constexpr MessageInfo kInfo{.name = "OffsetForLeaderEpochResponse",
                                     .type = MessageType::response,
                                     .api_key = 23,
                                     .versions = {2, 4},
                                     .flexible = {4}};

  struct EpochEndOffset {
    int16_t error_code = 0;
    int32_t partition = 0;
    int32_t leader_epoch = -1;
    int64_t end_offset = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EpochEndOffset, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch",
                            {.versions = {1}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(end_offset, "EndOffset", {.versions = {0}, .default_value = -1}))
  };

  struct OffsetForLeaderTopicResult {
    std::string topic;
    std::vector<EpochEndOffset> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetForLeaderTopicResult, SPOOL_FIELD(topic, "Topic", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<OffsetForLeaderTopicResult> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetForLeaderEpochResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {2}, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
