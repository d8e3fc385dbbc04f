#pragma once

#include "core/protocol/schema.h"

/// WriteShareGroupState, API key 85, versions 0-1, flexible.
///
/// v0  KIP-932.
/// v1  KIP-1226: delivery complete count.
namespace spool::protocol {

struct WriteShareGroupStateRequest {
  static constexpr MessageInfo kInfo{.name = "WriteShareGroupStateRequest",
                                     .type = MessageType::request,
                                     .api_key = 85,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

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

  struct PartitionData {
    int32_t partition = 0;
    int32_t state_epoch = 0;
    int32_t leader_epoch = 0;
    int64_t start_offset = 0;
    int32_t delivery_complete_count = -1;
    std::vector<StateBatch> state_batches;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(state_epoch, "StateEpoch", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
                SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}),
                SPOOL_FIELD(delivery_complete_count, "DeliveryCompleteCount",
                            {.versions = {1}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(state_batches, "StateBatches", {.versions = {0}}))
  };

  struct WriteStateData {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(WriteStateData, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string group_id;
  std::vector<WriteStateData> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(WriteShareGroupStateRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct WriteShareGroupStateResponse {
  static constexpr MessageInfo kInfo{.name = "WriteShareGroupStateResponse",
                                     .type = MessageType::response,
                                     .api_key = 85,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct PartitionResult {
    int32_t partition = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionResult, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}))
  };

  struct WriteStateResult {
    Uuid topic_id;
    std::vector<PartitionResult> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(WriteStateResult, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<WriteStateResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(WriteShareGroupStateResponse, SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
