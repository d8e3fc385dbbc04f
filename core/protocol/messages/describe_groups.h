#pragma once

#include "core/protocol/schema.h"

/// DescribeGroups, API key 15, versions 0-6, flexible from 5.
///
/// v0  first version.
/// v1  KIP-124: throttle time.
/// v2  KIP-219: the throttle is applied after the answer.
/// v3  KIP-430: authorized operations on request.
/// v4  KIP-345: group instance id.
/// v5  KIP-482: flexible.
/// v6  KIP-1043: error message; GROUP_ID_NOT_FOUND instead of state Dead.
namespace spool::protocol {

struct DescribeGroupsRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeGroupsRequest",
                                     .type = MessageType::request,
                                     .api_key = 15,
                                     .versions = {0, 6},
                                     .flexible = {5},
                                     .listeners = kBrokerListener};

  std::vector<std::string> groups;
  bool include_authorized_operations = false;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeGroupsRequest, SPOOL_FIELD(groups, "Groups", {.versions = {0}}),
              SPOOL_FIELD(include_authorized_operations, "IncludeAuthorizedOperations",
                          {.versions = {3}}))
};

struct DescribeGroupsResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeGroupsResponse",
                                     .type = MessageType::response,
                                     .api_key = 15,
                                     .versions = {0, 6},
                                     .flexible = {5}};

  struct DescribedGroupMember {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    BytesView member_metadata;
    BytesView member_assignment;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribedGroupMember, SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
                SPOOL_FIELD(group_instance_id, "GroupInstanceId",
                            {.versions = {4},
                             .nullable = {4},
                             .default_value = kNull,
                             .is_ignorable = true}),
                SPOOL_FIELD(client_id, "ClientId", {.versions = {0}}),
                SPOOL_FIELD(client_host, "ClientHost", {.versions = {0}}),
                SPOOL_FIELD(member_metadata, "MemberMetadata", {.versions = {0}}),
                SPOOL_FIELD(member_assignment, "MemberAssignment", {.versions = {0}}))
  };

  struct DescribedGroup {
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::string protocol_type;
    std::string protocol_data;
    std::vector<DescribedGroupMember> members;
    int32_t authorized_operations = std::numeric_limits<int32_t>::min();
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribedGroup, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage",
                            {.versions = {6}, .nullable = {6}, .default_value = kNull}),
                SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
                SPOOL_FIELD(group_state, "GroupState", {.versions = {0}}),
                SPOOL_FIELD(protocol_type, "ProtocolType", {.versions = {0}}),
                SPOOL_FIELD(protocol_data, "ProtocolData", {.versions = {0}}),
                SPOOL_FIELD(members, "Members", {.versions = {0}}),
                SPOOL_FIELD(authorized_operations, "AuthorizedOperations",
                            {.versions = {3},
                             .default_value = std::numeric_limits<int32_t>::min()}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<DescribedGroup> groups;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeGroupsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(groups, "Groups", {.versions = {0}}))
};

}  // namespace spool::protocol
