#pragma once

#include "core/protocol/schema.h"

/// UnregisterController, API key 94, version 0, flexible.
///
/// v0  first version.
namespace spool::protocol {

struct UnregisterControllerRequest {
  static constexpr MessageInfo kInfo{.name = "UnregisterControllerRequest",
                                     .type = MessageType::request,
                                     .api_key = 94,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  int32_t controller_id = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UnregisterControllerRequest,
              SPOOL_FIELD(controller_id, "ControllerId", {.versions = {0}}))
};

struct UnregisterControllerResponse {
  static constexpr MessageInfo kInfo{.name = "UnregisterControllerResponse",
                                     .type = MessageType::response,
                                     .api_key = 94,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UnregisterControllerResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}))
};

}  // namespace spool::protocol
