#pragma once

#include "core/protocol/schema.h"

/// Metadata, API key 3, versions 0-13, flexible from 9.
///
/// v0  an empty topic list asks for all topics.
/// v1  null asks for all topics; rack, controller id, is_internal.
/// v2  KIP-78: cluster id.
/// v3  KIP-124: throttle time.
/// v4  KIP-204: allow_auto_topic_creation.
/// v5  KIP-112: offline replicas.
/// v6  KIP-219: the throttle is applied after the answer.
/// v7  KIP-320: leader epochs.
/// v8  KIP-430: authorized operations on request.
/// v9  KIP-482: flexible.
/// v10 KIP-516: topic ids in the answer.
/// v11 KIP-700: cluster authorized operations moved to DescribeCluster.
/// v12 KIP-516: topics may be asked for by id; name is nullable.
/// v13 KIP-1102: top-level error code (REBOOTSTRAP_REQUIRED).
namespace spool::protocol {

struct MetadataRequest {
  static constexpr MessageInfo kInfo{.name = "MetadataRequest",
                                     .type = MessageType::request,
                                     .api_key = 3,
                                     .versions = {0, 13},
                                     .flexible = {9},
                                     .listeners = kBrokerListener};

  struct MetadataRequestTopic {
    Uuid topic_id;
    std::optional<std::string> name = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(MetadataRequestTopic,
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {10}, .is_ignorable = true}),
                SPOOL_FIELD(name, "Name", {.versions = {0}, .nullable = {10}}))
  };

  std::optional<std::vector<MetadataRequestTopic>> topics = std::vector<MetadataRequestTopic>{};
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(MetadataRequest, SPOOL_FIELD(topics, "Topics", {.versions = {0}, .nullable = {1}}),
              SPOOL_FIELD(allow_auto_topic_creation, "AllowAutoTopicCreation",
                          {.versions = {4}, .default_value = true}),
              SPOOL_FIELD(include_cluster_authorized_operations,
                          "IncludeClusterAuthorizedOperations", {.versions = {8, 10}}),
              SPOOL_FIELD(include_topic_authorized_operations, "IncludeTopicAuthorizedOperations",
                          {.versions = {8}}))
};

struct MetadataResponse {
  static constexpr MessageInfo kInfo{.name = "MetadataResponse",
                                     .type = MessageType::response,
                                     .api_key = 3,
                                     .versions = {0, 13},
                                     .flexible = {9}};

  struct MetadataResponseBroker {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(MetadataResponseBroker, SPOOL_FIELD(node_id, "NodeId", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}),
                SPOOL_FIELD(rack, "Rack",
                            {.versions = {1},
                             .nullable = {1},
                             .default_value = kNull,
                             .is_ignorable = true}))
  };

  struct MetadataResponsePartition {
    int16_t error_code = 0;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = -1;
    std::vector<int32_t> replica_nodes;
    std::vector<int32_t> isr_nodes;
    std::vector<int32_t> offline_replicas;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(MetadataResponsePartition, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch",
                            {.versions = {7}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(replica_nodes, "ReplicaNodes", {.versions = {0}}),
                SPOOL_FIELD(isr_nodes, "IsrNodes", {.versions = {0}}),
                SPOOL_FIELD(offline_replicas, "OfflineReplicas",
                            {.versions = {5}, .is_ignorable = true}))
  };

  struct MetadataResponseTopic {
    int16_t error_code = 0;
    std::optional<std::string> name = "";
    Uuid topic_id;
    bool is_internal = false;
    std::vector<MetadataResponsePartition> partitions;
    int32_t topic_authorized_operations = std::numeric_limits<int32_t>::min();
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(MetadataResponseTopic, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(name, "Name", {.versions = {0}, .nullable = {12}}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {10}, .is_ignorable = true}),
                SPOOL_FIELD(is_internal, "IsInternal", {.versions = {1}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}),
                SPOOL_FIELD(topic_authorized_operations, "TopicAuthorizedOperations",
                            {.versions = {8},
                             .default_value = std::numeric_limits<int32_t>::min()}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<MetadataResponseBroker> brokers;
  std::optional<std::string> cluster_id;
  int32_t controller_id = -1;
  std::vector<MetadataResponseTopic> topics;
  int32_t cluster_authorized_operations = std::numeric_limits<int32_t>::min();
  int16_t error_code = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      MetadataResponse,
      SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {3}, .is_ignorable = true}),
      SPOOL_FIELD(brokers, "Brokers", {.versions = {0}}),
      SPOOL_FIELD(cluster_id, "ClusterId",
                  {.versions = {2}, .nullable = {2}, .default_value = kNull, .is_ignorable = true}),
      SPOOL_FIELD(controller_id, "ControllerId",
                  {.versions = {1}, .default_value = -1, .is_ignorable = true}),
      SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
      SPOOL_FIELD(cluster_authorized_operations, "ClusterAuthorizedOperations",
                  {.versions = {8, 10}, .default_value = std::numeric_limits<int32_t>::min()}),
      SPOOL_FIELD(error_code, "ErrorCode", {.versions = {13}, .is_ignorable = true}))
};

}  // namespace spool::protocol
