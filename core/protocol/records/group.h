#pragma once

#include "core/protocol/schema.h"

/// Keys and values in __consumer_offsets; api_key is the record type. In the log a key is: int16
/// record type, the fields; a value is: int16 version, the fields; a null value deletes the key.
namespace spool::protocol {

/// Key of record type 0, version 0, not flexible.
struct LegacyOffsetCommitKey {
  static constexpr MessageInfo kInfo{.name = "LegacyOffsetCommitKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 0,
                                     .versions = {0, 0}};

  std::string group;
  std::string topic;
  int32_t partition = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(LegacyOffsetCommitKey, SPOOL_FIELD(group, "group", {.versions = {0, 0}}),
              SPOOL_FIELD(topic, "topic", {.versions = {0, 0}}),
              SPOOL_FIELD(partition, "partition", {.versions = {0, 0}}))
};

/// Value of record type 0, version 0, not flexible.
struct LegacyOffsetCommitValue {
  static constexpr MessageInfo kInfo{.name = "LegacyOffsetCommitValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 0,
                                     .versions = {0, 0}};

  int64_t offset = 0;
  std::string metadata;
  int64_t commit_timestamp = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(LegacyOffsetCommitValue, SPOOL_FIELD(offset, "offset", {.versions = {0, 0}}),
              SPOOL_FIELD(metadata, "metadata", {.versions = {0, 0}}),
              SPOOL_FIELD(commit_timestamp, "commitTimestamp", {.versions = {0, 0}}))
};

/// Key of record type 1, version 0, not flexible.
struct OffsetCommitKey {
  static constexpr MessageInfo kInfo{.name = "OffsetCommitKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 1,
                                     .versions = {0, 0}};

  std::string group;
  std::string topic;
  int32_t partition = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetCommitKey, SPOOL_FIELD(group, "group", {.versions = {0, 0}}),
              SPOOL_FIELD(topic, "topic", {.versions = {0, 0}}),
              SPOOL_FIELD(partition, "partition", {.versions = {0, 0}}))
};

/// Value of record type 1, versions 0-4, flexible from 4.
///
/// v0  first version.
/// v1  adds expireTimestamp.
/// v2  drops expireTimestamp.
/// v3  adds leaderEpoch.
/// v4  adds topicId; KIP-482: flexible.
struct OffsetCommitValue {
  static constexpr MessageInfo kInfo{.name = "OffsetCommitValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 1,
                                     .versions = {0, 4},
                                     .flexible = {4}};

