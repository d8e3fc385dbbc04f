#pragma once

#include "core/protocol/schema.h"

/// EndQuorumEpoch, API key 54, versions 0-1, flexible from 1; between controllers and brokers only.
///
/// v0  KIP-595.
/// v1  KIP-853: flexible; candidates with directory ids, leader endpoints.
namespace spool::protocol {

struct EndQuorumEpochRequest {
  static constexpr MessageInfo kInfo{.name = "EndQuorumEpochRequest",
                                     .type = MessageType::request,
                                     .api_key = 54,
                                     .versions = {0, 1},
                                     .flexible = {1},
                                     .listeners = kControllerListener};

  struct ReplicaInfo {
    int32_t candidate_id = 0;
    Uuid candidate_directory_id;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReplicaInfo, SPOOL_FIELD(candidate_id, "CandidateId", {.versions = {1}}),
                SPOOL_FIELD(candidate_directory_id, "CandidateDirectoryId", {.versions = {1}}))
  };

  struct PartitionData {
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    std::vector<int32_t> preferred_successors;
    std::vector<ReplicaInfo> preferred_candidates;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
                SPOOL_FIELD(preferred_successors, "PreferredSuccessors",
                            {.versions = {0, 0}, .is_ignorable = true}),
                SPOOL_FIELD(preferred_candidates, "PreferredCandidates",
                            {.versions = {1}, .is_ignorable = true}))
  };

  struct TopicData {
    std::string topic_name;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData, SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct LeaderEndpoint {
    std::string name;
    std::string host;
    uint16_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(LeaderEndpoint, SPOOL_FIELD(name, "Name", {.versions = {1}}),
                SPOOL_FIELD(host, "Host", {.versions = {1}}),
                SPOOL_FIELD(port, "Port", {.versions = {1}}))
  };

  std::optional<std::string> cluster_id;
  std::vector<TopicData> topics;
  std::vector<LeaderEndpoint> leader_endpoints;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(EndQuorumEpochRequest,
              SPOOL_FIELD(cluster_id, "ClusterId",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(leader_endpoints, "LeaderEndpoints",
                          {.versions = {1}, .is_ignorable = true}))
};

struct EndQuorumEpochResponse {
  static constexpr MessageInfo kInfo{.name = "EndQuorumEpochResponse",
                                     .type = MessageType::response,
                                     .api_key = 54,
                                     .versions = {0, 1},
                                     .flexible = {1}};

  struct PartitionData {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}))
  };

  struct TopicData {
    std::string topic_name;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData, SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct NodeEndpoint {
    int32_t node_id = 0;
    std::string host;
    uint16_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(NodeEndpoint, SPOOL_FIELD(node_id, "NodeId", {.versions = {1}}),
                SPOOL_FIELD(host, "Host", {.versions = {1}}),
                SPOOL_FIELD(port, "Port", {.versions = {1}}))
  };

  int16_t error_code = 0;
  std::vector<TopicData> topics;
  std::vector<NodeEndpoint> node_endpoints;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(EndQuorumEpochResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(node_endpoints, "NodeEndpoints", {.versions = {1}, .tag = 0}))
};

}  // namespace spool::protocol
