#pragma once

#include "core/protocol/schema.h"

/// OffsetFetch, API key 9, versions 1-10, flexible from 6.
///
/// v1  offsets are read from the log, not from ZooKeeper.
/// v2  KIP-88: null topics asks for all; top-level error.
/// v3  KIP-124: throttle time.
/// v4  KIP-219: the throttle is applied after the answer.
/// v5  KIP-320: committed leader epoch.
/// v6  KIP-482: flexible.
/// v7  KIP-447: require_stable.
/// v8  KIP-709: several groups in one request.
/// v9  KIP-848: member id and epoch.
/// v10 KIP-848: topic ids instead of names.
namespace spool::protocol {

struct OffsetFetchRequest {
  static constexpr MessageInfo kInfo{.name = "OffsetFetchRequest",
                                     .type = MessageType::request,
                                     .api_key = 9,
                                     .versions = {1, 10},
                                     .flexible = {6},
                                     .listeners = kBrokerListener};

  struct OffsetFetchRequestTopic {
    std::string name;
    std::vector<int32_t> partition_indexes;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetFetchRequestTopic, SPOOL_FIELD(name, "Name", {.versions = {0, 7}}),
                SPOOL_FIELD(partition_indexes, "PartitionIndexes", {.versions = {0, 7}}))
  };

  struct OffsetFetchRequestTopics {
    std::string name;
    Uuid topic_id;
    std::vector<int32_t> partition_indexes;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetFetchRequestTopics,
                SPOOL_FIELD(name, "Name", {.versions = {8, 9}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {10}, .is_ignorable = true}),
                SPOOL_FIELD(partition_indexes, "PartitionIndexes", {.versions = {8}}))
  };

  struct OffsetFetchRequestGroup {
    std::string group_id;
    std::optional<std::string> member_id;
    int32_t member_epoch = -1;
    std::optional<std::vector<OffsetFetchRequestTopics>> topics =
        std::vector<OffsetFetchRequestTopics>{};
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetFetchRequestGroup, SPOOL_FIELD(group_id, "GroupId", {.versions = {8}}),
                SPOOL_FIELD(member_id, "MemberId",
                            {.versions = {9},
                             .nullable = {9},
                             .default_value = kNull,
                             .is_ignorable = true}),
                SPOOL_FIELD(member_epoch, "MemberEpoch",
                            {.versions = {9}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(topics, "Topics", {.versions = {8}, .nullable = {8}}))
  };

  std::string group_id;
  std::optional<std::vector<OffsetFetchRequestTopic>> topics =
      std::vector<OffsetFetchRequestTopic>{};
  std::vector<OffsetFetchRequestGroup> groups;
  bool require_stable = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetFetchRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 7}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0, 7}, .nullable = {2, 7}}),
              SPOOL_FIELD(groups, "Groups", {.versions = {8}}),
              SPOOL_FIELD(require_stable, "RequireStable", {.versions = {7}}))
};

struct OffsetFetchResponse {
  static constexpr MessageInfo kInfo{.name = "OffsetFetchResponse",
                                     .type = MessageType::response,
                                     .api_key = 9,
                                     .versions = {1, 10},
                                     .flexible = {6}};

  struct OffsetFetchResponsePartition {
    int32_t partition_index = 0;
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    std::optional<std::string> metadata = "";
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetFetchResponsePartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0, 7}}),
                SPOOL_FIELD(committed_offset, "CommittedOffset", {.versions = {0, 7}}),
                SPOOL_FIELD(committed_leader_epoch, "CommittedLeaderEpoch",
                            {.versions = {5, 7}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(metadata, "Metadata", {.versions = {0, 7}, .nullable = {0, 7}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0, 7}}))
  };

  struct OffsetFetchResponseTopic {
    std::string name;
    std::vector<OffsetFetchResponsePartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetFetchResponseTopic, SPOOL_FIELD(name, "Name", {.versions = {0, 7}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0, 7}}))
  };

  struct OffsetFetchResponsePartitions {
    int32_t partition_index = 0;
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    std::optional<std::string> metadata = "";
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetFetchResponsePartitions,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {8}}),
                SPOOL_FIELD(committed_offset, "CommittedOffset", {.versions = {8}}),
                SPOOL_FIELD(committed_leader_epoch, "CommittedLeaderEpoch",
                            {.versions = {8}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(metadata, "Metadata", {.versions = {8}, .nullable = {8}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {8}}))
  };

  struct OffsetFetchResponseTopics {
    std::string name;
    Uuid topic_id;
    std::vector<OffsetFetchResponsePartitions> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetFetchResponseTopics,
                SPOOL_FIELD(name, "Name", {.versions = {8, 9}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {10}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {8}}))
  };

  struct OffsetFetchResponseGroup {
    std::string group_id;
    std::vector<OffsetFetchResponseTopics> topics;
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetFetchResponseGroup, SPOOL_FIELD(group_id, "GroupId", {.versions = {8}}),
                SPOOL_FIELD(topics, "Topics", {.versions = {8}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {8}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<OffsetFetchResponseTopic> topics;
  int16_t error_code = 0;
  std::vector<OffsetFetchResponseGroup> groups;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetFetchResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {3}, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0, 7}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {2, 7}, .is_ignorable = true}),
              SPOOL_FIELD(groups, "Groups", {.versions = {8}}))
};

}  // namespace spool::protocol
