#pragma once

#include "core/protocol/schema.h"

/// Fetch, API key 1, versions 4-18, flexible from 12.
///
/// v4  KIP-98: isolation level, aborted transactions, last stable offset; batches v2.
/// v5  KIP-107: log start offset.
/// v6  KIP-112: KAFKA_STORAGE_ERROR may be answered.
/// v7  KIP-227: incremental fetch sessions.
/// v8  KIP-219: the throttle is applied after the answer.
/// v9  KIP-320: current leader epoch.
/// v10 KIP-110: zstd.
/// v11 KIP-392: rack id, preferred read replica.
/// v12 KIP-482: flexible; KIP-595: diverging epoch, current leader, cluster id.
/// v13 KIP-516: topic ids instead of names.
/// v14 KIP-405: OFFSET_MOVED_TO_TIERED_STORAGE may be answered.
/// v15 KIP-903: replica state with the replica epoch instead of replica id.
/// v16 KIP-951: node_endpoints in the response.
/// v17 KIP-853: directory id of the fetching replica.
/// v18 KIP-1166: high watermark known to the replica.
namespace spool::protocol {

struct FetchRequest {
  static constexpr MessageInfo kInfo{.name = "FetchRequest",
                                     .type = MessageType::request,
                                     .api_key = 1,
                                     .versions = {4, 18},
                                     .flexible = {12},
                                     .listeners = kAnyListener};

  struct ReplicaState {
    int32_t replica_id = -1;
    int64_t replica_epoch = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ReplicaState,
                SPOOL_FIELD(replica_id, "ReplicaId", {.versions = {15}, .default_value = -1}),
                SPOOL_FIELD(replica_epoch, "ReplicaEpoch", {.versions = {15}, .default_value = -1}))
  };

