#include "broker/metadata/office.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "broker/metadata/levels.h"
#include "core/base/text.h"

namespace spool::broker {
namespace {

Status check_complete(const MetadataImage& image) {
  if (image.metadata_version() == 0 && !image.to_records().empty())
    return fail(ErrorCode::corrupt_message, "the metadata log has records but no metadata.version");
  for (const auto& [name, topic] : image.topics())
    for (size_t i = 0; i < topic->partitions.size(); ++i)
      if (topic->partitions[i].partition_epoch < 0)
        return fail(ErrorCode::corrupt_message,
                    concat("the metadata log never defines partition ", name, "-", i));
  return {};
}

std::vector<int32_t> voter_ids(const LoadedMetadata& loaded) {
  std::vector<int32_t> ids;
  for (const VoterImage& voter : loaded.quorum.voters) ids.push_back(voter.id);
  if (!ids.empty()) return ids;
  if (!loaded.quorum.last_leader_voters.empty()) return loaded.quorum.last_leader_voters;
  return loaded.quorum_state ? loaded.quorum_state->current_voters : ids;
}

Status check_voters(const LoadedMetadata& loaded, const MetadataStoreOptions& options) {
  for (int32_t id : voter_ids(loaded))
    if (id != options.node_id)
      return fail(ErrorCode::unsupported, concat("the directory belongs to a quorum with voter ",
                                                 id, "; this is node ", options.node_id,
                                                 ", and the end of its log may not be what the "
                                                 "quorum agreed on. Open it for reading, or "
                                                 "start it with Apache Kafka"));
  for (const VoterImage& voter : loaded.quorum.voters)
    if (voter.directory_id != options.directory_id)
      return fail(ErrorCode::unsupported,
                  concat("the quorum's voter has directory id ", voter.directory_id.to_string(),
                         " and meta.properties says ", options.directory_id.to_string(),
                         "; was meta.properties copied from elsewhere?"));
  return {};
}

Status check_replicas(const MetadataImage& image, int32_t node_id) {
  for (const auto& [name, topic] : image.topics())
    for (size_t i = 0; i < topic->partitions.size(); ++i)
      if (topic->partitions[i].replicas != std::vector<int32_t>{node_id})
        return fail(ErrorCode::unsupported, concat("partition ", name, "-", i,
                                                   " has replicas on other nodes than ", node_id,
                                                   "; this release runs a single node. Open the "
                                                   "directory for reading, or reassign the "
                                                   "partition with Apache Kafka"));
  return {};
}

bool names_directory(const PartitionImage& partition, const Uuid& directory_id) {
  return partition.directories == std::vector<Uuid>{directory_id};
}

}  // namespace

Status check_admissible(const LoadedMetadata& loaded, const MetadataStoreOptions& options) {
  TRY(check_complete(loaded.image));
  if (options.is_read_only) return {};
  TRY(check_voters(loaded, options));
  return check_replicas(loaded.image, options.node_id);
}

Result<int32_t> next_raft_epoch(const LoadedMetadata& loaded) {
  int32_t last = loaded.image.raft_epoch();
  if (loaded.quorum_state) last = std::max(last, loaded.quorum_state->leader_epoch);
  for (const SnapshotId& snapshot : loaded.snapshots) last = std::max(last, snapshot.raft_epoch);
  if (last >= std::numeric_limits<int32_t>::max())
    return fail(ErrorCode::out_of_space, "the metadata log's epochs are used up");
  return last + 1;
}

QuorumImage new_quorum(const MetadataStoreOptions& options,
                       const BrokerRegistration& registration) {
  QuorumImage quorum{.kraft_version = 1};
  quorum.voters.push_back({.id = options.node_id,
                           .directory_id = options.directory_id,
                           .endpoints = {{.name = "CONTROLLER",
                                          .host = registration.controller_host,
                                          .port = registration.controller_port}}});
  return quorum;
}

std::vector<MetadataRecord> registration_records(const MetadataStoreOptions& options,
                                                 const BrokerRegistration& registration,
                                                 const Uuid& incarnation_id, int64_t broker_epoch,
                                                 int16_t metadata_version) {
  protocol::RegisterBrokerRecord broker{.broker_id = options.node_id,
                                        .incarnation_id = incarnation_id,
                                        .broker_epoch = broker_epoch,
                                        .rack = registration.rack,
                                        .fenced = true};
  for (const EndpointImage& e : registration.endpoints)
    broker.end_points.push_back(
        {.name = e.name, .host = e.host, .port = e.port, .security_protocol = e.security_protocol});
  broker.features.push_back({.name = std::string(kMetadataVersionFeature),
                             .min_supported_version = kMetadataVersionMin,
                             .max_supported_version = kMetadataVersionMax});
  for (const auto& [name, range] : registration.features)
    broker.features.push_back({.name = name,
                               .min_supported_version = range.min_level,
                               .max_supported_version = range.max_level});
  if (metadata_version >= kLevelDirectories) broker.log_dirs = {options.directory_id};
  std::vector<MetadataRecord> records;
  records.emplace_back(std::move(broker));
  records.emplace_back(protocol::BrokerRegistrationChangeRecord{
      .broker_id = options.node_id, .broker_epoch = broker_epoch, .fenced = -1});
  return records;
}

std::vector<MetadataRecord> election_records(const MetadataImage& image,
                                             const MetadataStoreOptions& options) {
  const bool has_directories = image.metadata_version() >= kLevelDirectories;
  const std::vector<int32_t> only_us{options.node_id};
  std::vector<MetadataRecord> records;
  records.reserve(static_cast<size_t>(image.partitions_count()));
  for (const auto& [name, topic] : image.topics())
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      const PartitionImage& partition = topic->partitions[i];
      protocol::PartitionChangeRecord change;
      change.partition_id = static_cast<int32_t>(i);
      change.topic_id = topic->id;
      change.leader = options.node_id;
      if (partition.isr != only_us) change.isr = only_us;
      if (!partition.elr.empty()) change.eligible_leader_replicas.emplace();
      if (!partition.last_known_elr.empty()) change.last_known_elr.emplace();
      if (partition.recovery_state != LeaderRecoveryState::recovered)
        change.leader_recovery_state = 0;
      // With another directory's id Kafka takes the replica for offline and never elects it.
      if (has_directories && !names_directory(partition, options.directory_id))
        change.directories = std::vector<Uuid>{options.directory_id};
      records.emplace_back(std::move(change));
    }
  return records;
}

std::vector<MetadataRecord> resignation_records(const MetadataImage& image,
                                                const MetadataStoreOptions& options,
                                                int64_t broker_epoch) {
  const bool has_elr = image.feature_level(kElrFeature) > 0;
  const std::vector<int32_t> only_us{options.node_id};
  std::vector<MetadataRecord> records;
  records.reserve(static_cast<size_t>(image.partitions_count()) + 2);
  records.emplace_back(protocol::BrokerRegistrationChangeRecord{
      .broker_id = options.node_id, .broker_epoch = broker_epoch, .in_controlled_shutdown = 1});
  for (const auto& [name, topic] : image.topics())
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      protocol::PartitionChangeRecord change;
      change.partition_id = static_cast<int32_t>(i);
      change.topic_id = topic->id;
      change.leader = kNoLeader;
      if (has_elr) {
        change.isr.emplace();
        change.eligible_leader_replicas = only_us;
        change.last_known_elr = only_us;
      }
      records.emplace_back(std::move(change));
    }
  records.emplace_back(protocol::BrokerRegistrationChangeRecord{
      .broker_id = options.node_id, .broker_epoch = broker_epoch, .fenced = 1});
  return records;
}

}  // namespace spool::broker
