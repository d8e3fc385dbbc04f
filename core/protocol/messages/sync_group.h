#pragma once

#include "core/protocol/schema.h"

/// SyncGroup, API key 14, versions 0-5, flexible from 4.
///
/// v0  first version.
/// v1  KIP-124: throttle time.
/// v2  KIP-219: the throttle is applied after the answer.
/// v3  KIP-345: group instance id.
/// v4  KIP-482: flexible.
/// v5  KIP-559: protocol type and name.
namespace spool::protocol {

struct SyncGroupRequest {
  static constexpr MessageInfo kInfo{.name = "SyncGroupRequest",
                                     .type = MessageType::request,
                                     .api_key = 14,
                                     .versions = {0, 5},
                                     .flexible = {4},
                                     .listeners = kBrokerListener};

  struct SyncGroupRequestAssignment {
    std::string member_id;
    BytesView assignment;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(SyncGroupRequestAssignment, SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
                SPOOL_FIELD(assignment, "Assignment", {.versions = {0}}))
  };

  std::string group_id;
  int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::vector<SyncGroupRequestAssignment> assignments;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      SyncGroupRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
      SPOOL_FIELD(generation_id, "GenerationId", {.versions = {0}}),
      SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
      SPOOL_FIELD(group_instance_id, "GroupInstanceId",
                  {.versions = {3}, .nullable = {3}, .default_value = kNull}),
      SPOOL_FIELD(protocol_type, "ProtocolType",
                  {.versions = {5}, .nullable = {5}, .default_value = kNull, .is_ignorable = true}),
      SPOOL_FIELD(protocol_name, "ProtocolName",
                  {.versions = {5}, .nullable = {5}, .default_value = kNull, .is_ignorable = true}),
      SPOOL_FIELD(assignments, "Assignments", {.versions = {0}}))
};

struct SyncGroupResponse {
  static constexpr MessageInfo kInfo{.name = "SyncGroupResponse",
                                     .type = MessageType::response,
                                     .api_key = 14,
                                     .versions = {0, 5},
                                     .flexible = {4}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  BytesView assignment;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      SyncGroupResponse,
      SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {1}, .is_ignorable = true}),
      SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
      SPOOL_FIELD(protocol_type, "ProtocolType",
                  {.versions = {5}, .nullable = {5}, .default_value = kNull, .is_ignorable = true}),
      SPOOL_FIELD(protocol_name, "ProtocolName",
                  {.versions = {5}, .nullable = {5}, .default_value = kNull, .is_ignorable = true}),
      SPOOL_FIELD(assignment, "Assignment", {.versions = {0}}))
};

}  // namespace spool::protocol
