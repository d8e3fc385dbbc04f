#pragma once

#include "core/protocol/schema.h"

/// TxnOffsetCommit, API key 28, versions 0-6, flexible from 3.
///
/// v0  KIP-98.
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-320: committed leader epoch.
/// v3  KIP-482: flexible; KIP-447: member id, generation, group instance id.
/// v4  KIP-890: TRANSACTION_ABORTABLE may be answered.
/// v5  KIP-890: adds the offsets partition to the transaction.
/// v6  topic ids instead of names.
namespace spool::protocol {

struct TxnOffsetCommitRequest {
  static constexpr MessageInfo kInfo{.name = "TxnOffsetCommitRequest",
                                     .type = MessageType::request,
                                     .api_key = 28,
                                     .versions = {0, 6},
                                     .flexible = {3},
                                     .listeners = kBrokerListener};

  struct TxnOffsetCommitRequestPartition {
    int32_t partition_index = 0;
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    std::optional<std::string> committed_metadata = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TxnOffsetCommitRequestPartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(committed_offset, "CommittedOffset", {.versions = {0}}),
                SPOOL_FIELD(committed_leader_epoch, "CommittedLeaderEpoch",
                            {.versions = {2}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(committed_metadata, "CommittedMetadata",
                            {.versions = {0}, .nullable = {0}}))
  };

  struct TxnOffsetCommitRequestTopic {
    std::string name;
    Uuid topic_id;
    std::vector<TxnOffsetCommitRequestPartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TxnOffsetCommitRequestTopic,
                SPOOL_FIELD(name, "Name", {.versions = {0, 5}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {6}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string transactional_id;
  std::string group_id;
  int64_t producer_id = 0;
  int16_t producer_epoch = 0;
  int32_t generation_id_or_member_epoch = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::vector<TxnOffsetCommitRequestTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(TxnOffsetCommitRequest,
              SPOOL_FIELD(transactional_id, "TransactionalId", {.versions = {0}}),
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
              SPOOL_FIELD(producer_epoch, "ProducerEpoch", {.versions = {0}}),
              SPOOL_FIELD(generation_id_or_member_epoch, "GenerationIdOrMemberEpoch",
                          {.versions = {3}, .default_value = -1}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {3}}),
              SPOOL_FIELD(group_instance_id, "GroupInstanceId",
                          {.versions = {3}, .nullable = {3}, .default_value = kNull}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

struct TxnOffsetCommitResponse {
  static constexpr MessageInfo kInfo{.name = "TxnOffsetCommitResponse",
                                     .type = MessageType::response,
                                     .api_key = 28,
                                     .versions = {0, 6},
                                     .flexible = {3}};

  struct TxnOffsetCommitResponsePartition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TxnOffsetCommitResponsePartition,
                SPOOL_FIELD(partition_index, "PartitionIndex", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
  };

  struct TxnOffsetCommitResponseTopic {
    std::string name;
    Uuid topic_id;
    std::vector<TxnOffsetCommitResponsePartition> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TxnOffsetCommitResponseTopic,
                SPOOL_FIELD(name, "Name", {.versions = {0, 5}, .is_ignorable = true}),
                SPOOL_FIELD(topic_id, "TopicId", {.versions = {6}, .is_ignorable = true}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<TxnOffsetCommitResponseTopic> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(TxnOffsetCommitResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

}  // namespace spool::protocol
