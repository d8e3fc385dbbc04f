#pragma once

#include "core/protocol/schema.h"

/// ExpireDelegationToken, API key 40, versions 1-2, flexible from 2.
///
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
namespace spool::protocol {

struct ExpireDelegationTokenRequest {
  static constexpr MessageInfo kInfo{.name = "ExpireDelegationTokenRequest",
                                     .type = MessageType::request,
                                     .api_key = 40,
                                     .versions = {1, 2},
                                     .flexible = {2},
                                     .listeners = kAnyListener};

  BytesView hmac;
  int64_t expiry_time_period_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ExpireDelegationTokenRequest, SPOOL_FIELD(hmac, "Hmac", {.versions = {0}}),
              SPOOL_FIELD(expiry_time_period_ms, "ExpiryTimePeriodMs", {.versions = {0}}))
};

struct ExpireDelegationTokenResponse {
  static constexpr MessageInfo kInfo{.name = "ExpireDelegationTokenResponse",
                                     .type = MessageType::response,
                                     .api_key = 40,
                                     .versions = {1, 2},
                                     .flexible = {2}};

  int16_t error_code = 0;
  int64_t expiry_timestamp_ms = 0;
  int32_t throttle_time_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ExpireDelegationTokenResponse,
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(expiry_timestamp_ms, "ExpiryTimestampMs", {.versions = {0}}),
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}))
};

}  // namespace spool::protocol
