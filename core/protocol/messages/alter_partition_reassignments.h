#pragma once

#include "core/protocol/schema.h"

/// AlterPartitionReassignments, API key 45, versions 0-1, flexible.
///
/// v0  KIP-455.
/// v1  allow_replication_factor_change.
namespace spool::protocol {

struct AlterPartitionReassignmentsRequest {
  static constexpr MessageInfo kInfo{.name = "AlterPartitionReassignmentsRequest",
                                     .type = MessageType::request,
                                     .api_key = 45,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  struct ReassignablePartition {
    int32_t partition_index = 0;
    std::optional<std::vector<int32_t>> replicas;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReassignablePartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(replicas, "Replicas",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}))
  };

  struct ReassignableTopic {
    std::string name;
    std::vector<ReassignablePartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReassignableTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t timeout_ms = 60000;
  bool allow_replication_factor_change = true;
  std::vector<ReassignableTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterPartitionReassignmentsRequest,
              SPOOL_FIELD(timeout_ms, "TimeoutMs", {.versions = {0}, .default_value = 60000}),
              SPOOL_FIELD(allow_replication_factor_change, "AllowReplicationFactorChange",
                          {.versions = {1}, .default_value = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct AlterPartitionReassignmentsResponse {
  static constexpr MessageInfo kInfo{.name = "AlterPartitionReassignmentsResponse",
                                     .type = MessageType::response,
                                     .api_key = 45,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct ReassignablePartitionResponse {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReassignablePartitionResponse,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}))
  };

  struct ReassignableTopicResponse {
    std::string name;
    std::vector<ReassignablePartitionResponse> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReassignableTopicResponse, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  bool allow_replication_factor_change = true;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<ReassignableTopicResponse> responses;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterPartitionReassignmentsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(allow_replication_factor_change, "AllowReplicationFactorChange",
                          {.versions = {1}, .default_value = true, .is_ignorable = true}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(responses, "Responses", {.versions = {0}}))
};

}  // namespace spool::protocol
