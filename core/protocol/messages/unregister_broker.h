#pragma once

#include "core/protocol/schema.h"

/// UnregisterBroker, API key 64, version 0, flexible.
///
/// v0  KIP-631.
namespace spool::protocol {

struct UnregisterBrokerRequest {
  static constexpr MessageInfo kInfo{.name = "UnregisterBrokerRequest",
                                     .type = MessageType::request,
                                     .api_key = 64,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  int32_t broker_id = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UnregisterBrokerRequest, SPOOL_FIELD(broker_id, "BrokerId", {.versions = {0}}))
};

struct UnregisterBrokerResponse {
  static constexpr MessageInfo kInfo{.name = "UnregisterBrokerResponse",
                                     .type = MessageType::response,
                                     .api_key = 64,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UnregisterBrokerResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}))
};

}  // namespace spool::protocol
