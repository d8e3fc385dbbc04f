#pragma once

#include "core/protocol/schema.h"

/// AssignReplicasToDirs, API key 73, version 0, flexible; between controllers and brokers only.
///
/// v0  KIP-858.
namespace spool::protocol {

struct AssignReplicasToDirsRequest {
  static constexpr MessageInfo kInfo{.name = "AssignReplicasToDirsRequest",
                                     .type = MessageType::request,
                                     .api_key = 73,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kControllerListener};

  struct PartitionData {
    int32_t partition_index = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}))
  };

  struct TopicData {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct DirectoryData {
    Uuid id;
    std::vector<TopicData> topics;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DirectoryData, SPOOL_FIELD(id, "Id", {.versions = {0}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
  };

  int32_t broker_id = 0;
  int64_t broker_epoch = -1;
  std::vector<DirectoryData> directories;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AssignReplicasToDirsRequest, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}),
              SPOOL_FIELD(broker_epoch, "BrokerEpoch", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(directories, "Directories", {.versions = {0}}))
};

struct AssignReplicasToDirsResponse {
  static constexpr MessageInfo kInfo{.name = "AssignReplicasToDirsResponse",
                                     .type = MessageType::response,
                                     .api_key = 73,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct PartitionData {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionData, SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
  };

  struct TopicData {
    Uuid topic_id;
    std::vector<PartitionData> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicData, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct DirectoryData {
    Uuid id;
    std::vector<TopicData> topics;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DirectoryData, SPOOL_FIELD(id, "Id", {.versions = {0}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<DirectoryData> directories;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AssignReplicasToDirsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(directories, "Directories", {.versions = {0}}))
};

}  // namespace spool::protocol
