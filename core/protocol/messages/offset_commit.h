#pragma once

#include "core/protocol/schema.h"

/// OffsetCommit, API key 8, versions 2-10, flexible from 8.
///
/// v2  commit with retention time of the request.
/// v3  KIP-124: throttle time.
/// v4  KIP-219: the throttle is applied after the answer.
/// v5  KIP-211: retention time is gone.
/// v6  KIP-320: committed leader epoch.
/// v7  KIP-345: group instance id.
/// v8  KIP-482: flexible.
/// v9  KIP-848: member epochs of the new group protocol.
/// v10 KIP-848: topic ids instead of names.
namespace spool::protocol {

struct OffsetCommitRequest {
  static constexpr MessageInfo kInfo{.name = "OffsetCommitRequest",
                                     .type = MessageType::request,
                                     .api_key = 8,
                                     .versions = {2, 10},
                                     .flexible = {8},
                                     .listeners = kBrokerListener};

  struct OffsetCommitRequestPartition {
    int32_t partition_index = 0;
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    std::optional<std::string> committed_metadata = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetCommitRequestPartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(committed_offset, "CommittedOffset", {.versions = {0}}),
                SPOOL_FIELD(committed_leader_epoch, "CommittedLeaderEpoch",
                            {.versions = {6}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(committed_metadata, "CommittedMetadata",
                            {.versions = {0}, .nullable = {0}}))
  };

  struct OffsetCommitRequestTopic {
    std::string name;
    Uuid topic_id;
    std::vector<OffsetCommitRequestPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetCommitRequestTopic,
                SPOOL_FIELD(name, "Name", {.versions = {0, 9}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {10}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string group_id;
  int32_t generation_id_or_member_epoch = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  int64_t retention_time_ms = -1;
  std::vector<OffsetCommitRequestTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetCommitRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(generation_id_or_member_epoch, "GenerationIdOrMemberEpoch",
                          {.versions = {1}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(group_instance_id, "GroupInstanceId",
                          {.versions = {7}, .nullable = {7}, .default_value = kNull}),
              SPOOL_FIELD(retention_time_ms, "RetentionTimeMs",
                          {.versions = {2, 4}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct OffsetCommitResponse {
  static constexpr MessageInfo kInfo{.name = "OffsetCommitResponse",
                                     .type = MessageType::response,
                                     .api_key = 8,
                                     .versions = {2, 10},
                                     .flexible = {8}};

  struct OffsetCommitResponsePartition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetCommitResponsePartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
  };

  struct OffsetCommitResponseTopic {
    std::string name;
    Uuid topic_id;
    std::vector<OffsetCommitResponsePartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(OffsetCommitResponseTopic,
                SPOOL_FIELD(name, "Name", {.versions = {0, 9}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {10}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<OffsetCommitResponseTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetCommitResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {3}, .is_ignorable = true}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
