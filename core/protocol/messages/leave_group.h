#pragma once

#include "core/protocol/schema.h"

/// LeaveGroup, API key 13, versions 0-5, flexible from 4.
///
/// v0  first version.
/// v1  KIP-124: throttle time.
/// v2  KIP-219: the throttle is applied after the answer.
/// v3  KIP-345: several members in one request.
/// v4  KIP-482: flexible.
/// v5  KIP-800: reason of the leave.
namespace spool::protocol {

struct LeaveGroupRequest {
  static constexpr MessageInfo kInfo{.name = "LeaveGroupRequest",
                                     .type = MessageType::request,
                                     .api_key = 13,
                                     .versions = {0, 5},
                                     .flexible = {4},
                                     .listeners = kBrokerListener};

  struct MemberIdentity {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> reason;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(MemberIdentity, SPOOL_FIELD(member_id, "MemberId", {.versions = {3}}),
                SPOOL_FIELD(group_instance_id, "GroupInstanceId",
                            {.versions = {3}, .nullable = {3}, .default_value = kNull}),
                SPOOL_FIELD(reason, "Reason",
                            {.versions = {5},
                             .nullable = {5},
                             .default_value = kNull,
                             .is_ignorable = true}))
  };

  std::string group_id;
  std::string member_id;
  std::vector<MemberIdentity> members;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(LeaveGroupRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0, 2}}),
              SPOOL_FIELD(members, "Members", {.versions = {3}}))
};

struct LeaveGroupResponse {
  static constexpr MessageInfo kInfo{.name = "LeaveGroupResponse",
                                     .type = MessageType::response,
                                     .api_key = 13,
                                     .versions = {0, 5},
                                     .flexible = {4}};

  struct MemberResponse {
    std::string member_id;
    std::optional<std::string> group_instance_id = "";
    int16_t error_code = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(MemberResponse, SPOOL_FIELD(member_id, "MemberId", {.versions = {3}}),
                SPOOL_FIELD(group_instance_id, "GroupInstanceId",
                            {.versions = {3}, .nullable = {3}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {3}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<MemberResponse> members;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(LeaveGroupResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(members, "Members", {.versions = {3}}))
};

}  // namespace spool::protocol
