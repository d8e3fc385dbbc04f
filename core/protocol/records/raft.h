#pragma once

#include "core/protocol/schema.h"

/// The file quorum-state (KIP-595, KIP-853): one line of JSON with the fields below and
/// data_version.
namespace spool::protocol {

/// QuorumStateData, versions 0-1, flexible.
///
/// v0  first version.
/// v1  adds VotedDirectoryId; drops ClusterId, AppliedOffset, CurrentVoters, CurrentVoters.VoterId.
struct QuorumStateData {
  static constexpr MessageInfo kInfo{
      .name = "QuorumStateData", .type = MessageType::data, .versions = {0, 1}, .flexible = {0}};

  struct Voter {
    int32_t voter_id = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Voter, SPOOL_FIELD(voter_id, "VoterId", {.versions = {0, 0}}))
  };

  std::string cluster_id;
  int32_t leader_id = -1;
  int32_t leader_epoch = -1;
  int32_t voted_id = -1;
  Uuid voted_directory_id;
  int64_t applied_offset = 0;
  std::optional<std::vector<Voter>> current_voters = std::vector<Voter>{};
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(QuorumStateData, SPOOL_FIELD(cluster_id, "ClusterId", {.versions = {0, 0}}),
              SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(leader_epoch, "LeaderEpoch", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(voted_id, "VotedId", {.versions = {0}, .default_value = -1}),
              SPOOL_FIELD(voted_directory_id, "VotedDirectoryId", {.versions = {1}}),
              SPOOL_FIELD(applied_offset, "AppliedOffset", {.versions = {0, 0}}),
              SPOOL_FIELD(current_voters, "CurrentVoters",
                          {.versions = {0, 0}, .nullable = {0, 0}}))
};

}  // namespace spool::protocol
