#pragma once

#include "core/protocol/schema.h"

/// DescribeDelegationToken, API key 41, versions 1-3, flexible from 2.
///
/// v1  KIP-219: the throttle is applied after the answer.
/// v2  KIP-482: flexible.
/// v3  KIP-373: requester of the token.
namespace spool::protocol {

struct DescribeDelegationTokenRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeDelegationTokenRequest",
                                     .type = MessageType::request,
                                     .api_key = 41,
                                     .versions = {1, 3},
                                     .flexible = {2},
                                     .listeners = kAnyListener};

  struct DescribeDelegationTokenOwner {
    std::string principal_type;
    std::string principal_name;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeDelegationTokenOwner,
                SPOOL_FIELD(principal_type, "PrincipalType", {.versions = {0}}),
                SPOOL_FIELD(principal_name, "PrincipalName", {.versions = {0}}))
  };

  std::optional<std::vector<DescribeDelegationTokenOwner>> owners =
      std::vector<DescribeDelegationTokenOwner>{};
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeDelegationTokenRequest,
              SPOOL_FIELD(owners, "Owners", {.versions = {0}, .nullable = {0}}))
};

struct DescribeDelegationTokenResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeDelegationTokenResponse",
                                     .type = MessageType::response,
                                     .api_key = 41,
                                     .versions = {1, 3},
                                     .flexible = {2}};

  struct DescribedDelegationTokenRenewer {
    std::string principal_type;
    std::string principal_name;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribedDelegationTokenRenewer,
                SPOOL_FIELD(principal_type, "PrincipalType", {.versions = {0}}),
                SPOOL_FIELD(principal_name, "PrincipalName", {.versions = {0}}))
  };

  struct DescribedDelegationToken {
    std::string principal_type;
    std::string principal_name;
    std::string token_requester_principal_type;
    std::string token_requester_principal_name;
    int64_t issue_timestamp = 0;
    int64_t expiry_timestamp = 0;
    int64_t max_timestamp = 0;
    std::string token_id;
    BytesView hmac;
    std::vector<DescribedDelegationTokenRenewer> renewers;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribedDelegationToken,
                SPOOL_FIELD(principal_type, "PrincipalType", {.versions = {0}}),
                SPOOL_FIELD(principal_name, "PrincipalName", {.versions = {0}}),
                SPOOL_FIELD(token_requester_principal_type, "TokenRequesterPrincipalType",
                            {.versions = {3}}),
                SPOOL_FIELD(token_requester_principal_name, "TokenRequesterPrincipalName",
                            {.versions = {3}}),
                SPOOL_FIELD(issue_timestamp, "IssueTimestamp", {.versions = {0}}),
                SPOOL_FIELD(expiry_timestamp, "ExpiryTimestamp", {.versions = {0}}),
                SPOOL_FIELD(max_timestamp, "MaxTimestamp", {.versions = {0}}),
                SPOOL_FIELD(token_id, "TokenId", {.versions = {0}}),
                SPOOL_FIELD(hmac, "Hmac", {.versions = {0}}),
                SPOOL_FIELD(renewers, "Renewers", {.versions = {0}}))
  };

  int16_t error_code = 0;
  std::vector<DescribedDelegationToken> tokens;
  int32_t throttle_time_ms = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeDelegationTokenResponse,
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(tokens, "Tokens", {.versions = {0}}),
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}))
};

}  // namespace spool::protocol
