#pragma once

#include "core/protocol/schema.h"

/// The bytes that classic consumers put into JoinGroup (subscription) and SyncGroup (assignment):
/// int16 version, the fields. A reader takes newer versions as the newest it knows and ignores what
/// follows.
namespace spool::protocol {

/// ConsumerProtocolSubscription, versions 0-3, not flexible.
///
/// v0  first version.
/// v1  adds OwnedPartitions.
/// v2  adds GenerationId.
/// v3  adds RackId.
struct ConsumerProtocolSubscription {
  static constexpr MessageInfo kInfo{
      .name = "ConsumerProtocolSubscription", .type = MessageType::data, .versions = {0, 3}};

  struct TopicPartition {
    std::string topic;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartition, SPOOL_FIELD(topic, "Topic", {.versions = {1}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {1}}))
  };

  std::vector<std::string> topics;
  std::optional<BytesView> user_data;
  std::vector<TopicPartition> owned_partitions;
  int32_t generation_id = -1;
  std::optional<std::string> rack_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      ConsumerProtocolSubscription, SPOOL_FIELD(topics, "Topics", {.versions = {0}}),
      SPOOL_FIELD(user_data, "UserData",
                  {.versions = {0}, .nullable = {0}, .default_value = kNull}),
      SPOOL_FIELD(owned_partitions, "OwnedPartitions", {.versions = {1}, .is_ignorable = true}),
      SPOOL_FIELD(generation_id, "GenerationId",
                  {.versions = {2}, .default_value = -1, .is_ignorable = true}),
      SPOOL_FIELD(rack_id, "RackId",
                  {.versions = {3}, .nullable = {3}, .default_value = kNull, .is_ignorable = true}))
};

/// ConsumerProtocolAssignment, versions 0-3, not flexible.
///
/// v0  first version.
/// v1  no change in the fields.
/// v2  no change in the fields.
/// v3  no change in the fields.
struct ConsumerProtocolAssignment {
  static constexpr MessageInfo kInfo{
      .name = "ConsumerProtocolAssignment", .type = MessageType::data, .versions = {0, 3}};

  struct TopicPartition {
    std::string topic;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartition, SPOOL_FIELD(topic, "Topic", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::vector<TopicPartition> assigned_partitions;
  std::optional<BytesView> user_data;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerProtocolAssignment,
              SPOOL_FIELD(assigned_partitions, "AssignedPartitions", {.versions = {0}}),
              SPOOL_FIELD(user_data, "UserData",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}))
};

}  // namespace spool::protocol
