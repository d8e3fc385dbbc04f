#pragma once

#include "core/protocol/schema.h"

/// AlterReplicaLogDirs, API key 34, versions 1-2, flexible from 2.
///
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
namespace spool::protocol {

struct AlterReplicaLogDirsRequest {
  static constexpr MessageInfo kInfo{.name = "AlterReplicaLogDirsRequest",
                                     .type = MessageType::request,
                                     .api_key = 34,
                                     .versions = {1, 2},
                                     .flexible = {2},
                                     .listeners = kBrokerListener};

  struct AlterReplicaLogDirTopic {
    std::string name;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterReplicaLogDirTopic, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct AlterReplicaLogDir {
    std::string path;
    std::vector<AlterReplicaLogDirTopic> topics;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterReplicaLogDir, SPOOL_FIELD(path, "Path", {.versions = {0}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
  };

  std::vector<AlterReplicaLogDir> dirs;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterReplicaLogDirsRequest, SPOOL_FIELD(dirs, "Dirs", {.versions = {0}}))
};

struct AlterReplicaLogDirsResponse {
  static constexpr MessageInfo kInfo{.name = "AlterReplicaLogDirsResponse",
                                     .type = MessageType::response,
                                     .api_key = 34,
                                     .versions = {1, 2},
                                     .flexible = {2}};

  struct AlterReplicaLogDirPartitionResult {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterReplicaLogDirPartitionResult,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
  };

  struct AlterReplicaLogDirTopicResult {
    std::string topic_name;
    std::vector<AlterReplicaLogDirPartitionResult> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterReplicaLogDirTopicResult,
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<AlterReplicaLogDirTopicResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterReplicaLogDirsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
