#pragma once

#include "core/protocol/schema.h"

/// UpdateRaftVoter, API key 82, version 0, flexible; between controllers and brokers only.
///
/// v0  KIP-853.
namespace spool::protocol {

struct UpdateRaftVoterRequest {
  static constexpr MessageInfo kInfo{.name = "UpdateRaftVoterRequest",
                                     .type = MessageType::request,
                                     .api_key = 82,
                                     .versions = {0, 0},
                                     .flexible = {0},
                                     .listeners = kControllerListener};

  struct Listener {
    std::string name;
    std::string host;
    uint16_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Listener, SPOOL_FIELD(name, "Name", {.versions = {0}}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}))
  };

  struct KRaftVersionFeature {
    int16_t min_supported_version = 0;
    int16_t max_supported_version = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(KRaftVersionFeature,
                SPOOL_FIELD(min_supported_version, "MinSupportedVersion", {.versions = {0}}),
                SPOOL_FIELD(max_supported_version, "MaxSupportedVersion", {.versions = {0}}))
  };

  std::optional<std::string> cluster_id = "";
  int32_t current_leader_epoch = 0;
  int32_t voter_id = 0;
  Uuid voter_directory_id;
  std::vector<Listener> listeners;
  KRaftVersionFeature kraft_version_feature;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UpdateRaftVoterRequest,
              SPOOL_FIELD(cluster_id, "ClusterId", {.versions = {0}, .nullable = {0}}),
              SPOOL_FIELD(current_leader_epoch, "CurrentLeaderEpoch", {.versions = {0}}),
              SPOOL_FIELD(voter_id, "VoterId", {.versions = {0}}),
              SPOOL_FIELD(voter_directory_id, "VoterDirectoryId", {.versions = {0}}),
              SPOOL_FIELD(listeners, "Listeners", {.versions = {0}}),
              SPOOL_FIELD(kraft_version_feature, "KRaftVersionFeature", {.versions = {0}}))
};

struct UpdateRaftVoterResponse {
  static constexpr MessageInfo kInfo{.name = "UpdateRaftVoterResponse",
                                     .type = MessageType::response,
                                     .api_key = 82,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  struct CurrentLeader {
    int32_t leader_id = -1;
    int32_t leader_epoch = -1;
    std::string host;
    int32_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(CurrentLeader,
                SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}, .default_value = -1}),
                SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}, .default_value = -1}),
                SPOOL_FIELD(host, "Host", {.versions = {0}}),
                SPOOL_FIELD(port, "Port", {.versions = {0}}))
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  CurrentLeader current_leader;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(UpdateRaftVoterResponse,
              SPOOL_FIELD(throttle_time_ms, "ThrottleTimeMs", {.versions = {0}}),
              SPOOL_FIELD(error_code, "ErrorCode", {.versions = {0}}),
              SPOOL_FIELD(current_leader, "CurrentLeader", {.versions = {0}, .tag = 0}))
};

}  // namespace spool::protocol
