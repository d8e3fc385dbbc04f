#pragma once

#include "core/protocol/schema.h"

/// Vote, API key 52, versions 0-2, flexible; between controllers and brokers only.
///
/// v0  KIP-595.
/// v1  KIP-853: voter id and directory id.
/// v2  KIP-996: pre-vote.
namespace spool::protocol {

struct VoteRequest {
  static constexpr MessageInfo kInfo{.name = "VoteRequest",
                                     .type = MessageType::request,
                                     .api_key = 52,
                                     .versions = {0, 2},
                                     .flexible = {0},
                                     .listeners = kControllerListener};

  struct PartitionData {
    int32_t partition_index = 0;
    int32_t replica_epoch = 0;
    int32_t replica_id = 0;
    Uuid replica_directory_id;
    Uuid voter_directory_id;
    int32_t last_offset_epoch = 0;
    int64_t last_offset = 0;
    bool pre_vote = false;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(replica_epoch, "ReplicaEpoch", {.versions = {0}}),
                SPOOL_FIELD(replica_id, "ReplicaId", {.versions = {0}}),
                SPOOL_FIELD(replica_directory_id, "ReplicaDirectoryId",
                            {.versions = {1}, .is_ignorable = true}),
                SPOOL_FIELD(voter_directory_id, "VoterDirectoryId",
                            {.versions = {1}, .is_ignorable = true}),
                SPOOL_FIELD(last_offset_epoch, "LastOffsetEpoch", {.versions = {0}}),
                SPOOL_FIELD(last_offset, "LastOffset", {.versions = {0}}),
                SPOOL_FIELD(pre_vote, "PreVote", {.versions = {2}}))
  };

  struct TopicData {
    std::string topic_name;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData, SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::optional<std::string> cluster_id;
  int32_t voter_id = -1;
  std::vector<TopicData> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(VoteRequest,
              SPOOL_FIELD(cluster_id, "ClusterId",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(voter_id, "VoterId",
                          {.versions = {1}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct VoteResponse {
  static constexpr MessageInfo kInfo{.name = "VoteResponse",
                                     .type = MessageType::response,
                                     .api_key = 52,
                                     .versions = {0, 2},
                                     .flexible = {0}};

  struct PartitionData {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    bool vote_granted = false;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
                SPOOL_FIELD(vote_granted, "VoteGranted", {.versions = {0}}))
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

  SPOOL_TABLE(VoteResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(node_endpoints, "NodeEndpoints", {.versions = {1}, .tag = 0}))
};

}  // namespace spool::protocol
