#pragma once

#include "core/protocol/schema.h"

/// ConsumerGroupHeartbeat, API key 68, versions 0-1, flexible.
///
/// v0  KIP-848.
/// v1  KIP-848: regular expressions; the client makes its member id (KIP-1082).
namespace spool::protocol {

struct ConsumerGroupHeartbeatRequest {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupHeartbeatRequest",
                                     .type = MessageType::request,
                                     .api_key = 68,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  struct TopicPartitions {
    Uuid topic_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartitions, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  std::string group_id;
  std::string member_id;
  int32_t member_epoch = 0;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string>> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex;
  std::optional<std::string> server_assignor;
  std::optional<std::vector<TopicPartitions>> topic_partitions;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupHeartbeatRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
              SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(instance_id, "InstanceId",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(rack_id, "RackId",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(rebalance_timeout_ms, "RebalanceTimeoutMs",
                          {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(subscribed_topic_names, "SubscribedTopicNames",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(subscribed_topic_regex, "SubscribedTopicRegex",
                          {.versions = {1}, .nullable = {1}, .default_value = kNull}),
              SPOOL_FIELD(server_assignor, "ServerAssignor",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(topic_partitions, "TopicPartitions",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}))
};

struct ConsumerGroupHeartbeatResponse {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupHeartbeatResponse",
                                     .type = MessageType::response,
                                     .api_key = 68,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct TopicPartitions {
    Uuid topic_id;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartitions, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct Assignment {
    std::vector<TopicPartitions> topic_partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Assignment, SPOOL_FIELD(topic_partitions, "TopicPartitions", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::optional<std::string> member_id;
  int32_t member_epoch = 0;
  int32_t heartbeat_interval_ms = 0;
  std::optional<Assignment> assignment;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupHeartbeatResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(member_id, "MemberId",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(heartbeat_interval_ms, "HeartbeatIntervalMs", {.versions = {0}}),
              SPOOL_FIELD(assignment, "Assignment",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}))
};

}  // namespace spool::protocol
