#pragma once

#include "core/protocol/schema.h"

/// InitializeShareGroupState, API key 83, version 0, flexible.
///
/// v0  KIP-932.
namespace spool::protocol {

struct InitializeShareGroupStateRequest {
  static constexpr MessageInfo kInfo{.name = "InitializeShareGroupStateRequest",
                                     .type = MessageType::request,
                                     .api_key = 83,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct PartitionData {
    int32_t partition = 0;
    int32_t state_epoch = 0;
    int64_t start_offset = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(state_epoch, "StateEpoch", {.versions = {0}}),
                SPOOL_FIELD(start_offset, "StartOffset", {.versions = {0}}))
  };

  struct InitializeStateData {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(InitializeStateData, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string group_id;
  std::vector<InitializeStateData> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(InitializeShareGroupStateRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct InitializeShareGroupStateResponse {
  static constexpr MessageInfo kInfo{.name = "InitializeShareGroupStateResponse",
                                     .type = MessageType::response,
                                     .api_key = 83,
                                     .versions = {0, 0},
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

  struct InitializeStateResult {
    Uuid topic_id;
    std::vector<PartitionResult> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(InitializeStateResult, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<InitializeStateResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(InitializeShareGroupStateResponse, SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
