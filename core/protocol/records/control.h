#pragma once

#include "core/protocol/schema.h"

/// Contents of control batches: the key (ControlRecordTypeSchema behind an int16 version) names the
/// type, the value starts with its own int16 version. AbortedTxn is an entry of a .txnindex file.
namespace spool::protocol {

/// ControlRecordTypeSchema, version 0, not flexible.
struct ControlRecordTypeSchema {
  static constexpr MessageInfo kInfo{
      .name = "ControlRecordTypeSchema", .type = MessageType::data, .versions = {0, 0}};

  int16_t type = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(ControlRecordTypeSchema, SPOOL_FIELD(type, "Type", {.versions = {0}}))
};

/// EndTxnMarker, version 0, not flexible.
struct EndTxnMarker {
  static constexpr MessageInfo kInfo{
      .name = "EndTxnMarker", .type = MessageType::data, .versions = {0, 0}};

  int32_t coordinator_epoch = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(EndTxnMarker, SPOOL_FIELD(coordinator_epoch, "CoordinatorEpoch", {.versions = {0}}))
};

/// LeaderChangeMessage, versions 0-1, flexible.
///
/// v0  first version.
/// v1  adds Voters.VoterDirectoryId, GrantingVoters.VoterDirectoryId.
struct LeaderChangeMessage {
  static constexpr MessageInfo kInfo{.name = "LeaderChangeMessage",
                                     .type = MessageType::data,
                                     .versions = {0, 1},
                                     .flexible = {0}};

  struct Voter {
    int32_t voter_id = 0;
    Uuid voter_directory_id;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Voter, SPOOL_FIELD(voter_id, "VoterId", {.versions = {0}}),
                SPOOL_FIELD(voter_directory_id, "VoterDirectoryId", {.versions = {1}}))
  };

  int16_t version = 0;
  int32_t leader_id = 0;
  std::vector<Voter> voters;
  std::vector<Voter> granting_voters;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(LeaderChangeMessage, SPOOL_FIELD(version, "Version", {.versions = {0}}),
              SPOOL_FIELD(leader_id, "LeaderId", {.versions = {0}}),
              SPOOL_FIELD(voters, "Voters", {.versions = {0}}),
              SPOOL_FIELD(granting_voters, "GrantingVoters", {.versions = {0}}))
};

/// SnapshotHeaderRecord, version 0, flexible.
struct SnapshotHeaderRecord {
  static constexpr MessageInfo kInfo{.name = "SnapshotHeaderRecord",
                                     .type = MessageType::data,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int16_t version = 0;
  int64_t last_contained_log_timestamp = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(SnapshotHeaderRecord, SPOOL_FIELD(version, "Version", {.versions = {0}}),
              SPOOL_FIELD(last_contained_log_timestamp, "LastContainedLogTimestamp",
                          {.versions = {0}}))
};

/// SnapshotFooterRecord, version 0, flexible.
struct SnapshotFooterRecord {
  static constexpr MessageInfo kInfo{.name = "SnapshotFooterRecord",
                                     .type = MessageType::data,
                                     .versions = {0, 0},
                                     .flexible = {0}};

  int16_t version = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(SnapshotFooterRecord, SPOOL_FIELD(version, "Version", {.versions = {0}}))
};

/// KRaftVersionRecord, version 0, flexible.
struct KRaftVersionRecord {
  static constexpr MessageInfo kInfo{
      .name = "KRaftVersionRecord", .type = MessageType::data, .versions = {0, 0}, .flexible = {0}};

  int16_t version = 0;
  int16_t kraft_version = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(KRaftVersionRecord, SPOOL_FIELD(version, "Version", {.versions = {0}}),
              SPOOL_FIELD(kraft_version, "KRaftVersion", {.versions = {0}}))
};

/// VotersRecord, version 0, flexible.
struct VotersRecord {
  static constexpr MessageInfo kInfo{
      .name = "VotersRecord", .type = MessageType::data, .versions = {0, 0}, .flexible = {0}};

  struct Endpoint {
    std::string name;
    std::string host;
    uint16_t port = 0;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Endpoint, SPOOL_FIELD(name, "Name", {.versions = {0}}),
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

  struct Voter {
    int32_t voter_id = 0;
    Uuid voter_directory_id;
    std::vector<Endpoint> endpoints;
    KRaftVersionFeature kraft_version_feature;
    std::vector<UnknownTag> unknown_tags;

    SPOOL_TABLE(Voter, SPOOL_FIELD(voter_id, "VoterId", {.versions = {0}}),
                SPOOL_FIELD(voter_directory_id, "VoterDirectoryId", {.versions = {0}}),
                SPOOL_FIELD(endpoints, "Endpoints", {.versions = {0}}),
                SPOOL_FIELD(kraft_version_feature, "KRaftVersionFeature", {.versions = {0}}))
  };

  int16_t version = 0;
  std::vector<Voter> voters;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(VotersRecord, SPOOL_FIELD(version, "Version", {.versions = {0}}),
              SPOOL_FIELD(voters, "Voters", {.versions = {0}}))
};

/// AbortedTxn, version 0, not flexible.
struct AbortedTxn {
  static constexpr MessageInfo kInfo{
      .name = "AbortedTxn", .type = MessageType::data, .versions = {0, 0}};

  int64_t producer_id = 0;
  int64_t first_offset = 0;
  int64_t last_offset = 0;
  int64_t last_stable_offset = 0;
  std::vector<UnknownTag> unknown_tags;

  SPOOL_TABLE(AbortedTxn, SPOOL_FIELD(producer_id, "ProducerId", {.versions = {0}}),
              SPOOL_FIELD(first_offset, "FirstOffset", {.versions = {0}}),
              SPOOL_FIELD(last_offset, "LastOffset", {.versions = {0}}),
              SPOOL_FIELD(last_stable_offset, "LastStableOffset", {.versions = {0}}))
};

}  // namespace spool::protocol
