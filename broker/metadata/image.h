#pragma once

/// What replaying the metadata log gives: topics, configs, brokers, features, users, ACLs, quotas.
///
/// A record means what Kafka says it means (kraft 1.4): the image is never changed but by apply(),
/// so that the log and the image cannot disagree. Thread rule: none of its own; MetadataStore
/// guards it and hands out ReadGuards.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/base/uuid.h"

namespace spool::broker {

struct MetadataRecord;

inline constexpr int32_t kNoLeader = -1;
/// More partitions than this in one topic are refused, also in a log: the number comes from
/// outside.
inline constexpr int32_t kPartitionsPerTopicMax = 1'000'000;
/// Partitions are defined in order; a record that leaves a larger gap than this is refused.
inline constexpr int32_t kPartitionGapMax = 10'000;
/// The levels of metadata.version that this release can read; others are refused.
inline constexpr int16_t kMetadataVersionMin = 7;
inline constexpr int16_t kMetadataVersionMax = 33;
inline constexpr std::string_view kMetadataVersionFeature = "metadata.version";
inline constexpr std::string_view kElrFeature = "eligible.leader.replicas.version";

enum class LeaderRecoveryState : int8_t { recovered = 0, recovering = 1 };

struct PartitionImage {
  int32_t leader = kNoLeader;  ///< broker id
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  int32_t partition_epoch = -1;  ///< -1: the log has not defined this partition
  LeaderRecoveryState recovery_state = LeaderRecoveryState::recovered;
  std::vector<int32_t> replicas;
  std::vector<int32_t> isr;
  std::vector<int32_t> removing_replicas;
  std::vector<int32_t> adding_replicas;
  std::vector<Uuid> directories;  ///< one a replica; empty in logs below metadata.version 17
  std::vector<int32_t> elr;
  std::vector<int32_t> last_known_elr;

  bool operator==(const PartitionImage&) const = default;
};

struct TopicImage {
  std::string name;
  Uuid id;
  std::vector<PartitionImage> partitions;  ///< by partition number

  const PartitionImage* partition(int32_t number) const {
    return number >= 0 && static_cast<size_t>(number) < partitions.size()
               ? &partitions[static_cast<size_t>(number)]
               : nullptr;
  }
  bool operator==(const TopicImage&) const = default;
};

/// Kafka's values (storage-format 7.5).
enum class ConfigResourceType : int8_t { topic = 2, broker = 4, client_metrics = 16, group = 32 };

struct ConfigResource {
  ConfigResourceType type = ConfigResourceType::topic;
  std::string name;  ///< a broker's is its decimal id, "" the default of all brokers

  auto operator<=>(const ConfigResource&) const = default;
};
using ConfigMap = std::map<std::string, std::string, std::less<>>;

struct EndpointImage {
  std::string name;  ///< of the listener
  std::string host;
  uint16_t port = 0;
  int16_t security_protocol = 0;  ///< 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL

  bool operator==(const EndpointImage&) const = default;
};

struct FeatureRange {
  int16_t min_level = 0;
  int16_t max_level = 0;

  bool operator==(const FeatureRange&) const = default;
};

struct BrokerImage {
  int32_t id = -1;
  Uuid incarnation_id;
  int64_t broker_epoch = -1;
  std::vector<EndpointImage> endpoints;
  std::map<std::string, FeatureRange, std::less<>> features;
  std::optional<std::string> rack;
  bool is_fenced = true;
  bool is_in_controlled_shutdown = false;
  bool is_migrating_zk_broker = false;
  std::vector<Uuid> log_dirs;
  std::optional<std::vector<Uuid>>
      cordoned_log_dirs;  ///< nullopt: unknown (metadata.version below 30)

  bool operator==(const BrokerImage&) const = default;
};

struct ControllerImage {
  int32_t id = -1;
  Uuid incarnation_id;
  bool is_zk_migration_ready = false;
  std::vector<EndpointImage> endpoints;
  std::map<std::string, FeatureRange, std::less<>> features;

  bool operator==(const ControllerImage&) const = default;
};

enum class ScramMechanism : int8_t { sha_256 = 1, sha_512 = 2 };

struct ScramKey {
  ScramMechanism mechanism = ScramMechanism::sha_256;
  std::string user;

  auto operator<=>(const ScramKey&) const = default;
};
struct ScramCredential {
  Buffer salt;
  Buffer stored_key;
  Buffer server_key;
  int32_t iterations = 0;

  bool operator==(const ScramCredential&) const = default;
};

/// (entity type, entity name or nullopt for the default), sorted by type.
using QuotaEntity = std::vector<std::pair<std::string, std::optional<std::string>>>;
using QuotaMap = std::map<std::string, double, std::less<>>;

/// Enumerations as Kafka's numbers (storage-format 7.5).
struct AclImage {
  int8_t resource_type = 0;
  std::string resource_name;
  int8_t pattern_type = 0;
  std::string principal;
  std::string host;
  int8_t operation = 0;
  int8_t permission_type = 0;

  auto operator<=>(const AclImage&) const = default;
};

struct DelegationTokenImage {
  std::string owner;
  std::string requester;
  std::vector<std::string> renewers;
  int64_t issue_timestamp_ms = 0;
  int64_t max_timestamp_ms = 0;
  int64_t expiration_timestamp_ms = 0;

