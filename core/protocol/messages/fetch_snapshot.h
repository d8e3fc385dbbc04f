#pragma once

#include "core/protocol/schema.h"

/// FetchSnapshot, API key 59, versions 0-1, flexible; between controllers and brokers only.
///
/// v0  KIP-630.
/// v1  KIP-853: directory id, endpoints.
namespace spool::protocol {

struct FetchSnapshotRequest {
  static constexpr MessageInfo kInfo{.name = "FetchSnapshotRequest",
                                     .type = MessageType::request,
                                     .api_key = 59,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kControllerListener};

  struct SnapshotId {
    int64_t end_offset = 0;
    int32_t epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(SnapshotId, SPOOL_FIELD(end_offset, "EndOffset", {.versions = {0}}),
                SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}))
  };

  struct PartitionSnapshot {
    int32_t partition = 0;
    int32_t current_leader_epoch = 0;
    SnapshotId snapshot_id;
    int64_t position = 0;
    Uuid replica_directory_id;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionSnapshot, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(current_leader_epoch, "CurrentLeaderEpoch", {.versions = {0}}),
                SPOOL_FIELD(snapshot_id, "SnapshotId", {.versions = {0}}),
                SPOOL_FIELD(position, "Position", {.versions = {0}}),
                SPOOL_FIELD(replica_directory_id, "ReplicaDirectoryId",
                            {.versions = {1}, .tag = 0, .is_ignorable = true}))
  };

  struct TopicSnapshot {
    std::string name;
    std::vector<PartitionSnapshot> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicSnapshot, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::optional<std::string> cluster_id;
  int32_t replica_id = -1;
  int32_t max_bytes = 0x7fffffff;
  std::vector<TopicSnapshot> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(FetchSnapshotRequest,
              SPOOL_FIELD(cluster_id, "ClusterId",
                          {.versions = {0}, .nullable = {0}, .tag = 0, .default_value = kNull}),
              SPOOL_FIELD(replica_id, "ReplicaId", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(max_bytes, "MaxBytes", {.versions = {0}, .default_value = 0x7fffffff}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct FetchSnapshotResponse {
  static constexpr MessageInfo kInfo{.name = "FetchSnapshotResponse",
                                     .type = MessageType::response,
                                     .api_key = 59,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct SnapshotId {
    int64_t end_offset = 0;
    int32_t epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(SnapshotId, SPOOL_FIELD(end_offset, "EndOffset", {.versions = {0}}),
                SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}))
  };

  struct LeaderIdAndEpoch {
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(LeaderIdAndEpoch, SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}}))
  };

  struct PartitionSnapshot {
    int32_t index = 0;
    int16_t error_code = 0;
    SnapshotId snapshot_id;
    LeaderIdAndEpoch current_leader;
    int64_t size = 0;
    int64_t position = 0;
    Records unaligned_records;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionSnapshot, SPOOL_FIELD(index, "Index", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(snapshot_id, "SnapshotId", {.versions = {0}}),
                SPOOL_FIELD(current_leader, "CurrentLeader", {.versions = {0}, .tag = 0}),
                SPOOL_FIELD(size, "Size", {.versions = {0}}),
                SPOOL_FIELD(position, "Position", {.versions = {0}}),
                SPOOL_FIELD(unaligned_records, "UnalignedRecords", {.versions = {0}}))
  };

  struct TopicSnapshot {
    std::string name;
    std::vector<PartitionSnapshot> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicSnapshot, SPOOL_FIELD(name, "Name", {.versions = {0}}),
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

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<TopicSnapshot> topics;
  std::vector<NodeEndpoint> node_endpoints;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(FetchSnapshotResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {0}, .is_ignorable = true}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(node_endpoints, "NodeEndpoints", {.versions = {1}, .tag = 0}))
};

}  // namespace spool::protocol