  int64_t offset = 0;
  int32_t leader_epoch = -1;
  std::string metadata;
  int64_t commit_timestamp = 0;
  int64_t expire_timestamp = -1;
  Uuid topic_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(OffsetCommitValue, SPOOL_FIELD(offset, "offset", {.versions = {0}}),
              SPOOL_FIELD(leader_epoch, "leaderEpoch",
                          {.versions = {3}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(metadata, "metadata", {.versions = {0}}),
              SPOOL_FIELD(commit_timestamp, "commitTimestamp", {.versions = {0}}),
              SPOOL_FIELD(expire_timestamp, "expireTimestamp",
                          {.versions = {1, 1}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(topic_id, "topicId", {.versions = {4}, .tag = 0, .is_ignorable = true}))
};

/// Key of record type 2, version 0, not flexible.
struct GroupMetadataKey {
  static constexpr MessageInfo kInfo{.name = "GroupMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 2,
                                     .versions = {0, 0}};

  std::string group;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(GroupMetadataKey, SPOOL_FIELD(group, "group", {.versions = {0, 0}}))
};

/// Value of record type 2, versions 0-4, flexible from 4.
///
/// v0  first version.
/// v1  adds members.rebalanceTimeout.
/// v2  adds currentStateTimestamp.
/// v3  adds members.groupInstanceId.
/// v4  KIP-482: flexible.
struct GroupMetadataValue {
  static constexpr MessageInfo kInfo{.name = "GroupMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 2,
                                     .versions = {0, 4},
                                     .flexible = {4}};

  struct MemberMetadata {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    int32_t rebalance_timeout = -1;
    int32_t session_timeout = 0;
    BytesView subscription;
    BytesView assignment;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(MemberMetadata, SPOOL_FIELD(member_id, "memberId", {.versions = {0}}),
                SPOOL_FIELD(group_instance_id, "groupInstanceId",
                            {.versions = {3},
                             .nullable = {3},
                             .default_value = kNull,
                             .is_ignorable = true}),
                SPOOL_FIELD(client_id, "clientId", {.versions = {0}}),
                SPOOL_FIELD(client_host, "clientHost", {.versions = {0}}),
                SPOOL_FIELD(rebalance_timeout, "rebalanceTimeout",
                            {.versions = {1}, .default_value = -1, .is_ignorable = true}),
                SPOOL_FIELD(session_timeout, "sessionTimeout", {.versions = {0}}),
                SPOOL_FIELD(subscription, "subscription", {.versions = {0}}),
                SPOOL_FIELD(assignment, "assignment", {.versions = {0}}))
  };

  std::string protocol_type;
  int32_t generation = 0;
  std::optional<std::string> protocol = "";
  std::optional<std::string> leader = "";
  int64_t current_state_timestamp = -1;
  std::vector<MemberMetadata> members;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(GroupMetadataValue, SPOOL_FIELD(protocol_type, "protocolType", {.versions = {0}}),
              SPOOL_FIELD(generation, "generation", {.versions = {0}}),
              SPOOL_FIELD(protocol, "protocol", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(leader, "leader", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(current_state_timestamp, "currentStateTimestamp",
                          {.versions = {2}, .default_value = -1, .is_ignorable = true}),
              SPOOL_FIELD(members, "members", {.versions = {0}}))
};

/// Key of record type 3, version 0, not flexible.
struct ConsumerGroupMetadataKey {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 3,
                                     .versions = {0, 0}};

  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupMetadataKey, SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}))
};

/// Value of record type 3, version 0, flexible.
struct ConsumerGroupMetadataValue {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 3,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t epoch = 0;
  int64_t metadata_hash = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupMetadataValue, SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}),
              SPOOL_FIELD(metadata_hash, "MetadataHash", {.versions = {0}, .tag = 0}))
};

/// Key of record type 4, version 0, not flexible.
struct ConsumerGroupPartitionMetadataKey {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupPartitionMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 4,
                                     .versions = {0, 0}};

  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupPartitionMetadataKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}))
};

/// Value of record type 4, version 0, flexible.
struct ConsumerGroupPartitionMetadataValue {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupPartitionMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 4,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct PartitionMetadata {
    int32_t partition = 0;
    std::vector<std::string> racks;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(PartitionMetadata, SPOOL_FIELD(partition, "Partition", {.versions = {0}}),
                SPOOL_FIELD(racks, "Racks", {.versions = {0}}))
  };

  struct TopicMetadata {
    Uuid topic_id;
    std::string topic_name;
    int32_t num_partitions = 0;
    std::vector<PartitionMetadata> partition_metadata;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicMetadata, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(num_partitions, "NumPartitions", {.versions = {0}}),
                SPOOL_FIELD(partition_metadata, "PartitionMetadata", {.versions = {0}}))
  };

  std::vector<TopicMetadata> topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupPartitionMetadataValue, SPOOL_FIELD(topics, "Topics", {.versions = {0}}))
};

/// Key of record type 5, version 0, not flexible.
struct ConsumerGroupMemberMetadataKey {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupMemberMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 5,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string member_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupMemberMetadataKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 0}}))
};

