#pragma once

#include "core/protocol/schema.h"

/// DescribeQuorum, API key 55, versions 0-2, flexible.
///
/// v0  KIP-595.
/// v1  KIP-836: fetch timestamps.
/// v2  KIP-853: directory ids, error messages, nodes.
namespace spool::protocol {

struct DescribeQuorumRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeQuorumRequest",
                                     .type = MessageType::request,
                                     .api_key = 55,
                                     .versions = {0, 2},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  struct PartitionData {
    int32_t partition_index = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}))
  };

  struct TopicData {
    std::string topic_name;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData, SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<TopicData> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeQuorumRequest, SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct DescribeQuorumResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeQuorumResponse",
                                     .type = MessageType::response,
                                     .api_key = 55,
                                     .versions = {0, 2},
                                     .flexible = {0}};

  struct ReplicaState {
    int32_t replica_id = 0;
    Uuid replica_directory_id;
    int64_t log_end_offset = 0;
    int64_t last_fetch_timestamp = -1;
    int64_t last_caught_up_timestamp = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReplicaState, SPOOL_FIELD(replica_id, "ReplicaId", {.versions = {0}}),
                SPOOL_FIELD(replica_directory_id, "ReplicaDirectoryId", {.versions = {2}}),
                SPOOL_FIELD(log_end_offset, "LogEndOffset", {.versions = {0}}),
                SPOOL_FIELD(last_fetch_timestamp, "LastFetchTimestamp",
                            {.versions = {1}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(last_caught_up_timestamp, "LastCaughtUpTimestamp",
                            {.versions = {1}, .default_value = -1, .is_ignorable = true}))
  };

  struct PartitionData {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    int64_t high_watermark = 0;
    std::vector<ReplicaState> current_voters;
    std::vector<ReplicaState> observers;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {2}, .nullable = {2}, .is_ignorable = true}),
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}),
                SPOOL_FIELD(high_watermark, "HighWatermark", {.versions = {0}}),
                SPOOL_FIELD(current_voters, "CurrentVoters", {.versions = {0}}),
                SPOOL_FIELD(observers, "Observers", {.versions = {0}}))
  };

  struct TopicData {
    std::string topic_name;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData, SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct Listener {
    std::string name;
    std::string host;
    uint16_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Listener, SPOOL_FIELD(name, "Name", {.versions = {2}}),
                SPOOL_FIELD(host, "Host", {.versions = {2}}),
                SPOOL_FIELD(port, "Port", {.versions = {2}}))
  };

  struct Node {
    int32_t node_id = 0;
    std::vector<Listener> listeners;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Node, SPOOL_FIELD(node_id, "NodeId", {.versions = {2}}),
                SPOOL_FIELD(listeners, "Listeners", {.versions = {2}}))
  };

  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<TopicData> topics;
  std::vector<Node> nodes;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeQuorumResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {2}, .nullable = {2}, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(nodes, "Nodes", {.versions = {2}}))
};

}  // namespace spool::protocol
