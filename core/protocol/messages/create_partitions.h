#pragma once

#include "core/protocol/schema.h"

/// CreatePartitions, API key 37, versions 0-3, flexible from 2.
///
/// v0  KIP-195.
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
/// v3  KIP-599: THROTTLING_QUOTA_EXCEEDED may be answered.
namespace spool::protocol {

struct CreatePartitionsRequest {
  static constexpr MessageInfo kInfo{.name = "CreatePartitionsRequest",
                                     .type = MessageType::request,
                                     .api_key = 37,
                                     .versions = {0, 3},
                                     .flexible = {2},
                                     .listeners = kAnyListener};

  struct CreatePartitionsAssignment {
    std::vector<int32_t> broker_ids;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CreatePartitionsAssignment, SPOOL_FIELD(broker_ids, "BrokerIds", {.versions = {0}}))
  };

  struct CreatePartitionsTopic {
    std::string name;
    int32_t count = 0;
    std::optional<std::vector<CreatePartitionsAssignment>> assignments =
        std::vector<CreatePartitionsAssignment>{};
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CreatePartitionsTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(count, "Count", {.versions = {0}}),
                SPOOL_FIELD(assignments, "Assignments", {.versions = {0}, .nullable = {0}}))
  };

  std::vector<CreatePartitionsTopic> topics;
  int32_t timeout_ms = 0;
  bool validate_only = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(CreatePartitionsRequest, SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(timeout_ms, "TimeoutMs", {.versions = {0}}),
              SPOOL_FIELD(validate_only, "ValidateOnly", {.versions = {0}}))
};

struct CreatePartitionsResponse {
  static constexpr MessageInfo kInfo{.name = "CreatePartitionsResponse",
                                     .type = MessageType::response,
                                     .api_key = 37,
                                     .versions = {0, 3},
                                     .flexible = {2}};

  struct CreatePartitionsTopicResult {
    std::string name;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CreatePartitionsTopicResult, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<CreatePartitionsTopicResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(CreatePartitionsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