/// Value of record type 5, version 0, flexible.
struct ConsumerGroupMemberMetadataValue {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupMemberMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 5,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct ClassicProtocol {
    std::string name;
    BytesView metadata;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ClassicProtocol, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(metadata, "Metadata", {.versions = {0}}))
  };

  struct ClassicMemberMetadata {
    int32_t session_timeout_ms = 0;
    std::vector<ClassicProtocol> supported_protocols;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ClassicMemberMetadata,
                SPOOL_FIELD(session_timeout_ms, "SessionTimeoutMs", {.versions = {0}}),
                SPOOL_FIELD(supported_protocols, "SupportedProtocols", {.versions = {0}}))
  };

  std::optional<std::string> instance_id = "";
  std::optional<std::string> rack_id = "";
  std::string client_id;
  std::string client_host;
  std::vector<std::string> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex = "";
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> server_assignor = "";
  std::optional<ClassicMemberMetadata> classic_member_metadata = ClassicMemberMetadata{};
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupMemberMetadataValue,
              SPOOL_FIELD(instance_id, "InstanceId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(rack_id, "RackId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(client_id, "ClientId", {.versions = {0}}),
              SPOOL_FIELD(client_host, "ClientHost", {.versions = {0}}),
              SPOOL_FIELD(subscribed_topic_names, "SubscribedTopicNames", {.versions = {0}}),
              SPOOL_FIELD(subscribed_topic_regex, "SubscribedTopicRegex",
                          {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(rebalance_timeout_ms, "RebalanceTimeoutMs",
                          {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(server_assignor, "ServerAssignor", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(classic_member_metadata, "ClassicMemberMetadata",
                          {.versions = {0}, .nullable = {0}, .tag = 0}))
};

/// Key of record type 6, version 0, not flexible.
struct ConsumerGroupTargetAssignmentMetadataKey {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupTargetAssignmentMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 6,
                                     .versions = {0, 0}};

  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupTargetAssignmentMetadataKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}))
};

/// Value of record type 6, version 0, flexible.
struct ConsumerGroupTargetAssignmentMetadataValue {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupTargetAssignmentMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 6,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t assignment_epoch = 0;
  int64_t assignment_timestamp = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupTargetAssignmentMetadataValue,
              SPOOL_FIELD(assignment_epoch, "AssignmentEpoch", {.versions = {0}}),
              SPOOL_FIELD(assignment_timestamp, "AssignmentTimestamp",
                          {.versions = {0}, .tag = 0, .is_ignorable = true}))
};

/// Key of record type 7, version 0, not flexible.
struct ConsumerGroupTargetAssignmentMemberKey {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupTargetAssignmentMemberKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 7,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string member_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupTargetAssignmentMemberKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 0}}))
};

/// Value of record type 7, version 0, flexible.
struct ConsumerGroupTargetAssignmentMemberValue {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupTargetAssignmentMemberValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 7,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct TopicPartition {
    Uuid topic_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartition, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<TopicPartition> topic_partitions;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupTargetAssignmentMemberValue,
              SPOOL_FIELD(topic_partitions, "TopicPartitions", {.versions = {0}}))
};

/// Key of record type 8, version 0, not flexible.
struct ConsumerGroupCurrentMemberAssignmentKey {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupCurrentMemberAssignmentKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 8,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string member_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupCurrentMemberAssignmentKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 0}}))
};

/// Value of record type 8, version 0, flexible.
struct ConsumerGroupCurrentMemberAssignmentValue {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupCurrentMemberAssignmentValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 8,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct TopicPartitions {
    Uuid topic_id;
    std::vector<int32_t> partitions;
    std::optional<std::vector<int32_t>> assignment_epochs = std::vector<int32_t>{};
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartitions, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}),
                SPOOL_FIELD(assignment_epochs, "AssignmentEpochs",
                            {.versions = {0}, .nullable = {0}, .tag = 0}))
  };

  int32_t member_epoch = 0;
  int32_t previous_member_epoch = 0;
  int8_t state = 0;
  std::vector<TopicPartitions> assigned_partitions;
  std::vector<TopicPartitions> partitions_pending_revocation;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupCurrentMemberAssignmentValue,
              SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(previous_member_epoch, "PreviousMemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(state, "State", {.versions = {0}}),
              SPOOL_FIELD(assigned_partitions, "AssignedPartitions", {.versions = {0}}),
              SPOOL_FIELD(partitions_pending_revocation, "PartitionsPendingRevocation",
                          {.versions = {0}}))
};

