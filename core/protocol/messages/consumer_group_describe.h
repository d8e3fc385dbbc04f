#pragma once

#include "core/protocol/schema.h"

/// ConsumerGroupDescribe, API key 69, versions 0-1, flexible.
///
/// v0  KIP-848.
/// v1  member type.
namespace spool::protocol {

struct ConsumerGroupDescribeRequest {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupDescribeRequest",
                                     .type = MessageType::request,
                                     .api_key = 69,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kBrokerListener};

  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupDescribeRequest, SPOOL_FIELD(group_ids, "GroupIds", {.versions = {0}}),
              SPOOL_FIELD(include_authorized_operations, "IncludeAuthorizedOperations",
                          {.versions = {0}}))
};

struct ConsumerGroupDescribeResponse {
  static constexpr MessageInfo kInfo{.name = "ConsumerGroupDescribeResponse",
                                     .type = MessageType::response,
                                     .api_key = 69,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct TopicPartitions {
    Uuid topic_id;
    std::string topic_name;
    std::vector<int32_t> partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(TopicPartitions, SPOOL_FIELD(topic_id, "TopicId", {.versions = {0}}),
                SPOOL_FIELD(topic_name, "TopicName", {.versions = {0}}),
                SPOOL_FIELD(partitions, "Partitions", {.versions = {0}}))
  };

  struct Assignment {
    std::vector<TopicPartitions> topic_partitions;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Assignment, SPOOL_FIELD(topic_partitions, "TopicPartitions", {.versions = {0}}))
  };

  struct Member {
    std::string member_id;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    int32_t member_epoch = 0;
    std::string client_id;
    std::string client_host;
    std::vector<std::string> subscribed_topic_names;
    std::optional<std::string> subscribed_topic_regex;
    Assignment assignment;
    Assignment target_assignment;
    int8_t member_type = -1;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Member, SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
                SPOOL_FIELD(instance_id, "InstanceId",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(rack_id, "RackId",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(member_epoch, "MemberEpoch", {.versions = {0}}),
                SPOOL_FIELD(client_id, "ClientId", {.versions = {0}}),
                SPOOL_FIELD(client_host, "ClientHost", {.versions = {0}}),
                SPOOL_FIELD(subscribed_topic_names, "SubscribedTopicNames", {.versions = {0}}),
                SPOOL_FIELD(subscribed_topic_regex, "SubscribedTopicRegex",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(assignment, "Assignment", {.versions = {0}}),
                SPOOL_FIELD(target_assignment, "TargetAssignment", {.versions = {0}}),
                SPOOL_FIELD(member_type, "MemberType",
                            {.versions = {1}, .default_value = -1, .is_ignorable = true}))
  };

  struct DescribedGroup {
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    int32_t group_epoch = 0;
    int32_t assignment_epoch = 0;
    std::string assignor_name;
    std::vector<Member> members;
    int32_t authorized_operations = std::numeric_limits<int32_t>::min();
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribedGroup, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {0}, .nullable = {0}, .default_value = kNull}),
                SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
                SPOOL_FIELD(group_state, "GroupState", {.versions = {0}}),
                SPOOL_FIELD(group_epoch, "GroupEpoch", {.versions = {0}}),
                SPOOL_FIELD(assignment_epoch, "AssignmentEpoch", {.versions = {0}}),
                SPOOL_FIELD(assignor_name, "AssignorName", {.versions = {0}}),
                SPOOL_FIELD(members, "Members", {.versions = {0}}),
                SPOOL_FIELD(authorized_operations, "AuthorizedOperations",
                            {.versions = {0},
                             .default_value = std::numeric_limits<int32_t>::min()}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DescribedGroup> groups;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ConsumerGroupDescribeResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(groups, "Groups", {.versions = {0}}))
};

}  // namespace spool::protocol
