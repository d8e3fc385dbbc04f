#pragma once

#include "core/protocol/schema.h"

/// ElectLeaders, API key 43, versions 0-2, flexible from 2.
///
/// v0  KIP-183: preferred leaders.
/// v1  KIP-460: election type, unclean elections.
/// v2  KIP-482: flexible.
namespace spool::protocol {

struct ElectLeadersRequest {
  static constexpr MessageInfo kInfo{.name = "ElectLeadersRequest",
                                     .type = MessageType::request,
                                     .api_key = 43,
                                     .versions = {0, 2},
                                     .flexible = {2},
                                     .listeners = kAnyListener};

  struct TopicPartitions {
    std::string topic;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartitions, SPOOL_FIELD(topic, "Topic", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int8_t election_type = 0;
  std::optional<std::vector<TopicPartitions>> topic_partitions = std::vector<TopicPartitions>{};
  int32_t timeout_ms = 60000;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ElectLeadersRequest, SPOOL_FIELD(election_type, "ElectionType", {.versions = {1}}),
              SPOOL_FIELD(topic_partitions, "TopicPartitions", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(timeout_ms, "TimeoutMs", {.versions = {0}, .default_value = 60000}))
};

struct ElectLeadersResponse {
  static constexpr MessageInfo kInfo{.name = "ElectLeadersResponse",
                                     .type = MessageType::response,
                                     .api_key = 43,
                                     .versions = {0, 2},
                                     .flexible = {2}};

  struct PartitionResult {
    int32_t partition_id = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionResult, SPOOL_FIELD(partition_id, "PartitionId", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}))
  };

  struct ReplicaElectionResult {
    std::string topic;
    std::vector<PartitionResult> partition_result;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReplicaElectionResult, SPOOL_FIELD(topic, "Topic", {.versions = {0}}),
                SPOOL_FIELD(partition_result, "PartitionResult", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<ReplicaElectionResult> replica_election_results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ElectLeadersResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {1}}),
              SPOOL_FIELD(replica_election_results, "ReplicaElectionResults", {.versions = {0}}))
};

}  // namespace spool::protocol