/// Key of record type 10, version 0, not flexible.
struct ShareGroupMemberMetadataKey {
  static constexpr MessageInfo kInfo{.name = "ShareGroupMemberMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 10,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string member_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupMemberMetadataKey, SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 0}}))
};

/// Value of record type 10, version 0, flexible.
struct ShareGroupMemberMetadataValue {
  static constexpr MessageInfo kInfo{.name = "ShareGroupMemberMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 10,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::optional<std::string> rack_id = "";
  std::string client_id;
  std::string client_host;
  std::vector<std::string> subscribed_topic_names;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupMemberMetadataValue,
              SPOOL_FIELD(rack_id, "RackId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(client_id, "ClientId", {.versions = {0}}),
              SPOOL_FIELD(client_host, "ClientHost", {.versions = {0}}),
              SPOOL_FIELD(subscribed_topic_names, "SubscribedTopicNames", {.versions = {0}}))
};

/// Key of record type 11, version 0, not flexible.
struct ShareGroupMetadataKey {
  static constexpr MessageInfo kInfo{.name = "ShareGroupMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 11,
                                     .versions = {0, 0}};

  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupMetadataKey, SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}))
};

/// Value of record type 11, version 0, flexible.
struct ShareGroupMetadataValue {
  static constexpr MessageInfo kInfo{.name = "ShareGroupMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 11,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t epoch = 0;
  int64_t metadata_hash = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupMetadataValue, SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}),
              SPOOL_FIELD(metadata_hash, "MetadataHash", {.versions = {0}}))
};

/// Key of record type 12, version 0, not flexible.
struct ShareGroupTargetAssignmentMetadataKey {
  static constexpr MessageInfo kInfo{.name = "ShareGroupTargetAssignmentMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 12,
                                     .versions = {0, 0}};

  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupTargetAssignmentMetadataKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}))
};

/// Value of record type 12, version 0, flexible.
struct ShareGroupTargetAssignmentMetadataValue {
  static constexpr MessageInfo kInfo{.name = "ShareGroupTargetAssignmentMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 12,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t assignment_epoch = 0;
  int64_t assignment_timestamp = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupTargetAssignmentMetadataValue,
              SPOOL_FIELD(assignment_epoch, "AssignmentEpoch", {.versions = {0}}),
              SPOOL_FIELD(assignment_timestamp, "AssignmentTimestamp",
                          {.versions = {0}, .tag = 0, .is_ignorable = true}))
};

/// Key of record type 13, version 0, not flexible.
struct ShareGroupTargetAssignmentMemberKey {
  static constexpr MessageInfo kInfo{.name = "ShareGroupTargetAssignmentMemberKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 13,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string member_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupTargetAssignmentMemberKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 0}}))
};

/// Value of record type 13, version 0, flexible.
struct ShareGroupTargetAssignmentMemberValue {
  static constexpr MessageInfo kInfo{.name = "ShareGroupTargetAssignmentMemberValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 13,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct TopicPartition {
    Uuid topic_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartition, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<TopicPartition> topic_partitions;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupTargetAssignmentMemberValue,
              SPOOL_FIELD(topic_partitions, "TopicPartitions", {.versions = {0}}))
};

/// Key of record type 14, version 0, not flexible.
struct ShareGroupCurrentMemberAssignmentKey {
  static constexpr MessageInfo kInfo{.name = "ShareGroupCurrentMemberAssignmentKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 14,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string member_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupCurrentMemberAssignmentKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 0}}))
};

/// Value of record type 14, version 0, flexible.
struct ShareGroupCurrentMemberAssignmentValue {
  static constexpr MessageInfo kInfo{.name = "ShareGroupCurrentMemberAssignmentValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 14,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct TopicPartitions {
    Uuid topic_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartitions, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  int32_t member_epoch = 0;
  int32_t previous_member_epoch = 0;
  int8_t state = 0;
  std::vector<TopicPartitions> assigned_partitions;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupCurrentMemberAssignmentValue,
              SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(previous_member_epoch, "PreviousMemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(state, "State", {.versions = {0}}),
              SPOOL_FIELD(assigned_partitions, "AssignedPartitions", {.versions = {0}}))
};

/// Key of record type 15, version 0, not flexible.
struct ShareGroupStatePartitionMetadataKey {
  static constexpr MessageInfo kInfo{.name = "ShareGroupStatePartitionMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 15,
                                     .versions = {0, 0}};

  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupStatePartitionMetadataKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}))
};

