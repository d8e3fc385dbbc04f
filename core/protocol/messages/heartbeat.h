#pragma once

#include "core/protocol/schema.h"

/// Heartbeat, API key 12, versions 0-4, flexible from 4.
///
/// v0  first version.
/// v1  KIP-124: throttle time.
/// v2  KIP-219: the throttle is applied after the answer.
/// v3  KIP-345: group instance id.
/// v4  KIP-482: flexible.
namespace spool::protocol {

struct HeartbeatRequest {
  static constexpr MessageInfo kInfo{.name = "HeartbeatRequest",
                                     .type = MessageType::request,
                                     .api_key = 12,
                                     .versions = {0, 4},
                                     .flexible = {4},
                                     .listeners = kBrokerListener};

  std::string group_id;
  int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(HeartbeatRequest, SPOOL_FIELD(group_id, "GroupId", {.versions = {0}}),
              SPOOL_FIELD(generation_id, "GenerationId", {.versions = {0}}),
              SPOOL_FIELD(member_id, "MemberId", {.versions = {0}}),
              SPOOL_FIELD(group_instance_id, "GroupInstanceId",
                          {.versions = {3}, .nullable = {3}, .default_value = kNull}))
};

struct HeartbeatResponse {
  static constexpr MessageInfo kInfo{.name = "HeartbeatResponse",
                                     .type = MessageType::response,
                                     .api_key = 12,
                                     .versions = {0, 4},
                                     .flexible = {4}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(HeartbeatResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs",
                          {.versions = {1}, .is_ignorable = true}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}))
};

}  // namespace spool::protocol
