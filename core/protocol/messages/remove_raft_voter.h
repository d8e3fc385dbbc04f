#pragma once

#include "core/protocol/schema.h"

/// RemoveRaftVoter, API key 81, version 0, flexible.
///
/// v0  KIP-853.
namespace spool::protocol {

struct RemoveRaftVoterRequest {
  static constexpr MessageInfo kInfo{.name = "RemoveRaftVoterRequest",
                                     .type = MessageType::request,
                                     .api_key = 81,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  std::optional<std::string> cluster_id = "";
  int32_t voter_id = 0;
  Uuid voter_directory_id;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoveRaftVoterRequest,
              SPOOL_FIELD(cluster_id, "ClusterId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(voter_id, "VoterId", {.versions = {0}}),
              SPOOL_FIELD(voter_directory_id, "VoterDirectoryId", {.versions = {0}}))
};

struct RemoveRaftVoterResponse {
  static constexpr MessageInfo kInfo{.name = "RemoveRaftVoterResponse",
                                     .type = MessageType::response,
                                     .api_key = 81,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(RemoveRaftVoterResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .is_ignorable = true}))
};

}  // namespace spool::protocol
