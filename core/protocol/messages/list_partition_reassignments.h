#pragma once

#include "core/protocol/schema.h"

/// ListPartitionReassignments, API key 46, version 0, flexible.
///
/// v0  KIP-455.
namespace spool::protocol {

struct ListPartitionReassignmentsRequest {
  static constexpr MessageInfo kInfo{.name = "ListPartitionReassignmentsRequest",
                                     .type = MessageType::request,
                                     .api_key = 46,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  struct ListPartitionReassignmentsTopics {
    std::string name;
    std::vector<int32_t> partition_indexes;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ListPartitionReassignmentsTopics, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partition_indexes, "PartitionIndexes", {.versions = {0}}))
  };

  int32_t timeout_ms = 60000;
  std::optional<std::vector<ListPartitionReassignmentsTopics>> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListPartitionReassignmentsRequest,
              SPOOL_FIELD(timeout_ms, "TimeoutMs", {.versions = {0}, .default_value = 60000}),
              SPOOL_FIELD(topics, "Topics",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}))
};

struct ListPartitionReassignmentsResponse {
  static constexpr MessageInfo kInfo{.name = "ListPartitionReassignmentsResponse",
                                     .type = MessageType::response,
                                     .api_key = 46,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct OngoingPartitionReassignment {
    int32_t partition_index = 0;
    std::vector<int32_t> replicas;
    std::vector<int32_t> adding_replicas;
    std::vector<int32_t> removing_replicas;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OngoingPartitionReassignment,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(replicas, "Replicas", {.versions = {0}}),
                SPOOL_FIELD(adding_replicas, "AddingReplicas", {.versions = {0}}),
                SPOOL_FIELD(removing_replicas, "RemovingReplicas", {.versions = {0}}))
  };

  struct OngoingTopicReassignment {
    std::string name;
    std::vector<OngoingPartitionReassignment> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OngoingTopicReassignment, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<OngoingTopicReassignment> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ListPartitionReassignmentsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
