#pragma once

#include "core/protocol/schema.h"

/// AddRaftVoter, API key 80, versions 0-1, flexible.
///
/// v0  KIP-853.
/// v1  ack_when_committed.
namespace spool::protocol {

struct AddRaftVoterRequest {
  static constexpr MessageInfo kInfo{.name = "AddRaftVoterRequest",
                                     .type = MessageType::request,
                                     .api_key = 80,
                                     .versions = {0, 1},
                                     .flexible = {0},
                                     .listeners = kAnyListener};

  struct Listener {
    std::string name;
    std::string host;
    uint16_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Listener, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}))
  };

  std::optional<std::string> cluster_id = "";
  int32_t timeout_ms = 0;
  int32_t voter_id = 0;
  Uuid voter_directory_id;
  std::vector<Listener> listeners;
  bool ack_when_committed = true;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AddRaftVoterRequest,
              SPOOL_FIELD(cluster_id, "ClusterId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(timeout_ms, "TimeoutMs", {.versions = {0}}),
              SPOOL_FIELD(voter_id, "VoterId", {.versions = {0}}),
              SPOOL_FIELD(voter_directory_id, "VoterDirectoryId", {.versions = {0}}),
              SPOOL_FIELD(listeners, "Listeners", {.versions = {0}}),
              SPOOL_FIELD(ack_when_committed, "AckWhenCommitted",
                          {.versions = {1}, .default_value = true}))
};

struct AddRaftVoterResponse {
  static constexpr MessageInfo kInfo{.name = "AddRaftVoterResponse",
                                     .type = MessageType::response,
                                     .api_key = 80,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AddRaftVoterResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(error_message, "ErrorMessage",
                          {.versions = {0}, .nullable = {0}, .is_ignorable = true}))
};

}  // namespace spool::protocol
