#pragma once

#include "core/protocol/schema.h"

/// DeleteShareGroupOffsets, API key 92, version 0, flexible.
///
/// v0  KIP-932.
namespace spool::protocol {

struct DeleteShareGroupOffsetsRequest {
  static constexpr MessageInfo kInfo{.name = "DeleteShareGroupOffsetsRequest",
                                     .type = MessageType::request,
                                     .api_key = 92,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct DeleteShareGroupOffsetsRequestTopic {
    std::string topic_name;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteShareGroupOffsetsRequestTopic,
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}))
  };

  std::string group_id;
  std::vector<DeleteShareGroupOffsetsRequestTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteShareGroupOffsetsRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct DeleteShareGroupOffsetsResponse {
  static constexpr MessageInfo kInfo{.name = "DeleteShareGroupOffsetsResponse",
                                     .type = MessageType::response,
                                     .api_key = 92,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct DeleteShareGroupOffsetsResponseTopic {
    std::string topic_name;
    Uuid topic_id;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteShareGroupOffsetsResponseTopic,
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::vector<DeleteShareGroupOffsetsResponseTopic> responses;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteShareGroupOffsetsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(responses, "Responses", {.versions = {0}}))
};

}  // namespace spool::protocol
