#pragma once

#include "core/protocol/schema.h"

/// ShareGroupHeartbeat, API key 76, version 1, flexible.
///
/// v1  KIP-932.
namespace spool::protocol {

struct ShareGroupHeartbeatRequest {
  static constexpr MessageInfo kInfo{.name = "ShareGroupHeartbeatRequest",
                                     .type = MessageType::request,
                                     .api_key = 76,
                                     .versions = {1, 1},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  std::string group_id;
  std::string member_id;
  int32_t member_epoch = 0;
  std::optional<std::string> rack_id;
  std::optional<std::vector<std::string>> subscribed_topic_names;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ShareGroupHeartbeatRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
              SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
              SPOOL_FIELD(rack_id, "RackId",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}),
              SPOOL_FIELD(subscribed_topic_names, "SubscribedTopicNames",
                          {.versions = {0}, .nullable = {0}, .default_value = kNull}))
};

struct ShareGroupHeartbeatResponse {
  static constexpr MessageInfo kInfo{.name = "ShareGroupHeartbeatResponse",
                                     .type = MessageType::response,
                                     .api_key = 76,
                                     .versions = {1, 1},
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

  SPOOL_TABLE(ShareGroupHeartbeatResponse,
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
