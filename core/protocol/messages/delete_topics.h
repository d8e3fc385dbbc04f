#pragma once

#include "core/protocol/schema.h"

/// DeleteTopics, API key 20, versions 1-6, flexible from 4.
///
/// v1  KIP-124: throttle time.
/// v2  KIP-219: the throttle is applied after the answer.
/// v3  TOPIC_DELETION_DISABLED may be answered.
/// v4  KIP-482: flexible.
/// v5  KIP-599: error message, THROTTLING_QUOTA_EXCEEDED.
/// v6  KIP-516: topics may be named by id.
namespace spool::protocol {

struct DeleteTopicsRequest {
  static constexpr MessageInfo kInfo{.name = "DeleteTopicsRequest",
                                     .type = MessageType::request,
                                     .api_key = 20,
                                     .versions = {1, 6},
                                     .flexible = {4},
                                     .listeners = kAnyListener};

  struct DeleteTopicState {
    std::optional<std::string> name;
    Uuid topic_id;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeleteTopicState,
                SPOOL_FIELD(name, "Name",
                            {.versions = {6}, .nullable = {6}, .default_value = kNull}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {6}}))
  };

  std::vector<DeleteTopicState> topics;
  std::vector<std::string> topic_names;
  int32_t timeout_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteTopicsRequest, SPOOL_FIELD(topics, "Topics", {.versions = {6}}),
              SPOOL_FIELD(topic_names, "TopicNames", {.versions = {0, 5}, .is_ignorable = true}),
              SPOOL_FIELD(timeout_ms, "TimeoutMs", {.versions = {0}}))
};

struct DeleteTopicsResponse {
  static constexpr MessageInfo kInfo{.name = "DeleteTopicsResponse",
                                     .type = MessageType::response,
                                     .api_key = 20,
                                     .versions = {1, 6},
                                     .flexible = {4}};

  struct DeletableTopicResult {
    std::optional<std::string> name = "";
    Uuid topic_id;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DeletableTopicResult, SPOOL_FIELD(name, "Name", {.versions = {0}, .nullable = {6}}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {6}, .is_ignorable = true}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {5},
                             .nullable = {5},
                             .default_value = kNull,
                             .is_ignorable = true}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DeletableTopicResult> responses;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DeleteTopicsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(responses, "Responses", {.versions = {0}}))
};

}  // namespace spool::protocol
