#pragma once

#include "core/protocol/schema.h"

/// DescribeUserScramCredentials, API key 50, version 0, flexible.
///
/// v0  KIP-554.
namespace spool::protocol {

struct DescribeUserScramCredentialsRequest {
  static constexpr MessageInfo kInfo{.name = "DescribeUserScramCredentialsRequest",
                                     .type = MessageType::request,
                                     .api_key = 50,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  struct UserName {
    std::string name;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(UserName, SPOOL_FIELD(name, "Name", {.versions = {0}}))
  };

  std::optional<std::vector<UserName>> users = std::vector<UserName>{};
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeUserScramCredentialsRequest,
              SPOOL_FIELD(users, "Users", {.versions = {0}, .nullable = {0}}))
};

struct DescribeUserScramCredentialsResponse {
  static constexpr MessageInfo kInfo{.name = "DescribeUserScramCredentialsResponse",
                                     .type = MessageType::response,
                                     .api_key = 50,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct CredentialInfo {
    int8_t mechanism = 0;
    int32_t iterations = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CredentialInfo, SPOOL_FIELD(mechanism, "Mechanism", {.versions = {0}}),
                SPOOL_FIELD(iterations, "Iterations", {.versions = {0}}))
  };

  struct DescribeUserScramCredentialsResult {
    std::string user;
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<CredentialInfo> credential_infos;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(DescribeUserScramCredentialsResult, SPOOL_FIELD(user, "User", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
                SPOOL_FIELD(credential_infos, "CredentialInfos", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<DescribeUserScramCredentialsResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(DescribeUserScramCredentialsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
