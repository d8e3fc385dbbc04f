#pragma once

#include "core/protocol/schema.h"

/// CreateDelegationToken, API key 38, versions 1-3, flexible from 2.
///
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
/// v3  KIP-373: owner other than the requester.
namespace spool::protocol {

struct CreateDelegationTokenRequest {
  static constexpr MessageInfo kInfo{.name = "CreateDelegationTokenRequest",
                                     .type = MessageType::request,
                                     .api_key = 38,
                                     .versions = {1, 3},
                                     .flexible = {2},
                                     .listeners = kAnyListener};

  struct CreatableRenewers {
    std::string principal_type;
    std::string principal_name;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CreatableRenewers, SPOOL_FIELD(principal_type, "PrincipalType", {.versions = {0}}),
                SPOOL_FIELD(principal_name, "PrincipalName", {.versions = {0}}))
  };

  std::optional<std::string> owner_principal_type = "";
  std::optional<std::string> owner_principal_name = "";
  std::vector<CreatableRenewers> renewers;
  int64_t max_lifetime_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(CreateDelegationTokenRequest,
              SPOOL_FIELD(owner_principal_type, "OwnerPrincipalType",
                          {.versions = {3}, .nullable = {3}}),
              SPOOL_FIELD(owner_principal_name, "OwnerPrincipalName",
                          {.versions = {3}, .nullable = {3}}),
              SPOOL_FIELD(renewers, "Renewers", {.versions = {0}}),
              SPOOL_FIELD(max_lifetime_ms, "MaxLifetimeMs", {.versions = {0}}))
};

struct CreateDelegationTokenResponse {
  static constexpr MessageInfo kInfo{.name = "CreateDelegationTokenResponse",
                                     .type = MessageType::response,
                                     .api_key = 38,
                                     .versions = {1, 3},
                                     .flexible = {2}};

  int16_t error_code = 0;
  std::string principal_type;
  std::string principal_name;
  std::string token_requester_principal_type;
  std::string token_requester_principal_name;
  int64_t issue_timestamp_ms = 0;
  int64_t expiry_timestamp_ms = 0;
  int64_t max_timestamp_ms = 0;
  std::string token_id;
  BytesView hmac;
  int32_t throttle_time_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(
      CreateDelegationTokenResponse, SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
      SPOOL_FIELD(principal_type, "PrincipalType", {.versions = {0}}),
      SPOOL_FIELD(principal_name, "PrincipalName", {.versions = {0}}),
      SPOOL_FIELD(token_requester_principal_type, "TokenRequesterPrincipalType", {.versions = {3}}),
      SPOOL_FIELD(token_requester_principal_name, "TokenRequesterPrincipalName", {.versions = {3}}),
      SPOOL_FIELD(issue_timestamp_ms, "IssueTimestampMs", {.versions = {0}}),
      SPOOL_FIELD(expiry_timestamp_ms, "ExpiryTimestampMs", {.versions = {0}}),
      SPOOL_FIELD(max_timestamp_ms, "MaxTimestampMs", {.versions = {0}}),
      SPOOL_FIELD(token_id, "TokenId", {.versions = {0}}),
      SPOOL_FIELD(hmac, "Hmac", {.versions = {0}}),
      SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}))
};

}  // namespace spool::protocol