/// Value of record type 15, version 0, flexible.
struct ShareGroupStatePartitionMetadataValue {
  static constexpr MessageInfo kInfo{.name = "ShareGroupStatePartitionMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 15,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct TopicPartitionsInfo {
    Uuid topic_id;
    std::string topic_name;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartitionsInfo, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct TopicInfo {
    Uuid topic_id;
    std::string topic_name;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicInfo, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}))
  };

  std::vector<TopicPartitionsInfo> initializing_topics;
  std::vector<TopicPartitionsInfo> initialized_topics;
  std::vector<TopicInfo> deleting_topics;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupStatePartitionMetadataValue,
              SPOOL_FIELD(initializing_topics, "InitializingTopics", {.versions = {0}}),
              SPOOL_FIELD(initialized_topics, "InitializedTopics", {.versions = {0}}),
              SPOOL_FIELD(deleting_topics, "DeletingTopics", {.versions = {0}}))
};

/// Key of record type 16, version 0, not flexible.
struct ConsumerGroupRegularExpressionKey {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupRegularExpressionKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 16,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string regular_expression;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupRegularExpressionKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(regular_expression, "RegularExpression", {.versions = {0, 0}}))
};

/// Value of record type 16, version 0, flexible.
struct ConsumerGroupRegularExpressionValue {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupRegularExpressionValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 16,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  std::vector<std::string> topics;
  int64_t version = 0;
  int64_t timestamp = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupRegularExpressionValue, SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
              SPOOL_FIELD(version, "Version", {.versions = {0}}),
              SPOOL_FIELD(timestamp, "Timestamp", {.versions = {0}}))
};

/// Key of record type 17, version 0, not flexible.
struct StreamsGroupMetadataKey {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 17,
                                     .versions = {0, 0}};

  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupMetadataKey, SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}))
};

/// Value of record type 17, version 0, flexible.
struct StreamsGroupMetadataValue {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 17,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct LastAssignmentConfig {
    std::string key;
    std::string value;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(LastAssignmentConfig, SPOOL_FIELD(key, "Key", {.versions = {0}}),
                SPOOL_FIELD(value, "Value", {.versions = {0}}))
  };

  int32_t epoch = 0;
  int64_t metadata_hash = 0;
  int32_t validated_topology_epoch = -1;
  std::optional<std::vector<LastAssignmentConfig>> last_assignment_configs =
      std::vector<LastAssignmentConfig>{};
  int32_t stored_description_topology_epoch = -1;
  int32_t failed_description_topology_epoch = -1;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupMetadataValue, SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}),
              SPOOL_FIELD(metadata_hash, "MetadataHash", {.versions = {0}}),
              SPOOL_FIELD(validated_topology_epoch, "ValidatedTopologyEpoch",
                          {.versions = {0}, .tag = 0, .default_value = -1}),
              SPOOL_FIELD(last_assignment_configs, "LastAssignmentConfigs",
                          {.versions = {0}, .nullable = {0}, .tag = 1}),
              SPOOL_FIELD(stored_description_topology_epoch, "StoredDescriptionTopologyEpoch",
                          {.versions = {0}, .tag = 2, .default_value = -1}),
              SPOOL_FIELD(failed_description_topology_epoch, "FailedDescriptionTopologyEpoch",
                          {.versions = {0}, .tag = 3, .default_value = -1}))
};

/// Key of record type 19, version 0, not flexible.
struct StreamsGroupMemberMetadataKey {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupMemberMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 19,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string member_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupMemberMetadataKey, SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 0}}))
};

