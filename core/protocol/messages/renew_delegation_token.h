#pragma once

#include "core/protocol/schema.h"

/// RenewDelegationToken, API key 39, versions 1-2, flexible from 2.
///
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
namespace spool::protocol {

struct RenewDelegationTokenRequest {
  static constexpr MessageInfo kInfo{.name = "RenewDelegationTokenRequest",
                                     .type = MessageType::request,
                                     .api_key = 39,
                                     .versions = {1, 2},
                                     .flexible = {2},
                                     .listeners = kAnyListener};

  BytesView hmac;
  int64_t renew_period_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RenewDelegationTokenRequest, SPOOL_FIELD(hmac, "Hmac", {.versions = {0}}),
              SPOOL_FIELD(renew_period_ms, "RenewPeriodMs", {.versions = {0}}))
};

struct RenewDelegationTokenResponse {
  static constexpr MessageInfo kInfo{.name = "RenewDelegationTokenResponse",
                                     .type = MessageType::response,
                                     .api_key = 39,
                                     .versions = {1, 2},
                                     .flexible = {2}};

  int16_t error_code = 0;
  int64_t expiry_timestamp_ms = 0;
  int32_t throttle_time_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RenewDelegationTokenResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(expiry_timestamp_ms, "ExpiryTimestampMs", {.versions = {0}}),
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}))
};

}  // namespace spool::protocol
