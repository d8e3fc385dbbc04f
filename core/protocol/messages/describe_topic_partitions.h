#pragma once

#include "core/protocol/schema.h"

/// DescribeTopicPartitions, API key 75, version 0, flexible.
///
/// v0  KIP-966.
namespace spool::protocol {

struct DescribeTopicPartitionsRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeTopicPartitionsRequest",
                                     .type = MessageType::request,
                                     .api_key = 75,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct TopicRequest {
    std::string name;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicRequest, SPOOL_FIELD(name, "Name", {.versions = {0}}))
  };

  struct Cursor {
    std::string topic_name;
    int32_t partition_index = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Cursor, SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}))
  };

  std::vector<TopicRequest> topics;
  int32_t response_partition_limit = 2000;
  std::optional<Cursor> cursor;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeTopicPartitionsRequest, SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(response_partition_limit, "ResponsePartitionLimit",
                          {.versions = {0}, .default_value = 2000}),
              SPOOL_FIELD(cursor, "Cursor",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}))
};

struct DescribeTopicPartitionsResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeTopicPartitionsResponse",
                                     .type = MessageType::response,
                                     .api_key = 75,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct DescribeTopicPartitionsResponsePartition {
    int16_t error_code = 0;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = -1;
    std::vector<int32_t> replica_nodes;
    std::vector<int32_t> isr_nodes;
    std::optional<std::vector<int32_t>> eligible_leader_replicas;
    std::optional<std::vector<int32_t>> last_known_elr;
    std::vector<int32_t> offline_replicas;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeTopicPartitionsResponsePartition,
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch",
                            {.versions = {0}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(replica_nodes, "ReplicaNodes", {.versions = {0}}),
                SPOOL_FIELD(isr_nodes, "IsrNodes", {.versions = {0}}),
                SPOOL_FIELD(eligible_leader_replicas, "EligibleLeaderReplicas",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(last_known_elr, "LastKnownElr",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(offline_replicas, "OfflineReplicas",
                            {.versions = {0}, .is_ignorable = true}))
  };

  struct DescribeTopicPartitionsResponseTopic {
    int16_t error_code = 0;
    std::optional<std::string> name = "";
    Uuid topic_id;
    bool is_internal = false;
    std::vector<DescribeTopicPartitionsResponsePartition> partitions;
    int32_t topic_authorized_operations = std::numeric_limits<int32_t>::min();
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeTopicPartitionsResponseTopic,
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(name, "Name", {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}, .is_ignorable = true}),
                SPOOL_FIELD(is_internal, "IsInternal", {.versions = {0}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}),
                SPOOL_FIELD(topic_authorized_operations, "TopicAuthorizedOperations",
                            {.versions = {0},
                             .default_value = std::numeric_limits<int32_t>::min()}))
  };

  struct Cursor {
    std::string topic_name;
    int32_t partition_index = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Cursor, SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DescribeTopicPartitionsResponseTopic> topics;
  std::optional<Cursor> next_cursor;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeTopicPartitionsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {0}, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(next_cursor, "NextCursor",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}))
};

}  // namespace spool::protocol
