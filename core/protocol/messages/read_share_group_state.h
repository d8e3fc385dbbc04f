#pragma once

#include "core/protocol/schema.h"

/// ReadShareGroupState, API key 84, version 0, flexible.
///
/// v0  KIP-932.
namespace spool::protocol {

struct ReadShareGroupStateRequest {
  static constexpr MessageInfo kInfo{.name = "ReadShareGroupStateRequest",
                                     .type = MessageType::request,
                                     .api_key = 84,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct PartitionData {
    int32_t partition = 0;
    int32_t leader_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}))
  };

  struct ReadStateData {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReadStateData, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string group_id;
  std::vector<ReadStateData> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ReadShareGroupStateRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct ReadShareGroupStateResponse {
  static constexpr MessageInfo kInfo{.name = "ReadShareGroupStateResponse",
                                     .type = MessageType::response,
                                     .api_key = 84,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct StateBatch {
    int64_t first_offset = 0;
    int64_t last_offset = 0;
    int8_t delivery_state = 0;
    int16_t delivery_count = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(StateBatch, SPOOL_FIELD(first_offset, "FirstOffset", {.versions = {0}}),
                SPOOL_FIELD(last_offset, "LastOffset", {.versions = {0}}),
                SPOOL_FIELD(delivery_state, "DeliveryState", {.versions = {0}}),
                SPOOL_FIELD(delivery_count, "DeliveryCount", {.versions = {0}}))
  };

  struct PartitionResult {
    int32_t partition = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    int32_t state_epoch = 0;
    int64_t start_offset = 0;
    std::vector<StateBatch> state_batches;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionResult, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(state_epoch, "StateEpoch", {.versions = {0}}),
                SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}),
                SPOOL_FIELD(state_batches, "StateBatches", {.versions = {0}}))
  };

  struct ReadStateResult {
    Uuid topic_id;
    std::vector<PartitionResult> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReadStateResult, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<ReadStateResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ReadShareGroupStateResponse, SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