/// Value of record type 19, version 0, flexible.
struct StreamsGroupMemberMetadataValue {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupMemberMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 19,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct Endpoint {
    std::string host;
    uint16_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Endpoint, SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}))
  };

  struct KeyValue {
    std::string key;
    std::string value;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(KeyValue, SPOOL_FIELD(key, "Key", {.versions = {0}}),
                SPOOL_FIELD(value, "Value", {.versions = {0}}))
  };

  std::optional<std::string> instance_id = "";
  std::optional<std::string> rack_id = "";
  std::string client_id;
  std::string client_host;
  int32_t rebalance_timeout_ms = -1;
  int32_t topology_epoch = 0;
  std::string process_id;
  std::optional<Endpoint> user_endpoint;
  std::vector<KeyValue> client_tags;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupMemberMetadataValue,
              SPOOL_FIELD(instance_id, "InstanceId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(rack_id, "RackId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(client_id, "ClientId", {.versions = {0}}),
              SPOOL_FIELD(client_host, "ClientHost", {.versions = {0}}),
              SPOOL_FIELD(rebalance_timeout_ms, "RebalanceTimeoutMs",
                          {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(topology_epoch, "TopologyEpoch", {.versions = {0}}),
              SPOOL_FIELD(process_id, "ProcessId", {.versions = {0}}),
              SPOOL_FIELD(user_endpoint, "UserEndpoint",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(client_tags, "ClientTags", {.versions = {0}}))
};

/// Key of record type 20, version 0, not flexible.
struct StreamsGroupTargetAssignmentMetadataKey {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupTargetAssignmentMetadataKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 20,
                                     .versions = {0, 0}};

  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupTargetAssignmentMetadataKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}))
};

/// Value of record type 20, version 0, flexible.
struct StreamsGroupTargetAssignmentMetadataValue {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupTargetAssignmentMetadataValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 20,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t assignment_epoch = 0;
  int64_t assignment_timestamp = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupTargetAssignmentMetadataValue,
              SPOOL_FIELD(assignment_epoch, "AssignmentEpoch", {.versions = {0}}),
              SPOOL_FIELD(assignment_timestamp, "AssignmentTimestamp",
                          {.versions = {0}, .tag = 0, .is_ignorable = true}))
};

/// Key of record type 21, version 0, not flexible.
struct StreamsGroupTargetAssignmentMemberKey {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupTargetAssignmentMemberKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 21,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string member_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupTargetAssignmentMemberKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 0}}))
};

/// Value of record type 21, version 0, flexible.
struct StreamsGroupTargetAssignmentMemberValue {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupTargetAssignmentMemberValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 21,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct TaskIds {
    std::string subtopology_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TaskIds, SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<TaskIds> active_tasks;
  std::vector<TaskIds> standby_tasks;
  std::vector<TaskIds> warmup_tasks;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupTargetAssignmentMemberValue,
              SPOOL_FIELD(active_tasks, "ActiveTasks", {.versions = {0}}),
              SPOOL_FIELD(standby_tasks, "StandbyTasks", {.versions = {0}}),
              SPOOL_FIELD(warmup_tasks, "WarmupTasks", {.versions = {0}}))
};

/// Key of record type 22, version 0, not flexible.
struct StreamsGroupCurrentMemberAssignmentKey {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupCurrentMemberAssignmentKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 22,
                                     .versions = {0, 0}};

  std::string group_id;
  std::string member_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupCurrentMemberAssignmentKey,
              SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 0}}))
};

/// Value of record type 22, version 0, flexible.
struct StreamsGroupCurrentMemberAssignmentValue {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupCurrentMemberAssignmentValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 22,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct TaskIds {
    std::string subtopology_id;
    std::vector<int32_t> partitions;
    std::optional<std::vector<int32_t>> assignment_epochs = std::vector<int32_t>{};
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TaskIds, SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}),
                SPOOL_FIELD(assignment_epochs, "AssignmentEpochs",
                            {.versions = {0}, .nullable = {0}, .tag = 0}))
  };

  int32_t member_epoch = 0;
  int32_t previous_member_epoch = 0;
  int8_t state = 0;
  std::vector<TaskIds> active_tasks;
  std::vector<TaskIds> standby_tasks;
  std::vector<TaskIds> warmup_tasks;
  std::vector<TaskIds> active_tasks_pending_revocation;
  std::vector<TaskIds> standby_tasks_pending_revocation;
  std::vector<TaskIds> warmup_tasks_pending_revocation;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupCurrentMemberAssignmentValue,
              SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(previous_member_epoch, "PreviousMemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(state, "State", {.versions = {0}}),
              SPOOL_FIELD(active_tasks, "ActiveTasks", {.versions = {0}}),
              SPOOL_FIELD(standby_tasks, "StandbyTasks", {.versions = {0}}),
              SPOOL_FIELD(warmup_tasks, "WarmupTasks", {.versions = {0}}),
              SPOOL_FIELD(active_tasks_pending_revocation, "ActiveTasksPendingRevocation",
                          {.versions = {0}}),
              SPOOL_FIELD(standby_tasks_pending_revocation, "StandbyTasksPendingRevocation",
                          {.versions = {0}}),
              SPOOL_FIELD(warmup_tasks_pending_revocation, "WarmupTasksPendingRevocation",
                          {.versions = {0}}))
};

