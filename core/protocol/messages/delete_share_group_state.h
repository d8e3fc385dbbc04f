#pragma once

#include "core/protocol/schema.h"

/// DeleteShareGroupState, API key 86, version 0, flexible.
///
/// v0  KIP-932.
namespace spool::protocol {

struct DeleteShareGroupStateRequest {
  static constexpr MessageInfo kInfo{.name = "DeleteShareGroupStateRequest",
                                     .type = MessageType::request,
                                     .api_key = 86,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct PartitionData {
    int32_t partition = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition, "Partition", {.versions = {0}}))
  };

  struct DeleteStateData {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteStateData, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string group_id;
  std::vector<DeleteStateData> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteShareGroupStateRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct DeleteShareGroupStateResponse {
  static constexpr MessageInfo kInfo{.name = "DeleteShareGroupStateResponse",
                                     .type = MessageType::response,
                                     .api_key = 86,
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

  struct DeleteStateResult {
    Uuid topic_id;
    std::vector<PartitionResult> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteStateResult, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<DeleteStateResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteShareGroupStateResponse, SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