  bool operator==(const DelegationTokenImage&) const = default;
};

struct ProducerIdsImage {
  int32_t broker_id = -1;
  int64_t broker_epoch = -1;
  int64_t next_producer_id = 0;  ///< first id of the next block

  bool operator==(const ProducerIdsImage&) const = default;
};

/// What a commit changed. Handed to the listener, which looks up the rest in the image, and may
/// find that a topic named here is gone again.
struct MetadataDelta {
  struct DeletedTopic {
    std::string name;
    Uuid id;
    int32_t partitions_count = 0;
  };
  struct PartitionKey {
    Uuid topic_id;
    Partition partition;
  };

  std::vector<Uuid> created_topics;
  std::vector<DeletedTopic> deleted_topics;
  std::vector<PartitionKey>
      changed_partitions;  ///< new or changed; those of created_topics are not listed
  std::vector<ConfigResource>
      changed_configs;  ///< may repeat; a deleted topic's configs are not listed
  bool has_changed_brokers = false;
  bool has_changed_features = false;
  bool has_changed_scram = false;
  bool has_changed_acls = false;
  bool has_changed_quotas = false;
  bool has_changed_tokens = false;
};

class MetadataImage {
 public:
  /// nullptr when there is none. Pointers live as long as the read guard.
  const TopicImage* topic(std::string_view name) const;
  const TopicImage* topic(const Uuid& id) const;
  const PartitionImage* partition(std::string_view topic_name, int32_t number) const;
  /// Sorted by name.
  const std::map<std::string, std::unique_ptr<TopicImage>, std::less<>>& topics() const {
    return topics_;
  }
  int64_t partitions_count() const { return partitions_count_; }
  /// A live topic whose name differs but is the same once '.' is written as '_' (they would share a
  /// metric name in Kafka, which refuses the second); nullptr when there is none.
  const TopicImage* colliding_topic(std::string_view name) const;

  /// Configs set on the resource; empty when there are none.
  const ConfigMap& configs(ConfigResourceType type, std::string_view name) const;
  const std::map<ConfigResource, ConfigMap>& all_configs() const { return configs_; }

  const std::map<int32_t, BrokerImage>& brokers() const { return brokers_; }
  const std::map<int32_t, ControllerImage>& controllers() const { return controllers_; }
  /// Finalised levels above 0, with metadata.version, without kraft.version.
  const std::map<std::string, int16_t, std::less<>>& features() const { return features_; }
  int16_t feature_level(std::string_view name) const;  ///< 0 when not finalised
  int16_t metadata_version() const { return feature_level(kMetadataVersionFeature); }

  const std::optional<ProducerIdsImage>& producer_ids() const { return producer_ids_; }
  const std::map<ScramKey, ScramCredential>& scram_credentials() const { return scram_; }
  const std::map<QuotaEntity, QuotaMap>& client_quotas() const { return quotas_; }
  const std::map<Uuid, AclImage>& acls() const { return acls_; }
  const std::map<std::string, DelegationTokenImage, std::less<>>& delegation_tokens() const {
    return tokens_;
  }

  /// Exclusive: everything below is in the image.
  Offset end_offset() const { return end_offset_; }
  /// Raft epoch of the last batch in the image.
  int32_t raft_epoch() const { return raft_epoch_; }
  /// Append time of the last batch in the image; -1 when empty.
  int64_t last_timestamp_ms() const { return last_timestamp_ms_; }

  /// Changes the image as the record says. Transaction records (23 to 25) are the caller's
  /// business. delta    what changed is added to it; may be nullptr errors   parse_error: the
  /// record refers to what does not exist, or makes what exists; the image is unchanged
  Status apply(const MetadataRecord& record, MetadataDelta* delta);
  /// What apply() would say, without changing anything.
  Status check(const MetadataRecord& record) const;
  /// States how far the image has come: the end of a batch.
  void advance(Offset end_offset, int32_t raft_epoch, int64_t timestamp_ms);

  /// The image as records in snapshot order (kraft A.2). Byte fields of the records view into the
  /// image.
  std::vector<MetadataRecord> to_records() const;

 private:
  struct Applier;

  std::map<std::string, std::unique_ptr<TopicImage>, std::less<>> topics_;
  std::unordered_map<Uuid, TopicImage*> topics_by_id_;
  std::multimap<std::string, TopicImage*, std::less<>>
      colliding_names_;  // '.' as '_' -> names that have either
  int64_t partitions_count_ = 0;
  std::map<ConfigResource, ConfigMap> configs_;
  ConfigMap no_configs_;  // stays empty
  std::map<int32_t, BrokerImage> brokers_;
  std::map<int32_t, ControllerImage> controllers_;
  std::map<std::string, int16_t, std::less<>> features_;
  std::optional<ProducerIdsImage> producer_ids_;
  std::map<ScramKey, ScramCredential> scram_;
  std::map<QuotaEntity, QuotaMap> quotas_;
  std::map<Uuid, AclImage> acls_;
  std::map<std::string, DelegationTokenImage, std::less<>> tokens_;
  Offset end_offset_{0};
  int32_t raft_epoch_ = 0;
  int64_t last_timestamp_ms_ = -1;
};

}  // namespace spool::broker