/// Key of record type 23, version 0, not flexible.
struct StreamsGroupTopologyKey {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupTopologyKey",
                                     .type = MessageType::coordinator_key,
                                     .api_key = 23,
                                     .versions = {0, 0}};

  std::string group_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupTopologyKey, SPOOL_FIELD(group_id, "GroupId", {.versions = {0, 0}}))
};

/// Value of record type 23, version 0, flexible.
struct StreamsGroupTopologyValue {
  static constexpr MessageInfo kInfo{.name = "StreamsGroupTopologyValue",
                                     .type = MessageType::coordinator_value,
                                     .api_key = 23,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct TopicConfig {
    std::string key;
    std::string value;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicConfig, SPOOL_FIELD(key, "key", {.versions = {0}}),
                SPOOL_FIELD(value, "value", {.versions = {0}}))
  };

  struct TopicInfo {
    std::string name;
    int32_t partitions = 0;
    int16_t replication_factor = 0;
    std::vector<TopicConfig> topic_configs;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicInfo, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}),
                SPOOL_FIELD(replication_factor, "ReplicationFactor", {.versions = {0}}),
                SPOOL_FIELD(topic_configs, "TopicConfigs", {.versions = {0}}))
  };

  struct CopartitionGroup {
    std::vector<int16_t> source_topics;
    std::vector<int16_t> source_topic_regex;
    std::vector<int16_t> repartition_source_topics;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CopartitionGroup, SPOOL_FIELD(source_topics, "SourceTopics", {.versions = {0}}),
                SPOOL_FIELD(source_topic_regex, "SourceTopicRegex", {.versions = {0}}),
                SPOOL_FIELD(repartition_source_topics, "RepartitionSourceTopics",
                            {.versions = {0}}))
  };

  struct Subtopology {
    std::string subtopology_id;
    std::vector<std::string> source_topics;
    std::vector<std::string> source_topic_regex;
    std::vector<TopicInfo> state_changelog_topics;
    std::vector<std::string> repartition_sink_topics;
    std::vector<TopicInfo> repartition_source_topics;
    std::vector<CopartitionGroup> copartition_groups;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Subtopology, SPOOL_FIELD(subtopology_id, "SubtopologyId", {.versions = {0}}),
                SPOOL_FIELD(source_topics, "SourceTopics", {.versions = {0}}),
                SPOOL_FIELD(source_topic_regex, "SourceTopicRegex", {.versions = {0}}),
                SPOOL_FIELD(state_changelog_topics, "StateChangelogTopics", {.versions = {0}}),
                SPOOL_FIELD(repartition_sink_topics, "RepartitionSinkTopics", {.versions = {0}}),
                SPOOL_FIELD(repartition_source_topics, "RepartitionSourceTopics",
                            {.versions = {0}}),
                SPOOL_FIELD(copartition_groups, "CopartitionGroups", {.versions = {0}}))
  };

  int32_t epoch = 0;
  std::vector<Subtopology> subtopologies;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(StreamsGroupTopologyValue, SPOOL_FIELD(epoch, "Epoch", {.versions = {0}}),
              SPOOL_FIELD(subtopologies, "Subtopologies", {.versions = {0}}))
};

}  // namespace spool::protocol