  struct FetchPartition {
    int32_t partition = 0;
    int32_t current_leader_epoch = -1;
    int64_t fetch_offset = 0;
    int32_t last_fetched_epoch = -1;
    int64_t log_start_offset = -1;
    int32_t partition_max_bytes = 0;
    Uuid replica_directory_id;
    int64_t high_watermark = std::numeric_limits<int64_t>::max();
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(FetchPartition, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(current_leader_epoch, "CurrentLeaderEpoch",
                            {.versions = {9}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(fetch_offset, "FetchOffset", {.versions = {0}}),
                SPOOL_FIELD(last_fetched_epoch, "LastFetchedEpoch",
                            {.versions = {12}, .default_value = -1}),
                SPOOL_FIELD(log_start_offset, "LogStartOffset",
                            {.versions = {5}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(partition_max_bytes, "PartitionMaxBytes", {.versions = {0}}),
                SPOOL_FIELD(replica_directory_id, "ReplicaDirectoryId",
                            {.versions = {17}, .tag = 0, .is_ignorable = true}),
                SPOOL_FIELD(high_watermark, "HighWatermark",
                            {.versions = {18},
                             .tag = 1,
                             .default_value = std::numeric_limits<int64_t>::max(),
                             .is_ignorable = true}))
  };

  struct FetchTopic {
    std::string topic;
    Uuid topic_id;
    std::vector<FetchPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(FetchTopic,
                SPOOL_FIELD(topic, "Topic", {.versions = {0, 12}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {13}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct ForgottenTopic {
    std::string topic;
    Uuid topic_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ForgottenTopic,
                SPOOL_FIELD(topic, "Topic", {.versions = {7, 12}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {13}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {7}}))
  };

  std::optional<std::string> cluster_id;
  int32_t replica_id = -1;
  ReplicaState replica_state;
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 0;
  int32_t max_bytes = 0x7fffffff;
  int8_t isolation_level = 0;
  int32_t session_id = 0;
  int32_t session_epoch = -1;
  std::vector<FetchTopic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::string rack_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(FetchRequest,
              SPOOL_FIELD(cluster_id, "ClusterId",
                          {.versions = {12},
                           .nullable = {12},
                           .tag = 0,
                           .default_value = kNull,
                           .is_ignorable = true}),
              SPOOL_FIELD(replica_id, "ReplicaId", {.versions = {0, 14}, .default_value = -1}),
              SPOOL_FIELD(replica_state, "ReplicaState", {.versions = {15}, .tag = 1}),
              SPOOL_FIELD(max_wait_ms, "MaxWaitMs", {.versions = {0}}),
              SPOOL_FIELD(min_bytes, "MinBytes", {.versions = {0}}),
              SPOOL_FIELD(max_bytes, "MaxBytes",
                          {.versions = {3}, .default_value = 0x7fffffff, .is_ignorable = true}),
              SPOOL_FIELD(isolation_level, "IsolationLevel",
                          {.versions = {4}, .is_ignorable = true}),
              SPOOL_FIELD(session_id, "SessionId", {.versions = {7}, .is_ignorable = true}),
              SPOOL_FIELD(session_epoch, "SessionEpoch",
                          {.versions = {7}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(forgotten_topics_data, "ForgottenTopicsData", {.versions = {7}}),
              SPOOL_FIELD(rack_id, "RackId", {.versions = {11}, .is_ignorable = true}))
};

struct FetchResponse {
  static constexpr MessageInfo kInfo{.name = "FetchResponse",
                                     .type = MessageType::response,
                                     .api_key = 1,
                                     .versions = {4, 18},
                                     .flexible = {12}};

  struct EpochEndOffset {
    int32_t epoch = -1;
    int64_t end_offset = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(EpochEndOffset,
                SPOOL_FIELD(epoch, "Epoch", {.versions = {12}, .default_value = -1}),
                SPOOL_FIELD(end_offset, "EndOffset", {.versions = {12}, .default_value = -1}))
  };

  struct LeaderIdAndEpoch {
    int32_t leader_id = -1;
    int32_t leader_epoch = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(LeaderIdAndEpoch,
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {12}, .default_value = -1}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {12}, .default_value = -1}))
  };

  struct SnapshotId {
    int64_t end_offset = -1;
    int32_t epoch = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(SnapshotId,
                SPOOL_FIELD(end_offset, "EndOffset", {.versions = {0}, .default_value = -1}),
                SPOOL_FIELD(epoch, "Epoch", {.versions = {0}, .default_value = -1}))
  };

  struct AbortedTransaction {
    int64_t producer_id = 0;
    int64_t first_offset = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AbortedTransaction, SPOOL_FIELD(producer_id, "ProducerId", {.versions = {4}}),
                SPOOL_FIELD(first_offset, "FirstOffset", {.versions = {4}}))
  };

  struct PartitionData {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    int64_t high_watermark = 0;
    int64_t last_stable_offset = -1;
    int64_t log_start_offset = -1;
    EpochEndOffset diverging_epoch;
    LeaderIdAndEpoch current_leader;
    SnapshotId snapshot_id;
    std::optional<std::vector<AbortedTransaction>> aborted_transactions =
        std::vector<AbortedTransaction>{};
    int32_t preferred_read_replica = -1;
    Records records;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(high_watermark, "HighWatermark", {.versions = {0}}),
                SPOOL_FIELD(last_stable_offset, "LastStableOffset",
                            {.versions = {4}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(log_start_offset, "LogStartOffset",
                            {.versions = {5}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(diverging_epoch, "DivergingEpoch", {.versions = {12}, .tag = 0}),
                SPOOL_FIELD(current_leader, "CurrentLeader", {.versions = {12}, .tag = 1}),
                SPOOL_FIELD(snapshot_id, "SnapshotId", {.versions = {12}, .tag = 2}),
                SPOOL_FIELD(aborted_transactions, "AbortedTransactions",
                            {.versions = {4}, .nullable = {4}, .is_ignorable = true}),
                SPOOL_FIELD(preferred_read_replica, "PreferredReadReplica",
                            {.versions = {11}, .default_value = -1}),
                SPOOL_FIELD(records, "Records", {.versions = {0}, .nullable = {0}}))
  };

  struct FetchableTopicResponse {
    std::string topic;
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(FetchableTopicResponse,
                SPOOL_FIELD(topic, "Topic", {.versions = {0, 12}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {13}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct NodeEndpoint {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(NodeEndpoint, SPOOL_FIELD(node_id, "NodeId", {.versions = {16}}),
                SPOOL_FIELD(host, "Host", {.versions = {16}}),
                SPOOL_FIELD(port, "Port", {.versions = {16}}),
                SPOOL_FIELD(rack, "Rack",
                            {.versions = {16}, .nullable = {16}, .default_value = kNull}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int32_t session_id = 0;
  std::vector<FetchableTopicResponse> responses;
  std::vector<NodeEndpoint> node_endpoints;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(FetchResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {7}, .is_ignorable = true}),
              SPOOL_FIELD(session_id, "SessionId", {.versions = {7}}),
              SPOOL_FIELD(responses, "Responses", {.versions = {0}}),
              SPOOL_FIELD(node_endpoints, "NodeEndpoints", {.versions = {16}, .tag = 0}))
};

}  // namespace spool::protocol
