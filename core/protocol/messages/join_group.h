#pragma once

#include "core/protocol/schema.h"

/// JoinGroup, API key 11, versions 0-9, flexible from 6.
///
/// v0  first version.
/// v1  rebalance timeout of its own.
/// v2  KIP-124: throttle time.
/// v3  KIP-219: the throttle is applied after the answer.
/// v4  KIP-394: MEMBER_ID_REQUIRED at the first join.
/// v5  KIP-345: group instance id.
/// v6  KIP-482: flexible.
/// v7  KIP-559: protocol type in the response, nullable names.
/// v8  KIP-800: reason of the join.
/// v9  KIP-814: skip_assignment for static members.
namespace spool::protocol {

struct JoinGroupRequest {
  static constexpr MessageInfo kInfo{.name = "JoinGroupRequest",
                                     .type = MessageType::request,
                                     .api_key = 11,
                                     .versions = {0, 9},
                                     .flexible = {6},
                                     .listeners = kBrokerListener};

  struct JoinGroupRequestProtocol {
    std::string name;
    BytesView metadata;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(JoinGroupRequestProtocol, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(metadata, "Metadata", {.versions = {0}}))
  };

  std::string group_id;
  int32_t session_timeout_ms = 0;
  int32_t rebalance_timeout_ms = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string protocol_type;
  std::vector<JoinGroupRequestProtocol> protocols;
  std::optional<std::string> reason;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      JoinGroupRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
      SPOOL_FIELD(session_timeout_ms, "SessionTimeoutMs", {.versions = {0}}),
      SPOOL_FIELD(rebalance_timeout_ms, "RebalanceTimeoutMs",
                  {.versions = {1}, .default_value = -1, .is_ignorable = true}),
      SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
      SPOOL_FIELD(group_instance_id, "GroupInstanceId",
                  {.versions = {5}, .nullable = {5}, .default_value = kNull}),
      SPOOL_FIELD(protocol_type, "ProtocolType", {.versions = {0}}),
      SPOOL_FIELD(protocols, "Protocols", {.versions = {0}}),
      SPOOL_FIELD(reason, "Reason",
                  {.versions = {8}, .nullable = {8}, .default_value = kNull, .is_ignorable = true}))
};

struct JoinGroupResponse {
  static constexpr MessageInfo kInfo{.name = "JoinGroupResponse",
                                     .type = MessageType::response,
                                     .api_key = 11,
                                     .versions = {0, 9},
                                     .flexible = {6}};

  struct JoinGroupResponseMember {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    BytesView metadata;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(JoinGroupResponseMember, SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
                SPOOL_FIELD(group_instance_id, "GroupInstanceId",
                            {.versions = {5},
                             .nullable = {5},
                             .default_value = kNull,
                             .is_ignorable = true}),
                SPOOL_FIELD(metadata, "Metadata", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int32_t generation_id = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name = "";
  std::string leader;
  bool skip_assignment = false;
  std::string member_id;
  std::vector<JoinGroupResponseMember> members;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      JoinGroupResponse,
      SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {2}, .is_ignorable = true}),
      SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
      SPOOL_FIELD(generation_id, "GenerationId", {.versions = {0}, .default_value = -1}),
      SPOOL_FIELD(protocol_type, "ProtocolType",
                  {.versions = {7}, .nullable = {7}, .default_value = kNull, .is_ignorable = true}),
      SPOOL_FIELD(protocol_name, "ProtocolName", {.versions = {0}, .nullable = {7}}),
      SPOOL_FIELD(leader, "Leader", {.versions = {0}}),
      SPOOL_FIELD(skip_assignment, "SkipAssignment", {.versions = {9}}),
      SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
      SPOOL_FIELD(members, "Members", {.versions = {0}}))
};

}  // namespace spool::protocol
