#pragma once

#include "core/protocol/schema.h"

/// AlterUserScramCredentials, API key 51, version 0, flexible.
///
/// v0  KIP-554.
namespace spool::protocol {

struct AlterUserScramCredentialsRequest {
  static constexpr MessageInfo kInfo{.name = "AlterUserScramCredentialsRequest",
                                     .type = MessageType::request,
                                     .api_key = 51,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  struct ScramCredentialDeletion {
    std::string name;
    int8_t mechanism = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ScramCredentialDeletion, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(mechanism, "Mechanism", {.versions = {0}}))
  };

  struct ScramCredentialUpsertion {
    std::string name;
    int8_t mechanism = 0;
    int32_t iterations = 0;
    BytesView salt;
    BytesView salted_password;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(ScramCredentialUpsertion, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(mechanism, "Mechanism", {.versions = {0}}),
                SPOOL_FIELD(iterations, "Iterations", {.versions = {0}}),
                SPOOL_FIELD(salt, "Salt", {.versions = {0}}),
                SPOOL_FIELD(salted_password, "SaltedPassword", {.versions = {0}}))
  };

  std::vector<ScramCredentialDeletion> deletions;
  std::vector<ScramCredentialUpsertion> upsertions;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterUserScramCredentialsRequest,
              SPOOL_FIELD(deletions, "Deletions", {.versions = {0}}),
              SPOOL_FIELD(upsertions, "Upsertions", {.versions = {0}}))
};

struct AlterUserScramCredentialsResponse {
  static constexpr MessageInfo kInfo{.name = "AlterUserScramCredentialsResponse",
                                     .type = MessageType::response,
                                     .api_key = 51,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct AlterUserScramCredentialsResult {
    std::string user;
    int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(AlterUserScramCredentialsResult, SPOOL_FIELD(user, "User", {.versions = {0}}),
                SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
                SPOOL_FIELD(error_message, "ErrorMessage", {.versions = {0}, .nullable = {0}}))
  };

  int32_t throttle_time_ms = 0;
  std::vector<AlterUserScramCredentialsResult> results;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AlterUserScramCredentialsResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(results, "Results", {.versions = {0}}))
};

}  // namespace spool::protocol
