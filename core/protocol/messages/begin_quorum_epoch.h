#pragma once

#include "core/protocol/schema.h"

/// BeginQuorumEpoch, API key 53, versions 0-1, flexible from 1; between controllers and brokers
/// only.
///
/// v0  KIP-595.
/// v1  KIP-853: flexible; voter id, directory id, leader endpoints.
namespace spool::protocol {

struct BeginQuorumEpochRequest {
  static constexpr MessageInfo kInfo{.name = "BeginQuorumEpochRequest",
                                     .type = MessageType::request,
                                     .api_key = 53,
                                     .versions = {0, 1},
                                     .flexible = {1},
                                     .listeners = kControllerListener};

  struct PartitionData {
    int32_t partition_index = 0;
    Uuid voter_directory_id;
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(voter_directory_id, "VoterDirectoryId",
                            {.versions = {1}, .is_ignorable = true}),
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
  int32_t voter_id = -1;
  std::vector<TopicData> topics;
  std::vector<LeaderEndpoint> leader_endpoints;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(BeginQuorumEpochRequest,
              SPOOL_FIELD(cluster_id, "ClusterId",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(voter_id, "VoterId",
                          {.versions = {1}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(leader_endpoints, "LeaderEndpoints",
                          {.versions = {1}, .is_ignorable = true}))
};

struct BeginQuorumEpochResponse {
  static constexpr MessageInfo kInfo{.name = "BeginQuorumEpochResponse",
                                     .type = MessageType::response,
                                     .api_key = 53,
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

  SPOOL_TABLE(BeginQuorumEpochResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(node_endpoints, "NodeEndpoints", {.versions = {1}, .tag = 0}))
};

}  // namespace spool::protocol
