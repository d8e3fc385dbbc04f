#pragma once

#include "core/protocol/schema.h"

/// ReadShareGroupStateSummary, API key 87, versions 0-1, flexible.
///
/// v0  KIP-932.
/// v1  KIP-1226: delivery complete count.
namespace spool::protocol {

struct ReadShareGroupStateSummaryRequest {
  static constexpr MessageInfo kInfo{.name = "ReadShareGroupStateSummaryRequest",
                                     .type = MessageType::request,
                                     .api_key = 87,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct PartitionData {
    int32_t partition = 0;
    int32_t leader_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}))
  };

  struct ReadStateSummaryData {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReadStateSummaryData, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string group_id;
  std::vector<ReadStateSummaryData> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ReadShareGroupStateSummaryRequest,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct ReadShareGroupStateSummaryResponse {
  static constexpr MessageInfo kInfo{.name = "ReadShareGroupStateSummaryResponse",
                                     .type = MessageType::response,
                                     .api_key = 87,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct PartitionResult {
    int32_t partition = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    int32_t state_epoch = 0;
    int32_t leader_epoch = 0;
    int64_t start_offset = 0;
    int32_t delivery_complete_count = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionResult, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(state_epoch, "StateEpoch", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
                SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}),
                SPOOL_FIELD(delivery_complete_count, "DeliveryCompleteCount",
                            {.versions = {1}, .default_value = -1, .is_ignorable = true}))
  };

  struct ReadStateSummaryResult {
    Uuid topic_id;
    std::vector<PartitionResult> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReadStateSummaryResult, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<ReadStateSummaryResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ReadShareGroupStateSummaryResponse,
              SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
