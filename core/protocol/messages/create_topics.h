#pragma once

#include "core/protocol/schema.h"

/// CreateTopics, API key 19, versions 2-7, flexible from 5.
///
/// v2  KIP-124: throttle time.
/// v3  KIP-219: the throttle is applied after the answer.
/// v4  KIP-464: -1 asks for the default partition count and replication factor.
/// v5  KIP-482: flexible; KIP-525: configs of the new topic in the answer.
/// v6  KIP-599: THROTTLING_QUOTA_EXCEEDED may be answered.
/// v7  KIP-516: topic id in the answer.
namespace spool::protocol {

struct CreateTopicsRequest {
  static constexpr MessageInfo kInfo{.name = "CreateTopicsRequest",
                                     .type = MessageType::request,
                                     .api_key = 19,
                                     .versions = {2, 7},
                                     .flexible = {5},
                                     .listeners = kAnyListener};

  struct CreatableReplicaAssignment {
    int32_t partition_index = 0;
    std::vector<int32_t> broker_ids;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CreatableReplicaAssignment,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(broker_ids, "BrokerIds", {.versions = {0}}))
  };

  struct CreatableTopicConfig {
    std::string name;
    std::optional<std::string> value = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CreatableTopicConfig, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(value, "Value", {.versions = {0}, .nullable = {0}}))
  };

  struct CreatableTopic {
    std::string name;
    int32_t num_partitions = 0;
    int16_t replication_factor = 0;
    std::vector<CreatableReplicaAssignment> assignments;
    std::vector<CreatableTopicConfig> configs;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CreatableTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(num_partitions, "NumPartitions", {.versions = {0}}),
                SPOOL_FIELD(replication_factor, "ReplicationFactor", {.versions = {0}}),
                SPOOL_FIELD(assignments, "Assignments", {.versions = {0}}),
                SPOOL_FIELD(configs, "Configs", {.versions = {0}}))
  };

  std::vector<CreatableTopic> topics;
  int32_t timeout_ms = 60000;
  bool validate_only = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(CreateTopicsRequest, SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(timeout_ms, "timeoutMs", {.versions = {0}, .default_value = 60000}),
              SPOOL_FIELD(validate_only, "validateOnly", {.versions = {1}}))
};

struct CreateTopicsResponse {
  static constexpr MessageInfo kInfo{.name = "CreateTopicsResponse",
                                     .type = MessageType::response,
                                     .api_key = 19,
                                     .versions = {2, 7},
                                     .flexible = {5}};

  struct CreatableTopicConfigs {
    std::string name;
    std::optional<std::string> value = "";
    bool read_only = false;
    int8_t config_source = -1;
    bool is_sensitive = false;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CreatableTopicConfigs, SPOOL_FIELD(name, "Name", {.versions = {5}}),
                SPOOL_FIELD(value, "Value", {.versions = {5}, .nullable = {5}}),
                SPOOL_FIELD(read_only, "ReadOnly", {.versions = {5}}),
                SPOOL_FIELD(config_source, "ConfigSource",
                            {.versions = {5}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(is_sensitive, "IsSensitive", {.versions = {5}}))
  };

  struct CreatableTopicResult {
    std::string name;
    Uuid topic_id;
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    int16_t topic_config_error_code = 0;
    int32_t num_partitions = -1;
    int16_t replication_factor = -1;
    std::optional<std::vector<CreatableTopicConfigs>> configs =
        std::vector<CreatableTopicConfigs>{};
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CreatableTopicResult, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {7}, .is_ignorable = true}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {1}, .nullable = {0}, .is_ignorable = true}),
                SPOOL_FIELD(topic_config_error_code, "TopicConfigErrorCode",
                            {.versions = {5}, .tag = 0, .is_ignorable = true}),
                SPOOL_FIELD(num_partitions, "NumPartitions",
                            {.versions = {5}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(replication_factor, "ReplicationFactor",
                            {.versions = {5}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(configs, "Configs",
                            {.versions = {5}, .nullable = {5}, .is_ignorable = true}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<CreatableTopicResult> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(CreateTopicsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {2}, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
